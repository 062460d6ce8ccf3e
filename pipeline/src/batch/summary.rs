//! What became of a batch: counts, codes, when the answers expire. *SQL.*

use std::collections::BTreeMap;

use jiff::Timestamp;
use mayfly_consent::CodeSet;
use serde::Serialize;
use sqlx::{AnyConnection, Row};
use utoipa::ToSchema;

use super::Batch;
use crate::{
    db::columns::instant,
    error::{Error, Result},
    regime::Regime,
};

/// How many rows ended how.
#[derive(Default, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Counts)]
pub struct Counts {
    /// With records.
    pub answered: i64,
    /// Without records.
    pub no_record: i64,
    /// Not asked.
    pub refused: i64,
    /// Asked, without effect.
    pub failed: i64,
    /// Asked, effect unknown.
    pub unresolved: i64,
}

impl Counts {
    /// All rows that have an outcome.
    pub fn total(&self) -> i64 {
        self.answered + self.no_record + self.refused + self.failed + self.unresolved
    }
}

/// A batch and what became of it, as people and programs are told.
#[derive(Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct Summary {
    /// Batch id.
    pub batch: String,
    /// Institution code.
    pub member: String,
    /// `accepted` or `settled`.
    pub state: &'static str,
    /// Rows of the file.
    pub rows: i64,
    /// Rows by outcome.
    #[serde(flatten)]
    pub counts: Counts,
    /// How often each code applies.
    pub codes: BTreeMap<String, i64>,
    /// When the file was accepted.
    pub accepted_at: Timestamp,
    /// SHA-256 of the file: the receipt.
    pub sha256: String,
    /// From when on the first answers can no longer be read.
    pub expires_at: Option<Timestamp>,
}

/// Counts the batch.
pub async fn of(conn: &mut AnyConnection, batch: &Batch, regime: &Regime) -> Result<Summary> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(answered), 0) AS BIGINT), CAST(COALESCE(SUM(no_record), 0) AS BIGINT),
         CAST(COALESCE(SUM(refused), 0) AS BIGINT), CAST(COALESCE(SUM(failed), 0) AS BIGINT),
         CAST(COALESCE(SUM(unresolved), 0) AS BIGINT), MIN(CASE WHEN answered > 0 THEN obtained_at END) FROM chunk WHERE batch_no = $1",
    )
    .bind(batch.batch_no)
    .fetch_one(&mut *conn)
    .await
    .map_err(Error::database("count a batch"))?;
    let read = || {
        let counts = Counts {
            answered: row.try_get(0)?,
            no_record: row.try_get(1)?,
            refused: row.try_get(2)?,
            failed: row.try_get(3)?,
            unresolved: row.try_get(4)?,
        };
        Ok((
            counts,
            row.try_get::<Option<i64>, _>(5)?.map(instant).transpose()?,
        ))
    };
    let (counts, obtained_at) = read().map_err(Error::database("count a batch"))?;
    Ok(Summary {
        batch: batch.batch.clone(),
        member: batch.member.clone(),
        state: if batch.settled { "settled" } else { "accepted" },
        rows: batch.row_count,
        counts,
        codes: codes(conn, batch.batch_no).await?,
        accepted_at: batch.accepted_at,
        sha256: crate::ids::hex(&batch.sha256),
        expires_at: obtained_at.map(|at| regime.expires_at(at)),
    })
}

async fn codes(conn: &mut AnyConnection, batch_no: i64) -> Result<BTreeMap<String, i64>> {
    let rows =
        sqlx::query("SELECT codes, COUNT(*) FROM request WHERE batch_no = $1 AND codes <> '' GROUP BY codes")
            .bind(batch_no)
            .fetch_all(conn)
            .await
            .map_err(Error::database("count the codes"))?;
    let mut counts = BTreeMap::new();
    for row in &rows {
        let read = || Ok((row.try_get::<String, _>(0)?, row.try_get::<i64, _>(1)?));
        let (codes, count) = read().map_err(Error::database("count the codes"))?;
        let codes = CodeSet::parse(&codes).ok_or(Error::Bug("a stored code is not in the table"))?;
        for code in codes.iter() {
            *counts.entry(code.as_str().to_owned()).or_default() += count;
        }
    }
    Ok(counts)
}
