//! The table of certificates. *SQL.*

use std::collections::HashMap;

use jiff::Timestamp;
use mayfly_retention::{
    Cohort,
    certificate::{Certificate, State},
};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    error::{Error, Result},
    journal::note::text_of,
};

/// A certificate as it is kept.
pub struct Stored {
    /// What it says.
    pub certificate: Certificate,
    /// The signed note, as it leaves the house.
    pub note: String,
    /// Segments among its count that were in no book.
    pub unrecorded: u64,
    /// Its journal entry.
    pub entry: u64,
}

/// All certificates, by number.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<Stored>> {
    let rows = sqlx::query("SELECT note, unrecorded, entry FROM certificate ORDER BY certificate_no")
        .fetch_all(conn)
        .await
        .map_err(Error::database(READ))?;
    rows.iter().map(stored).collect()
}

/// Which certificates.
#[derive(Default)]
pub struct Wanted<'w> {
    /// Of this class, by its name; empty: of all.
    pub class: &'w str,
    /// In this state, by its name; empty: in any.
    pub state: &'w str,
    /// With greater numbers than this.
    pub after: i64,
    /// So many at most.
    pub limit: i64,
}

/// The certificates that are `wanted`, by number.
pub async fn page(conn: &mut AnyConnection, wanted: &Wanted<'_>) -> Result<Vec<Stored>> {
    let rows = sqlx::query(
        "SELECT note, unrecorded, entry FROM certificate WHERE certificate_no > $1 AND (state = $2 OR $2 = '')
         AND ($3 = '' OR SUBSTR(cohort, 1, LENGTH($3) + 1) = $3 || '-') ORDER BY certificate_no LIMIT $4",
    )
    .bind(wanted.after)
    .bind(wanted.state)
    .bind(wanted.class)
    .bind(wanted.limit)
    .fetch_all(conn)
    .await
    .map_err(Error::database(READ))?;
    rows.iter().map(stored).collect()
}

/// The certificates of one cohort, by number: one, or for a class of years two.
pub async fn of(conn: &mut AnyConnection, cohort: Cohort) -> Result<Vec<Stored>> {
    let rows = sqlx::query(
        "SELECT note, unrecorded, entry FROM certificate WHERE cohort = $1 ORDER BY certificate_no",
    )
    .bind(cohort.name())
    .fetch_all(conn)
    .await
    .map_err(Error::database(READ))?;
    rows.iter().map(stored).collect()
}

/// The cohorts that have a certificate of `state`, and when it was issued.
pub async fn cohorts(conn: &mut AnyConnection, state: State) -> Result<HashMap<String, Timestamp>> {
    let rows = sqlx::query("SELECT cohort, issued_at FROM certificate WHERE state = $1")
        .bind(state.name())
        .fetch_all(conn)
        .await
        .map_err(Error::database(READ))?;
    rows.iter()
        .map(|row| {
            let at = Timestamp::from_microsecond(row.try_get(1).map_err(Error::database(READ))?);
            let at = at.map_err(|_| Error::Bug("a stored certificate has no time"))?;
            Ok((row.try_get(0).map_err(Error::database(READ))?, at))
        })
        .collect()
}

fn stored(row: &AnyRow) -> Result<Stored> {
    let note: String = row.try_get(0).map_err(Error::database(READ))?;
    let unrecorded: i64 = row.try_get(1).map_err(Error::database(READ))?;
    let entry: i64 = row.try_get(2).map_err(Error::database(READ))?;
    let certificate = text_of(note.as_bytes()).and_then(Certificate::parse);
    Ok(Stored {
        certificate: certificate.ok_or_else(|| {
            crate::journal::signing::damaged("a stored certificate is not what was written")
        })?,
        note,
        unrecorded: unrecorded.unsigned_abs(),
        entry: entry.unsigned_abs(),
    })
}

const READ: &str = "read the certificates";
