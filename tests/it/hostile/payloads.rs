//! Five hundred injections in each column: kept as text where they are text, refused by line and column where not. *Edge.*

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use mayfly_consent::cells::holds_identity_number;
use serde_json::json;

use super::{
    Held, bounded,
    payload_list::{COUNT, is_obeyed, payloads, quoted, silent},
    ran, refused, run,
};
use crate::{
    batch_file::{BatchRow, COLUMNS, batch_file},
    support::{NOW, Sandbox, files_below, fixtures},
    synthetic::opened,
};

#[test]
fn five_hundred_payloads_in_each_column_of_a_batch() {
    let (sandbox, payloads) = (Sandbox::with_master_data(), payloads());
    let around = || {
        files_below(&sandbox.path(""))
            .into_iter()
            .filter(|path| !path.starts_with(sandbox.data()))
            .collect::<Vec<_>>()
    };
    let mut rows = Vec::new();
    for (column, _) in COLUMNS {
        for payload in &payloads {
            rows.push(BatchRow::valid(rows.len() as u64).with(column, quoted(payload)));
        }
    }
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let rejects = sandbox.file("rejects.csv", "");
    let lies = around();
    let mut command = sandbox.command();
    command
        .args(["--at", NOW, "--json", "--log", "debug", "batch", "run"])
        .arg(&file)
        .arg("--rejects")
        .arg(&rejects);
    let told = bounded(command);
    assert_eq!(around(), lies, "a payload made a file");
    silent(&payloads, &told.stderr);
    silent(&payloads, &told.stdout);

    // Each payload is text in its column or a fault of its column, and is told nowhere.
    let rejected = rejected(&rejects);
    for (row, line) in (0..rows.len()).zip(2..) {
        let (column, payload) = (COLUMNS[row / COUNT].0, &payloads[row % COUNT]);
        let fits = TEXT_COLUMNS
            .iter()
            .any(|text| text.column == column && text.takes(payload));
        match rejected.get(&line) {
            None => assert!(fits, "{column} took {payload:?}"),
            Some(columns) => {
                assert!(!fits, "{column} refused {payload:?}");
                assert!(
                    columns.contains(column) || columns.contains(""),
                    "{column}: {columns:?} for {payload:?}"
                );
            }
        }
    }
    let taken: usize = TEXT_COLUMNS
        .iter()
        .map(|text| payloads.iter().filter(|payload| text.takes(payload)).count())
        .sum();
    let count = COLUMNS.len() * COUNT;
    ran(&sandbox, &told, count as u64, (count - taken) as u64);
    silent(&payloads, &fs::read_to_string(&rejects).unwrap());
    delivered(&sandbox, &rows, &payloads);
    outcomes(&sandbox, &payloads);
}

/// The results bring back what was sent, cell by cell.
fn delivered(sandbox: &Sandbox, rows: &[BatchRow], payloads: &[String]) {
    let out = sandbox.path("out");
    run(
        sandbox,
        [
            "batch",
            "results",
            "004-1151102-01",
            "--as",
            "chen.yl",
            "--out",
            out.to_str().unwrap(),
        ],
    )
    .expect(0);
    let table = opened(&out.join("004-1151102-01.results.csv.age"));
    let mut seen = 0;
    for (number, record) in csv::Reader::from_reader(&*table).records().enumerate() {
        let record = record.unwrap();
        for (place, column) in [(1, "case_no"), (2, "consent_ref")] {
            let sent = match COLUMNS[number / COUNT].0 == column {
                true => payloads[number % COUNT].clone(),
                false => rows[number].cell(column),
            };
            assert!(
                record[place] == sent || record[place].is_empty(),
                "{sent:?} came back as {:?}",
                &record[place]
            );
        }
        seen += 1;
    }
    assert_eq!(seen, rows.len());
}

/// Consents under such numbers are found by them, shown harmlessly, and given an outcome.
fn outcomes(sandbox: &Sandbox, payloads: &[String]) {
    let text = TEXT_COLUMNS
        .iter()
        .find(|text| text.column == "consent_ref")
        .unwrap();
    let refs: Vec<&String> = payloads.iter().filter(|payload| text.takes(payload)).collect();
    assert!(refs.len() > 100, "{}", refs.len());
    let mut file = String::from("member,consent_ref,outcome,date\n");
    for reference in &refs {
        file.push_str(&format!("004,{},refused,2026-11-02\n", quoted(reference)));
    }
    let file = sandbox.file("outcomes.csv", file);
    let told = run(sandbox, ["consent", "outcome", file.to_str().unwrap()])
        .expect(0)
        .json();
    assert_eq!(told["outcomes"], refs.len());
    for reference in refs.iter().step_by(20) {
        let shown = sandbox
            .at(NOW, ["consent", "show", "--full", "--"], ["004", reference])
            .expect(0);
        assert!(!shown.stdout.chars().any(is_obeyed), "{:?}", shown.stdout);
    }
}

