//! Several processes on one data directory: one worker a batch, one query a consent, and none takes from the other. *Edge.*

use std::collections::BTreeMap;

use mayfly::{batch::lease, db::Db};

use crate::{
    judge::judge,
    support::{NOW, Run, Sandbox, pause},
    synthetic::{BATCH, Synthetic, counts, delivered, journal, ledger, shown},
    worker::{LEASE_SECONDS, ended, paused_midway, short_lease, start, stop_between_transactions, wake},
};

#[test]
fn two_and_four_processes_run_one_file_once() {
    let batch = Synthetic::prepare(ROWS, 11, 3, "refused = 5\ntimeout_after = 5");
    let file = batch.file.to_str().unwrap();
    for processes in [2, 2, 4, 4] {
        let sandbox = batch.sandbox.copy();
        let rivals: Vec<_> = (0..processes)
            .map(|_| start(&sandbox, NOW, ["batch", "run", file]))
            .collect();
        let runs: Vec<_> = rivals.into_iter().map(ended).collect();
        let done = runs.iter().filter(|run| run.code == 1).count();
        assert!(done >= 1, "one does the work: {}", said(&runs));
        for run in runs.iter().filter(|run| run.code != 1) {
            // Beaten by a living worker; one that looked after the end has the receipt and exit code of the first.
            assert!(
                run.code == 75 && run.stderr.contains("BATCH-HELD"),
                "{}",
                said(&runs)
            );
        }
        hold(&sandbox, &batch);
    }
}

#[test]
fn work_beside_run_leaves_one_query_a_row() {
    let batch = Synthetic::prepare(ROWS, 12, 3, "refused = 5\ntimeout_after = 5");
    let file = batch.file.to_str().unwrap();
    for head_start in [0.0, 0.15, 0.3, 0.5] {
        let sandbox = batch.sandbox.copy();
        let run = start(&sandbox, NOW, ["batch", "run", file]);
        pause(head_start);
        let workers: Vec<_> = (0..2).map(|_| start(&sandbox, NOW, ["work", "--once"])).collect();
        for worker in workers {
            ended(worker).expect(0);
        }
        let run = ended(run);
        assert!(
            run.code == 1 || run.stderr.contains("BATCH-HELD"),
            "{}",
            run.stderr
        );
        sandbox.mayfly(["--at", NOW, "batch", "run", file]).expect(1);
        hold(&sandbox, &batch);
    }
}

#[test]
fn the_same_rows_under_another_number_are_used_up() {
    let batch = Synthetic::prepare(ROWS, 13, 0, "");
    let file = batch.file.to_str().unwrap();
    batch
        .sandbox
        .mayfly(["--at", NOW, "batch", "run", file])
        .expect(0);
    let second = batch
        .sandbox
        .mayfly(["--at", NOW, "--json", "batch", "run", file, "--batch-no", "02"])
        .expect(1)
        .json();
    assert_eq!(second["refused"], ROWS);
    assert_eq!(second["codes"], serde_json::json!({ "CNS-USED": ROWS }));
    hold(&batch.sandbox, &batch);
}

#[test]
fn the_same_rows_at_the_same_time_are_asked_once() {
    let batch = Synthetic::prepare(ROWS, 14, 0, "");
    let file = batch.file.to_str().unwrap();
    let sandbox = &batch.sandbox;
    let rivals = ["01", "02"].map(|number| start(sandbox, NOW, ["batch", "run", file, "--batch-no", number]));
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    for (rival, number) in rivals.into_iter().zip(["01", "02"]) {
        let run = ended(rival);
        assert!(matches!(run.code, 0 | 1), "{}", run.stderr);
        for result in delivered_of(sandbox, number) {
            match result.status.as_str() {
                "refused" => assert_eq!(result.codes, "CNS-USED"),
                _ => *asked.entry(result.consent_ref).or_default() += 1,
            }
        }
    }
    assert_eq!(asked.len() as u64, ROWS);
    assert!(asked.values().all(|&uses| uses == 1));
    let noted = ledger(sandbox).lines().filter(|line| !line.is_empty()).count();
    assert_eq!(noted as u64, ROWS);
    let queries = journal(sandbox, NOW)
        .into_iter()
        .filter(|entry| entry.kind == "query")
        .count() as u64;
    assert_eq!(queries, ROWS);
    sandbox.mayfly(["--at", NOW, "journal", "verify"]).expect(0);
}

