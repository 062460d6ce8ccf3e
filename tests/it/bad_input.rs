//! Bad input of every kind gets a clear answer, nothing is lost, and the data directory stays usable. *Edge.*
//!
//! `files` hands in files that are none, `disk` takes the disk away, `custody` keys on the wrong disk and a full one, `keys`
//! keys and formats that do not fit, `rules` what the command line and the configuration must not say. Every row in these files is marked; none of its cells
//! may appear in an answer.

mod custody;
mod disk;
mod files;
mod keys;
mod rules;

use std::path::PathBuf;

pub use self::disk::{in_own_mounts, may_mount};

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// A valid row that nobody may see again.
fn marked_row(number: u64) -> BatchRow {
    BatchRow::valid(number)
        .with("subject_name", "楊勿洩")
        .with("reason", "勿洩之事由")
        .with("birth_date", "1961-07-09")
        .with("consent_ip", "")
        .with("consent_phone", "0987-654-321")
}

/// Cells of marked rows 1 to 9, in the forms in which they could slip out.
fn marks() -> Vec<String> {
    let mut marks: Vec<String> = [
        "楊勿洩",
        "勿洩",
        "1961-07-09",
        "19610709",
        "0987",
        "654-321",
        "987654321",
    ]
    .map(String::from)
    .into();
    for number in 1..10 {
        let row = marked_row(number);
        marks.extend(["subject_id", "case_no", "consent_ref"].map(|column| row.cell(column)));
    }
    marks
}

/// Insists that a run was refused with this exit code and code: one sentence, one remedy, no result, no cell.
#[track_caller]
fn check_refused(run: &Run, exit: i32, code: &str) {
    let said = format!("stdout: {}\nstderr: {}", run.stdout, run.stderr);
    assert_eq!(run.code, exit, "{said}");
    assert_eq!(run.stdout, "", "half a result: {said}");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "a sentence and a remedy: {said}");
    assert!(
        lines[0].ends_with(&format!(" ({code})")),
        "the code {code}: {said}"
    );
    assert!(lines[0].len() > code.len() + 10, "a sentence: {said}");
    assert!(lines[1].split(' ').count() > 2, "a remedy: {said}");
    check_silent(run);
}

/// Insists that no cell of a marked row was told.
#[track_caller]
fn check_silent(run: &Run) {
    for mark in marks() {
        assert!(
            !run.stderr.contains(&mark) && !run.stdout.contains(&mark),
            "{mark} was told: {}{}",
            run.stdout,
            run.stderr
        );
    }
}

/// Insists that a good batch runs, that the journal verifies, and that no half-written file is left.
#[track_caller]
fn check_usable(sandbox: &Sandbox) {
    let file = good_file(sandbox);
    let run = sandbox.at(NOW, ["batch", "run"], [file]);
    assert_eq!(run.code, 0, "not usable any more: {}{}", run.stdout, run.stderr);
    let run = sandbox.at(NOW, ["journal"], ["verify"]);
    assert_eq!(
        run.code, 0,
        "the journal does not verify: {}{}",
        run.stdout, run.stderr
    );
}

/// A file that is good, under a number that no test uses otherwise.
fn good_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.file("004-1151102-99.csv", batch_file(&[BatchRow::valid(990_099)]))
}
