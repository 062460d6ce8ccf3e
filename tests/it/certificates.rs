//! Deletion certificates on the real binary: made last, once, with the right counts, and verified anywhere. *Edge.*

mod accounting;
mod kills;
mod verify;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use mayfly::db::Db;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor};

use crate::{
    support::{Run, Sandbox, files_below, fixtures},
    synthetic::journal,
};

/// When what came in with the demonstration's batch is due: its hour ends an hour later, and 72 hours after that its key goes.
pub const DUE: &str = "2026-11-05T11:00:00+08:00";
/// A minute later.
pub const AFTER: &str = "2026-11-05T11:01:00+08:00";
/// The cohorts of the demonstration's batch.
pub const COHORTS: [&str; 2] = ["answer-2026110202", "intake-2026110202"];

/// A sandbox with the demonstration's batch, settled.
pub struct Trial {
    pub sandbox: Sandbox,
    /// How many of its rows were answered.
    pub answered: u64,
}

impl Trial {
    pub fn new() -> Self {
        let sandbox = Sandbox::with_master_data();
        let (_, summary) = sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
        Self {
            sandbox,
            answered: summary["answered"].as_u64().unwrap(),
        }
    }

    pub fn copy(&self) -> Self {
        Self {
            sandbox: self.sandbox.copy(),
            answered: self.answered,
        }
    }

    pub fn say(&self, at: &str, words: &[&str]) -> Run {
        self.sandbox.mayfly([&["--at", at, "--json"], words].concat())
    }

    pub fn purge(&self, at: &str) -> Run {
        self.say(at, &["purge", "run"])
    }

    pub fn certificates(&self, at: &str) -> Vec<Value> {
        let listed = self.say(at, &["certificate", "list"]).expect(0).json();
        listed.as_array().unwrap().clone()
    }

    /// Exports the certificates to `name` beside the data directory; returns the folder and the verifier key.
    pub fn export(&self, at: &str, name: &str) -> (PathBuf, String) {
        let folder = self.sandbox.path(name);
        let said = self
            .say(at, &["certificate", "export", folder.to_str().unwrap()])
            .expect(0)
            .json();
        (folder, said["key"].as_str().unwrap().to_owned())
    }

    /// The sealed files of hours, as an old backup has them.
    pub fn sealed(&self) -> Vec<PathBuf> {
        let all = files_below(&self.sandbox.data().join("sealed"));
        let hours = |path: &PathBuf| {
            COHORTS
                .iter()
                .any(|cohort| path.to_string_lossy().contains(cohort))
        };
        all.into_iter().filter(hours).collect()
    }

    /// The folder of a cohort of [`COHORTS`].
    pub fn folder(&self, cohort: &str) -> PathBuf {
        let class = cohort.split('-').next().unwrap();
        self.sandbox.data().join("sealed").join(class).join(cohort)
    }

