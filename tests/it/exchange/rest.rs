//! What an exchange leaves behind: no plain text, and after 72 hours nothing that can be opened. *Edge.*

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::json;

use super::{Trial, copy_files};
use crate::{
    marked,
    scanner::Scanner,
    support::{NOW, Sandbox, files_below},
    synthetic::BATCH,
};

#[test]
fn nothing_of_an_exchange_stays_in_plain() {
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file(&format!("{BATCH}.csv"), marked::batch());
    let trial = Trial::on(sandbox, file);
    let mut said = String::new();
    let mut say = |run: crate::support::Run| said.push_str(&format!("{}{}", run.stdout, run.stderr));
    say(trial
        .sandbox
        .mayfly([
            "--log",
            "trace",
            "--at",
            NOW,
            "batch",
            "run",
            trial.file.to_str().unwrap(),
        ])
        .expect(75));
    let persons = Scanner::new(marked::spellings());
    let found = |folder: &Path| -> BTreeSet<String> {
        let files = files_below(folder).into_iter();
        files
            .flat_map(|path| persons.find(&fs::read(path).unwrap()))
            .collect()
    };
    // The control: while they are there, numbers and names in CP950 are found.
    let there = found(&trial.sandbox.path("exchange"));
    for what in ["the number of person", "in CP950"] {
        assert!(there.iter().any(|hit| hit.contains(what)), "{what}: {there:?}");
    }
    copy_files(&trial.requests(), &trial.sandbox.path("kept/requests"));
    for fault in ["cut", "missing-persons"] {
        copy_files(
            &files_below(&trial.sandbox.path("kept/requests")),
            &trial.sandbox.path("exchange/requests"),
        );
        trial.reply(&["--fault", fault]);
        assert!(!found(&trial.sandbox.path("exchange/replies")).is_empty());
        say(trial
            .sandbox
            .mayfly(["--log", "trace", "--at", NOW, "work", "--once"])
            .expect(0));
        assert_eq!(found(&trial.sandbox.path("exchange")), BTreeSet::new());
    }
    say(trial.sandbox.mayfly(["--at", NOW, "provider", "list"]).expect(0));
    assert_eq!(found(&trial.sandbox.data()), BTreeSet::new());
    assert_eq!(persons.find(said.as_bytes()), Vec::<String>::new());
    assert_eq!(trial.reasons(NOW), ["XCH-CUT"]);
}

#[test]
fn a_quarantined_file_is_destroyed_with_the_answers_of_its_hour() {
    let trial = Trial::of(10);
    trial.send();
    trial.reply(&["--fault", "altered"]);
    trial.work(NOW).expect(0);
    let sealed = || files_below(&trial.sandbox.data().join("sealed/answer"));
    assert_eq!(sealed().len(), 1);
    let purge = |at: &str| {
        let run = trial
            .sandbox
            .mayfly(["--at", at, "--json", "purge", "run"])
            .expect(0);
        run.json()
    };
    assert_eq!(purge("2026-11-05T10:59:59+08:00")["destroyed"], 0);
    let destroyed = purge("2026-11-05T11:00:00+08:00");
    assert_eq!(
        (
            &destroyed["residue"],
            &destroyed["overdue"],
            &destroyed["answers"]
        ),
        (&json!(0), &json!(0), &json!(0))
    );
    assert!(sealed().is_empty());
    // That it was there is known for as long as the queries are.
    let listed = trial.listed("2026-11-05T11:00:00+08:00", "quarantined");
    assert_eq!(listed[0]["reason"], "XCH-HASH");
}
