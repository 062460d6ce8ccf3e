//! Batches: accepted once by number and hash, held by one worker at a time, settled at the end. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    db::{columns::instant, meta},
    error::{Error, Result},
    intake::Encoding,
};

/// A submitted file.
#[derive(Clone)]
pub struct Batch {
    /// Its number in the database.
    pub batch_no: i64,
    /// Its name: member, ROC date and number.
    pub batch: String,
    /// Institution code.
    pub member: String,
    /// SHA-256 of the file as submitted.
    pub sha256: Vec<u8>,
    /// Its size.
    pub file_bytes: i64,
    /// Its rows.
    pub row_count: i64,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// Who submitted it, and from where.
    pub submitter: String,
    /// The submitter's address.
    pub submitter_ip: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Where the sealed file is: cohort and object.
    pub intake: (String, String),
    /// Whether all its rows have their outcome.
    pub settled: bool,
    /// Rows that have been through the gate.
    pub gated_rows: i64,
    /// Fencing token of the worker that holds it.
    pub worker: i64,
}

/// The batch of this name.
pub async fn by_name(conn: &mut AnyConnection, batch: &str) -> Result<Option<Batch>> {
    let row = sqlx::query(concat!(
        "SELECT batch_no, batch, member, sha256, file_bytes, row_count, encoding, submitter, submitter_ip, accepted_at,
         intake_cohort, intake_object, state, gated_rows, worker FROM batch",
        " WHERE batch = $1"
    ))
    .bind(batch)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a batch"))?;
    row.map(|row| from_row(&row).map_err(Error::database("read a batch")))
        .transpose()
}

/// The batch of this number.
pub async fn by_number(conn: &mut AnyConnection, batch_no: i64) -> Result<Option<Batch>> {
    let row = sqlx::query(
        "SELECT batch_no, batch, member, sha256, file_bytes, row_count, encoding, submitter, submitter_ip, accepted_at,
         intake_cohort, intake_object, state, gated_rows, worker FROM batch WHERE batch_no = $1",
    )
    .bind(batch_no)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a batch"))?;
    row.map(|row| from_row(&row).map_err(Error::database("read a batch")))
        .transpose()
}

/// All batches, newest first; `unsettled` leaves out the settled ones.
pub async fn list(conn: &mut AnyConnection, unsettled: bool) -> Result<Vec<Batch>> {
    let rows = sqlx::query(concat!(
        "SELECT batch_no, batch, member, sha256, file_bytes, row_count, encoding, submitter, submitter_ip, accepted_at,
         intake_cohort, intake_object, state, gated_rows, worker FROM batch",
        " WHERE state <> 'settled' OR $1 = 0 ORDER BY batch_no DESC"
    ))
    .bind(i64::from(unsettled))
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the batches"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("list the batches")))
        .collect()
}

/// Enters an accepted batch; `batch.batch_no` is assigned here and returned.
pub async fn insert(conn: &mut AnyConnection, batch: &Batch) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::BATCHES, 1).await?;
    sqlx::query(
        "INSERT INTO batch (batch_no, batch, member, sha256, file_bytes, row_count, encoding, submitter, submitter_ip,
         accepted_at, intake_cohort, intake_object, state, gated_rows, worker, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'accepted', 0, 0, 0)",
    )
    .bind(number)
    .bind(&batch.batch)
    .bind(&batch.member)
    .bind(&batch.sha256)
    .bind(batch.file_bytes)
    .bind(batch.row_count)
    .bind(batch.encoding.name())
    .bind(&batch.submitter)
    .bind(&batch.submitter_ip)
    .bind(batch.accepted_at.as_microsecond())
    .bind(&batch.intake.0)
    .bind(&batch.intake.1)
    .execute(conn)
    .await
    .map_err(Error::database("enter a batch"))?;
    Ok(number)
}

/// Moves the gate's place in the file from `from` on by `rows`, if this worker still holds the batch.
pub async fn advance(conn: &mut AnyConnection, batch: &Batch, from: i64, rows: i64) -> Result<()> {
    let done = sqlx::query(
        "UPDATE batch SET gated_rows = $1 WHERE batch_no = $2 AND worker = $3 AND gated_rows = $4 AND state = 'accepted'",
    )
    .bind(from + rows)
    .bind(batch.batch_no)
    .bind(batch.worker)
    .bind(from)
    .execute(conn)
    .await
    .map_err(Error::database("advance a batch"))?;
    fenced(done.rows_affected())
}

/// Settles the batch if every row is through the gate and no chunk is open; tells whether it did.
pub async fn settle(conn: &mut AnyConnection, batch: &Batch, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE batch SET state = 'settled', settled_at = $1
         WHERE batch_no = $2 AND worker = $3 AND state = 'accepted' AND gated_rows = row_count
         AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.batch_no = batch.batch_no AND chunk.state <> 'settled')",
    )
    .bind(now.as_microsecond())
    .bind(batch.batch_no)
    .bind(batch.worker)
    .execute(conn)
    .await
    .map_err(Error::database("settle a batch"))?;
    Ok(done.rows_affected() == 1)
}

/// A write of a worker that no longer holds its batch changes nothing.
pub fn fenced(changed: u64) -> Result<()> {
    if changed == 1 {
        return Ok(());
    }
    Err(Error::Operator {
        code: "BATCH-TAKEN",
        sentence: "another worker has taken the batch over; this one stops and has changed nothing".into(),
        remedy: "let the other worker finish; see `mayfly batch show ID`",
    })
}

fn from_row(row: &AnyRow) -> std::result::Result<Batch, sqlx::Error> {
    Ok(Batch {
        batch_no: row.try_get(0)?,
        batch: row.try_get(1)?,
        member: row.try_get(2)?,
        sha256: row.try_get(3)?,
        file_bytes: row.try_get(4)?,
        row_count: row.try_get(5)?,
        encoding: Encoding::parse(&row.try_get::<String, _>(6)?).ok_or(sqlx::Error::RowNotFound)?,
        submitter: row.try_get(7)?,
        submitter_ip: row.try_get(8)?,
        accepted_at: instant(row.try_get(9)?)?,
        intake: (row.try_get(10)?, row.try_get(11)?),
        settled: row.try_get::<String, _>(12)? == "settled",
        gated_rows: row.try_get(13)?,
        worker: row.try_get(14)?,
    })
}
