//! Who may what at one place today, and which accounts are one person's: by person, never by account alone (五(一)6). *Pure.*

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{authorisation::Authorisation, holders::Holders};
use crate::regime::{Regime, people::Right};

/// The people of a place (a member, the bureau, the supervisor, the provider): its authorisations of all days, who holds its
/// accounts, which of them are stopped, and the day that counts as today.
pub struct Persons {
    lines: Vec<Authorisation>,
    holders: Holders,
    stopped: BTreeSet<String>,
    today: Date,
}

impl Persons {
    /// Those of `lines` on `today`, where the accounts `stopped` are, and with each every account of its person. Acts load them
    /// from the registers ([`Persons::load`]).
    pub fn new(lines: Vec<Authorisation>, stopped: BTreeSet<String>, today: Date) -> Self {
        let holders = Holders::of(&lines);
        Self {
            stopped: holders.accounts_of_all(stopped),
            lines,
            holders,
            today,
        }
    }

    /// Whether `account` has `right` today and is not stopped.
    pub fn may(&self, regime: &Regime, account: &str, right: Right) -> bool {
        self.able(account, |line| line.permits(regime, right)).is_some()
    }

    /// Whether `account` is authorised for anything today and is not stopped.
    pub fn is_there(&self, account: &str) -> bool {
        self.able(account, |_| true).is_some()
    }

    /// What `account` holds today, if it `fits` and no account of its person is stopped.
    pub fn able(&self, account: &str, fits: impl Fn(&Authorisation) -> bool) -> Option<&Authorisation> {
        let mut of_account = self.lines.iter().filter(|line| line.account == account);
        of_account.find(|line| self.is_able(line) && fits(line))
    }

    /// Every account that is [`able`](Self::able).
    pub fn all_able(&self, fits: impl Fn(&Authorisation) -> bool) -> BTreeSet<&str> {
        let able = self.lines.iter().filter(|line| self.is_able(line) && fits(line));
        able.map(|line| line.account.as_str()).collect()
    }

    /// Whether one person holds, or has held, both accounts ([`Holders`]).
    pub fn are_one(&self, account: &str, other: &str) -> bool {
        self.holders.are_one(account, other)
    }

    /// Whether one person is behind `account` and one of `others`.
    pub fn is_among(&self, account: &str, others: &BTreeSet<String>) -> bool {
        self.holders.is_among(account, others)
    }

    /// Who holds `account` on `day`: the line of the 授權表.
    pub fn on(&self, account: &str, day: Date) -> Option<&Authorisation> {
        let held = |line: &&Authorisation| line.account == account && line.holds_on(day);
        self.lines.iter().find(held)
    }

    /// Who holds `account` today, stopped or not.
    pub fn now(&self, account: &str) -> Option<&Authorisation> {
        self.on(account, self.today)
    }

    /// The person behind `account`, or the account itself where nobody is known.
    pub fn person<'p>(&'p self, account: &'p str) -> &'p str {
        self.holders.person(account)
    }

    /// The authorisations of all days.
    pub fn lines(&self) -> &[Authorisation] {
        &self.lines
    }

    fn is_able(&self, line: &Authorisation) -> bool {
        line.holds_on(self.today) && !self.stopped.contains(&line.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: &str, person: &str, from: &str, to: Option<&str>) -> Authorisation {
        Authorisation {
            member: "004".into(),
            account: account.into(),
            name: "虛構".into(),
            title: String::new(),
            query: true,
            approve: false,
            review: false,
            roles: vec![],
            from: from.parse().unwrap(),
            approved_by: "head".into(),
            to: to.map(|day| day.parse().unwrap()),
            ended_by: String::new(),
            person: person.into(),
            unit: String::new(),
            level: String::new(),
        }
    }

    fn persons(stopped: &[&str], today: &str) -> Persons {
        let lines = vec![
            line("q.old", "P1", "2024-01-01", Some("2025-01-01")),
            line("q", "P1", "2025-01-01", Some("2026-11-03")),
            line("a", "P2", "2026-11-02", None),
        ];
        let stopped = stopped.iter().map(|&account| account.to_owned()).collect();
        Persons::new(lines, stopped, today.parse().unwrap())
    }

    #[test]
    fn a_right_holds_on_its_days_and_while_no_account_of_the_person_is_stopped() {
        let regime = Regime::jcic_2024().unwrap();
        let check = |stopped: &[&str], today: &str, able: &[&str]| {
            let persons = persons(stopped, today);
            let may = persons.all_able(|line| line.permits(&regime, Right::Query));
            assert_eq!(may.into_iter().collect::<Vec<_>>(), able, "{stopped:?} {today}");
            for account in ["q.old", "q", "a", "nobody"] {
                let is_able = able.contains(&account);
                assert_eq!(
                    persons.may(&regime, account, Right::Query),
                    is_able,
                    "{account} {today}"
                );
                assert_eq!(persons.is_there(account), is_able, "{account} {today}");
                assert!(!persons.may(&regime, account, Right::Approve));
            }
        };
        check(&[], "2023-12-31", &[]);
        check(&[], "2024-12-31", &["q.old"]);
        check(&[], "2025-01-01", &["q"]);
        check(&[], "2026-11-02", &["a", "q"]);
        check(&[], "2026-11-03", &["a"]);
        check(&["q.old"], "2026-11-02", &["a"]);
        check(&["q"], "2024-12-31", &[]);
        check(&["a", "nobody"], "2026-11-02", &["q"]);
    }

    #[test]
    fn somebody_is_there_on_their_days_and_one_person_whatever_the_day() {
        let persons = persons(&[], "2026-11-02");
        assert!(persons.now("q").is_some() && persons.now("q.old").is_none());
        assert!(persons.are_one("q", "q.old") && !persons.are_one("q", "a"));
        let others = BTreeSet::from(["a".to_owned(), "q.old".to_owned()]);
        assert!(persons.is_among("q", &others) && !persons.is_among("x", &others));
        assert_eq!((persons.person("q.old"), persons.person("x")), ("P1", "x"));
    }
}
