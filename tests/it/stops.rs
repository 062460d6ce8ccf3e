//! A stop or a withdrawal that is committed while a batch runs wins over everything that passes the gate later. *Edge.*
//!
//! The journal is the order of things: behind the stop there is no query of what it stops. What stands in it before the stop has been
//! asked and keeps its answer, or had not left yet: then it was held back, and failed with the code of the stop.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use crate::{
    judge::judge,
    support::{Chance, NOW, files_below, pause},
    synthetic::{BATCH, JournalLine, QUERIER, ResultLine, Synthetic, delivered, journal, ledger, shown},
    worker::{TRIES, ended, paused_midway, start, stop_between_transactions, wake},
};

#[test]
fn a_stop_of_the_member_wins() {
    stop_midway(&["member", "004"], "GATE-MEMBER", &|_| true);
}

#[test]
fn a_stop_of_a_person_wins() {
    stop_midway(&["person", "004/synth.q3"], "GATE-PERSON", &|row| {
        row.querier == "synth.q3"
    });
}

#[test]
fn a_stop_of_an_item_wins() {
    stop_midway(&["item", "C0101"], "GATE-ITEM", &|_| true);
}

#[test]
fn a_stop_of_the_link_wins() {
    stop_midway(&["link"], "GATE-LINK", &|_| true);
}

#[test]
fn a_withdrawal_wins() {
    let batch = Synthetic::prepare(ROWS, 22, 0, "");
    let sandbox = &batch.sandbox;
    let rows = rows(&batch);
    // Sent ahead, so that they can be withdrawn before their rows reach the gate: one of a hundred.
    let ahead: HashSet<&str> = rows
        .iter()
        .step_by(100)
        .map(|row| row.consent_ref.as_str())
        .collect();
    sandbox
        .mayfly(["--at", NOW, "consent", "import", &consents_of(&batch, &ahead)])
        .expect(0);
    let list: String = ahead
        .iter()
        .map(|reference| format!("004,{reference},withdrawn,2026-11-02\n"))
        .collect();
    let list = sandbox.file(
        "withdrawn.csv",
        format!("member,consent_ref,outcome,date\n{list}"),
    );
    let words = ["consent", "outcome", list.to_str().unwrap()];
    let hit = |row: &Row| ahead.contains(row.consent_ref.as_str());
    midway(&batch, &words, "withdraw", "CNS-WITHDRAWN", &hit);
}

/// The two race for the one writer: whichever way it goes, nothing is asked behind the stop.
#[test]
fn a_stop_in_a_race_wins() {
    let batch = Synthetic::prepare(12_000, 24, 0, "");
    let file = batch.file.to_str().unwrap();
    for head_start in [0.05, 0.1, 0.2, 0.3, 0.4] {
        let raced = batch.copy();
        let run = start(&raced.sandbox, NOW, ["batch", "run", file]);
        pause(head_start);
        let words = ["stop", "add", "member", "004", "--reason", "drill"];
        let stop = start(&raced.sandbox, NOW, words);
        ended(stop).expect(0);
        assert!(matches!(ended(run).code, 0 | 1));
        hold(&raced, &told(&raced, &words), "stop", "GATE-MEMBER", &|_| true);
    }
}

/// A stop that comes between gate and settle, while nobody runs: what was gated is not sent again.
#[test]
fn a_stop_after_a_crash_holds_back_what_had_passed_the_gate() {
    let batch = Synthetic::prepare(9_000, 23, 0, "");
    let mut chance = Chance(23);
    let file = batch.file.to_str().unwrap();
    for _ in 0..60 {
        let sandbox = batch.sandbox.copy();
        let mut worker = start(&sandbox, NOW, ["batch", "run", file]);
        while ledger(&sandbox).is_empty() && worker.try_wait().unwrap().is_none() {
            pause(0.001);
        }
        pause(chance.fraction() * 0.02);
        worker.kill().unwrap();
        worker.wait().unwrap();
        let before = ledger(&sandbox);
        sandbox
            .mayfly(["--at", NOW, "stop", "add", "link", "--reason", "drill"])
            .expect(0);
        sandbox.mayfly(["--at", NOW, "batch", "run", file]);
        assert_eq!(ledger(&sandbox), before, "something was sent behind the stop");
        let summary = shown(&sandbox, NOW, BATCH).unwrap();
        assert_eq!(summary["state"], "settled");
        if summary["unresolved"].as_u64().unwrap() > 0 {
            // Gated, and perhaps sent: nobody can know, until the stop is lifted and the ids are recalled.
            assert!(summary["codes"]["GATE-LINK"].as_u64() >= summary["unresolved"].as_u64());
            sandbox
                .approved(NOW, &["stop", "lift", "1", "--reason", "drill over"])
                .expect(0);
            sandbox.mayfly(["--at", NOW, "work", "--once"]).expect(0);
            assert_eq!(shown(&sandbox, NOW, BATCH).unwrap()["unresolved"], 0);
            let (results, _) = delivered(&sandbox, NOW, BATCH);
            judge(batch.rows, &results, &ledger(&sandbox), &journal(&sandbox, NOW)).unwrap();
            return;
        }
    }
    panic!("no kill fell between gate and settle");
}

