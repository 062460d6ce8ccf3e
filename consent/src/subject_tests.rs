//! Tests of identity numbers and names, against published and invented vectors. *Pure.*

use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

#[test]
fn the_vectors_are_judged_as_published() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../fixtures/vectors/id_vectors.json")).unwrap();
    let mut seen = 0;
    for (list, kind) in [
        ("national_valid", Some(IdKind::National)),
        ("ui_new_valid", Some(IdKind::Resident)),
        ("ui_old_valid", Some(IdKind::OldResident)),
        ("national_invalid", None),
        ("ui_new_invalid", None),
        ("ui_old_invalid", None),
    ] {
        for entry in vectors[list].as_array().unwrap() {
            let number = entry.as_str().or_else(|| entry[0].as_str()).unwrap();
            assert_eq!(
                SubjectId::parse(number).ok().map(|id| id.kind()),
                kind,
                "{list} {number}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 13 + 8 + 8 + 7 + 3 + 4);
}

#[test]
fn a_wrong_number_is_told_by_shape_or_by_check() {
    let check = |cell: &str, expected| assert_eq!(SubjectId::parse(cell).err(), expected, "{cell}");
    check("A123456789", None);
    check("A123456788", Some(Code::SubIdCheck));
    check("A800000000", Some(Code::SubIdCheck));
    check("AA00000000", Some(Code::SubIdCheck));
    check("a123456789", Some(Code::SubIdFormat));
    check("A12345678", Some(Code::SubIdFormat));
    check("A1234567890", Some(Code::SubIdFormat));
    check(" A12345678", Some(Code::SubIdFormat));
    check("A323456789", Some(Code::SubIdFormat));
    check("AE23456785", Some(Code::SubIdFormat));
    check("Ａ12345678", Some(Code::SubIdFormat));
    check("", Some(Code::SubIdFormat));
}

#[test]
fn an_old_resident_number_ends_with_2030() {
    let check = |number: &str, day, expected| {
        assert_eq!(
            SubjectId::parse(number).ok().unwrap().retired_on(day),
            expected,
            "{number} {day}"
        );
    };
    check("AB23456789", date(2030, 12, 31), false);
    check("AB23456789", date(2031, 1, 1), true);
    check("A800000014", date(2031, 1, 1), false);
    check("A123456789", date(2031, 1, 1), false);
}

#[test]
fn a_number_is_compared_and_masked_whole() {
    let number = |text: &str| SubjectId::parse(text).ok().unwrap();
    assert!(number("A123456789").same_as(&number("A123456789")));
    assert!(!number("A123456789").same_as(&number("A223456781")));
    assert_eq!(number("A123456789").masked(), "A123***789");
    assert_eq!(number("A123456789").expose(), "A123456789");
}

#[test]
fn invented_numbers_differ() {
    for kind in [IdKind::National, IdKind::Resident, IdKind::OldResident] {
        let numbers: BTreeSet<String> = (0..20_000)
            .map(|seed| SubjectId::invent(kind, seed).expose().to_owned())
            .collect();
        assert_eq!(numbers.len(), 20_000);
    }
    for prime in [2, 5, 13] {
        assert_ne!(STRIDE % prime, 0);
    }
}

#[test]
fn names_match_through_lost_characters() {
    let check = |ours: &str, theirs: &str, expected| {
        let name = |text| SubjectName::parse(text).ok().unwrap();
        assert_eq!(name(ours).matches(&name(theirs)), expected, "{ours} {theirs}");
        assert_eq!(name(theirs).matches(&name(ours)), expected, "{theirs} {ours}");
    };
    check("王小明", "王小明", true);
    check("陳鴻𠮷", "陳鴻＊", true);
    check("王堃堃", "王?□", true);
    check("王\u{E123}明", "王小明", true);
    check("王\u{F0001}明", "王小明", true);
    check("王小明", "王大明", false);
    check("王小明", "王＊", false);
    check("王小明", "王*明", false);
}

#[test]
fn names_are_bounded_and_masked() {
    let check = |cell: &str, expected: Result<&str, Code>| {
        assert_eq!(
            SubjectName::parse(cell).map(|name| name.masked()).as_deref(),
            expected.as_deref(),
            "{cell}"
        );
    };
    check("王小明", Ok("王○明"));
    check("王明", Ok("王○"));
    check("明", Ok("○"));
    check("歐陽小明", Ok("歐○○明"));
    check("", Err(Code::RowMissing));
    check("\u{3000}", Err(Code::RowMissing));
    check("王\0明", Err(Code::RowFormat));
    assert!(SubjectName::parse(&"王".repeat(50)).is_ok());
    check(&"王".repeat(51), Err(Code::RowLength));
}

proptest! {
    #[test]
    fn what_is_invented_is_valid_and_stable(seed: u64, place in 0..3_usize) {
        let kind = [IdKind::National, IdKind::Resident, IdKind::OldResident][place];
        let number = SubjectId::invent(kind, seed);
        let read = SubjectId::parse(number.expose()).ok().unwrap();
        prop_assert_eq!(read.kind(), kind);
        prop_assert!(read.same_as(&SubjectId::invent(kind, seed)));
    }

    // Only places whose weight is prime to 10 catch every wrong digit; the others are the law's own weakness.
    #[test]
    fn one_wrong_digit_is_found(seed: u64, choice in 0..4_usize, step in 1..10_u8) {
        let place = [2, 6, 8, 9][choice];
        let mut bytes = SubjectId::invent(IdKind::National, seed).expose().as_bytes().to_vec();
        bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
        let verdict = SubjectId::parse(std::str::from_utf8(&bytes).unwrap());
        prop_assert_eq!(verdict.err(), Some(Code::SubIdCheck));
    }

    #[test]
    fn no_text_makes_a_parser_panic(cell in ".{0,16}") {
        let _ = SubjectId::parse(&cell);
        let _ = SubjectName::parse(&cell);
    }
}
