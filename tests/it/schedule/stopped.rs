//! Twelve ways to stop the purge: each is noticed, and none keeps anything beyond its 96 hours. *Edge.*
//!
//! The program is made stuck from outside: by signals, locks, files that are taken away, a server that says nothing. A panic
//! alone is planted inside, by `a_panic_is_a_trouble_like_any_other_and_leaves_its_trace` beside the passes; here is what
//! follows from the trace it leaves.
//!
//! Noticed: the gate is closed (`closed`, and `GATE-PURGE` for who asks), or `watch`, `doctor` or `certificate list` say it.
//! *Not* a failure: certificates that come when the database is back.

mod database;

use std::{collections::HashSet, fs, process::Child};

use super::{end, impatient, stop, until};
use crate::{
    batch_file::{BatchRow, batch_file},
    certificates::{AFTER, COHORTS, DUE, Trial},
    support::{NOW, Sandbox},
    worker::{start, wake},
};

#[test]
fn a_panic() {
    let trial = Trial::new();
    trial.sandbox.mayfly(["--at", NOW, "serve", "--once"]).expect(0);
    let trace = trial.sandbox.data().join("passes/purge");
    let text = fs::read_to_string(&trace).unwrap();
    fs::write(trace, text.replace(" ok", " BUG")).unwrap();
    expect_closed(&trial, NOW, "PURGE-FAILED");
    gone_with_the_next_pass(&trial);
}

#[test]
fn a_dead_scheduler() {
    let trial = patient_for_seconds();
    let mut serving = serving(&trial.sandbox, NOW);
    serving.kill().unwrap();
    serving.wait().unwrap();
    until(
        || closed(&trial.sandbox).contains("PURGE-SILENT"),
        "nobody noticed the death",
    );
    expect_closed(&trial, NOW, "PURGE-SILENT");
    gone_with_the_next_pass(&trial);
}

#[test]
fn a_pause_of_two_hours() {
    let trial = patient_for_seconds();
    let mut paused = serving(&trial.sandbox, "2026-11-05T10:59:59+08:00");
    stop(&trial.sandbox, &paused);
    until(
        || closed(&trial.sandbox).contains("PURGE-SILENT"),
        "nobody noticed the pause",
    );
    expect_closed(&trial, TWO_HOURS_LATER, "PURGE-DUE");
    // Somebody else does it, though the gate may still be closed to the rest; who sleeps does no harm when he wakes.
    trial.sandbox.mayfly(["--at", TWO_HOURS_LATER, "serve", "--once"]);
    assert!(is_gone(&trial));
    wake(&paused);
    end(&mut paused);
    // While he slept in the midst of a look, the log could not be emptied: then the next pass certifies.
    let is_certified = || {
        trial.sandbox.mayfly(["--at", TWO_HOURS_LATER, "serve", "--once"]);
        certified(&trial, TWO_HOURS_LATER) == COHORTS.len()
    };
    until(is_certified, "nobody certified it");
    expect_in_time(&trial, TWO_HOURS_LATER);
}

#[test]
fn custody_away() {
    let trial = patient_for_seconds();
    let (keys, away) = (trial.sandbox.data().join("keys"), trial.sandbox.path("away"));
    fs::rename(&keys, &away).unwrap();
    let mut serving = start(&trial.sandbox, DUE, ["serve"]);
    until(
        || closed(&trial.sandbox).contains("CUSTODY-AWAY"),
        "nobody noticed",
    );
    let batch = new_batch(&trial.sandbox);
    let asked = trial
        .sandbox
        .mayfly(["--at", DUE, "batch", "run", batch.to_str().unwrap()])
        .expect(75);
    assert!(asked.stderr.contains("KEY-MISSING"), "{}", asked.stderr);
    // Back again, and the same process goes on.
    fs::rename(&away, &keys).unwrap();
    until(|| certified(&trial, DUE) == 2, "the purge did not go on");
    until(
        || closed(&trial.sandbox).is_empty(),
        "the gate was not opened again",
    );
    end(&mut serving);
    expect_in_time(&trial, AFTER);
}

