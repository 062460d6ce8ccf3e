//! Submit, work, show, list: each step for itself, and the counts at every moment. *Edge.*

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};

use super::{ACCOUNT, BATCH, demo_batch, prepared, ran, records};
use crate::support::{NOW, Run, Sandbox};

#[test]
fn the_steps_come_to_the_same_as_one_go() {
    let sandbox = prepared();
    let submitted = sandbox
        .at(NOW, ["--json", "batch", "submit"], [demo_batch()])
        .expect(0)
        .json();
    assert_eq!(
        (&submitted["state"], &submitted["rows"]),
        (&json!("accepted"), &json!(252))
    );
    assert_eq!(sum(&submitted), 0);
    assert_eq!(submitted["expires_at"], Value::Null);
    let shown = sandbox
        .mayfly(["--json", "batch", "show", BATCH])
        .expect(0)
        .json();
    assert_eq!(shown, submitted);
    let early = sandbox
        .at(NOW, ["batch", "results", BATCH, "--as"], [ACCOUNT])
        .expect(75);
    assert!(early.stderr.contains("(BATCH-OPEN)"), "{}", early.stderr);

    let worked = sandbox.at(NOW, ["--json", "work"], ["--once"]).expect(0).json();
    assert_eq!(worked, json!({ "batches": 1, "late": 0, "waiting": 0 }));
    let worked = sandbox.at(NOW, ["--json", "work"], ["--once"]).expect(0).json();
    assert_eq!(worked, json!({ "batches": 0, "late": 0, "waiting": 0 }));

    let shown = sandbox
        .mayfly(["--json", "batch", "show", BATCH])
        .expect(0)
        .json();
    assert_eq!(shown["state"], "settled");
    let (_, in_one_go) = ran();
    assert_eq!(shown, in_one_go);
    let listed = sandbox.mayfly(["--json", "batch", "list"]).expect(0).json();
    assert_eq!(listed, json!([shown]));
}

#[test]
fn a_summary_has_what_is_published_and_its_counts_add_up() {
    let (sandbox, summary) = ran();
    for key in [
        "batch",
        "member",
        "rows",
        "answered",
        "no_record",
        "refused",
        "failed",
        "unresolved",
        "codes",
    ] {
        assert!(!summary[key].is_null(), "{key} is missing: {summary}");
    }
    assert_eq!(
        (&summary["batch"], &summary["member"]),
        (&json!(BATCH), &json!("004"))
    );
    assert_eq!(json!(sum(&summary)), summary["rows"]);
    assert_eq!(summary["expires_at"], json!("2026-11-05T02:00:00Z"));

    // The results file says the same, row by row.
    let (results, answers) = super::delivered(&sandbox);
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    for record in records(&results) {
        *outcomes.entry(record[3].into()).or_default() += 1;
        for code in record[4].split(';').filter(|code| !code.is_empty()) {
            *codes.entry(code.into()).or_default() += 1;
        }
    }
    for outcome in ["answered", "no_record", "refused", "failed", "unresolved"] {
        assert_eq!(
            json!(outcomes.remove(outcome).unwrap_or(0)),
            summary[outcome],
            "{outcome}"
        );
    }
    assert!(outcomes.is_empty(), "{outcomes:?}");
    assert_eq!(json!(codes), summary["codes"]);
    assert!(records(&answers).len() as u64 > summary["answered"].as_u64().unwrap());
}

#[test]
fn the_same_file_again_is_the_same_receipt_and_other_bytes_are_a_conflict() {
    let (sandbox, summary) = ran();
    let (code, again) = sandbox.batch_run(&demo_batch(), &[]);
    assert_eq!((code, &again), (1, &summary));
    let told = sandbox.at(NOW, ["batch", "run"], [demo_batch()]);
    told.expect(1);
    let submitted = sandbox
        .at(NOW, ["--json", "batch", "submit"], [demo_batch()])
        .expect(0)
        .json();
    assert_eq!(submitted, summary);

    let mut bytes = fs::read(demo_batch()).unwrap();
    bytes.extend_from_slice(b"\r\n");
    let other = sandbox.file(&format!("{BATCH}.csv"), bytes);
    for command in ["run", "submit"] {
        let refused = sandbox
            .at(NOW, ["batch"], [command.as_ref(), other.as_os_str()])
            .expect(65);
        assert!(refused.stderr.contains("(FILE-CONFLICT)\n"), "{}", refused.stderr);
    }
    // Under another number the same bytes are another batch, whose consents are used up.
    let (code, next) = sandbox.batch_run(&demo_batch(), &["--batch-no", "02"]);
    assert_eq!((code, &next["batch"]), (1, &json!("004-1151102-02")));
    assert_eq!((&next["answered"], &next["no_record"]), (&json!(0), &json!(0)));
    assert_eq!(json!(sum(&next)), next["rows"]);
}

#[test]
fn people_are_told_in_sentences_and_programs_in_one_document() {
    let (sandbox, summary) = ran();
    let shown = sandbox.mayfly(["batch", "show", BATCH]).expect(0).stdout;
    for text in [BATCH, "252 rows", "民國115年11月5日", "CNS-WITHDRAWN"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(shown.contains(&summary["answered"].to_string()), "{shown}");
    let chinese = sandbox
        .mayfly(["--lang", "zh-TW", "batch", "show", BATCH])
        .expect(0)
        .stdout;
    assert_ne!(chinese, shown);
    for words in [
        &["batch", "list"][..],
        &["stop", "list"],
        &["doctor"],
        &["journal", "verify"],
    ] {
        let run: Run = sandbox.mayfly([&["--json", "--at", NOW], words].concat());
        let _one_document: Value = run.json();
        assert_eq!(run.stderr, "", "{words:?}");
    }
}

#[test]
fn a_batch_that_is_not_there_is_unusable_input() {
    let sandbox = Sandbox::with_master_data();
    for words in [&["show", BATCH][..], &["results", BATCH, "--as", ACCOUNT]] {
        let refused = sandbox.at(NOW, ["batch"], words).expect(65);
        assert!(refused.stderr.contains("(BATCH-UNKNOWN)\n"), "{}", refused.stderr);
    }
}

fn sum(summary: &Value) -> u64 {
    let outcomes = ["answered", "no_record", "refused", "failed", "unresolved"];
    outcomes
        .iter()
        .map(|outcome| summary[outcome].as_u64().unwrap())
        .sum()
}
