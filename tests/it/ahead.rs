//! Consents that are sent ahead, many at once: registered once, contradicted never, used, withdrawn and given back. *Edge.*

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    batch_file::{BatchRow, batch_file, consents_file},
    hostile::{bounded, is_long},
    support::{NOW, Run, Sandbox, fixtures},
    synthetic::journal,
    worker::{ended, start},
};

#[test]
fn a_hundred_thousand_consents_are_registered_once_and_used_once() {
    let (sandbox, folder) = invented(if is_long() { 100_000 } else { ROWS });
    let rows = if is_long() { 100_000 } else { ROWS };
    let consents = folder.join("consents.csv");
    assert_eq!(
        import(&sandbox, &consents).expect(0).json(),
        json!({ "new": rows, "known": 0 })
    );
    let entries = journal(&sandbox, NOW).len();
    assert_eq!(
        import(&sandbox, &consents).expect(0).json(),
        json!({ "new": 0, "known": rows })
    );
    assert_eq!(
        journal(&sandbox, NOW).len(),
        entries,
        "an import that changes nothing is no event"
    );

    // Some are withdrawn before the batch comes, under their own numbers.
    let mut table = csv::Reader::from_path(&consents).unwrap();
    let place = table
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "consent_ref")
        .unwrap();
    let withdrawn: Vec<String> = table
        .records()
        .step_by(100)
        .map(|record| record.unwrap()[place].to_owned())
        .collect();
    let outcomes: String = withdrawn
        .iter()
        .map(|reference| format!("004,{reference},withdrawn,2026-11-02\n"))
        .collect();
    let outcomes = sandbox.file(
        "outcomes.csv",
        format!("member,consent_ref,outcome,date\n{outcomes}"),
    );
    let told = sandbox
        .at(NOW, ["--json", "consent", "outcome"], [outcomes])
        .expect(0)
        .json();
    assert_eq!(told["withdrawn"], withdrawn.len());

    let file = folder.join("004-1151102-01.csv");
    let summary = run(&sandbox, &file, "01").expect(1).json();
    assert_eq!(
        (&summary["rows"], &summary["codes"]),
        (&json!(rows), &json!({ "CNS-WITHDRAWN": withdrawn.len() }))
    );
    let summary = run(&sandbox, &file, "02").expect(1).json();
    let used = rows as usize - withdrawn.len();
    assert_eq!(summary["refused"], rows);
    assert_eq!(summary["codes"]["CNS-USED"], used, "{summary}");
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

#[test]
fn the_last_line_of_many_refuses_all_of_them() {
    let (sandbox, folder) = invented(ROWS);
    let consents = folder.join("consents.csv");
    let text = fs::read_to_string(&consents).unwrap();
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let changed = |line: &str, column: &str, value: &str| {
        let place = header.iter().position(|name| *name == column).unwrap();
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[place] = value;
        cells.join(",")
    };
    let with = |column: &str, value: &str| changed(last, column, value);
    let far_away = changed(text.lines().nth(1).unwrap(), "idv_ref", "other");
    let entries = journal(&sandbox, NOW);
    for (spoilt, code) in [
        (with("member", "099"), "MEMBER-UNKNOWN"),
        (with("idv_result", "failed"), "IMPORT-CONSENT"),
        (with("form_id", "LN-77"), "IMPORT-CONSENT"),
        (with("consented_at", ""), "IMPORT-CONSENT"),
        ("too,few".into(), "IMPORT-CONSENT"),
        ("\"".into(), "FILE-QUOTE"),
        // Twice in one file, and not the same: the second contradicts the first, near by or chunks away.
        (format!("{last}\n{}", with("idv_ref", "other")), "IMPORT-CONFLICT"),
        (far_away, "IMPORT-CONFLICT"),
    ] {
        let file = sandbox.file("consents.csv", format!("{before}\n{spoilt}\n"));
        let told = import(&sandbox, &file).expect(65);
        assert!(
            told.stderr.contains(&format!("({code})\n")),
            "{code}: {}",
            told.stderr
        );
        assert_eq!(journal(&sandbox, NOW), entries, "{code}");
    }
    // Nothing of them was taken, and the first import that holds gives all their numbers from the beginning.
    assert_eq!(
        import(&sandbox, &consents).expect(0).json(),
        json!({ "new": ROWS, "known": 0 })
    );
}

/// A name never decides who somebody is (D23), but a line that gives another one contradicts what is registered. One
/// in which a character was lost on the way does not.
#[test]
fn another_name_under_the_same_number_is_a_contradiction() {
    let sandbox = Sandbox::with_master_data();
    let person = |name: &str| consents_file("004", &[BatchRow::valid(1).with("subject_name", name)]);
    let take = |content: Vec<u8>| import(&sandbox, &sandbox.file("consents.csv", content));
    take(person("游錕銹")).expect(0);
    for same in ["游錕銹", "游＊銹", "游?銹", "游\u{e000}銹"] {
        assert_eq!(
            take(person(same)).expect(0).json(),
            json!({ "new": 0, "known": 1 }),
            "{same}"
        );
    }
    for other in ["游錕", "游錕秀", "游錕銹銹", "王錕銹"] {
        let told = take(person(other)).expect(65);
        assert!(
            told.stderr.contains("line 2: ") && told.stderr.contains("(IMPORT-CONFLICT)"),
            "{other}: {}",
            told.stderr
        );
        assert!(
            !told.stderr.contains(other) && !told.stderr.contains("游錕銹"),
            "{}",
            told.stderr
        );
    }
    // Within one import as well, whether it is registered or not.
    let twice = |name: &str| {
        consents_file(
            "004",
            &[BatchRow::valid(2), BatchRow::valid(2).with("subject_name", name)],
        )
    };
    let told = take(twice("王虛構")).expect(65);
    assert!(
        told.stderr.contains("line 3: ") && told.stderr.contains("(IMPORT-CONFLICT)"),
        "{}",
        told.stderr
    );
    assert_eq!(
        take(twice("測＊構")).expect(0).json(),
        json!({ "new": 1, "known": 1 })
    );
}

