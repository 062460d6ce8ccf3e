//! A month from its draw to its signed report: what reviewers see, say and find, and that nothing of it is changed. *Edge.*

use std::{fs, io::Read, path::Path};

use mayfly_consent::cells::holds_identity_number;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{CLOSED, VALUE, asked, audit, draw, freeze};
use crate::{
    batch_file::BatchRow,
    support::{NOW, Run, Sandbox, files_below},
    synthetic::journal,
};

/// A drawn month of twelve queries, with a second reviewer who is not named yet, and another unit head.
pub(super) fn drawn() -> Sandbox {
    let sandbox = asked(12);
    more_people(&sandbox);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    sandbox
}

fn more_people(sandbox: &Sandbox) {
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,ye.rv,葉虛覆,內部稽核,,,Y,2024-01-01,wu.head,,,P004-20,稽核部,,\n\
        004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head\n\
        004,si.rv,史虛覆,稽核主管,,,Y,2024-01-01,ma.gm,,,P004-21,稽核部,,unit_head\n";
    let book = sandbox.file("reviewers.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
}

/// `audit ACT 004 2026-11 WORDS…`.
pub(super) fn act(sandbox: &Sandbox, at: &str, name: &str, words: &[&str]) -> Run {
    audit(sandbox, at, &[&[name, "004", "2026-11"], words].concat())
}

pub(super) fn item(sandbox: &Sandbox, at: &str, place: &str, by: &str) -> Value {
    act(sandbox, at, "item", &[place, "--as", by]).expect(0).json()
}

/// Opens the record at `place` and finds it in order.
pub(super) fn clear(sandbox: &Sandbox, at: &str, place: u64, by: &str) {
    let place = place.to_string();
    item(sandbox, at, &place, by);
    act(
        sandbox,
        at,
        "verdict",
        &[&place, "--verdict", "in_order", "--as", by],
    )
    .expect(0);
}

#[test]
fn a_month_is_reviewed_corrected_signed_and_reported() {
    let sandbox = drawn();
    let shown = item(&sandbox, CLOSED, "1", "hsu.rv");
    let (record, consent) = (&shown["record"], &shown["consent"]);
    assert_eq!(
        (&record["proven"], &record["place"]),
        (&true.into(), &serde_json::json!([1, 10]))
    );
    assert_eq!(record["approval"]["had_right"], true);
    assert!(
        record["approval"]["seconds_before"].as_i64().unwrap() > 0,
        "{record}"
    );
    assert!(record["request"]["subject"][0].as_str().unwrap().contains("***"));
    assert!(consent["form_text"].as_str().unwrap().len() > 100 && consent["idv_result"] == "passed");
    // Of the first days of November no answer is left.
    assert_eq!(
        (&record["answer"]["outcome"], &record["answer"]["exists"]),
        (&"answered".into(), &false.into())
    );
    assert!(!holds_identity_number(&shown.to_string()));
    assert_eq!(record["verdicts"], Value::Array(vec![]));
    let entry = record["entry"].as_u64().unwrap();

    let later = "2026-12-01T01:07:30+08:00";
    let found = [
        "1",
        "--verdict",
        "finding",
        "--reason",
        "no_case",
        "--reason",
        "consent_not_valid",
    ];
    let words = [&found[..], &["--remark", "=查無此案", "--as", "hsu.rv"]].concat();
    let given = act(&sandbox, later, "verdict", &words).expect(0).json();
    assert_eq!(given["finding"], serde_json::json!([1, "2026-12-11"]));
    let findings = |at: &str, words: &[&str]| {
        audit(&sandbox, at, &[&["findings"], words].concat())
            .expect(0)
            .json()
    };
    let open = findings(later, &[]);
    assert_eq!(
        (&open[0]["state"], &open[0]["about"]),
        (&"open".into(), &Value::Null)
    );

    // The second reviewer is named, and sees what the first one said only after saying something too.
    act(&sandbox, later, "name", &["ye.rv", "--as", "wu.head"]).expect(0);
    assert_eq!(
        item(&sandbox, later, "1", "ye.rv")["record"]["verdicts"],
        Value::Array(vec![])
    );
    let state = act(&sandbox, later, "verdicts", &["--as", "ye.rv"])
        .expect(0)
        .json();
    assert_eq!(
        (&state["without_verdict"], &state["seen"]),
        (&10.into(), &Value::Array(vec![]))
    );
    act(
        &sandbox,
        later,
        "verdict",
        &["1", "--verdict", "unclear", "--as", "ye.rv"],
    )
    .expect(0);
    let both = item(&sandbox, later, "1", "ye.rv")["record"]["verdicts"].clone();
    let said: Vec<&Value> = both
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["verdict"])
        .collect();
    assert_eq!(said, ["finding", "unclear"]);
    assert_eq!(
        both[0]["reasons"],
        serde_json::json!(["consent_not_valid", "no_case"])
    );

    for place in 2..=10 {
        clear(&sandbox, later, place, "hsu.rv");
    }
    let sample = "monthly_sample/004/2026-11";
    let by_hand = [sample, "--artefact", "review:1", "--as", "hsu.rv"];
    let refused = sandbox.at(later, ["duty", "close"], by_hand).expect(65);
    assert!(refused.stderr.contains("(DUTY-ARTEFACT)"), "{}", refused.stderr);
    let signed = act(&sandbox, later, "sign-off", &["--as", "wu.head"])
        .expect(0)
        .json();
    assert_eq!(
        (&signed["records"], &signed["verdicts"]),
        (&10.into(), &11.into())
    );

    let duty = |at: &str, name: &str| {
        sandbox
            .at(at, ["--json", "duty", "show"], [name])
            .expect(0)
            .json()
    };
    let done = duty(later, sample);
    assert_eq!(
        (&done["state"], &done["closed_by"], &done["entry"]),
        (&"closed".into(), &"wu.head".into(), &signed["entry"])
    );

    // What was found is corrected by one, closed by another, and its day passes meanwhile.
    let eleventh = "2026-12-11T23:59:59+08:00";
    let twelfth = "2026-12-12T00:00:00+08:00";
    assert_eq!(findings(eleventh, &["--overdue"]), Value::Array(vec![]));
    assert_eq!(findings(twelfth, &["--overdue"])[0]["finding_no"], 1);
    assert_eq!(findings(twelfth, &["--member", "012"]), Value::Array(vec![]));
    // It is a duty, which nothing closes but its end.
    let report = format!("finding_report/004/{}.f1", &later[..10]);
    let found = duty(twelfth, &report);
    assert_eq!(
        (&found["state"], &found["due"], &found["reason"]),
        (&"overdue".into(), &"2026-12-11".into(), &"finding 1".into())
    );
    let by_hand = [&report, "--artefact", "document:1", "--as", "wu.head"];
    let refused = sandbox.at(twelfth, ["duty", "close"], by_hand).expect(65);
    assert!(refused.stderr.contains("(DUTY-ARTEFACT)"), "{}", refused.stderr);
    audit(&sandbox, twelfth, &["finding", "correct", "1", "--as", "wang.dg"]).expect(0);
    let paper = sandbox.file("paper.pdf", "what was done");
    let close = [
        "finding",
        "close",
        "1",
        "--artefact",
        paper.to_str().unwrap(),
        "--as",
        "wu.head",
    ];
    let closed = audit(&sandbox, twelfth, &close).expect(0).json();
    assert_eq!(
        (&closed["state"], &closed["overdue"]),
        (&"closed".into(), &false.into())
    );
    assert_eq!(
        closed["steps"][1]["artefact"],
        hex(&Sha256::digest("what was done"))
    );
    assert_eq!(closed["about"]["query_entry"], entry);
    let done = duty(twelfth, &report);
    assert_eq!(
        (&done["state"], &done["closed_by"], &done["artefact"]),
        (
            &"closed".into(),
            &"wu.head".into(),
            &format!("sha256:{}", hex(&Sha256::digest("what was done"))).into()
        )
    );
    assert_eq!(findings(twelfth, &["--open"]), Value::Array(vec![]));

    let folder = sandbox.path("report");
    let to = folder.to_str().unwrap();
    act(&sandbox, twelfth, "report", &["--to", to, "--as", "wu.head"]).expect(0);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    // What was signed is there to be hashed by anybody.
    assert_eq!(
        hex(&Sha256::digest(read("verdicts.txt"))),
        signed["digest"].as_str().unwrap()
    );
    assert_eq!(read("verdicts.txt").lines().count(), 3 + 11);
    let records = read("records.csv");
    assert_eq!(records.split("\r\n").count(), 1 + 11 + 1);
    assert!(
        records.contains(",finding,consent_not_valid;no_case,'=查無此案,hsu.rv,"),
        "{records}"
    );
    let chinese = read("review.zh-TW.html");
    for part in [
        "<html lang=\"zh-Hant-TW\">",
        "A4 landscape",
        "缺失",
        "115/12/01 01:07:30",
        "wu.head",
        "核准人員",
    ] {
        assert!(chinese.contains(part), "{part}: {chinese}");
    }
    let text = read("review.en.txt");
    for part in [
        "Signed off by: wu.head",
        "hsu.rv (named by wu.head), ye.rv (named by wu.head)",
        "seed: ",
        "audit verify",
        "83.3 %",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(read("findings.csv").contains(&hex(&Sha256::digest("what was done"))));
    let pace = read("pace.csv");
    assert!(
        pace.contains("opening_to_verdict,hsu.rv,10,0,0,450,0,0,0,\"from the opening to the verdict"),
        "{pace}"
    );
    let book = part_of(&folder.join("review.zh-TW.xlsx"), "xl/sharedStrings.xml");
    assert!(
        book.contains("<t>'=查無此案</t>") && book.contains("<t>查詢人員</t>"),
        "{book}"
    );
    for sheet in 1..=3 {
        let page = part_of(
            &folder.join("review.en.xlsx"),
            &format!("xl/worksheets/sheet{sheet}.xml"),
        );
        assert!(page.contains("<row ") && !page.contains("<f>"), "{page}");
    }
    for path in files_below(&folder) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert!(!holds_identity_number(&text), "{}", path.display());
    }
    // The control: the rows did hold some.
    assert!(holds_identity_number(&BatchRow::valid(1).cell("subject_id")));

    let entries = journal(&sandbox, twelfth);
    let count = |kind: &str, reference: &str| {
        let same = entries
            .iter()
            .filter(|entry| entry.kind == kind && entry.reference == reference);
        same.count()
    };
    assert_eq!(count("read", "item:2026-11/1"), 3);
    // Who drew was named as well as who came later.
    assert_eq!(count("review", "name:2026-11"), 2);
    // Anybody may have the journal: it names no record that was drawn.
    let mut read = entries.iter().filter(|line| line.kind == "read");
    assert!(!read.any(|line| line.reference.ends_with(&format!(":{entry}"))));
    for (kind, reference) in [
        ("review", "verdict:1"),
        ("finding", "opened:1"),
        ("finding", "corrected:1"),
        ("finding", "closed:1"),
        ("sign", "review:2026-11"),
        ("export", "review:2026-11"),
    ] {
        assert_eq!(count(kind, reference), 1, "{kind} {reference}");
    }
}

