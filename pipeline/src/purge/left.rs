//! What is left of the year-long classes: rows of a month, and records whose period has not begun. *SQL.*

use mayfly_retention::{Class, Cohort};
use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// How many records of the cohort of months `cohort` are sealed under its key.
pub(super) async fn sealed_in(conn: &mut AnyConnection, cohort: Cohort) -> Result<u64> {
    let sql = match cohort.class() {
        Class::Query => "SELECT COUNT(*) FROM chunk WHERE query_cohort = $1",
        Class::Consent => "SELECT COUNT(*) FROM consent WHERE cohort = $1",
        Class::Audit => "SELECT COUNT(*) FROM journal_payload WHERE cohort = $1",
        _ => return Ok(0),
    };
    let failed = || Error::database("count the records of a month");
    let row = sqlx::query(sql)
        .bind(cohort.name())
        .fetch_one(conn)
        .await
        .map_err(failed())?;
    let count: i64 = row.try_get(0).map_err(failed())?;
    Ok(count.unsigned_abs())
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
