//! The database: one writer, transactions that cannot be left open, many readers. *SQL.*
//!
//! `migrate` makes and checks the schema, `meta` keeps the few counters, `columns` reads days and instants; statements over thousands of rows are made by
//! the consent store's `blocks`.

pub mod columns;
pub mod meta;
pub mod migrate;

use std::{os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use sqlx::{AnyConnection, ConnectOptions, Connection, Executor, any::AnyConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::{Error, Result};

/// The database of one data directory.
pub struct Db {
    writer: Arc<Mutex<AnyConnection>>,
    url: String,
}

impl Db {
    /// Opens `dir/mayfly.db`; `create` makes it.
    pub async fn open(dir: &Path, create: bool) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let path = dir.join("mayfly.db");
        if !create && !path.exists() {
            return Err(Error::Operator {
                code: "DATA-DAMAGED",
                sentence: "the data directory has no mayfly.db".into(),
                remedy: "put the newest database back; keys and sealed files are of no use without it",
            });
        }
        let url = format!(
            "sqlite://{}?mode={}",
            encoded(&path),
            if create { "rwc" } else { "rw" }
        );
        let mut writer = connect(&url).await?;
        if create {
            // The log and the shared memory beside it are made with the same mode.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
                .map_err(Error::io("keep the database to its owner"))?;
        }
        for pragma in WRITER_PRAGMAS {
            writer
                .execute(*pragma)
                .await
                .map_err(Error::database("prepare the connection"))?;
        }
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            url,
        })
    }

    /// Begins a transaction that holds the one writer. Dropped without [`Tx::commit`], it is rolled back.
    pub async fn begin(&self) -> Result<Tx> {
        let mut guard = self.writer.clone().lock_owned().await;
        guard
            .execute("BEGIN IMMEDIATE")
            .await
            .map_err(Error::database("begin"))?;
        Ok(Tx { guard: Some(guard) })
    }

    /// A connection of its own that only reads.
    pub async fn reader(&self) -> Result<AnyConnection> {
        let mut reader = connect(&self.url).await?;
        for pragma in READER_PRAGMAS {
            reader
                .execute(*pragma)
                .await
                .map_err(Error::database("prepare the connection"))?;
        }
        Ok(reader)
    }
}

/// An open transaction.
pub struct Tx {
    guard: Option<OwnedMutexGuard<AnyConnection>>,
}

impl Tx {
    /// The connection on which the statements of this transaction run.
    pub fn connection(&mut self) -> &mut AnyConnection {
        self.guard
            .as_mut()
            .expect("Invariant: the guard leaves only in commit and drop")
    }

    /// Makes the changes durable.
    pub async fn commit(mut self) -> Result<()> {
        let committed = self.connection().execute("COMMIT").await;
        match committed {
            Ok(_) => {
                self.guard = None;
                Ok(())
            }
            Err(error) => Err(Error::database("commit")(error)),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let (Some(mut guard), Ok(runtime)) = (self.guard.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                // A failing rollback means that there is no transaction any more; the next `begin` would tell.
                let _ = guard.execute("ROLLBACK").await;
            });
        }
    }
}

async fn connect(url: &str) -> Result<AnyConnection> {
    let options: AnyConnectOptions = url
        .parse()
        .map_err(Error::database("read the database address"))?;
    AnyConnection::connect_with(&options.disable_statement_logging())
        .await
        .map_err(Error::database("open the database"))
}

/// The path as a URL wants it: `%`, `?` and `#` would be read as syntax.
fn encoded(path: &Path) -> String {
    path.to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23")
}

const WRITER_PRAGMAS: &[&str] = &[
    "PRAGMA busy_timeout = 30000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 4000",
];

const READER_PRAGMAS: &[&str] = &[
    "PRAGMA busy_timeout = 30000",
    "PRAGMA query_only = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
];
