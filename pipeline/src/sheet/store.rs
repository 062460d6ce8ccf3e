//! The table of sheets. *SQL.*

use jiff::{Timestamp, ToSpan, civil::Date};
use mayfly_consent::day::taipei_day;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Name, content::Of, week::Week};
use crate::{
    batch::Chunk,
    db::columns::instant,
    error::{Error, Result},
};

/// A sheet without the indexes of its queries, which may be many ([`entries`]).
pub struct Sheet {
    /// Its number.
    pub number: i64,
    /// Institution code.
    pub member: String,
    /// The week.
    pub week: Week,
    /// The querier's account.
    pub querier: String,
    /// The unit for which they asked; empty where their authorisation names none.
    pub unit: String,
    /// How many queries are on it.
    pub queries: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// When it was made.
    pub made_at: Timestamp,
    /// Journal index of its making.
    pub make_entry: u64,
    /// That its querier signed it.
    pub signed: Option<Mark>,
    /// That an approver approved it.
    pub approved: Option<Mark>,
}

/// That somebody signed or approved.
pub struct Mark {
    /// Who: an account.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Journal index.
    pub entry: u64,
}

/// How far a sheet has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its querier.
    Unsigned,
    /// It waits for an approver.
    Signed,
    /// It waits for nobody.
    Approved,
}

/// Which sheets.
#[derive(Default)]
pub struct Wanted {
    /// Only this member's.
    pub member: Option<String>,
    /// Only those of this week.
    pub week: Option<Week>,
    /// Only those of this querier's account.
    pub querier: Option<String>,
    /// Only those that have come so far.
    pub state: Option<State>,
    /// Only those that wait for somebody.
    pub open: bool,
    /// Only those that are listed after the sheet of this number.
    pub after: Option<i64>,
    /// So many at most, where that is fewer than [`LIST_MAX`].
    pub limit: Option<i64>,
}

impl Sheet {
    /// How far it has come.
    pub fn state(&self) -> State {
        match (&self.signed, &self.approved) {
            (None, _) => State::Unsigned,
            (Some(_), None) => State::Signed,
            (Some(_), Some(_)) => State::Approved,
        }
    }

    /// The day from which its days count: the week's Sunday, or the day before it was made, if that was late.
    pub fn counts_from(&self) -> Date {
        let before = taipei_day(self.made_at).saturating_sub(1.day());
        before.max(self.week.last_day())
    }

    /// What names it, whether its querier has another one of that week or not.
    pub fn name(&self) -> Name<'_> {
        Name {
            member: &self.member,
            week: self.week,
            querier: &self.querier,
            unit: Some(&self.unit),
        }
    }

    /// What it is of.
    pub fn of(&self) -> Of<'_> {
        Of {
            member: &self.member,
            week: self.week,
            querier: &self.querier,
            unit: &self.unit,
        }
    }
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Unsigned, Self::Signed, Self::Approved];

    /// The word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
            Self::Approved => "approved",
        }
    }
}

/// A statement that reads sheets.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sheet_no, member, week, querier, queries, sha256, made_at, make_entry, signed_by, signed_at, sign_entry, ",
            "approved_by, approved_at, approve_entry, unit FROM sheet ",
            $rest
        )
    };
}

/// The sheets of that name: where it names no unit one for each, ordered by them.
pub async fn named(conn: &mut AnyConnection, name: &Name<'_>) -> Result<Vec<Sheet>> {
    let rows = sqlx::query(select!(
        "WHERE member = $1 AND week = $2 AND querier = $3 AND (unit = $4 OR $5 = 0) ORDER BY unit"
    ))
    .bind(name.member)
    .bind(name.week.to_string())
    .bind(name.querier)
    .bind(name.unit.unwrap_or(""))
    .bind(i64::from(name.unit.is_some()))
    .fetch_all(conn)
    .await
    .map_err(Error::database("read a sheet"))?;
    sheets(&rows)
}

