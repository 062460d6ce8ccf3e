//! Who may use which answers, and until when: grants of a member's people, and what is opened or exported at the bureau. *Edge.*
//!
//! `used` is a member's own people and their periods, `bureau` the bureau's.

mod bureau;
mod used;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox},
};

/// Four cases of `chen.yl` on lines 2 to 5 and two of `huang.sm` on lines 6 and 7, asked at [`NOW`].
fn asked() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let rows: Vec<BatchRow> = (1..=6)
        .map(|number| match number {
            5 | 6 => BatchRow::valid(number).with("querier", "huang.sm"),
            _ => BatchRow::valid(number),
        })
        .collect();
    let file = sandbox.file(&format!("{BATCH}.csv"), batch_file(&rows));
    sandbox.at(NOW, ["batch", "run"], [file]).expect(0);
    sandbox
}

/// `WORDS…` at `at` with `--json`.
fn say(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json"], words].concat())
}

/// Applies for what `words` say at [`NOW`] and gives it as `by`; returns the option that does it.
#[track_caller]
fn given(sandbox: &Sandbox, words: &[&str], by: &str) -> [String; 2] {
    let number = say(sandbox, NOW, words).expect(75).json()["approval"].to_string();
    say(sandbox, NOW, &["approval", "give", &number, "--as", by]).expect(0);
    ["--approval".to_owned(), number]
}

/// `words` and the option `more`.
fn with<'w>(words: &[&'w str], more: &'w [String; 2]) -> Vec<&'w str> {
    let more = more.iter().map(String::as_str);
    words.iter().copied().chain(more).collect()
}

/// The lines that `batch results` shows at `at` to `account`.
#[track_caller]
fn lines(sandbox: &Sandbox, at: &str, account: &str) -> Vec<u64> {
    let rows = say(sandbox, at, &["batch", "results", BATCH, "--as", account])
        .expect(0)
        .json();
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row["line"].as_u64().unwrap()).collect()
}

#[track_caller]
fn refused(run: Run, exit: i32, code: &str) {
    let told = run.expect(exit).stderr;
    assert!(told.contains(&format!("({code})\n")), "{told}");
    assert_eq!(
        told.trim_end().lines().count(),
        2,
        "a sentence and a remedy: {told}"
    );
}

const BATCH: &str = "004-1151102-01";
