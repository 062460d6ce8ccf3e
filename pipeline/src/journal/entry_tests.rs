//! Tests of an entry's one spelling. *Pure.*

use super::*;
use proptest::prelude::*;

const LINE: &str = concat!(
    r#"{"kind":"query","at":"2026-11-02T02:00:00.000000Z","member":"004","ref":"7f3a9c0d5e1b2a48-0017","payload":""#,
    "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90\"}"
);

#[test]
fn the_published_spelling() {
    let entry = Entry::parse(LINE.as_bytes()).unwrap();
    assert_eq!(
        (entry.kind, entry.member, entry.reference),
        (Kind::Query, "004", "7f3a9c0d5e1b2a48-0017")
    );
    assert_eq!(entry.at, "2026-11-02T02:00:00Z".parse::<Timestamp>().unwrap());
    let mut out = Vec::new();
    entry.write(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), LINE);
}

#[test]
fn other_spellings_are_refused() {
    let check = |from: &str, to: &str, expected: EntryFault| {
        let line = LINE.replacen(from, to, 1);
        assert_ne!(line, LINE);
        assert_eq!(Entry::parse(line.as_bytes()), Err(expected), "{line}");
    };
    check("query", "Query", EntryFault::Kind);
    check("query", "", EntryFault::Kind);
    check("2026-11", "2026-13", EntryFault::At);
    check("004", "0 4", EntryFault::Member);
    check("004", "00400400400400400", EntryFault::Member);
    check("7f3a", "A123456789", EntryFault::Reference);
    check("7f3a", "王", EntryFault::Reference);
    check("7f3a", r"\u0041", EntryFault::Reference);
    check("a1b2", "A1b2", EntryFault::Payload);
    check("a1b2", "b2", EntryFault::Payload);
    check(r#""at":"#, r#" "at":"#, EntryFault::Shape);
    check("{", "[", EntryFault::Shape);
    check("}", "}\n", EntryFault::Shape);
    check("}", "", EntryFault::Shape);
    check(r#""member":"004""#, r#""member":4"#, EntryFault::Shape);
    assert_eq!(Entry::parse(b""), Err(EntryFault::Shape));
}

#[test]
fn fields_have_limits() {
    let entry = Entry::parse(LINE.as_bytes()).unwrap();
    let check = |entry: Entry<'_>, expected: Option<&str>| {
        let mut out = b"before".to_vec();
        let field = match entry.write(&mut out) {
            Err(JournalError::EntryField { field }) => Some(field),
            _ => None,
        };
        assert_eq!(field, expected);
        assert_eq!(out == b"before", expected.is_some());
    };
    let long = "a".repeat(REFERENCE_BYTES_MAX + 1);
    check(
        Entry {
            reference: "",
            member: "",
            ..entry
        },
        None,
    );
    check(
        Entry {
            reference: &long[1..],
            member: &long[..MEMBER_BYTES_MAX],
            ..entry
        },
        None,
    );
    check(
        Entry {
            reference: &long,
            ..entry
        },
        Some("ref"),
    );
    check(
        Entry {
            reference: "\"",
            ..entry
        },
        Some("ref"),
    );
    check(
        Entry {
            member: &long[..=MEMBER_BYTES_MAX],
            ..entry
        },
        Some("member"),
    );
    check(
        Entry {
            at: Timestamp::MIN,
            ..entry
        },
        Some("at"),
    );

    let longest = Kind::ALL.iter().max_by_key(|kind| kind.name().len()).unwrap();
    let mut out = Vec::new();
    let reference = &long[1..];
    Entry {
        kind: *longest,
        reference,
        member: &long[..MEMBER_BYTES_MAX],
        ..entry
    }
    .write(&mut out)
    .unwrap();
    assert!(out.len() <= ENTRY_BYTES_MAX, "{}", out.len());
}

#[test]
fn kinds_have_different_plain_names() {
    for &kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name().as_bytes()), Some(kind));
        assert!(kind.name().len() <= 20 && kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    }
}

#[test]
fn a_payload_is_proven_by_its_salt_and_content_only() {
    let salt = [7; SALT_BYTES];
    let entry = Entry {
        payload: commit(&salt, b"content"),
        ..Entry::parse(LINE.as_bytes()).unwrap()
    };
    let salted = [&salt[..], b"content"].concat();
    assert!(entry.proves(&salted));
    assert!(!entry.proves(b"content"));
    assert!(!entry.proves(&[&salt[..], b"Content"].concat()));
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        kind in prop::sample::select(Kind::ALL), us in 0i64..253_402_207_200_000_000,
        member in "[A-Za-z0-9_-]{0,16}", reference in "[a-z0-9._:/-]{0,64}", payload: [u8; 32],
    ) {
        let at = Timestamp::from_microsecond(us).unwrap();
        let entry = Entry { kind, at, member: &member, reference: &reference, payload };
        let mut out = Vec::new();
        entry.write(&mut out).unwrap();
        prop_assert_eq!(Entry::parse(&out), Ok(entry));
    }

    #[test]
    fn what_is_read_has_one_spelling(at in 0..LINE.len(), mask in 1u8..) {
        let mut line = LINE.as_bytes().to_vec();
        line[at] ^= mask;
        if let Ok(entry) = Entry::parse(&line) {
            let mut out = Vec::new();
            entry.write(&mut out).unwrap();
            prop_assert_eq!(out, line);
        }
    }
}
