//! The database: one writer, transactions that cannot be left open, many readers, on either engine. *SQL.*
//!
//! `readers` keeps the readers of a file for the next who asks, `recall` what they read until something changes. `address` tells which engine, `sqlite` and `postgres` hold the few statements that differ, `migrate` makes and checks
//! the schema, `meta` keeps the few counters, `columns` reads days and instants; statements over thousands of rows are
//! made by the consent store's `blocks`.

pub mod address;
pub mod columns;
pub mod meta;
pub mod migrate;
pub mod postgres;
mod readers;
pub mod recall;
pub mod sqlite;

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{AnyConnection, ConnectOptions, Connection, Executor, any::AnyConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use address::Address;
pub use readers::Reader;

use self::readers::Readers;
use crate::error::{self, Error, Result};

/// The database of one data directory.
pub struct Db {
    writer: Arc<Mutex<AnyConnection>>,
    address: Arc<Address>,
    readers: Arc<Readers>,
    /// The reader that sees changes, once somebody has asked, and the how manieth it is: each counts for itself.
    watch: Mutex<(i64, Option<AnyConnection>)>,
}

impl Db {
    /// Opens the database; `create` makes the file, where it is one.
    pub async fn open(address: Address, create: bool) -> Result<Self> {
        sqlx::any::install_default_drivers();
        if let (Address::Sqlite(path), false) = (&address, create) {
            sqlite::check_present(path)?;
        }
        let writer = connect(&address, create, writer_settings(&address)).await?;
        if let (Address::Sqlite(path), true) = (&address, create) {
            sqlite::restrict(path)?;
        }
        Ok(Self {
            writer: Arc::new(Mutex::new(writer)),
            readers: Arc::new(Readers::of(&address)),
            address: Arc::new(address),
            watch: Mutex::new((0, None)),
        })
    }

    /// Begins a transaction that holds the one writer. Dropped without [`Tx::commit`], it is rolled back.
    ///
    /// It begins in a task that nobody cancels: whoever stops waiting for it in the midst of the statement leaves a
    /// transaction that is rolled back, not one in which the next caller would find itself.
    pub async fn begin(&self) -> Result<Tx> {
        let (writer, address) = (self.writer.clone(), self.address.clone());
        let begun = tokio::spawn(async move {
            let mut tx = Tx {
                guard: Some(writer.lock_owned().await),
            };
            let begin = begin_statement(&address);
            match tx.connection().execute(begin).await {
                Ok(_) => Ok(tx),
                // The server was restarted, or went away for a moment: a new connection, once.
                Err(error) if error::is_away(&error) => {
                    *tx.connection() = connect(&address, false, writer_settings(&address)).await?;
                    tx.connection()
                        .execute(begin)
                        .await
                        .map_err(Error::database("begin a transaction"))?;
                    Ok(tx)
                }
                Err(error) => Err(Error::database("begin a transaction")(error)),
            }
        });
        begun
            .await
            .unwrap_or(Err(Error::Bug("the beginning of a transaction panicked")))
    }

    /// A connection that only reads, for one caller: one that another caller is done with, or a new one.
    pub async fn reader(&self) -> Result<Reader> {
        let connection = match self.readers.take() {
            Some(connection) => connection,
            None => self.new_reader().await?,
        };
        Ok(Reader::new(connection, Arc::clone(&self.readers)))
    }

    /// A number that is greater whenever anything was changed by anybody, in this process or another, since it was last asked
    /// for; none where the engine does not tell. It means nothing to another process.
    pub async fn changes(&self) -> Result<Option<i64>> {
        if matches!(*self.address, Address::Postgres(_)) {
            return Ok(None);
        }
        let mut watch = self.watch.lock().await;
        let (number, connection) = &mut *watch;
        let mut watching = match connection.take() {
            Some(watching) => watching,
            None => {
                *number += 1;
                self.new_reader().await?
            }
        };
        let changes = sqlite::changes(&mut watching).await?;
        *connection = Some(watching);
        Ok(Some((*number << 32) | changes))
    }

    async fn new_reader(&self) -> Result<AnyConnection> {
        let settings = match *self.address {
            Address::Sqlite(_) => sqlite::READER,
            Address::Postgres(_) => postgres::READER,
        };
        connect(&self.address, false, settings).await
    }

    /// Sees to it that what was deleted, or replaced, does not stay in the log either; tells whether it is so.
    ///
    /// PostgreSQL keeps such rows in `pg_wal` and in dead space whatever one says: only ciphertext rests there, and its
    /// keys are what is destroyed.
    pub async fn empty_log(&self) -> Result<bool> {
        match *self.address {
            Address::Sqlite(_) => sqlite::empty_log(&mut *self.writer.lock().await).await,
            Address::Postgres(_) => Ok(true),
        }
    }

    /// Copies the database as it is at this moment into the new file `path`, for a backup; SQLite only.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn copy_to(&self, path: &Path) -> Result<()> {
        match *self.address {
            Address::Sqlite(_) => sqlite::copy_to(&mut self.new_reader().await?, path).await,
            Address::Postgres(_) => Err(Error::Bug("a database on a server was to be copied as a file")),
        }
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
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
            Err(error) => Err(Error::database("commit a transaction")(error)),
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

async fn connect(address: &Address, create: bool, settings: &[&'static str]) -> Result<AnyConnection> {
    let url = match address {
        Address::Sqlite(path) => sqlite::url(path, create),
        Address::Postgres(url) => url.clone(),
    };
    let options: AnyConnectOptions = url
        .parse()
        .map_err(Error::database("read the database address"))?;
    let options = options.disable_statement_logging();
    let connected = async {
        let mut connection = AnyConnection::connect_with(&options)
            .await
            .map_err(Error::database("open the database"))?;
        for setting in settings {
            connection
                .execute(*setting)
                .await
                .map_err(Error::database("prepare the connection"))?;
        }
        Ok(connection)
    };
    if let Address::Sqlite(_) = address {
        return connected.await;
    }
    // Something may listen there that says nothing.
    tokio::time::timeout(CONNECTING, connected)
        .await
        .unwrap_or_else(|_| Err(Error::away("open the database")))
}

fn writer_settings(address: &Address) -> &'static [&'static str] {
    match address {
        Address::Sqlite(_) => sqlite::WRITER,
        Address::Postgres(_) => postgres::WRITER,
    }
}

fn begin_statement(address: &Address) -> &'static str {
    match address {
        Address::Sqlite(_) => sqlite::BEGIN,
        Address::Postgres(_) => postgres::BEGIN,
    }
}

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(10);
