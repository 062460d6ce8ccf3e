//! Keeps the small erasable keys on which everything sealed depends, and destroys them for good. *Edge.*
//!
//! A key directory holds a root key in one of two slots (`root`), a keyring sealed under it (`keyring`), the list of
//! destroyed cohorts (`destroyed`), the long-lived index key, some notes (`notes`) and a reserve of room (`reserve`). Several processes of one host
//! share it under short exclusive locks. Destroying a cohort replaces the root (`ratchet`), so that no copy of the
//! keyring made before opens with any key that exists after.
//!
//! A key directory must never be part of a backup; the crate's `README.md` gives every byte and the order of writes.

mod destroyed;
mod facts;
mod files;
mod keyring;
mod notes;
mod ratchet;
mod recovery;
mod reserve;
mod root;
mod standing;
mod strength;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::class::Cohort;
use crate::error::RetentionError;
use crate::kdf;
use crate::secret::{Key32, Randomness};

use files::KeyFiles;
use keyring::Entry;
use recovery::State;

pub use destroyed::{Certified, Circumstances, DestroyedCohort};
pub use ratchet::Destroyed;
pub use standing::Standing;
pub use strength::{Erasure, Strength};

/// Longest checkpoint that [`Custody::note_checkpoint`] keeps, in bytes.
pub const MAX_CHECKPOINT_LEN: usize = 16 << 10;
/// Most living cohorts in a keyring.
pub const MAX_COHORTS: usize = 1 << 14;

/// An open key directory.
///
/// Every look-up first checks that the keyring and the list of destroyed cohorts on disk are those in memory, so
/// that a key destroyed by another process is not handed out here. A key that was handed out lives until its last
/// holder drops it: hold it for one chunk of work, never longer.
pub struct Custody {
    files: KeyFiles,
    randomness: Arc<dyn Randomness>,
    index_key: Key32,
    erasure: Erasure,
    /// `None` after anything failed half-way: the next use recovers from the disk.
    state: Mutex<Option<State>>,
    /// How far the keys had come when they were read last: they never fall behind that under an open handle.
    seen: Mutex<Standing>,
    /// Set for good when the disk did not confirm a write: what it holds cannot be known by reading it again.
    unsure: AtomicBool,
}

impl Custody {
    /// Makes the keys of an empty data directory in `dir`, which is created if need be.
    ///
    /// # Errors
    /// [`RetentionError::KeyExists`] if keys are there; a disk error. A creation that was cut short is begun anew.
    pub fn create(dir: &Path, randomness: Arc<dyn Randomness>) -> Result<Self, RetentionError> {
        recovery::create(dir, &*randomness)?;
        Self::open(dir, randomness)
    }

    /// Opens the keys in `dir`, finishing what a crash left undone and applying the list of destroyed cohorts
    /// before any key can be asked for.
    ///
    /// # Errors
    /// [`RetentionError::KeyMissing`], [`RetentionError::KeyCorrupt`], [`RetentionError::KeyPermissions`],
    /// [`RetentionError::KeyringNewerFormat`], [`RetentionError::KeyringForeign`] or a disk error.
    pub fn open(dir: &Path, randomness: Arc<dyn Randomness>) -> Result<Self, RetentionError> {
        let files = KeyFiles::open(dir)?;
        let _lock = files.lock()?;
        let index_key = root::read_index_key(&files)?;
        let state = recovery::load(&files, &*randomness)?;
        Ok(Self {
            files,
            randomness,
            index_key,
            erasure: Self::erasure_at(dir),
            seen: Mutex::new(state.standing()),
            state: Mutex::new(Some(state)),
            unsure: AtomicBool::new(false),
        })
    }

