//! The tables of the 授權表: authorisations, and the account names that were ever given. *SQL.*

use jiff::civil::Date;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::authorisation::Authorisation;
use crate::{
    db::columns::{day, optional_day},
    error::{Error, Result},
};

/// All authorisations of `member`, every account.
pub async fn of_member(conn: &mut AnyConnection, member: &str) -> Result<Vec<Authorisation>> {
    let rows = sqlx::query(
        "SELECT member, account, from_day, to_day, name, title, may_query, may_approve, may_review, approved_by,
         ended_by, person, unit, approval_level, roles FROM authorisation WHERE member = $1 ORDER BY account, from_day",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the authorisations"))?;
    lines(&rows)
}

/// All authorisations of `account` and of `person` at `member`.
pub async fn of_holder(
    conn: &mut AnyConnection,
    member: &str,
    account: &str,
    person: &str,
) -> Result<Vec<Authorisation>> {
    let rows = sqlx::query(
        "SELECT member, account, from_day, to_day, name, title, may_query, may_approve, may_review, approved_by,
         ended_by, person, unit, approval_level, roles FROM authorisation
         WHERE member = $1 AND (account = $2 OR person = $3) ORDER BY account, from_day",
    )
    .bind(member)
    .bind(account)
    .bind(person)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the authorisations"))?;
    lines(&rows)
}

/// All authorisations that hold on `on`, of `member` or, if that is none, of everybody.
pub async fn held_on(conn: &mut AnyConnection, on: Date, member: Option<&str>) -> Result<Vec<Authorisation>> {
    let rows = sqlx::query(
        "SELECT member, account, from_day, to_day, name, title, may_query, may_approve, may_review, approved_by,
         ended_by, person, unit, approval_level, roles FROM authorisation
         WHERE from_day <= $1 AND (to_day IS NULL OR to_day > $1) AND (member = $2 OR $2 = '')
         ORDER BY member, account, from_day",
    )
    .bind(on.to_string())
    .bind(member.unwrap_or(""))
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the authorisations"))?;
    lines(&rows)
}

/// Enters `line`.
pub async fn insert(conn: &mut AnyConnection, line: &Authorisation) -> Result<()> {
    sqlx::query(
        "INSERT INTO authorisation (member, account, from_day, to_day, name, title, may_query, may_approve,
         may_review, approved_by, ended_by, person, unit, approval_level, roles)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&line.member)
    .bind(&line.account)
    .bind(line.from.to_string())
    .bind(line.to.map(|day| day.to_string()))
    .bind(&line.name)
    .bind(&line.title)
    .bind(i64::from(line.query))
    .bind(i64::from(line.approve))
    .bind(i64::from(line.review))
    .bind(&line.approved_by)
    .bind(Some(line.ended_by.as_str()).filter(|text| !text.is_empty()))
    .bind(&line.person)
    .bind(&line.unit)
    .bind(&line.level)
    .bind(line.roles.join(" "))
    .execute(conn)
    .await
    .map_err(Error::database("insert an authorisation"))?;
    Ok(())
}

/// Gives `line`, whose end was `before`, the end that it has now.
pub async fn end(conn: &mut AnyConnection, line: &Authorisation, before: Option<Date>) -> Result<()> {
    let done = sqlx::query(
        "UPDATE authorisation SET to_day = $1, ended_by = $2
         WHERE member = $3 AND account = $4 AND from_day = $5 AND COALESCE(to_day, '') = $6",
    )
    .bind(line.to.map(|day| day.to_string()))
    .bind(&line.ended_by)
    .bind(&line.member)
    .bind(&line.account)
    .bind(line.from.to_string())
    .bind(before.map_or_else(String::new, |day| day.to_string()))
    .execute(conn)
    .await
    .map_err(Error::database("end an authorisation"))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Bug("an authorisation vanished while it was ended"))
    }
}

/// Who holds `account` of `member`, or was the last to hold it, also when nothing else is left of it.
pub async fn holder(conn: &mut AnyConnection, member: &str, account: &str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT person FROM account WHERE member = $1 AND account = $2")
        .bind(member)
        .bind(account)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for an account"))?;
    row.map(|row| row.try_get(0).map_err(Error::database("look for an account")))
        .transpose()
}

/// Whether the account or the person of `line` has a name that means somebody else there: the account that of a person with another
/// account, or the person that of an account somebody else holds. Persons are compared by their names.
pub async fn is_namesake(conn: &mut AnyConnection, line: &Authorisation) -> Result<bool> {
    if line.account == line.person {
        return Ok(false);
    }
    let found = sqlx::query(
        "SELECT account FROM account WHERE member = $1
         AND ((person = $2 AND account <> $2) OR (account = $3 AND person <> $3)) LIMIT 1",
    )
    .bind(&line.member)
    .bind(&line.account)
    .bind(&line.person)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("look for a name"))?;
    Ok(found.is_some())
}

/// Notes that `account` of `member` is now `person`'s.
pub async fn give(conn: &mut AnyConnection, member: &str, account: &str, person: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO account (member, account, person) VALUES ($1, $2, $3)
         ON CONFLICT (member, account) DO UPDATE SET person = excluded.person",
    )
    .bind(member)
    .bind(account)
    .bind(person)
    .execute(conn)
    .await
    .map_err(Error::database("give an account"))?;
    Ok(())
}

fn lines(rows: &[AnyRow]) -> Result<Vec<Authorisation>> {
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("read the authorisations")))
        .collect()
}

pub(super) fn from_row(row: &AnyRow) -> std::result::Result<Authorisation, sqlx::Error> {
    Ok(Authorisation {
        member: row.try_get(0)?,
        account: row.try_get(1)?,
        from: day(&row.try_get::<String, _>(2)?)?,
        to: optional_day(row.try_get(3)?)?,
        name: row.try_get(4)?,
        title: row.try_get(5)?,
        query: row.try_get::<i64, _>(6)? == 1,
        approve: row.try_get::<i64, _>(7)? == 1,
        review: row.try_get::<i64, _>(8)? == 1,
        approved_by: row.try_get(9)?,
        ended_by: row.try_get::<Option<String>, _>(10)?.unwrap_or_default(),
        person: row.try_get(11)?,
        unit: row.try_get(12)?,
        level: row.try_get(13)?,
        roles: row
            .try_get::<String, _>(14)?
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
    })
}
