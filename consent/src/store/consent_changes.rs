//! A single consent: showing it, withdrawing it, and what became of the application. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::blocks::BlockSql;
use super::consent_rows::{ConsentRow, consent_of, instant, rows_among};
use super::{Columns, refused};
use crate::error::ConsentError;
use crate::outcome::Outcome;

/// A registered consent with its sealed bytes.
pub struct StoredConsent {
    /// What is known of it.
    pub row: ConsentRow,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// The cohort whose key seals it.
    pub cohort: String,
    /// What its object key is made with.
    pub salt: Vec<u8>,
    /// Its place among what was sealed with it.
    pub ordinal: i64,
    /// The whole consent, sealed; opened, it is for [`crate::sealed::read`].
    pub sealed: Vec<u8>,
}

/// This member's consent of this number; `None` when there is none.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn one(
    connection: &mut AnyConnection,
    member: &str,
    consent_ref: &str,
) -> Result<Option<StoredConsent>, ConsentError> {
    const SQL: &str = "SELECT consent_no || ' ' || COALESCE(CAST(withdrawn_at AS TEXT), '') || ' ' || outcome || ' ' || \
                       outcome_date || ' ' || consent_ref, terms, subject_index, content_tag, \
                       registered_at, cohort, salt, ordinal, sealed \
                       FROM consent WHERE consent_ref = $1 AND member = $2";
    let found = sqlx::query(SQL)
        .bind(consent_ref)
        .bind(member)
        .fetch_optional(connection)
        .await
        .map_err(refused(SHOW))?;
    found.map(|row| stored_of(&row)).transpose()
}

/// This member's consents of these numbers with their sealed bytes, in no order; a number without one has no row.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn find_stored(
    connection: &mut AnyConnection,
    member: &str,
    refs: &[&str],
) -> Result<Vec<StoredConsent>, ConsentError> {
    static SQL: BlockSql = BlockSql::new(
        "SELECT consent_no || ' ' || COALESCE(CAST(withdrawn_at AS TEXT), '') || ' ' || outcome || ' ' || outcome_date || \
         ' ' || consent_ref, terms, subject_index, content_tag, registered_at, cohort, salt, ordinal, sealed \
         FROM consent WHERE member = $1 AND consent_ref IN (",
        1,
        ")",
    );
    let found = rows_among(connection, &SQL, member, refs).await?;
    found.iter().map(stored_of).collect()
}

/// All consents whose subject index lies between `first` and `last`, both included, each after its member; in the order of their
/// numbers. The table has no index for it, so that registering stays fast: every row is looked at.
///
/// # Errors
/// `Database`; `StoredValue`.
pub async fn of_subject(
    connection: &mut AnyConnection,
    (first, last): (&[u8; 16], &[u8; 16]),
) -> Result<Vec<(String, StoredConsent)>, ConsentError> {
    const SQL: &str = "SELECT consent_no || ' ' || COALESCE(CAST(withdrawn_at AS TEXT), '') || ' ' || outcome || ' ' || \
                       outcome_date || ' ' || consent_ref, terms, subject_index, content_tag, \
                       registered_at, cohort, salt, ordinal, sealed, member \
                       FROM consent WHERE subject_index >= $1 AND subject_index <= $2 ORDER BY consent_no";
    let found = sqlx::query(SQL)
        .bind(first.to_vec())
        .bind(last.to_vec())
        .fetch_all(connection)
        .await
        .map_err(refused(SHOW))?;
    let whose = |row: &AnyRow| -> Result<String, ConsentError> {
        let columns = Columns { act: SHOW, row };
        Ok(columns.read::<&str>(9, "member")?.to_owned())
    };
    found
        .iter()
        .map(|row| Ok((whose(row)?, stored_of(row)?)))
        .collect()
}

fn stored_of(row: &AnyRow) -> Result<StoredConsent, ConsentError> {
    let columns = Columns { act: SHOW, row };
    Ok(StoredConsent {
        row: consent_of(&columns)?,
        registered_at: instant(&columns, columns.read(4, "registered_at")?, "registered_at")?,
        cohort: columns.read(5, "cohort")?,
        salt: columns.read(6, "salt")?,
        ordinal: columns.read(7, "ordinal")?,
        sealed: columns.read(8, "sealed")?,
    })
}

/// Withdraws a consent that stands: every later query on it is refused (D15), its evidence stays.
///
/// # Errors
/// `StateChanged` when there is no such consent or it is withdrawn already; `Database`.
pub async fn set_withdrawn(
    connection: &mut AnyConnection,
    consent_no: i64,
    withdrawn_at: Timestamp,
) -> Result<(), ConsentError> {
    const SQL: &str = "UPDATE consent SET withdrawn_at = $1 WHERE consent_no = $2 AND withdrawn_at IS NULL";
    let done = sqlx::query(SQL)
        .bind(withdrawn_at.as_microsecond())
        .bind(consent_no)
        .execute(connection)
        .await
        .map_err(refused(CHANGE))?;
    exactly_one(done.rows_affected())
}

/// Records what became of the application, in place of `expected`, which is what the caller has seen.
///
/// # Errors
/// `StateChanged` when there is no such consent or its outcome is another by now; `Database`.
pub async fn set_outcome(
    connection: &mut AnyConnection,
    consent_no: i64,
    expected: Option<Outcome>,
    outcome: Outcome,
) -> Result<(), ConsentError> {
    const SQL: &str = "UPDATE consent SET outcome = $1, outcome_date = $2 \
                       WHERE consent_no = $3 AND outcome = $4 AND outcome_date = $5";
    let done = sqlx::query(SQL)
        .bind(outcome.as_str())
        .bind(outcome.day().to_string())
        .bind(consent_no)
        .bind(expected.map_or("", Outcome::as_str))
        .bind(expected.map_or_else(String::new, |known| known.day().to_string()))
        .execute(connection)
        .await
        .map_err(refused(CHANGE))?;
    exactly_one(done.rows_affected())
}

fn exactly_one(rows: u64) -> Result<(), ConsentError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(ConsentError::StateChanged)
    }
}

const SHOW: &str = "show the consent";
const CHANGE: &str = "change the consent";
