//! Files that are far too large in one direction: a field, a row, a header, lines, quotes, the whole. *Edge.*

use std::{
    fs::File,
    io::{BufWriter, Seek, SeekFrom, Write},
    path::PathBuf,
};

use super::{Held, bounded, is_long, ran, refused, run};
use crate::{
    batch_file::{BatchRow, COLUMNS, batch_file},
    support::{NOW, Sandbox, fixtures},
};

#[test]
fn a_field_of_gigabytes_costs_its_row() {
    let sandbox = Sandbox::with_master_data();
    for (number, quote) in [("01", ""), ("02", "\"")] {
        // Line 3 is a good row whose reason is followed by zero bytes, which take no room on the disk.
        let good = |person| String::from_utf8(batch_file(&[BatchRow::valid(person)])).unwrap();
        let [one, two, three] = [1, 2, 3].map(|row| good(10 * number.parse::<u64>().unwrap() + row));
        let body = |file: &str| file.split_once("\r\n").unwrap().1.to_owned();
        let (before, after) = two.split_once("信用貸款審核").unwrap();
        let before = body(before);
        let file = sandbox.path(&format!("004-1151102-{number}.csv"));
        let parts = [one, before, quote.to_owned()].concat();
        holed(&file, &parts, giant(), &[quote, after, &body(&three)].concat());
        let run = run(&sandbox, ["batch", "run", file.to_str().unwrap()]);
        let summary = ran(&sandbox, &run, 3, 1);
        assert_eq!(summary["codes"], serde_json::json!({ "ROW-LENGTH": 1 }));
    }
}

#[test]
fn a_header_of_gigabytes_is_refused_at_its_limit() {
    let (sandbox, before) = prepared();
    let file = sandbox.path("004-1151102-01.csv");
    for start in ["case_no,", "\"case_no"] {
        holed(&file, start, 2 << 30, "\n");
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
            "FILE-LIMIT",
        );
        refused(
            &sandbox,
            &before,
            &run(&sandbox, ["consent", "import", file.to_str().unwrap()]),
            "FILE-LIMIT",
        );
    }
}

#[test]
fn a_file_over_the_limit_is_not_read_at_all() {
    let (sandbox, before) = prepared();
    let file = sandbox.path("004-1151102-01.csv");
    let good = String::from_utf8(batch_file(&[BatchRow::valid(1)])).unwrap();
    holed(&file, &good, 1 << 40, "");
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        "FILE-LIMIT",
    );
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["consent", "import", file.to_str().unwrap()]),
        "FILE-LIMIT",
    );
    for register in ["member", "staff", "form"] {
        let told = run(&sandbox, [register, "import", file.to_str().unwrap()]);
        refused(
            &sandbox,
            &before,
            &told,
            if register == "form" {
                "IMPORT-LIMIT"
            } else {
                "IMPORT-COLUMNS"
            },
        );
    }
}

#[test]
fn a_quote_that_gigabytes_do_not_close_refuses_the_file() {
    let (sandbox, before) = prepared();
    let file = sandbox.path("004-1151102-01.csv");
    let good = String::from_utf8(batch_file(&[BatchRow::valid(1)])).unwrap();
    holed(&file, &(good + "\"L-2,"), giant(), "");
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        "FILE-QUOTE",
    );
}

#[test]
fn a_million_columns() {
    let (sandbox, before) = prepared();
    let header = COLUMNS.map(|(english, _)| english).join(",");
    let wide = sandbox.file(
        "004-1151102-01.csv",
        format!("{header}{}\n1\n", ",x".repeat(1_000_000)),
    );
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["batch", "run", wide.to_str().unwrap()]),
        "FILE-LIMIT",
    );
    for register in ["member", "staff"] {
        let told = run(&sandbox, [register, "import", wide.to_str().unwrap()]);
        refused(&sandbox, &before, &told, "IMPORT-COLUMNS");
    }
    let mut rows = batch_file(&[BatchRow::valid(1)]);
    for _ in 0..3 {
        rows.extend_from_slice(",".repeat(1_000_000).as_bytes());
        rows.push(b'\n');
    }
    rows.extend_from_slice(
        batch_file(&[BatchRow::valid(2)])
            .split(|byte| *byte == b'\n')
            .nth(1)
            .unwrap(),
    );
    let file = sandbox.file("004-1151102-02.csv", rows);
    let summary = ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        5,
        3,
    );
    assert_eq!(summary["codes"], serde_json::json!({ "ROW-COLUMNS": 3 }));
}

