//! What a person is told of themselves: everything about them, nothing of others, with proofs, within fifteen days. *Edge.*
//!
//! `refused` is what tells nobody anything.

mod refused;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run, Sandbox, files_below},
};

const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
";
/// The answers of [`NOW`] are gone and certified.
pub const GONE: &str = "2026-11-05T12:00:00+08:00";

#[test]
fn a_person_is_told_who_asked_why_on_which_consent_and_that_the_answer_is_gone() {
    let sandbox = asked();
    let who = person(&sandbox, 2);
    // While the answer exists it is said until when.
    let report = reported(&sandbox, NOW, &who, "early");
    let query = &report["queries"][0];
    assert_eq!(
        (&query["answer"], &query["certificates"]),
        (&"readable".into(), &Value::Array(vec![]))
    );
    assert_eq!(query["readable_until"], "2026-11-05T02:00:00Z");

    sandbox.at(GONE, ["purge"], ["run"]).expect(0);
    let report = reported(&sandbox, GONE, &who, "told");
    assert_eq!(
        (&report["received"], &report["due"]),
        (&"2026-11-05".into(), &"2026-11-20".into())
    );
    let consent = &report["consents"][0];
    assert_eq!(consent["member"], serde_json::json!(["004", "虛構銀行甲"]));
    assert!(consent["form"].as_str().unwrap().starts_with("LN-01/") && !consent["title"].is_null());
    let [query] = report["queries"].as_array().unwrap().as_slice() else {
        panic!("{report}")
    };
    let row = BatchRow::valid(2);
    assert_eq!(query["case_no"], row.cell("case_no"));
    assert_eq!(query["consent"], row.cell("consent_ref"));
    assert!(
        query["reason"]
            .as_str()
            .unwrap()
            .ends_with(row.cell("reason").as_str())
    );
    assert_eq!(
        (&query["outcome"], &query["answer"]),
        (&"answered".into(), &"destroyed".into())
    );
    let certificate = &report["certificates"][0];
    assert_eq!(query["certificates"], serde_json::json!([certificate["number"]]));
    let folder = sandbox.path("told");
    let note = fs::read(folder.join(format!("certificates/{}.certificate", certificate["number"]))).unwrap();
    assert!(String::from_utf8(note).unwrap().contains("cohort: answer-"));
    for entry in [&query["entry"], &certificate["entry"]] {
        assert!(
            folder.join(format!("proofs/entry-{entry}.tlog-proof")).is_file(),
            "{entry}"
        );
    }
    for (name, told) in [
        ("report.txt", "當事人查詢本人資料答覆書"),
        ("report.txt", "115/11/20"),
        ("report.en.txt", "who asked"),
        ("report.en.txt", "national identity card"),
        ("report.html", "lang=\"zh-Hant-TW\""),
        ("report.html", "已刪除"),
    ] {
        assert!(
            fs::read_to_string(folder.join(name)).unwrap().contains(told),
            "{name}: {told}"
        );
    }
    nothing_of_others(&folder);
    the_clock_runs(&sandbox, &report, &folder);
}

/// Neither the numbers, whole, of anybody, nor staff, nor what another person's row said.
fn nothing_of_others(folder: &Path) {
    let other = BatchRow::valid(1);
    for file in files_below(folder) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert!(
            !mayfly_consent::cells::holds_identity_number(&text),
            "{}",
            file.display()
        );
        for stranger in [
            "chen.yl",
            "wang.dg",
            "陳虛玲",
            "yu.cmp",
            "10.4.12.9",
            &other.cell("case_no"),
            &other.cell("consent_ref"),
        ] {
            assert!(!text.contains(stranger), "{}: {stranger}", file.display());
        }
    }
}

/// The request is a duty, which is closed with the report; and it is in the journal.
fn the_clock_runs(sandbox: &Sandbox, report: &Value, folder: &Path) {
    let duty = report["duty"].as_str().unwrap();
    let shown = |at: &str| {
        sandbox
            .at(at, ["--json", "duty", "show"], [duty])
            .expect(0)
            .json()
    };
    assert_eq!(
        (&shown(GONE)["due"], &shown(GONE)["clause"]),
        (&"2026-11-20".into(), &"個資法3, 13; 四(二)4".into())
    );
    let page = folder.join("report.html");
    let later = "2026-11-06T09:00:00+08:00";
    let close = [duty, "--artefact", page.to_str().unwrap(), "--as", "yu.cmp"];
    sandbox.at(later, ["duty", "close"], close).expect(0);
    assert_eq!(shown(later)["state"], "closed");
    let entered: Vec<String> = crate::synthetic::journal(sandbox, later)
        .into_iter()
        .filter(|entry| entry.kind == "export")
        .map(|entry| entry.reference)
        .collect();
    let number = duty.rsplit('.').next().unwrap();
    assert!(entered.contains(&format!("subject:{number}")), "{entered:?}");
}

