//! The database of a sandbox: a file in its data directory, or with the feature `postgres` one of its own on the server
//! that `.ci/postgres` starts. *Edge.*
//!
//! So the same suite runs on both engines: what a test says of the machine holds on each (invariant 10).

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
};

use mayfly::db::Address;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};

use crate::support::{pause, setting};

/// Whether the suite runs on PostgreSQL.
pub const ON_POSTGRES: bool = cfg!(feature = "postgres");

/// A database of its own, gone with its sandbox.
pub struct Database {
    /// Its name on the server.
    name: Option<String>,
}

impl Database {
    /// An empty one.
    pub fn empty() -> Self {
        Self::make("")
    }

    /// One with the same content; nobody may be connected to the first.
    pub fn copy(&self) -> Self {
        match &self.name {
            None => Self { name: None },
            Some(name) => Self::make(&format!(" TEMPLATE {name}")),
        }
    }

    /// Takes the content of `copy` in place of its own.
    pub fn restore(&self, copy: &Self) {
        if let (Some(name), Some(copy)) = (&self.name, &copy.name) {
            say(&server(), &format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
            create(name, &format!(" TEMPLATE {copy}"));
        }
    }

    /// Lets `command` work on it, and on no other that the environment may name.
    pub fn choose(&self, command: &mut Command) {
        match &self.name {
            None => command.env_remove("DATABASE_URL"),
            Some(name) => command.env("DATABASE_URL", url(name)),
        };
    }

    /// Its address, for a sandbox with the data directory `data`.
    pub fn address(&self, data: &Path) -> Address {
        let address = Address::parse(self.url().as_deref(), data);
        address.unwrap_or_else(|_| panic!("{}", self.url().unwrap()))
    }

    /// Its URL, where it is on a server.
    pub fn url(&self) -> Option<String> {
        self.name.as_deref().map(url)
    }

    /// Runs `sql` on it, which is on a server, and returns the first column of its rows, which are texts.
    pub fn say(&self, sql: &str) -> Vec<String> {
        say(&self.url().unwrap(), sql).unwrap()
    }

    /// The same, where the server may refuse it.
    pub fn try_to_say(&self, sql: &str) -> Result<Vec<String>, sqlx::Error> {
        say(&self.url().unwrap(), sql)
    }

    /// Runs `sql` on it, on either engine, and returns the first column of its rows, which are texts; `data` is the data
    /// directory.
    pub fn ask(&self, data: &Path, sql: &str) -> Vec<String> {
        let embedded = || format!("sqlite://{}?mode=rw", data.join("mayfly.db").display());
        say(&self.url().unwrap_or_else(embedded), sql).unwrap()
    }

    /// Whether `worker` holds the lock of the one writer.
    pub fn is_written_by(&self, worker: &Child) -> bool {
        if self.name.is_some() {
            let held =
                "SELECT CAST(count(*) AS TEXT) FROM pg_locks JOIN pg_database ON pg_database.oid = database
                        WHERE locktype = 'advisory' AND granted AND datname = current_database()";
            let is_held = || self.say(held) != ["0"];
            // What the worker had sent when it was paused, the server may only be about to do.
            return is_held() || {
                pause(0.1);
                is_held()
            };
        }
        // SQLite's lock of the one writer: byte 120 of the shared-memory file.
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        locks
            .lines()
            .any(|lock| lock.contains(&format!(" {} ", worker.id())) && lock.ends_with(" 120 120"))
    }

    /// The folder in which the server keeps everything, its log included.
    pub fn cluster(&self) -> Option<PathBuf> {
        self.name.as_ref()?;
        let folder = PathBuf::from(self.say("SHOW data_directory").remove(0));
        Some(folder.parent()?.to_path_buf())
    }

    fn make(how: &str) -> Self {
        if !ON_POSTGRES {
            return Self { name: None };
        }
        let number = u64::from_le_bytes(mayfly::ids::random().unwrap());
        let name = format!("t{number:016x}");
        create(&name, how);
        Self { name: Some(name) }
    }
}

fn create(name: &str, how: &str) {
    let mut tries = 0;
    // The session of a process that was killed ends a moment after it.
    while let Err(error) = say(&server(), &format!("CREATE DATABASE {name}{how}")) {
        tries += 1;
        assert!(tries < 50, "{error}");
        pause(0.1);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = say(&server(), &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn say(url: &str, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(url).await?;
        let rows = connection.fetch_all(AssertSqlSafe(sql.to_owned())).await?;
        connection.close().await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    })
}

fn url(name: &str) -> String {
    server().replace(":///postgres?", &format!(":///{name}?"))
}

fn server() -> String {
    setting("MAYFLY_TEST_POSTGRES")
        .expect("MAYFLY_TEST_POSTGRES is not set: run `.ci/postgres cargo test -p e2e --features postgres`")
}
