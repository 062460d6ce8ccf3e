//! Codes that follow from the registers: consents, stops, memberships and forms, prepared before the batch. *Edge.*

use std::{fs, thread};

use super::{Desk, Fault};
use crate::{
    batch_file::{BatchRow, batch_file, consent_ref, consents_file},
    support::{NOW, fixtures},
};

/// A row that is fine but for the registers, which `prepare` changes first.
pub(super) struct Case {
    pub(super) code: &'static str,
    member: &'static str,
    prepare: fn(&Desk) -> BatchRow,
    faults: &'static [Fault],
}

#[test]
fn each_code_of_the_registers_comes_out_at_its_line_and_column() {
    // Each case has a sandbox of its own, since a stop or a lapse would strike the next case too.
    thread::scope(|scope| {
        for case in CASES {
            scope.spawn(|| {
                let desk = Desk::open();
                let row = (case.prepare)(&desk);
                desk.run_for(case.member, &[row], NOW)
                    .expect(2, "refused", case.faults);
            });
        }
    });
}

#[test]
fn a_registered_consent_is_good_without_its_cells() {
    let desk = Desk::open();
    desk.run(&[registered(&desk, "004")]).expect_answered();
}

#[test]
fn a_lifted_stop_stops_nobody() {
    let desk = Desk::open();
    let row = stopped(&desk, &["member", "004"]);
    desk.sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "over"])
        .expect(0);
    desk.run(&[row]).expect_answered();
}

#[test]
fn a_stop_after_acceptance_wins() {
    let desk = Desk::open();
    let file = desk
        .sandbox
        .file("004-1151102-77.csv", batch_file(&[BatchRow::valid(1)]));
    desk.sandbox.at(NOW, ["batch", "submit"], [&file]).expect(0);
    let _row = stopped(&desk, &["link"]);
    desk.sandbox.at(NOW, ["work"], ["--once"]).expect(0);
    let shown = desk.show("004-1151102-77");
    assert_eq!(
        (&shown["refused"], &shown["codes"]["GATE-LINK"]),
        (&1.into(), &1.into())
    );
}

/// Registers the consent of person 1 for `member`; the row relies on it.
fn registered(desk: &Desk, member: &str) -> BatchRow {
    let row = BatchRow::valid(1);
    let file = desk
        .sandbox
        .file("ahead.csv", consents_file(member, std::slice::from_ref(&row)));
    desk.sandbox.at(NOW, ["consent", "import"], [file]).expect(0);
    row.on_registered_consent()
}

fn withdrawn(desk: &Desk) -> BatchRow {
    let row = registered(desk, "004");
    let line = format!(
        "member,consent_ref,outcome,date\n004,{},withdrawn,2026-11-01\n",
        consent_ref(1)
    );
    let file = desk.sandbox.file("outcomes.csv", line);
    desk.sandbox.at(NOW, ["consent", "outcome"], [file]).expect(0);
    row
}

fn used(desk: &Desk) -> BatchRow {
    desk.run(&[BatchRow::valid(1)]).expect_answered();
    BatchRow::valid(1)
}

fn another_members(desk: &Desk) -> BatchRow {
    registered(desk, "012")
}

fn another_persons(desk: &Desk) -> BatchRow {
    registered(desk, "004").with("subject_id", "A123456789")
}

/// The same person under another birth date is another person to the provider, and so to us.
fn another_birth_date(desk: &Desk) -> BatchRow {
    registered(desk, "004").with("birth_date", "1985-05-06")
}

fn conflicting(desk: &Desk) -> BatchRow {
    let _row = registered(desk, "004");
    BatchRow::valid(1).with("idv_ref", "V-OTHER")
}

/// A form that covers an item which is not granted to anybody.
fn ungranted(desk: &Desk) -> BatchRow {
    let form = fs::read_to_string(fixtures().join("forms/LN-01-3.toml")).unwrap();
    let wide = form
        .replace("id = \"LN-01\"", "id = \"LN-77\"")
        .replace("[\"C0101\"]", "[\"C0101\", \"C0201\"]");
    let file = desk.sandbox.file("LN-77-3.toml", wide);
    desk.sandbox.at(NOW, ["form", "import"], [file]).expect(0);
    BatchRow::valid(1).with("form_id", "LN-77").with("item", "C0201")
}

