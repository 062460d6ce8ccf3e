//! What nobody does alone: applied for, given by another person, for exactly what was applied for, once, in its time. *Edge.*
//!
//! `kept` is what an approval does, `refused` what it does not.

mod kept;
mod refused;

use serde_json::Value;

use crate::support::{NOW, Run, Sandbox};

/// A sandbox with the demonstration's master data, and the bureau's people among them.
fn staffed() -> Sandbox {
    Sandbox::with_master_data()
}

/// `WORDS…` at `at` with `--json`.
fn say(sandbox: &Sandbox, at: &str, words: &[&str]) -> Run {
    sandbox.mayfly([&["--at", at, "--json"], words].concat())
}

/// Applies for what `words` say at [`NOW`]; returns the number of the approval.
#[track_caller]
fn apply(sandbox: &Sandbox, words: &[&str]) -> String {
    let applied = say(sandbox, NOW, words).expect(75).json();
    applied["approval"].to_string()
}

/// Gives the approval `number` at [`NOW`] as `by`.
fn give(sandbox: &Sandbox, number: &str, by: &str) -> Run {
    say(sandbox, NOW, &["approval", "give", number, "--as", by])
}

/// All approvals, as `approval list --all` tells them.
fn all(sandbox: &Sandbox) -> Vec<Value> {
    let told = say(sandbox, NOW, &["approval", "list", "--all"]).expect(0).json();
    told.as_array().unwrap().clone()
}

/// A hold that `he.cmp` wants.
const HOLD: [&str; 8] = [
    "purge", "hold", "add", "query", "--reason", "case 7", "--as", "he.cmp",
];