    /// Changes the database behind the machine's back.
    pub fn sql(&self, statement: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let address = self.sandbox.database.address(&self.sandbox.data());
            let db = Db::open(address, false).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            tx.connection()
                .execute(AssertSqlSafe(statement.to_owned()))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Each cohort was destroyed and certified once, with the counts of `segments` files; the journal knows each.
    #[track_caller]
    pub fn expect_certified(&self, at: &str, segments: u64) {
        let mut certificates = self.certificates(at);
        // One that was held back is numbered later.
        certificates.sort_by_key(|one| one["cohort"].to_string());
        let cohorts: Vec<_> = certificates
            .iter()
            .map(|one| one["cohort"].as_str().unwrap())
            .collect();
        assert_eq!(cohorts, COHORTS);
        let mut sum = 0;
        for certificate in &certificates {
            assert_eq!(certificate["expected"], certificate["destroyed"], "{certificate}");
            assert_eq!(certificate["expected"], certificate["removed"], "{certificate}");
            assert_eq!(
                (&certificate["residue"], &certificate["state"]),
                (&0.into(), &"erased".into())
            );
            sum += certificate["segments"].as_u64().unwrap();
        }
        assert_eq!(
            (sum, &certificates[0]["answers"]),
            (segments, &self.answered.into())
        );
        let entries = journal(&self.sandbox, at);
        let of = |kind: &str| -> BTreeSet<&str> {
            let lines = entries.iter().filter(|line| line.kind == kind);
            let all: Vec<_> = lines.map(|line| line.reference.as_str()).collect();
            let set: BTreeSet<_> = all.iter().copied().collect();
            assert_eq!(set.len(), all.len(), "{all:?}");
            set
        };
        let hashes: BTreeSet<_> = certificates
            .iter()
            .map(|one| one["sha256"].as_str().unwrap())
            .collect();
        assert_eq!(of("certificate"), hashes);
        assert_eq!(of("destruction"), COHORTS.into());
    }
}

/// Verifies in an empty folder, without a data directory.
pub fn verify(files: &[PathBuf], key: &str) -> Run {
    let elsewhere = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"))
        .args(["--json", "certificate", "verify"])
        .args(files)
        .args(["--key", key])
        .current_dir(elsewhere.path())
        .env_remove("DATABASE_URL")
        .output();
    let run = Run::of(output.unwrap());
    assert!(
        fs::read_dir(elsewhere.path()).unwrap().next().is_none(),
        "it left something"
    );
    run
}

pub fn of_export(folder: &Path, cohort: &str) -> PathBuf {
    folder.join(format!("{cohort}.certificate"))
}

#[test]
fn a_certificate_is_made_once_when_nothing_is_left() {
    let trial = Trial::new();
    let segments = trial.sealed().len() as u64;
    let early = trial.purge("2026-11-05T10:59:59+08:00").expect(0).json();
    assert_eq!((&early["destroyed"], &early["certified"]), (&0.into(), &0.into()));
    assert!(trial.certificates("2026-11-05T10:59:59+08:00").is_empty());
    let said = trial.purge(DUE).expect(0).json();
    assert_eq!(
        (&said["destroyed"], &said["certified"], &said["residue"]),
        (&2.into(), &2.into(), &0.into())
    );
    assert_eq!(said["answers"], trial.answered);
    assert_eq!(trial.purge(AFTER).expect(0).json()["certified"], 0);
    trial.expect_certified(AFTER, segments);
    let listed = trial.certificates(AFTER);
    assert_eq!(listed[0]["actor"], "person operator");
    assert_eq!(listed[0]["strength"], "weak");
    assert_eq!(listed[0]["key_destroyed_at"], "2026-11-05T03:00:00Z");
    let shown = trial
        .sandbox
        .mayfly(["--at", AFTER, "certificate", "show", COHORTS[0]])
        .expect(0);
    assert_eq!(shown.stdout, listed[0]["note"].as_str().unwrap());
    trial
        .say(AFTER, &["certificate", "show", "answer-2026110203"])
        .expect(65)
        .stderr
        .find("CERTIFICATE-UNKNOWN")
        .unwrap();
    assert!(!fs::exists(trial.sandbox.data().join("purged/answer-2026110202")).unwrap());
}

/// One entry a day however often the bell rings; and every pass is counted.
#[test]
fn a_pass_with_nothing_due_leaves_its_trace() {
    let sandbox = Sandbox::empty();
    for at in [
        "2026-11-02T08:00:00+08:00",
        "2026-11-02T08:01:00+08:00",
        "2026-11-02T23:59:59+08:00",
    ] {
        sandbox.mayfly(["--at", at, "purge", "run"]).expect(0);
    }
    sandbox
        .mayfly(["--at", "2026-11-03T00:00:00+08:00", "purge", "run"])
        .expect(0);
    let entries = journal(&sandbox, "2026-11-03T00:00:00+08:00");
    let days: Vec<_> = entries
        .iter()
        .filter(|line| line.kind == "purge")
        .map(|line| &line.reference)
        .collect();
    assert_eq!(days, ["2026-11-02", "2026-11-03"]);
}

#[test]
fn the_timeline_fits_a_terminal_and_a_pipe_gets_the_list() {
    let trial = Trial::new();
    let say = |words: &[&str]| {
        trial
            .sandbox
            .mayfly([&["--at", "2026-11-04T10:00:00+08:00"], words].concat())
    };
    let list = say(&["purge", "status"]).expect(0).stdout;
    assert_eq!(list.lines().count(), 2);
    assert!(list.lines().all(|line| line.contains("gone by")), "{list}");
    let drawn = say(&["purge", "status", "--timeline"]).expect(0).stdout;
    assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
    let line = drawn.lines().find(|line| line.starts_with(COHORTS[0])).unwrap();
    assert!(line.contains("=-") && line.ends_with("25 h left"), "{line}");
}
