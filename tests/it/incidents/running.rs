//! An incident that is opened while a batch runs: nothing passes the gate behind it, and what still left is counted. *Edge.*

use std::collections::HashMap;

use serde_json::Value;

use super::incident;
use crate::{
    judge::judge,
    support::{NOW, pause},
    synthetic::{BATCH, QUERIER, ResultLine, Synthetic, delivered, journal, ledger},
    worker::{TRIES, ended, paused_midway, start, stop_between_transactions, wake},
};

/// As often as it takes until the moment is such that something was on the way, and something was left to be refused.
#[test]
fn an_incident_stops_from_the_next_item_and_what_still_left_is_counted() {
    let batch = Synthetic::prepare(32_000, 31, 0, "");
    for _ in 0..TRIES {
        let (batch, run) = paused_midway(&batch);
        let sandbox = &batch.sandbox;
        let open = [
            "open",
            "member",
            "004",
            "--reason",
            "outbox copied",
            "--wait",
            "0",
        ];
        let mut said = incident(sandbox, NOW, &open);
        while said.code == 75 {
            // Paused with a lock in its hand after all: let it go on for a breath, and again.
            wake(&run);
            stop_between_transactions(sandbox, &run);
            said = incident(sandbox, NOW, &open);
        }
        let on_the_way = said.json()["releases"][0]["on_the_way"].as_u64().unwrap();
        assert_eq!(said.code, i32::from(on_the_way > 0), "{}", said.stderr);
        if on_the_way > 0 {
            let early = close(&batch);
            assert!(early.stderr.contains("INCIDENT-RELEASE"), "{}", early.stderr);
        }
        wake(&run);
        assert!(matches!(ended(run).code, 0 | 1));
        let reading = incident(sandbox, NOW, &["measure", "1", "--wait", "60"])
            .expect(0)
            .json();
        assert_eq!(reading["on_the_way"], 0);
        assert!(reading["elapsed_micros"].as_u64().is_some(), "{reading}");
        assert_eq!(reading["deliveries"], 0);

        // What has not been delivered is not delivered.
        let folder = sandbox.path("kept-back");
        let words = ["batch", "results", BATCH, "--as", QUERIER, "--out"];
        let refused = sandbox.at(NOW, words, [&folder]).expect(77);
        assert!(refused.stderr.contains("GATE-MEMBER"), "{}", refused.stderr);
        assert!(!folder.exists());

        let journal = journal(sandbox, NOW);
        let stop = journal.iter().position(|entry| entry.kind == "stop").unwrap();
        assert!(journal[stop..].iter().all(|entry| entry.kind != "query"));
        assert_eq!(journal[stop + 1].kind, "incident");
        sandbox
            .approved(NOW, &["stop", "lift", "1", "--reason", "looked at"])
            .expect(0);
        let (results, _) = delivered(sandbox, NOW, BATCH);
        judge(batch.rows, &results, &ledger(sandbox), &journal).unwrap();
        // By the journal: the chunks that were settled behind the stop, with the rows of each that had left.
        let behind: Vec<&str> = journal[stop..]
            .iter()
            .filter(|entry| entry.kind == "settle")
            .map(|entry| entry.reference.as_str())
            .collect();
        assert_eq!(reading["released"], left(&results, &behind));
        let is = |status: &str| results.iter().any(|line| line.status == status);
        if on_the_way > 0 && is("refused") && is("answered") {
            return;
        }
    }
    panic!("in none of {TRIES} runs was anything on the way when the incident was opened");
}

/// The batch goes on, and the command waits until nothing is on the way.
#[test]
fn what_is_on_the_way_is_watched_by_a_stopwatch() {
    let batch = Synthetic::prepare(12_000, 32, 0, "");
    let sandbox = &batch.sandbox;
    let mut run = start(sandbox, NOW, ["batch", "run", batch.file.to_str().unwrap()]);
    while ledger(sandbox).is_empty() && run.try_wait().unwrap().is_none() {
        pause(0.002);
    }
    let open = [
        "open",
        "link",
        "--actual",
        "--reason",
        "outbox copied",
        "--wait",
        "600",
    ];
    let shown = incident(sandbox, NOW, &open).expect(0).json();
    assert!(matches!(ended(run).code, 0 | 1));
    let reading = &shown["releases"][0];
    assert_eq!(
        (&reading["on_the_way"], &reading["watched"]),
        (&0.into(), &true.into())
    );
    let micros = reading["elapsed_micros"].as_u64().unwrap();
    assert!(
        micros == 0 || reading["released"].as_u64().unwrap() > 0,
        "{reading}"
    );
    assert_eq!(shown["nature"], "actual");
    let journal = journal(sandbox, NOW);
    let stop = journal.iter().position(|entry| entry.kind == "stop").unwrap();
    assert!(journal[stop..].iter().all(|entry| entry.kind != "query"));
    // Both looks see the same, and the second is kept beside the first.
    let again = incident(sandbox, NOW, &["measure", "1"]).expect(0).json();
    assert_eq!(again["released"], reading["released"]);
    let shown = incident(sandbox, NOW, &["show", "1"]).expect(0).json();
    assert_eq!(shown["releases"].as_array().unwrap().len(), 2);
}

fn close(batch: &Synthetic) -> crate::support::Run {
    let report = batch.sandbox.file("report.txt", "report");
    let report = report.to_str().unwrap();
    incident(
        &batch.sandbox,
        NOW,
        &["close", "1", "--outcome", "confirmed", "--report", report],
    )
}

/// Rows of these chunks, named by batch and first line, that were not refused or held back.
fn left(results: &[ResultLine], chunks: &[&str]) -> Value {
    let first_lines: HashMap<u64, u64> = chunks
        .iter()
        .map(|reference| reference.rsplit_once(':').unwrap().1.parse().unwrap())
        .map(|first| (first, first + mayfly::gate::CHUNK_ROWS as u64))
        .collect();
    let within = |line: u64| {
        first_lines
            .iter()
            .any(|(first, end)| (*first..*end).contains(&line))
    };
    let left =
        |line: &&ResultLine| within(line.line) && ["answered", "no_record"].contains(&line.status.as_str());
    results.iter().filter(left).count().into()
}