/// A stop that comes while the files of a delivery are written: nothing is handed out, and the next delivery keeps back what is stopped.
#[test]
fn a_stop_while_a_delivery_is_written_hands_out_nothing() {
    let batch = Synthetic::prepare(12_000, 25, 0, "");
    let file = batch.file.to_str().unwrap();
    batch
        .sandbox
        .mayfly(["--at", NOW, "batch", "run", file])
        .expect(0);
    for _ in 0..TRIES {
        let sandbox = batch.sandbox.copy();
        let folder = sandbox.path("handed-out");
        let out = folder.to_str().unwrap();
        let results = ["batch", "results", BATCH, "--as", QUERIER, "--out", out];
        let mut delivery = start(&sandbox, NOW, results);
        // The first chunk is written, and the others are not.
        let is_begun = |file: &PathBuf| file.metadata().is_ok_and(|file| file.len() > 10_000);
        while !files_below(&folder).iter().any(is_begun) && delivery.try_wait().unwrap().is_none() {
            pause(0.000_5);
        }
        if delivery.try_wait().unwrap().is_some() {
            continue;
        }
        stop_between_transactions(&sandbox, &delivery);
        sandbox
            .at(
                NOW,
                ["stop", "add", "person"],
                ["004/synth.q3", "--reason", "drill"],
            )
            .expect(0);
        wake(&delivery);
        let overtaken = ended(delivery);
        // It came before the delivery looked, or behind its end.
        if matches!(overtaken.code, 0 | 1) {
            continue;
        }
        assert_eq!(overtaken.code, 75, "{}", overtaken.stderr);
        assert!(
            overtaken.stderr.contains("DELIVERY-STOPPED"),
            "{}",
            overtaken.stderr
        );
        assert!(files_below(&folder).is_empty());
        let again = ended(start(&sandbox, NOW, results)).expect(1).json();
        assert!(again["withheld"].as_u64().unwrap() > 0, "{again}");
        return;
    }
    panic!("the stop did not fall into any of {TRIES} deliveries");
}

/// What became of a batch in the midst of which something was done.
struct Story {
    results: Vec<ResultLine>,
    journal: Vec<JournalLine>,
}

fn stop_midway(target: &[&str], code: &str, is_hit: &dyn Fn(&Row) -> bool) {
    let batch = Synthetic::prepare(ROWS, 21, 0, "");
    let words = [&["stop", "add"], target, &["--reason", "drill"]].concat();
    midway(&batch, &words, "stop", code, is_hit);
}

/// Runs the batch and says `words` in the midst of it, while the run holds its breath between two transactions; again, until
/// something was asked before them and something refused behind them.
fn midway(batch: &Synthetic, words: &[&str], act: &str, code: &str, is_hit: &dyn Fn(&Row) -> bool) {
    for _ in 0..TRIES {
        let (batch, run) = paused_midway(batch);
        let say = || batch.sandbox.mayfly([&["--at", NOW], words].concat());
        let mut said = say();
        // Paused with a lock in its hand after all (the database's or the keys'): let it go on for a breath, and again.
        while said.code == 75 {
            wake(&run);
            stop_between_transactions(&batch.sandbox, &run);
            said = say();
        }
        said.expect(0);
        wake(&run);
        assert!(matches!(ended(run).code, 0 | 1));
        let (before, refused) = hold(&batch, &told(&batch, words), act, code, is_hit);
        if before > 0 && refused > 0 {
            return;
        }
    }
    panic!("the act did not fall into any of {TRIES} runs");
}