#[test]
fn a_paused_worker_keeps_its_batch_and_a_dead_one_loses_it() {
    let batch = Synthetic::prepare(2 * ROWS, 15, 3, "timeout_after = 5");
    let (batch, mut worker) = paused_midway(&batch);
    let (sandbox, file) = (&batch.sandbox, batch.file.to_str().unwrap());
    let held = sandbox.mayfly(["--at", NOW, "batch", "run", file]).expect(75);
    assert!(held.stderr.contains("BATCH-HELD"), "{}", held.stderr);
    assert_eq!(shown(sandbox, NOW, BATCH).unwrap()["state"], "accepted");
    worker.kill().unwrap();
    worker.wait().unwrap();
    sandbox.mayfly(["--at", NOW, "batch", "run", file]).expect(1);
    hold(sandbox, &batch);
}

/// Paused beyond its lease; the other has only just taken the batch, and has changed nothing else by which the first could
/// notice.
#[test]
fn a_worker_whose_batch_was_taken_writes_nothing() {
    let batch = Synthetic::prepare(2 * ROWS, 17, 3, "");
    short_lease(&batch.sandbox);
    let (batch, first) = paused_midway(&batch);
    let (sandbox, file) = (&batch.sandbox, batch.file.to_str().unwrap());
    let before = holder(sandbox);
    pause(LEASE_SECONDS);
    // Its first write of all is that it takes the batch.
    let mut second = start(sandbox, NOW, ["batch", "run", file]);
    while holder(sandbox) == before {
        assert!(second.try_wait().unwrap().is_none(), "it ended without the batch");
        pause(0.000_2);
    }
    stop_between_transactions(sandbox, &second);
    let settled = counts(&shown(sandbox, NOW, BATCH).unwrap());
    let entries = entries(sandbox);
    wake(&first);
    let late = ended(first).expect(75);
    assert!(late.stderr.contains("BATCH-TAKEN"), "{}", late.stderr);
    assert_eq!(counts(&shown(sandbox, NOW, BATCH).unwrap()), settled);
    assert_eq!(self::entries(sandbox), entries);
    wake(&second);
    ended(second).expect(1);
    hold(sandbox, &batch);
}

/// The same, long after the other has finished.
#[test]
fn a_worker_beaten_long_ago_writes_nothing() {
    let batch = Synthetic::prepare(2 * ROWS, 16, 3, "");
    short_lease(&batch.sandbox);
    let (batch, worker) = paused_midway(&batch);
    let (sandbox, file) = (&batch.sandbox, batch.file.to_str().unwrap());
    pause(LEASE_SECONDS);
    sandbox.mayfly(["--at", NOW, "batch", "run", file]).expect(1);
    let settled = counts(&shown(sandbox, NOW, BATCH).unwrap());
    let entries = journal(sandbox, NOW);
    wake(&worker);
    let late = ended(worker).expect(75);
    assert!(late.stderr.contains("BATCH-TAKEN"), "{}", late.stderr);
    assert_eq!(counts(&shown(sandbox, NOW, BATCH).unwrap()), settled);
    assert!(journal(sandbox, NOW).starts_with(&entries));
    hold(sandbox, &batch);
}

/// The token of the worker that took the sandbox's one batch last.
fn holder(sandbox: &Sandbox) -> i64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let db = Db::open(sandbox.database.address(&sandbox.data()), false)
            .await
            .unwrap();
        let mut reader = db.reader().await.unwrap();
        lease::holder(&mut reader, 1).await.unwrap().token
    })
}

/// How many entries the journal has.
fn entries(sandbox: &Sandbox) -> u64 {
    let verified = sandbox
        .mayfly(["--at", NOW, "--json", "journal", "verify"])
        .expect(0);
    verified.json()["entries"].as_u64().unwrap()
}

/// The batch is settled, adds up, and was asked about once.
pub fn hold(sandbox: &Sandbox, batch: &Synthetic) {
    let summary = shown(sandbox, NOW, BATCH).unwrap();
    assert_eq!(summary["state"], "settled");
    let outcomes = ["answered", "no_record", "refused", "failed", "unresolved"];
    assert_eq!(
        outcomes
            .iter()
            .map(|outcome| summary[*outcome].as_u64().unwrap())
            .sum::<u64>(),
        batch.rows
    );
    sandbox.mayfly(["--at", NOW, "journal", "verify"]).expect(0);
    judge(
        batch.rows,
        &delivered(sandbox, NOW, BATCH).0,
        &ledger(sandbox),
        &journal(sandbox, NOW),
    )
    .unwrap();
}

fn delivered_of(sandbox: &Sandbox, number: &str) -> Vec<crate::synthetic::ResultLine> {
    delivered(sandbox, NOW, &format!("{}{number}", &BATCH[..BATCH.len() - 2])).0
}

fn said(runs: &[Run]) -> String {
    runs.iter()
        .map(|run| format!("{}: {}\n", run.code, run.stderr))
        .collect()
}

/// Three chunks.
const ROWS: u64 = 8_800;
