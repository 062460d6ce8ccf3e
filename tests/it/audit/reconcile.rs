//! A member's own log against the bureau's records: a clean month has no finding, and each drop, double and change is found. *Edge.*

use std::fs;

use mayfly::{app::House, audit::reconcile};
use sha2::{Digest, Sha256};

use super::{ask, audit};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Sandbox},
    synthetic::journal,
};

const BATCH: &str = "004-1151102-01";
const CLOSED: &str = "2026-12-01T09:00:00+08:00";
const DUTY: &str = "reconciliation/004/2026-11";
const FIELDS: [&str; 8] = [
    "querier",
    "item",
    "subject_id",
    "case_no",
    "consent_ref",
    "approver",
    "approved_at",
    "reason",
];

/// The log that the member's own system keeps of the persons `numbers`, a line each, and its lines as cells.
pub fn log(numbers: impl Iterator<Item = u64>) -> Vec<[String; 10]> {
    let rows: Vec<BatchRow> = numbers.map(BatchRow::valid).collect();
    let text = batch_file(&rows);
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().unwrap().clone();
    let lines = reader.records().enumerate().map(|(place, record)| {
        let record = record.unwrap();
        let cell = |name: &str| {
            let place = header.iter().position(|column| column == name).unwrap();
            record[place].to_owned()
        };
        let mut line = [const { String::new() }; 10];
        line[0] = BATCH.to_owned();
        line[1] = (place + 2).to_string();
        for (place, field) in FIELDS.into_iter().enumerate() {
            line[place + 2] = cell(field);
        }
        line
    });
    lines.collect()
}

pub fn written(sandbox: &Sandbox, lines: &[[String; 10]]) -> String {
    let mut text = format!("batch,line,{}\n", FIELDS.join(","));
    for line in lines {
        text.push_str(&line.join(","));
        text.push('\n');
    }
    sandbox.file("log.csv", text).to_str().unwrap().to_owned()
}

fn month() -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    ask(&sandbox, NOW, &format!("{BATCH}.csv"), 1..=30);
    sandbox
}

#[test]
fn a_clean_month_gives_no_finding_and_is_entered() {
    let sandbox = month();
    let mut lines = log(1..=30);
    // The same instant, spelled otherwise, and another order.
    lines[4][8] = "2026-11-01T08:00:00Z".into();
    lines.reverse();
    let file = written(&sandbox, &lines);
    let said = audit(
        &sandbox,
        CLOSED,
        &["reconcile", "004", "2026-11", &file, "--as", "hsu.rv"],
    )
    .expect(0)
    .json();
    assert_eq!(
        (&said["records"], &said["lines"]),
        (&30.into(), &30.into()),
        "{said}"
    );
    assert_eq!(said["findings"], serde_json::json!([]));
    let sha256 = mayfly::ids::hex(&Sha256::digest(fs::read(&file).unwrap()));
    assert_eq!(said["log_sha256"], sha256);
    let entries = journal(&sandbox, CLOSED);
    let entry = &entries[usize::try_from(said["entry"].as_u64().unwrap()).unwrap()];
    assert_eq!(
        (entry.kind, entry.reference.as_str()),
        ("reconciliation", "2026-11")
    );
    // That closed the duty of the month; another time closes nothing.
    let duty = sandbox
        .at(CLOSED, ["--json", "duty", "show"], [DUTY])
        .expect(0)
        .json();
    assert_eq!(
        (&duty["state"], &duty["closed_by"], &duty["artefact"]),
        (
            &"closed".into(),
            &"hsu.rv".into(),
            &format!("reconciliation:{}", said["entry"]).into()
        )
    );
    let again = ["reconcile", "004", "2026-11", &file, "--as", "hsu.rv"];
    audit(&sandbox, CLOSED, &again).expect(0);
}

