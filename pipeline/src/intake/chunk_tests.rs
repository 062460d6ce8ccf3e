//! Responsible for checking chunks: no row lost or made up, whatever the bytes and wherever a run begins again. *Pure.*

use mayfly_consent::refusal::Code;
use proptest::prelude::*;

use super::*;

const HEADER: &str = "case_no,reason_code,reason,item,subject_id,subject_name,birth_date,querier,approver,\
                      approved_at,consent_ref\n";

fn reading(chunk_rows: usize) -> Reading {
    let limits = Limits {
        record_bytes: 400,
        fields: 16,
        ..Limits::default()
    };
    Reading {
        encoding: Encoding::Utf8,
        kind: FileKind::Batch,
        limits,
        chunk_rows,
    }
}

fn row(consent: usize) -> String {
    format!(
        "CASE-1,1,loan,C0101,A123456789,王小明,0790131,wang.m,lee.k,2026-11-02T10:00:00+08:00,L{consent}\n"
    )
}

/// Line and codes of each row, chunk by chunk.
fn read(file: &[u8], chunk_rows: usize, done_rows: u32) -> Vec<Vec<(u32, String)>> {
    let chunks = Chunks::start(file, &reading(chunk_rows), done_rows, [5; 16]).unwrap();
    chunks
        .map(|chunk| {
            let chunk = chunk.unwrap();
            assert_eq!(chunk.rows.first().map(|row| row.line), Some(chunk.first_line));
            chunk
                .rows
                .iter()
                .map(|row| (row.line, row.faults.codes().to_string()))
                .collect()
        })
        .collect()
}

#[test]
fn chunks_follow_each_other() {
    let file = HEADER.to_owned() + &(0..5).map(row).collect::<String>();
    let lengths = |chunk_rows, done_rows| {
        let chunks = read(file.as_bytes(), chunk_rows, done_rows);
        let flat: Vec<u32> = chunks.iter().flatten().map(|row| row.0).collect();
        assert_eq!(flat, (2 + done_rows..7).collect::<Vec<u32>>());
        chunks.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(lengths(2, 0), [2, 2, 1]);
    assert_eq!(lengths(5, 0), [5]);
    assert_eq!(lengths(100, 0), [5]);
    assert_eq!(lengths(0, 0), [1; 5]);
    assert_eq!(lengths(2, 2), [2, 1]);
    assert_eq!(lengths(2, 5), [0; 0]);
    assert!(read(file.as_bytes(), 2, 9).is_empty());
}

#[test]
fn a_row_repeats_one_that_an_earlier_run_has_settled() {
    let file = HEADER.to_owned() + &row(1) + "few\n" + &row(2) + &row(1);
    let rows = read(file.as_bytes(), 10, 3).concat();
    assert_eq!(rows, [(5, Code::RowDuplicate.to_string())]);
}

#[test]
fn the_second_of_two_equal_questions_is_a_duplicate_whatever_became_of_the_first() {
    fn check(first: &str, second: &str, expected: &str) {
        let file = HEADER.to_owned() + first + second;
        for chunk_rows in [1, 10] {
            assert_eq!(
                read(file.as_bytes(), chunk_rows, 0).concat()[1].1,
                expected,
                "{second}"
            );
        }
    }
    let (good, wrong_id, no_item) = (
        row(1),
        row(1).replace("A123456789", "A123456788"),
        row(1).replace("C0101", ""),
    );
    check(&good, &good, "ROW-DUPLICATE");
    check(&good, &good.replace("CASE-1", "CASE-2"), "ROW-DUPLICATE");
    check(&good, &wrong_id, "SUB-ID-CHECK");
    check(&wrong_id, &wrong_id, "ROW-DUPLICATE;SUB-ID-CHECK");
    check(&good.replace("CASE-1", ""), &good, "ROW-DUPLICATE");
    check(&no_item, &no_item, "ROW-MISSING");
    check(&good.replace('\n', ",\n"), &good, "");
}

#[test]
fn an_error_ends_the_chunks() {
    let file = HEADER.to_owned() + &row(1) + &row(2) + "\"open";
    let mut chunks = Chunks::start(file.as_bytes(), &reading(1), 0, [5; 16]).unwrap();
    assert!(chunks.next().unwrap().is_ok() && chunks.next().unwrap().is_ok());
    assert!(matches!(
        chunks.next(),
        Some(Err(ReadError::Refused(FileRefusal::Quote { line: 4 })))
    ));
    assert!(chunks.next().is_none());
    assert!(matches!(
        Chunks::start(&b"case_no\n"[..], &reading(1), 0, [5; 16]).err(),
        Some(ReadError::Refused(FileRefusal::Columns(_)))
    ));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("A123456789".to_owned()),
        Just("C0101".to_owned()),
        "[a,\"\r\n王 ]{0,5}",
        "\\PC{0,90}"
    ]
}

proptest! {
    #[test]
    fn every_record_becomes_exactly_one_row(bytes in prop::collection::vec(
        prop_oneof![4 => any::<u8>(), 1 => Just(b','), 1 => Just(b'\n'), 1 => Just(b'"')], 0..600),
        chunk_rows in 1usize..5, cp950 in any::<bool>())
    {
        let mut file = HEADER.as_bytes().to_vec();
        file.extend_from_slice(&bytes);
        let encoding = if cp950 { Encoding::Cp950 } else { Encoding::Utf8 };
        let reading = Reading { encoding, ..reading(chunk_rows) };
        let mut records = RecordReader::new(&file[..], encoding, reading.limits);
        let counted = records.count_rest();
        let mut lines = Vec::new();
        let mut refused = false;
        for chunk in Chunks::start(&file[..], &reading, 0, [5; 16]).unwrap() {
            match chunk {
                Ok(chunk) => lines.extend(chunk.rows.iter().map(|row| row.line)),
                Err(_) => refused = true,
            }
        }
        prop_assert_eq!(refused, counted.is_err());
        if let Ok(counted) = counted {
            prop_assert_eq!(lines, (2..=counted).collect::<Vec<_>>());
        }
    }

    #[test]
    fn whatever_a_writer_quotes_fits_the_header(
        rows in prop::collection::vec(prop::collection::vec(cell(), 11), 1..6), done_rows in 0u32..7)
    {
        let mut file = HEADER.to_owned();
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            file += &(cells.join(",") + "\r\n");
        }
        let whole = read(file.as_bytes(), 2, 0).concat();
        prop_assert_eq!(whole.len(), rows.len());
        for ((_, codes), row) in whole.iter().zip(&rows) {
            prop_assert!(!codes.contains("ROW-COLUMNS"));
            if row[3].is_empty() && row.iter().map(String::len).sum::<usize>() <= 400 {
                prop_assert!(codes.contains("ROW-MISSING"));
            }
        }
        // A run that begins again says the same of each row as a run in one go.
        let rest = read(file.as_bytes(), 3, done_rows).concat();
        let expected: Vec<_> = whole.into_iter().skip(done_rows as usize).collect();
        prop_assert_eq!(rest, expected);
    }
}
