//! Keeps the root key in one of two slots that are overwritten in place, and the index key in a file of its own. *Edge.*

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::files::{INDEX_KEY, KeyFiles, ROOT};
use crate::error::RetentionError;
use crate::header::take;
use crate::secret::{Key32, Randomness};

/// One slot is one block of the disk, so that overwriting one never touches the other.
const SLOT: usize = 4_096;
const SLOTS: usize = 2;
const MAGIC: &[u8; 16] = b"mayfly-root-v1\n\0";
const INDEX_MAGIC: &[u8; 16] = b"mayfly-index-v1\n";
const INDEX_LEN: usize = 16 + 32 + 32;

/// The root key that seals the keyring now.
pub(super) struct Root {
    pub(super) slot: usize,
    pub(super) generation: u64,
    pub(super) key: Key32,
}

impl Root {
    /// The first root of a new key directory.
    pub(super) fn first(randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        Ok(Self {
            slot: 0,
            generation: 1,
            key: Key32::random(randomness)?,
        })
    }

    /// The root that follows this one, in the other slot.
    pub(super) fn successor(&self, randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        Ok(Self {
            slot: 1 - self.slot,
            generation: self.generation + 1,
            key: Key32::random(randomness)?,
        })
    }

    /// Whether `other` is the same root in the same slot.
    pub(super) fn is(&self, other: &Self) -> bool {
        let place = |root: &Self| (root.slot, root.generation);
        place(self) == place(other) && self.key.expose() == other.key.expose()
    }

    /// Writes this root into its slot and waits for the disk.
    pub(super) fn write(&self, files: &KeyFiles) -> Result<(), RetentionError> {
        files.overwrite(ROOT, (self.slot * SLOT) as u64, &self.encode())
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut block = Zeroizing::new(Vec::with_capacity(SLOT));
        block.extend_from_slice(MAGIC);
        block.extend_from_slice(&self.generation.to_be_bytes());
        block.extend_from_slice(self.key.expose());
        let check = Sha256::digest(block.as_slice());
        block.extend_from_slice(&check);
        block.resize(SLOT, 0);
        block
    }

    fn parse(slot: usize, block: &[u8]) -> Option<Self> {
        let mut rest = block;
        let bound = block.get(..16 + 8 + 32)?;
        if take(&mut rest)? != *MAGIC {
            return None;
        }
        let generation = u64::from_be_bytes(take(&mut rest)?);
        let (key, mut rest) = rest.split_first_chunk::<32>()?;
        let check: [u8; 32] = take(&mut rest)?;
        (check == <[u8; 32]>::from(Sha256::digest(bound))).then(|| Self {
            slot,
            generation,
            key: Key32::from_bytes(key),
        })
    }
}

/// Writes the slot file of a new key directory: the first root, and random bytes in the other slot.
pub(super) fn create(
    files: &KeyFiles,
    root: &Root,
    randomness: &dyn Randomness,
) -> Result<(), RetentionError> {
    let mut content = Zeroizing::new(vec![0; SLOT * SLOTS]);
    randomness.fill(&mut content[SLOT..])?;
    content[..SLOT].copy_from_slice(&root.encode());
    files.create(ROOT, &content)
}

/// Reads every slot that holds a whole root.
///
/// # Errors
/// [`RetentionError::KeyCorrupt`] if none does.
pub(super) fn read(files: &KeyFiles) -> Result<Vec<Root>, RetentionError> {
    let content = files.read(ROOT, (SLOT * SLOTS) as u64)?;
    let roots: Vec<Root> = content
        .chunks_exact(SLOT)
        .enumerate()
        .filter_map(|(slot, block)| Root::parse(slot, block))
        .collect();
    if content.len() != SLOT * SLOTS || roots.is_empty() {
        return Err(RetentionError::KeyCorrupt { file: ROOT });
    }
    Ok(roots)
}

/// Overwrites a slot with random bytes and waits for the disk.
pub(super) fn erase(
    files: &KeyFiles,
    slot: usize,
    randomness: &dyn Randomness,
) -> Result<(), RetentionError> {
    let mut noise = vec![0; SLOT];
    randomness.fill(&mut noise)?;
    files.overwrite(ROOT, (slot * SLOT) as u64, &noise)
}

/// Erases the slot that is not `active` if it still bears the mark of a root, whole or torn.
///
/// Mark and key lie in one sector, so where the mark is gone the key is gone.
pub(super) fn erase_other(
    files: &KeyFiles,
    active: &Root,
    randomness: &dyn Randomness,
) -> Result<(), RetentionError> {
    let other = 1 - active.slot;
    let content = files.read(ROOT, (SLOT * SLOTS) as u64)?;
    if content[other * SLOT..].starts_with(MAGIC) {
        erase(files, other, randomness)?;
    }
    Ok(())
}

/// Writes a fresh index key for a new key directory.
pub(super) fn create_index_key(files: &KeyFiles, randomness: &dyn Randomness) -> Result<(), RetentionError> {
    let key = Key32::random(randomness)?;
    let mut content = Zeroizing::new(Vec::with_capacity(INDEX_LEN));
    content.extend_from_slice(INDEX_MAGIC);
    content.extend_from_slice(key.expose());
    let check = Sha256::digest(content.as_slice());
    content.extend_from_slice(&check);
    files.create(INDEX_KEY, &content)
}

/// Reads the index key.
pub(super) fn read_index_key(files: &KeyFiles) -> Result<Key32, RetentionError> {
    let content = files.read(INDEX_KEY, INDEX_LEN as u64)?;
    let corrupt = RetentionError::KeyCorrupt { file: INDEX_KEY };
    let (bound, check) = content.split_at_checked(16 + 32).ok_or(corrupt.clone())?;
    let key = bound
        .strip_prefix(INDEX_MAGIC)
        .and_then(|key| key.first_chunk())
        .ok_or(corrupt.clone())?;
    if Sha256::digest(bound).as_slice() == check {
        Ok(Key32::from_bytes(key))
    } else {
        Err(corrupt)
    }
}