/// Twenty hours at once, where there are two an hour; the oldest has four hours left.
#[test]
fn a_backlog_of_ten_times() {
    let sandbox = Sandbox::with_master_data();
    for hour in 0..20 {
        let at = format!(
            "2026-11-{:02}T{:02}:00:00+08:00",
            2 + (10 + hour) / 24,
            (10 + hour) % 24
        );
        let person = 1_000_000 + 10 * hour;
        let rows = [BatchRow::valid(person), BatchRow::valid(person + 1)];
        let file = sandbox.file(&format!("004-1151102-{:02}.csv", hour + 1), batch_file(&rows));
        sandbox
            .mayfly(["--at", &at, "batch", "run", file.to_str().unwrap()])
            .expect(0);
    }
    let say = |words: &[&str]| sandbox.mayfly([&["--at", BACKLOG, "--json"], words].concat());
    let noticed = say(&["watch", "--once"]).expect(1).stdout;
    assert!(noticed.contains("PURGE-DUE"), "{noticed}");
    let planned = say(&["purge", "plan"]).expect(0).json();
    assert_eq!(planned["due"], 40, "{planned}");
    say(&["serve", "--once"]).expect(0);
    let certificates = say(&["certificate", "list"]).expect(0).json();
    let certificates = certificates.as_array().unwrap();
    assert_eq!(certificates.len(), 40);
    assert!(
        certificates
            .iter()
            .all(|one| one["key_destroyed_at"] == "2026-11-05T22:30:00Z")
    );
    say(&["watch", "--once"]).expect(0);
}

/// Somebody holds the lock of the keys, and every pass takes as long as he likes; the watcher must not wait with them.
#[test]
fn a_sweep_slower_than_its_interval() {
    let trial = patient_for_seconds();
    let lock = fs::File::open(trial.sandbox.data().join("keys/lock")).unwrap();
    lock.lock().unwrap();
    // From its first pass on.
    let mut slow = start(&trial.sandbox, DUE, ["serve"]);
    until(
        || closed(&trial.sandbox).contains("CUSTODY-AWAY"),
        "nobody noticed",
    );
    assert!(!is_gone(&trial));
    drop(lock);
    until(|| certified(&trial, DUE) == 2, "the purge did not go on");
    until(
        || closed(&trial.sandbox).is_empty(),
        "the gate was not opened again",
    );
    end(&mut slow);
    expect_in_time(&trial, AFTER);
}

#[test]
fn two_schedulers() {
    let trial = patient_for_seconds();
    let count = trial.sealed().len() as u64;
    let mut both = [(); 2].map(|()| start(&trial.sandbox, DUE, ["serve"]));
    until(|| certified(&trial, DUE) == 2, "two stood in each other's way");
    assert!(both.iter_mut().all(|one| one.try_wait().unwrap().is_none()));
    // One is enough, and the death of the other closes nothing for long.
    both[0].kill().unwrap();
    both[0].wait().unwrap();
    let trace = || fs::read_to_string(trial.sandbox.data().join("passes/purge")).unwrap_or_default();
    let before = trace();
    until(|| trace() != before, "the other died as well");
    until(|| closed(&trial.sandbox).is_empty(), "the gate is closed");
    end(&mut both[1]);
    trial.expect_certified(AFTER, count);
}

/// There is no such setting; whatever is tried for one is refused, and then nothing is taken in either.
#[test]
fn no_setting_disables_it() {
    let trial = Trial::new();
    let path = trial.sandbox.data().join("mayfly.toml");
    let good = fs::read_to_string(&path).unwrap();
    let batch = new_batch(&trial.sandbox);
    for tried in [
        "purge = false",
        "purge = \"off\"",
        "schedule = false",
        "retention_hours = 9000",
        "destroy_by_hours = 9000",
        "hold = true",
        "patience_seconds = 0",
        "patience_seconds = 301",
        "patience_seconds = 100000",
        "patience_seconds = -1",
        "regime = \"none\"",
        "[purge]\nenabled = false",
        "[schedule]\npurge = \"never\"",
        "[retention]\nanswer = 9000",
    ] {
        let others: String = good
            .lines()
            .filter(|line| !tried.starts_with("regime") || !line.starts_with("regime"))
            .map(|line| format!("{line}\n"))
            .collect();
        let is_table = tried.starts_with('[');
        let text = if is_table {
            format!("{others}{tried}\n")
        } else {
            format!("{tried}\n{others}")
        };
        fs::write(&path, text).unwrap();
        for words in [
            &["serve", "--once"][..],
            &["batch", "run", batch.to_str().unwrap()],
        ] {
            let refused = trial.sandbox.mayfly([&["--at", DUE], words].concat());
            assert!(
                refused.code != 0 && refused.stderr.contains("(CONFIG-"),
                "{tried}: {}",
                refused.stderr
            );
        }
    }
    // And every setting that there is, at its loosest, changes nothing of what is due.
    let loosest = "accept_weak_erasure = true\npatience_seconds = 300\nlease_seconds = 3600\n";
    let others = good
        .replace("clock_stands = true", "clock_stands = false")
        .replace("provider = \"sandbox\"", "provider = \"none\"");
    fs::write(&path, format!("{loosest}{others}")).unwrap();
    let served = trial.sandbox.mayfly(["--at", DUE, "serve", "--once"]).expect(75);
    assert!(served.stderr.contains("(PROVIDER-NONE)"), "{}", served.stderr);
    assert!(is_gone(&trial));
    expect_in_time(&trial, AFTER);
}

