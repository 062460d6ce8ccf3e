//! The way of an incident to its end: findings, measures, a sanction, the report; and what stays of it for five years. *Edge.*

use super::{incident, opened, staffed};
use crate::{support::NOW, synthetic::journal};

#[test]
fn an_incident_ends_with_its_report_when_all_of_it_is_there() {
    let sandbox = staffed();
    let shown = opened(&sandbox, &["member", "004"], &[]);
    let report = sandbox.file("report.txt", "what happened");
    let close = |at: &str| {
        let report = report.to_str().unwrap();
        incident(
            &sandbox,
            at,
            &[
                "close",
                "1",
                "--outcome",
                "confirmed",
                "--report",
                report,
                "--as",
                "yu.cmp",
            ],
        )
    };
    assert!(close(NOW).expect(75).stderr.contains("INCIDENT-NOTICES"));
    for notice in shown["notices"].as_array().unwrap() {
        let duty = notice["duty"].as_str().unwrap();
        let by = if duty.starts_with("member") {
            "wu.head"
        } else {
            "yu.cmp"
        };
        let words = [
            "--at",
            NOW,
            "duty",
            "close",
            duty,
            "--artefact",
            "letter:1",
            "--as",
            by,
        ];
        sandbox.mayfly(words).expect(0);
    }
    assert!(close(NOW).expect(75).stderr.contains("INCIDENT-STEPS"));
    for (what, note) in [
        ("finding", "a folder of the outbox was readable to all"),
        ("measure", "rights of the folder were set right"),
        ("warning", "by letter of the same day"),
        ("suspension", "until the folder is looked at"),
    ] {
        incident(
            &sandbox,
            NOW,
            &["note", "1", what, "--note", note, "--as", "yu.cmp"],
        )
        .expect(0);
    }
    let notice = [
        "--at", NOW, "--lang", "zh-TW", "incident", "notice", "1", "provider", "--as", "yu.cmp",
    ];
    assert!(
        sandbox
            .mayfly(notice)
            .expect(0)
            .stdout
            .contains("處分：警告、停查")
    );
    let closed = close(NOW).expect(0).json();
    assert_eq!(
        (&closed["state"], &closed["closed"]["by"]),
        (&"confirmed".into(), &"yu.cmp".into())
    );
    let steps = closed["steps"].as_array().unwrap();
    let what: Vec<_> = steps.iter().map(|step| step["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["finding", "measure", "warning", "suspension"]);
    // The report by its hash; the stop is another's to lift.
    let hash = <sha2::Sha256 as sha2::Digest>::digest(b"what happened");
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        (&closed["closed"]["report"], &closed["stopped"]),
        (&hash.into(), &true.into())
    );
    // Every step has its entry: stop, opening, three notices, release, three duties, four steps, one notice printed, end.
    let journal = journal(&sandbox, NOW);
    let count = |kind: &str, reference: &str| {
        let entries = journal.iter();
        entries
            .filter(|entry| entry.kind == kind && entry.reference.starts_with(reference))
            .count()
    };
    assert_eq!(count("stop", "stop:1"), 1);
    assert_eq!(count("incident", "incident:1"), 1 + 1 + 4 + 1);
    assert_eq!(
        (
            count("duty_raised", "duty:"),
            count("duty", "duty:"),
            count("export", "incident:1")
        ),
        (3, 3, 1)
    );
    let listed = incident(&sandbox, NOW, &["list", "--open"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 0);

    // Five years from its end it goes, with all that belongs to it; the one that is still open stays.
    opened(&sandbox, &["item", "C0101"], &[]);
    let rows = |at: &str| {
        sandbox.at(at, ["purge"], ["run"]).expect(0);
        let tables = ["incident", "incident_notice", "incident_release", "incident_step"];
        tables.map(|table| {
            let count = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
            sandbox.database.ask(&sandbox.data(), &count)[0].clone()
        })
    };
    assert_eq!(rows("2031-11-02T10:00:00+08:00"), ["2", "6", "2", "4"]);
    assert_eq!(rows("2031-11-03T10:00:00+08:00"), ["1", "3", "1", "0"]);
}

/// The years of a notice's duty end before those of its incident, which is closed later: it is shown without.
#[test]
fn an_incident_is_shown_after_the_years_of_its_notices() {
    let sandbox = staffed();
    let shown = opened(&sandbox, &["item", "C0101"], &[]);
    let act = |at: &str, words: &[&str]| sandbox.mayfly([&["--at", at], words].concat()).expect(0);
    for notice in shown["notices"].as_array().unwrap() {
        let duty = notice["duty"].as_str().unwrap();
        act(
            NOW,
            &["duty", "close", duty, "--artefact", "letter:1", "--as", "yu.cmp"],
        );
    }
    for what in ["finding", "measure"] {
        act(
            NOW,
            &["incident", "note", "1", what, "--note", "x", "--as", "yu.cmp"],
        );
    }
    let report = sandbox.file("report.txt", "what happened");
    let close = [
        "incident",
        "close",
        "1",
        "--outcome",
        "confirmed",
        "--report",
        report.to_str().unwrap(),
    ];
    act(
        "2026-12-02T10:00:00+08:00",
        &[&close[..], &["--as", "yu.cmp"]].concat(),
    );
    let between = "2031-11-20T10:00:00+08:00";
    act(between, &["purge", "run"]);
    let events = "SELECT CAST(COUNT(*) AS TEXT) FROM duty_event";
    assert_eq!(sandbox.database.ask(&sandbox.data(), events), ["0"]);
    let shown = incident(&sandbox, between, &["show", "1"]).expect(0).json();
    let notices = shown["notices"].as_array().unwrap();
    assert!(
        !notices.is_empty() && notices.iter().all(|notice| notice["state"].is_null()),
        "{shown}"
    );
    let listed = incident(&sandbox, between, &["list"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    act(
        between,
        &["incident", "notice", "1", "supervisor", "--as", "yu.cmp"],
    );
}

/// Nothing is cut off a list: an evidence pack is made of it.
#[test]
fn every_incident_is_listed() {
    let sandbox = staffed();
    opened(&sandbox, &["item", "C0101"], &[]);
    let more = "INSERT INTO incident (incident_no, nature, kind, subject, reason, known_at, affects_from, stop_no, stop_entry,
         opened_at, opened_by, entry, outcome, closed_at, closed_by, report, close_entry)
         WITH RECURSIVE further(n) AS (SELECT CAST(2 AS BIGINT) UNION ALL SELECT n + 1 FROM further WHERE n < 1001)
         SELECT n, nature, kind, subject, reason, known_at, affects_from, stop_no, stop_entry, opened_at, opened_by, entry,
         outcome, closed_at, closed_by, report, close_entry FROM incident, further WHERE incident_no = 1";
    sandbox.database.ask(&sandbox.data(), more);
    let listed = incident(&sandbox, NOW, &["list"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1001);
}

/// The opening is signed even if nobody could look at what still left.
#[test]
fn an_opening_is_signed_when_the_look_fails() {
    let sandbox = staffed();
    let ask = |sql: &str| sandbox.database.ask(&sandbox.data(), sql);
    // The number of the reading is taken.
    ask("INSERT INTO incident_release (reading_no, incident_no, read_at, released, deliveries, on_the_way, watched, entry)
         VALUES (1, 99, 0, 0, 0, 0, 1, 0)");
    let words = [
        "open",
        "item",
        "C0101",
        "--reason",
        "outbox copied",
        "--as",
        "yu.cmp",
    ];
    let opened = incident(&sandbox, NOW, &words).expect(1).json();
    assert_eq!(
        (&opened["stopped"], &opened["releases"]),
        (&true.into(), &serde_json::json!([]))
    );
    let unsigned = "SELECT CAST(COUNT(*) AS TEXT) FROM journal_head WHERE size > (SELECT MAX(size) FROM journal_checkpoint)";
    assert_eq!(ask(unsigned), ["0"]);
}
