//! Stops of a member, a person, an item or the whole link: placed, lifted, listed (九(二)4, 十一(二), D18). *SQL.*

use std::collections::BTreeSet;

use jiff::Timestamp;
use mayfly_consent::Language;
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    db::{columns::instant, meta},
    error::{Error, Result},
};

/// What is stopped.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "subject")]
pub enum Target {
    /// A member institution, by code.
    Member(String),
    /// One account of a member, `member/account`.
    Person(String),
    /// An item for everybody.
    Item(String),
    /// The whole connection.
    Link,
    /// Nothing and nobody: the demonstration item of the drill of that number.
    Drill(String),
}

impl Target {
    /// The two columns that name it.
    pub fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Member(code) => ("member", code),
            Self::Person(account) => ("person", account),
            Self::Item(item) => ("item", item),
            Self::Link => ("link", ""),
            Self::Drill(number) => ("drill", number),
        }
    }

    /// What it is, for people: kind and name.
    pub fn said(&self, language: Language) -> String {
        let (kind, subject) = self.columns();
        let kind = match (self, language) {
            (_, Language::En) => kind,
            (Self::Member(_), Language::ZhTw) => "使用單位",
            (Self::Person(_), Language::ZhTw) => "人員",
            (Self::Item(_), Language::ZhTw) => "查詢項目",
            (Self::Link, Language::ZhTw) => "全部介接",
            (Self::Drill(_), Language::ZhTw) => "演練",
        };
        format!("{kind} {subject}").trim_end().to_owned()
    }

    /// The member it concerns; empty where that is none, or all.
    pub fn member(&self) -> &str {
        match self {
            Self::Member(code) => code,
            Self::Person(person) => person.split_once('/').map_or("", |(member, _)| member),
            Self::Item(_) | Self::Link | Self::Drill(_) => "",
        }
    }

    /// The account that it names, if that is one of `member`.
    pub fn account_of(&self, member: &str) -> Option<&str> {
        let Self::Person(person) = self else { return None };
        let (code, account) = person.split_once('/')?;
        (code == member).then_some(account)
    }

    /// What the two columns name, if it is anything.
    pub fn parse(kind: &str, subject: String) -> Option<Self> {
        match kind {
            "member" => Some(Self::Member(subject)),
            "person" => Some(Self::Person(subject)),
            "item" => Some(Self::Item(subject)),
            "link" => Some(Self::Link),
            "drill" => Some(Self::Drill(subject)),
            _ => None,
        }
    }
}

/// A stop.
#[derive(Serialize)]
pub struct Stop {
    /// Its number, by which it is lifted.
    pub stop: i64,
    /// What is stopped.
    #[serde(flatten)]
    pub target: Target,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Who lifted it and when.
    pub lifted: Option<(String, Timestamp)>,
}

/// Places a stop; returns its number. It holds from the next chunk and the next delivery on.
pub async fn place(
    conn: &mut AnyConnection,
    target: &Target,
    reason: &str,
    by: &str,
    now: Timestamp,
) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::STOPS, 1).await?;
    let (kind, subject) = target.columns();
    sqlx::query("INSERT INTO stop (stop_no, kind, subject, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(number)
        .bind(kind)
        .bind(subject)
        .bind(reason)
        .bind(by)
        .bind(now.as_microsecond())
        .execute(conn)
        .await
        .map_err(Error::database("place a stop"))?;
    Ok(number)
}

/// Lifts the stop `number`; an unknown or lifted one is refused.
pub(super) async fn lift(conn: &mut AnyConnection, number: i64, by: &str, now: Timestamp) -> Result<()> {
    let done = sqlx::query(
        "UPDATE stop SET lifted_by = $1, lifted_at = $2 WHERE stop_no = $3 AND lifted_at IS NULL",
    )
    .bind(by)
    .bind(now.as_microsecond())
    .bind(number)
    .execute(conn)
    .await
    .map_err(Error::database("lift a stop"))?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    Err(unknown(number))
}

/// That no stop `number` is in force.
pub(super) fn unknown(number: i64) -> Error {
    Error::Input {
        code: "STOP-UNKNOWN",
        sentence: format!("there is no stop {number} in force"),
        remedy: "see `mayfly stop list` for the numbers of the stops in force",
    }
}

/// All stops; `in_force` leaves out the lifted ones.
pub async fn list(conn: &mut AnyConnection, in_force: bool) -> Result<Vec<Stop>> {
    let rows = sqlx::query(
        "SELECT stop_no, kind, subject, reason, placed_by, placed_at, lifted_by, lifted_at FROM stop
         WHERE lifted_at IS NULL OR $1 = 0 ORDER BY stop_no",
    )
    .bind(i64::from(in_force))
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the stops"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("list the stops")))
        .collect()
}

/// The accounts of `member` that stops in force name.
pub(super) async fn accounts(conn: &mut AnyConnection, member: &str) -> Result<BTreeSet<String>> {
    let stops = list(conn, true).await?;
    let named = stops.iter().filter_map(|stop| stop.target.account_of(member));
    Ok(named.map(str::to_owned).collect())
}

fn from_row(row: &AnyRow) -> std::result::Result<Stop, sqlx::Error> {
    let kind: String = row.try_get(1)?;
    let lifted_by: Option<String> = row.try_get(6)?;
    let lifted_at: Option<i64> = row.try_get(7)?;
    Ok(Stop {
        stop: row.try_get(0)?,
        target: Target::parse(&kind, row.try_get(2)?).ok_or(sqlx::Error::RowNotFound)?,
        reason: row.try_get(3)?,
        placed_by: row.try_get(4)?,
        placed_at: instant(row.try_get(5)?)?,
        lifted: lifted_by.zip(lifted_at.map(instant).transpose()?),
    })
}
