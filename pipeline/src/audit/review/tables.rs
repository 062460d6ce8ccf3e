//! The tables of reviews; nothing here changes a row. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

use super::super::month::Month;
use crate::{
    db::{columns::instant, meta},
    error::{Error, Result},
};

/// A verdict as it was given; its remark is in the payload of its entry.
pub struct VerdictRow {
    /// Its number.
    pub verdict_no: i64,
    /// Journal index of the query.
    pub query_entry: u64,
    /// Who gave it.
    pub account: String,
    /// The verdict.
    pub verdict: String,
    /// The reasons.
    pub reasons: Vec<String>,
    /// When the reviewer had opened the record last.
    pub opened_at: Timestamp,
    /// When it was given.
    pub given_at: Timestamp,
    /// Journal index of the verdict.
    pub entry: u64,
}

/// The signature under a review.
pub struct SignOff {
    /// The unit head.
    pub account: String,
    /// When.
    pub signed_at: Timestamp,
    /// SHA-256 of the list of verdicts.
    pub digest: Vec<u8>,
    /// How many they were.
    pub verdicts: u64,
    /// Journal index of the signature.
    pub entry: u64,
}

/// Enters that `account` was named.
pub async fn insert_named(
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    (account, named_by): (&str, &str),
    now: Timestamp,
    entry: u64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO named_reviewer (member, month, account, named_by, named_at, entry) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(member)
    .bind(month.to_string())
    .bind(account)
    .bind(named_by)
    .bind(now.as_microsecond())
    .bind(signed(entry)?)
    .execute(conn)
    .await
    .map_err(Error::database("enter a named reviewer"))?;
    Ok(())
}

/// Whether `account` was named.
pub async fn is_named(conn: &mut AnyConnection, member: &str, month: Month, account: &str) -> Result<bool> {
    Ok(named_by(conn, member, month, account).await?.is_some())
}

/// Who named `account`, if anybody did.
pub async fn named_by(
    conn: &mut AnyConnection,
    member: &str,
    month: Month,
    account: &str,
) -> Result<Option<String>> {
    let failed = || Error::database("look for a named reviewer");
    let row =
        sqlx::query("SELECT named_by FROM named_reviewer WHERE member = $1 AND month = $2 AND account = $3")
            .bind(member)
            .bind(month.to_string())
            .bind(account)
            .fetch_optional(conn)
            .await
            .map_err(failed())?;
    row.map(|row| row.try_get(0).map_err(failed())).transpose()
}

/// The accounts that were named, each with who named it.
pub async fn named(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT account, named_by FROM named_reviewer WHERE member = $1 AND month = $2 ORDER BY entry",
    )
    .bind(member)
    .bind(month.to_string())
    .fetch_all(conn)
    .await
    .map_err(Error::database("list named reviewers"))?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(Error::database("list named reviewers"))
}

