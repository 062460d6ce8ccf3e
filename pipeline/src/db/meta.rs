//! The `house` table: what this database is, and its few counters. *SQL.*

use sqlx::{AnyConnection, Row};

use crate::error::{Error, Result};

/// The value of `key`, if it was ever set.
pub async fn read(conn: &mut AnyConnection, key: &'static str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT value FROM house WHERE key = $1")
        .bind(key)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("read the house table"))?;
    row.map(|row| row.try_get(0).map_err(Error::database("read the house table")))
        .transpose()
}

/// Sets `key` to `value`.
pub async fn write(conn: &mut AnyConnection, key: &'static str, value: &str) -> Result<()> {
    sqlx::query("INSERT INTO house (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(conn)
        .await
        .map_err(Error::database("write the house table"))?;
    Ok(())
}

/// The counter `key`; 0 before it was first raised.
pub async fn counter(conn: &mut AnyConnection, key: &'static str) -> Result<i64> {
    let value = read(conn, key).await?;
    value.map_or(Ok(0), |text| {
        text.parse()
            .map_err(|_| Error::Bug("a counter of the house table is not a number"))
    })
}

/// Takes `count` numbers (at least one) of the series `key`; returns the first of them. Each is given once and never
/// again, also when the row that had it is gone. Whoever takes numbers at the same time waits for this transaction.
pub async fn take_numbers(conn: &mut AnyConnection, key: &'static str, count: i64) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO house (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE
         SET value = CAST(CAST(house.value AS BIGINT) + CAST(excluded.value AS BIGINT) AS TEXT) RETURNING value",
    )
    .bind(key)
    .bind(count.to_string())
    .fetch_one(conn)
    .await
    .map_err(Error::database("take a number"))?;
    let last: String = row.try_get(0).map_err(Error::database("take a number"))?;
    match last.parse::<i64>() {
        Ok(last) => Ok(last - count + 1),
        Err(_) => Err(Error::Bug("a counter of the house table is not a number")),
    }
}

/// Raises the counter of the registers (members, staff, forms, stops), so that the gate reads them anew.
pub async fn registers_changed(conn: &mut AnyConnection) -> Result<()> {
    let version = counter(conn, REGISTERS).await? + 1;
    write(conn, REGISTERS, &version.to_string()).await
}

/// The last number given to a step of signing in, or to a change of a password.
pub const SIGN_INS: &str = "last_signin_no";
/// The last number given to what members' systems are told.
pub const EVENTS: &str = "last_told_no";
/// The last number given to a token.
pub const TOKENS: &str = "last_token_no";
/// The last number given to a password that was.
pub const PASSWORDS: &str = "last_password_no";
/// The last number given to a batch.
pub const BATCHES: &str = "last_batch_no";
/// The last number given to a chunk.
pub const CHUNKS: &str = "last_chunk_no";
/// The last number given to a late reply.
pub const LATE_REPLIES: &str = "last_late_no";
/// The last number given to a consent.
pub const CONSENTS: &str = "last_consent_no";
/// The last number given to a transfer.
pub const TRANSFERS: &str = "last_transfer_no";
/// The last number given to a quarantined file.
pub const QUARANTINES: &str = "last_quarantine_no";
/// The last number given to a stop.
pub const STOPS: &str = "last_stop_no";
/// The last number given to an event that raises a duty, or to the closing of one.
pub const DUTIES: &str = "last_duty_no";
/// The last number given to a grant.
pub const GRANTS: &str = "last_grant_no";
/// The last number given to an approval.
pub const APPROVALS: &str = "last_approval_no";
/// The last number given to the check of an account.
pub const CHECKS: &str = "last_check_no";
/// The last number given to a paper of the register.
pub const PAPERS: &str = "last_paper_no";
/// The last number given to a change of an authorisation.
pub const CHANGES: &str = "last_change_no";
/// The last number given to a sheet.
pub const SHEETS: &str = "last_sheet_no";
/// The last number given to an opening of a sampled record.
pub const OPENINGS: &str = "last_opening_no";
/// The last number given to a verdict.
pub const VERDICTS: &str = "last_verdict_no";
/// The last number given to a finding.
pub const FINDINGS: &str = "last_finding_no";
/// The last number given to an incident or a drill.
pub const INCIDENTS: &str = "last_incident_no";
/// The last number given to a reading or a step of an incident.
pub const INCIDENT_STEPS: &str = "last_incident_step_no";
/// The last number given to a certificate.
pub const CERTIFICATES: &str = "last_certificate_no";
/// How many destroyed cohorts there were when all that could be certified were.
pub const ACCOUNTED: &str = "accounted_cohorts";
/// How many passes of the purge there have been.
pub const PASSES: &str = "purge_passes";
/// When the last pass of the purge was.
pub const LAST_PASS: &str = "last_purge_pass";
/// The day in Taipei of the last pass that is in the journal.
pub const PASS_DAY: &str = "last_purge_day";
/// The last day in Taipei on which all that was past its years went.
pub const YEARS_DAY: &str = "last_years_day";
/// Counter of changes of the registers.
pub const REGISTERS: &str = "registers_version";
/// How far the keys had come at the last change of the database.
pub const KEYRING: &str = "keyring";
/// Which format the data directory has.
pub const FORMAT: &str = "format";
/// The id of the regime, fixed at `init`.
pub const REGIME: &str = "regime";
/// Sandbox or production, fixed at `init`.
pub const ENVIRONMENT: &str = "environment";
/// The last number given to a hold.
pub const HOLDS: &str = "last_hold_no";
/// The checkpoint after which a restored journal goes on under its present origin.
pub const SUCCEEDED: &str = "journal_succeeded";
/// The origin line of the journal.
pub const ORIGIN: &str = "journal_origin";
/// SHA-256 of the configuration that was last entered in the journal.
pub const CONFIGURATION: &str = "configuration";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Address, Db, migrate};

    #[tokio::test]
    async fn a_number_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(Address::Sqlite(folder.path().join("mayfly.db")), true)
            .await
            .unwrap();
        migrate::create(&db, &[]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for (key, count, first) in [
            (CONSENTS, 3, 1),
            (CONSENTS, 1, 4),
            (BATCHES, 1, 1),
            (CONSENTS, 4_096, 5),
            (CONSENTS, 1, 4_101),
        ] {
            assert_eq!(take_numbers(tx.connection(), key, count).await.unwrap(), first);
        }
        tx.commit().await.unwrap();
        // What was taken by a transaction that came to nothing numbers nothing, and is there again.
        let mut tx = db.begin().await.unwrap();
        assert_eq!(take_numbers(tx.connection(), BATCHES, 9).await.unwrap(), 2);
        drop(tx);
        tokio::task::yield_now().await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(take_numbers(tx.connection(), BATCHES, 1).await.unwrap(), 2);
    }
}