#[test]
fn five_hundred_payloads_in_each_column_of_the_registers() {
    let (sandbox, payloads) = (Sandbox::with_master_data(), payloads());
    let before = Held::of(&sandbox);
    let fits = |payload: &str, most: usize| {
        payload.chars().count() <= most
            && !payload.chars().any(char::is_control)
            && !holds_identity_number(payload)
    };
    let member = |number: usize, name: &str| format!("{},{},2020-01-01,,\n", 100 + number, quoted(name));
    let staff = |number: usize, column: usize, text: &str| {
        let mut cells = [
            "004",
            "",
            "測虛構",
            "",
            "Y",
            "",
            "",
            "2020-01-01",
            "王",
            "",
            "",
            "",
            "",
            "",
        ]
        .map(str::to_owned);
        cells[1] = format!("p{number}.{column}");
        cells[column] = quoted(text);
        cells.join(",") + "\n"
    };
    let (mut members, mut people, mut counts) = (String::from(MEMBERS), String::from(STAFF), [0, 0]);
    let mut bad = Vec::new();
    for (number, payload) in payloads.iter().enumerate() {
        if fits(payload, 80) {
            members.push_str(&member(number, payload));
            counts[0] += 1;
        } else if payload.len() < 1000 && number % 4 == 0 {
            bad.push(("member", MEMBERS.to_owned() + &member(number, payload)));
        }
        for (column, most) in [(2, 50), (3, 50), (8, 64), (11, 64), (12, 50), (13, 20)] {
            if fits(payload, most) {
                people.push_str(&staff(number, column, payload));
                counts[1] += 1;
            } else if number % 32 == column {
                bad.push(("staff", STAFF.to_owned() + &staff(number, column, payload)));
            }
        }
        if number % 16 == 0 {
            // Columns with a character set of their own, and dates.
            bad.push((
                "staff",
                STAFF.to_owned() + &format!("004,{},a,,Y,,,2020-01-01,b,,,,,\n", quoted(payload)),
            ));
            bad.push((
                "staff",
                STAFF.to_owned() + &format!("004,a.b,a,,Y,,,{},b,,,,,\n", quoted(payload)),
            ));
            bad.push((
                "member",
                MEMBERS.to_owned() + &format!("{},x,2020-01-01,,\n", quoted(payload)),
            ));
            bad.push((
                "member",
                MEMBERS.to_owned() + &format!("100,x,2020-01-01,,{}\n", quoted(payload)),
            ));
        }
    }
    assert!(
        counts[0] > 250 && counts[1] > 1200 && bad.len() > 100,
        "{counts:?} {}",
        bad.len()
    );
    for (number, (register, text)) in bad.iter().enumerate() {
        let file = sandbox.file("bad.csv", text);
        let told = sandbox.at(NOW, [register, "import"], [file]);
        assert!(
            told.code == 65 && told.stderr.contains("bad.csv line 2"),
            "{number}: {text:?} {}",
            told.stderr
        );
        silent(&payloads, &told.stderr);
    }
    assert_eq!(Held::of(&sandbox), before);
    for (register, text, count) in [("member", members, counts[0]), ("staff", people, counts[1])] {
        let file = sandbox.file("good.csv", text);
        for expected in [count, 0] {
            let told = run(&sandbox, [register, "import", file.to_str().unwrap()])
                .expect(0)
                .json();
            assert_eq!(told["changed"], expected);
        }
    }
    let good = sandbox.file("004-1151102-09.csv", batch_file(&[BatchRow::valid(1)]));
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", good.to_str().unwrap()]),
        1,
        0,
    );
}