#[test]
fn a_million_empty_lines_are_none_and_too_many_lines_are_too_many() {
    let sandbox = Sandbox::with_master_data();
    let good = String::from_utf8(batch_file(&[BatchRow::valid(1)])).unwrap();
    let (header, row) = good.split_once("\r\n").unwrap();
    let empty = "\r\n\n\r".repeat(333_334);
    let file = sandbox.file(
        "004-1151102-01.csv",
        [&empty, header, &empty, row, &empty].concat(),
    );
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        1,
        0,
    );

    let before = Held::of(&sandbox);
    let lines = sandbox.file(
        "004-1151102-02.csv",
        format!("{header}\n{}", "x\n".repeat(2_000_001)),
    );
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["batch", "run", lines.to_str().unwrap()]),
        "FILE-LIMIT",
    );
    // A register is checked whole before the first line is taken, so it has a lower limit.
    let members = std::fs::read_to_string(fixtures().join("demo/members.csv")).unwrap();
    let (header, rest) = members.split_once('\n').unwrap();
    let many = format!(
        "{header}\n{}",
        format!("{}\n", rest.lines().next().unwrap()).repeat(100_001)
    );
    let many = sandbox.file("members.csv", many);
    refused(
        &sandbox,
        &before,
        &run(&sandbox, ["member", "import", many.to_str().unwrap()]),
        "IMPORT-LIMIT",
    );
}

#[test]
fn two_million_rows_of_nothing_fit_into_the_memory() {
    if !is_long() {
        return;
    }
    let sandbox = Sandbox::with_master_data();
    let header = COLUMNS.map(|(english, _)| english).join(",");
    let file = sandbox.file(
        "004-1151102-01.csv",
        format!("{header}\n{}", "x\n".repeat(2_000_000)),
    );
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", file.to_str().unwrap()]),
        2_000_000,
        2_000_000,
    );
}

#[test]
fn a_form_that_nests_without_end_is_no_form() {
    let (sandbox, before) = prepared();
    for nested in [
        format!("items = {}", "[".repeat(1 << 19)),
        format!("items = {}1{}", "[".repeat(1 << 19), "]".repeat(1 << 19)),
        format!("a = {}", "{ a = ".repeat(1 << 17)),
        format!("{}a = 1", "a.".repeat(1 << 19)),
        format!("[{}a]", "a.".repeat(1 << 19)),
        "[[a]]\n".repeat(1 << 17),
        format!("text = \"\"\"{}\"\"\"", "x".repeat(1 << 20)),
    ] {
        let file = sandbox.file("form.toml", &nested);
        let told = run(&sandbox, ["form", "import", file.to_str().unwrap()]);
        let code = if nested.len() > 1 << 20 {
            "IMPORT-LIMIT"
        } else {
            "IMPORT-FORM"
        };
        refused(&sandbox, &before, &told, code);
    }
}

#[test]
fn master_data_is_read_within_the_memory() {
    let (sandbox, before) = prepared();
    // The largest file that is read at all, made of the smallest lines, cells and quotes.
    let most = (64 << 20) - 200;
    let outcomes = "member,consent_ref,outcome,date\n";
    for (unit, code) in [
        (",,,\n", "IMPORT-CELL"),
        ("\"\",", "IMPORT-LIMIT"),
        ("\"", "IMPORT-COLUMNS"),
    ] {
        let file = sandbox.file(
            "outcomes.csv",
            outcomes.to_owned() + &unit.repeat(most / unit.len()),
        );
        let mut command = sandbox.command();
        command.args(["--at", NOW, "consent", "outcome"]).arg(&file);
        let told = bounded(command);
        if told.stderr.contains("IMPORT-COLUMNS") || told.stderr.contains("IMPORT-LIMIT") {
            // Too many cells or too many bytes of one line: which is seen first is no matter.
            refused(
                &sandbox,
                &before,
                &told,
                if told.stderr.contains("IMPORT-LIMIT") {
                    "IMPORT-LIMIT"
                } else {
                    "IMPORT-COLUMNS"
                },
            );
        } else {
            refused(&sandbox, &before, &told, code);
        }
    }
}

/// A sandbox and what it holds before anything hostile came.
fn prepared() -> (Sandbox, Held) {
    let sandbox = Sandbox::with_master_data();
    let held = Held::of(&sandbox);
    (sandbox, held)
}

/// Writes `before`, a hole of `bytes` zero bytes, and `after`.
fn holed(path: &PathBuf, before: &str, bytes: u64, after: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(before.as_bytes()).unwrap();
    file.seek(SeekFrom::Start(before.len() as u64 + bytes)).unwrap();
    file.write_all(after.as_bytes()).unwrap();
    let file = file.into_inner().unwrap();
    if after.is_empty() {
        file.set_len(before.len() as u64 + bytes).unwrap();
    }
}

/// What is read to its end and sealed meanwhile: a gigabyte when there is time, enough to exceed the memory if kept.
fn giant() -> u64 {
    if is_long() { 1 << 30 } else { 300 << 20 }
}
