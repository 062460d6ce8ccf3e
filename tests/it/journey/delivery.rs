//! What is delivered, to whom, and until when: files, own rows, stops, and the window to the microsecond. *Edge.*

use std::{collections::BTreeMap, fs};

use serde_json::json;

use super::{ACCOUNT, ANSWERS_HEADER, BATCH, RESULTS_HEADER, deliver, delivered, open_age, ran, records};
use crate::support::{NOW, Run, Sandbox, files_below};

/// The answers arrived at NOW; this is 72 h later, and the last moment before.
const CLOSED: &str = "2026-11-05T10:00:00+08:00";
const LAST: &str = "2026-11-05T09:59:59.999999+08:00";

#[test]
fn the_files_have_the_published_lines_and_fit_each_other() {
    let (sandbox, summary) = ran();
    let (results, answers) = delivered(&sandbox);
    assert!(
        results.starts_with(RESULTS_HEADER),
        "{}",
        results.lines().next().unwrap()
    );
    assert!(
        answers.starts_with(ANSWERS_HEADER),
        "{}",
        answers.lines().next().unwrap()
    );

    let results = records(&results);
    assert_eq!(results.len() as u64, summary["rows"].as_u64().unwrap());
    let mut answered: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (record, line) in results.iter().zip(2..) {
        assert_eq!(record[0], line.to_string());
        let (status, codes, query) = (&record[3], &record[4], &record[5]);
        let times = match status {
            "answered" | "no_record" => ("2026-11-02T02:00:00Z", "2026-11-05T02:00:00Z"),
            _ => ("", ""),
        };
        assert_eq!((&record[6], &record[7]), times, "line {line}");
        assert_eq!(
            codes.is_empty(),
            matches!(status, "answered" | "no_record"),
            "line {line}"
        );
        assert_eq!(query.is_empty(), status == "refused", "line {line}");
        if status == "answered" {
            answered.insert((record[1].into(), record[2].into()), 0);
        }
    }
    for record in records(&answers) {
        let count = answered
            .get_mut(&(record[0].into(), record[1].into()))
            .expect("an answer to no answered request");
        *count += 1;
        assert_eq!(&record[2], "C0101");
        assert!(
            ["enrol", "withdraw", "adjust", "transfer", "renew"].contains(&&record[8]),
            "{}",
            &record[8]
        );
        let flags = [
            "union",
            "part_time",
            "arrears",
            "off_grade",
            "open_units>1",
            "below_minimum",
        ];
        assert!(
            record[13]
                .split(';')
                .all(|flag| flag.is_empty() || flags.contains(&flag)),
            "{}",
            &record[13]
        );
    }
    assert!(
        answered.values().all(|count| (1..=12).contains(count)),
        "{answered:?}"
    );
}

#[test]
fn only_the_members_key_opens_them() {
    let (sandbox, _) = ran();
    let folder = sandbox.path("results");
    let told = deliver(&sandbox, NOW, ACCOUNT, &folder).expect(0).json();
    assert_eq!(told["files"].as_array().unwrap().len(), 2);
    for path in files_below(&folder) {
        assert!(!open_age(&path).is_empty());
        let decryptor = age::Decryptor::new(fs::File::open(&path).unwrap()).unwrap();
        let stranger = age::x25519::Identity::generate();
        assert!(
            decryptor
                .decrypt(std::iter::once(&stranger as &dyn age::Identity))
                .is_err()
        );
    }
}

#[test]
fn a_person_reads_their_own_rows_and_no_others() {
    let (sandbox, summary) = ran();
    let (results, _) = delivered(&sandbox);
    let whole: BTreeMap<u64, csv::StringRecord> = records(&results)
        .into_iter()
        .map(|record| (record[0].parse().unwrap(), record))
        .collect();
    // The querier of each case, as the file says; lines of the file are no lines of text where a cell is quoted.
    let file = fs::read(super::demo_batch()).unwrap();
    let queriers: BTreeMap<String, String> = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(&file[..])
        .byte_records()
        .map(Result::unwrap)
        .filter(|record| record.len() == 23)
        .map(|record| {
            [0, 7]
                .map(|place| String::from_utf8_lossy(&record[place]).into_owned())
                .into()
        })
        .collect();
    let mut cases = 0;
    for account in ["chen.yl", "lin.ch", "huang.sm"] {
        let rows = own_rows(&sandbox, NOW, account).expect(0).json();
        for row in rows.as_array().unwrap() {
            let told = &whole[&row["line"].as_u64().unwrap()];
            for (place, column) in ["line", "case_no", "consent_ref", "status", "codes", "query_id"]
                .iter()
                .enumerate()
            {
                let cell = row[column]
                    .as_str()
                    .map_or_else(|| row[column].to_string(), String::from);
                assert_eq!(cell, told[place], "{row}");
            }
            let answers = row["answers"].as_array().unwrap();
            assert_eq!(answers.is_empty(), row["status"] != "answered", "{row}");
            if row["status"] == "answered" {
                assert_eq!(queriers[row["case_no"].as_str().unwrap()], account, "{row}");
                cases += 1;
            }
        }
    }
    assert_eq!(json!(cases), summary["answered"]);
    for (account, code) in [
        ("wang.dg", "DELIVERY-PERSON"),
        ("tsai.ex", "DELIVERY-PERSON"),
        ("chou.q", "DELIVERY-PERSON"),
    ] {
        check_denied(&own_rows(&sandbox, NOW, account), code);
        check_denied(&deliver(&sandbox, NOW, account, &sandbox.path("none")), code);
    }
    assert!(!sandbox.path("none").exists());
}

