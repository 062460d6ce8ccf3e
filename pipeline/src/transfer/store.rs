//! Transfers and quarantined files as they rest in the database. *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    batch::{Batch, store::fenced},
    db::{columns::instant, meta},
    error::{Error, Result},
    ids,
};

/// A file that goes out or has come in.
pub struct NewTransfer<'a> {
    /// The chunk it is about.
    pub chunk_no: i64,
    /// `request` or `reply`.
    pub direction: &'static str,
    /// What it is called.
    pub file_name: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Lines, as its trailer counts them.
    pub line_count: i64,
    /// Who answers for it.
    pub operator: &'a str,
    /// When.
    pub moved_at: Timestamp,
    /// `sent` or `taken`.
    pub state: &'static str,
}

/// A file that did not add up.
pub struct NewQuarantine<'a> {
    /// The chunk it claims to be about, if that is ours.
    pub chunk_no: Option<i64>,
    /// What it is called; empty if its name is not of our form.
    pub file_name: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Their number.
    pub file_bytes: i64,
    /// Code of the fault.
    pub reason: &'static str,
    /// Who answers for the transfer.
    pub operator: &'a str,
    /// When.
    pub quarantined_at: Timestamp,
    /// Where its bytes are sealed: cohort and object.
    pub answers: (String, String),
}

/// A request that was sent.
pub struct SentRequest {
    /// Its number.
    pub transfer_no: i64,
    /// When it was sent.
    pub moved_at: Timestamp,
}

/// A transfer as people and programs are told.
#[derive(Serialize)]
pub struct Transfer {
    /// `request` or `reply`.
    pub direction: String,
    /// What it is called.
    pub file: String,
    /// The batch it is about.
    pub batch: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its lines.
    pub lines: i64,
    /// Who answers for it.
    pub operator: String,
    /// When.
    pub at: Timestamp,
    /// `sent`, `unsent` or `taken`.
    pub state: String,
    /// How often the very same reply came again.
    pub doubled: i64,
}

/// A quarantined file as people and programs are told.
#[derive(Serialize)]
pub struct Quarantined {
    /// Its number.
    pub quarantine: i64,
    /// What it is called; empty if its name is not of our form.
    pub file: String,
    /// The batch it claims to be about, if that is ours.
    pub batch: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Their number.
    pub bytes: i64,
    /// Code of the fault.
    pub reason: String,
    /// Who answers for the transfer.
    pub operator: String,
    /// When.
    pub at: Timestamp,
}

/// Enters a request, if this worker still holds the batch; returns its number.
pub async fn insert_request(
    conn: &mut AnyConnection,
    batch: &Batch,
    transfer: &NewTransfer<'_>,
) -> Result<i64> {
    // Changes nothing, and holds the row until the commit: nobody takes the batch over in between.
    let held = sqlx::query(
        "UPDATE batch SET worker = worker WHERE batch_no = $1 AND worker = $2 AND state = 'accepted'",
    )
    .bind(batch.batch_no)
    .bind(batch.worker)
    .execute(&mut *conn)
    .await
    .map_err(Error::database("enter a transfer"))?;
    fenced(held.rows_affected())?;
    insert(conn, transfer).await
}

/// Enters a transfer; returns its number.
pub async fn insert(conn: &mut AnyConnection, transfer: &NewTransfer<'_>) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::TRANSFERS, 1).await?;
    sqlx::query(
        "INSERT INTO transfer (transfer_no, chunk_no, direction, file_name, sha256, line_count, operator, moved_at, state,
         doubled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
    )
    .bind(number)
    .bind(transfer.chunk_no)
    .bind(transfer.direction)
    .bind(transfer.file_name)
    .bind(transfer.sha256.to_vec())
    .bind(transfer.line_count)
    .bind(transfer.operator)
    .bind(transfer.moved_at.as_microsecond())
    .bind(transfer.state)
    .execute(conn)
    .await
    .map_err(Error::database("enter a transfer"))?;
    Ok(number)
}

/// The request of a chunk that was sent.
pub async fn request_of(conn: &mut AnyConnection, chunk_no: i64) -> Result<Option<SentRequest>> {
    let row = sqlx::query(
        "SELECT transfer_no, moved_at FROM transfer
         WHERE chunk_no = $1 AND direction = 'request' AND state = 'sent' ORDER BY transfer_no DESC LIMIT 1",
    )
    .bind(chunk_no)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("look for a request"))?;
    let read = |row: AnyRow| {
        Ok(SentRequest {
            transfer_no: row.try_get(0)?,
            moved_at: instant(row.try_get(1)?)?,
        })
    };
    row.map(read)
        .transpose()
        .map_err(Error::database("look for a request"))
}

/// Notes of a sent request that nobody has ever seen it.
pub async fn take_back(conn: &mut AnyConnection, transfer_no: i64) -> Result<()> {
    let done = sqlx::query("UPDATE transfer SET state = 'unsent' WHERE transfer_no = $1 AND state = 'sent'")
        .bind(transfer_no)
        .execute(conn)
        .await
        .map_err(Error::database("take a request back"))?;
    fenced(done.rows_affected())
}

/// Whether a reply of this name was taken.
pub async fn is_taken(conn: &mut AnyConnection, file_name: &str) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM transfer WHERE file_name = $1 AND direction = 'reply' AND state = 'taken'",
    )
    .bind(file_name)
    .fetch_one(conn)
    .await
    .map_err(Error::database("look for a reply"))?;
    is_some(&row)
}

