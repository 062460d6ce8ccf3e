//! Weekly sheets from their making to the examiner: every query of a week on exactly one, signed by the right people. *Edge.*
//!
//! `journey` goes the whole way, `units` the one of somebody who changed units, `inspected` is what the bureau and the supervisor see, `borders` is about midnight between two weeks, `planted` changes what is stored, `refused` has
//! who may not, `overdue` what waiting too long does at the gate, `exports` the files, `proofs` what
//! outsiders check of them.

mod borders;
mod exports;
mod inspected;
mod journey;
mod overdue;
mod planted;
pub mod proofs;
mod refused;
mod units;

use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// A sandbox in which chen.yl and lin.ch took turns to ask `rows` questions in week 45.
pub fn asked(rows: u64) -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..=rows)
        .map(|number| BatchRow::valid(number).with("querier", ["lin.ch", "chen.yl"][number as usize % 2]))
        .collect();
    ask(&sandbox, NOW, 1, &rows);
    sandbox
}

/// The same, with the sheets of week 45 of member 004.
fn made(rows: u64) -> Sandbox {
    let sandbox = asked(rows);
    sheet(&sandbox, MONDAY, &["make", "004", WEEK]).expect(0);
    sandbox
}

/// Runs batch `number` at `at`; none of its rows is refused.
fn ask(sandbox: &Sandbox, at: &str, number: u64, rows: &[BatchRow]) {
    let told = run_rows(sandbox, at, number, rows);
    assert_eq!(told["refused"], 0, "{told}");
}

fn run_rows(sandbox: &Sandbox, at: &str, number: u64, rows: &[BatchRow]) -> Value {
    // The gate is open only where the answers of earlier days are gone.
    sandbox.at(at, ["purge"], ["run"]);
    let file = sandbox.file(&format!("004-1151102-{number:02}.csv"), batch_file(rows));
    sandbox.at(at, ["--json", "batch", "run"], [file]).json()
}

/// `mayfly --at AT --json sheet WORDS…`.
fn sheet(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.at(at, ["--json", "sheet"], words)
}

/// `sheet show` of week 45 of member 004.
fn shown(sandbox: &Sandbox, at: &str, querier: &str) -> Value {
    sheet(sandbox, at, &["show", "004", WEEK, querier])
        .expect(0)
        .json()
}

/// `sheet verify`; whether it found anything is in the exit code.
fn verify(sandbox: &Sandbox, at: &str, week: &str, exit: i32) -> Value {
    sheet(sandbox, at, &["verify", "004", week]).expect(exit).json()
}

/// The journal indexes on a sheet.
fn entries(sheet: &Value) -> Vec<u64> {
    let text = sheet["entries"].as_str().unwrap();
    let parts = text.split(',').filter(|part| !part.is_empty());
    let number = |text: &str| text.parse::<u64>().unwrap();
    parts
        .flat_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            number(first)..=number(last)
        })
        .collect()
}

/// The week of [`NOW`].
const WEEK: &str = "2026-W45";
/// The Monday after it, when its sheets are made.
pub const MONDAY: &str = "2026-11-09T01:00:00+08:00";
