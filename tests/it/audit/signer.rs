//! What a unit head sees of a review before signing it off, and from when on. *Edge.*

use std::fs;

use sha2::{Digest, Sha256};

use super::{
    CLOSED,
    review::{act, clear, drawn, item},
};
use crate::{
    support::{Sandbox, files_below},
    synthetic::journal,
};

fn refused(sandbox: &Sandbox, name: &str, words: &[&str], code: i32, said: &str) {
    let run = act(sandbox, CLOSED, name, words).expect(code);
    assert!(
        run.stderr.contains(&format!("({said})")),
        "{words:?}: {}",
        run.stderr
    );
}

#[test]
fn a_unit_head_who_could_read_all_verdicts_is_not_named_to_give_one() {
    let sandbox = drawn();
    for place in 1..=9 {
        clear(&sandbox, CLOSED, place, "hsu.rv");
    }
    let name = |who: &'static str| [who, "--as", "wu.head"];
    clear(&sandbox, CLOSED, 10, "hsu.rv");
    refused(&sandbox, "name", &name("si.rv"), 77, "REVIEW-SEEN");
    act(&sandbox, CLOSED, "name", &name("ye.rv")).expect(0);
}

#[test]
fn a_unit_head_reads_the_verdicts_and_a_draft_of_the_report_when_all_are_given_and_signs_just_that() {
    let sandbox = drawn();
    let folder = sandbox.path("draft");
    let draft = |by: &'static str| ["--draft", "--to", folder.to_str().unwrap(), "--as", by];
    item(&sandbox, CLOSED, "1", "hsu.rv");
    let found = [
        "1",
        "--verdict",
        "finding",
        "--reason",
        "no_case",
        "--remark",
        "查無此案",
    ];
    act(
        &sandbox,
        CLOSED,
        "verdict",
        &[&found[..], &["--as", "hsu.rv"]].concat(),
    )
    .expect(0);
    // One has said something, and nobody is told what who is to say something too.
    for reviewer in ["ye.rv", "si.rv"] {
        act(&sandbox, CLOSED, "name", &[reviewer, "--as", "wu.head"]).expect(0);
    }
    let of = |by: &str| act(&sandbox, CLOSED, "verdicts", &["--as", by]).expect(0).json();
    for reviewer in ["ye.rv", "si.rv"] {
        let own = of(reviewer);
        assert_eq!(
            (&own["without_verdict"], &own["seen"]),
            (&10.into(), &serde_json::json!([])),
            "{reviewer}"
        );
    }
    refused(&sandbox, "verdicts", &["--as", "wu.head"], 75, "REVIEW-OPEN");
    refused(&sandbox, "report", &draft("wu.head"), 75, "REVIEW-OPEN");
    for place in 2..=10 {
        clear(&sandbox, CLOSED, place, "hsu.rv");
    }

    let seen = of("wu.head");
    let records = seen["seen"].as_array().unwrap();
    assert_eq!(
        (records.len(), &seen["without_verdict"], &seen["signed_off"]),
        (10, &0.into(), &false.into())
    );
    let first = &records[0]["verdicts"][0];
    assert_eq!(
        [&first["verdict"], &first["by"], &first["remark"]],
        ["finding", "hsu.rv", "查無此案"]
    );
    // A unit head who was named to review has still to say something first.
    assert_eq!(of("si.rv")["seen"], serde_json::json!([]));
    refused(&sandbox, "report", &draft("si.rv"), 77, "REVIEW-SELF");
    for stranger in ["ye.rv", "chen.yl"] {
        refused(&sandbox, "report", &draft(stranger), 77, "REVIEW-HEAD");
    }
    refused(&sandbox, "verdicts", &["--as", "chen.yl"], 77, "SAMPLE-RIGHT");
    assert!(!folder.exists());

    let made = act(&sandbox, CLOSED, "report", &draft("wu.head"))
        .expect(0)
        .json();
    assert_eq!(
        (&made["records"], &made["signed"], &made["as_signed"]),
        (&10.into(), &false.into(), &false.into())
    );
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    for (end, title, mark) in [
        (
            "en",
            "DRAFT, NOT SIGNED OFF. Monthly",
            "Signed off by: NOT SIGNED OFF",
        ),
        (
            "zh-TW",
            "【草稿，未簽核】查詢紀錄每月抽核報告",
            "單位主管簽核：未簽核之草稿",
        ),
    ] {
        let text = read(&format!("review.{end}.txt"));
        assert!(text.starts_with(title) && text.contains(mark), "{text}");
        assert!(read(&format!("review.{end}.html")).contains(title), "{end}");
    }
    assert!(read("findings.csv").contains("no_case") && read("records.csv").contains("查無此案"));
    assert!(files_below(&folder).len() >= 10);
    let drafted = journal(&sandbox, CLOSED);
    let drafted = drafted.iter().filter(|entry| entry.reference == "draft:2026-11");
    assert_eq!(drafted.map(|entry| entry.kind).collect::<Vec<_>>(), ["export"]);

    let signed = act(&sandbox, CLOSED, "sign-off", &["--as", "wu.head"])
        .expect(0)
        .json();
    let digest: String = Sha256::digest(read("verdicts.txt"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(signed["digest"], digest.as_str());
    assert!(read("review.en.txt").contains(&format!("not signed yet: {digest}")));
    refused(&sandbox, "report", &draft("wu.head"), 65, "REVIEW-SIGNED");
    let last = sandbox.path("report");
    let whole = ["--to", last.to_str().unwrap(), "--as", "wu.head"];
    let made = act(&sandbox, CLOSED, "report", &whole).expect(0).json();
    assert_eq!(
        (&made["signed"], &made["as_signed"]),
        (&true.into(), &true.into())
    );
    let text = fs::read_to_string(last.join("review.en.txt")).unwrap();
    assert!(
        !text.contains("DRAFT") && text.contains("Signed off by: wu.head"),
        "{text}"
    );
}