/// A trial that misses a purge after five seconds.
fn patient_for_seconds() -> Trial {
    let trial = Trial::new();
    impatient(&trial.sandbox);
    trial
}

/// A schedule of which every pass has run.
fn serving(sandbox: &Sandbox, at: &str) -> Child {
    let serving = start(sandbox, at, ["serve"]);
    until(
        || sandbox.data().join("passes/work").exists(),
        "the passes do not run",
    );
    // A look before the first pass may have missed it.
    until(|| closed(sandbox).is_empty(), "the gate is closed");
    serving
}

/// What the gate is closed for.
fn closed(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.data().join("closed")).unwrap_or_default()
}

/// `watch` names `code`, and a new question gets no further than the gate.
#[track_caller]
fn expect_closed(trial: &Trial, at: &str, code: &str) {
    let noticed = trial.say(at, &["watch", "--once"]).expect(1).stdout;
    assert!(noticed.contains(code), "{noticed}");
    let batch = new_batch(&trial.sandbox);
    let asked = trial
        .sandbox
        .mayfly(["--at", at, "batch", "run", batch.to_str().unwrap()])
        .expect(75);
    assert!(asked.stderr.contains("(GATE-PURGE)"), "{}", asked.stderr);
}

/// Keys and bytes, whatever the database does.
fn is_gone(trial: &Trial) -> bool {
    let destroyed = fs::read_to_string(trial.sandbox.data().join("keys/destroyed")).unwrap();
    let named: HashSet<_> = destroyed.lines().map(|line| line.split(' ').next()).collect();
    named.len() == COHORTS.len() && trial.sealed().is_empty()
}

fn certified(trial: &Trial, at: &str) -> usize {
    trial.certificates_however(at).len()
}

fn gone_with_the_next_pass(trial: &Trial) {
    // Patience is short: on a busy machine the next look may find it silent again.
    let is_well = || {
        trial.sandbox.mayfly(["--at", DUE, "serve", "--once"]);
        trial.sandbox.mayfly(["--at", DUE, "watch", "--once"]).code == 0
    };
    until(is_well, "the gate was not opened again");
    assert!(is_gone(trial));
    expect_in_time(trial, AFTER);
}

/// Both hours are certified as destroyed before their 96 hours were over.
#[track_caller]
fn expect_in_time(trial: &Trial, at: &str) {
    let certificates = trial.certificates(at);
    assert_eq!(certificates.len(), COHORTS.len());
    for certificate in certificates {
        let destroyed = certificate["key_destroyed_at"].as_str().unwrap();
        assert!(destroyed < "2026-11-06T02:00:00Z", "{certificate}");
    }
}

fn new_batch(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.file("004-1151105-01.csv", batch_file(&[BatchRow::valid(7_000_001)]))
}

impl Trial {
    /// The certificates, also while some are missing.
    fn certificates_however(&self, at: &str) -> Vec<serde_json::Value> {
        let run = self.say(at, &["certificate", "list"]);
        let listed = serde_json::from_str(&run.stdout).unwrap_or_default();
        match listed {
            serde_json::Value::Array(listed) => listed,
            _ => Vec::new(),
        }
    }
}

const TWO_HOURS_LATER: &str = "2026-11-05T13:00:00+08:00";
/// When the last of twenty hours is due, and the first has three and a half left.
const BACKLOG: &str = "2026-11-06T06:30:00+08:00";
