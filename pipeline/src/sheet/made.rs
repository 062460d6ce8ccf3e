//! The weeks whose sheets were made, and what decides which weeks there are: members and their first queries. *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use sqlx::{AnyConnection, Row};

use super::{
    store::{number, unsigned, week},
    week::Week,
};
use crate::{
    db::columns::{day, instant, optional_day},
    error::{Error, Result},
};

/// Whether the sheets of `member` and `week` were made; how many they were.
pub async fn made(conn: &mut AnyConnection, member: &str, week: Week) -> Result<Option<u64>> {
    let row = sqlx::query("SELECT sheets FROM sheet_week WHERE member = $1 AND week = $2")
        .bind(member)
        .bind(week.to_string())
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for a week's sheets"))?;
    row.map(|row| unsigned(&row, 0).map_err(Error::database("look for a week's sheets")))
        .transpose()
}

/// Notes that the sheets of `member` and `week` were made.
pub async fn insert_week(
    conn: &mut AnyConnection,
    (member, week): (&str, Week),
    sheets: u64,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("INSERT INTO sheet_week (member, week, sheets, made_at) VALUES ($1, $2, $3, $4)")
        .bind(member)
        .bind(week.to_string())
        .bind(number(sheets)?)
        .bind(at.as_microsecond())
        .execute(conn)
        .await
        .map_err(Error::database("note a week's sheets"))?;
    Ok(())
}

/// The first and the last week whose sheets were made, and how many were, by member.
pub async fn spans(conn: &mut AnyConnection) -> Result<BTreeMap<String, (Week, Week, u64)>> {
    let failed = || Error::database("look for the weeks of sheets");
    let rows = sqlx::query("SELECT member, MIN(week), MAX(week), COUNT(*) FROM sheet_week GROUP BY member")
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, (week(row, 1)?, week(row, 2)?, unsigned(row, 3)?))))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}

/// The weeks of `member` whose sheets were made.
pub async fn weeks(conn: &mut AnyConnection, member: &str) -> Result<BTreeSet<Week>> {
    let failed = || Error::database("look for the weeks of sheets");
    let rows = sqlx::query("SELECT week FROM sheet_week WHERE member = $1")
        .bind(member)
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter()
        .map(|row| week(row, 0))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}

/// When `member` asked its first query that is still kept.
pub async fn first_query(conn: &mut AnyConnection, member: &str) -> Result<Option<Timestamp>> {
    let failed = || Error::database("look for the first query");
    let row = sqlx::query(
        "SELECT MIN(chunk.gated_at) FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE batch.member = $1 AND chunk.row_count > chunk.refused",
    )
    .bind(member)
    .fetch_one(conn)
    .await
    .map_err(failed())?;
    let first: Option<i64> = row.try_get(0).map_err(failed())?;
    first.map(instant).transpose().map_err(failed())
}

/// All members: code, first day, first day without membership.
pub async fn members(conn: &mut AnyConnection) -> Result<Vec<(String, Date, Option<Date>)>> {
    let failed = || Error::database("list the members");
    let rows = sqlx::query("SELECT code, valid_from, valid_to FROM member ORDER BY code")
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter()
        .map(|row| {
            let from: String = row.try_get(1)?;
            Ok((row.try_get(0)?, day(&from)?, optional_day(row.try_get(2)?)?))
        })
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}