/// The sheets that are `wanted`, newest week first; at most [`LIST_MAX`].
pub async fn list(conn: &mut AnyConnection, wanted: &Wanted) -> Result<Vec<Sheet>> {
    let rows = sqlx::query(select!(
        "WHERE (member = $1 OR $1 = '') AND (week = $2 OR $2 = '') AND (approved_by = '' OR $3 = 0)
         AND (querier = $4 OR $4 = '')
         AND ($5 = '' OR $5 = CASE WHEN approved_by <> '' THEN 'approved' WHEN signed_by <> '' THEN 'signed' ELSE 'unsigned' END)
         AND ($6 = 0 OR EXISTS (SELECT 1 FROM sheet last WHERE last.sheet_no = $6 AND (last.member = $1 OR $1 = '')
         AND (sheet.week < last.week OR (sheet.week = last.week
         AND (sheet.member > last.member OR (sheet.member = last.member AND (sheet.querier > last.querier
          OR (sheet.querier = last.querier AND sheet.unit > last.unit))))))))
         ORDER BY week DESC, member, querier, unit LIMIT $7"
    ))
    .bind(wanted.member.as_deref().unwrap_or(""))
    .bind(wanted.week.map_or_else(String::new, |week| week.to_string()))
    .bind(i64::from(wanted.open))
    .bind(wanted.querier.as_deref().unwrap_or(""))
    .bind(wanted.state.map_or("", State::word))
    .bind(wanted.after.unwrap_or(0))
    .bind(wanted.limit.unwrap_or(LIST_MAX).min(LIST_MAX))
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the sheets"))?;
    sheets(&rows)
}

/// The sheet `number` of `member`, if there is one.
pub async fn numbered(conn: &mut AnyConnection, member: &str, number: i64) -> Result<Option<Sheet>> {
    let row = sqlx::query(select!("WHERE member = $1 AND sheet_no = $2"))
        .bind(member)
        .bind(number)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("read a sheet"))?;
    row.map(|row| sheet(&row).map_err(Error::database("read a sheet")))
        .transpose()
}

/// All sheets of `member` and `week`.
pub async fn of_week(conn: &mut AnyConnection, member: &str, week: Week) -> Result<Vec<Sheet>> {
    let rows = sqlx::query(select!("WHERE member = $1 AND week = $2 ORDER BY querier, unit"))
        .bind(member)
        .bind(week.to_string())
        .fetch_all(conn)
        .await
        .map_err(Error::database("list the sheets"))?;
    sheets(&rows)
}

/// The journal indexes of the sheet `number`, as they were written.
pub async fn entries(conn: &mut AnyConnection, number: i64) -> Result<String> {
    let row = sqlx::query("SELECT entries FROM sheet WHERE sheet_no = $1")
        .bind(number)
        .fetch_one(conn)
        .await
        .map_err(Error::database("read the entries of a sheet"))?;
    row.try_get(0)
        .map_err(Error::database("read the entries of a sheet"))
}

/// Keeps a sheet that was made, with its journal indexes.
pub async fn insert(conn: &mut AnyConnection, sheet: &Sheet, entries: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO sheet (sheet_no, member, week, querier, counts_from, queries, entries, sha256, made_at, make_entry,
         signed_by, approved_by, last_at, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', $9, $11)",
    )
    .bind(sheet.number)
    .bind(&sheet.member)
    .bind(sheet.week.to_string())
    .bind(&sheet.querier)
    .bind(sheet.counts_from().to_string())
    .bind(number(sheet.queries)?)
    .bind(entries)
    .bind(sheet.sha256.to_vec())
    .bind(sheet.made_at.as_microsecond())
    .bind(number(sheet.make_entry)?)
    .bind(&sheet.unit)
    .execute(conn)
    .await
    .map_err(Error::database("keep a sheet"))?;
    Ok(())
}