#[test]
fn drops_doubles_and_changes_are_all_found() {
    let sandbox = month();
    let mut lines = log(1..=30);
    let double = lines[6].clone();
    lines[2][4] = lines[3][4].clone();
    lines[9][9] = "=1+1".into();
    lines[11][8] = "2026-11-01T16:00:01+08:00".into();
    lines[14][8] = String::new();
    let mut strange = lines[0].clone();
    strange[1] = "99".into();
    lines.remove(20);
    lines.extend([double, strange]);
    let file = written(&sandbox, &lines);
    let out = sandbox.path("findings.csv");
    let words = [
        "reconcile",
        "004",
        "2026-11",
        &file,
        "--as",
        "hsu.rv",
        "--findings",
        out.to_str().unwrap(),
    ];
    let said = audit(&sandbox, CLOSED, &words).expect(1).json();
    for (what, count) in [
        ("missing_here", 1),
        ("missing_there", 1),
        ("twice", 1),
        ("different", 4),
        ("no_consent", 0),
        ("no_approval", 0),
    ] {
        assert_eq!(said[what], count, "{what}: {said}");
    }
    let expected = format!(
        "batch,line,finding,fields\r\n{BATCH},4,different,subject_id\r\n{BATCH},11,different,reason\r\n\
         {BATCH},13,different,approved_at\r\n{BATCH},16,different,approved_at\r\n{BATCH},8,twice,\r\n{BATCH},99,missing_here,\r\n{BATCH},22,missing_there,\r\n"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), expected);
    // What differs closes nothing; who answers for the month does, with an entry that is a reconciliation of it.
    let close = |artefact: &str| {
        let words = [DUTY, "--artefact", artefact, "--as", "hsu.rv"];
        sandbox.at(CLOSED, ["--json", "duty", "close"], words)
    };
    let entry = said["entry"].as_u64().unwrap();
    for wrong in [entry - 1, entry + 100] {
        let refused = close(&format!("reconciliation:{wrong}")).expect(65);
        assert!(refused.stderr.contains("(DUTY-ARTEFACT)"), "{}", refused.stderr);
    }
    close(&format!("reconciliation:{entry}")).expect(0);
    // Nothing is written over.
    let again = audit(&sandbox, CLOSED, &words).expect(65);
    assert!(again.stderr.contains("(RECONCILE-FILE)"), "{}", again.stderr);
}

/// The bureau's own side is looked at too: a consent or an approval that is gone is a finding.
#[test]
fn a_record_without_its_consent_is_found() {
    let sandbox = month();
    let file = written(&sandbox, &log(1..=30));
    sandbox.database.ask(
        &sandbox.data(),
        "UPDATE request SET consent_no = 9999999 WHERE line = 5 RETURNING item",
    );
    let said = audit(
        &sandbox,
        CLOSED,
        &["reconcile", "004", "2026-11", &file, "--as", "hsu.rv"],
    )
    .expect(1)
    .json();
    assert_eq!(said["no_consent"], 1, "{said}");
    assert_eq!(
        (&said["findings"][0]["line"], &said["findings"][0]["kind"]),
        (&5.into(), &"no_consent".into())
    );
}

/// Whoever is stopped while the log is read ends nothing: the right is asked for once more where the result is entered.
#[test]
fn a_stop_that_comes_while_the_log_is_read_is_seen() {
    let sandbox = month();
    let mut lines = log(1..=30);
    lines.remove(20);
    let file = written(&sandbox, &lines);
    let month = mayfly::audit::Month::parse("2026-11").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = runtime.block_on(async {
        let house = House::open(&sandbox.data(), Some(CLOSED.parse().unwrap()))
            .await
            .unwrap();
        reconcile::reconcile(&house, ("004", month), file.as_ref(), "hsu.rv", |_| {
            let stop = ["person", "004/hsu.rv", "--reason", "left"];
            sandbox.at(CLOSED, ["stop", "add"], stop).expect(0);
            Ok(())
        })
        .await
    });
    assert_eq!(ended.err().map(|error| error.code()), Some("RECONCILE-RIGHT"));
    let entries = journal(&sandbox, CLOSED);
    assert!(entries.iter().all(|entry| entry.kind != "reconciliation"));
}

