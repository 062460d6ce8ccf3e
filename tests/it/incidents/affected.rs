//! The list of affected queries is exactly the queries of the window, and names no subject. *Edge.*

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use super::{incident, opened, staffed};
use crate::{
    support::{NOW, Sandbox, fixtures},
    synthetic::journal,
};

/// The demonstration's batch in two files, the second an hour later.
const LATER: &str = "2026-11-02T11:00:00+08:00";
/// When the incident is opened.
const NOON: &str = "2026-11-02T12:00:00+08:00";

#[test]
fn the_affected_list_is_exactly_the_queries_of_the_window() {
    let sandbox = staffed();
    let queried = [run_half(&sandbox, NOW, 0), run_half(&sandbox, LATER, 1)];
    let words = [
        "open",
        "member",
        "004",
        "--reason",
        "outbox copied",
        "--as",
        "yu.cmp",
    ];
    incident(&sandbox, NOON, &words).expect(0);
    let list = |more: &[&str]| {
        let words = [&["affected", "1", "--as", "yu.cmp"], more].concat();
        incident(&sandbox, NOON, &words).expect(0).json()
    };
    let all: BTreeSet<Key> = queried.iter().flatten().cloned().collect();
    assert!(queried.iter().all(|half| half.len() > 10) && all.len() == queried[0].len() + queried[1].len());
    assert_eq!(keys(&list(&[])), all);
    // Half-open at both ends: from its first instant on, before its last.
    assert_eq!(keys(&list(&["--from", LATER])), queried[1]);
    assert_eq!(keys(&list(&["--until", LATER])), queried[0]);
    assert_eq!(
        keys(&list(&["--from", "2026-11-02T11:00:00.000001+08:00"])),
        BTreeSet::new()
    );
    let found = list(&[]);
    assert_eq!(found["queries"], all.len());
    assert_eq!(found["in_journal"], found["looked_at"]);
    let in_journal = journal(&sandbox, NOON);
    let in_journal: BTreeSet<&str> = in_journal
        .iter()
        .filter(|entry| entry.kind == "query")
        .map(|entry| entry.reference.as_str())
        .collect();
    assert_eq!(
        all.iter().map(|key| key.1.as_str()).collect::<BTreeSet<_>>(),
        in_journal
    );

    // Subjects are counted by person, and stand there masked.
    let rows = rows();
    let subjects: BTreeSet<&str> = all
        .iter()
        .map(|key| {
            rows.iter()
                .find(|row| row.consent == key.0)
                .unwrap()
                .subject
                .as_str()
        })
        .collect();
    assert_eq!(found["subjects"], subjects.len());
    let file = sandbox.path("affected.csv");
    let path = file.to_str().unwrap();
    let written = list(&["--out", path]);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), all.len() + 1);
    for row in &rows {
        assert!(!text.contains(&row.subject) && !found.to_string().contains(&row.subject));
    }
    let hash = <sha2::Sha256 as sha2::Digest>::digest(text.as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(written["sha256"], hash);
    // It is for the eyes of whoever asked, and not among what is kept.
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = sandbox.data().join("affected.csv");
    let kept = ["affected", "1", "--out", kept.to_str().unwrap(), "--as", "yu.cmp"];
    let inside = incident(&sandbox, NOON, &kept).expect(65);
    assert!(inside.stderr.contains("INCIDENT-FILE"), "{}", inside.stderr);
    for by in ["xu.adm", "chen.yl", "nobody"] {
        let denied = incident(&sandbox, NOON, &["affected", "1", "--as", by]).expect(77);
        assert!(
            denied.stderr.contains("EVIDENCE-RIGHT") && denied.stdout.is_empty(),
            "{by}: {}",
            denied.stderr
        );
    }
    let again = incident(
        &sandbox,
        NOON,
        &["affected", "1", "--out", path, "--as", "yu.cmp"],
    )
    .expect(65);
    assert!(again.stderr.contains("INCIDENT-FILE"), "{}", again.stderr);
}

#[test]
fn the_list_of_a_persons_incident_has_that_persons_queries() {
    let sandbox = staffed();
    let all = run_half(&sandbox, NOW, 0);
    opened(&sandbox, &["person", "004/huang.sm"], &[]);
    let found = incident(&sandbox, NOW, &["affected", "1", "--as", "yu.cmp"])
        .expect(0)
        .json();
    let rows = rows();
    let theirs: BTreeSet<Key> = all
        .iter()
        .filter(|key| {
            rows.iter()
                .any(|row| row.consent == key.0 && row.querier == "huang.sm")
        })
        .cloned()
        .collect();
    assert!(!theirs.is_empty() && theirs.len() < all.len());
    assert_eq!(keys(&found), theirs);
}

/// A consent and the query that used it.
type Key = (String, String);

/// Runs one half of the demonstration's rows; what was queried, as the member's own results say.
fn run_half(sandbox: &Sandbox, at: &str, half: usize) -> BTreeSet<Key> {
    let text = fs::read_to_string(fixtures().join("demo/004-1151102-01.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let (first, second) = rows.split_at(rows.len() / 2);
    let rows = if half == 0 { first } else { second };
    let batch = format!("004-1151102-0{}", half + 1);
    let file = sandbox.file(
        &format!("{batch}.csv"),
        format!("{header}\n{}\n", rows.join("\n")),
    );
    let run = sandbox.at(at, ["batch", "run"], [file]);
    assert!(matches!(run.code, 0 | 1), "{}", run.stderr);
    let folder = sandbox.path(&format!("delivered-{batch}"));
    let words = ["batch", "results"];
    let more = [
        batch.as_str(),
        "--as",
        "chen.yl",
        "--out",
        folder.to_str().unwrap(),
    ];
    sandbox.at(at, words, more).expect(0);
    let results = crate::synthetic::opened(&folder.join(format!("{batch}.results.csv.age")));
    let mut table = csv::Reader::from_reader(&*results);
    let records = table.records().map(Result::unwrap);
    records
        .filter(|record| !record[5].is_empty())
        .map(|record| (record[2].to_owned(), record[5].to_owned()))
        .collect()
}

fn keys(found: &Value) -> BTreeSet<Key> {
    let lines = found["lines"].as_array().map_or(&[][..], Vec::as_slice);
    let cell = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    lines
        .iter()
        .map(|line| (cell(line, "consent_ref"), cell(line, "query")))
        .collect()
}

struct Row {
    consent: String,
    querier: String,
    subject: String,
}

fn rows() -> Vec<Row> {
    // Some of its rows are spoilt, and lack cells.
    let mut table = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(fixtures().join("demo/004-1151102-01.csv"))
        .unwrap();
    let header = table.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|header| header == name).unwrap();
    let (consent, querier, subject) = (column("consent_ref"), column("querier"), column("subject_id"));
    let rows = table.records().map(|record| {
        let record = record.unwrap();
        let cell = |column| record.get(column).unwrap_or("").to_owned();
        Row {
            consent: cell(consent),
            querier: cell(querier),
            subject: cell(subject),
        }
    });
    rows.filter(|row| row.subject.len() == 10).collect()
}
