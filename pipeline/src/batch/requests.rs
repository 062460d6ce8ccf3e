//! One row for each row of a file: what became of it, and which use of which consent it took (D24). *SQL.*

use std::collections::HashMap;

use mayfly_consent::{
    CodeSet,
    store::blocks::{BlockSql, full_blocks, insert_blocks},
};
use sqlx::{AnyConnection, Row};

use super::{Chunk, Outcome};
use crate::error::{Error, Result};

/// A request that passed the gate and is a query now.
pub struct NewQuery<'a> {
    /// Line of the file.
    pub line: i64,
    /// Item code.
    pub item: &'a str,
    /// Querier.
    pub querier: &'a str,
    /// The consent.
    pub consent_no: i64,
    /// Which of its uses.
    pub use_no: i64,
}

/// A request that the gate refused.
pub struct NewRefusal<'a> {
    /// Line of the file.
    pub line: i64,
    /// Item code; empty where the cell was unusable.
    pub item: &'a str,
    /// Querier; empty where the cell was unusable.
    pub querier: &'a str,
    /// All codes that apply.
    pub codes: CodeSet,
}

/// A request as it stands.
pub struct Request {
    /// Line of the file.
    pub line: i64,
    /// Who queried.
    pub querier: String,
    /// What became of it.
    pub outcome: Outcome,
    /// All codes that apply.
    pub codes: CodeSet,
    /// Journal index of the query.
    pub entry: Option<i64>,
}

/// Enters the queries of a chunk, whose journal entries begin at `first_entry`.
pub async fn insert_queries(
    conn: &mut AnyConnection,
    batch_no: i64,
    chunk_no: i64,
    first_entry: i64,
    queries: &[NewQuery<'_>],
) -> Result<()> {
    // What all have in common is bound once or written out: each parameter costs about as much as inserting two columns.
    static SQL: BlockSql = BlockSql::placed(
        "INSERT INTO request (batch_no, chunk_no, outcome, codes, entry, line, item, querier, consent_no, use_no)
         SELECT $1, $2, 0, '', $3 + column1, column2, column3, column4, column5, column6 FROM (VALUES ",
        5,
        ") AS new",
    );
    insert_blocks(conn, &SQL, queries, |query, place, block| {
        let query = query
            .bind(batch_no)
            .bind(chunk_no)
            .bind(first_entry + place as i64);
        block.iter().fold(query, |query, row| {
            query
                .bind(row.line)
                .bind(row.item)
                .bind(row.querier)
                .bind(row.consent_no)
                .bind(row.use_no)
        })
    })
    .await
    .map_err(Error::database("enter queries"))
}

/// Enters the refused requests of a chunk.
pub async fn insert_refusals(
    conn: &mut AnyConnection,
    batch_no: i64,
    chunk_no: i64,
    refusals: &[NewRefusal<'_>],
) -> Result<()> {
    static SQL: BlockSql = BlockSql::new(
        "INSERT INTO request (batch_no, chunk_no, outcome, line, item, querier, codes)
         SELECT $1, $2, 3, column1, column2, column3, column4 FROM (VALUES ",
        4,
        ") AS new",
    );
    insert_blocks(conn, &SQL, refusals, |query, _, block| {
        let query = query.bind(batch_no).bind(chunk_no);
        block.iter().fold(query, |query, row| {
            query
                .bind(row.line)
                .bind(row.item)
                .bind(row.querier)
                .bind(row.codes.to_string())
        })
    })
    .await
    .map_err(Error::database("enter refusals"))
}

/// The uses taken of each of `consents` for each item.
pub async fn uses(conn: &mut AnyConnection, consents: &[i64]) -> Result<HashMap<(i64, String), Vec<i64>>> {
    static SQL: BlockSql = BlockSql::new(
        "SELECT consent_no, item, use_no FROM request WHERE use_no IS NOT NULL AND consent_no IN (",
        1,
        ")",
    );
    let mut taken: HashMap<(i64, String), Vec<i64>> = HashMap::new();
    for (size, block) in full_blocks(consents) {
        let query = block
            .iter()
            .fold(sqlx::query(SQL.text(conn, size)), |query, consent| {
                query.bind(*consent)
            });
        for row in query
            .fetch_all(&mut *conn)
            .await
            .map_err(Error::database("count uses"))?
        {
            let read = || Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?));
            let (key, used) = read().map_err(Error::database("count uses"))?;
            taken.entry(key).or_default().push(used);
        }
    }
    Ok(taken)
}

/// Gives `lines` of a batch the outcome `to` in place of `from`; `release` gives their consent uses back.
pub async fn move_lines(
    conn: &mut AnyConnection,
    batch_no: i64,
    lines: &[i64],
    (from, to): (Outcome, Outcome),
    codes: CodeSet,
    release: bool,
) -> Result<()> {
    // The bounds keep PostgreSQL from walking through the whole batch in search of the lines.
    static KEEP: BlockSql = BlockSql::new(
        "UPDATE request SET outcome = $1, codes = $2
         WHERE batch_no = $3 AND outcome = $4 AND line >= $5 AND line <= $6 AND line IN (",
        1,
        ")",
    );
    static RELEASE: BlockSql = BlockSql::new(
        "UPDATE request SET outcome = $1, codes = $2, use_no = NULL
         WHERE batch_no = $3 AND outcome = $4 AND line >= $5 AND line <= $6 AND line IN (",
        1,
        ")",
    );
    let sql = if release { &RELEASE } else { &KEEP };
    for (size, block) in full_blocks(lines) {
        let query = sqlx::query(sql.text(conn, size))
            .bind(to.number())
            .bind(codes.to_string())
            .bind(batch_no)
            .bind(from.number())
            .bind(block.iter().min())
            .bind(block.iter().max());
        let query = block.iter().fold(query, |query, line| query.bind(*line));
        let done = query
            .execute(&mut *conn)
            .await
            .map_err(Error::database("settle requests"))?;
        if done.rows_affected() != block.len() as u64 {
            return Err(Error::Bug("a settlement found requests in another state"));
        }
    }
    Ok(())
}

/// The requests of a chunk, in order. One that was asked and is no exception was answered, once the chunk is settled.
pub async fn of_chunk(conn: &mut AnyConnection, chunk: &Chunk) -> Result<Vec<Request>> {
    let found = sqlx::query(
        "SELECT line, querier, outcome, codes, entry FROM request
         WHERE batch_no = $1 AND line >= $2 AND line < $3 ORDER BY line",
    )
    .bind(chunk.batch_no)
    .bind(chunk.first_line)
    .bind(chunk.first_line + chunk.row_count)
    .fetch_all(conn)
    .await
    .map_err(Error::database("read requests"))?;
    found
        .iter()
        .map(|row| {
            let outcome = match Outcome::parse(row.try_get(2)?) {
                Some(Outcome::Asked) if chunk.settled => Outcome::Answered,
                outcome => outcome.ok_or(sqlx::Error::RowNotFound)?,
            };
            Ok(Request {
                line: row.try_get(0)?,
                querier: row.try_get(1)?,
                outcome,
                codes: CodeSet::parse(&row.try_get::<String, _>(3)?).ok_or(sqlx::Error::RowNotFound)?,
                entry: row.try_get(4)?,
            })
        })
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("read requests"))
}
