//! What is left of the year-long classes: rows of a month, and records whose period has not begun. *SQL.*

use mayfly_retention::{Class, Cohort};
use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// Whether a row is left that names the month `cohort` as the one whose key sealed it.
pub(super) async fn seals_any(conn: &mut AnyConnection, cohort: Cohort) -> Result<bool> {
    let sql = match cohort.class() {
        Class::Query => "SELECT 1 FROM chunk WHERE query_cohort = $1 LIMIT 1",
        Class::Consent => "SELECT 1 FROM consent WHERE cohort = $1 LIMIT 1",
        Class::Audit => "SELECT 1 FROM journal_payload WHERE cohort = $1 LIMIT 1",
        _ => return Ok(false),
    };
    let row = sqlx::query(sql)
        .bind(cohort.name())
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for records of a month"))?;
    Ok(row.is_some())
}

/// How many records have a period that has not begun: consents without an outcome, chunks that were never settled.
pub(super) async fn never_begun(conn: &mut AnyConnection) -> Result<u64> {
    let failed = || Error::database("count open records");
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM consent WHERE outcome_date = '') + (SELECT COUNT(*) FROM chunk WHERE state <> 'settled')",
    )
    .fetch_one(conn)
    .await
    .map_err(failed())?;
    let open: i64 = row.try_get(0).map_err(failed())?;
    Ok(u64::try_from(open).unwrap_or(0))
}
