//! The member institutions: imported from `members` files, idempotently (formats.md, 四(一)3). *SQL.*

use std::path::Path;

use jiff::civil::Date;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::table::{Line, REGISTER_LINES, Table};
use crate::{
    db::columns::{day, optional_day},
    error::{Error, Result},
    input,
    regime::people::Party,
};

/// A member institution.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Institution code, three digits.
    pub code: String,
    /// Name as printed.
    pub name: String,
    /// First day of membership.
    pub valid_from: Date,
    /// First day without membership.
    pub valid_to: Option<Date>,
    /// `age` recipients of its result files.
    pub age_recipients: Vec<String>,
    /// Version and date of its 控管要點 (七(一)).
    pub control_rules: Option<(String, Date)>,
}

impl Member {
    /// Whether it is a member on `day`.
    pub fn valid_on(&self, day: Date) -> bool {
        day >= self.valid_from && self.valid_to.is_none_or(|to| day < to)
    }
}

/// Reads a `members` file; every line is checked before anything is taken.
pub fn read(path: &Path) -> Result<Vec<Member>> {
    let mut table = Table::open(path, &REQUIRED, &OPTIONAL, REGISTER_LINES)?;
    let mut lines = Vec::new();
    while let Some(line) = table.next_line()? {
        lines.push(parse(&line)?);
    }
    Ok(lines)
}

/// Takes `members` into the register; returns how many were new or changed. A name or first day that contradicts
/// the register refuses the file; an end of membership may be added, recipients and control rules are replaced.
pub async fn store(conn: &mut AnyConnection, path: &Path, members: &[Member]) -> Result<u64> {
    let mut changed = 0;
    for (member, line) in members.iter().zip(2..) {
        match one(&mut *conn, &member.code).await? {
            None => {
                insert(&mut *conn, member).await?;
                changed += 1;
            }
            Some(known) if known == *member => {}
            Some(known) => {
                let same_life = known.valid_to.is_none() || known.valid_to == member.valid_to;
                if known.name != member.name || known.valid_from != member.valid_from || !same_life {
                    return Err(conflict(path, line));
                }
                update(&mut *conn, member).await?;
                changed += 1;
            }
        }
    }
    Ok(changed)
}

/// The member with this code.
pub async fn one(conn: &mut AnyConnection, code: &str) -> Result<Option<Member>> {
    let row = sqlx::query(
        "SELECT code, name, valid_from, valid_to, age_recipients, control_rules_version, control_rules_date
         FROM member WHERE code = $1",
    )
    .bind(code)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a member"))?;
    row.map(|row| from_row(&row).map_err(Error::database("read a member")))
        .transpose()
}

/// Refuses a list of `place` that is a member nobody has imported; bureau, supervisor, provider and everybody are lists too.
///
/// # Errors
/// `MEMBER-UNKNOWN`; `DB-*`.
pub async fn check(conn: &mut AnyConnection, place: Option<&str>) -> Result<()> {
    match place {
        Some(code) if Party::of(code) == Party::Member && one(conn, code).await?.is_none() => {
            Err(Error::Input {
                code: "MEMBER-UNKNOWN",
                sentence: "no such member is in the register".into(),
                remedy: "give the institution code of a member that was imported, such as 004",
            })
        }
        _ => Ok(()),
    }
}

/// The codes of all members there are or were.
pub async fn codes(conn: &mut AnyConnection) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT code FROM member ORDER BY code")
        .fetch_all(conn)
        .await
        .map_err(Error::database("list the members"))?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(Error::database("list the members")))
        .collect()
}

async fn insert(conn: &mut AnyConnection, member: &Member) -> Result<()> {
    sqlx::query(
        "INSERT INTO member (code, name, valid_from, valid_to, age_recipients, control_rules_version,
         control_rules_date) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&member.code)
    .bind(&member.name)
    .bind(member.valid_from.to_string())
    .bind(member.valid_to.map(|day| day.to_string()))
    .bind(member.age_recipients.join(" "))
    .bind(member.control_rules.as_ref().map(|(version, _)| version.as_str()))
    .bind(member.control_rules.as_ref().map(|(_, day)| day.to_string()))
    .execute(conn)
    .await
    .map_err(Error::database("insert a member"))?;
    Ok(())
}

async fn update(conn: &mut AnyConnection, member: &Member) -> Result<()> {
    let done = sqlx::query(
        "UPDATE member SET valid_to = $1, age_recipients = $2, control_rules_version = $3, control_rules_date = $4
         WHERE code = $5",
    )
    .bind(member.valid_to.map(|day| day.to_string()))
    .bind(member.age_recipients.join(" "))
    .bind(member.control_rules.as_ref().map(|(version, _)| version.as_str()))
    .bind(member.control_rules.as_ref().map(|(_, day)| day.to_string()))
    .bind(&member.code)
    .execute(conn)
    .await
    .map_err(Error::database("update a member"))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Bug("a member vanished during its update"))
    }
}

fn parse(line: &Line<'_>) -> Result<Member> {
    let code = line.text(0, "code", 3)?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(line.refuse("IMPORT-CELL", "code is not three digits"));
    }
    let recipients: Vec<String> = line.cell(4).split_ascii_whitespace().map(str::to_owned).collect();
    if recipients
        .iter()
        .any(|text| text.parse::<age::x25519::Recipient>().is_err())
    {
        return Err(line.refuse(
            "IMPORT-CELL",
            "age_recipients holds something that is no age recipient (age1…)",
        ));
    }
    let version = line.optional_text(5, "control_rules_version", 40)?;
    let control_rules = match (version, line.optional_day(6, "control_rules_date")?) {
        ("", None) => None,
        (version, Some(day)) if !version.is_empty() => Some((version.to_owned(), day)),
        _ => {
            return Err(line.refuse(
                "IMPORT-CELL",
                "control_rules_version and control_rules_date go together",
            ));
        }
    };
    let (valid_from, valid_to) = (line.day(2, "valid_from")?, line.optional_day(3, "valid_to")?);
    if valid_to.is_some_and(|to| to <= valid_from) {
        return Err(line.refuse("IMPORT-CELL", "valid_to is not later than valid_from"));
    }
    Ok(Member {
        code: code.to_owned(),
        name: line.text(1, "name", 80)?.to_owned(),
        valid_from,
        valid_to,
        age_recipients: recipients,
        control_rules,
    })
}

fn from_row(row: &AnyRow) -> std::result::Result<Member, sqlx::Error> {
    let version: Option<String> = row.try_get(5)?;
    let date: Option<String> = row.try_get(6)?;
    Ok(Member {
        code: row.try_get(0)?,
        name: row.try_get(1)?,
        valid_from: day(&row.try_get::<String, _>(2)?)?,
        valid_to: optional_day(row.try_get(3)?)?,
        age_recipients: row
            .try_get::<String, _>(4)?
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
        control_rules: version.zip(optional_day(date)?),
    })
}

fn conflict(path: &Path, line: u64) -> Error {
    let name = input::name_of(path);
    Error::Input {
        code: "IMPORT-CONFLICT",
        sentence: format!(
            "{name} line {line} contradicts the register (name, first day or end of membership)"
        ),
        remedy: "correct the line; a member's name and dates in the register stand",
    }
}

const REQUIRED: [&str; 5] = ["code", "name", "valid_from", "valid_to", "age_recipients"];
const OPTIONAL: [&str; 2] = ["control_rules_version", "control_rules_date"];
