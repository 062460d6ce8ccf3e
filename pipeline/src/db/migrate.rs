//! Makes the schema and refuses a database that is newer than this program. *SQL.*

use sqlx::{AnyConnection, AssertSqlSafe, Executor, Row};

use super::{Address, Db, meta, postgres};
use crate::error::{Error, Result};

/// The format of data directories that this program writes.
pub const FORMAT: i64 = 1;

/// Makes all tables in an empty database, and notes `facts` of the data directory it belongs to.
///
/// # Errors
/// `INIT-REFUSED` when there are tables already; `DB-*`. Nothing is made then.
pub async fn create(db: &Db, facts: &[(&'static str, &str)]) -> Result<()> {
    let mut tx = db.begin().await?;
    if let Address::Postgres(_) = db.address() {
        check_empty(tx.connection()).await?;
    }
    for script in scripts(db.address()) {
        tx.connection()
            .execute(AssertSqlSafe(script))
            .await
            .map_err(Error::database("make the tables"))?;
    }
    meta::write(tx.connection(), meta::FORMAT, &FORMAT.to_string()).await?;
    for (key, value) in facts {
        meta::write(tx.connection(), key, value).await?;
    }
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

/// A server's database may be somebody else's.
async fn check_empty(conn: &mut AnyConnection) -> Result<()> {
    let row =
        sqlx::query("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()")
            .fetch_one(conn)
            .await
            .map_err(Error::database("look at the database"))?;
    match row.try_get(0).map_err(Error::database("look at the database"))? {
        0_i64 => Ok(()),
        _ => Err(Error::Input {
            code: "INIT-REFUSED",
            sentence: "the PostgreSQL database has tables already, so no data directory is made with it"
                .into(),
            remedy: "name an empty database: `createdb NAME`, then `mayfly init --database postgres://…/NAME`",
        }),
    }
}

fn scripts(address: &Address) -> impl Iterator<Item = &'static str> {
    let (consent, house, layout) = match address {
        Address::Sqlite(_) => (
            mayfly_consent::store::MIGRATIONS_SQLITE,
            include_str!("../../migrations/sqlite/0001_house.sql"),
            None,
        ),
        Address::Postgres(_) => (
            mayfly_consent::store::MIGRATIONS_POSTGRES,
            include_str!("../../migrations/postgres/0001_house.sql"),
            Some(postgres::LAYOUT),
        ),
    };
    consent.iter().map(|(_, sql)| *sql).chain([house]).chain(layout)
}
