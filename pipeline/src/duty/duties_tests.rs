//! Which duties there are, over years: first and last periods, people who come and go, events, working days. *Pure.*

use std::collections::BTreeMap;

use super::*;
use crate::{
    access::authorisation::Authorisation,
    duty::whose::{Event, Finding},
};

/// A member, or the bureau, from `first` on, without anybody.
pub(in crate::duty) fn whose(code: &str, first: &str, last: Option<&str>) -> Whose {
    Whose {
        code: code.into(),
        first: first.parse().unwrap(),
        last: last.map(|day| day.parse().unwrap()),
        control_rules: None,
        recipients: Vec::new(),
        papers: Vec::new(),
        people: Vec::new(),
        events: Vec::new(),
        findings: Vec::new(),
        done: BTreeMap::new(),
        made: BTreeMap::new(),
    }
}

pub(in crate::duty) fn querier(account: &str, from: &str, to: Option<&str>) -> Authorisation {
    Authorisation {
        member: "004".into(),
        account: account.into(),
        name: "虛構".into(),
        title: String::new(),
        query: true,
        approve: false,
        review: false,
        roles: Vec::new(),
        from: from.parse().unwrap(),
        approved_by: "wu.head".into(),
        to: to.map(|day| day.parse().unwrap()),
        ended_by: String::new(),
        person: account.into(),
        unit: String::new(),
        level: String::new(),
    }
}

fn event(number: i64, rule: &str, day: &str) -> Event {
    Event {
        number,
        rule: rule.into(),
        account: String::new(),
        day: day.parse().unwrap(),
        reason: "test".into(),
        due_at: None,
    }
}

pub(in crate::duty) fn until(day: &str) -> Span {
    Span {
        due_from: Date::MIN,
        begun_by: day.parse().unwrap(),
    }
}

/// Names of the duties of `rule` that have begun by `day`, with their last days.
fn named(whose: &Whose, rule: &str, day: &str) -> Vec<String> {
    let regime = Regime::jcic_2024().unwrap();
    let duties = duties_of(&regime, &Calendar::new([]), whose, until(day));
    let of_rule = duties.iter().filter(|duty| duty.rule.id == rule);
    of_rule.map(|duty| format!("{} {}", duty.id, duty.due)).collect()
}

#[test]
fn the_first_period_is_the_one_of_joining_and_the_last_the_one_of_leaving() {
    let member = whose("004", "2026-11-02", Some("2027-07-01"));
    assert_eq!(
        named(&member, "account_review", "2030-01-01"),
        [
            "account_review/004/2026-H2 2026-12-31",
            "account_review/004/2027-H1 2027-06-30",
            "account_review/004/2027-H2 2027-12-31",
        ]
    );
    assert_eq!(
        named(&member, "self_inspection", "2030-01-01"),
        [
            "self_inspection/004/2026 2026-12-31",
            "self_inspection/004/2027 2027-12-31"
        ]
    );
    assert_eq!(
        named(&member, "member_round", "2030-01-01"),
        ["member_round/004/2024-2028 2028-12-31"]
    );
    let months = named(&member, "monthly_sample", "2030-01-01");
    assert_eq!(months.len(), 9);
    assert_eq!(months[0], "monthly_sample/004/2026-11 2026-12-10");
    assert_eq!(months[3], "monthly_sample/004/2027-02 2027-03-10");
    assert_eq!(months[8], "monthly_sample/004/2027-07 2027-08-10");
    // What has not begun is not there.
    assert_eq!(named(&member, "monthly_sample", "2026-11-30").len(), 1);
    assert_eq!(named(&member, "monthly_sample", "2026-12-01").len(), 2);
    assert_eq!(named(&member, "monthly_sample", "2026-11-01").len(), 0);

    let bureau = whose("bureau", "2026-11-02", None);
    assert_eq!(
        named(&bureau, "supervisor_site_check", "2029-06-01"),
        [
            "supervisor_site_check/bureau/2025-2026 2026-12-31",
            "supervisor_site_check/bureau/2027-2028 2028-12-31",
            "supervisor_site_check/bureau/2029-2030 2030-12-31",
        ]
    );
    assert!(named(&bureau, "monthly_sample", "2029-06-01").is_empty());
    assert!(named(&member, "iso_27001", "2029-06-01").is_empty());
    assert!(
        named(
            &whose("supervisor", "2026-11-02", None),
            "iso_27001",
            "2029-06-01"
        )
        .is_empty()
    );
}

