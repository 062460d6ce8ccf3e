//! Makes a key directory, and brings one that was cut anywhere into a legal state before a key is used. *Edge.*

use std::path::Path;
use std::sync::Arc;

use super::destroyed::DestroyedList;
use super::files::{
    CERTIFICATE, CHECKPOINT, CREATING, DESTROYED, INDEX_KEY, KEYRING, KeyFiles, LOCK, RESERVE, ROOT,
};
use super::keyring::{self, Keyring};
use super::ratchet;
use super::reserve;
use super::root::{self, Root};
use super::standing::Standing;
use crate::class::Cohort;
use crate::durable;
use crate::error::RetentionError;
use crate::secret::{Key32, Randomness};

/// What the disk says, in memory.
pub(super) struct State {
    pub(super) root: Root,
    pub(super) keyring: Keyring,
    pub(super) destroyed: DestroyedList,
}

impl State {
    /// How far these keys have come.
    pub(super) fn standing(&self) -> Standing {
        Standing {
            identity: self.keyring.identity,
            made: self.keyring.made,
            destroyed: self.destroyed.count(),
        }
    }

    /// Whether no other process wrote since.
    pub(super) fn is_current(&self, files: &KeyFiles) -> Result<bool, RetentionError> {
        let header = keyring::read_header(files)?;
        let same =
            (header.generation, header.root_generation) == (self.keyring.generation, self.root.generation);
        let same = same && (header.identity, header.made) == (self.keyring.identity, self.keyring.made);
        Ok(same && self.destroyed.is_current(files)?)
    }

    /// Whether the root in memory is still in a slot, and opens the keyring on the disk.
    pub(super) fn is_whole(&self, files: &KeyFiles) -> Result<bool, RetentionError> {
        Keyring::open(&keyring::read(files)?, &self.root)?;
        Ok(root::read(files)?.iter().any(|root| self.root.is(root)))
    }

    /// The key of a cohort that was not destroyed.
    pub(super) fn key(&self, cohort: Cohort) -> Result<Option<Arc<Key32>>, RetentionError> {
        if self.destroyed.contains(cohort) {
            return Err(RetentionError::KeyDestroyed);
        }
        Ok(self
            .keyring
            .entries
            .get(&cohort)
            .map(|entry| Arc::clone(&entry.key)))
    }
}

/// Makes the files of a new key directory. A marker lies there until all are durable; while it does, no key was ever
/// used, so that an interrupted making may be begun anew.
pub(super) fn create(dir: &Path, randomness: &dyn Randomness) -> Result<(), RetentionError> {
    durable::create_dir(dir, "create the key directory")?;
    let files = KeyFiles::unchecked(dir);
    if files.exists(CREATING)? {
        for name in [KEYRING, ROOT, INDEX_KEY, DESTROYED, LOCK, RESERVE] {
            files.remove(name)?;
        }
    } else {
        for name in [KEYRING, ROOT, INDEX_KEY, DESTROYED, LOCK, CHECKPOINT, CERTIFICATE] {
            if files.exists(name)? {
                return Err(RetentionError::KeyExists);
            }
        }
        files.create(CREATING, b"")?;
        files.sync_dir()?;
        if let Some(parent) = files
            .dir()
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            durable::sync_dir(parent, "create the key directory")?;
        }
    }
    let first = Root::first(randomness)?;
    files.create(LOCK, b"")?;
    files.create(DESTROYED, b"")?;
    root::create_index_key(&files, randomness)?;
    root::create(&files, &first, randomness)?;
    reserve::keep(&files)?;
    files.create(KEYRING, &Keyring::first(randomness)?.seal(&first, randomness)?)?;
    files.sync_dir()?;
    files.remove(CREATING)?;
    files.sync_dir()
}

/// Reads the key directory and finishes what a crash left undone. The caller holds the lock.
///
/// The slot that opens the keyring is the active one; the other is erased; a keyring that was never published is
/// deleted; destroyed cohorts that are still in the keyring are destroyed again.
pub(super) fn load(files: &KeyFiles, randomness: &dyn Randomness) -> Result<State, RetentionError> {
    files.unstage(KEYRING)?;
    files.unstage(CHECKPOINT)?;
    files.unstage(CERTIFICATE)?;
    let (root, keyring) = open_keyring(files)?;
    root::erase_other(files, &root, randomness)?;
    let destroyed = DestroyedList::read(files)?;
    let revived: Vec<_> = keyring
        .entries
        .keys()
        .copied()
        .filter(|cohort| destroyed.contains(*cohort))
        .map(|cohort| (cohort, None))
        .collect();
    let mut state = State {
        root,
        keyring,
        destroyed,
    };
    if !revived.is_empty() {
        ratchet::destroy(files, &mut state, &revived, randomness)?;
    }
    // Without a reserve no new cohort begins; that is told then.
    let _ = reserve::keep(files);
    Ok(state)
}

fn open_keyring(files: &KeyFiles) -> Result<(Root, Keyring), RetentionError> {
    let content = keyring::read(files)?;
    // Names a newer format before a slot is judged: a newer program may keep its root elsewhere.
    keyring::read_header(files)?;
    for root in root::read(files)? {
        match Keyring::open(&content, &root) {
            Ok(keyring) => return Ok((root, keyring)),
            Err(RetentionError::SealKeyDiffers) => {}
            Err(error) => return Err(error),
        }
    }
    Err(RetentionError::KeyringForeign)
}
