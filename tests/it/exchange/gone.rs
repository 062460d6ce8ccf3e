//! What lies in plain goes with the hour it came from, whoever does not take or read it; what stays is told. *Edge.*

use std::{collections::BTreeSet, fs, path::PathBuf};

use mayfly::purge::Purger;
use mayfly_retention::certificate::Actor;
use serde_json::{Value, json};

use super::Trial;
use crate::{
    marked,
    scanner::Scanner,
    support::{NOW, Sandbox, files_below},
    synthetic::BATCH,
};

#[test]
fn a_request_that_nobody_took_goes_with_its_batch() {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(&format!("{BATCH}.csv"), marked::batch());
    let trial = Trial::on(sandbox, file);
    trial.send();
    let persons = Scanner::new(marked::spellings());
    let found = || -> BTreeSet<String> {
        let files = files_below(&trial.sandbox.path("")).into_iter();
        let ours = files.filter(|path| path.to_string_lossy().contains("/exchange/"));
        ours.flat_map(|path| persons.find(&fs::read(path).unwrap()))
            .collect()
    };
    // The control: it is there, in plain, and it stays as long as it may.
    say(&trial, BEFORE, 0, &["purge", "run"]);
    assert!(!found().is_empty() && trial.requests().len() == 1);
    assert_eq!(say(&trial, BEFORE, 0, &["purge", "plan"])["files"], 0);

    assert_eq!(say(&trial, DUE, 0, &["purge", "plan"])["files"], 1);
    let margins = |at| {
        let run = trial.sandbox.mayfly(["--at", at, "--json", "doctor"]);
        let checks = run.json();
        let mut checks = checks.as_array().unwrap().iter();
        checks.find(|check| check["what"] == "margins").unwrap()["code"].clone()
    };
    assert_eq!(margins(DUE), "PURGE-DUE");
    let said = say(&trial, DUE, 0, &["purge", "run"]);
    assert_eq!(
        (&said["files"], &said["certified"], &said["residue"]),
        (&json!({ "due": 1, "left": 0 }), &json!(1), &json!(0)),
        "{said}"
    );
    assert_eq!((found(), trial.requests()), (BTreeSet::new(), vec![]));
    assert_eq!(margins(DUE), Value::Null);
    // The journal says that it went, and is told once.
    assert_eq!(deletions(&trial, DUE), 1);
    say(&trial, DUE, 0, &["serve", "--once"]);
    assert_eq!(deletions(&trial, DUE), 1);
    trial.sandbox.mayfly(["--at", DUE, "journal", "verify"]).expect(0);
    // Its rows are as those of any request without a reply.
    trial.work(DUE).expect(0);
    assert!(trial.shown(DUE)["codes"]["PRV-TIMEOUT"].as_u64().unwrap() > 0);
}

/// The database is not asked: names, times and the clock are enough. The batch's hour counts, not that in
/// which it was sent.
#[test]
fn each_plain_file_goes_by_its_own_times() {
    let trial = Trial::of(10);
    trial
        .sandbox
        .at(NOW, ["batch", "submit"], [&trial.file])
        .expect(0);
    trial.work("2026-11-04T10:00:00+08:00").expect(75);
    let placed = trial.requests().remove(0);
    let beside = |name: &str| placed.with_file_name(name);
    let content = fs::read(&placed).unwrap();
    let later = "2026-11-04T18:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let put = |path: &PathBuf, bytes: &[u8]| {
        fs::write(path, bytes).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(later.into()).unwrap();
    };
    // Copied by somebody, so that its own header alone tells; staged and cut off, so that its name alone does; not ours.
    let copied = beside("004-00000000000000aa.req");
    put(&copied, &content);
    let torn = beside(".004-00000000000000bb.req.0000000000000001.intake-2026110202");
    put(&torn, b"");
    put(&beside("README"), b"who may take these");
    let reply = trial.sandbox.path("exchange/replies/004-00000000000000cc-01.rpl");
    put(&reply, b"unread");
    let part = trial
        .sandbox
        .path("exchange/replies/.004-00000000000000cc-02.rpl.part");
    put(&part, b"half");
    let swept = |at: &str| {
        let purger = Purger::open(&trial.sandbox.data(), Some(at.parse().unwrap())).unwrap();
        let files = purger.files();
        let swept = purger.sweep(&files, &Actor::Schedule);
        assert_eq!((swept.due, swept.left), (files.len(), Some(0)));
        swept.due
    };
    assert_eq!(swept(BEFORE), 0);
    assert_eq!(swept(DUE), 2);
    assert!(!placed.exists() && !torn.exists() && copied.exists());
    // 72 hours after the request was made; and after the replies came.
    assert_eq!(swept("2026-11-07T11:00:00+08:00"), 1);
    assert!(!copied.exists() && reply.exists() && part.exists());
    assert_eq!(swept("2026-11-08T02:59:59+08:00"), 0);
    assert_eq!(swept("2026-11-08T03:00:00+08:00"), 2);
    assert_eq!(trial.requests(), [beside("README")]);
    assert!(trial.replies().is_empty());
}

