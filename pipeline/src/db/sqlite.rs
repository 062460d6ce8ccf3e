//! What only SQLite needs: how a connection is prepared, and that what was deleted leaves the log too. *SQL.*

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use sqlx::{AnyConnection, Executor, Row};

use crate::error::{Error, Result};

/// The address of the database file `path`; `create` makes the file.
pub(super) fn url(path: &Path, create: bool) -> String {
    // `%`, `?` and `#` would be read as syntax.
    let path = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("sqlite://{path}?mode={}", if create { "rwc" } else { "rw" })
}

/// Refuses a data directory without its database; SQLite would make an empty one.
pub(super) fn check_present(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    Err(Error::Operator {
        code: "DATA-DAMAGED",
        sentence: "the data directory has no mayfly.db, and neither mayfly.toml nor DATABASE_URL names a PostgreSQL \
                   database"
            .into(),
        remedy: "put the newest database back, or name it; keys and sealed files are of no use without it",
    })
}

/// Keeps the file to its owner; the log and the shared memory beside it are made with the same mode.
pub(super) fn restrict(path: &Path) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(Error::io("keep the database to its owner"))
}

/// Moves the log into the database and empties it, so that what was deleted is in neither: with `secure_delete` a
/// deleted row is overwritten in the database, but its old page stays in the log. Waits some seconds for readers that
/// hold the log; tells whether it is empty now.
///
/// # Errors
/// `DB-*`. A log that a reader holds is no error but `false`.
pub(super) async fn empty_log(conn: &mut AnyConnection) -> Result<bool> {
    let failed = || Error::database("empty the log");
    conn.execute("PRAGMA busy_timeout = 3000")
        .await
        .map_err(failed())?;
    // Its answer is the first column, not an error: 1 while somebody still reads from the log.
    let hindered = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut *conn)
        .await
        .and_then(|row| row.try_get::<i64, _>(0));
    conn.execute(BUSY_TIMEOUT).await.map_err(failed())?;
    Ok(hindered.map_err(failed())? == 0)
}

/// Writes the database as it is at this moment into the new file `path`: one reading transaction, so nobody waits.
pub(super) async fn copy_to(conn: &mut AnyConnection, path: &Path) -> Result<()> {
    // The copy is another database, and this connection writes nothing else.
    conn.execute("PRAGMA query_only = OFF")
        .await
        .map_err(Error::database("copy the database"))?;
    sqlx::query("VACUUM INTO $1")
        .bind(path.to_string_lossy().into_owned())
        .execute(conn)
        .await
        .map_err(Error::database("copy the database"))?;
    restrict(path)
}

/// How often others have changed the database, as this connection sees it.
pub(super) async fn changes(conn: &mut AnyConnection) -> Result<i64> {
    sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(conn)
        .await
        .map_err(Error::database("look for changes"))
}

/// Settings of the connection that writes. Pages of 8 KiB hold a dozen consents and halve the writes; their size is fixed
/// when the database is made.
pub(super) const WRITER: &[&str] = &[
    BUSY_TIMEOUT,
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 2000",
];

/// Settings of a connection that only reads.
pub(super) const READER: &[&str] = &[
    BUSY_TIMEOUT,
    "PRAGMA query_only = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
];

/// Takes the lock of the one writer at once: a reader that turns writer later would fail without waiting.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

const BUSY_TIMEOUT: &str = "PRAGMA busy_timeout = 30000";