/// Counts a reply that was taken before, byte for byte; whether it was.
pub async fn count_double(conn: &mut AnyConnection, file_name: &str, sha256: &[u8; 32]) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE transfer SET doubled = doubled + 1
         WHERE file_name = $1 AND sha256 = $2 AND direction = 'reply' AND state = 'taken'",
    )
    .bind(file_name)
    .bind(sha256.to_vec())
    .execute(conn)
    .await
    .map_err(Error::database("count a doubled reply"))?;
    Ok(done.rows_affected() > 0)
}

/// Whether these very bytes were quarantined before, under this name (empty if it is not of our form).
pub async fn is_quarantined(conn: &mut AnyConnection, file_name: &str, sha256: &[u8; 32]) -> Result<bool> {
    let row = sqlx::query("SELECT COUNT(*) FROM quarantine WHERE file_name = $1 AND sha256 = $2")
        .bind(file_name)
        .bind(sha256.to_vec())
        .fetch_one(conn)
        .await
        .map_err(Error::database("look into the quarantine"))?;
    is_some(&row)
}

/// Whether a reply to this chunk was quarantined.
pub async fn has_quarantined(conn: &mut AnyConnection, chunk_no: i64) -> Result<bool> {
    let row = sqlx::query("SELECT COUNT(*) FROM quarantine WHERE chunk_no = $1")
        .bind(chunk_no)
        .fetch_one(conn)
        .await
        .map_err(Error::database("look into the quarantine"))?;
    is_some(&row)
}

/// Whether the chunk has neither open nor unresolved rows, so that no reply to it is waited for.
pub async fn is_closed(conn: &mut AnyConnection, chunk_no: i64) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM chunk WHERE chunk_no = $1 AND state = 'settled' AND unresolved = 0",
    )
    .bind(chunk_no)
    .fetch_one(conn)
    .await
    .map_err(Error::database("look at a chunk"))?;
    is_some(&row)
}

/// Enters a quarantined file; returns its number.
pub async fn insert_quarantine(conn: &mut AnyConnection, file: &NewQuarantine<'_>) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::QUARANTINES, 1).await?;
    sqlx::query(
        "INSERT INTO quarantine (quarantine_no, chunk_no, file_name, sha256, file_bytes, reason, operator, quarantined_at,
         answer_cohort, answer_object) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(number)
    .bind(file.chunk_no)
    .bind(file.file_name)
    .bind(file.sha256.to_vec())
    .bind(file.file_bytes)
    .bind(file.reason)
    .bind(file.operator)
    .bind(file.quarantined_at.as_microsecond())
    .bind(&file.answers.0)
    .bind(&file.answers.1)
    .execute(conn)
    .await
    .map_err(Error::database("enter a quarantined file"))?;
    Ok(number)
}

/// The newest transfers, oldest of them first; at most `most`.
pub async fn transfers(conn: &mut AnyConnection, most: i64) -> Result<Vec<Transfer>> {
    let rows = sqlx::query(
        "SELECT transfer.direction, transfer.file_name, batch.batch, transfer.sha256, transfer.line_count, transfer.operator,
         transfer.moved_at, transfer.state, transfer.doubled
         FROM transfer JOIN chunk ON chunk.chunk_no = transfer.chunk_no JOIN batch ON batch.batch_no = chunk.batch_no
         ORDER BY transfer.transfer_no DESC LIMIT $1",
    )
    .bind(most)
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the transfers"))?;
    let read = |row: &AnyRow| {
        Ok(Transfer {
            direction: row.try_get(0)?,
            file: row.try_get(1)?,
            batch: row.try_get(2)?,
            sha256: ids::hex(&row.try_get::<Vec<u8>, _>(3)?),
            lines: row.try_get(4)?,
            operator: row.try_get(5)?,
            at: instant(row.try_get(6)?)?,
            state: row.try_get(7)?,
            doubled: row.try_get(8)?,
        })
    };
    rows.iter()
        .rev()
        .map(read)
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list the transfers"))
}

/// The newest quarantined files, oldest of them first; at most `most`.
pub async fn quarantined(conn: &mut AnyConnection, most: i64) -> Result<Vec<Quarantined>> {
    let rows = sqlx::query(
        "SELECT quarantine.quarantine_no, quarantine.file_name, COALESCE(batch.batch, ''), quarantine.sha256,
         quarantine.file_bytes, quarantine.reason, quarantine.operator, quarantine.quarantined_at
         FROM quarantine LEFT JOIN chunk ON chunk.chunk_no = quarantine.chunk_no
         LEFT JOIN batch ON batch.batch_no = chunk.batch_no ORDER BY quarantine.quarantine_no DESC LIMIT $1",
    )
    .bind(most)
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the quarantine"))?;
    let read = |row: &AnyRow| {
        Ok(Quarantined {
            quarantine: row.try_get(0)?,
            file: row.try_get(1)?,
            batch: row.try_get(2)?,
            sha256: ids::hex(&row.try_get::<Vec<u8>, _>(3)?),
            bytes: row.try_get(4)?,
            reason: row.try_get(5)?,
            operator: row.try_get(6)?,
            at: instant(row.try_get(7)?)?,
        })
    };
    rows.iter()
        .rev()
        .map(read)
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list the quarantine"))
}

fn is_some(row: &AnyRow) -> Result<bool> {
    let count: i64 = row.try_get(0).map_err(Error::database("count rows"))?;
    Ok(count > 0)
}
