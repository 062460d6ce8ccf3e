//! Makes the schema and refuses a database that is newer than this program. *SQL.*

use sqlx::{AnyConnection, AssertSqlSafe, Executor};

use super::{Db, meta};
use crate::error::{Error, Result};

/// The format of data directories that this program writes.
pub const FORMAT: i64 = 1;

/// Makes all tables in an empty database.
pub async fn create(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    for script in scripts() {
        tx.connection()
            .execute(AssertSqlSafe(script))
            .await
            .map_err(Error::database("make the tables"))?;
    }
    meta::write(tx.connection(), meta::FORMAT, &FORMAT.to_string()).await?;
    tx.commit().await
}

/// Checks that the database has the format of this program.
pub async fn check(conn: &mut AnyConnection) -> Result<()> {
    match meta::counter(conn, meta::FORMAT).await? {
        FORMAT => Ok(()),
        found if found > FORMAT => Err(Error::Operator {
            code: "DATA-NEWER",
            sentence: format!(
                "the data directory has format {found}, written by a newer mayfly; this one knows {FORMAT}"
            ),
            remedy: "run the newer mayfly; a data directory is never taken back to an older format",
        }),
        _ => Err(Error::Operator {
            code: "DATA-DAMAGED",
            sentence: "the database does not tell its format".into(),
            remedy: "restore the data directory from a backup, or make a new one with `mayfly init`",
        }),
    }
}

fn scripts() -> impl Iterator<Item = &'static str> {
    let consent = mayfly_consent::store::MIGRATIONS_SQLITE
        .iter()
        .map(|(_, sql)| *sql);
    consent.chain([include_str!("../../migrations/sqlite/0001_house.sql")])
}
