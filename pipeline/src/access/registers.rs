//! One member's registers as the gate reads them, and the questions it asks them. *SQL.*

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use mayfly_consent::Forms;
use sqlx::AnyConnection;

use super::{
    members::{self, Member},
    staff::{self, Authorisation},
    stop::{self, Target},
};
use crate::{
    db::meta,
    error::{Error, Result},
};

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
    /// Reads the registers of `member`.
    pub async fn load(conn: &mut AnyConnection, member: &str) -> Result<Self> {
        let version = meta::counter(&mut *conn, meta::REGISTERS).await?;
        let found = members::one(&mut *conn, member).await?;
        let mut staff: HashMap<String, Vec<Authorisation>> = HashMap::new();
        for line in staff::of_member(&mut *conn, member).await? {
            staff.entry(line.account.clone()).or_default().push(line);
        }
        let stops = stop::list(&mut *conn, true).await?;
        let stopped = stops
            .iter()
            .map(|stop| stop.target.columns())
            .map(|(kind, subject)| (kind, subject.to_owned()))
            .collect();
        let forms = mayfly_consent::store::load_forms(conn)
            .await
            .map_err(consent_error)?;
        Ok(Self {
            version,
            member: found,
            staff,
            stopped,
            forms,
        })
    }

    /// Reads them again if they have changed since.
    pub async fn refresh(&mut self, conn: &mut AnyConnection, member: &str) -> Result<()> {
        if meta::counter(&mut *conn, meta::REGISTERS).await? != self.version {
            *self = Self::load(conn, member).await?;
        }
        Ok(())
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

    /// Who holds `account` on `day`; an account that is not on the table is nobody.
    pub fn person(&self, account: &str, day: Date) -> Option<&str> {
        let lines = self.staff.get(account)?;
        lines
            .iter()
            .find(|line| line.holds_on(day))
            .or(lines.last())
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
        !self.stopped.is_empty() && self.stopped.contains(&(kind, subject.to_owned()))
    }
}

/// A stored day.
pub(super) fn day(text: &str) -> std::result::Result<Date, sqlx::Error> {
    text.parse().map_err(|_| sqlx::Error::RowNotFound)
}

/// A stored day that may be absent.
pub(super) fn optional_day(text: Option<String>) -> std::result::Result<Option<Date>, sqlx::Error> {
    text.as_deref().map(day).transpose()
}

/// Translates an error of the consent store.
pub fn consent_error(error: mayfly_consent::ConsentError) -> Error {
    Error::from(error)
}
