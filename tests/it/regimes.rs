//! A house under rules that this program does not bring: a data file, and no code. *Edge.*

use std::fs;

use crate::support::{NOW, Sandbox, fixtures};

#[test]
fn a_house_lives_by_the_file_it_was_made_with() {
    let house = invented();
    let told = house.mayfly(["--at", NOW, "doctor"]).stdout;
    assert!(told.contains("regime invented-1999.toml"), "{told}");
    let members = fixtures().join("demo/members.csv");
    house.at(NOW, ["member", "import"], [members]).expect(0);
    let listed = house
        .mayfly(["--at", NOW, "--json", "duty", "list", "--member", "004"])
        .expect(0)
        .json();
    let rules: Vec<&str> = listed["duties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|duty| duty["rule"].as_str().unwrap())
        .collect();
    assert!(
        rules.contains(&"report") && !rules.contains(&"weekly_sheet"),
        "{rules:?}"
    );
    house.mayfly(["--at", NOW, "purge", "run"]).expect(0);
    house.mayfly(["--at", NOW, "journal", "verify"]).expect(0);
}

/// What only another governing document asks for is refused, and the schedule passes over it.
#[test]
fn what_the_document_does_not_ask_for_is_refused() {
    let house = invented();
    let members = fixtures().join("demo/members.csv");
    house.at(NOW, ["member", "import"], [members]).expect(0);
    let log = house.file("log.csv", "");
    let log = log.to_str().unwrap();
    for (words, what) in [
        (&["sheet", "list"][..], "sheets of queries"),
        (
            &["sheet", "make", "004", "2026-W44", "--as", "wu.head"],
            "sheets of queries",
        ),
        (&["audit", "list"], "samples of queries"),
        (
            &["audit", "freeze", "004", "2026-10", "--as", "wu.head"],
            "samples of queries",
        ),
        (&["audit", "findings"], "samples of queries"),
        (
            &["audit", "reconcile", "004", "2026-10", log, "--as", "wu.head"],
            "reconciliation",
        ),
    ] {
        let told = house.mayfly([&["--at", NOW], words].concat()).expect(65).stderr;
        assert!(
            told.contains("(REGIME-WITHOUT)") && told.contains(what) && told.contains("duty list"),
            "{words:?}: {told}"
        );
        let chinese = house.mayfly([&["--at", NOW, "--lang", "zh-TW"], words].concat());
        assert!(chinese.expect(65).stderr.contains("未要求"), "{words:?}");
    }
}

#[test]
fn the_rules_of_a_house_are_no_others_afterwards() {
    let house = invented();
    let settings = house.data().join("mayfly.toml");
    let text = fs::read_to_string(&settings).unwrap();
    for (regime, code) in [
        ("jcic-2024", "CONFIG-RULE"),
        ("../invented-1999.toml", "CONFIG-RULE"),
        ("other.toml", "REGIME-UNKNOWN"),
    ] {
        fs::write(&settings, text.replace("invented-1999.toml", regime)).unwrap();
        let told = house.mayfly(["--at", NOW, "duty", "list"]).expect(75).stderr;
        assert!(told.contains(&format!("({code})")), "{regime}: {told}");
    }
    fs::write(&settings, &text).unwrap();
    // Rules that cannot be read keep nobody from the purge.
    let file = house.data().join("invented-1999.toml");
    let rules = fs::read_to_string(&file).unwrap();
    fs::write(&file, rules.replacen("[pace]", "[pace]\nsurprise = 1", 1)).unwrap();
    let told = house.mayfly(["--at", NOW, "duty", "list"]).expect(75).stderr;
    let line = rules[..rules.find("[pace]").unwrap()].lines().count() + 2;
    assert!(
        told.contains("(REGIME-FILE)") && told.contains(&format!("line {line}: ")),
        "{told}"
    );
}

#[test]
fn a_file_that_is_no_regime_makes_no_house() {
    for (name, text, code) in [
        ("taipei", None, "REGIME-UNKNOWN"),
        ("none.toml", None, "FILE-IO"),
        ("bad.toml", Some("id = 1"), "REGIME-FILE"),
    ] {
        let house = Sandbox::unmade();
        if let Some(text) = text {
            house.file(name, text);
        }
        let path = house.path(name);
        let given = if name.ends_with(".toml") {
            path.to_str().unwrap()
        } else {
            name
        };
        let told = house.init(&["--regime", given]);
        assert_ne!(told.code, 0);
        assert!(
            told.stderr.contains(&format!("({code})")),
            "{name}: {}",
            told.stderr
        );
        assert!(!house.data().exists(), "{name}");
    }
}

#[test]
fn a_file_that_contradicts_itself_is_told_with_its_line() {
    let rules = fs::read_to_string(fixtures().join("regimes/invented-1999.toml")).unwrap();
    let classes = include_str!("../../retention/classes/jcic-2024.toml");
    let owner = "owner = \"chief\"\n";
    for (from, to, said, place) in [
        (
            "[approval]",
            "[approval]\nhours = 1",
            "unknown field `hours`",
            "hours = 1",
        ),
        (
            "adult_age = { value = 20, clause = \"乙\" }",
            "adult_age = { value = 20 }",
            "missing field `clause`",
            "adult_age",
        ),
        (
            "valid_days = { value = 1, clause = \"丙\" }",
            "valid_days = { value = 1, clause = \"\" }",
            "clause is empty",
            "valid_days",
        ),
        (owner, "", "missing field `owner`", "[[duty]]"),
        (
            owner,
            "owner = \"queen\"\n",
            "owner of the duty report is no role",
            "owner = \"queen\"",
        ),
        (
            "\"authorise\", ",
            "",
            "no role has the right",
            "approves = \"authorise\"",
        ),
    ] {
        let text = rules.replacen(from, to, 1);
        let line = text[..text.find(place).unwrap()].lines().count() + 1;
        let told = refused(&text, None);
        let whole = format!("line {line}: ");
        assert!(
            told.contains("(REGIME-FILE)") && told.contains(said) && told.contains(&whole),
            "{said}, line {line}: {told}"
        );
        assert!(
            told.contains("mend that line") && !told.contains("jcic"),
            "{told}"
        );
    }
    for (from, to, said) in [
        ("keep_years = 5", "keep_years = 4", "below the least"),
        ("gone_by_hours = 96", "gone_by_hours = 97", "96 hours"),
    ] {
        let line = classes[..classes.find(from).unwrap()].lines().count() + 1;
        let told = refused(&rules, Some(&classes.replacen(from, to, 1)));
        assert!(
            told.contains("(CLASS-FILE)") && told.contains(said) && told.contains(&format!("line {line}: ")),
            "{said}, line {line}: {told}"
        );
    }
}

/// What `init` tells of such a file; no house is made.
fn refused(rules: &str, classes: Option<&str>) -> String {
    let house = Sandbox::unmade();
    house.file("own.toml", rules);
    if let Some(classes) = classes {
        house.file("own.classes.toml", classes);
    }
    let told = house.init(&["--regime", house.path("own.toml").to_str().unwrap()]);
    assert_eq!(told.code, 75, "{}", told.stderr);
    assert!(!house.data().exists());
    told.stderr
}

fn invented() -> Sandbox {
    let house = Sandbox::unmade();
    let file = fixtures().join("regimes/invented-1999.toml");
    house.init(&["--regime", file.to_str().unwrap()]).expect(0);
    house
}
