//! Four of the twelve ways: the database is held, poisoned, silent or read-only, and the purge needs none. *Edge.*

use std::{fs, net::TcpListener};

use mayfly::db::Db;

use super::{certified, closed, expect_closed, is_gone, new_batch, patient_for_seconds};
use crate::{
    bad_input::{in_own_mounts, may_mount},
    certificates::{AFTER, COHORTS, DUE},
    database::ON_POSTGRES,
    schedule::{end, until},
    support::{Run, Sandbox},
    worker::start,
};

/// The one writer is held by somebody who does nothing with it.
#[test]
fn a_deadlocked_writer() {
    let trial = patient_for_seconds();
    let count = trial.sealed().len() as u64;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let held = runtime.block_on(async {
        let address = trial.sandbox.database.address(&trial.sandbox.data());
        Db::open(address, false).await.unwrap().begin().await.unwrap()
    });
    let mut serving = start(&trial.sandbox, DUE, ["serve"]);
    until(|| is_gone(&trial), "the purge waited for the writer");
    trial.say(DUE, &["certificate", "list"]).expect(1);
    assert!(serving.try_wait().unwrap().is_none());
    drop(held);
    runtime.shutdown_background();
    until(|| certified(&trial, DUE) == 2, "the certificates did not follow");
    end(&mut serving);
    trial.expect_certified(AFTER, count);
}

/// A row that the evidence cannot be drawn from: the other cohort is certified, and this one when it is mended.
#[test]
fn a_poisoned_row() {
    let trial = patient_for_seconds();
    let count = trial.sealed().len() as u64;
    let object = trial
        .sealed()
        .into_iter()
        .find(|path| path.to_string_lossy().contains("intake"))
        .unwrap();
    trial.sql("UPDATE batch SET intake_object = 'poison'");
    trial.sandbox.mayfly(["--at", DUE, "serve", "--once"]).expect(75);
    assert!(is_gone(&trial));
    trial.say(DUE, &["purge", "run"]).expect(1);
    expect_closed(&trial, AFTER, "CERTIFICATE-LATE");
    let doctor = trial.say(AFTER, &["doctor"]);
    assert!(
        doctor.code == 1 && doctor.stdout.contains("\"bad\""),
        "{}",
        doctor.stdout
    );
    let object = object.file_stem().unwrap().to_str().unwrap();
    trial.sql(&format!(
        "UPDATE batch SET intake_object = '{object}' WHERE batch = '004-1151102-01'"
    ));
    let certificates = trial.certificates_however(AFTER);
    assert_eq!(certificates.len(), 1, "the other cohort waited for it");
    assert_eq!(certificates[0]["cohort"], COHORTS[0]);
    trial.purge(AFTER).expect(0);
    trial.expect_certified(AFTER, count);
}

/// A server that takes connections and answers none of them, as a pooler whose pool is used up.
#[test]
fn an_exhausted_pool() {
    let trial = patient_for_seconds();
    let count = trial.sealed().len() as u64;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!(
        "postgres://mayfly@{}/mayfly?sslmode=disable",
        listener.local_addr().unwrap()
    );
    let good = with_database(&trial.sandbox, &address);
    let mut serving = start(&trial.sandbox, DUE, ["serve"]);
    until(|| is_gone(&trial), "the purge waited for the database");
    until(
        || closed(&trial.sandbox).contains("JOURNAL-AWAY"),
        "nobody noticed",
    );
    end(&mut serving);
    fs::write(trial.sandbox.data().join("mayfly.toml"), good).unwrap();
    trial.purge(AFTER).expect(0);
    trial.expect_certified(AFTER, count);
}

#[test]
fn a_read_only_database() {
    let trial = patient_for_seconds();
    let count = trial.sealed().len() as u64;
    let run = |at: &str, words: &[&str]| -> Run { trial.sandbox.mayfly([&["--at", at], words].concat()) };
    let batch = new_batch(&trial.sandbox);
    let ask = ["batch", "run", batch.to_str().unwrap()];
    if ON_POSTGRES {
        let name = trial
            .sandbox
            .database
            .say("SELECT CAST(current_database() AS TEXT)")
            .remove(0);
        let read_only = |on: &str| {
            let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
            trial
                .sandbox
                .database
                .say(&format!("BEGIN READ WRITE; {sql}; COMMIT"));
        };
        read_only("on");
        run(DUE, &["purge", "run"]).expect(75);
        run(DUE, &ask).expect(75);
        assert!(is_gone(&trial));
        read_only("off");
    } else {
        if !may_mount() {
            return;
        }
        let script = "set -e; f=$1; shift; mount --bind $f $f; mount -o remount,ro,bind $f; exec \"$@\"";
        let read_only = |words: &[&str]| {
            let mut command = in_own_mounts(script);
            command.arg(trial.sandbox.data().join("mayfly.db"));
            trial.sandbox.database.choose(&mut command);
            let inner = trial.sandbox.command();
            command
                .arg(inner.get_program())
                .args(inner.get_args())
                .args(["--at", DUE])
                .args(words);
            Run::of(command.output().unwrap())
        };
        read_only(&["purge", "run"]).expect(75);
        read_only(&ask).expect(75);
        assert!(is_gone(&trial));
    }
    trial.say(DUE, &["certificate", "list"]).expect(1);
    run(AFTER, &["serve", "--once"]).expect(0);
    trial.expect_certified(AFTER, count);
}

/// Names another database; returns the settings as they were.
fn with_database(sandbox: &Sandbox, address: &str) -> String {
    let path = sandbox.data().join("mayfly.toml");
    let good = fs::read_to_string(&path).unwrap();
    let others: Vec<&str> = good
        .lines()
        .filter(|line| !line.starts_with("database"))
        .collect();
    fs::write(path, format!("database = \"{address}\"\n{}\n", others.join("\n"))).unwrap();
    good
}
