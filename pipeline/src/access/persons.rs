//! The people of a member as a review asks for them: what an account may do today, and which accounts are one person's. *SQL.*

use std::collections::BTreeSet;

use jiff::civil::Date;
use sqlx::AnyConnection;

use crate::{
    access::{authorisation::Authorisation, rows},
    error::Result,
    regime::{Regime, people::Right},
};

/// The authorisations of a member, of all days, and its accounts that are stopped.
pub struct Persons {
    lines: Vec<Authorisation>,
    stopped: BTreeSet<String>,
    today: Date,
}

impl Persons {
    /// Reads them from the registers.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn load(conn: &mut AnyConnection, member: &str, today: Date) -> Result<Self> {
        Ok(Self {
            lines: rows::of_member(&mut *conn, member).await?,
            stopped: rows::stopped(conn, member).await?,
            today,
        })
    }

    /// Whether `account` has `right` today and is not stopped.
    pub fn may(&self, regime: &Regime, account: &str, right: Right) -> bool {
        let held = |line: &Authorisation| line.account == account && line.permits(regime, right);
        self.lines
            .iter()
            .any(|line| held(line) && line.holds_on(self.today))
            && !self.is_stopped(account)
    }

    /// Whether `account` is authorised for anything today and is not stopped.
    pub fn is_there(&self, account: &str) -> bool {
        let held = |line: &Authorisation| line.account == account && line.holds_on(self.today);
        self.lines.iter().any(held) && !self.is_stopped(account)
    }

    /// Whether one person holds, or has held, both accounts.
    pub fn are_one(&self, account: &str, other: &str) -> bool {
        account == other
            || !self
                .behind(|name| name == account)
                .is_disjoint(&self.behind(|name| name == other))
    }

    /// Whether one person is behind `account` and one of `others`.
    pub fn is_among(&self, account: &str, others: &BTreeSet<String>) -> bool {
        let person = self.behind(|name| name == account);
        others.contains(account) || !person.is_disjoint(&self.behind(|name| others.contains(name)))
    }

    /// Who holds `account` on `day`: the line of the 授權表.
    pub fn on(&self, account: &str, day: Date) -> Option<&Authorisation> {
        let held = |line: &&Authorisation| line.account == account && line.holds_on(day);
        self.lines.iter().find(held)
    }

    /// The person behind `account`, or the account itself where nobody is known.
    pub fn person<'p>(&'p self, account: &'p str) -> &'p str {
        let line = self.lines.iter().find(|line| line.account == account);
        line.map_or(account, |line| &line.person)
    }

    fn is_stopped(&self, account: &str) -> bool {
        self.is_among(account, &self.stopped)
    }

    /// The persons behind the accounts that `is_meant` picks, at any time; an account is also a person's name for itself.
    fn behind(&self, is_meant: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        self.lines
            .iter()
            .filter(|line| is_meant(&line.account))
            .flat_map(|line| [line.person.as_str(), line.account.as_str()])
            .collect()
    }
}