/// Everything that returns, over ten years with two leap days: as many as the calendar has periods.
#[test]
fn ten_years_have_as_many_duties_as_periods() {
    let regime = Regime::jcic_2024().unwrap();
    let mut member = whose("004", "2024-01-01", None);
    member.people.push(querier("chen.yl", "2024-01-01", None));
    let bureau = whose("bureau", "2024-01-01", None);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for whose in [&member, &bureau] {
        for duty in duties_of(&regime, &Calendar::new([]), whose, until("2033-12-31")) {
            *counts.entry(&duty.rule.id).or_default() += 1;
            assert!(duty.counted >= duty.period.last && duty.closable_from() <= duty.due);
        }
    }
    // 2026 and 2032 have 53 weeks; 2034-W01 begins after the last day looked at, 2024-W01 on the first.
    for (rule, count) in [
        ("weekly_sheet", 522),
        ("monthly_sample", 120),
        ("reconciliation", 120),
        ("incident_drill", 120),
        ("account_review", 20),
        ("internal_audit", 20),
        ("supervisor_written_check", 20),
        ("self_inspection", 10),
        ("yearly_use_review", 10),
        ("consent_check", 10),
        ("data_security_audit", 10),
        ("iso_27001", 10),
        ("tpipas", 10),
        ("training", 10),
        ("supervisor_site_check", 6),
        ("member_round", 2),
        ("control_rules", 1),
        ("deletion_procedure", 1),
        ("paper_filing", 1),
        ("link_application", 1),
    ] {
        assert_eq!(counts.remove(rule), Some(count), "{rule}");
    }
    assert!(counts.is_empty(), "{:?}", counts.keys());
}

#[test]
fn a_person_has_a_duty_for_each_period_in_which_the_role_was_theirs() {
    let mut member = whose("004", "2026-11-02", Some("2027-01-05"));
    member.people = vec![
        // Ends on a Monday: that week is not hers any more.
        querier("a", "2024-01-01", Some("2026-11-16")),
        // Two authorisations meet within one week.
        querier("b", "2026-12-01", Some("2026-12-03")),
        querier("b", "2026-12-04", Some("2026-12-05")),
        querier("c", "2026-12-31", None),
        // Withdrawn before it began.
        querier("d", "2026-12-01", Some("2026-12-01")),
    ];
    let mut approver = querier("e", "2026-11-02", None);
    (approver.query, approver.approve) = (false, true);
    member.people.push(approver);
    assert_eq!(
        named(&member, "weekly_sheet", "2028-01-01"),
        [
            "weekly_sheet/004/a/2026-W45 2026-11-15",
            "weekly_sheet/004/a/2026-W46 2026-11-22",
            "weekly_sheet/004/b/2026-W49 2026-12-13",
            "weekly_sheet/004/c/2026-W53 2027-01-10",
            "weekly_sheet/004/c/2027-W01 2027-01-17",
        ]
    );
}