/// Notes that the sheet `number`, which nobody had signed, is signed.
pub async fn sign(conn: &mut AnyConnection, sheet: i64, mark: &Mark) -> Result<()> {
    let done = sqlx::query(
        "UPDATE sheet SET signed_by = $1, signed_at = $2, sign_entry = $3, last_at = $2
         WHERE sheet_no = $4 AND signed_by = ''",
    )
    .bind(&mark.by)
    .bind(mark.at.as_microsecond())
    .bind(number(mark.entry)?)
    .bind(sheet)
    .execute(conn)
    .await
    .map_err(Error::database("sign a sheet"))?;
    one_row(done.rows_affected())
}

/// Notes that the sheet `number`, which was signed, is approved.
pub async fn approve(conn: &mut AnyConnection, sheet: i64, mark: &Mark) -> Result<()> {
    let done = sqlx::query(
        "UPDATE sheet SET approved_by = $1, approved_at = $2, approve_entry = $3, last_at = $2
         WHERE sheet_no = $4 AND signed_by <> '' AND approved_by = ''",
    )
    .bind(&mark.by)
    .bind(mark.at.as_microsecond())
    .bind(number(mark.entry)?)
    .bind(sheet)
    .execute(conn)
    .await
    .map_err(Error::database("approve a sheet"))?;
    one_row(done.rows_affected())
}

/// The queries of a chunk in their order: journal index and querier.
pub async fn queriers(conn: &mut AnyConnection, chunk: &Chunk) -> Result<Vec<(u64, String)>> {
    let failed = || Error::database("read the queriers of a chunk");
    let rows = sqlx::query(
        "SELECT entry, querier FROM request WHERE batch_no = $1 AND line >= $2 AND line < $3 AND entry IS NOT NULL
         ORDER BY line",
    )
    .bind(chunk.batch_no)
    .bind(chunk.first_line)
    .bind(chunk.first_line + chunk.row_count)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter()
        .map(|row| Ok((unsigned(row, 0)?, row.try_get(1)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}

fn sheets(rows: &[AnyRow]) -> Result<Vec<Sheet>> {
    rows.iter()
        .map(|row| sheet(row).map_err(Error::database("list the sheets")))
        .collect()
}

fn sheet(row: &AnyRow) -> std::result::Result<Sheet, sqlx::Error> {
    let mark = |from: usize| -> std::result::Result<Option<Mark>, sqlx::Error> {
        let by: String = row.try_get(from)?;
        if by.is_empty() {
            return Ok(None);
        }
        Ok(Some(Mark {
            by,
            at: instant(row.try_get(from + 1)?)?,
            entry: unsigned(row, from + 2)?,
        }))
    };
    let sha256: Vec<u8> = row.try_get(5)?;
    Ok(Sheet {
        number: row.try_get(0)?,
        member: row.try_get(1)?,
        week: week(row, 2)?,
        querier: row.try_get(3)?,
        queries: unsigned(row, 4)?,
        sha256: sha256.try_into().map_err(|_| sqlx::Error::RowNotFound)?,
        made_at: instant(row.try_get(6)?)?,
        make_entry: unsigned(row, 7)?,
        signed: mark(8)?,
        approved: mark(11)?,
        unit: row.try_get(14)?,
    })
}

pub(super) fn week(row: &AnyRow, column: usize) -> std::result::Result<Week, sqlx::Error> {
    let text: String = row.try_get(column)?;
    Week::parse(&text).ok_or(sqlx::Error::RowNotFound)
}

pub(super) fn unsigned(row: &AnyRow, column: usize) -> std::result::Result<u64, sqlx::Error> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| sqlx::Error::RowNotFound)
}

pub(super) fn number(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Bug("a count beyond 2^63"))
}

fn one_row(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::Bug("a sheet changed while its writer was held"))
    }
}

/// Most sheets of one list.
pub const LIST_MAX: i64 = 5000;
