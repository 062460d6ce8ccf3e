//! Sessions as a door finds them for every request: looked up once for as long as nothing is changed, and noted as used once a second. *SQL.*

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{Timestamp, civil::Date};

use super::store::{self, Kept};
use crate::{access::persons::Persons, app::House, db::recall::Recall, error::Result};

/// What one door remembers of sessions. Whoever is stopped, ended or signed out is so at once: that is a change.
#[derive(Default)]
pub struct Sessions {
    found: Recall<(Vec<u8>, Date), Found>,
    /// Whose use is being noted now.
    noting: Mutex<HashSet<Vec<u8>>>,
}

/// A session, and the people of its place.
#[derive(Clone)]
pub struct Found {
    /// As it is kept.
    pub kept: Arc<Kept>,
    /// Who may what there today.
    pub persons: Arc<Persons>,
}

impl Sessions {
    /// The session of the token with that digest, and the people of its place on `today`.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn find(&self, house: &House, digest: &[u8], today: Date) -> Result<Option<Found>> {
        let changes = house.db.changes().await?;
        let read = async {
            let mut reader = house.db.reader().await?;
            let Some(kept) = store::session(&mut reader, digest).await? else {
                return Ok(None);
            };
            let persons = Persons::read(&mut reader, &kept.holder.at, today).await?;
            Ok(Some(Found {
                kept: Arc::new(kept),
                persons: Arc::new(persons),
            }))
        };
        self.found.find(changes, (digest.to_vec(), today), read).await
    }

    /// Notes that the session of the token with that digest was used at `now`, unless somebody is about it.
    ///
    /// # Errors
    /// `DB-*`.
    pub async fn note(&self, house: &House, digest: &[u8], now: Timestamp) -> Result<()> {
        let Some(_noting) = Noting::begin(&self.noting, digest) else {
            return Ok(());
        };
        let mut tx = house.db.begin().await?;
        store::seen(tx.connection(), digest, now).await?;
        tx.commit().await
    }
}

/// One whose use is being noted, until it is dropped: also when the caller who caused it goes away in the midst.
struct Noting<'a> {
    all: &'a Mutex<HashSet<Vec<u8>>>,
    digest: &'a [u8],
}

impl<'a> Noting<'a> {
    /// Nothing if somebody is about it.
    fn begin(all: &'a Mutex<HashSet<Vec<u8>>>, digest: &'a [u8]) -> Option<Self> {
        let is_new = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(digest.to_vec());
        is_new.then_some(Self { all, digest })
    }
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(self.digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_by_one_at_a_time_and_again_when_that_one_is_gone() {
        let all = Mutex::default();
        let first = Noting::begin(&all, b"a");
        assert!(first.is_some() && Noting::begin(&all, b"a").is_none());
        assert!(Noting::begin(&all, b"b").is_some());
        drop(first);
        assert!(Noting::begin(&all, b"a").is_some());
    }
}
