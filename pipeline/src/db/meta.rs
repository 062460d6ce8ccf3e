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

/// Raises the counter of the registers (members, staff, forms, stops), so that the gate reads them anew.
pub async fn registers_changed(conn: &mut AnyConnection) -> Result<()> {
    let version = counter(conn, REGISTERS).await? + 1;
    write(conn, REGISTERS, &version.to_string()).await
}

/// Counter of changes of the registers.
pub const REGISTERS: &str = "registers_version";
/// The custody's generation at the last change of the database.
pub const KEYRING: &str = "keyring_generation";
/// Which format the data directory has.
pub const FORMAT: &str = "format";
/// Sandbox or production, fixed at `init`.
pub const ENVIRONMENT: &str = "environment";
/// The origin line of the journal.
pub const ORIGIN: &str = "journal_origin";
/// SHA-256 of the configuration that was last entered in the journal.
pub const CONFIGURATION: &str = "configuration";
