//! Chunks: some thousand rows gated in one transaction, asked together, sealed and settled in one transaction. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Batch, Counts, store::fenced};
use crate::{
    db::{columns::instant, meta},
    error::{Error, Result},
};

/// A chunk of a batch.
#[derive(Clone)]
pub struct Chunk {
    /// Its number in the database.
    pub chunk_no: i64,
    /// Its batch.
    pub batch_no: i64,
    /// The random first part of its query ids.
    pub tag: i64,
    /// Line of its first row.
    pub first_line: i64,
    /// Its rows.
    pub row_count: i64,
    /// Whether every row has its outcome.
    pub settled: bool,
    /// When it passed the gate.
    pub gated_at: Timestamp,
    /// Journal index of its first query.
    pub first_entry: i64,
    /// Where its query records are: cohort and object.
    pub queries: (String, String),
    /// When the provider's reply arrived (D1).
    pub obtained_at: Option<Timestamp>,
    /// Where its answers are: cohort and object, and when they arrived.
    pub answers: Option<(String, String, Timestamp)>,
}

/// Enters a chunk that passes the gate; its number is assigned here and returned.
pub async fn insert(conn: &mut AnyConnection, chunk: &Chunk, counts: &Counts) -> Result<i64> {
    let number = meta::take_numbers(&mut *conn, meta::CHUNKS, 1).await?;
    sqlx::query(
        "INSERT INTO chunk (chunk_no, batch_no, tag, first_line, row_count, state, gated_at, first_entry, query_cohort,
         query_object, answered, no_record, refused, failed, unresolved)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11, 0, 0)",
    )
    .bind(number)
    .bind(chunk.batch_no)
    .bind(chunk.tag)
    .bind(chunk.first_line)
    .bind(chunk.row_count)
    .bind(if chunk.settled { "settled" } else { "gated" })
    .bind(chunk.gated_at.as_microsecond())
    .bind(chunk.first_entry)
    .bind(&chunk.queries.0)
    .bind(&chunk.queries.1)
    .bind(counts.refused)
    .execute(conn)
    .await
    .map_err(Error::database("enter a chunk"))?;
    Ok(number)
}

/// Settles a gated chunk, if this worker still holds its batch.
pub async fn settle(
    conn: &mut AnyConnection,
    batch: &Batch,
    chunk_no: i64,
    answers: Option<&(String, String)>,
    obtained_at: Timestamp,
    counts: &Counts,
) -> Result<()> {
    let done = sqlx::query(
        "UPDATE chunk SET state = 'settled', answer_cohort = $1, answer_object = $2, obtained_at = $3, answered = $4,
         no_record = $5, failed = $6, unresolved = $7
         WHERE chunk_no = $8 AND state = 'gated'
         AND EXISTS (SELECT 1 FROM batch WHERE batch.batch_no = chunk.batch_no AND batch.worker = $9)",
    )
    .bind(answers.map(|(cohort, _)| cohort.as_str()))
    .bind(answers.map(|(_, object)| object.as_str()))
    .bind(obtained_at.as_microsecond())
    .bind(counts.answered)
    .bind(counts.no_record)
    .bind(counts.failed)
    .bind(counts.unresolved)
    .bind(chunk_no)
    .bind(batch.worker)
    .execute(conn)
    .await
    .map_err(Error::database("settle a chunk"))?;
    fenced(done.rows_affected())
}

/// Whether every row of a chunk has its outcome: the counts of its outcomes are all of its rows.
pub async fn adds_up(conn: &mut AnyConnection, chunk_no: i64) -> Result<bool> {
    let left: i64 = sqlx::query_scalar(
        "SELECT row_count - answered - no_record - refused - failed - unresolved FROM chunk WHERE chunk_no = $1",
    )
    .bind(chunk_no)
    .fetch_one(conn)
    .await
    .map_err(Error::database("count a chunk"))?;
    Ok(left == 0)
}

/// Moves `counts` from unresolved to their outcome after a late reply, if this worker still holds the batch.
pub async fn resolve(conn: &mut AnyConnection, batch: &Batch, chunk_no: i64, counts: &Counts) -> Result<()> {
    let moved = counts.answered + counts.no_record + counts.failed;
    let done = sqlx::query(
        "UPDATE chunk SET answered = answered + $1, no_record = no_record + $2, failed = failed + $3,
         unresolved = unresolved - $4 WHERE chunk_no = $5 AND state = 'settled' AND unresolved >= $4
         AND EXISTS (SELECT 1 FROM batch WHERE batch.batch_no = chunk.batch_no AND batch.worker = $6)",
    )
    .bind(counts.answered)
    .bind(counts.no_record)
    .bind(counts.failed)
    .bind(moved)
    .bind(chunk_no)
    .bind(batch.worker)
    .execute(conn)
    .await
    .map_err(Error::database("resolve a chunk"))?;
    fenced(done.rows_affected())
}

