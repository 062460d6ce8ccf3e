//! Bytes that are no text, or lie about it: archives, foreign encodings, marks in the middle, mixed line ends. *Edge.*

use std::fs;

use serde_json::json;

use super::{Held, ran, refused, run};
use crate::{
    batch_file::{BatchRow, batch_file, chinese_batch_file, consents_file},
    support::Sandbox,
    synthetic::opened,
};

#[test]
fn archives_and_foreign_encodings_are_no_batch() {
    let sandbox = Sandbox::with_master_data();
    let before = Held::of(&sandbox);
    let text = String::from_utf8(chinese_batch_file(&[BatchRow::valid(1), BatchRow::valid(2)])).unwrap();
    let utf16 = |wide: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(wide).collect() };
    let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let eight_bits: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let (gzip, xlsx): (&[u8], &[u8]) = (
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4e\x2c\x4e\xd5\xe1\x02",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0xl/workbook.xml<?xml",
    );
    for (content, codes) in [
        (gzip.to_vec(), ["FILE-ENCODING"; 2]),
        (xlsx.to_vec(), ["FILE-ENCODING"; 2]),
        (utf16(u16::to_le_bytes), ["FILE-ENCODING"; 2]),
        (utf16(u16::to_be_bytes), ["FILE-ENCODING"; 2]),
        ([b"\xff\xfe\0\0", &utf32[..]].concat(), ["FILE-ENCODING"; 2]),
        (utf32, ["FILE-ENCODING"; 2]),
        ([b"\0", text.as_bytes()].concat(), ["FILE-ENCODING"; 2]),
        // Not the mark at the very beginning: then it is a part of the first name.
        (
            [b"\xef\xbb\xbf\xef\xbb\xbf", text.as_bytes()].concat(),
            ["FILE-COLUMNS", "FILE-ENCODING"],
        ),
        (format!(" {text}").into_bytes(), ["FILE-COLUMNS", "FILE-ENCODING"]),
        (eight_bits, ["FILE-ENCODING"; 2]),
    ] {
        let file = sandbox.file("004-1151102-01.csv", content);
        let file = file.to_str().unwrap();
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file]),
            codes[0],
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file, "--encoding", "cp950"]),
            codes[1],
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["consent", "import", file]),
            codes[0],
        );
        for register in ["member", "staff"] {
            let told = run(&sandbox, [register, "import", file]);
            assert!(
                told.stderr.contains("(IMPORT-ENCODING)") || told.stderr.contains("(IMPORT-COLUMNS)"),
                "{}",
                told.stderr
            );
            assert_eq!((told.code, &Held::of(&sandbox)), (65, &before));
        }
    }
}

/// An English header reads the same in both encodings, so that the lie shows in the rows alone.
#[test]
fn an_encoding_that_lies_below_the_header_costs_the_rows_it_spoils() {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..20).map(BatchRow::valid).collect();
    let utf8 = batch_file(&rows);
    let (cp950, _, _) = encoding_rs::BIG5.encode(std::str::from_utf8(&utf8).unwrap());
    for (name, content, more) in [
        ("004-1151102-01.csv", &utf8[..], &["--encoding", "cp950"][..]),
        ("004-1151102-02.csv", &cp950, &[]),
    ] {
        let file = sandbox.file(name, content);
        let words = ["batch", "run", file.to_str().unwrap()];
        let summary = ran(
            &sandbox,
            &run(&sandbox, words.iter().chain(more).copied()),
            19,
            19,
        );
        assert_eq!(summary["codes"], json!({ "ROW-ENCODING": 19 }));
    }
}

#[test]
fn marks_and_zero_bytes_in_the_middle_stay_in_their_row() {
    let sandbox = Sandbox::with_master_data();
    let mark = "\u{feff}";
    let spoilt = [
        ("case_no", format!("{mark}L-1"), "ROW-FORMAT"),
        ("consent_ref", format!("T{mark}1"), "ROW-FORMAT"),
        ("subject_id", format!("{mark}A123456789"), "SUB-ID-FORMAT"),
        ("querier", "chen.yl\0".into(), "ROW-FORMAT"),
        ("reason", "貸款\0審核".into(), "ROW-FORMAT"),
        ("subject_name", "測\u{1a}虛構".into(), "ROW-FORMAT"),
        (
            "approved_at",
            format!("{mark}2026-11-01T16:00:00+08:00"),
            "ROW-FORMAT",
        ),
    ];
    let mut rows: Vec<BatchRow> = (1..)
        .zip(&spoilt)
        .map(|(person, (column, value, _))| BatchRow::valid(person).with(column, value))
        .collect();
    rows.push(BatchRow::valid(100));
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let rejects = sandbox.path("rejects.csv");
    let words = [
        "batch",
        "run",
        file.to_str().unwrap(),
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    ran(&sandbox, &run(&sandbox, words), 8, 7);
    let rejects = fs::read_to_string(rejects).unwrap();
    for (line, (column, _, code)) in (2..).zip(&spoilt) {
        assert!(
            rejects.contains(&format!("\n{line},{column},{code},")),
            "{line} {column}: {rejects}"
        );
    }
}

#[test]
fn line_ends_may_be_mixed() {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..10).map(BatchRow::valid).collect();
    let text = String::from_utf8(batch_file(&rows)).unwrap();
    let mixed: String = text
        .split_terminator("\r\n")
        .zip(
            [
                "\r", "\n", "\r\n", "\r\r\n", "\n\r", "\n\n", "\r\n\r\n", "\n", "\r",
            ]
            .iter()
            .cycle(),
        )
        .map(|(line, end)| format!("{line}{end}"))
        .collect();
    let file = sandbox.file("004-1151102-01.csv", mixed.trim_end());
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        9,
        0,
    );
    let again = batch_file(
        &rows
            .iter()
            .map(|row| row.clone().with("item", "C0101"))
            .collect::<Vec<_>>(),
    );
    let file = sandbox.file("004-1151102-02.csv", again);
    let summary = ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        9,
        9,
    );
    assert_eq!(
        summary["codes"],
        json!({ "CNS-USED": 9 }),
        "the rows were read as they are"
    );
    // A line end within quotes belongs to its cell, which must not have one.
    let within = BatchRow::valid(20).with("reason", "\"a\r\nb\nc\rd\"");
    let file = sandbox.file("004-1151102-03.csv", batch_file(&[within, BatchRow::valid(21)]));
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        2,
        1,
    );
    let ahead = String::from_utf8(consents_file("004", &[BatchRow::valid(30), BatchRow::valid(31)])).unwrap();
    let file = sandbox.file(
        "ahead.csv",
        ahead.replacen("\r\n", "\r", 1).replacen("\r\n", "\n\n\r", 1),
    );
    assert_eq!(
        run(&sandbox, ["consent", "import", file.to_str().unwrap()])
            .expect(0)
            .json()["new"],
        2
    );
    let out = sandbox.path("out");
    run(
        &sandbox,
        [
            "batch",
            "results",
            "004-1151102-01",
            "--as",
            "chen.yl",
            "--out",
            out.to_str().unwrap(),
        ],
    )
    .expect(0);
    let results = opened(&out.join("004-1151102-01.results.csv.age"));
    assert_eq!(results.iter().filter(|byte| **byte == b'\n').count(), 10);
}
