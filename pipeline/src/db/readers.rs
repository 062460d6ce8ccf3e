//! Readers that wait for the next who asks: opening a file, reading its schema and preparing statements costs more than most questions. *Edge.*
//!
//! No reader begins a transaction, so that one that was given back holds nothing: neither a page of the log nor a lock. A server's
//! connections are not kept; it may go away and come back between two callers.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::AnyConnection;

use super::Address;

/// The readers that nobody uses now.
pub(super) struct Readers {
    idle: Mutex<Vec<AnyConnection>>,
    /// How many are kept.
    most: usize,
}

/// A connection that only reads; dropped, it waits for the next caller.
pub struct Reader {
    connection: Option<AnyConnection>,
    home: Arc<Readers>,
}

impl Readers {
    pub(super) fn of(address: &Address) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            most: match address {
                Address::Sqlite(_) => KEPT,
                Address::Postgres(_) => 0,
            },
        }
    }

    pub(super) fn take(&self) -> Option<AnyConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, connection: AnyConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.most {
            idle.push(connection);
        }
    }
}

impl Reader {
    pub(super) fn new(connection: AnyConnection, home: Arc<Readers>) -> Self {
        Self {
            connection: Some(connection),
            home,
        }
    }
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.connection
            .as_ref()
            .expect("Invariant: the connection leaves only in drop")
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.connection
            .as_mut()
            .expect("Invariant: the connection leaves only in drop")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.home.give_back(connection);
        }
    }
}

/// As many as acts run at one time behind the HTTP door.
const KEPT: usize = 32;