/// Enters the segment of a late reply.
pub async fn insert_late(
    conn: &mut AnyConnection,
    chunk_no: i64,
    answers: &(String, String),
    at: Timestamp,
    answered: i64,
) -> Result<()> {
    let number = meta::take_numbers(&mut *conn, meta::LATE_REPLIES, 1).await?;
    sqlx::query(
        "INSERT INTO late_answer (late_no, chunk_no, answer_cohort, answer_object, obtained_at, answered)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(number)
    .bind(chunk_no)
    .bind(&answers.0)
    .bind(&answers.1)
    .bind(at.as_microsecond())
    .bind(answered)
    .execute(conn)
    .await
    .map_err(Error::database("enter a late reply"))?;
    Ok(())
}

/// The segments of late replies to a chunk, oldest first.
pub async fn late(conn: &mut AnyConnection, chunk_no: i64) -> Result<Vec<(String, String, Timestamp)>> {
    let rows = sqlx::query(
        "SELECT answer_cohort, answer_object, obtained_at FROM late_answer WHERE chunk_no = $1 ORDER BY late_no",
    )
    .bind(chunk_no)
    .fetch_all(conn)
    .await
    .map_err(Error::database("list late replies"))?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, instant(row.try_get(2)?)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list late replies"))
}

/// The chunks of a batch in the order of its lines.
pub async fn of_batch(conn: &mut AnyConnection, batch_no: i64) -> Result<Vec<Chunk>> {
    let rows = sqlx::query(
        "SELECT chunk_no, batch_no, tag, first_line, row_count, state, gated_at, first_entry, query_cohort, query_object,
         answer_cohort, answer_object, obtained_at FROM chunk WHERE batch_no = $1 ORDER BY first_line",
    )
    .bind(batch_no)
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the chunks"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("list the chunks")))
        .collect()
}

/// The chunks of `member` that passed the gate from `from` on and before `until`, in the order of their entries.
pub async fn between(
    conn: &mut AnyConnection,
    member: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Chunk>> {
    let rows = sqlx::query(
        "SELECT chunk_no, chunk.batch_no, tag, first_line, chunk.row_count, chunk.state, gated_at, first_entry, query_cohort,
         query_object, answer_cohort, answer_object, obtained_at FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE batch.member = $1 AND chunk.gated_at >= $2 AND chunk.gated_at < $3 AND chunk.row_count > chunk.refused
         ORDER BY chunk.first_entry",
    )
    .bind(member)
    .bind(from.as_microsecond())
    .bind(until.as_microsecond())
    .fetch_all(conn)
    .await
    .map_err(Error::database("list the chunks of a week"))?;
    rows.iter()
        .map(|row| from_row(row).map_err(Error::database("list the chunks of a week")))
        .collect()
}

/// The chunk whose query ids begin with `tag`.
pub async fn by_tag(conn: &mut AnyConnection, tag: i64) -> Result<Option<Chunk>> {
    let row = sqlx::query(
        "SELECT chunk_no, batch_no, tag, first_line, row_count, state, gated_at, first_entry, query_cohort, query_object,
         answer_cohort, answer_object, obtained_at FROM chunk WHERE tag = $1",
    )
    .bind(tag)
    .fetch_optional(conn)
    .await
    .map_err(Error::database("read a chunk"))?;
    row.map(|row| from_row(&row).map_err(Error::database("read a chunk")))
        .transpose()
}

/// Numbers of the settled chunks that hold unresolved rows, oldest first, with their batch.
pub async fn unresolved(conn: &mut AnyConnection) -> Result<Vec<(i64, String)>> {
    let rows = sqlx::query(
        "SELECT chunk.chunk_no, batch.batch FROM chunk JOIN batch ON batch.batch_no = chunk.batch_no
         WHERE chunk.state = 'settled' AND chunk.unresolved > 0 ORDER BY chunk.chunk_no",
    )
    .fetch_all(conn)
    .await
    .map_err(Error::database("list unresolved chunks"))?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list unresolved chunks"))
}

fn from_row(row: &AnyRow) -> std::result::Result<Chunk, sqlx::Error> {
    let cohort: Option<String> = row.try_get(10)?;
    let object: Option<String> = row.try_get(11)?;
    let obtained_at = row.try_get::<Option<i64>, _>(12)?.map(instant).transpose()?;
    Ok(Chunk {
        chunk_no: row.try_get(0)?,
        batch_no: row.try_get(1)?,
        tag: row.try_get(2)?,
        first_line: row.try_get(3)?,
        row_count: row.try_get(4)?,
        settled: row.try_get::<String, _>(5)? == "settled",
        gated_at: instant(row.try_get(6)?)?,
        first_entry: row.try_get(7)?,
        queries: (row.try_get(8)?, row.try_get(9)?),
        obtained_at,
        answers: match (cohort, object, obtained_at) {
            (Some(cohort), Some(object), Some(at)) => Some((cohort, object, at)),
            _ => None,
        },
    })
}
