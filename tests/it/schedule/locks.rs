//! A stopped process may hold any lock of the data directory: that is noticed, and keeps nothing longer than it must. *Edge.*

use std::fs::File;

use rustix::process::{Pid, Signal};
use sqlx::{AnyConnection, Connection, Executor};

use super::{end, impatient, until};
use crate::{
    certificates::{COHORTS, DUE, Trial},
    database::ON_POSTGRES,
    support::{NOW, Sandbox},
    worker::{start, wake},
};

/// Each lock that a `serve` may hold when it is stopped is held here, by somebody who does not give it back.
#[test]
fn a_stopped_serve_is_noticed_whichever_lock_it_holds() {
    for which in [Lock::Keyring, Lock::Clock, Lock::Database] {
        let sandbox = Sandbox::with_master_data();
        impatient(&sandbox);
        let closed = sandbox.data().join("closed");
        let says = |code: &str| std::fs::read_to_string(&closed).is_ok_and(|said| said.contains(code));
        let mut serving = start(&sandbox, NOW, ["serve"]);
        until(
            || sandbox.data().join("passes/work").exists() && sandbox.data().join("locks/watch").exists(),
            "the passes or the watcher do not run",
        );
        let held = which.hold(&sandbox);
        // Wherever it is.
        rustix::process::kill_process(Pid::from_child(&serving), Signal::STOP).unwrap();
        until(|| says("PURGE-SILENT"), which.name());
        if which == Lock::Keyring {
            // The keys were asked too, and given up.
            until(|| says("CUSTODY-AWAY"), which.name());
        }
        drop(held);
        wake(&serving);
        until(|| !closed.exists(), "the gate was not opened again");
        end(&mut serving);
    }
}

/// The purge itself waits for the keyring, for ever if need be: that is what the watcher is for.
#[test]
fn a_purge_that_waits_for_the_keys_is_noticed_and_goes_on_when_it_has_them() {
    let sandbox = Sandbox::with_master_data();
    impatient(&sandbox);
    let closed = sandbox.data().join("closed");
    let held = Lock::Keyring.hold(&sandbox);
    // From the start on, before the first purge has ended.
    let mut serving = start(&sandbox, NOW, ["serve"]);
    until(|| closed.exists(), "nobody noticed that the purge waits");
    drop(held);
    until(|| !closed.exists(), "the gate was not opened again");
    end(&mut serving);
}

/// The locks of the clock and of the evidence keep no key and no byte that has to go.
#[test]
fn what_is_due_goes_although_others_hold_the_locks_of_clock_and_evidence() {
    let trial = Trial::new();
    let keys_of = |trial: &Trial| {
        let said = trial.say(DUE, &["purge", "plan"]).json();
        said["due"].as_u64().unwrap()
    };
    let folder = trial.sandbox.data().join("purged");
    std::fs::create_dir(&folder).unwrap();
    let held = ["purged/lock", "clock.lock"].map(|name| {
        let file = File::create(trial.sandbox.data().join(name)).unwrap();
        file.lock().unwrap();
        file
    });
    let run = trial.purge(DUE);
    assert!(
        run.code == 75 && run.stderr.contains("LOCK-HELD"),
        "{}",
        run.stderr
    );
    for cohort in COHORTS {
        assert!(!trial.folder(cohort).exists(), "{cohort}");
    }
    drop(held);
    assert_eq!(keys_of(&trial), 0);
    trial.purge(DUE).expect(0);
    assert_eq!(trial.certificates(DUE).len(), COHORTS.len());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    Keyring,
    Clock,
    Database,
}

/// A lock that is held, until it is dropped.
#[expect(dead_code, reason = "held for what it holds")]
enum Held {
    File(File),
    Database(AnyConnection, tokio::runtime::Runtime),
}

impl Lock {
    fn name(self) -> &'static str {
        match self {
            Self::Keyring => "nobody noticed, the keyring being held",
            Self::Clock => "nobody noticed, the clock being held",
            Self::Database => "nobody noticed, the database being held",
        }
    }

    fn hold(self, sandbox: &Sandbox) -> Held {
        let file = |name: &str| {
            let options = File::options()
                .write(true)
                .create(true)
                .truncate(false)
                .open(sandbox.data().join(name));
            let file = options.unwrap();
            file.lock().unwrap();
            Held::File(file)
        };
        match self {
            Self::Keyring => file("keys/lock"),
            Self::Clock => file("clock.lock"),
            Self::Database => hold_database(sandbox),
        }
    }
}

/// All of it, as far as the engine lets one hold it.
fn hold_database(sandbox: &Sandbox) -> Held {
    sqlx::any::install_default_drivers();
    let embedded = || format!("sqlite://{}?mode=rw", sandbox.data().join("mayfly.db").display());
    let url = sandbox.database.url().unwrap_or_else(embedded);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let connection = runtime.block_on(async {
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let steps: &[&'static str] = if ON_POSTGRES {
            &["BEGIN", "LOCK TABLE house, journal_head IN ACCESS EXCLUSIVE MODE"]
        } else {
            &["PRAGMA busy_timeout = 60000", "BEGIN EXCLUSIVE"]
        };
        for step in steps {
            connection.execute(*step).await.unwrap();
        }
        connection
    });
    Held::Database(connection, runtime)
}
