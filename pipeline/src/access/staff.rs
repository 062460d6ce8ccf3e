//! The 授權表: dated authorisations, imported from `staff` files, idempotently (五(一)1, 2, D10). *SQL.*

use std::path::Path;

use jiff::civil::Date;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::table::{self, Line, REGISTER_LINES, Table};
use crate::{
    db::columns::{day, optional_day},
    error::{Error, Result},
    input,
};

/// One authorisation: what an account of a member may do from one day to another.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// Institution code.
    pub member: String,
    /// Account, one person's own.
    pub account: String,
    /// The person's name, as printed on the 授權表.
    pub name: String,
    /// The person's title.
    pub title: String,
    /// May query (查詢).
    pub query: bool,
    /// May approve queries (授權核定).
    pub approve: bool,
    /// May review query records (覆核, 抽核).
    pub review: bool,
    /// First day.
    pub from: Date,
    /// Who approved its start.
    pub approved_by: String,
    /// First day without it.
    pub to: Option<Date>,
    /// Who approved its end.
    pub ended_by: String,
    /// Who holds the account.
    pub person: String,
    /// Unit of the member.
    pub unit: String,
    /// Level of approval.
    pub level: String,
}

impl Authorisation {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        day >= self.from && self.to.is_none_or(|to| day < to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }

    /// Whether `self` is `known` with nothing but an end added.
    fn ends(&self, known: &Self) -> bool {
        let open = Self {
            to: None,
            ended_by: String::new(),
            ..self.clone()
        };
        known.to.is_none() && known.ended_by.is_empty() && open == *known
    }
}

/// Reads a `staff` file; every line is checked before anything is taken.
pub fn read(path: &Path) -> Result<Vec<Authorisation>> {
    let mut table = Table::open(path, &REQUIRED, &OPTIONAL, REGISTER_LINES)?;
    let mut lines = Vec::new();
    while let Some(line) = table.next_line()? {
        lines.push(parse(&line)?);
    }
    Ok(lines)
}

/// Takes `lines` into the 授權表; returns how many were new or ended. A line that contradicts or overlaps another
/// authorisation of the account refuses the file.
pub async fn store(conn: &mut AnyConnection, path: &Path, lines: &[Authorisation]) -> Result<u64> {
    let mut changed = 0;
    for (line, number) in lines.iter().zip(2..) {
        if super::members::one(&mut *conn, &line.member).await?.is_none() {
            return Err(refuse(
                path,
                number,
                "MEMBER-UNKNOWN",
                "its member is not in the register",
            ));
        }
        let known = of_account(&mut *conn, &line.member, &line.account).await?;
        if known.contains(line) {
            continue;
        }
        let same_start = known.iter().find(|known| known.from == line.from);
        match same_start {
            Some(open) if line.ends(open) => end(&mut *conn, line).await?,
            Some(_) => {
                return Err(refuse(
                    path,
                    number,
                    "IMPORT-CONFLICT",
                    "it contradicts the authorisation of that first day",
                ));
            }
            None if known.iter().any(|known| known.overlaps(line)) => {
                return Err(refuse(
                    path,
                    number,
                    "IMPORT-OVERLAP",
                    "it overlaps another authorisation of the account",
                ));
            }
            None => insert(&mut *conn, line).await?,
        }
        changed += 1;
    }
    Ok(changed)
}

/// All authorisations of `member`, every account.
pub async fn of_member(conn: &mut AnyConnection, member: &str) -> Result<Vec<Authorisation>> {
    let rows = sqlx::query(
        "SELECT member, account, from_day, to_day, name, title, may_query, may_approve, may_review, approved_by,
         ended_by, person, unit, approval_level FROM authorisation WHERE member = $1 ORDER BY account, from_day",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the authorisations"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("read the authorisations")))
        .collect()
}

async fn of_account(conn: &mut AnyConnection, member: &str, account: &str) -> Result<Vec<Authorisation>> {
    let rows = sqlx::query(
        "SELECT member, account, from_day, to_day, name, title, may_query, may_approve, may_review, approved_by,
         ended_by, person, unit, approval_level FROM authorisation WHERE member = $1 AND account = $2",
    )
    .bind(member)
    .bind(account)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read the authorisations"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("read the authorisations")))
        .collect()
}

async fn insert(conn: &mut AnyConnection, line: &Authorisation) -> Result<()> {
    sqlx::query(
        "INSERT INTO authorisation (member, account, from_day, to_day, name, title, may_query, may_approve,
         may_review, approved_by, ended_by, person, unit, approval_level)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
    .execute(conn)
    .await
    .map_err(Error::database("insert an authorisation"))?;
    Ok(())
}

async fn end(conn: &mut AnyConnection, line: &Authorisation) -> Result<()> {
    let done = sqlx::query(
        "UPDATE authorisation SET to_day = $1, ended_by = $2
         WHERE member = $3 AND account = $4 AND from_day = $5 AND to_day IS NULL",
    )
    .bind(line.to.map(|day| day.to_string()))
    .bind(&line.ended_by)
    .bind(&line.member)
    .bind(&line.account)
    .bind(line.from.to_string())
    .execute(conn)
    .await
    .map_err(Error::database("end an authorisation"))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Bug("an authorisation vanished while it was ended"))
    }
}

fn parse(line: &Line<'_>) -> Result<Authorisation> {
    let account = line.text(1, "account", 32)?;
    if mayfly_consent::cells::account(account).is_err() {
        return Err(line.refuse(
            "IMPORT-CELL",
            "account is not made of A-Z a-z 0-9 . _ -, or is an identity number",
        ));
    }
    let person = line.optional_text(11, "person", 64)?;
    let (from, to) = (line.day(7, "from")?, line.optional_day(9, "to")?);
    if to.is_some_and(|to| to <= from) {
        return Err(line.refuse("IMPORT-CELL", "to is not later than from"));
    }
    let ended_by = line.optional_text(10, "ended_by", 64)?;
    if to.is_some() == ended_by.is_empty() {
        return Err(line.refuse(
            "IMPORT-CELL",
            "to and ended_by go together: an end has its approver (五(一)2)",
        ));
    }
    Ok(Authorisation {
        member: line.text(0, "member", 3)?.to_owned(),
        account: account.to_owned(),
        name: line.text(2, "name", 50)?.to_owned(),
        title: line.optional_text(3, "title", 50)?.to_owned(),
        query: line.flag(4, "query")?,
        approve: line.flag(5, "approve")?,
        review: line.flag(6, "review")?,
        from,
        approved_by: line.text(8, "approved_by", 64)?.to_owned(),
        to,
        ended_by: ended_by.to_owned(),
        person: if person.is_empty() { account } else { person }.to_owned(),
        unit: line.optional_text(12, "unit", 50)?.to_owned(),
        level: line.optional_text(13, "level", 20)?.to_owned(),
    })
}

fn from_row(row: &AnyRow) -> std::result::Result<Authorisation, sqlx::Error> {
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
    })
}

fn refuse(path: &Path, line: u32, code: &'static str, what: &str) -> Error {
    table::refuse(&input::name_of(path), line, code, what)
}

const REQUIRED: [&str; 11] = [
    "member",
    "account",
    "name",
    "title",
    "query",
    "approve",
    "review",
    "from",
    "approved_by",
    "to",
    "ended_by",
];
const OPTIONAL: [&str; 3] = ["person", "unit", "level"];
