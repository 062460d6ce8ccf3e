//! What comes late, or happens while a reply is waited for. *Edge.*

use std::fs;

use serde_json::json;

use super::{Trial, copy_files};
use crate::support::{NOW, files_below};

#[test]
fn a_reply_that_does_not_come_leaves_its_rows_unresolved_and_settles_them_later() {
    let (trial, twin) = Trial::with_twin(60, 0);
    twin.sandbox.at(NOW, ["batch", "run"], [&twin.file]).expect(0);
    trial.send();
    trial.work("2026-11-03T09:59:59.999999+08:00").expect(75);
    trial.work("2026-11-03T10:00:00+08:00").expect(0);
    let summary = trial.shown("2026-11-03T10:00:00+08:00");
    assert_eq!(
        (&summary["state"], &summary["codes"]),
        (&json!("settled"), &json!({ "PRV-TIMEOUT": 60 }))
    );
    // It is not sent again.
    assert_eq!(trial.requests().len(), 1);
    let folder = trial.sandbox.path("exchange").display().to_string();
    let later = "2026-11-03T18:00:00+08:00";
    trial
        .sandbox
        .mayfly(["--at", later, "provider", "reply", &folder, "--seed", "3"])
        .expect(0);
    assert_eq!(trial.work(later).expect(0).json()["late"], 60);
    twin.sandbox.at(later, ["batch"], ["list"]).expect(0);
    trial.check_as(later, &twin);
    // The 72 hours begin when the answers come.
    let open = "2026-11-06T17:59:59+08:00";
    assert_eq!(trial.delivered(open).1, twin.delivered(later).1);
}

#[test]
fn what_a_stop_holds_back_is_dropped_when_it_comes() {
    let trial = Trial::of(40);
    trial.send();
    copy_files(&trial.requests(), &trial.sandbox.path("other/requests"));
    trial.reply(&[]);
    trial
        .sandbox
        .at(NOW, ["stop", "add"], ["link", "--reason", "incident"])
        .expect(0);
    trial.work(NOW).expect(0);
    assert_eq!(trial.shown(NOW)["codes"], json!({ "GATE-LINK": 40 }));
    assert!(trial.replies().is_empty(), "it rests in plain text");
    assert_eq!(files_below(&trial.sandbox.data().join("sealed/answer")).len(), 0);

    // Another reply while the stop holds: taken, dropped, gone.
    let request = files_below(&trial.sandbox.path("other/requests"));
    let again = |number: &str| {
        copy_files(&request, &trial.sandbox.path("exchange/requests"));
        trial.reply(&["--number", number]);
    };
    again("2");
    trial.work(NOW).expect(0);
    assert!(trial.replies().is_empty());
    assert_eq!(trial.listed(NOW, "transfers").len(), 3);

    // When it is lifted, the provider may send once more, and what is not held any more is settled.
    trial
        .sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "over"])
        .expect(0);
    assert_eq!(trial.work(NOW).expect(0).json()["late"], 0);
    again("3");
    assert_eq!(trial.work(NOW).expect(0).json()["late"], 40);
    assert_eq!(trial.shown(NOW)["unresolved"], 0);
}

#[test]
fn a_stop_while_nothing_has_come_ends_the_waiting_only_when_something_does() {
    let trial = Trial::of(15);
    trial.send();
    trial
        .sandbox
        .at(NOW, ["stop", "add"], ["member", "004", "--reason", "incident"])
        .expect(0);
    trial.work(NOW).expect(75);
    trial
        .sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "over"])
        .expect(0);
    trial.reply(&[]);
    trial.work(NOW).expect(0);
    assert_eq!(trial.shown(NOW)["unresolved"], 0);
}

#[test]
fn a_consent_withdrawn_while_waiting_holds_its_row_back_alone() {
    let trial = Trial::of(25);
    trial.send();
    trial.reply(&[]);
    let rows = fs::read(&trial.file).unwrap();
    let mut rows = csv::Reader::from_reader(&*rows);
    let column = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "consent_ref")
        .unwrap();
    let references: Vec<String> = rows
        .records()
        .map(|row| row.unwrap()[column].to_owned())
        .collect();
    let list = trial.sandbox.file(
        "withdrawn.csv",
        format!(
            "member,consent_ref,outcome,date\n004,{},withdrawn,2026-11-02\n",
            references[7]
        ),
    );
    trial.sandbox.at(NOW, ["consent", "outcome"], [list]).expect(0);
    trial.work(NOW).expect(0);
    let summary = trial.shown(NOW);
    assert_eq!(summary["codes"], json!({ "CNS-WITHDRAWN": 1 }), "{summary}");
    assert_eq!(summary["unresolved"], 1);
    assert!(trial.replies().is_empty());
    let (results, answers) = trial.delivered(NOW);
    let (held, other) = (format!(",{},", references[7]), format!(",{},", references[8]));
    assert!(
        results.contains(&format!("{held}unresolved,CNS-WITHDRAWN")),
        "{results}"
    );
    assert!(!answers.contains(&held) && answers.contains(&other));
}