/// A line with a time that is none is told and does not keep the others from being compared: also of a row that the bureau refused,
/// of which it compares nothing.
#[test]
fn a_line_that_cannot_be_read_in_full_is_told_and_the_rest_is_compared() {
    let sandbox = month();
    let rows = [
        BatchRow::valid(41),
        BatchRow::valid(40).with("approver", "chen.yl"),
    ];
    let second = sandbox.file("004-1151102-02.csv", batch_file(&rows));
    let told = sandbox.at(NOW, ["--json", "batch", "run"], [second]).json();
    assert_eq!(told["refused"], 1, "{told}");
    let mut lines = log(1..=30);
    let mut asked = log(41..=41);
    asked[0][0] = "004-1151102-02".into();
    lines.append(&mut asked);
    lines[2][8] = "2026/11/01 16:00".into();
    lines[5][8] = "yesterday".into();
    lines[5][9] = "=1+1".into();
    let mut of_refused = lines[0].clone();
    (of_refused[0], of_refused[1], of_refused[8]) = ("004-1151102-02".into(), "3".into(), "soon".into());
    lines.push(of_refused);
    let file = written(&sandbox, &lines);
    let out = sandbox.path("findings.csv");
    let words = ["reconcile", "004", "2026-11", &file, "--as", "hsu.rv"];
    let to = ["--findings", out.to_str().unwrap()];
    let said = audit(&sandbox, CLOSED, &[&words[..], &to].concat())
        .expect(1)
        .json();
    for (what, count) in [
        ("lines", 32),
        ("unreadable", 3),
        ("different", 1),
        ("missing_here", 0),
        ("missing_there", 0),
    ] {
        assert_eq!(said[what], count, "{what}: {said}");
    }
    let expected = format!(
        "batch,line,finding,fields\r\n{BATCH},4,unreadable,approved_at\r\n{BATCH},7,unreadable,approved_at\r\n\
         {BATCH},7,different,reason\r\n004-1151102-02,3,unreadable,approved_at\r\n"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), expected);
    let text = sandbox.mayfly([&["--at", CLOSED, "--lang", "zh-TW", "audit"], &words[..]].concat());
    let text = text.expect(1).stdout;
    assert!(
        text.contains("3  使用單位紀錄有無法讀取之欄位") && text.contains("無法讀取：核准時間"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_reconciled_is_refused_whole() {
    let sandbox = month();
    let good = written(&sandbox, &log(1..=30));
    let bad = |text: &[u8]| sandbox.file("bad.csv", text).to_str().unwrap().to_owned();
    let check = |at: &str, words: [&str; 3], by: &str, exit: i32, code: &str| {
        let before = journal(&sandbox, at).len();
        let out = sandbox.path("none.csv");
        let words = [
            "reconcile",
            words[0],
            words[1],
            words[2],
            "--as",
            by,
            "--findings",
            out.to_str().unwrap(),
        ];
        let run = audit(&sandbox, at, &words).expect(exit);
        assert!(
            run.stderr.contains(&format!("({code})")),
            "{words:?}: {}",
            run.stderr
        );
        // A log is imported nowhere, and no batch.
        let is_of_log = code.starts_with("IMPORT") || code.starts_with("FILE");
        let elsewhere = run.stderr.contains("import") || run.stderr.contains("submit");
        assert!(!is_of_log || !elsewhere, "{}", run.stderr);
        assert_eq!(journal(&sandbox, at).len(), before, "{words:?}");
        assert!(!out.exists(), "half a result of {words:?}");
    };
    check(NOW, ["004", "2026-11", &good], "hsu.rv", 65, "RECONCILE-OPEN");
    check(CLOSED, ["999", "2026-11", &good], "hsu.rv", 65, "MEMBER-UNKNOWN");
    check(
        CLOSED,
        ["004", "2026-11", &good],
        "chen.yl",
        77,
        "RECONCILE-RIGHT",
    );
    check(
        CLOSED,
        ["004", "2026-11", "nowhere.csv"],
        "hsu.rv",
        65,
        "FILE-UNREADABLE",
    );
    let file = bad(b"batch,line,querier\n1,2,3\n");
    check(CLOSED, ["004", "2026-11", &file], "hsu.rv", 65, "IMPORT-COLUMNS");
    let mut lines = log(1..=3);
    lines[2][1] = "two".into();
    let file = written(&sandbox, &lines);
    check(CLOSED, ["004", "2026-11", &file], "hsu.rv", 65, "IMPORT-CELL");
    for strange in ["A123456789", "012-1151102-01"] {
        let mut lines = log(1..=3);
        lines[2][0] = strange.into();
        let file = written(&sandbox, &lines);
        check(CLOSED, ["004", "2026-11", &file], "hsu.rv", 65, "IMPORT-CELL");
    }
    // Nobody was asked about before this house began, and before the member did.
    for month in ["2015-01", "2026-10"] {
        check(CLOSED, ["004", month, &good], "hsu.rv", 65, "RECONCILE-MONTH");
    }
    let mut bytes = fs::read(written(&sandbox, &log(1..=3))).unwrap();
    bytes.extend(b"\xff\xfe,3,,,,,,,,\n");
    let file = bad(&bytes);
    check(CLOSED, ["004", "2026-11", &file], "hsu.rv", 65, "IMPORT-ENCODING");
    // Who queried in the month does not hold it against the log, under whichever account.
    let own = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,chen.rv,陳虛玲,內部稽核,,,Y,2023-01-01,wu.head,,,P004-01,稽核部,,\n";
    let own = sandbox.file("own.csv", own);
    sandbox.at(CLOSED, ["staff", "import"], [own]).expect(0);
    check(CLOSED, ["004", "2026-11", &good], "chen.rv", 77, "SAMPLE-OWN");
    // A stop of an account that the person had years ago stops the person.
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,hsu.old,許虛文,內部稽核,,,Y,2023-01-01,wu.head,2024-01-01,wu.head,P004-07,稽核部,,\n";
    let book = sandbox.file("book.csv", book);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    let stop = ["person", "004/hsu.old", "--reason", "left"];
    sandbox.at(CLOSED, ["stop", "add"], stop).expect(0);
    check(CLOSED, ["004", "2026-11", &good], "hsu.rv", 77, "RECONCILE-RIGHT");
    let words = [DUTY, "--artefact", "reconciliation:1", "--as", "hsu.rv"];
    let refused = sandbox.at(CLOSED, ["duty", "close"], words).expect(77);
    assert!(refused.stderr.contains("(DUTY-OWNER)"), "{}", refused.stderr);
}

/// A row of CSV may have line ends in a cell: what is counted is rows, and so it is called.
#[test]
fn rows_are_counted_and_called_rows() {
    let sandbox = month();
    let mut lines = log(1..=30);
    lines[0][9] = "\"貸款\n申請\n案\"".into();
    lines.remove(1);
    let file = written(&sandbox, &lines);
    let say = |language: &str| {
        let words = [
            language,
            "audit",
            "reconcile",
            "004",
            "2026-11",
            &file,
            "--as",
            "hsu.rv",
        ];
        sandbox.at(CLOSED, ["--lang"], words).expect(1).stdout
    };
    let said = say("en");
    for part in [
        "29 rows in the member's log".to_owned(),
        format!("  {BATCH} row 2  different  reason"),
        format!("  {BATCH} row 3  missing_there"),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert!(!said.contains(" line"), "{said}");
    let said = say("zh-TW");
    assert!(
        said.contains(&format!("{BATCH} 第 3 列　使用單位無紀錄")),
        "{said}"
    );
}