/// A form holds any text; at a terminal it is shown without being obeyed, and to a program as it is.
#[test]
fn five_hundred_payloads_in_the_text_of_a_form() {
    let sandbox = Sandbox::with_master_data();
    let text: String = payloads()
        .iter()
        .filter(|payload| payload.len() < 2_000 && !payload.contains('\0'))
        .map(|payload| format!("{payload}\n"))
        .collect();
    let form = fs::read_to_string(fixtures().join("forms/LN-01-3.toml")).unwrap();
    let (head, _) = form.split_once("text = \"\"\"").unwrap();
    // A string of JSON is one of TOML, but for what only TOML wants written out.
    let literal = serde_json::to_string(&text).unwrap().replace('\u{7f}', "\\u007f");
    let head = head.replace("\"LN-01\"", "\"LN-99\"");
    let file = sandbox.file("form.toml", format!("{head}text = {literal}\n"));
    run(&sandbox, ["form", "import", file.to_str().unwrap()]).expect(0);
    let file = sandbox.file("nul.toml", format!("{head}text = \"a\\u0000b\"\n"));
    let refused = run(&sandbox, ["form", "import", file.to_str().unwrap()]).expect(65);
    assert!(refused.stderr.contains("IMPORT-FORM"), "{}", refused.stderr);
    let row = BatchRow::valid(1).with("form_id", "LN-99");
    let batch = sandbox.file("004-1151102-01.csv", batch_file(&[row]));
    ran(
        &sandbox,
        &run(&sandbox, ["batch", "run", batch.to_str().unwrap()]),
        1,
        0,
    );
    let shown = run(&sandbox, ["consent", "show", "004", "T-000001"])
        .expect(0)
        .json();
    assert_eq!(shown["form_text"], json!(text));
    let told = sandbox
        .at(NOW, ["consent", "show"], ["004", "T-000001"])
        .expect(0);
    assert!(
        told.stdout.contains("\\u{1b}[2J") && told.stdout.contains("\\u{202e}gpj"),
        "{}",
        told.stdout
    );
    assert!(!told.stdout.chars().any(is_obeyed));
}

#[test]
fn payloads_as_reasons_and_accounts_of_a_stop() {
    let (sandbox, payloads) = (Sandbox::with_master_data(), payloads());
    let before = Held::of(&sandbox);
    for payload in payloads
        .iter()
        .filter(|payload| !payload.contains('\0') && payload.len() < 2_000)
        .step_by(12)
    {
        let fits = payload.chars().count() <= 200
            && !payload.chars().any(char::is_control)
            && !payload.contains("A123456789");
        if fits {
            run(&sandbox, ["stop", "add", "item", "C0101", "--reason", payload]).expect(0);
        } else {
            let told = run(&sandbox, ["stop", "add", "item", "C0101", "--reason", payload]);
            assert!(
                told.code == 65 && told.stderr.contains("(STOP-REASON)"),
                "{payload:?} {}",
                told.stderr
            );
        }
        let told = run(
            &sandbox,
            ["stop", "add", "link", "--reason", "x", &format!("--as={payload}")],
        );
        let is_account = payload.len() <= 32
            && payload
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_account || payload.contains("A123456789") {
            assert_eq!(told.code, 2, "{payload:?} {}", told.stderr);
            silent(&payloads, &told.stderr);
        }
    }
    let listed = sandbox.at(NOW, ["stop"], ["list"]).expect(0);
    assert!(!listed.stdout.chars().any(is_obeyed));
    assert_ne!(Held::of(&sandbox), before);
    refused(
        &sandbox,
        &Held::of(&sandbox),
        &run(&sandbox, ["stop", "add", "item", "'; --", "--reason", "x"]),
        "STOP-TARGET",
    );
}

/// What a text column takes: so many characters, no control character, and more for a number that rests in plain.
struct TextColumn {
    column: &'static str,
    most: usize,
    is_number: bool,
}

impl TextColumn {
    fn takes(&self, payload: &str) -> bool {
        let invisible = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        payload.chars().count() <= self.most
            && !payload.chars().any(char::is_control)
            && !(self.is_number && (payload.chars().any(invisible) || payload.contains("A123456789")))
            && (self.column != "subject_id" || payload == "A123456789")
            && (self.column != "case_no"
                || payload
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)))
    }
}

/// The columns that the rejects file names, by line.
fn rejected(path: &std::path::Path) -> BTreeMap<usize, BTreeSet<String>> {
    let mut rejected: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        assert_eq!(record.len(), 4);
        rejected
            .entry(record[0].parse().unwrap())
            .or_default()
            .insert(record[1].to_owned());
    }
    rejected
}

const TEXT_COLUMNS: [TextColumn; 6] = [
    TextColumn {
        column: "subject_id",
        most: 10,
        is_number: false,
    },
    TextColumn {
        column: "case_no",
        most: 32,
        is_number: false,
    },
    TextColumn {
        column: "reason",
        most: 80,
        is_number: false,
    },
    TextColumn {
        column: "subject_name",
        most: 50,
        is_number: false,
    },
    TextColumn {
        column: "consent_ref",
        most: 40,
        is_number: true,
    },
    TextColumn {
        column: "idv_ref",
        most: 64,
        is_number: false,
    },
];
const MEMBERS: &str = "code,name,valid_from,valid_to,age_recipients\n";
const STAFF: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level\n";
