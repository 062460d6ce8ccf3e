//! The monthly sample from commitment to outsider: drawn once, by nobody alone, and recomputed from files. *Edge.*
//!
//! `journey` goes the whole way, `forged` changes what was exported, `refused` has who may not and what is too early or too
//! late, `calendar` lets months pass; `review` looks at what was drawn, until its signed report, `traces` has what
//! that leaves behind, `unfit` what is refused there.

mod calendar;
mod forged;
mod journey;
pub mod reconcile;
mod refused;
mod review;
mod signer;
mod traces;
mod unfit;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// A sandbox whose schedule has run once in November, and in which `rows` questions were asked since.
pub fn asked(rows: u64) -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    sandbox.mayfly(["--at", NOW, "serve", "--once"]).expect(0);
    ask(&sandbox, NOW, "004-1151102-01.csv", 1..=rows);
    sandbox
}

/// Asks about the persons `numbers` at `at`.
fn ask(sandbox: &Sandbox, at: &str, name: &str, numbers: impl Iterator<Item = u64>) {
    let rows: Vec<BatchRow> = numbers.map(BatchRow::valid).collect();
    run_rows(sandbox, at, name, &rows);
}

/// Runs `rows`, none of which is refused.
fn run_rows(sandbox: &Sandbox, at: &str, name: &str, rows: &[BatchRow]) {
    let file = sandbox.file(name, batch_file(rows));
    let summary = sandbox
        .at(at, ["--json", "batch", "run"], [file])
        .expect(0)
        .json();
    assert_eq!(summary["refused"], 0, "{summary}");
}

/// `mayfly --at AT --json audit WORDS…`.
pub fn audit(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.at(at, ["--json", "audit"], words)
}

pub fn freeze(sandbox: &Sandbox, at: &str) -> Value {
    audit(sandbox, at, &["freeze", "004", "2026-11"]).expect(0).json()
}

/// The unit head names `reviewer` for the sample.
fn name(sandbox: &Sandbox, at: &str, reviewer: &str) -> Run {
    audit(
        sandbox,
        at,
        &["name", "004", "2026-11", reviewer, "--as", "wu.head"],
    )
}

/// The reviewer, whom the unit head names first, draws with `value`.
pub fn draw(sandbox: &Sandbox, at: &str, value: &str) -> Run {
    name(sandbox, at, "hsu.rv").expect(0);
    let draw = ["draw", "004", "2026-11", "--as", "hsu.rv", "--value", value];
    audit(sandbox, at, &draw)
}

/// The journal indices of the sample's records, as its reviewer is shown them.
fn items(sandbox: &Sandbox, at: &str) -> Vec<u64> {
    let shown = audit(sandbox, at, &["show", "004", "2026-11", "--as", "hsu.rv"])
        .expect(0)
        .json();
    entries(&shown["items"])
}

fn entries(items: &Value) -> Vec<u64> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item["entry"].as_u64().unwrap()).collect()
}

/// Exports the sample to the new folder `name`; returns it with the journal's key.
pub fn export(sandbox: &Sandbox, at: &str, name: &str) -> (PathBuf, String) {
    let folder = sandbox.path(name);
    let exported = audit(
        sandbox,
        at,
        &[
            "export",
            "004",
            "2026-11",
            folder.to_str().unwrap(),
            "--as",
            "hsu.rv",
        ],
    )
    .expect(0)
    .json();
    (folder, exported["key"].as_str().unwrap().to_owned())
}

/// `audit verify` where no data directory is.
fn verify(folder: &Path, key: &str) -> Run {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"))
        .args(["--json", "audit", "verify", ".", "--key", key])
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .output();
    Run::of(output.unwrap())
}

/// A month of four queries that is drawn, every record of it in order, and signed off.
pub fn reviewed() -> Sandbox {
    let sandbox = asked(4);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    for place in 1..=4 {
        review::clear(&sandbox, CLOSED, place, "hsu.rv");
    }
    review::act(&sandbox, CLOSED, "sign-off", &["--as", "wu.head"]).expect(0);
    sandbox
}

/// A file with the log that the member keeps of the persons `numbers`, as they were asked about.
pub fn log_of(sandbox: &Sandbox, numbers: impl Iterator<Item = u64>) -> String {
    reconcile::written(sandbox, &reconcile::log(numbers))
}

/// The first of December, an hour after midnight: the month is closed.
pub const CLOSED: &str = "2026-12-01T01:00:00+08:00";
/// Any value of a reviewer's.
pub const VALUE: &str = "5f0c1d2e3a4b59687a8b9cadbecfd0e1";