#[test]
fn events_move_with_the_working_days_and_deletions_never() {
    let mut bureau = whose("bureau", "2026-11-02", None);
    // The 21st of November 2026 is a Saturday.
    bureau.events = vec![
        event(1, "staff_change_notice", "2026-11-14"),
        event(2, "staff_change_notice", "2026-11-13"),
        event(3, "incident_notice", "2026-11-18"),
        event(4, "staff_change_notice", "2028-03-01"),
        event(5, "no_such_rule", "2026-11-14"),
    ];
    assert_eq!(
        named(&bureau, "staff_change_notice", "2029-01-01"),
        [
            "staff_change_notice/bureau/2026-11-13.2 2026-11-20",
            "staff_change_notice/bureau/2026-11-14.1 2026-11-23",
            "staff_change_notice/bureau/2028-03-01.4 2028-03-08",
        ]
    );
    assert_eq!(
        named(&bureau, "incident_notice", "2029-01-01"),
        ["incident_notice/bureau/2026-11-18.3 2026-11-21"]
    );
    let regime = Regime::jcic_2024().unwrap();
    let duties = duties_of(&regime, &Calendar::new([]), &bureau, until("2029-01-01"));
    let moved = |id: &str| duties.iter().find(|duty| duty.id.ends_with(id)).unwrap().moved;
    assert!(moved(".1") == Moved::Yes && moved(".2") == Moved::No && moved(".3") == Moved::No);
    assert!(
        moved(".4") == Moved::Unknown,
        "the calendar of 2028 is not guessed"
    );
    let typhoon = Calendar::new([("2026-11-23".parse().unwrap(), false)]);
    let duties = duties_of(&regime, &typhoon, &bureau, until("2029-01-01"));
    let first = duties.iter().find(|duty| duty.id.ends_with(".1")).unwrap();
    assert_eq!(first.due.to_string(), "2026-11-24");

    let mut member = whose("004", "2026-11-02", None);
    member.events = vec![
        event(6, "member_deletion", "2027-01-31"),
        event(7, "finding_report", "2027-02-18"),
    ];
    // 2027-02-28 is a Sunday and a holiday; the report moves beyond the day off in lieu, the deletion does not move.
    assert_eq!(
        named(&member, "member_deletion", "2028-01-01"),
        ["member_deletion/004/2027-01-31.6 2027-02-28"]
    );
    assert_eq!(
        named(&member, "finding_report", "2028-01-01"),
        ["finding_report/004/2027-02-18.7 2027-03-02"]
    );
}

/// A finding is a duty until it is closed, however long ago it was; what is done needs no closing.
#[test]
fn findings_and_what_the_registers_show() {
    let mut member = whose("004", "2026-11-02", None);
    let met = |artefact: &str| Met {
        on: "2026-12-14".parse().unwrap(),
        at: None,
        artefact: artefact.into(),
        by: "wu.head".into(),
        entry: Some(9),
    };
    let finding = |number: i64, met: Option<Met>| Finding {
        number,
        day: "2026-12-02".parse().unwrap(),
        met,
    };
    member.findings = vec![finding(1, None), finding(2, Some(met("sha256:00")))];
    member.done = BTreeMap::from([("monthly_sample/004/2026-11".into(), met("review:9"))]);
    let regime = Regime::jcic_2024().unwrap();
    let late = Span {
        due_from: "2030-01-01".parse().unwrap(),
        begun_by: "2031-01-01".parse().unwrap(),
    };
    let told = |span: Span, rule: &str| -> Vec<String> {
        let duties = duties_of(&regime, &Calendar::new([]), &member, span);
        let of_rule = duties.iter().filter(|duty| duty.rule.id == rule);
        let shown = |duty: &Duty<'_>| duty.met.as_ref().map_or("open", |_| "done");
        of_rule
            .map(|duty| format!("{} {} {}", duty.id, duty.due, shown(duty)))
            .collect()
    };
    assert_eq!(
        told(until("2027-01-01"), "finding_report"),
        [
            "finding_report/004/2026-12-02.f1 2026-12-14 open",
            "finding_report/004/2026-12-02.f2 2026-12-14 done"
        ]
    );
    assert_eq!(told(late, "finding_report").len(), 2);
    assert_eq!(
        told(until("2026-12-01"), "monthly_sample"),
        [
            "monthly_sample/004/2026-11 2026-12-10 done",
            "monthly_sample/004/2026-12 2027-01-10 open"
        ]
    );
}

