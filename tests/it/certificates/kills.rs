//! A purge that is cut short, or has no database, is finished by the next: one certificate a cohort, the right counts. *Edge.*

use std::{fs, os::unix::process::ExitStatusExt};

use mayfly::clock;

use super::{AFTER, DUE, Trial};
use crate::{
    database::ON_POSTGRES,
    support::{Chance, Sandbox, pause, setting},
    worker::{ended, start},
};

#[test]
fn with_the_database_away_the_purge_works_and_the_certificates_follow() {
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    let settings = trial.sandbox.data().join("mayfly.toml");
    let good = fs::read_to_string(&settings).unwrap();
    let others: Vec<&str> = good
        .lines()
        .filter(|line| !line.starts_with("database"))
        .collect();
    let nowhere = format!(
        "database = \"postgres:///nowhere?host={}\"\n{}\n",
        trial.sandbox.path("x").display(),
        others.join("\n")
    );
    for _ in 0..2 {
        fs::write(&settings, &nowhere).unwrap();
        let said = trial.purge(DUE).expect(75);
        assert!(said.stderr.contains("DB-AWAY"), "{}", said.stderr);
        assert!(trial.sealed().is_empty());
    }
    fs::write(&settings, good).unwrap();
    let said = trial.purge(AFTER).expect(0).json();
    assert_eq!((&said["destroyed"], &said["certified"]), (&0.into(), &2.into()));
    trial.expect_certified(AFTER, count);
    // The time is that of the pass which destroyed, not of the one which found the database again.
    assert_eq!(
        trial.certificates(AFTER)[0]["key_destroyed_at"],
        "2026-11-05T03:00:00Z"
    );
    assert_eq!(
        trial.certificates(AFTER)[0]["bytes_removed_at"],
        "2026-11-05T03:01:00Z"
    );
}

/// A failure is: a cohort without a certificate or with two, counts of another number than lay there, a journal that does
/// not verify, a restart that needs help. *Not* a failure: a purge that ended before its kill.
#[test]
fn killed_at_any_moment_a_purge_is_certified_once_by_the_next() {
    let seed = setting("MAYFLY_CRASH_SEED").unwrap_or_else(|| clock::wall().as_microsecond() as u64);
    let moments: u64 = setting("MAYFLY_PURGE_KILLS").unwrap_or(12);
    println!("MAYFLY_CRASH_SEED={seed} MAYFLY_PURGE_KILLS={moments}");
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    let undisturbed = trial.copy();
    let watch = clock::Stopwatch::start();
    undisturbed.purge(DUE).expect(0);
    let pace = watch.seconds();
    let mut chance = Chance(seed);
    let mut killed = 0;
    for story in 0..moments {
        let copy = trial.copy();
        let moment = pace * (story as f64 + chance.fraction()) / moments as f64;
        killed += u64::from(kill_after(&copy.sandbox, moment));
        copy.purge(AFTER).expect(0);
        copy.expect_certified(AFTER, count);
        copy.say(AFTER, &["journal", "verify"]).expect(0);
    }
    println!("{killed} of {moments} were killed");
    assert!(killed * 3 >= moments, "{killed} of {moments}: the pace is wrong");
}

fn kill_after(sandbox: &Sandbox, seconds: f64) -> bool {
    let mut child = start(sandbox, DUE, ["purge", "run"]);
    pause(seconds);
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(9) || status.code() == Some(0), "{status}");
    status.signal().is_some()
}

/// Two bells at once, as with a schedule and a person: still one certificate. One of them may find the other at the log.
#[test]
fn two_purges_at_once_certify_once() {
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    let both = [(); 2].map(|()| start(&trial.sandbox, DUE, ["purge", "run"]));
    let mut certified = 0;
    for run in both.map(ended) {
        assert!(
            run.code == 0 || run.code == 75 && run.stderr.contains("PURGE-LOG"),
            "{}",
            run.stderr
        );
        certified += run.json()["certified"].as_u64().unwrap_or(0);
    }
    certified += trial.purge(AFTER).expect(0).json()["certified"].as_u64().unwrap();
    assert_eq!(certified, 2);
    trial.expect_certified(AFTER, count);
}

/// The log that must be empty before anything is certified: SQLite only, PostgreSQL's is not ours to empty.
#[test]
fn while_somebody_reads_the_log_nothing_is_certified() {
    if ON_POSTGRES {
        return;
    }
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let address = trial.sandbox.database.address(&trial.sandbox.data());
    let mut reader = runtime.block_on(async {
        let db = mayfly::db::Db::open(address, false).await.unwrap();
        let mut reader = db.reader().await.unwrap();
        for statement in ["BEGIN", "SELECT * FROM house"] {
            sqlx::Executor::execute(&mut *reader, statement).await.unwrap();
        }
        reader
    });
    let said = trial.purge(DUE).expect(75);
    assert!(said.stderr.contains("PURGE-LOG"), "{}", said.stderr);
    assert!(trial.sealed().is_empty());
    runtime.block_on(async { sqlx::Executor::execute(&mut *reader, "COMMIT").await.unwrap() });
    trial.say(AFTER, &["certificate", "list"]).expect(1);
    trial.purge(AFTER).expect(0);
    trial.expect_certified(AFTER, count);
}
