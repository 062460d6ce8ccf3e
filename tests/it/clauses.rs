//! The clause matrix: every clause is in it, every test it names is there, and its states follow what is due. *Edge.*

use std::fs;

use crate::{
    support::{NOW, Sandbox, fixtures},
    tidy::test_names,
};

/// What `clauses WORDS…` shows at `at`.
fn shown(sandbox: &Sandbox, at: &str, words: &[&str]) -> Vec<serde_json::Value> {
    let run = sandbox.mayfly([&["--at", at, "--json", "clauses"], words].concat());
    run.expect(0).json().as_array().unwrap().clone()
}

#[test]
fn every_clause_is_carried_by_a_control_and_shown_by_a_test_that_is_there() {
    let sandbox = Sandbox::with_master_data();
    let matrix = shown(&sandbox, NOW, &[]);
    let asked = fs::read_to_string(fixtures().join("clauses/jcic-2024.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(asked.as_bytes());
    let asked: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(matrix.len(), asked.len());
    let tests = test_names();
    assert!(
        tests.len() > 300
            && tests.contains("every_clause_is_carried_by_a_control_and_shown_by_a_test_that_is_there")
    );
    assert!(!tests.contains("journal_of_nothing"), "the control");
    for (line, asked) in matrix.iter().zip(&asked) {
        let cell = |name: &str| line[name].as_str().unwrap();
        let columns = ["id", "clause", "obligation", "key_phrase"];
        assert_eq!(columns.map(cell).as_slice(), asked.iter().collect::<Vec<_>>());
        for name in columns.iter().chain(&["control", "test", "state"]) {
            assert!(!cell(name).trim().is_empty(), "{}: {name}", cell("id"));
        }
        let untested = ["organisational", "open"].contains(&cell("state"));
        assert_eq!(cell("test") == "none", untested, "{}", cell("id"));
        let named = cell("test");
        assert!(
            named == "none" || tests.contains(named),
            "{} names no test: {named}",
            cell("id")
        );
    }
}

/// Readers of Chinese read Chinese, spreadsheets and programs both.
#[test]
fn each_control_is_said_in_both_languages() {
    let sandbox = Sandbox::with_master_data();
    let told = |words: &[&str]| {
        let run = sandbox.mayfly([&["--at", NOW], words, &["clauses", "--id", "JCIC-5.1.4b"]].concat());
        run.expect(0).stdout
    };
    let (chinese, english) = (told(&["--lang", "zh-TW"]), told(&[]));
    assert!(
        chinese.contains("屆滿 90 日") && !chinese.contains("after 90 days"),
        "{chinese}"
    );
    assert!(
        english.contains("after 90 days") && !english.contains("屆滿"),
        "{english}"
    );
    for line in shown(&sandbox, NOW, &[]) {
        let control = line["control_zh"].as_str().unwrap();
        let is_chinese = |letter: char| ('\u{4E00}'..='\u{9FFF}').contains(&letter);
        assert!(control.contains(is_chinese), "{line}");
    }
    let csv = sandbox.mayfly(["--at", NOW, "clauses", "--csv"]).expect(0).stdout;
    assert!(csv.lines().next().unwrap().ends_with(",control_zh"), "{csv}");
}

#[test]
fn the_state_of_a_clause_follows_what_is_due() {
    let sandbox = Sandbox::with_master_data();
    let state = |at: &str, id: &str| {
        let found = shown(&sandbox, at, &["--id", id]);
        (
            found[0]["state"].as_str().unwrap().to_owned(),
            found[0]["overdue"].clone(),
        )
    };
    assert_eq!(state(NOW, "JCIC-5.2a"), ("kept".into(), 0.into()));
    let end = "2026-12-31T10:00:00+08:00";
    assert_eq!(state(end, "JCIC-5.2a"), ("due".into(), 0.into()));
    assert_eq!(state(end, "JCIC-2.1").0, "organisational");
    assert_eq!(state(end, "JCIC-5.1.4a").0, "kept");
    assert_eq!(state(end, "JCIC-9.3.2.1b").0, "kept");
    // Two members, and nobody reviewed accounts.
    assert_eq!(
        state("2027-01-01T10:00:00+08:00", "JCIC-5.2a"),
        ("overdue".into(), 2.into())
    );
}

/// What is due for destruction shows in the clauses that order it, and is gone from them when it is destroyed.
#[test]
fn the_clauses_of_deletion_follow_the_purge() {
    let sandbox = Sandbox::with_master_data();
    let (_, summary) = sandbox.batch_run(&fixtures().join("demo/004-1151102-01.csv"), &[]);
    assert_eq!(summary["batch"], "004-1151102-01");
    let state = |at: &str| shown(&sandbox, at, &["--id", "JCIC-8.3"])[0]["state"].clone();
    assert_eq!(state(NOW), "kept");
    assert_eq!(state("2026-11-05T12:00:00+08:00"), "due");
    let late = "2026-11-06T12:00:00+08:00";
    assert_eq!(state(late), "overdue");
    // It is told that this was too late.
    sandbox.at(late, ["purge"], ["run"]).expect(1);
    assert_eq!(state(late), "kept");
}

/// 二(二): the day before the link's first every row is refused, whatever else is wrong with it.
#[test]
fn outside_the_days_of_the_link_nothing_is_asked() {
    let refused = |day: &str| {
        let sandbox = Sandbox::empty();
        let at = format!("{day}T10:00:00+08:00");
        let demo = |name: &str| fixtures().join("demo").join(name);
        sandbox
            .at(&at, ["member", "import"], [demo("members.csv")])
            .expect(0);
        let batch = demo("004-1151102-01.csv");
        let run = sandbox
            .at(&at, ["--json", "batch", "run"], [batch])
            .expect(1)
            .json();
        assert_eq!(
            (&run["answered"], &run["refused"]),
            (&0.into(), &run["rows"]),
            "{run}"
        );
        run["codes"]["GATE-LINK"].clone()
    };
    // All but the two lines that are no rows.
    assert_eq!(refused("2019-05-23"), 250);
    assert!(refused("2019-05-24").is_null(), "the control");
}

#[test]
fn the_matrix_is_printed_for_people_and_for_spreadsheets() {
    let sandbox = Sandbox::with_master_data();
    let say = |words: &[&str]| sandbox.mayfly([&["--at", NOW, "clauses"], words].concat());
    let text = say(&["--id", "JCIC-10", "--lang", "zh-TW"]).expect(0).stdout;
    assert!(
        text.starts_with("編號") && text.contains("JCIC-10b") && text.contains("遵循"),
        "{text}"
    );
    assert!(
        text.ends_with("\n條款 2 項：遵循 2、待辦 0、逾期 0、未完成 0、組織面 0\n"),
        "{text}"
    );
    let csv = say(&["--csv"]).expect(0).stdout;
    assert_eq!(csv.matches("\r\n").count(), 132);
    assert!(csv.starts_with(
        "id,clause,state,obligation,key_phrase,control,test,control_zh\r\nJCIC-1.1,一(一),kept,"
    ));
    let told = say(&["--id", "JCIC-99"]).expect(65).stderr;
    assert!(told.contains("(CLAUSE-UNKNOWN)\n"), "{told}");
}