#[test]
fn nobody_else_is_told_anything_and_a_request_is_answered_once() {
    let sandbox = asked();
    // Nobody asked about this one.
    let stranger = reported(&sandbox, NOW, &person(&sandbox, 4_000), "stranger");
    assert_eq!(
        (&stranger["consents"], &stranger["queries"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
    let text = fs::read_to_string(sandbox.path("stranger/report.txt")).unwrap();
    assert_eq!(text.matches("\n無\n").count(), 3, "{text}");
    // The number of one, the birth date of another: nothing is told, and the officer is told that somebody should look.
    let row = BatchRow::valid(2);
    let mixed = sandbox.file("mixed.txt", format!("{}\n1901-01-01\n", row.cell("subject_id")));
    let folder = sandbox.path("mixed");
    let handed = report(&sandbox, NOW, &mixed, &folder, &[]).expect(0).json();
    assert_eq!(
        (&handed["consents"], &handed["queries"], &handed["other_birth"]),
        (&0.into(), &0.into(), &1.into())
    );
    // A request that came in earlier, and its report some days later, under the same duty; from standard input.
    let raise = [
        "subject_report",
        "--event-day",
        "2026-11-02",
        "--of",
        "bureau",
        "--reason",
        "moica",
        "--as",
        "yu.cmp",
    ];
    let raised = sandbox
        .at(NOW, ["--json", "duty", "raise"], raise)
        .expect(0)
        .json();
    let duty = raised["duty"].as_str().unwrap().to_owned();
    let mut child = sandbox
        .command()
        .args([
            "--at",
            "2026-11-04T09:00:00+08:00",
            "--json",
            "subject",
            "report",
            "-",
        ])
        .args([
            "--proof",
            "moica",
            "--reference",
            "TP-77",
            "--as",
            "yu.cmp",
            "--duty",
            &duty,
            "--out",
            "piped",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = format!("{}\n{}\n", row.cell("subject_id"), row.cell("birth_date"));
    child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
    let handed = Run::of(child.wait_with_output().unwrap()).expect(0).json();
    assert_eq!((&handed["duty"], &handed["queries"]), (&duty.into(), &1.into()));
    let told: Value = serde_json::from_slice(&fs::read(sandbox.path("piped/report.json")).unwrap()).unwrap();
    assert_eq!(
        (&told["received"], &told["proof"]),
        (&"2026-11-02".into(), &"自然人憑證".into())
    );
}

/// The program beside the proofs is the one of the specification.
#[test]
fn the_program_beside_the_proofs_is_the_one_of_the_specification() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipeline");
    let specification = fs::read_to_string(top.join("README.md")).unwrap();
    let shown = specification
        .split("```python\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert_eq!(
        fs::read_to_string(top.join("src/subject/check-proof.py")).unwrap(),
        shown
    );
}

/// Three persons were asked about at [`NOW`].
pub fn asked() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("bureau.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    let rows: Vec<BatchRow> = (1..=3).map(BatchRow::valid).collect();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let summary = sandbox
        .at(NOW, ["--json", "batch", "run"], [file])
        .expect(0)
        .json();
    assert_eq!(summary["answered"], 3, "{summary}");
    sandbox
}

/// A file in which the person of row `number` says who they are.
pub fn person(sandbox: &Sandbox, number: u64) -> PathBuf {
    let row = BatchRow::valid(number);
    let said = format!("{}\n{}\n", row.cell("subject_id"), row.cell("birth_date"));
    sandbox.file(&format!("person-{number}.txt"), said)
}

/// The report about `who`, in the folder `name`.
pub fn reported(sandbox: &Sandbox, at: &str, who: &Path, name: &str) -> Value {
    let folder = sandbox.path(name);
    report(sandbox, at, who, &folder, &[]).expect(0);
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// `subject report WHO --out FOLDER MORE…`; what `more` does not say is in order.
fn report(sandbox: &Sandbox, at: &str, who: &Path, folder: &Path, more: &[&str]) -> Run {
    let mut words = vec![who.to_str().unwrap(), "--out", folder.to_str().unwrap()];
    for (name, value) in [
        ("--proof", "id_card"),
        ("--reference", "2024-0017"),
        ("--as", "yu.cmp"),
    ] {
        if !more.contains(&name) {
            words.extend([name, value]);
        }
    }
    words.extend(more);
    sandbox.at(at, ["--json", "subject", "report"], words)
}
