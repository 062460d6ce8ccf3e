//! The table of papers. *SQL.*

use jiff::{Timestamp, civil::Date};
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::fields::Fields;
use crate::{
    db::columns::{Column, day, instant, optional_day},
    error::{Error, Result},
};

/// A paper as it was entered.
pub struct Paper {
    /// Its number.
    pub number: i64,
    /// Its kind, as the regime names it.
    pub kind: String,
    /// Whose it is: institution code, or `bureau`.
    pub of: String,
    /// Its own date.
    pub day: Date,
    /// What is said of it.
    pub fields: Fields,
    /// SHA-256 of the paper itself, in hexadecimal; empty where it was not shown.
    pub sha256: String,
    /// The paper it follows.
    pub follows: Option<i64>,
    /// The duty that follows from it; empty if there is none.
    pub duty: String,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// By whom.
    pub entered_by: String,
    /// The day on which it was done with; none while it stands, or waits for what follows.
    pub ended_on: Option<Date>,
    /// Its journal entry.
    pub entry: i64,
}

/// The paper `number`.
pub async fn one(conn: &mut AnyConnection, number: i64) -> Result<Option<Paper>> {
    let row = sqlx::query(
        "SELECT paper_no, kind, member, day, fields, sha256, follows, duty, entered_at, entered_by, ended_on, entry
         FROM paper WHERE paper_no = $1",
    )
    .bind(number)
    .fetch_optional(conn)
    .await
    .map_err(failed())?;
    row.map(|row| paper(&row).map_err(failed())).transpose()
}

/// The papers of `of`, or everybody's, in the order in which they were entered.
pub async fn all(conn: &mut AnyConnection, of: Option<&str>) -> Result<Vec<Paper>> {
    let rows = sqlx::query(
        "SELECT paper_no, kind, member, day, fields, sha256, follows, duty, entered_at, entered_by, ended_on, entry
         FROM paper WHERE (member = $1 OR $1 = '') ORDER BY paper_no",
    )
    .bind(of.unwrap_or(""))
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| paper(row).map_err(failed())).collect()
}

/// Enters `paper`.
pub async fn insert(conn: &mut AnyConnection, paper: &Paper) -> Result<()> {
    let fields = serde_json::to_string(&paper.fields).map_err(|_| Error::Bug("fields have no JSON form"))?;
    sqlx::query(
        "INSERT INTO paper (paper_no, kind, member, day, fields, sha256, follows, duty, entered_at, entered_by, ended_on,
         entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(paper.number)
    .bind(&paper.kind)
    .bind(&paper.of)
    .bind(paper.day.to_string())
    .bind(fields)
    .bind(&paper.sha256)
    .bind(paper.follows)
    .bind(&paper.duty)
    .bind(paper.entered_at.as_microsecond())
    .bind(&paper.entered_by)
    .bind(paper.ended_on.map(|day| day.to_string()))
    .bind(paper.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter a paper"))?;
    Ok(())
}

/// Ends the paper `number` on `day`; tells whether it had not been ended before.
pub async fn end(conn: &mut AnyConnection, number: i64, day: Date) -> Result<bool> {
    let done = sqlx::query("UPDATE paper SET ended_on = $1 WHERE paper_no = $2 AND ended_on IS NULL")
        .bind(day.to_string())
        .bind(number)
        .execute(conn)
        .await
        .map_err(Error::database("end a paper"))?;
    Ok(done.rows_affected() == 1)
}

fn paper(row: &AnyRow) -> Column<Paper> {
    let fields: String = row.try_get(4)?;
    Ok(Paper {
        number: row.try_get(0)?,
        kind: row.try_get(1)?,
        of: row.try_get(2)?,
        day: day(&row.try_get::<String, _>(3)?)?,
        fields: serde_json::from_str(&fields).map_err(|_| sqlx::Error::RowNotFound)?,
        sha256: row.try_get(5)?,
        follows: row.try_get(6)?,
        duty: row.try_get(7)?,
        entered_at: instant(row.try_get(8)?)?,
        entered_by: row.try_get(9)?,
        ended_on: optional_day(row.try_get(10)?)?,
        entry: row.try_get(11)?,
    })
}

fn failed() -> impl Fn(sqlx::Error) -> Error {
    |error| Error::database("read the papers")(error)
}
