//! Responsible for holding the record reader to its promises: lines, limits, quotes, and no panic on any bytes. *Pure.*

use proptest::prelude::*;

use super::super::file_error::EncodingFault;
use super::*;

/// A source that gives its bytes in pieces of one size, as a slow line would.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let count = self.size.min(self.rest.len()).min(block.len());
        block[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// A record as tests compare it: its line, and its fields joined with `|`, or which limit it broke.
fn shown(record: &Record<'_>) -> String {
    let fields = match record.cut {
        Cut::Fields(fields) => fields
            .iter()
            .map(|field| String::from_utf8_lossy(field))
            .collect::<Vec<_>>()
            .join("|"),
        Cut::TooLong => "too long".to_owned(),
        Cut::TooManyFields => "too many fields".to_owned(),
    };
    format!("{}:{fields}", record.line)
}

fn read_all(source: impl Read, limits: Limits) -> (Vec<String>, Option<ReadError>) {
    let mut reader = RecordReader::new(source, Encoding::Utf8, limits);
    let mut records = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => records.push(shown(&record)),
            Ok(None) => return (records, None),
            Err(error) => return (records, Some(error)),
        }
    }
}

fn refusal(error: Option<ReadError>) -> Option<FileRefusal> {
    match error {
        Some(ReadError::Refused(refusal)) => Some(refusal),
        Some(ReadError::Source(_)) => panic!("the source does not fail"),
        None => None,
    }
}

#[test]
fn cuts_records_and_counts_lines() {
    fn check(input: &str, expected: &[&str]) {
        for size in [1, 2, 3, 1000] {
            let (records, error) = read_all(
                Pieces {
                    rest: input.as_bytes(),
                    size,
                },
                Limits::default(),
            );
            assert_eq!(
                (records, refusal(error)),
                (expected.iter().map(|&r| r.to_owned()).collect(), None)
            );
        }
    }
    check("", &[]);
    check("\u{FEFF}", &[]);
    check("\n\r\n\n", &[]);
    check("a,b\nc,d\n", &["1:a|b", "2:c|d"]);
    check("a,b\r\nc,d", &["1:a|b", "2:c|d"]);
    check("a\n\n\r\nb\r\nc\rd", &["1:a", "2:b", "3:c", "4:d"]);
    check("\u{FEFF}a,b\n\u{FEFF}c", &["1:a|b", "2:\u{FEFF}c"]);
    check("\u{FEFF}\u{FEFF}a", &["1:\u{FEFF}a"]);
    check("\"a,\"\"b\"\"\nc\",d\r\ne,", &["1:a,\"b\"\nc|d", "2:e|"]);
    check("a\"b,\"c\"d\n\"\"\n", &["1:a\"b|cd", "2:"]);
    check(",\n \n", &["1:|", "2: "]);
    check("a,\"b\"", &["1:a|b"]);
}

#[test]
fn a_quote_left_open_refuses_the_file_and_names_the_line() {
    fn check(input: &str, read: usize, line: u32) {
        let (records, error) = read_all(input.as_bytes(), Limits::default());
        assert_eq!(
            (records.len(), refusal(error)),
            (read, Some(FileRefusal::Quote { line })),
            "{input}"
        );
    }
    check("\"", 0, 1);
    check("a\nb,\"c\nd\n", 1, 2);
    check("a\nb\n\"c\"\"", 2, 3);
    check("a\n\"c\"\",d\ne\n", 1, 2);
}

#[test]
fn records_over_the_limits_are_skipped_and_counted() {
    fn check(input: &str, expected: &[&str]) {
        let limits = Limits {
            record_bytes: 8,
            fields: 3,
            ..Limits::default()
        };
        for size in [1, 5, 1000] {
            let (records, error) = read_all(
                Pieces {
                    rest: input.as_bytes(),
                    size,
                },
                limits,
            );
            assert_eq!(
                (records, refusal(error)),
                (expected.iter().map(|&r| r.to_owned()).collect(), None)
            );
        }
    }
    check("12345678\n123456789\nx\n", &["1:12345678", "2:too long", "3:x"]);
    check(
        "1,2,3\n1,2,3,4\n1,2,3,4,5,6\nx",
        &["1:1|2|3", "2:too many fields", "3:too many fields", "4:x"],
    );
    check(
        "1234,5678\n\"123456789\n\n,\"\"0\",1\nx\n",
        &["1:1234|5678", "2:too long", "3:x"],
    );
    check("123456789,1,2,3,4\nx", &["1:too long", "2:x"]);
    check("1,2,3,4,123456789\nx", &["1:too many fields", "2:x"]);
}