/// A reviewer who thinks otherwise later says so beside what was said; of a finding nothing goes away.
#[test]
fn a_later_verdict_stands_beside_the_earlier_one() {
    let sandbox = drawn();
    item(&sandbox, CLOSED, "3", "hsu.rv");
    let say = |words: &[&str]| {
        act(
            &sandbox,
            CLOSED,
            "verdict",
            &[&["3"], words, &["--as", "hsu.rv"]].concat(),
        )
    };
    say(&["--verdict", "finding", "--reason", "other", "--remark", "第一次"]).expect(0);
    let rows = || {
        let sql = "SELECT CAST(verdict_no AS TEXT) || ' ' || verdict || ' ' || reasons FROM verdict ORDER BY verdict_no";
        sandbox.database.ask(&sandbox.data(), sql)
    };
    assert_eq!(rows(), ["1 finding other"]);
    say(&["--verdict", "in_order"]).expect(0);
    assert_eq!(rows(), ["1 finding other", "2 in_order "]);
    // Another remark is another verdict; just the same is refused.
    say(&["--verdict", "in_order", "--remark", "見案卷"]).expect(0);
    let again = say(&["--verdict", "in_order", "--remark", "見案卷"]).expect(65);
    assert!(again.stderr.contains("REVIEW-TWICE"), "{}", again.stderr);
    assert_eq!(rows().len(), 3);
    let said = item(&sandbox, CLOSED, "3", "hsu.rv")["record"]["verdicts"].clone();
    let remarks: Vec<&Value> = said
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["remark"])
        .collect();
    assert_eq!(remarks, ["第一次", "", "見案卷"]);
    let open = audit(&sandbox, CLOSED, &["findings", "--open"]).expect(0).json();
    assert_eq!(open.as_array().map(Vec::len), Some(1));
}