/// Enters that `account` opened the record of `query_entry`.
pub async fn insert_opening(
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    query_entry: u64,
    account: &str,
    now: Timestamp,
    entry: u64,
) -> Result<()> {
    let number = meta::take_numbers(&mut *conn, meta::OPENINGS, 1).await?;
    sqlx::query(
        "INSERT INTO review_opening (opening_no, member, month, query_entry, account, opened_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(number)
    .bind(member)
    .bind(month.to_string())
    .bind(signed(query_entry)?)
    .bind(account)
    .bind(now.as_microsecond())
    .bind(signed(entry)?)
    .execute(conn)
    .await
    .map_err(Error::database("enter an opening"))?;
    Ok(())
}

/// When `account` opened the record of `query_entry` last.
pub async fn last_opening(
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    query_entry: u64,
    account: &str,
) -> Result<Option<Timestamp>> {
    let failed = || Error::database("look for an opening");
    let row = sqlx::query(
        "SELECT opened_at FROM review_opening WHERE member = $1 AND month = $2 AND query_entry = $3 AND account = $4
         ORDER BY opening_no DESC LIMIT 1",
    )
    .bind(member)
    .bind(month.to_string())
    .bind(signed(query_entry)?)
    .bind(account)
    .fetch_optional(conn)
    .await
    .map_err(failed())?;
    row.map(|row| row.try_get(0).and_then(instant).map_err(failed()))
        .transpose()
}

/// Enters a verdict.
pub async fn insert_verdict(
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    row: &VerdictRow,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO verdict (verdict_no, member, month, query_entry, account, verdict, reasons, opened_at, given_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.verdict_no)
    .bind(member)
    .bind(month.to_string())
    .bind(signed(row.query_entry)?)
    .bind(&row.account)
    .bind(&row.verdict)
    .bind(row.reasons.join(";"))
    .bind(row.opened_at.as_microsecond())
    .bind(row.given_at.as_microsecond())
    .bind(signed(row.entry)?)
    .execute(conn)
    .await
    .map_err(Error::database("enter a verdict"))?;
    Ok(())
}

/// The verdicts of a review in the order in which they were given.
pub async fn verdicts(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Vec<VerdictRow>> {
    let failed = || Error::database("list verdicts");
    let rows = sqlx::query(
        "SELECT verdict_no, query_entry, account, verdict, reasons, opened_at, given_at, entry FROM verdict
         WHERE member = $1 AND month = $2 ORDER BY verdict_no",
    )
    .bind(member)
    .bind(month.to_string())
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let row = |row: &sqlx::any::AnyRow| {
        let reasons: String = row.try_get(4)?;
        Ok(VerdictRow {
            verdict_no: row.try_get(0)?,
            query_entry: unsigned(row.try_get(1)?)?,
            account: row.try_get(2)?,
            verdict: row.try_get(3)?,
            reasons: reasons.split_terminator(';').map(str::to_owned).collect(),
            opened_at: instant(row.try_get(5)?)?,
            given_at: instant(row.try_get(6)?)?,
            entry: unsigned(row.try_get(7)?)?,
        })
    };
    rows.iter()
        .map(row)
        .collect::<std::result::Result<_, sqlx::Error>>()
        .map_err(failed())
}

/// Enters a signature.
pub async fn insert_sign_off(
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    row: &SignOff,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO review_sign_off (member, month, account, signed_at, verdict_count, digest, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(member)
    .bind(month.to_string())
    .bind(&row.account)
    .bind(row.signed_at.as_microsecond())
    .bind(signed(row.verdicts)?)
    .bind(&row.digest)
    .bind(signed(row.entry)?)
    .execute(conn)
    .await
    .map_err(Error::database("enter a signature"))?;
    Ok(())
}

/// The signature under the review of `member` and `month`, if there is one.
pub async fn sign_off(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Option<SignOff>> {
    let failed = || Error::database("look for a signature");
    let row = sqlx::query(
        "SELECT account, signed_at, verdict_count, digest, entry FROM review_sign_off WHERE member = $1 AND month = $2",
    )
    .bind(member)
    .bind(month.to_string())
    .fetch_optional(conn)
    .await
    .map_err(failed())?;
    let read = |row: sqlx::any::AnyRow| {
        Ok(SignOff {
            account: row.try_get(0)?,
            signed_at: instant(row.try_get(1)?)?,
            verdicts: unsigned(row.try_get(2)?)?,
            digest: row.try_get(3)?,
            entry: unsigned(row.try_get(4)?)?,
        })
    };
    row.map(read)
        .transpose()
        .map_err(|error: sqlx::Error| failed()(error))
}

/// A number as the database keeps it.
pub(super) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Bug("a count beyond 2^63"))
}

/// A number as the database kept it.
pub(super) fn unsigned(number: i64) -> std::result::Result<u64, sqlx::Error> {
    u64::try_from(number).map_err(|_| sqlx::Error::RowNotFound)
}
