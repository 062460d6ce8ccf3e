//! How what is kept for years ends, what keeps it longer, and what a backup brings back: nothing. *Edge.*
//!
//! `classes` shows that no place is without a class, `years` lets five years and a day pass, `certified` has the proof of it
//! and the nights of the schedule, `holds` keeps records for an investigation, `pages` has more of them than a page, `restore` is the drill.

mod certified;
mod classes;
mod holds;
mod pages;
mod restore;
mod years;

use std::path::PathBuf;

use mayfly_retention::{Cohort, Custody, OsRandomness, RetentionError, Vault};
use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Sandbox},
};

/// The batch of these tests.
const BATCH: &str = "004-1151102-01";

/// A sandbox in which a batch of three rows was answered.
pub fn asked() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..=3).map(BatchRow::valid).collect();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let (code, summary) = sandbox.batch_run(&file, &[]);
    assert_eq!((code, summary["refused"].as_u64()), (0, Some(0)), "{summary}");
    sandbox
}

/// Runs the purge at `at`, which does what the plan had said just before; returns what it did about the years.
pub fn purged(sandbox: &Sandbox, at: &str) -> Value {
    let plan = sandbox.at(at, ["--json", "purge"], ["plan"]).expect(0).json();
    let done = sandbox.at(at, ["--json", "purge"], ["run"]).expect(0).json();
    let (planned, years) = (&plan["years"], done["years"].clone());
    let sum = |what: &str| -> u64 {
        let lines = planned["records"].as_array().unwrap().iter();
        lines.map(|line| line[what].as_u64().unwrap()).sum()
    };
    let months = planned["months"].as_array().unwrap().len() as u64;
    assert_eq!(
        (
            &plan["due"],
            Some(sum("records")),
            Some(sum("files")),
            Some(months),
            &planned["held"]
        ),
        (
            &done["destroyed"],
            years["deleted"].as_u64(),
            years["files"].as_u64(),
            years["months"].as_u64(),
            &years["held"]
        ),
        "{plan} {done}"
    );
    years
}

/// A number that `sql` asks the database for.
fn number(sandbox: &Sandbox, sql: &str) -> i64 {
    let sql = format!("SELECT CAST(({sql}) AS TEXT)");
    sandbox.database.ask(&sandbox.data(), &sql)[0].parse().unwrap()
}

/// The sealed files of `class` in the data directory.
fn sealed(sandbox: &Sandbox, class: &str) -> Vec<PathBuf> {
    let all = crate::support::files_below(&sandbox.data().join("sealed").join(class));
    all.into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "seg"))
        .collect()
}

/// Opens the sealed segment `name` below `folder` with the keys that `sandbox` has now; tells how many records it holds.
fn opened(
    sandbox: &Sandbox,
    folder: &std::path::Path,
    name: &std::path::Path,
) -> Result<u32, RetentionError> {
    let custody = Custody::open(&sandbox.data().join("keys"), std::sync::Arc::new(OsRandomness))?;
    let cohort = Cohort::parse(name.parent().unwrap().file_name().unwrap().to_str().unwrap())?;
    let key = custody
        .existing_key(cohort)?
        .ok_or(RetentionError::KeyringForeign)?;
    let id = mayfly_retention::ObjectId::parse(name.file_stem().unwrap().to_str().unwrap())?;
    let place = mayfly_retention::Place { cohort, id };
    Ok(Vault::open(folder)?.open_segment(place, &key)?.len())
}

/// When the answers of the batch are destroyed.
pub const AFTER_THE_WINDOW: &str = "2026-11-05T12:00:00+08:00";
/// The last day of five years, the next, and the first on which the month's own five years are over.
const LAST_DAY: &str = "2031-11-02T23:59:59+08:00";
const DAY_AFTER: &str = "2031-11-03T00:00:00+08:00";
pub const MONTH_AFTER: &str = "2031-12-02T00:00:00+08:00";
