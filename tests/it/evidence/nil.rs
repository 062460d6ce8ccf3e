//! A sheet that has to be in a pack and is not, whoever signs it: that of somebody who had the right to query and asked nothing. *Edge.*

use super::{
    flawed::{check_pack, packed_with_findings, sign_anew},
    *,
};
use crate::support::NOW;

/// What the pack itself lists, and what both programs say of it.
#[test]
fn a_nil_sheet_that_is_missing_from_the_database_is_listed_by_the_pack_and_told_by_both_programs() {
    let sandbox = month();
    let without = |change: &str, name: &str| {
        let changed = sandbox.copy();
        assert!(!changed.database.ask(&changed.data(), change).is_empty());
        let (folder, made) = packed_with_findings(&changed, name);
        let found = verify(&folder, made["key"].as_str().unwrap()).expect(1).json();
        let later = |finding: &Value| {
            let finding = finding.as_str().unwrap();
            format!("{finding}: did not verify when the pack was made, as its list of findings says")
        };
        let listed = made["findings"].as_array().unwrap();
        assert_eq!(found["findings"], listed.iter().map(later).collect::<Value>());
        let said = check_pack(&folder).unwrap();
        for finding in listed {
            let told = finding.as_str().unwrap();
            assert!(
                said.contains(&format!("already when the pack was made: {told}")),
                "{said}"
            );
        }
        assert_eq!(said.matches("NOT").count(), listed.len(), "{said}");
        let guide = fs::read_to_string(folder.join("README.txt")).unwrap();
        assert!(guide.contains("應有而未見之查詢紀錄單 004/2026-W4"), "{guide}");
        made["findings"].clone()
    };
    assert_eq!(
        without(
            "DELETE FROM sheet WHERE querier = 'huang.sm' AND week = '2026-W45' RETURNING 'gone'",
            "one",
        ),
        serde_json::json!(["sheet 004/2026-W45/huang.sm SHEET-MISSING"])
    );
    // A week in which nobody asked anything.
    assert_eq!(
        without(
            "DELETE FROM sheet WHERE week = '2026-W47' RETURNING 'gone'",
            "week",
        ),
        serde_json::json!([
            "sheet 004/2026-W47/chen.yl SHEET-MISSING",
            "sheet 004/2026-W47/huang.sm SHEET-MISSING",
            "sheet 004/2026-W47/lin.ch SHEET-MISSING",
            "sheet 012/2026-W47/chou.q SHEET-MISSING",
        ])
    );
}

/// Whoever leaves one out of a pack and signs that is found by both programs.
#[test]
fn a_nil_sheet_that_was_left_out_of_a_pack_is_found() {
    let sandbox = month();
    let (folder, key) = packed(&sandbox, "pack", &[]);
    for file in files_below(&folder.join("sheets/004/2026-W45")) {
        if file.to_string_lossy().contains("huang.sm") {
            fs::remove_file(file).unwrap();
        }
    }
    sign_anew(&sandbox, &folder);
    let found = verify(&folder, &key).expect(1).json()["findings"].clone();
    assert_eq!(
        found,
        serde_json::json!([
            "the sheets of 004, 2026-W45: those of huang.sm (徵信部) are not here, who had the right to query"
        ])
    );
    let said = check_pack(&folder).unwrap_err();
    assert!(
        said.contains("no sheet of huang.sm is here, who had the right to query at 004 in 2026-W45: 徵信部")
            && said.matches("NOT").count() == 1,
        "{said}"
    );
}

/// From the hour on at which they are made, and not a second before.
#[test]
fn sheets_that_are_due_and_not_made_are_findings_from_the_hour_of_the_monday_on() {
    let sandbox = Sandbox::with_master_data();
    let book = sandbox.file("bureau.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    let packed = |at: &str, name: &str, code: i32| {
        let folder = sandbox.path(name);
        let days = [
            "--from",
            "2026-11-02",
            "--to",
            "2026-11-08",
            "--as",
            "yu.cmp",
            "--out",
        ];
        let words = [&days[..], &[folder.to_str().unwrap()]].concat();
        let made = sandbox
            .at(at, ["--json", "evidence", "pack"], words)
            .expect(code)
            .json();
        let found = verify(&folder, made["key"].as_str().unwrap()).expect(code).json();
        let count = |value: &Value| value["findings"].as_array().unwrap().len();
        assert_eq!(count(&made), count(&found), "{made} {found}");
        (count(&made), check_pack(&folder).unwrap())
    };
    let (none, said) = packed("2026-11-09T00:59:59+08:00", "before", 0);
    assert!(none == 0 && !said.contains("NOT"), "{said}");
    let (some, said) = packed("2026-11-09T01:00:00+08:00", "due", 1);
    assert!(
        some > 0 && said.matches("SHEET-MISSING").count() == some,
        "{said}"
    );
    for member in ["004", "012"] {
        let week = [member, "2026-W45"];
        sandbox
            .at("2026-11-09T01:00:01+08:00", ["sheet", "make"], week)
            .expect(0);
    }
    let (none, said) = packed("2026-11-09T01:00:02+08:00", "made", 0);
    assert!(none == 0 && !said.contains("NOT"), "{said}");
}

/// One of two sheets of somebody who changed units; and nobody is held to an authorisation that came when the sheets were made.
#[test]
fn what_has_to_be_there_is_one_sheet_for_each_unit_as_it_was_known_in_time() {
    let sandbox = Sandbox::with_master_data();
    let head = BOOK.split_inclusive('\n').next().unwrap();
    let line = |account: &str, days: &str, unit: &str| {
        let (from, to) = days.split_once(' ').unwrap();
        let ended = if to.is_empty() { "" } else { "wu.head" };
        format!("004,{account},虛構,專員,Y,,,{from},wu.head,{to},{ended},P-{account},{unit},,\n")
    };
    let moved = line("mo.q", "2024-01-01 2026-11-12", "徵信部") + &line("mo.q", "2026-11-12 ", "授信部");
    let file = sandbox.file("moved.csv", format!("{head}{moved}"));
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    let late = sandbox.file(
        "late.csv",
        BOOK.to_owned() + &line("late.q", "2024-01-01 ", "徵信部"),
    );
    sandbox.at(CLOSED, ["staff", "import"], [late]).expect(0);
    for member in ["004", "012"] {
        make_sheets(&sandbox, member);
    }
    // Had they been made when each week was over, late.q would have none.
    let gone = "DELETE FROM sheet WHERE querier = 'late.q' RETURNING 'gone'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), gone).len(), 4);
    let (folder, key) = packed(&sandbox, "whole", &[]);
    let whole = verify(&folder, &key).expect(0);
    assert_eq!(whole.json()["findings"], Value::Array(vec![]));
    check_pack(&folder).unwrap();
    let gone =
        "DELETE FROM sheet WHERE querier = 'mo.q' AND unit = '授信部' AND week = '2026-W46' RETURNING 'gone'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), gone), ["gone"]);
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    assert_eq!(
        made["findings"],
        serde_json::json!(["sheet 004/2026-W46/mo.q SHEET-MISSING"])
    );
    verify(&folder, made["key"].as_str().unwrap()).expect(1);
    assert!(
        check_pack(&folder)
            .unwrap()
            .contains("004/2026-W46/mo.q SHEET-MISSING")
    );
}
