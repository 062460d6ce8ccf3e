//! Each rule of the 授權表 by itself, at its boundaries. *Pure.*

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn line(account: &str, person: &str, from: &str, to: Option<&str>, roles: &[&str]) -> Authorisation {
    let regime = Regime::jcic_2024().unwrap();
    let mut line = Authorisation {
        member: "004".into(),
        account: account.into(),
        name: "虛構".into(),
        title: String::new(),
        query: false,
        approve: false,
        review: false,
        roles: vec![],
        from: day(from),
        approved_by: "head".into(),
        to: to.map(day),
        ended_by: to.map_or_else(String::new, |_| "head".into()),
        person: person.into(),
        unit: String::new(),
        level: String::new(),
    };
    for id in roles {
        line.add(
            &regime,
            regime.role(id, crate::regime::people::Party::Member).unwrap(),
        );
    }
    line
}

#[track_caller]
fn check(known: &[Authorisation], holder: Option<&str>, new: &Authorisation, expected: Option<&str>) {
    let regime = Regime::jcic_2024().unwrap();
    let known = Known {
        lines: known,
        holder,
        is_namesake: false,
    };
    let breach =
        Breach::of_beginning(new, &known, &regime).or_else(|| Breach::of_accounts(new, &known, &regime));
    assert_eq!(breach.map(Breach::code), expected);
}

#[test]
fn what_begins_breaks_no_rule() {
    let known = [line("q", "P1", "2026-01-01", Some("2026-06-01"), &["querier"])];
    let of = |account, person, from, to| line(account, person, from, to, &["querier"]);
    check(&known, Some("P1"), &of("q", "P1", "2026-06-01", None), None);
    check(
        &known,
        Some("P1"),
        &of("q", "P1", "2026-05-31", None),
        Some("PEOPLE-OVERLAP"),
    );
    check(
        &known,
        Some("P1"),
        &of("q", "P1", "2025-12-01", Some("2026-01-01")),
        None,
    );
    check(
        &known,
        Some("P1"),
        &of("q", "P1", "2025-12-01", Some("2026-01-02")),
        Some("PEOPLE-OVERLAP"),
    );
    check(
        &known,
        Some("P1"),
        &of("q", "P2", "2026-06-01", None),
        Some("PEOPLE-HANDED-OVER"),
    );
    // Also when nothing but the name is left of it.
    check(
        &[],
        Some("P1"),
        &of("q", "P2", "2026-06-01", None),
        Some("PEOPLE-HANDED-OVER"),
    );
    check(
        &known,
        None,
        &of("q2", "P1", "2026-05-31", None),
        Some("PEOPLE-SECOND-ACCOUNT"),
    );
    check(&known, None, &of("q2", "P1", "2026-06-01", None), None);
    check(
        &known,
        None,
        &of("head", "P9", "2026-06-01", None),
        Some("PEOPLE-SELF"),
    );
}

#[test]
fn no_account_has_a_name_that_means_somebody_else_or_no_account() {
    for (account, expected) in [
        ("operator", Some("PEOPLE-RESERVED")),
        ("Operator", Some("PEOPLE-RESERVED")),
        ("schedule", Some("PEOPLE-RESERVED")),
        ("operator.1", None),
    ] {
        check(
            &[],
            None,
            &line(account, "P1", "2026-01-01", None, &["querier"]),
            expected,
        );
    }
    let known = |is_namesake| Known {
        lines: &[],
        holder: None,
        is_namesake,
    };
    let regime = Regime::jcic_2024().unwrap();
    let new = line("q", "P1", "2026-01-01", None, &["querier"]);
    let breach = |is_namesake| Breach::of_beginning(&new, &known(is_namesake), &regime);
    assert!(breach(true) == Some(Breach::Namesake) && breach(false).is_none());
}

#[test]
fn card_and_password_are_in_two_hands() {
    let known = [line("k", "P1", "2026-01-01", None, &["card_custodian"])];
    let password = |account, person| line(account, person, "2026-06-01", None, &["password_custodian"]);
    check(&known, None, &password("p", "P2"), None);
    check(&known, None, &password("p", "P1"), Some("PEOPLE-TOGETHER"));
    let both = line(
        "b",
        "P3",
        "2026-06-01",
        None,
        &["card_custodian", "password_custodian"],
    );
    check(&[], None, &both, Some("PEOPLE-TOGETHER"));
    let before = [line(
        "k",
        "P1",
        "2026-01-01",
        Some("2026-06-01"),
        &["card_custodian"],
    )];
    check(&before, None, &password("p", "P1"), None);
}

#[test]
fn nothing_reaches_back_further_than_the_regime_allows() {
    let regime = Regime::jcic_2024().unwrap();
    let today = day("2026-11-02");
    assert!(Breach::of_day(today, today, &regime).is_none());
    assert!(Breach::of_day(day("2026-11-01"), today, &regime) == Some(Breach::Backdated));
    let text =
        crate::regime::JCIC_2024.replace("backdate_days = { value = 0,", "backdate_days = { value = 3,");
    let lenient = Regime::parse(&text, crate::regime::JCIC_2024_CLASSES).unwrap();
    assert!(Breach::of_day(day("2026-10-30"), today, &lenient).is_none());
    assert!(Breach::of_day(day("2026-10-29"), today, &lenient).is_some());
}

#[test]
fn what_was_withdrawn_before_it_began_is_in_nobodys_way() {
    let withdrawn = line("q", "P1", "2026-06-01", Some("2026-06-01"), &["querier"]);
    assert!(!withdrawn.holds_on(day("2026-06-01")));
    check(
        &[withdrawn],
        Some("P1"),
        &line("q", "P1", "2026-05-01", None, &["querier"]),
        None,
    );
}