/// A crash after the gate, and a house that comes up when the 72 hours are over: nothing is written that would have to go.
#[test]
fn what_was_never_sent_in_time_is_not_sent_any_more() {
    let trial = Trial::of(10);
    trial.send();
    fs::remove_file(&trial.requests()[0]).unwrap();
    let database = &trial.sandbox.database;
    database.ask(&trial.sandbox.data(), "DELETE FROM transfer");
    trial.work(DUE).expect(0);
    assert_eq!(trial.requests(), Vec::<PathBuf>::new());
    let shown = trial.shown(DUE);
    assert_eq!(
        (&shown["failed"], &shown["codes"]),
        (&json!(10), &json!({ "PRV-TIMEOUT": 10 })),
        "{shown}"
    );
}

/// What nobody can look into may hold anything.
#[test]
fn a_folder_that_cannot_be_listed_keeps_the_certificate_back() {
    let trial = Trial::of(10);
    trial.send();
    let (folder, away) = (
        trial.sandbox.path("exchange/requests"),
        trial.sandbox.path("away"),
    );
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "no folder").unwrap();
    let said = say(&trial, DUE, 1, &["purge", "run"]);
    assert_eq!(
        (&said["destroyed"], &said["files"]["left"], &said["residue"]),
        (&json!(1), &Value::Null, &Value::Null),
        "{said}"
    );
    let held_back = json!([{ "cohort": "intake-2026110202", "residue": null }]);
    assert_eq!((&said["certified"], &said["held_back"]), (&json!(0), &held_back));
    assert_eq!(say(&trial, DUE, 1, &["certificate", "list"]), json!([]));
    // The pass of the schedule leaves the same trace, and the watcher closes the gate.
    say(&trial, DUE, 75, &["serve", "--once"]);
    let alarms = say(&trial, DUE, 1, &["watch", "--once"]);
    assert_eq!(alarms[0]["code"], "PURGE-FAILED");
    assert!(trial.sandbox.data().join("closed").exists());
    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();

    let said = say(&trial, DUE, 0, &["purge", "run"]);
    assert_eq!(
        (&said["files"], &said["certified"], &said["residue"]),
        (&json!({ "due": 1, "left": 0 }), &json!(1), &json!(0)),
        "{said}"
    );
    assert!(trial.requests().is_empty());
    assert_eq!(say(&trial, DUE, 0, &["watch", "--once"]), json!([]));
}

fn say(trial: &Trial, at: &str, code: i32, words: &[&str]) -> Value {
    let run = trial.sandbox.mayfly([&["--at", at, "--json"], words].concat());
    let run = run.expect(code);
    match run.stdout.is_empty() {
        true => Value::Null,
        false => run.json(),
    }
}

/// Journal entries about plain files that were removed.
fn deletions(trial: &Trial, at: &str) -> usize {
    let folder = trial
        .sandbox
        .path(&format!("export-{}", files_below(&trial.sandbox.path("")).len()));
    trial.sandbox.at(at, ["journal", "export"], [&folder]).expect(0);
    let bundles = files_below(&folder.join("tile/entries")).into_iter();
    bundles
        .map(|path| {
            let bundle = fs::read(path).unwrap();
            String::from_utf8_lossy(&bundle)
                .matches("derived:exchange")
                .count()
        })
        .sum()
}

/// When the batch, taken in at [`NOW`], is destroyed; and a second before.
const BEFORE: &str = "2026-11-05T10:59:59+08:00";
const DUE: &str = "2026-11-05T11:00:00+08:00";
