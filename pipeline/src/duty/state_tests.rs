//! What a duty is from day to day, and whose it is to close. *Pure.*

use super::*;
use crate::{
    access::persons::Persons,
    duty::{
        calendar::Calendar,
        duties::{
            duties_of,
            tests::{querier, until, whose},
        },
        owner,
    },
    regime::Regime,
};

#[test]
fn a_duty_is_open_then_due_then_overdue_unless_it_is_closed() {
    let regime = Regime::jcic_2024().unwrap();
    let mut member = whose("004", "2026-11-02", None);
    member.people = vec![querier("a", "2026-11-02", None)];
    let duties = duties_of(&regime, &Calendar::new([]), &member, until("2026-12-31"));
    let check = |id: &str, closed: Option<&str>, days: &[(&str, State)]| {
        let duty = duties.iter().find(|duty| duty.id == id).unwrap();
        for (day, state) in days {
            let closed = closed.map(|day| day.parse().unwrap());
            let found = State::of(duty, closed, (day.parse().unwrap(), None), &regime.due);
            assert!(found == *state, "{id} on {day}: {}", found.name());
        }
    };
    // About the whole month: not before it is over.
    check(
        "monthly_sample/004/2026-11",
        None,
        &[
            ("2026-11-30", State::Open),
            ("2026-12-01", State::Due),
            ("2026-12-10", State::Due),
            ("2026-12-11", State::Overdue),
        ],
    );
    check(
        "weekly_sheet/004/a/2026-W45",
        None,
        &[
            ("2026-11-08", State::Open),
            ("2026-11-09", State::Due),
            ("2026-11-16", State::Overdue),
        ],
    );
    // Done within the half-year; due when its end is near.
    check(
        "account_review/004/2026-H2",
        None,
        &[
            ("2026-12-16", State::Open),
            ("2026-12-17", State::Due),
            ("2026-12-31", State::Due),
            ("2027-01-01", State::Overdue),
        ],
    );
    // As it was on each day.
    check(
        "account_review/004/2026-H2",
        Some("2027-01-02"),
        &[
            ("2026-12-31", State::Due),
            ("2027-01-01", State::Overdue),
            ("2027-01-02", State::Closed),
        ],
    );
}

#[test]
fn a_persons_duty_is_theirs_while_they_can_close_it() {
    let regime = Regime::jcic_2024().unwrap();
    let mut member = whose("004", "2026-11-02", None);
    let mut head = querier("head", "2026-11-02", None);
    (head.query, head.roles) = (false, vec!["unit_head".into()]);
    // She approves from the 16th on, and queries no more.
    let mut later = querier("a", "2026-11-16", None);
    (later.query, later.approve) = (false, true);
    member.people = vec![
        querier("a", "2026-11-02", Some("2026-11-16")),
        later,
        head,
        querier("b", "2026-11-02", None),
    ];
    let duties = duties_of(&regime, &Calendar::new([]), &member, until("2026-12-31"));
    let may = |id: &str, stopped: &[&str], account: &str, day: &str| {
        let duty = duties.iter().find(|duty| duty.id == id).unwrap();
        let stopped = stopped.iter().map(|account| (*account).to_owned()).collect();
        let persons = Persons::new(member.people.clone(), stopped, day.parse().unwrap());
        owner::may_close(&regime, duty, &persons, account)
    };
    let sheet = "weekly_sheet/004/a/2026-W45";
    let by =
        |stopped: &[&str], day: &str| ["a", "b", "head"].map(|account| may(sheet, stopped, account, day));
    assert_eq!(by(&[], "2026-11-15"), [true, false, false]);
    assert_eq!(
        by(&[], "2026-11-16"),
        [false, false, true],
        "what she left behind is the head's"
    );
    assert_eq!(by(&["a"], "2026-11-15"), [false, false, true]);
    assert_eq!(by(&["head"], "2026-11-16"), [false, false, false]);
    // What is the member's is whoever's role it is, and nobody signs it off for them.
    let inspection = "self_inspection/004/2026";
    assert!(may(inspection, &[], "head", "2026-11-16") && !may(inspection, &["head"], "head", "2026-11-16"));
    assert!(!may("internal_audit/004/2026-H2", &[], "head", "2026-11-16"));
    assert!(
        !may(inspection, &[], "head", "2026-11-01"),
        "not before the role was theirs"
    );
}
