//! The running review of a member's accounts: each that holds today, how it is used, and what was said of it. *SQL.*

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_midnight;
use sqlx::AnyConnection;

use super::store::{self, Check, Verdict};
use crate::{
    access::{authorisation::Authorisation, members, rows},
    app::House,
    duty::{
        period::{self, Period},
        store as duties,
    },
    error::{Error, Result},
    regime::people::Party,
};

/// The review of one member that is running today.
pub struct Review {
    /// The duty that asks for it.
    pub duty: String,
    /// Its period.
    pub period: Period,
    /// Whether that duty is closed.
    pub closed: bool,
    /// The accounts that hold today.
    pub accounts: Vec<Account>,
}

/// An account in a review.
pub struct Account {
    /// Its authorisation.
    pub line: Authorisation,
    /// Queries in the period so far; only [`show`] counts them.
    pub queries: i64,
    /// When its last query of the period was.
    pub last_query: Option<Timestamp>,
    /// What was last said of it.
    pub check: Option<Check>,
    /// How it stands.
    pub state: State,
}

/// How an account stands in a review.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has said anything of it.
    Unchecked,
    /// Its rights stay as they are.
    Kept,
    /// They are to be changed, and have not been.
    ToChange,
    /// They were to be changed, and are: it ends on a day that is set.
    Changed,
}

impl State {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Kept => "kept",
            Self::ToChange => "to_change",
            Self::Changed => "changed",
        }
    }
}

/// The review of `member` that is running today.
///
/// # Errors
/// `MEMBER-UNKNOWN`; `CHECK-NONE` where the regime asks for no review.
pub async fn running(house: &House, conn: &mut AnyConnection, member: &str, today: Date) -> Result<Review> {
    if Party::of(member) != Party::Member || members::one(&mut *conn, member).await?.is_none() {
        return Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            sentence: "the member is not in the register".into(),
            remedy: "name a member institution by its code; the bureau's own people are looked after with `mayfly people table`",
        });
    }
    let rule = house
        .regime
        .duties
        .iter()
        .find(|rule| rule.artefact == "account_review");
    let rule = rule.ok_or_else(|| Error::Input {
        code: "CHECK-NONE",
        sentence: "the regime asks for no review of accounts".into(),
        remedy: "name in mayfly.toml a regime that has a duty which is closed with account_review",
    })?;
    let period = period::holding(rule.every, today, house.regime.link.valid_from.value.year());
    let duty = format!("{}/{member}/{}", rule.id, period.name);
    let mut checks = store::of_duty(&mut *conn, &duty).await?;
    let closed = duties::closings(&mut *conn, member).await?.contains_key(&duty);
    let mut accounts = Vec::new();
    for line in rows::held_on(&mut *conn, today, Some(member)).await? {
        let of_line = |check: &Check| check.account == line.account && check.from == line.from;
        let check = checks.iter().rposition(of_line).map(|at| checks.remove(at));
        let state = match check.as_ref().map(|check| check.verdict) {
            None => State::Unchecked,
            Some(Verdict::Keep) => State::Kept,
            Some(Verdict::Change) if line.to.is_some() => State::Changed,
            Some(Verdict::Change) => State::ToChange,
        };
        accounts.push(Account {
            line,
            queries: 0,
            last_query: None,
            check,
            state,
        });
    }
    Ok(Review {
        duty,
        period,
        closed,
        accounts,
    })
}

/// As [`running`], today, to look at: with how the accounts were used.
///
/// # Errors
/// As [`running`].
pub async fn show(house: &House, member: &str) -> Result<Review> {
    let today = house.today(house.clock.now());
    let mut reader = house.db.reader().await?;
    let mut review = running(house, &mut reader, member, today).await?;
    let begins = taipei_midnight(review.period.first).unwrap_or(Timestamp::MIN);
    let uses = store::uses(&mut reader, member, begins).await?;
    for account in &mut review.accounts {
        if let Some((queries, last_query)) = uses.get(&account.line.account) {
            (account.queries, account.last_query) = (*queries, Some(*last_query));
        }
    }
    Ok(review)
}
