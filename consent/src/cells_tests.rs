//! Tests of the cell parsers: one table a kind. *Pure.*

use proptest::prelude::*;

use super::*;

type Verdict = Result<(), Code>;
const MISSING: Verdict = Err(Code::RowMissing);
const FORMAT: Verdict = Err(Code::RowFormat);
const LENGTH: Verdict = Err(Code::RowLength);

/// Holds a parser against cells and what it must say of them.
fn check<'a, T>(parse: impl Fn(&'a str) -> Result<T, Code>, cells: &[(&'a str, Verdict)]) {
    for (cell, expected) in cells {
        assert_eq!(parse(cell).map(|_| ()), *expected, "{cell}");
    }
}

#[test]
fn sets_of_characters() {
    let (long, longest) = ("a".repeat(33), "a".repeat(32));
    check(
        case_no,
        &[
            ("A-1_b/9", Ok(())),
            (&longest, Ok(())),
            (&long, LENGTH),
            ("", MISSING),
            ("案", FORMAT),
            ("a b", FORMAT),
        ],
    );
    check(
        account,
        &[
            ("wang.m-2_x", Ok(())),
            (&longest, Ok(())),
            (&long, LENGTH),
            ("", MISSING),
            ("a/b", FORMAT),
        ],
    );
    check(
        form_key,
        &[("LN-01", Ok(())), ("3", Ok(())), ("", MISSING), ("LN 01", FORMAT)],
    );
    check(
        item,
        &[
            ("C0101", Ok(())),
            ("c0101", FORMAT),
            ("C010", FORMAT),
            ("C01011", LENGTH),
            ("", MISSING),
            ("C01０1", FORMAT),
        ],
    );
    check(
        member,
        &[
            ("004", Ok(())),
            ("04", FORMAT),
            ("0004", LENGTH),
            ("", MISSING),
            ("00a", FORMAT),
        ],
    );
}

#[test]
fn free_text() {
    let (longest, long) = ("字".repeat(80), "字".repeat(81));
    check(
        reason,
        &[
            ("房貸申請", Ok(())),
            (&longest, Ok(())),
            (&long, LENGTH),
            ("", MISSING),
            ("  ", MISSING),
            ("a\0b", FORMAT),
            ("a\nb", FORMAT),
            ("a\u{85}b", FORMAT),
        ],
    );
    let (longest, long) = ("𠮷".repeat(40), "x".repeat(41));
    check(
        consent_ref,
        &[
            ("L20261102-17", Ok(())),
            ("授權第 7 號", Ok(())),
            (&longest, Ok(())),
            (&long, LENGTH),
            ("", MISSING),
            ("a\u{200B}b", FORMAT),
            ("a\u{202E}b", FORMAT),
            ("a\tb", FORMAT),
        ],
    );
    let long = "x".repeat(65);
    check(
        idv_ref,
        &[
            ("", Ok(())),
            ("TX/1", Ok(())),
            (&long[..64], Ok(())),
            (&long, LENGTH),
            ("a\u{7}", FORMAT),
        ],
    );
}

#[test]
fn the_subject() {
    check(
        subject_id,
        &[
            ("A123456789", Ok(())),
            ("", MISSING),
            ("a123456789", Err(Code::SubIdFormat)),
            ("A123456788", Err(Code::SubIdCheck)),
        ],
    );
    check(subject_name, &[("王小明", Ok(())), ("", MISSING)]);
    check(
        birth_date,
        &[
            ("0790131", Ok(())),
            ("", MISSING),
            ("x", Err(Code::SubBirth)),
            ("1990-02-30", Err(Code::SubBirth)),
        ],
    );
}

#[test]
fn addresses_and_numbers() {
    check(
        ip,
        &[
            ("203.0.113.7", Ok(())),
            ("2001:db8::1", Ok(())),
            ("", MISSING),
            ("203.0.113.256", FORMAT),
            ("fe80::1%eth0", FORMAT),
            ("1.2.3", FORMAT),
        ],
    );
    check(
        phone,
        &[
            ("0912-345-678", Ok(())),
            ("+886912345678", Ok(())),
            ("", MISSING),
            ("12345", FORMAT),
        ],
    );
    check(
        instant,
        &[
            ("2026-11-02T10:00:00+08:00", Ok(())),
            ("", MISSING),
            ("2026-11-02T10:00:00", FORMAT),
        ],
    );
}

#[test]
fn lists_of_codes() {
    check(
        reason_code,
        &[("1", Ok(())), ("2", Ok(())), ("", MISSING), ("01", FORMAT)],
    );
    check(
        channel,
        &[("electronic", Ok(())), ("", MISSING), ("Electronic", FORMAT)],
    );
    check(
        idv_method,
        &[("chip_card", Ok(())), ("", MISSING), ("chip card", FORMAT)],
    );
    check(
        idv_result,
        &[
            ("passed", Ok(())),
            ("failed", Ok(())),
            ("", MISSING),
            ("ok", FORMAT),
        ],
    );
}

#[test]
fn hashes() {
    let hash = "00ff".repeat(16);
    let (capitals, long, other) = (hash.to_uppercase(), format!("{hash}0"), hash.replace('f', "g"));
    check(
        sha256,
        &[
            (hash.as_str(), Ok(())),
            (&capitals, Ok(())),
            ("", MISSING),
            ("00ff", FORMAT),
        ],
    );
    check(sha256, &[(long.as_str(), LENGTH), (&other, FORMAT)]);
    assert_eq!(sha256(&hash).unwrap()[..4], [0, 255, 0, 255]);
    assert_eq!(sha256(&hash), sha256(&capitals));
}

proptest! {
    #[test]
    fn no_cell_makes_a_parser_panic(cell in "\\PC{0,90}|[ -~]{0,90}|.{0,20}") {
        let _ = (case_no(&cell), reason(&cell), item(&cell), birth_date(&cell), instant(&cell));
        let _ = (consent_ref(&cell), sha256(&cell), ip(&cell), idv_ref(&cell), member(&cell));
        let _ = phone(&cell).is_ok();
    }
}