#[test]
fn the_register_itself_raises_what_it_shows() {
    let mut member = whose("004", "2026-11-02", None);
    let regime = Regime::jcic_2024().unwrap();
    let met = |member: &Whose| {
        let duties = duties_of(&regime, &Calendar::new([]), member, until("2027-01-01"));
        let rules = duties
            .into_iter()
            .find(|duty| duty.rule.id == "control_rules")
            .unwrap();
        (
            rules.id,
            rules.due.to_string(),
            rules.met.map(|met| format!("{} {}", met.on, met.artefact)),
        )
    };
    let id = "control_rules/004/2026-11-02".to_owned();
    assert_eq!(met(&member), (id.clone(), "2026-12-02".into(), None));
    member.control_rules = Some(("3".into(), "2025-06-01".parse().unwrap()));
    assert_eq!(
        met(&member),
        (
            id.clone(),
            "2026-12-02".into(),
            Some("2026-11-02 document:3".into())
        )
    );
    member.control_rules = Some(("4".into(), "2026-12-24".parse().unwrap()));
    assert_eq!(
        met(&member),
        (id, "2026-12-02".into(), Some("2026-12-24 document:4".into()))
    );

    // Whoever was there on the first day is no change; each later day is one, however many changed on it.
    let mut bureau = whose("bureau", "2026-11-02", None);
    let at_bureau = |from: &str, to: Option<&str>| Authorisation {
        member: "bureau".into(),
        query: false,
        roles: vec!["operator".into()],
        ..querier("x", from, to)
    };
    bureau.people = vec![
        at_bureau("2024-01-01", Some("2026-12-01")),
        at_bureau("2026-11-02", None),
        at_bureau("2026-12-01", None),
        at_bureau("2026-12-10", Some("2026-12-10")),
    ];
    assert_eq!(
        named(&bureau, "staff_change_notice", "2027-06-01"),
        ["staff_change_notice/bureau/2026-12-01 2026-12-08"]
    );
    assert!(named(&member, "staff_change_notice", "2027-06-01").is_empty());
}

/// Day after day for three years: a duty is there from the first day of its period on, never before, and stays.
#[test]
fn no_duty_is_early_and_none_is_lost() {
    let regime = Regime::jcic_2024().unwrap();
    let calendar = Calendar::new([]);
    let mut member = whose("004", "2026-11-04", None);
    member.people = vec![querier("a", "2026-12-09", Some("2027-02-03"))];
    member.events = vec![event(1, "member_deletion", "2027-01-29")];
    let mut day: Date = "2026-11-04".parse().unwrap();
    let mut before = 0;
    while day.year() < 2030 {
        let on = |due_from| Span {
            due_from,
            begun_by: day,
        };
        let duties = duties_of(&regime, &calendar, &member, on(Date::MIN));
        // A person's first period, and a member's, may have begun before they did: theirs begins with them.
        let begins = |duty: &Duty<'_>| match duty.account.as_str() {
            "" => duty.period.first.max(member.first),
            _ => duty.period.first.max(member.people[0].from),
        };
        let begin_today = duties.iter().filter(|duty| begins(duty) == day).count();
        let new = duties.len() - before;
        assert_eq!(new, begin_today, "{day}");
        before = duties.len();
        // The years that are kept cut off by the day that was counted, and never what somebody raised.
        let kept = duties_of(&regime, &calendar, &member, on(day));
        assert!(
            kept.iter()
                .all(|duty| duty.counted >= day || duty.cause.is_some())
        );
        let cut = duties
            .iter()
            .filter(|duty| duty.counted < day && duty.cause.is_none())
            .count();
        assert_eq!(kept.len() + cut, duties.len());
        day = day.tomorrow().unwrap();
    }
    // Two each month, half-year and year, two rounds, nine weeks, three of joining and the deletion.
    assert_eq!(before, 38 * 2 + 7 * 2 + 4 * 2 + 2 + 9 + 3 + 1);
}