    /// The key of a cohort, made and durable on disk before it is returned for the first time.
    ///
    /// # Errors
    /// [`RetentionError::KeyDestroyed`] for a destroyed cohort, [`RetentionError::LimitExceeded`] beyond
    /// [`MAX_COHORTS`], [`RetentionError::DiskFull`] without room for the reserve that its destruction may need, or as [`open`](Self::open).
    pub fn cohort_key(&self, cohort: Cohort) -> Result<Arc<Key32>, RetentionError> {
        if let Some(key) = self.existing_key(cohort)? {
            return Ok(key);
        }
        self.exclusively(|state| {
            if let Some(key) = state.key(cohort)? {
                return Ok(key);
            }
            if state.keyring.entries.len() >= MAX_COHORTS {
                return Err(RetentionError::LimitExceeded {
                    what: "a keyring (cohorts)",
                    limit: MAX_COHORTS as u64,
                });
            }
            // What could not be destroyed on a full disk is not begun.
            reserve::keep(&self.files)?;
            let key = Arc::new(Key32::random(&*self.randomness)?);
            let since = state.keyring.generation + 1;
            state.keyring.entries.insert(
                cohort,
                Entry {
                    key: Arc::clone(&key),
                    since,
                },
            );
            state.keyring.generation = since;
            state.keyring.made += 1;
            state.keyring.write(&self.files, &state.root, &*self.randomness)?;
            Ok(key)
        })
    }

    /// The key of a cohort if one was ever made.
    ///
    /// # Errors
    /// [`RetentionError::KeyDestroyed`] for a destroyed cohort, or as [`open`](Self::open).
    pub fn existing_key(&self, cohort: Cohort) -> Result<Option<Arc<Key32>>, RetentionError> {
        self.look(|state| state.key(cohort))
    }

    /// The public commitment to a cohort's key: the same as in every header that the key wraps (D6).
    ///
    /// # Errors
    /// As [`existing_key`](Self::existing_key).
    pub fn commitment(&self, cohort: Cohort) -> Result<Option<[u8; 32]>, RetentionError> {
        Ok(self
            .existing_key(cohort)?
            .map(|key| kdf::cohort_commitment(&key, cohort)))
    }

