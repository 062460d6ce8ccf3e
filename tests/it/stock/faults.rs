//! A purge whose disk is full or broken at one call, at each in turn, or at one of its files for good. *Edge.*
//!
//! A failure is: a panic; an error without code and remedy; a next pass that does not complete what this one left, with one
//! certificate a cohort and the right counts; and a new question that leaves while something due cannot go.

use std::{fs, path::PathBuf};

use super::traced::{Traced, traced};
use crate::{
    batch_file::{BatchRow, batch_file},
    certificates::{AFTER, COHORTS, DUE, Trial},
    support::{Run, setting},
};

/// Calls of a purge that change the disk. Of the many, most of which are the database's and those of reading, every so
/// many, and one error or the other; `MAYFLY_FAULT_STRIDE=1` takes all of all with both.
const CALLS: [(&str, usize); 9] = [
    ("rename", 1),
    ("unlink", 1),
    ("unlinkat", 1),
    ("ftruncate", 1),
    ("fsync", 1),
    ("write", 1),
    ("mkdir", 5),
    ("pwrite64", 6),
    ("openat", 11),
];

const ERRORS: [&str; 2] = ["EIO", "ENOSPC"];

#[test]
fn failed_at_each_step_a_purge_goes_on_or_is_completed_by_the_next() {
    let stride: Option<usize> = setting("MAYFLY_FAULT_STRIDE");
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    for (call, every) in CALLS {
        let (mut steps, mut reported) = (0, 0);
        'steps: for (number, step) in (1..).step_by(stride.unwrap_or(every)).enumerate() {
            let errors = match stride {
                Some(_) => &ERRORS[..],
                None => &ERRORS[number % 2..][..1],
            };
            for error in errors {
                let copy = trial.copy();
                let fault = format!("{call}:error={error}:when={step}");
                // Writing to a file, not the bells of the runtime and what is said.
                let files = match call {
                    "write" => written(&copy),
                    _ => vec![],
                };
                let Traced { run, injected } = traced(&copy.sandbox, &fault, &files, &purge());
                if injected == 0 {
                    break 'steps;
                }
                check_told(&fault, &run);
                steps += 1;
                reported += usize::from(run.code != 0);
                copy.purge(AFTER).expect(0);
                copy.expect_certified(AFTER, count);
                copy.say(AFTER, &["journal", "verify"]).expect(0);
            }
        }
        println!("{call}: {steps} steps, {reported} reported");
        assert!(steps > 0, "no {call} was failed");
    }
}

/// As long as the disk keeps a purge from its end, nothing new leaves; when it gives way, all is made up for.
#[test]
fn while_the_disk_keeps_a_purge_from_its_end_nothing_is_taken_in() {
    let trial = Trial::new();
    let settings = trial.sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(settings, text + "[sandbox]\nledger = \"ledger\"\n").unwrap();
    let count = trial.sealed().len() as u64;
    for (call, error, file, alarm) in [
        ("pwrite64", "ENOSPC", "keys/destroyed", "PURGE-FAILED"),
        ("fsync", "EIO", "keys/destroyed", "PURGE-FAILED"),
        ("pwrite64", "EIO", "keys/root.slots", "PURGE-FAILED"),
        ("fsync", "EIO", "keys/root.slots", "PURGE-FAILED"),
        ("write", "ENOSPC", "keys/keyring.new", "PURGE-FAILED"),
        ("rename", "EIO", "keys/keyring.new", "PURGE-FAILED"),
        ("unlinkat", "EIO", "sealed/answer/answer-2026110202", "PURGE-DUE"),
    ] {
        let copy = trial.copy();
        let fault = format!("{call}:error={error}");
        let file = vec![copy.sandbox.data().join(file)];
        let what = format!("{fault} of {}", file[0].display());
        let first = traced(&copy.sandbox, &fault, &file, &["--at", DUE, "serve", "--once"]);
        assert!(first.injected > 0, "{what}");
        check_told(&what, &first.run);
        assert_ne!(first.run.code, 0, "{what}");

        // Somebody notices, with the fault or without it.
        let watch = ["--at", SOON, "--json", "watch", "--once"];
        let noticed = traced(&copy.sandbox, &fault, &file, &watch).run.expect(1);
        let codes: Vec<_> = noticed
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["code"].clone())
            .collect();
        assert!(codes.contains(&alarm.into()), "{what}: {codes:?}");
        let batch = batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]);
        let batch = copy.sandbox.file("004-1151105-01.csv", batch);
        let ask = ["--at", SOON, "batch", "run", batch.to_str().unwrap()];
        for run in [
            traced(&copy.sandbox, &fault, &file, &ask).run,
            copy.sandbox.mayfly(ask),
        ] {
            check_told(&what, &run);
            assert_eq!(run.code, 75, "{what}: {}", run.stderr);
        }
        assert!(
            !copy.sandbox.data().join("ledger").exists(),
            "{what}: a question left"
        );

        copy.sandbox.mayfly(["--at", LATER, "serve", "--once"]);
        copy.sandbox.mayfly(["--at", LATER, "watch", "--once"]).expect(0);
        copy.purge(LATER).expect(0);
        copy.expect_certified(LATER, count);
        copy.sandbox.mayfly(["--at", LATER, "work", "--once"]).expect(0);
        assert!(copy.sandbox.data().join("ledger").exists(), "{what}: the control");
    }
}

fn purge() -> [&'static str; 5] {
    ["--at", DUE, "--json", "purge", "run"]
}

/// No panic, and if it is an error, two lines: a sentence with its code, and a remedy.
#[track_caller]
fn check_told(what: &str, run: &Run) {
    assert!(
        matches!(run.code, 0 | 1 | 75),
        "{what}: {}: {}",
        run.code,
        run.stderr
    );
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    if run.code == 75 {
        let lines: Vec<&str> = run.stderr.lines().filter(|line| !line.starts_with('{')).collect();
        assert!(
            lines.len() == 2 && lines[0].ends_with(')'),
            "{what}: {}",
            run.stderr
        );
    }
}

/// The files that a purge writes with `write`.
fn written(trial: &Trial) -> Vec<PathBuf> {
    let data = trial.sandbox.data();
    let evidence = COHORTS.map(|cohort| format!("purged/{cohort}.new"));
    let others = ["keys/keyring.new", "keys/last_checkpoint.new", "clock.new"].map(str::to_owned);
    evidence
        .into_iter()
        .chain(others)
        .map(|name| data.join(name))
        .collect()
}

/// Six minutes after [`DUE`]: longer than patience, sooner than the hour after which the gate closes by itself.
const SOON: &str = "2026-11-05T11:06:00+08:00";
const LATER: &str = "2026-11-05T11:20:00+08:00";