#[test]
fn the_window_closes_at_72_hours_to_the_microsecond() {
    let (sandbox, summary) = ran();
    let folder = sandbox.path("last");
    let told = deliver(&sandbox, LAST, ACCOUNT, &folder).expect(0).json();
    assert_eq!(
        (&told["answers"], &told["withheld"]),
        (&summary["answered"], &json!(0))
    );
    let answers = open_age(&folder.join(format!("{BATCH}.answers.csv.age")));
    assert!(records(&answers).len() > 186);
    assert!(!own_rows(&sandbox, LAST, ACCOUNT).expect(0).json()[0]["answers"].is_null());

    let late = sandbox.path("late");
    check_denied(&deliver(&sandbox, CLOSED, ACCOUNT, &late), "WINDOW-CLOSED");
    assert!(!late.exists(), "something was written after the window");
    check_denied(&own_rows(&sandbox, CLOSED, ACCOUNT), "WINDOW-CLOSED");
    // What became of the batch, counts and codes, can be seen for years.
    let shown = sandbox
        .at(CLOSED, ["--json", "batch", "show"], [BATCH])
        .expect(0)
        .json();
    assert_eq!(shown, summary);
}

#[test]
fn a_stop_holds_back_what_is_not_yet_delivered() {
    let (sandbox, _) = ran();
    let folder = sandbox.path("results");
    let stopped = |target: &[&str]| {
        let told = sandbox
            .at(
                NOW,
                ["--json", "stop", "add"],
                [target, &["--reason", "test"]].concat(),
            )
            .expect(0);
        told.json()["stop"].to_string()
    };
    let lift = |stop: String| {
        sandbox
            .approved(NOW, &["stop", "lift", &stop, "--reason", "test"])
            .expect(0)
    };
    for (target, code) in [
        (&["link"][..], "GATE-LINK"),
        (&["member", "004"], "GATE-MEMBER"),
        (&["person", "004/chen.yl"], "GATE-PERSON"),
    ] {
        let stop = stopped(target);
        check_denied(&deliver(&sandbox, NOW, ACCOUNT, &folder), code);
        check_denied(&own_rows(&sandbox, NOW, ACCOUNT), code);
        assert!(!folder.exists(), "{target:?}: something was written");
        lift(stop);
    }
    // A stopped item or colleague keeps back those answers alone; a person must see that it did.
    let stop = stopped(&["person", "004/lin.ch"]);
    let told = deliver(&sandbox, NOW, ACCOUNT, &folder);
    assert_eq!(told.code, 1, "{}", told.stderr);
    assert!(told.json()["withheld"].as_u64().unwrap() > 0 && told.json()["answers"].as_u64().unwrap() > 0);
    lift(stop);
    let stop = stopped(&["item", "C0101"]);
    let told = deliver(&sandbox, NOW, ACCOUNT, &folder);
    assert_eq!((told.code, &told.json()["answers"]), (1, &json!(0)));
    assert_eq!(
        open_age(&folder.join(format!("{BATCH}.answers.csv.age"))),
        ANSWERS_HEADER
    );
    lift(stop);
    let told = deliver(&sandbox, NOW, ACCOUNT, &folder).expect(0).json();
    assert_eq!(told["withheld"], 0);
}

#[test]
fn a_member_without_a_recipient_gets_nothing_written() {
    let sandbox = Sandbox::with_master_data();
    let row = crate::batch_file::BatchRow::valid(1)
        .with("querier", "chou.q")
        .with("approver", "kao.a");
    let file = sandbox.file("012-1151102-01.csv", crate::batch_file::batch_file(&[row]));
    assert_eq!(sandbox.batch_run(&file, &[]).0, 0);
    let folder = sandbox.path("results");
    let words = ["batch", "results", "012-1151102-01", "--as", "chou.q"];
    let refused = sandbox
        .at(NOW, words, ["--out".as_ref(), folder.as_os_str()])
        .expect(65);
    assert!(
        refused.stderr.contains("(DELIVERY-RECIPIENT)\n"),
        "{}",
        refused.stderr
    );
    assert!(!folder.exists());
    // At the terminal its people read their rows all the same.
    sandbox.at(NOW, words, ["--json"]).expect(0);
}

fn own_rows(sandbox: &Sandbox, at: &str, account: &str) -> Run {
    let words = ["--at", at, "--json", "batch", "results", BATCH, "--as", account];
    Run::of(sandbox.command().args(words).output().unwrap())
}

#[track_caller]
fn check_denied(run: &Run, code: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (77, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("({code})\n")),
        "{code}: {}",
        run.stderr
    );
    let parts = run.stderr.lines().count();
    assert_eq!(parts, 2, "{}", run.stderr);
}