    /// The living cohorts, sorted by class and time. What is due follows from their names alone.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn cohorts(&self) -> Result<Vec<Cohort>, RetentionError> {
        self.look(|state| Ok(state.keyring.entries.keys().copied().collect()))
    }

    /// Whether a cohort's key was destroyed.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn is_destroyed(&self, cohort: Cohort) -> Result<bool, RetentionError> {
        self.look(|state| Ok(state.destroyed.contains(cohort)))
    }

    /// All destroyed cohorts in the order of their names.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn destroyed(&self) -> Result<Vec<DestroyedCohort>, RetentionError> {
        self.look(|state| Ok(state.destroyed.all()))
    }

    /// How far these keys have come; a database that has noted more has older keys before it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn standing(&self) -> Result<Standing, RetentionError> {
        self.look(|state| Ok(state.standing()))
    }

    /// Reads everything on the disk again that other look-ups trust memory for, and returns the keys'
    /// [`standing`](Self::standing): a slot that was damaged, or a file that was taken away, is noticed now.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn check(&self) -> Result<Standing, RetentionError> {
        self.check_sure()?;
        root::read_index_key(&self.files)?;
        let mut slot = self.locked();
        if let Some(state) = slot.as_ref()
            && state.is_current(&self.files)?
            && state.is_whole(&self.files).unwrap_or(false)
        {
            return Ok(state.standing());
        }
        // Damaged, or another process is just destroying: who holds the lock can tell which.
        let _lock = self.files.lock()?;
        Ok(slot.insert(self.load()?).standing())
    }

    /// How well a key that is destroyed here is erased, and why.
    pub fn erasure(&self) -> Erasure {
        self.erasure
    }

    /// How well a key that is destroyed here is erased, as its certificate says (D6).
    pub fn strength(&self) -> Strength {
        self.erasure.strength
    }

    /// How well keys would be erased in `dir`, which need not hold any yet.
    pub fn erasure_at(dir: &Path) -> Erasure {
        Erasure::judge(facts::gather(dir).as_ref())
    }

    /// The long-lived key of keyed indexes (D17), for [`KeyedIndex`](crate::index::KeyedIndex).
    pub fn index_key(&self) -> &Key32 {
        &self.index_key
    }

    /// Destroys a cohort's key for good (D3). See [`destroy_all`](Self::destroy_all).
    ///
    /// # Errors
    /// As [`destroy_all`](Self::destroy_all).
    pub fn destroy(&self, cohort: Cohort) -> Result<Destroyed, RetentionError> {
        let mut destroyed = self.destroy_all(&[cohort])?;
        Ok(destroyed.pop().expect("Invariant: one cohort gives one receipt"))
    }

    /// Destroys the keys of several cohorts in one turn of the ratchet, and returns a receipt for each, in their
    /// order, once nothing that exists can open them. Cohorts without a key are barred from ever getting one;
    /// those destroyed before get their receipt again.
    ///
    /// # Errors
    /// A disk error, after which the keys are refused already and the next open or destroy finishes the work.
    pub fn destroy_all(&self, cohorts: &[Cohort]) -> Result<Vec<Destroyed>, RetentionError> {
        let untold: Vec<_> = cohorts.iter().map(|cohort| (*cohort, None)).collect();
        self.exclusively(|state| ratchet::destroy(&self.files, state, &untold, &*self.randomness))
    }

    /// As [`destroy_all`](Self::destroy_all), and keeps in the list of the destroyed how it came to that.
    ///
    /// # Errors
    /// As [`destroy_all`](Self::destroy_all).
    pub fn destroy_as(
        &self,
        cohorts: Vec<(Cohort, Circumstances)>,
    ) -> Result<Vec<Destroyed>, RetentionError> {
        let told: Vec<_> = cohorts
            .into_iter()
            .map(|(cohort, circumstances)| (cohort, Some(circumstances)))
            .collect();
        self.exclusively(|state| ratchet::destroy(&self.files, state, &told, &*self.randomness))
    }

    /// Keeps what certificates are about to say of destroyed cohorts, durable on return: a database from before them is
    /// told the same. Of a cohort that is not destroyed nothing is kept.
    ///
    /// # Errors
    /// A disk error.
    pub fn note_certified(&self, cohorts: &[(Cohort, Circumstances)]) -> Result<(), RetentionError> {
        self.exclusively(|state| {
            let list = &mut state.destroyed;
            let lines: Vec<_> = cohorts
                .iter()
                .filter(|(cohort, _)| list.contains(*cohort))
                .map(|(cohort, told)| (*cohort, (list.commitment(*cohort), Some(told.clone()))))
                .collect();
            if lines.is_empty() {
                return Ok(());
            }
            list.append(&self.files, &lines)
        })
    }

    /// Reads from a state that is the disk's.
    fn look<T>(&self, read: impl FnOnce(&State) -> Result<T, RetentionError>) -> Result<T, RetentionError> {
        self.check_sure()?;
        let mut slot = self.locked();
        if let Some(state) = slot.as_ref()
            && state.is_current(&self.files)?
        {
            return read(state);
        }
        let _lock = self.files.lock()?;
        read(slot.insert(self.load()?))
    }

    /// Changes the state and the disk while no other thread or process does. If that fails, the state in memory
    /// is given up.
    fn exclusively<T>(
        &self,
        act: impl FnOnce(&mut State) -> Result<T, RetentionError>,
    ) -> Result<T, RetentionError> {
        self.check_sure()?;
        let mut slot = self.locked();
        let _lock = self.files.lock()?;
        let mut state = match slot.take() {
            Some(state) if state.is_current(&self.files)? => state,
            _ => self.load()?,
        };
        let result = act(&mut state);
        match &result {
            Ok(_) => {
                *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = state.standing();
                *slot = Some(state);
            }
            Err(RetentionError::DiskSyncFailed { .. }) => self.unsure.store(true, Ordering::Release),
            Err(_) => {}
        }
        result
    }

    /// Reads the disk anew; the caller holds the lock. Keys that were put back from a copy under this handle are refused.
    fn load(&self) -> Result<State, RetentionError> {
        let state = recovery::load(&self.files, &*self.randomness)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        state.standing().check_reaches(&seen)?;
        *seen = state.standing();
        Ok(state)
    }

    fn check_sure(&self) -> Result<(), RetentionError> {
        if self.unsure.load(Ordering::Acquire) {
            return Err(RetentionError::DiskSyncFailed {
                act: "trust the keys on the disk",
            });
        }
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(|poisoned| {
            self.state.clear_poison();
            let mut state = PoisonError::into_inner(poisoned);
            *state = None;
            state
        })
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod cut_tests;
#[cfg(test)]
#[path = "custody_tests.rs"]
mod tests;