/// A form that does not cover the item that is asked for.
fn uncovered(desk: &Desk) -> BatchRow {
    let form = fs::read_to_string(fixtures().join("forms/LN-01-3.toml")).unwrap();
    let narrow = form
        .replace("id = \"LN-01\"", "id = \"LN-78\"")
        .replace("[\"C0101\"]", "[\"C0201\"]");
    let file = desk.sandbox.file("LN-78-3.toml", narrow);
    desk.sandbox.at(NOW, ["form", "import"], [file]).expect(0);
    BatchRow::valid(1).with("form_id", "LN-78")
}

fn stopped(desk: &Desk, target: &[&str]) -> BatchRow {
    desk.sandbox
        .at(NOW, ["stop", "add"], [target, &["--reason", "test"]].concat())
        .expect(0);
    BatchRow::valid(1)
}

/// Membership of 012, from one day to another.
fn membership(desk: &Desk, from: &str, to: &str) -> BatchRow {
    let members = "code,name,valid_from,valid_to,age_recipients\n";
    let file = desk
        .sandbox
        .file("members.csv", format!("{members}012,虛構銀行乙,{from},{to},\n"));
    desk.sandbox.at(NOW, ["member", "import"], [file]).expect(0);
    BatchRow::valid(1)
        .with("querier", "chou.q")
        .with("approver", "kao.a")
}

/// A member that is registered already, but begins tomorrow.
fn not_yet_valid(desk: &Desk) -> BatchRow {
    let members = "code,name,valid_from,valid_to,age_recipients\n";
    let file = desk
        .sandbox
        .file("members.csv", format!("{members}013,虛構銀行丙,2026-11-03,,\n"));
    desk.sandbox.at(NOW, ["member", "import"], [file]).expect(0);
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by\n";
    let lines = "013,q,甲,員,Y,,,2024-01-01,h,,\n013,a,乙,長,,Y,,2024-01-01,h,,\n";
    let file = desk.sandbox.file("staff.csv", format!("{staff}{lines}"));
    desk.sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    BatchRow::valid(1).with("querier", "q").with("approver", "a")
}

const fn case(
    code: &'static str,
    member: &'static str,
    prepare: fn(&Desk) -> BatchRow,
    faults: &'static [Fault],
) -> Case {
    Case {
        code,
        member,
        prepare,
        faults,
    }
}

pub(super) const CASES: &[Case] = &[
    case(
        "CNS-WITHDRAWN",
        "004",
        withdrawn,
        &[("consent_ref", "CNS-WITHDRAWN")],
    ),
    case("CNS-USED", "004", used, &[("consent_ref", "CNS-USED")]),
    case(
        "CNS-OTHER-MEMBER",
        "004",
        another_members,
        &[("consent_ref", "CNS-OTHER-MEMBER")],
    ),
    case(
        "CNS-OTHER-SUBJECT",
        "004",
        another_persons,
        &[("subject_id", "CNS-OTHER-SUBJECT")],
    ),
    case(
        "CNS-OTHER-SUBJECT",
        "004",
        another_birth_date,
        &[("subject_id", "CNS-OTHER-SUBJECT")],
    ),
    case(
        "CNS-CONFLICT",
        "004",
        conflicting,
        &[("consent_ref", "CNS-CONFLICT")],
    ),
    case("CNS-ITEM", "004", uncovered, &[("item", "CNS-ITEM")]),
    case("GATE-ITEM", "004", ungranted, &[("item", "GATE-ITEM")]),
    case(
        "GATE-ITEM",
        "004",
        |desk| stopped(desk, &["item", "C0101"]),
        &[("item", "GATE-ITEM")],
    ),
    case(
        "GATE-MEMBER",
        "004",
        |desk| stopped(desk, &["member", "004"]),
        &[("", "GATE-MEMBER")],
    ),
    case(
        "GATE-MEMBER",
        "012",
        |desk| membership(desk, "2020-01-01", "2026-11-02"),
        &[("", "GATE-MEMBER")],
    ),
    case("GATE-MEMBER", "013", not_yet_valid, &[("", "GATE-MEMBER")]),
    case(
        "GATE-PERSON",
        "004",
        |desk| stopped(desk, &["person", "004/chen.yl"]),
        &[("querier", "GATE-PERSON")],
    ),
    case(
        "GATE-PERSON",
        "004",
        |desk| stopped(desk, &["person", "004/wang.dg"]),
        &[("approver", "GATE-PERSON")],
    ),
    case(
        "GATE-LINK",
        "004",
        |desk| stopped(desk, &["link"]),
        &[("", "GATE-LINK")],
    ),
];
