//! The schedule on the real binary: it purges by itself, and somebody else notices when it does not. *Edge.*
//!
//! `locks` holds what a stopped process may hold.

mod locks;

mod stopped;

use std::process::Child;

use crate::{
    support::{NOW, Sandbox, pause},
    synthetic::{BATCH, Synthetic, journal, shown},
    worker::{start, stop_between_transactions, wake},
};

#[test]
fn every_pass_once_does_all_that_is_due() {
    let batch = Synthetic::prepare(300, 41, 0, "");
    let (sandbox, file) = (&batch.sandbox, batch.file.to_str().unwrap());
    sandbox.mayfly(["--at", NOW, "batch", "submit", file]).expect(0);
    sandbox.mayfly(["--at", NOW, "serve", "--once"]).expect(0);
    assert_eq!(shown(sandbox, NOW, BATCH).unwrap()["state"], "settled");
    let later = "2026-11-05T11:00:00+08:00";
    let due = sandbox
        .mayfly(["--at", later, "--json", "purge", "plan"])
        .expect(0)
        .json();
    assert_eq!(due["due"], 2, "{due}");
    let ran = sandbox
        .mayfly(["--at", later, "--json", "serve", "--once"])
        .expect(0)
        .json();
    assert_eq!(
        (&ran[0]["pass"], &ran[0]["outcome"]),
        (&"purge".into(), &"ok".into())
    );
    let due = sandbox
        .mayfly(["--at", later, "--json", "purge", "plan"])
        .expect(0)
        .json();
    assert_eq!(due["due"], 0);
    let destroyed = journal(sandbox, later)
        .iter()
        .filter(|entry| entry.kind == "destruction")
        .count();
    assert_eq!(destroyed, 2);
    sandbox.mayfly(["--at", later, "watch", "--once"]).expect(0);
}

#[test]
fn what_runs_until_it_is_told_to_stop_ends_well() {
    let sandbox = Sandbox::empty();
    for (words, begun) in [("watch", "locks/watch"), ("serve", "passes/checkpoint")] {
        let mut process = start(&sandbox, NOW, [words]);
        until(|| sandbox.data().join(begun).exists(), "it does not begin");
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&process),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        assert_eq!(process.wait().unwrap().code(), Some(0), "{words}");
    }
}

/// A purge that is paused, killed or cannot get at its keys: noticed by the process that watches, which closes the gate.
#[test]
fn a_purge_that_does_not_run_closes_the_gate() {
    let batch = Synthetic::prepare(50, 42, 0, "");
    let (sandbox, file) = (&batch.sandbox, batch.file.to_str().unwrap());
    impatient(sandbox);
    let closed = sandbox.data().join("closed");
    let mut serving = start(sandbox, NOW, ["serve"]);
    until(
        || sandbox.data().join("passes/work").exists(),
        "the passes do not run",
    );
    until(|| !closed.exists(), "the gate is closed although all runs");

    let refused = (0..20).find_map(|_| {
        stop(sandbox, &serving);
        until(|| closed.exists(), "nobody noticed the pause");
        let run = sandbox.mayfly(["--at", NOW, "batch", "run", file]).expect(75);
        if !run.stderr.contains("(DB-BUSY)") {
            return Some(run.stderr);
        }
        // It was paused while it opened or closed the database, where others wait for it: once more.
        wake(&serving);
        until(|| !closed.exists(), "the gate was not opened again");
        None
    });
    let refused = refused.expect("it was paused inside the database each time");
    assert!(refused.contains("GATE-PURGE"), "{refused}");
    wake(&serving);
    until(|| !closed.exists(), "the gate was not opened again");
    // The batch that was accepted before is worked by the schedule itself.
    let settled = || shown(sandbox, NOW, BATCH).is_some_and(|batch| batch["state"] == "settled");
    until(settled, "the batch was not worked");

    let keys = sandbox.data().join("keys");
    std::fs::rename(&keys, sandbox.path("away")).unwrap();
    until(|| closed.exists(), "nobody noticed that the keys are gone");
    std::fs::rename(sandbox.path("away"), &keys).unwrap();
    until(|| !closed.exists(), "the gate was not opened again");

    serving.kill().unwrap();
    serving.wait().unwrap();
    until(|| closed.exists(), "nobody noticed the death");
    let alarms = sandbox
        .mayfly(["--at", NOW, "--json", "watch", "--once"])
        .expect(1)
        .json();
    assert_eq!(alarms[0]["code"], "PURGE-SILENT");
    // What opens it again is a purge that runs.
    let mut serving = start(sandbox, NOW, ["serve"]);
    until(|| !closed.exists(), "the gate was not opened again");
    end(&mut serving);
}

