//! A sheet that has to be in a pack and is not, whoever signs it: that of somebody who had the right to query and asked nothing. *Edge.*

use super::{flawed::check_pack, *};
use crate::support::NOW;

#[test]
fn a_nil_sheet_that_is_missing_from_a_pack_is_found() {
    let sandbox = month();
    let without = |change: &str, name: &str| {
        let changed = sandbox.copy();
        assert!(!changed.database.ask(&changed.data(), change).is_empty());
        let (folder, key) = packed(&changed, name, &[]);
        let found = verify(&folder, &key).expect(1).json()["findings"].clone();
        let said = check_pack(&folder).unwrap_err();
        (found, said)
    };
    let (found, said) = without(
        "DELETE FROM sheet WHERE querier = 'huang.sm' AND week = '2026-W45' RETURNING 'gone'",
        "one",
    );
    assert_eq!(
        found,
        serde_json::json!([
            "the sheets of 004, 2026-W45: those of huang.sm (徵信部) are not here, who had the right to query"
        ])
    );
    assert!(
        said.contains("no sheet of huang.sm is here, who had the right to query at 004 in 2026-W45: 徵信部")
            && said.matches("NOT").count() == 1,
        "{said}"
    );
    // A week in which nobody asked anything.
    let (found, said) = without(
        "DELETE FROM sheet WHERE week = '2026-W47' RETURNING 'gone'",
        "week",
    );
    assert_eq!(
        found,
        serde_json::json!([
            "the sheets of 004, 2026-W47: those of chen.yl (徵信部), huang.sm (徵信部), lin.ch (徵信部) are not here, \
             who had the right to query",
            "the sheets of 012, 2026-W47: those of chou.q (徵信部) are not here, who had the right to query"
        ])
    );
    assert_eq!(said.matches("in 2026-W47").count(), 4, "{said}");
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
    let (folder, key) = packed(&sandbox, "pack", &[]);
    let found = verify(&folder, &key).expect(1).json()["findings"].clone();
    assert_eq!(
        found,
        serde_json::json!([
            "the sheets of 004, 2026-W46: those of mo.q (授信部) are not here, who had the right to query"
        ])
    );
    assert!(
        check_pack(&folder)
            .unwrap_err()
            .contains("at 004 in 2026-W46: 授信部")
    );
}