#[test]
fn files_over_the_limits_are_refused() {
    let limits = Limits {
        rows: 2,
        file_bytes: 10,
        ..Limits::default()
    };
    assert_eq!(refusal(read_all(&b"h\n1\n2\n"[..], limits).1), None);
    assert_eq!(
        refusal(read_all(&b"h\n1\n2\n3"[..], limits).1),
        Some(FileRefusal::Limit(Limit::Rows(2)))
    );
    assert_eq!(refusal(read_all(&b"h\n12345678"[..], limits).1), None);
    assert_eq!(
        refusal(read_all(&b"h\n123456789"[..], limits).1),
        Some(FileRefusal::Limit(Limit::FileBytes(10)))
    );
    let mut reader = RecordReader::new(&b"h\n1\n2\n3\n"[..], Encoding::Utf8, limits);
    assert!(matches!(
        reader.count_rest(),
        Err(ReadError::Refused(FileRefusal::Limit(Limit::Rows(2))))
    ));
}

#[test]
fn foreign_marks_refuse_the_file() {
    let (_, error) = read_all(&b"\xFF\xFEc\0a\0"[..], Limits::default());
    assert_eq!(refusal(error), Some(FileRefusal::Encoding(EncodingFault::Utf16)));
}

#[test]
fn a_huge_field_costs_no_memory() {
    // One quoted field of 64 MiB between two rows; the buffers are the block's and one record's.
    let huge = io::repeat(b'x').take(64 << 20);
    let source = (&b"h\n\""[..]).chain(huge).chain(&b"\"\nlast\n"[..]);
    let mut reader = RecordReader::new(source, Encoding::Utf8, Limits::default());
    let mut lines = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        lines.push(shown(&record));
    }
    assert_eq!(lines, ["1:h", "2:too long", "3:last"]);
    assert_eq!(reader.block.capacity(), BLOCK_BYTES);
}

#[test]
fn a_failing_source_is_no_refusal() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    assert!(matches!(
        read_all((&b"a\nb"[..]).chain(Failing), Limits::default()).1,
        Some(ReadError::Source(_))
    ));
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a,\"\r\n王 ]{0,6}", 2..5), 0..8),
        ends in prop::collection::vec(prop_oneof![Just("\n"), Just("\r\n"), Just("\r\n\n")], 8),
        size in 1usize..40,
    ) {
        let mut file = String::new();
        for (row, end) in rows.iter().zip(&ends) {
            file += &row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
            file += end;
        }
        let (records, error) = read_all(Pieces { rest: file.as_bytes(), size }, Limits::default());
        let expected: Vec<String> =
            rows.iter().enumerate().map(|(row, fields)| format!("{}:{}", row + 1, fields.join("|"))).collect();
        prop_assert_eq!(refusal(error), None);
        prop_assert_eq!(records, expected);
    }

    #[test]
    fn counting_agrees_with_reading(
        bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..400),
        read_first in 0usize..3,
    ) {
        let limits = Limits { record_bytes: 16, fields: 4, ..Limits::default() };
        let (records, error) = read_all(&bytes[..], limits);
        let mut reader = RecordReader::new(&bytes[..], Encoding::Utf8, limits);
        for _ in 0..read_first.min(records.len()) {
            prop_assert!(reader.next_record().unwrap().is_some());
        }
        match (reader.count_rest(), refusal(error)) {
            (Ok(count), None) => prop_assert_eq!(count as usize, records.len()),
            (Err(ReadError::Refused(counted)), Some(read)) => prop_assert_eq!(counted, read),
            _ => prop_assert!(false, "one of the two refuses"),
        }
    }

    #[test]
    fn the_size_of_the_pieces_changes_nothing(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 1usize..9) {
        let limits = Limits { record_bytes: 16, fields: 4, ..Limits::default() };
        let (whole, in_pieces) = (read_all(&bytes[..], limits), read_all(Pieces { rest: &bytes, size }, limits));
        prop_assert_eq!(whole.0, in_pieces.0);
        prop_assert_eq!(refusal(whole.1), refusal(in_pieces.1));
    }
}
