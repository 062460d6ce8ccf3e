//! One member's registers as the gate reads them, and the questions it asks them. *Pure.*

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use mayfly_consent::Forms;

use super::{authorisation::Authorisation, holders::Holders, members::Member, stop::Target};

/// Member, 授權表, forms and stops at one instant. A gate transaction reads them anew whenever they have changed.
pub struct Registers {
    version: i64,
    member: Option<Member>,
    staff: HashMap<String, Vec<Authorisation>>,
    holders: Holders,
    stopped: HashSet<(&'static str, String)>,
    /// Accounts of the member that are stopped, and with each every account of its person.
    stopped_accounts: BTreeSet<String>,
    /// The day from which the days of the oldest sheet count that waits for its querier, by account.
    unsigned: HashMap<String, Date>,
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
    /// To review query records.
    Review,
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
        let holders = Holders::of(&authorisations);
        let mut staff: HashMap<String, Vec<Authorisation>> = HashMap::new();
        for line in authorisations {
            staff.entry(line.account.clone()).or_default().push(line);
        }
        let targets: Vec<Target> = stops.into_iter().collect();
        let of_member = |target: &Target| {
            let member = member.as_ref()?;
            target.account_of(&member.code).map(str::to_owned)
        };
        let stopped_accounts = holders.accounts_of_all(targets.iter().filter_map(of_member));
        let name = |target: &Target| {
            let (kind, subject) = target.columns();
            (kind, subject.to_owned())
        };
        Self {
            version,
            member,
            staff,
            stopped: targets.iter().map(name).collect(),
            stopped_accounts,
            holders,
            unsigned: HashMap::new(),
            forms,
        }
    }

    /// The same registers with the sheets that wait for their queriers: account, and the day from which their days count.
    pub fn with_unsigned(mut self, sheets: Vec<(String, Date)>) -> Self {
        for (account, day) in sheets {
            let oldest = self.unsigned.entry(account).or_insert(day);
            *oldest = day.min(*oldest);
        }
        self
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
                        Right::Review => line.review,
                    }
            })
        })
    }

    /// Whether `account` is or was on the 授權表.
    pub fn knows(&self, account: &str) -> bool {
        self.staff.contains_key(account)
    }

    /// Whether one person holds, or has held, both accounts: duties are separated by person ([`Holders`]).
    pub fn are_one(&self, account: &str, other: &str) -> bool {
        self.holders.are_one(account, other)
    }

    /// Whether `reviewer` may review a record that `querier` asked and `approver` approved: with the right to review on
    /// `day`, and neither of the two (D8).
    pub fn may_review(&self, reviewer: &str, querier: &str, approver: &str, day: Date) -> bool {
        let took_part = [querier, approver]
            .into_iter()
            .any(|other| self.are_one(reviewer, other));
        self.has_right(reviewer, Right::Review, &[day]) && !took_part && !self.person_stopped(reviewer)
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

    /// Whether `account` is stopped, or another account of its person.
    pub fn person_stopped(&self, account: &str) -> bool {
        self.stopped_accounts.contains(account)
    }

    /// `account` and the other accounts that its person has or had.
    pub fn accounts_of_person(&self, account: &str) -> BTreeSet<String> {
        self.holders.accounts_of(account)
    }

    /// The day from which the days of the oldest sheet count that waits for the person of `account`.
    pub fn unsigned_since(&self, account: &str) -> Option<Date> {
        let of_person = self.unsigned.iter();
        let of_person = of_person.filter(|(other, _)| self.are_one(account, other));
        of_person.map(|(_, day)| *day).min()
    }

    /// Whether the demonstration item of the drill `number` is stopped.
    pub fn drill_stopped(&self, number: i64) -> bool {
        self.is_stopped(&Target::Drill(number.to_string()))
    }

    /// Whether anything at all is stopped, of whomever.
    pub fn anything_stopped(&self) -> bool {
        !self.stopped.is_empty()
    }

    /// What keeps back single answers of the member: its accounts that are stopped, and the items.
    pub fn kept_back(&self) -> BTreeSet<String> {
        let items = self.stopped.iter().filter(|(kind, _)| *kind == "item");
        let items = items.map(|(_, item)| format!("item {item}"));
        items.chain(self.stopped_accounts.iter().cloned()).collect()
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
            review: account == "r",
            roles: vec![],
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
            line("q.old", "P1", false, "2025-01-01", Some("2025-06-01")),
            line("r", "P3", false, "2026-01-01", None),
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
    fn duties_are_separated_and_stops_hold_by_person() {
        let open = registers(vec![]);
        assert!(open.are_one("q", "q.old") && !open.are_one("q", "a"));
        let on = day("2026-05-31");
        assert!(open.may_review("r", "q", "a", on));
        assert!(!open.may_review("r", "r", "a", on) && !open.may_review("r", "q", "r", on));
        assert!(!open.may_review("a", "q", "r", on) && !open.may_review("r", "q", "a", day("2025-12-31")));
        let stopped = registers(vec![Target::Person("004/q.old".into())]);
        assert!(
            stopped.person_stopped("q") && stopped.person_stopped("q.old") && !stopped.person_stopped("a")
        );
        assert!(!registers(vec![Target::Person("004/r".into())]).may_review("r", "q", "a", on));
    }

    #[test]
    fn the_oldest_unsigned_sheet_of_a_person_counts() {
        let open = registers(vec![]).with_unsigned(vec![
            ("q".into(), day("2026-05-31")),
            ("q.old".into(), day("2026-05-24")),
            ("q".into(), day("2026-06-07")),
        ]);
        let since = |account| open.unsigned_since(account);
        assert_eq!((since("q"), since("a")), (Some(day("2026-05-24")), None));
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
        // A stop names an account, on the table or not.
        assert!(registers(vec![Target::Person("004/gone".into())]).person_stopped("gone"));
    }
}