/// Somebody who purges by hand is seen by the watcher as the schedule is; that there is none is told in a line.
#[test]
fn a_purge_by_hand_is_seen_and_no_schedule_is_told() {
    let sandbox = Sandbox::with_master_data();
    let trace = sandbox.data().join("passes/purge");
    let says = |words: &[&str]| sandbox.mayfly([&["--at", NOW], words].concat());
    let advised = |run: crate::support::Run| run.stdout.contains("start `mayfly serve`");
    assert!(!trace.exists());
    assert!(advised(says(&["watch", "--once"]).expect(0)));
    assert!(advised(says(&["doctor"]).expect(0)));

    // A trace of long ago, of another boot or of this one, is as old as the machine.
    impatient(&sandbox);
    std::fs::create_dir_all(trace.parent().unwrap()).unwrap();
    std::fs::write(&trace, "0 ok\n").unwrap();
    let silent = says(&["watch", "--once"]).expect(1);
    assert!(silent.stdout.contains("PURGE-SILENT") && advised(silent));
    let file = sandbox.file(
        "004-1151102-01.csv",
        crate::batch_file::batch_file(&[crate::batch_file::BatchRow::valid(1)]),
    );
    let refused = says(&["batch", "run", file.to_str().unwrap()]).expect(75);
    assert!(refused.stderr.contains("(GATE-PURGE)") && refused.stderr.contains("`mayfly serve`"));
    // It was long ago until somebody runs it, and again when he does not.
    let ran = (0..100).any(|_| {
        says(&["purge", "run"]).expect(0);
        says(&["watch", "--once"]).code == 0
    });
    assert!(ran, "no purge by hand was seen");
    assert!(!sandbox.data().join("closed").exists());
    says(&["serve", "--once"]).expect(0);
    assert!(!advised(says(&["doctor"]).expect(0)));
    assert!(std::fs::read_to_string(&trace).unwrap().ends_with(" ok\n"));
}

#[test]
fn serve_ends_when_it_is_told_to() {
    let sandbox = Sandbox::with_master_data();
    impatient(&sandbox);
    let mut serving = start(&sandbox, NOW, ["serve"]);
    until(
        || sandbox.data().join("passes/purge").exists(),
        "the purge does not run",
    );
    end(&mut serving);
    assert_eq!(serving.wait().unwrap().code(), Some(0));
}

/// Passes run every second, and are missed after five.
fn impatient(sandbox: &Sandbox) {
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(settings, format!("patience_seconds = 5\n{text}")).unwrap();
}

fn until(happened: impl Fn() -> bool, otherwise: &str) {
    for _ in 0..1_200 {
        if happened() {
            return;
        }
        pause(0.1);
    }
    panic!("{otherwise}");
}

/// Stops it where it holds neither the one writer nor the lock of the keys, on which others would wait with it.
fn stop(sandbox: &Sandbox, process: &Child) {
    let holds_keys = || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let pid = format!(" {} ", process.id());
        locks
            .lines()
            .any(|lock| lock.contains("FLOCK") && lock.contains(&pid))
    };
    for _ in 0..3_000 {
        stop_between_transactions(sandbox, process);
        if !holds_keys() {
            return;
        }
        wake(process);
        pause(0.02);
    }
    panic!("it never lets go of the keys");
}

fn end(process: &mut Child) {
    rustix::process::kill_process(
        rustix::process::Pid::from_child(process),
        rustix::process::Signal::TERM,
    )
    .unwrap();
    process.wait().unwrap();
}