/// While an answer exists the reviewer is told so, and when it was handed out; what it says is nowhere.
#[test]
fn that_an_answer_was_handed_out_is_shown_while_it_exists() {
    let sandbox = Sandbox::with_master_data();
    sandbox.mayfly(["--at", NOW, "serve", "--once"]).expect(0);
    let evening = "2026-11-30T20:00:00+08:00";
    let rows: Vec<BatchRow> = (1..=3)
        .map(|number| BatchRow::valid_on("2026-11-29", "2026-11-28", number))
        .collect();
    super::run_rows(&sandbox, evening, "004-1151130-01.csv", &rows);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let answer = |at: &str| item(&sandbox, at, "1", "hsu.rv")["record"]["answer"].clone();
    let before = answer(CLOSED);
    assert_eq!(
        (&before["exists"], &before["handed_out"]),
        (&true.into(), &Value::Array(vec![]))
    );
    let own = sandbox.at(
        CLOSED,
        ["batch", "results", "004-1151130-01"],
        ["--as", "chen.yl"],
    );
    assert!(own.code < 2, "{}", own.stderr);
    let after = answer(CLOSED);
    assert_eq!(after["handed_out"][0][0], "read", "{after}");
    let keys: Vec<&String> = after.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["exists", "handed_out", "obtained_at", "outcome"]);
    // From 72 hours on it does not exist, purged or not.
    let gone = answer("2026-12-03T20:00:00+08:00");
    assert_eq!(
        (&gone["exists"], &gone["handed_out"]),
        (&false.into(), &Value::Array(vec![]))
    );
}

/// One part of a workbook.
fn part_of(book: &Path, name: &str) -> String {
    let mut book = zip::ZipArchive::new(fs::File::open(book).unwrap()).unwrap();
    let mut text = String::new();
    book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