#[test]
fn two_imports_of_the_same_at_once_register_each_once() {
    let (sandbox, folder) = invented(ROWS);
    let consents = folder.join("consents.csv");
    let words = ["consent", "import", consents.to_str().unwrap()];
    let rivals = [0; 3].map(|_| start(&sandbox, NOW, words));
    let told: Vec<Value> = rivals
        .into_iter()
        .map(|rival| ended(rival).expect(0).json())
        .collect();
    let sum = |what: &str| told.iter().map(|told| told[what].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("new"), sum("known")), (ROWS, 2 * ROWS));
    run(&sandbox, &folder.join("004-1151102-01.csv"), "01").expect(0);
    sandbox.mayfly(["journal", "verify"]).expect(0);
}

/// A use is taken by the gate, kept by an answer and by what nobody knows, and given back by a failure (D24).
#[test]
fn a_use_is_given_back_only_by_what_certainly_failed() {
    let sandbox = Sandbox::with_master_data();
    let settings = sandbox.data().join("mayfly.toml");
    let plain = fs::read_to_string(&settings).unwrap();
    let people: Vec<BatchRow> = (1..30).map(BatchRow::valid).collect();
    import(
        &sandbox,
        &sandbox.file("consents.csv", consents_file("004", &people)),
    )
    .expect(0);
    let rows: Vec<BatchRow> = people.into_iter().map(BatchRow::on_registered_consent).collect();
    let file = sandbox.file("004-1151102-01.csv", batch_file(&rows));
    let fault =
        |fault: &str| fs::write(&settings, format!("{plain}\n[sandbox.faults]\n{fault} = 1000\n")).unwrap();
    fault("timeout_before");
    assert_eq!(run(&sandbox, &file, "01").expect(1).json()["failed"], 29);
    fault("timeout_after");
    assert_eq!(run(&sandbox, &file, "02").expect(1).json()["unresolved"], 29);
    // Held while nobody knows.
    assert_eq!(
        run(&sandbox, &file, "03").expect(1).json()["codes"],
        json!({ "CNS-USED": 29 })
    );
    // Recalled under their query ids, they turn out to be answered: the use is consumed.
    fs::write(&settings, &plain).unwrap();
    assert_eq!(
        sandbox.at(NOW, ["--json", "work"], ["--once"]).expect(0).json()["late"],
        29
    );
    assert_eq!(
        run(&sandbox, &file, "04").expect(1).json()["codes"],
        json!({ "CNS-USED": 29 })
    );
    let shown = |number: &str| {
        sandbox
            .mayfly(["--json", "batch", "show", &format!("004-1151102-{number}")])
            .expect(0)
            .json()
    };
    assert_eq!(shown("02")["unresolved"], 0);
    // The first batch stays what it was.
    assert_eq!(shown("01")["failed"], 29);
}

/// A sandbox with the master data of an invented batch of so many rows, whose consents are sent ahead; and its folder.
fn invented(rows: u64) -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::empty();
    let folder = sandbox.path("synth");
    let count = rows.to_string();
    let words = [
        "--at", NOW, "synth", "batch", "--ahead", "--rows", &count, "--seed", "5", "--out",
    ];
    sandbox
        .mayfly(words.into_iter().chain([folder.to_str().unwrap()]))
        .expect(0);
    for (register, file) in [
        ("member", "members.csv"),
        ("staff", "staff.csv"),
        ("form", "LN-01-3.toml"),
    ] {
        sandbox
            .at(NOW, [register, "import"], [folder.join(file)])
            .expect(0);
    }
    // Another member, whose consents these are not.
    sandbox.at(NOW, ["member", "import"], [fixtures().join("demo/members.csv")]);
    (sandbox, folder)
}

#[track_caller]
fn import(sandbox: &Sandbox, file: &PathBuf) -> Run {
    let mut command = sandbox.command();
    command
        .args(["--at", NOW, "--json", "consent", "import"])
        .arg(file);
    bounded(command)
}

#[track_caller]
fn run(sandbox: &Sandbox, file: &PathBuf, number: &str) -> Run {
    let mut command = sandbox.command();
    command
        .args(["--at", NOW, "--json", "batch", "run"])
        .arg(file)
        .args(["--batch-no", number]);
    bounded(command)
}

/// Enough for several chunks; the long run has a hundred thousand.
const ROWS: u64 = 10_000;
