//! Who works a batch: the token that fences everybody else, and until when its holder is waited for. *SQL.*
//!
//! Instants here are microseconds of the boot clock, which is the same for all processes of the host, stands still for
//! nobody and goes on while the host sleeps.

use sqlx::{AnyConnection, Row};

use super::store::fenced;
use crate::error::{Error, Result};

/// The worker that took a batch last.
pub struct Holder {
    /// Its token; 0: nobody has taken it yet.
    pub token: i64,
    /// Until when it is waited for, if it is alive at all.
    pub lease_until: i64,
}

/// Who took the batch last.
pub async fn holder(conn: &mut AnyConnection, batch_no: i64) -> Result<Holder> {
    let row = sqlx::query("SELECT worker, lease_until FROM batch WHERE batch_no = $1")
        .bind(batch_no)
        .fetch_one(conn)
        .await
        .map_err(Error::database("read a lease"))?;
    let read = || {
        Ok(Holder {
            token: row.try_get(0)?,
            lease_until: row.try_get(1)?,
        })
    };
    read().map_err(Error::database("read a lease"))
}

/// Takes the batch from `from`: every write of another worker changes nothing from now on. Tells whether it was still
/// `from` who had it, and whether it is still `settled` or not as the caller has seen.
pub async fn take(
    conn: &mut AnyConnection,
    batch_no: i64,
    from: i64,
    settled: bool,
    to: &Holder,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE batch SET worker = $1, lease_until = $2 WHERE batch_no = $3 AND worker = $4 AND state = $5",
    )
    .bind(to.token)
    .bind(to.lease_until)
    .bind(batch_no)
    .bind(from)
    .bind(if settled { "settled" } else { "accepted" })
    .execute(conn)
    .await
    .map_err(Error::database("take a batch"))?;
    Ok(done.rows_affected() == 1)
}

/// Prolongs the lease of the worker `to.token` until `to.lease_until`.
///
/// # Errors
/// `BATCH-TAKEN` when another worker has the batch; `DB-*`.
pub async fn renew(conn: &mut AnyConnection, batch_no: i64, to: &Holder) -> Result<()> {
    let done = sqlx::query("UPDATE batch SET lease_until = $1 WHERE batch_no = $2 AND worker = $3")
        .bind(to.lease_until)
        .bind(batch_no)
        .bind(to.token)
        .execute(conn)
        .await
        .map_err(Error::database("prolong a lease"))?;
    fenced(done.rows_affected())
}