/// What became of the batch; a stop is lifted first, for behind it nothing is delivered.
fn told(batch: &Synthetic, words: &[&str]) -> Story {
    let sandbox = &batch.sandbox;
    let journal = journal(sandbox, NOW);
    if words[0] == "stop" {
        sandbox
            .approved(NOW, &["stop", "lift", "1", "--reason", "drill over"])
            .expect(0);
    }
    let (results, _) = delivered(sandbox, NOW, BATCH);
    judge(batch.rows, &results, &ledger(sandbox), &journal).unwrap();
    Story { results, journal }
}

/// Every row that is hit: asked before the act, held back before it left, or refused with `code`. Every other row: asked. Returns how many were
/// hit and asked before, and how many refused.
fn hold(
    batch: &Synthetic,
    story: &Story,
    act: &str,
    code: &str,
    is_hit: &dyn Fn(&Row) -> bool,
) -> (u64, u64) {
    let acted = story.journal.iter().position(|entry| entry.kind == act).unwrap();
    let place: HashMap<&str, usize> = story
        .journal
        .iter()
        .enumerate()
        .map(|(place, entry)| (entry.reference.as_str(), place))
        .collect();
    let (mut before, mut refused) = (0, 0);
    for (row, result) in rows(batch).iter().zip(&story.results) {
        assert_eq!(row.consent_ref, result.consent_ref);
        match result.status.as_str() {
            "refused" => {
                assert!(is_hit(row), "line {} was refused and is not hit", result.line);
                assert_eq!(result.codes, code);
                refused += 1;
            }
            "failed" => {
                assert!(
                    act == "stop" && is_hit(row),
                    "line {} failed and is not hit",
                    result.line
                );
                assert_eq!(result.codes, code);
                assert!(
                    place[result.query.as_str()] < acted,
                    "line {} was gated behind the stop",
                    result.line
                );
            }
            "answered" | "no_record" if is_hit(row) => {
                assert!(
                    place[result.query.as_str()] < acted,
                    "line {} was asked behind the {act}",
                    result.line
                );
                before += 1;
            }
            "answered" | "no_record" => {}
            other => panic!("line {} ended as {other}", result.line),
        }
    }
    (before, refused)
}

/// What the tests need of a row of the batch file.
struct Row {
    consent_ref: String,
    querier: String,
}

fn rows(batch: &Synthetic) -> Vec<Row> {
    let mut table = csv::Reader::from_path(&batch.file).unwrap();
    let header = table.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|header| header == name).unwrap();
    let (consent_ref, querier) = (column("consent_ref"), column("querier"));
    let rows = table.records().map(|record| {
        let record = record.unwrap();
        Row {
            consent_ref: record[consent_ref].to_owned(),
            querier: record[querier].to_owned(),
        }
    });
    rows.collect()
}

/// A file of the consents `wanted` as their rows give them.
fn consents_of(batch: &Synthetic, wanted: &HashSet<&str>) -> String {
    let mut table = csv::Reader::from_path(&batch.file).unwrap();
    let header = table.headers().unwrap().clone();
    let own = [
        "case_no",
        "reason_code",
        "reason",
        "item",
        "querier",
        "querier_ip",
        "approver",
        "approved_at",
    ];
    let kept: Vec<usize> = (0..header.len())
        .filter(|&column| !own.contains(&&header[column]))
        .collect();
    let reference = header.iter().position(|header| header == "consent_ref").unwrap();
    let path = batch.sandbox.path("ahead.csv");
    let mut out = csv::Writer::from_path(&path).unwrap();
    out.write_record(std::iter::once("member").chain(kept.iter().map(|&column| &header[column])))
        .unwrap();
    for record in table.records() {
        let record = record.unwrap();
        if wanted.contains(&record[reference]) {
            out.write_record(std::iter::once("004").chain(kept.iter().map(|&column| &record[column])))
                .unwrap();
        }
    }
    out.flush().unwrap();
    path.to_str().unwrap().to_owned()
}

/// Eight chunks.
const ROWS: u64 = 32_000;
