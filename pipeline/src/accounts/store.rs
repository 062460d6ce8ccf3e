//! The table of checks: what somebody said of an account in a review. *SQL.*

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    db::columns::{Column, day, instant},
    error::{Error, Result},
};

/// What is said of an account's rights.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The person still needs all of them, and no more.
    Keep,
    /// They are to be changed or ended, as the remark says.
    Change,
}

/// A check.
#[derive(Serialize)]
pub struct Check {
    /// Its number.
    pub number: i64,
    /// The duty whose review it is of, such as `account_review/004/2026-H2`.
    #[serde(skip)]
    pub duty: String,
    /// Institution code.
    #[serde(skip)]
    pub member: String,
    /// The account.
    pub account: String,
    /// First day of its authorisation, which names it.
    pub from: Date,
    /// What was said.
    pub verdict: Verdict,
    /// And more words.
    pub remark: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Its journal entry.
    pub entry: i64,
}

impl Verdict {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Change => "change",
        }
    }
}

/// The checks of the review `duty`, in the order in which they were made.
pub async fn of_duty(conn: &mut AnyConnection, duty: &str) -> Result<Vec<Check>> {
    let failed = || Error::database("read the checks of accounts");
    let rows = sqlx::query(
        "SELECT check_no, duty, member, account, from_day, verdict, remark, checked_at, checked_by, entry
         FROM account_check WHERE duty = $1 ORDER BY check_no",
    )
    .bind(duty)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| check(row).map_err(failed())).collect()
}

/// The checks that were made in `[from, to)`, of all members.
pub async fn between(conn: &mut AnyConnection, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Check>> {
    let failed = || Error::database("read the checks of accounts");
    let rows = sqlx::query(
        "SELECT check_no, duty, member, account, from_day, verdict, remark, checked_at, checked_by, entry
         FROM account_check WHERE checked_at >= $1 AND checked_at < $2 ORDER BY check_no",
    )
    .bind(from.as_microsecond())
    .bind(to.as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| check(row).map_err(failed())).collect()
}

/// Enters `check`.
pub async fn insert(conn: &mut AnyConnection, check: &Check) -> Result<()> {
    sqlx::query(
        "INSERT INTO account_check (check_no, duty, member, account, from_day, verdict, remark, checked_at, checked_by,
         entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(check.number)
    .bind(&check.duty)
    .bind(&check.member)
    .bind(&check.account)
    .bind(check.from.to_string())
    .bind(check.verdict.name())
    .bind(&check.remark)
    .bind(check.at.as_microsecond())
    .bind(&check.by)
    .bind(check.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter the check of an account"))?;
    Ok(())
}

/// How often each account of `member` queried from the instant `since` on, and when last.
pub async fn uses(
    conn: &mut AnyConnection,
    member: &str,
    since: Timestamp,
) -> Result<BTreeMap<String, (i64, Timestamp)>> {
    let failed = || Error::database("count the queries of accounts");
    let rows = sqlx::query(
        "SELECT request.querier, CAST(COUNT(*) AS BIGINT), MAX(chunk.gated_at) FROM batch
         JOIN chunk ON chunk.batch_no = batch.batch_no JOIN request ON request.chunk_no = chunk.chunk_no
         AND request.batch_no = batch.batch_no
         WHERE batch.member = $1 AND request.outcome <> 3 AND chunk.gated_at >= $2 GROUP BY request.querier",
    )
    .bind(member)
    .bind(since.as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let read = |row: &AnyRow| -> Column<(String, (i64, Timestamp))> {
        Ok((row.try_get(0)?, (row.try_get(1)?, instant(row.try_get(2)?)?)))
    };
    rows.iter().map(|row| read(row).map_err(failed())).collect()
}

fn check(row: &AnyRow) -> Column<Check> {
    Ok(Check {
        number: row.try_get(0)?,
        duty: row.try_get(1)?,
        member: row.try_get(2)?,
        account: row.try_get(3)?,
        from: day(&row.try_get::<String, _>(4)?)?,
        verdict: match row.try_get::<String, _>(5)?.as_str() {
            "keep" => Verdict::Keep,
            "change" => Verdict::Change,
            _ => return Err(sqlx::Error::RowNotFound),
        },
        remark: row.try_get(6)?,
        at: instant(row.try_get(7)?)?,
        by: row.try_get(8)?,
        entry: row.try_get(9)?,
    })
}
