//! One member's registers as the gate reads them, and the questions it asks them. *Pure.*

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use mayfly_consent::Forms;

use super::{members::Member, staff::Authorisation, stop::Target};

/// Member, 授權表, forms and stops at one instant. A gate transaction reads them anew whenever they have changed.
pub struct Registers {
    version: i64,
    member: Option<Member>,
    staff: HashMap<String, Vec<Authorisation>>,
    stopped: HashSet<(&'static str, String)>,
    /// All registered form versions.
    pub forms: Forms,
}

/// Which right of the 授權表.
#[derive(Clone, Copy)]
pub enum Right {
    /// To query.
    Query,
    /// To approve queries.
    Approve,
}

impl Registers {
    /// The registers of one member, from what the tables hold: its entry, its authorisations, the targets of all stops in
    /// force, and the forms.
    pub fn new(
        version: i64,
        member: Option<Member>,
        authorisations: Vec<Authorisation>,
        stops: impl IntoIterator<Item = Target>,
        forms: Forms,
    ) -> Self {
        let mut staff: HashMap<String, Vec<Authorisation>> = HashMap::new();
        for line in authorisations {
            staff.entry(line.account.clone()).or_default().push(line);
        }
        let name = |target: Target| {
            let (kind, subject) = target.columns();
            (kind, subject.to_owned())
        };
        Self {
            version,
            member,
            staff,
            stopped: stops.into_iter().map(name).collect(),
            forms,
        }
    }

    /// Which state of the tables this is.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The member, if it is registered.
    pub fn member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// Whether `account` has `right` on every one of `days`.
    pub fn has_right(&self, account: &str, right: Right, days: &[Date]) -> bool {
        let Some(lines) = self.staff.get(account) else {
            return false;
        };
        days.iter().all(|day| {
            lines.iter().any(|line| {
                line.holds_on(*day)
                    && match right {
                        Right::Query => line.query,
                        Right::Approve => line.approve,
                    }
            })
        })
    }

    /// Whether `account` is or was on the 授權表.
    pub fn knows(&self, account: &str) -> bool {
        self.staff.contains_key(account)
    }

    /// Who holds `account` on `day`; an account without an authorisation that day is nobody.
    pub fn person(&self, account: &str, day: Date) -> Option<&str> {
        let lines = self.staff.get(account)?;
        lines
            .iter()
            .find(|line| line.holds_on(day))
            .map(|line| line.person.as_str())
    }

    /// Whether the link is stopped.
    pub fn link_stopped(&self) -> bool {
        self.is_stopped(&Target::Link)
    }

    /// Whether the member is stopped, lapsed or not yet valid on `day`.
    pub fn member_closed(&self, day: Date) -> bool {
        self.member.as_ref().is_none_or(|member| {
            !member.valid_on(day) || self.is_stopped(&Target::Member(member.code.clone()))
        })
    }

    /// Whether `account` is stopped.
    pub fn person_stopped(&self, account: &str) -> bool {
        self.member
            .as_ref()
            .is_some_and(|member| self.is_stopped(&Target::Person(format!("{}/{account}", member.code))))
    }

    /// Whether `item` is stopped.
    pub fn item_stopped(&self, item: &str) -> bool {
        self.is_stopped(&Target::Item(item.to_owned()))
    }

    fn is_stopped(&self, target: &Target) -> bool {
        let (kind, subject) = target.columns();
        self.stopped.contains(&(kind, subject.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn line(account: &str, person: &str, query: bool, from: &str, to: Option<&str>) -> Authorisation {
        Authorisation {
            member: "004".into(),
            account: account.into(),
            name: "虛構".into(),
            title: String::new(),
            query,
            approve: !query,
            review: false,
            from: day(from),
            approved_by: "head".into(),
            to: to.map(day),
            ended_by: to.map_or_else(String::new, |_| "head".into()),
            person: person.into(),
            unit: String::new(),
            level: String::new(),
        }
    }

    fn registers(stops: Vec<Target>) -> Registers {
        let member = Member {
            code: "004".into(),
            name: "虛構銀行".into(),
            valid_from: day("2020-01-01"),
            valid_to: Some(day("2027-01-01")),
            age_recipients: vec![],
            control_rules: None,
        };
        let staff = vec![
            line("q", "P1", true, "2026-01-01", Some("2026-06-01")),
            line("q", "P1", true, "2026-07-01", None),
            line("a", "P2", false, "2026-01-01", None),
        ];
        Registers::new(1, Some(member), staff, stops, Forms::new())
    }

    #[test]
    fn a_right_must_hold_on_every_day_asked_for() {
        #[track_caller]
        fn check(account: &str, right: Right, days: &[&str], expected: bool) {
            let days: Vec<Date> = days.iter().map(|text| day(text)).collect();
            assert_eq!(
                registers(vec![]).has_right(account, right, &days),
                expected,
                "{account} {days:?}"
            );
        }
        check("q", Right::Query, &["2026-01-01"], true);
        check("q", Right::Query, &["2025-12-31"], false);
        check("q", Right::Query, &["2026-05-31"], true);
        check("q", Right::Query, &["2026-06-01"], false);
        check("q", Right::Query, &["2026-05-31", "2026-07-01"], true);
        check("q", Right::Query, &["2026-05-31", "2026-06-30"], false);
        check("q", Right::Approve, &["2026-05-31"], false);
        check("a", Right::Approve, &["2026-05-31"], true);
        check("nobody", Right::Query, &["2026-05-31"], false);
    }

    #[test]
    fn membership_is_half_open_and_stops_close_what_they_name() {
        let open = registers(vec![]);
        assert!(!open.member_closed(day("2026-12-31")) && open.member_closed(day("2027-01-01")));
        assert!(open.member_closed(day("2019-12-31")) && !open.link_stopped() && !open.item_stopped("C0101"));
        let stopped = registers(vec![
            Target::Person("004/q".into()),
            Target::Item("C0101".into()),
            Target::Link,
        ]);
        assert!(stopped.person_stopped("q") && !stopped.person_stopped("a"));
        assert!(stopped.item_stopped("C0101") && !stopped.item_stopped("C0201") && stopped.link_stopped());
        assert!(registers(vec![Target::Member("004".into())]).member_closed(day("2026-05-05")));
        assert!(!registers(vec![Target::Member("012".into())]).member_closed(day("2026-05-05")));
        assert!(!registers(vec![Target::Person("012/q".into())]).person_stopped("q"));
    }
}
