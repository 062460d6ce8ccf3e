//! A process of the product that a test starts, pauses, wakes, kills and waits for. *Edge.*

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{
    support::{NOW, Run, Sandbox, pause},
    synthetic::{ledger, shown},
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

/// Waits for it and tells what it said.
pub fn ended(worker: Child) -> Run {
    Run::of(worker.wait_with_output().unwrap())
}

/// Starts a run of `file` and pauses it when it has asked about a chunk and is not inside a transaction.
pub fn paused_midway(sandbox: &Sandbox, file: &str) -> Child {
    let batch = Path::new(file).file_stem().unwrap().to_str().unwrap();
    let mut worker = start(sandbox, NOW, ["batch", "run", file]);
    while ledger(sandbox).is_empty() && worker.try_wait().unwrap().is_none() {
        pause(0.002);
    }
    stop_between_transactions(&worker);
    let state = shown(sandbox, NOW, batch).unwrap()["state"].clone();
    assert_eq!(state, "accepted", "the run was over before it was paused");
    worker
}

/// Pauses it where it does not hold the one writer, so that others can write.
pub fn stop_between_transactions(worker: &Child) {
    stop(worker);
    while writes(worker) {
        signal(worker, "CONT");
        pause(0.001);
        stop(worker);
    }
}

/// Lets it go on.
pub fn wake(worker: &Child) {
    signal(worker, "CONT");
}

/// Stops it and waits until each of its threads stands still: one that waits for the disk first comes back from there.
fn stop(worker: &Child) {
    signal(worker, "STOP");
    let tasks = format!("/proc/{}/task", worker.id());
    let stands = |task: fs::DirEntry| {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.rsplit(')')
            .next()
            .is_none_or(|rest| rest.starts_with(" T") || rest.starts_with(" Z") || rest.is_empty())
    };
    while !fs::read_dir(&tasks).unwrap().all(|task| stands(task.unwrap())) {
        pause(0.001);
    }
}

/// Whether it holds SQLite's lock of the one writer: byte 120 of the shared-memory file.
fn writes(worker: &Child) -> bool {
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks
        .lines()
        .any(|lock| lock.contains(&format!(" {} ", worker.id())) && lock.ends_with(" 120 120"))
}

fn signal(worker: &Child, name: &str) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{name} {}", worker.id())])
        .status()
        .unwrap();
    assert!(sent.success());
}
