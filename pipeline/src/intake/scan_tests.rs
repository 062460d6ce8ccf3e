//! Responsible for checking the acceptance pass: what it counts, hashes, hands on and refuses. *Pure.*

use proptest::prelude::*;

use super::super::file_error::{ColumnFault, EncodingFault, Limit};
use super::*;

const HEADER: &str = "case_no,reason_code,reason,item,subject_id,subject_name,birth_date,querier,approver,\
                      approved_at,consent_ref\n";

fn scan_bytes(file: &[u8], limits: Limits) -> (Result<Scan, FileRefusal>, Vec<u8>) {
    let mut seen = Vec::new();
    let scan = scan(file, Encoding::Utf8, FileKind::Batch, limits, |block| {
        seen.extend_from_slice(block);
        Ok(())
    });
    let scan = scan.map_err(|error| match error {
        ReadError::Refused(refusal) => refusal,
        ReadError::Source(_) => panic!("the source does not fail"),
    });
    (scan, seen)
}

#[test]
fn an_accepted_file_is_counted_hashed_and_handed_on_whole() {
    let file = format!("\u{FEFF}{HEADER}\r\nfew\r\n\"a\nb\",c\n{}", "x,".repeat(600_000));
    let (found, seen) = scan_bytes(file.as_bytes(), Limits::default());
    let found = found.unwrap();
    assert_eq!((found.rows, found.bytes), (3, file.len() as u64));
    assert_eq!(found.sha256[..], Sha256::digest(&file)[..]);
    assert_eq!(found.header.count(), 11);
    assert!(seen == file.as_bytes());
}

#[test]
fn an_unusable_file_is_refused() {
    fn check(file: &str, expected: FileRefusal) {
        let limits = Limits {
            rows: 2,
            file_bytes: 1000,
            ..Limits::default()
        };
        assert_eq!(scan_bytes(file.as_bytes(), limits).0, Err(expected), "{file}");
    }
    check("", FileRefusal::Empty);
    check("\u{FEFF}\n\r\n", FileRefusal::Empty);
    check(HEADER, FileRefusal::Empty);
    check(&format!("{HEADER}\n\n"), FileRefusal::Empty);
    check(
        &HEADER.replace(",item", ""),
        FileRefusal::Columns(vec![ColumnFault::Missing("item")]),
    );
    check(&format!("{HEADER}1\n2\n3\n"), FileRefusal::Limit(Limit::Rows(2)));
    check(
        &format!("{HEADER}{}", "x".repeat(1000)),
        FileRefusal::Limit(Limit::FileBytes(1000)),
    );
    check(&format!("{HEADER}1\n\"2\n3\n"), FileRefusal::Quote { line: 3 });
    check(
        &HEADER.replace("reason,", "re\0ason,"),
        FileRefusal::Encoding(EncodingFault::Nul),
    );
}

#[test]
fn a_failing_sink_stops_the_pass() {
    fn check(kind: io::ErrorKind) {
        let mut calls = 0;
        let file = format!("{HEADER}{}", "row\n".repeat(200_000));
        let scan = scan(
            file.as_bytes(),
            Encoding::Utf8,
            FileKind::Batch,
            Limits::default(),
            |_| {
                calls += 1;
                Err(kind.into())
            },
        );
        assert!(matches!(scan, Err(ReadError::Source(_))));
        assert_eq!(calls, 1);
    }
    check(io::ErrorKind::StorageFull);
    check(io::ErrorKind::Interrupted);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), with_header in any::<bool>()) {
        let mut file = if with_header { HEADER.as_bytes().to_vec() } else { Vec::new() };
        file.extend_from_slice(&bytes);
        let (scan, seen) = scan_bytes(&file, Limits::default());
        prop_assert!(file.starts_with(&seen));
        if let Ok(scan) = scan {
            prop_assert_eq!(scan.bytes, file.len() as u64);
            prop_assert_eq!(seen, file);
        }
    }
}
