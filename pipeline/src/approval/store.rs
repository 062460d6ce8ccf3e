//! Approvals in their table. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::judge::Fault;
use crate::{
    db::columns::{Column, instant},
    error::{Error, Result},
    regime::people::Act,
};

/// An approval, from its application on.
pub struct Approval {
    /// Its number.
    pub number: i64,
    /// The act.
    pub act: Act,
    /// Where it was applied for: an institution code, or `bureau`.
    pub desk: String,
    /// What it is about, in a word.
    pub subject: String,
    /// Whose own matter it is, `place/person`; empty: nobody's.
    pub about: String,
    /// SHA-256 of exactly what is to be done.
    pub digest: [u8; 32],
    /// The account of whoever applied.
    pub applied_by: String,
    /// Who that is, `place/person`.
    pub applied_person: String,
    /// When.
    pub applied_at: Timestamp,
    /// From then on it is neither given nor used.
    pub expires_at: Timestamp,
    /// `given`, `refused`, or empty.
    pub verdict: String,
    /// Who decided, `place/account`.
    pub decided_by: String,
    /// Who that is, `place/person`.
    pub decided_person: String,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The journal index of the first decision of the act in which it was decided: those that were decided together have one.
    pub decided_in: Option<i64>,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// The journal index of the application.
    pub entry: i64,
}

/// The statement that reads approvals, by number, as [`from_row`] takes them.
macro_rules! select {
    ($which:literal $(,)?) => {
        concat!(
            "SELECT approval_no, act, desk, subject, about, digest, applied_by, applied_person, applied_at, expires_at, ",
            "verdict, decided_by, decided_person, decided_at, used_at, entry, decided_in FROM approval ",
            $which,
            " ORDER BY approval_no",
        )
    };
}

/// Enters `approval`.
pub(super) async fn insert(conn: &mut AnyConnection, approval: &Approval) -> Result<()> {
    sqlx::query(
        "INSERT INTO approval (approval_no, act, desk, subject, about, digest, applied_by, applied_person, applied_at,
         expires_at, verdict, decided_by, decided_person, decided_at, used_at, entry, decided_in)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(approval.number)
    .bind(approval.act.name())
    .bind(&approval.desk)
    .bind(&approval.subject)
    .bind(&approval.about)
    .bind(approval.digest.to_vec())
    .bind(&approval.applied_by)
    .bind(&approval.applied_person)
    .bind(approval.applied_at.as_microsecond())
    .bind(approval.expires_at.as_microsecond())
    .bind(&approval.verdict)
    .bind(&approval.decided_by)
    .bind(&approval.decided_person)
    .bind(approval.decided_at.map(Timestamp::as_microsecond))
    .bind(approval.used_at.map(Timestamp::as_microsecond))
    .bind(approval.entry)
    .bind(approval.decided_in)
    .execute(conn)
    .await
    .map_err(Error::database("enter an approval"))?;
    Ok(())
}

/// The approval of that number.
pub(super) async fn one(conn: &mut AnyConnection, number: i64) -> Result<Option<Approval>> {
    let failed = || Error::database("look for an approval");
    let row = sqlx::query(select!("WHERE approval_no = $1"))
        .bind(number)
        .fetch_optional(conn)
        .await
        .map_err(failed())?;
    row.map(|row| from_row(&row).map_err(failed())).transpose()
}

/// All approvals; `waiting` leaves out those that are refused or used, and those that were over at `now`.
pub(super) async fn list(conn: &mut AnyConnection, waiting: Option<Timestamp>) -> Result<Vec<Approval>> {
    let failed = || Error::database("list the approvals");
    let rows = sqlx::query(select!(
        "WHERE $1 < 0 OR (used_at IS NULL AND verdict <> 'refused' AND expires_at > $1)",
    ))
    .bind(waiting.map_or(-1, Timestamp::as_microsecond))
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| from_row(row).map_err(failed())).collect()
}

/// Those of `desk` that were decided in `[from, to)`.
pub async fn decided_between(
    conn: &mut AnyConnection,
    desk: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Approval>> {
    let failed = || Error::database("list the approvals of a month");
    let rows = sqlx::query(select!(
        "WHERE desk = $1 AND decided_at >= $2 AND decided_at < $3"
    ))
    .bind(desk)
    .bind(from.as_microsecond())
    .bind(to.as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| from_row(row).map_err(failed())).collect()
}

impl Approval {
    /// Whether its approver stood by: applied for, given and used in one act.
    pub fn is_attested(&self) -> bool {
        self.decided_in == Some(self.entry)
    }
}

/// Enters the verdict of `approval`, which had none.
pub(super) async fn decide(conn: &mut AnyConnection, approval: &Approval) -> Result<()> {
    let done = sqlx::query(
        "UPDATE approval SET verdict = $1, decided_by = $2, decided_person = $3, decided_at = $4, decided_in = $5
         WHERE approval_no = $6 AND verdict = '' AND used_at IS NULL",
    )
    .bind(&approval.verdict)
    .bind(&approval.decided_by)
    .bind(&approval.decided_person)
    .bind(approval.decided_at.map(Timestamp::as_microsecond))
    .bind(approval.decided_in)
    .bind(approval.number)
    .execute(conn)
    .await
    .map_err(Error::database("decide on an approval"))?;
    exactly_one(done.rows_affected(), Fault::Decided)
}

/// Notes that `number` was used at `now`, for the first time.
pub(super) async fn use_up(conn: &mut AnyConnection, number: i64, now: Timestamp) -> Result<()> {
    let done = sqlx::query(
        "UPDATE approval SET used_at = $1 WHERE approval_no = $2 AND verdict = 'given' AND used_at IS NULL",
    )
    .bind(now.as_microsecond())
    .bind(number)
    .execute(conn)
    .await
    .map_err(Error::database("use an approval"))?;
    exactly_one(done.rows_affected(), Fault::Used)
}

/// Somebody else may have been faster.
fn exactly_one(rows: u64, otherwise: Fault) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(otherwise.error()) }
}

fn from_row(row: &AnyRow) -> Column<Approval> {
    let act: String = row.try_get(1)?;
    let digest: Vec<u8> = row.try_get(5)?;
    let optional = |micros: Option<i64>| micros.map(instant).transpose();
    Ok(Approval {
        number: row.try_get(0)?,
        act: Act::parse(&act).ok_or(sqlx::Error::RowNotFound)?,
        desk: row.try_get(2)?,
        subject: row.try_get(3)?,
        about: row.try_get(4)?,
        digest: digest.try_into().map_err(|_| sqlx::Error::RowNotFound)?,
        applied_by: row.try_get(6)?,
        applied_person: row.try_get(7)?,
        applied_at: instant(row.try_get(8)?)?,
        expires_at: instant(row.try_get(9)?)?,
        verdict: row.try_get(10)?,
        decided_by: row.try_get(11)?,
        decided_person: row.try_get(12)?,
        decided_at: optional(row.try_get(13)?)?,
        used_at: optional(row.try_get(14)?)?,
        entry: row.try_get(15)?,
        decided_in: row.try_get(16)?,
    })
}
