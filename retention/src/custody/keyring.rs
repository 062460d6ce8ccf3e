//! Reads and writes the keyring: every living cohort's key, sealed as a whole under the root key. *Edge.*

use std::collections::BTreeMap;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::MAX_COHORTS;
use super::files::{KEYRING, KeyFiles};
use super::root::Root;
use crate::class::Cohort;
use crate::envelope::{self, Opener};
use crate::error::RetentionError;
use crate::header::{COHORT_NAME, pad_name, take};
use crate::secret::{self, Key32, Randomness};

const MAGIC: &[u8; 16] = b"mayfly-keyring\n\0";
const VERSION: u16 = 1;
const HEADER: usize = 16 + 2 + IDENTITY + 8 + 8 + 8;
const IDENTITY: usize = 16;
const ENTRY: usize = COHORT_NAME + 32 + 8;
const MAX_LEN: u64 = (HEADER + envelope::sealed_len(4 + MAX_COHORTS * ENTRY)) as u64;

/// The keys of all living cohorts.
pub(super) struct Keyring {
    /// Rises by one at every write.
    pub(super) generation: u64,
    /// Tells the keyrings of one key directory from all others; drawn when it was made.
    pub(super) identity: [u8; IDENTITY],
    /// How many keys were ever made: what a destruction never changes.
    pub(super) made: u64,
    pub(super) entries: BTreeMap<Cohort, Entry>,
}

/// One cohort's key.
pub(super) struct Entry {
    pub(super) key: Arc<Key32>,
    /// The generation that brought it.
    pub(super) since: u64,
}

impl Entry {
    /// The same key for the keyring that follows.
    pub(super) fn share(&self) -> Self {
        Self {
            key: Arc::clone(&self.key),
            since: self.since,
        }
    }
}

/// What a keyring says of itself in plaintext.
pub(super) struct KeyringHeader {
    pub(super) generation: u64,
    pub(super) root_generation: u64,
    pub(super) identity: [u8; IDENTITY],
    pub(super) made: u64,
}

impl Keyring {
    /// The keyring of a new key directory.
    pub(super) fn first(randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        Ok(Self {
            generation: 1,
            identity: secret::draw(randomness)?,
            made: 0,
            entries: BTreeMap::new(),
        })
    }

    /// Replaces the keyring on disk by this one; durable on return.
    pub(super) fn write(
        &self,
        files: &KeyFiles,
        root: &Root,
        randomness: &dyn Randomness,
    ) -> Result<(), RetentionError> {
        files.replace(KEYRING, &self.seal(root, randomness)?)
    }

    /// The keyring's file: a plaintext header, then an envelope that is bound to it. The salt is fresh for each
    /// write, so that no copy put back can make a nonce repeat.
    pub(super) fn seal(&self, root: &Root, randomness: &dyn Randomness) -> Result<Vec<u8>, RetentionError> {
        let salt = secret::draw(randomness)?;
        let header = encode_header(&KeyringHeader {
            generation: self.generation,
            root_generation: root.generation,
            identity: self.identity,
            made: self.made,
        });
        let mut body = Vec::with_capacity(envelope::sealed_len(4 + self.entries.len() * ENTRY));
        let count =
            u32::try_from(self.entries.len()).expect("Invariant: a keyring has at most 16,384 cohorts");
        body.extend_from_slice(&count.to_be_bytes());
        for (cohort, entry) in &self.entries {
            body.extend_from_slice(&pad_name(*cohort));
            body.extend_from_slice(entry.key.expose());
            body.extend_from_slice(&entry.since.to_be_bytes());
        }
        envelope::seal_in_place(&root.key, &salt, &context(&header), &mut body);
        Ok([header.as_slice(), &body].concat())
    }

    /// Opens a keyring's file under `root`.
    ///
    /// # Errors
    /// [`RetentionError::SealKeyDiffers`] if another root sealed it, [`RetentionError::KeyCorrupt`] if it is damaged.
    pub(super) fn open(content: &[u8], root: &Root) -> Result<Self, RetentionError> {
        let corrupt = RetentionError::KeyCorrupt { file: KEYRING };
        let header = parse_header(content)?;
        let mut opener =
            Opener::start(&content[HEADER..], &root.key, &context(&content[..HEADER])).map_err(damaged)?;
        // Reserved in full: growing would leave keys in freed memory.
        let mut body = Zeroizing::new(Vec::with_capacity(content.len()));
        while let Some(chunk) = opener.next_chunk().map_err(damaged)? {
            body.extend_from_slice(chunk);
        }
        let entries = parse_entries(&body)
            .filter(|_| header.root_generation == root.generation)
            .ok_or(corrupt)?;
        Ok(Self {
            generation: header.generation,
            identity: header.identity,
            made: header.made,
            entries,
        })
    }
}

/// Reads the header of the keyring on disk, without any key.
pub(super) fn read_header(files: &KeyFiles) -> Result<KeyringHeader, RetentionError> {
    parse_header(&files.read_start::<HEADER>(KEYRING)?)
}

/// Reads the keyring's file.
pub(super) fn read(files: &KeyFiles) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
    files.read(KEYRING, MAX_LEN)
}

fn encode_header(header: &KeyringHeader) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..16].copy_from_slice(MAGIC);
    bytes[16..18].copy_from_slice(&VERSION.to_be_bytes());
    bytes[18..26].copy_from_slice(&header.generation.to_be_bytes());
    bytes[26..34].copy_from_slice(&header.root_generation.to_be_bytes());
    bytes[34..42].copy_from_slice(&header.made.to_be_bytes());
    bytes[42..].copy_from_slice(&header.identity);
    bytes
}

fn parse_header(content: &[u8]) -> Result<KeyringHeader, RetentionError> {
    let corrupt = RetentionError::KeyCorrupt { file: KEYRING };
    let mut rest = content;
    if take(&mut rest) != Some(*MAGIC) {
        return Err(corrupt);
    }
    match take(&mut rest).map(u16::from_be_bytes) {
        Some(VERSION) => {}
        Some(version) if version > VERSION => {
            return Err(RetentionError::KeyringNewerFormat { file: KEYRING });
        }
        _ => return Err(corrupt),
    }
    let mut number = || take(&mut rest).map(u64::from_be_bytes).ok_or(corrupt.clone());
    let (generation, root_generation, made) = (number()?, number()?, number()?);
    Ok(KeyringHeader {
        generation,
        root_generation,
        made,
        identity: take(&mut rest).ok_or(corrupt)?,
    })
}

fn parse_entries(body: &[u8]) -> Option<BTreeMap<Cohort, Entry>> {
    let mut rest = body;
    let count = u32::from_be_bytes(take(&mut rest)?) as usize;
    if rest.len() != count.checked_mul(ENTRY)? {
        return None;
    }
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        let padded: [u8; COHORT_NAME] = take(&mut rest)?;
        let name = std::str::from_utf8(&padded).ok()?.trim_end_matches('\0');
        let (key, tail) = rest.split_first_chunk::<32>()?;
        rest = tail;
        let entry = Entry {
            key: Arc::new(Key32::from_bytes(key)),
            since: u64::from_be_bytes(take(&mut rest)?),
        };
        entries.insert(Cohort::parse(name).ok()?, entry);
    }
    Some(entries)
}

fn context(header: &[u8]) -> Vec<u8> {
    [b"mayfly/v1 keyring\0", header].concat()
}

/// The envelope's words for damage, in the keyring's.
fn damaged(error: RetentionError) -> RetentionError {
    match error {
        RetentionError::SealBroken => RetentionError::KeyCorrupt { file: KEYRING },
        other => other,
    }
}
