//! A process of the product that a test starts, pauses, wakes, kills and waits for. *Edge.*

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
};

use rustix::process::{Pid, Signal};

use crate::{
    support::{NOW, Run, Sandbox, pause},
    synthetic::{Synthetic, ledger, shown},
};

/// Starts `mayfly --at AT --json WORDS…` on `sandbox` and does not wait for it.
pub fn start<'a>(sandbox: &Sandbox, at: &str, words: impl IntoIterator<Item = &'a str>) -> Child {
    let mut command = sandbox.command();
    command.args(["--at", at, "--json"]).args(words);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets a worker of `sandbox` that gives no sign of life lose its batch after a second.
pub fn short_lease(sandbox: &Sandbox) {
    let settings = sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(settings, format!("lease_seconds = 1\n{text}")).unwrap();
}

/// Waits for it and tells what it said.
pub fn ended(worker: Child) -> Run {
    Run::of(worker.wait_with_output().unwrap())
}

/// Runs the batch in a copy of its sandbox and pauses it when it has asked about a chunk, is not over and is not inside a
/// transaction; as often as it takes, for moments are chance.
pub fn paused_midway(batch: &Synthetic) -> (Synthetic, Child) {
    for _ in 0..TRIES {
        let batch = batch.copy();
        if let Some(worker) = try_paused_midway(&batch.sandbox, batch.file.to_str().unwrap()) {
            return (batch, worker);
        }
    }
    panic!("{TRIES} runs were over before they were paused");
}

/// The same where `sandbox` lies, once; nothing if the run was over before it was paused.
pub fn try_paused_midway(sandbox: &Sandbox, file: &str) -> Option<Child> {
    let batch = Path::new(file).file_stem().unwrap().to_str().unwrap();
    let mut worker = start(sandbox, NOW, ["batch", "run", file]);
    while ledger(sandbox).is_empty() && worker.try_wait().unwrap().is_none() {
        pause(0.002);
    }
    stop_between_transactions(sandbox, &worker);
    if shown(sandbox, NOW, batch).unwrap()["state"] == "accepted" {
        return Some(worker);
    }
    wake(&worker);
    worker.wait().unwrap();
    None
}

/// Pauses it where it holds neither the one writer nor the keys, so that others can write, and open the house at all.
pub fn stop_between_transactions(sandbox: &Sandbox, worker: &Child) {
    stop(worker);
    // A breath too short for the scheduler is no breath at all: each is longer than the one before.
    let mut breath = 0.000_2;
    while sandbox.database.is_written_by(worker) || are_keys_locked(sandbox) {
        signal(worker, Signal::CONT);
        pause(breath);
        breath = f64::min(breath * 1.3, 0.01);
        stop(worker);
    }
}

/// Whether somebody holds the lock of the keys: whoever opens the house waits for it without an end.
fn are_keys_locked(sandbox: &Sandbox) -> bool {
    let lock = fs::File::open(sandbox.data().join("keys/lock"));
    lock.is_ok_and(|lock| lock.try_lock().is_err())
}

/// Lets it go on.
pub fn wake(worker: &Child) {
    signal(worker, Signal::CONT);
}

/// Stops it and waits until each of its threads stands still: one that waits for the disk first comes back from there.
fn stop(worker: &Child) {
    signal(worker, Signal::STOP);
    let tasks = format!("/proc/{}/task", worker.id());
    let stands = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_none_or(|rest| rest.starts_with(" T") || rest.starts_with(" Z") || rest.is_empty())
    };
    while !fs::read_dir(&tasks).unwrap().all(|task| stands(task.unwrap())) {
        pause(0.000_2);
    }
}

fn signal(worker: &Child, signal: Signal) {
    rustix::process::kill_process(Pid::from_child(worker), signal).unwrap();
}

/// How long a worker of [`short_lease`] must be paused, so that it loses its batch.
pub const LEASE_SECONDS: f64 = 1.2;

/// How often an experiment is repeated whose moment is chance.
pub const TRIES: u32 = 20;
