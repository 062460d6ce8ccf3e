//! From the last checkpoint to the next: recomputes the tree from what is stored, before anything is signed. *Pure.*
//!
//! The writer hands its entries to the store together with a digest of the leaf hashes it computed. The signer reads
//! both back, computes every leaf hash again from the stored bytes and compares. A bit that flipped on the way is
//! seen here and never signed for: in 2022 one flipped bit made a public log unusable for good.

use super::batch::{digest, entries};
use super::checkpoint::{Checkpoint, text};
use super::entry::Entry;
use super::fault::{JournalError, Result};
use super::frontier::Frontier;
use super::merkle::{Hash, hash_leaf, verify_consistency};
use super::note::SigningKey;
use super::tiles::TileHashes;
use super::tree::{TileSet, consistency_path};

/// Most entries between two checkpoints; a signer that is further behind signs in steps. Bounds the memory of an
/// [`Advance`] to the tiles of so many entries, 33 MiB.
pub const ADVANCE_ENTRIES_MAX: u64 = 1_048_576;

/// One stored piece of the journal, as it was read back.
pub struct StoredEntries<'a> {
    /// The index of its first entry.
    pub first_index: u64,
    /// The entries' encoding.
    pub body: &'a [u8],
    /// What [`super::batch::EntryBatch::digest`] said when they were written.
    pub digest: Hash,
}

/// The way from one checkpoint to the next.
pub struct Advance {
    origin: String,
    signed_size: u64,
    frontier: Frontier,
    filled: Vec<TileHashes>,
}

/// Where the way led.
pub struct Advanced {
    /// What may now be signed.
    pub head: ProvenHead,
    /// The tiles to store with the signed head: those that became full, then the partial ones.
    pub tiles: Vec<TileHashes>,
}

/// A tree head recomputed from stored entries: the only thing a journal key signs. It cannot be made or copied
/// otherwise.
///
/// ```compile_fail,E0451
/// let head = mayfly::journal::sign::ProvenHead { origin: "x".into(), size: 1, root: [0; 32] };
/// ```
pub struct ProvenHead {
    origin: String,
    size: u64,
    root: Hash,
}

/// Checks that the journal of which `signed` is the stored head contains the checkpoint that was `noted` elsewhere
/// (beside the keyring, on a sheet, by a witness). `tiles` must hold [`super::tree::tiles_for_consistency`] of the two
/// sizes. A journal that does not is an old copy or another history, and is never signed on top of.
///
/// # Errors
/// [`JournalError::OriginDiffers`], [`JournalError::Rewound`], [`JournalError::TileMissing`].
pub fn check_continues(noted: &Checkpoint, signed: &Checkpoint, tiles: &TileSet) -> Result<()> {
    if noted.origin() != signed.origin() {
        return Err(JournalError::OriginDiffers);
    }
    let (old, new) = (noted.size(), signed.size());
    if old > new {
        return Err(JournalError::Rewound);
    }
    let path = consistency_path(old, new, tiles)?;
    match verify_consistency(old, new, noted.root(), signed.root(), &path) {
        true => Ok(()),
        false => Err(JournalError::Rewound),
    }
}

impl Advance {
    /// Begins at the last signed checkpoint with the stored partial tiles of its size
    /// ([`super::tiles::partial_tiles`]).
    ///
    /// # Errors
    /// [`JournalError::TileMissing`]; [`JournalError::HeadDiffers`] if the tiles do not give the signed root.
    pub fn begin(signed: &Checkpoint, stored: &TileSet) -> Result<Self> {
        let frontier = Frontier::restore(signed.size(), stored)?;
        if frontier.root() != *signed.root() {
            return Err(JournalError::HeadDiffers);
        }
        Ok(Self {
            origin: signed.origin().into(),
            signed_size: signed.size(),
            frontier,
            filled: Vec::new(),
        })
    }

    /// Takes the next stored piece.
    ///
    /// # Errors
    /// [`JournalError::EntriesGap`], [`JournalError::TooManyEntries`]; [`JournalError::EntriesDiffer`] if the stored
    /// bytes are not the entries that were written. After an error nothing can be signed: drop the advance.
    pub fn take(&mut self, stored: &StoredEntries<'_>) -> Result<()> {
        let expected = self.frontier.size();
        if stored.first_index != expected {
            return Err(JournalError::EntriesGap {
                expected,
                found: stored.first_index,
            });
        }
        let differ = JournalError::EntriesDiffer {
            first_index: stored.first_index,
        };
        let Some(leaves) = leaves_of(stored.body) else {
            return Err(differ);
        };
        if digest(&leaves) != stored.digest {
            return Err(differ);
        }
        if expected - self.signed_size + leaves.len() as u64 > ADVANCE_ENTRIES_MAX {
            return Err(JournalError::TooManyEntries);
        }
        for leaf in leaves {
            self.filled.extend(self.frontier.append(leaf));
        }
        Ok(())
    }

    /// The entry that has to come next.
    pub fn next_index(&self) -> u64 {
        self.frontier.size()
    }

    /// Ends the way.
    pub fn finish(self) -> Advanced {
        let head = ProvenHead {
            origin: self.origin,
            size: self.frontier.size(),
            root: self.frontier.root(),
        };
        let mut tiles = self.filled;
        tiles.extend(self.frontier.partial_tiles());
        Advanced { head, tiles }
    }
}

impl ProvenHead {
    /// How many entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The Merkle tree hash over them.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// Signs the head as a C2SP checkpoint under the journal's origin, and reads the note back before it is given out.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`], if the signature just made does not verify.
    pub fn sign(self, key: &SigningKey) -> Result<String> {
        let note = key.sign_note(&self.origin, &text(&self.origin, self.size, &self.root))?;
        let signed = Checkpoint::open(note.as_bytes(), &key.verifier_key(&self.origin)?)?;
        if signed.size() != self.size || *signed.root() != self.root {
            return Err(JournalError::NoteForged);
        }
        Ok(note)
    }
}

/// The leaf hashes of a body of well-formed entries.
fn leaves_of(body: &[u8]) -> Option<Vec<Hash>> {
    entries(body)
        .map(|line| line.ok().filter(|line| Entry::parse(line).is_ok()).map(hash_leaf))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ORIGIN, advanced, batch, journal, key, tile_set, verifier};
    use super::*;
    use proptest::prelude::*;

    fn resume(size: u64) -> (Advance, TileSet) {
        let Advanced { head, tiles } = advanced(size);
        let signed = Checkpoint::open(head.sign(&key()).unwrap().as_bytes(), &verifier()).unwrap();
        let tiles = tile_set(&tiles);
        (Advance::begin(&signed, &tiles).unwrap(), tiles)
    }

    #[test]
    fn signing_in_steps_gives_the_same_head() {
        let (mut advance, _) = resume(700);
        let more = batch(700, 900);
        advance
            .take(&StoredEntries {
                first_index: 700,
                body: more.body(),
                digest: more.digest(),
            })
            .unwrap();
        assert_eq!(advance.next_index(), 1600);
        let Advanced { head, tiles } = advance.finish();
        let whole = advanced(1600);
        assert_eq!((head.size(), head.root()), (1600, whole.head.root()));
        assert!(tiles.iter().all(|tile| whole.tiles.contains(tile)));
        let note = head.sign(&key()).unwrap();
        assert_eq!(
            Checkpoint::open(note.as_bytes(), &verifier()).unwrap().root(),
            whole.head.root()
        );
    }

    #[test]
    fn gaps_and_repeats_are_refused() {
        let more = batch(700, 10);
        for (first_index, body) in [(699, more.body()), (701, more.body())] {
            let (mut advance, _) = resume(700);
            let taken = advance.take(&StoredEntries {
                first_index,
                body,
                digest: more.digest(),
            });
            assert!(matches!(
                taken,
                Err(JournalError::EntriesGap { expected: 700, .. })
            ));
        }
    }

    #[test]
    fn a_wrong_tile_stops_the_journal() {
        let Advanced { head, tiles } = advanced(700);
        let signed = Checkpoint::open(head.sign(&key()).unwrap().as_bytes(), &verifier()).unwrap();
        for tile in 0..tiles.len() {
            let mut wrong = tiles.clone();
            wrong[tile].hashes[0][0] ^= 1;
            let expected = !tiles[tile].tile.is_full();
            let begun = Advance::begin(&signed, &tile_set(&wrong));
            assert_eq!(matches!(begun, Err(JournalError::HeadDiffers)), expected);
        }
        assert!(matches!(
            Advance::begin(&signed, &TileSet::default()),
            Err(JournalError::TileMissing(_))
        ));
    }

    #[test]
    fn an_old_copy_and_another_history_are_not_continued() {
        let signed = |note: &str| Checkpoint::open(note.as_bytes(), &verifier()).unwrap();
        let (tiles, note) = journal(900);
        let new = signed(&note);
        for size in [0, 1, 256, 700, 900] {
            let noted = signed(&journal(size).1);
            check_continues(&noted, &new, &tiles).unwrap();
            assert_eq!(check_continues(&new, &noted, &tiles).is_ok(), size == 900);
            let other = key().sign_note(ORIGIN, &text(ORIGIN, size, &[9; 32])).unwrap();
            let continued = check_continues(&signed(&other), &new, &tiles);
            assert!(matches!(continued, Err(JournalError::Rewound)), "{size}");
        }
        let elsewhere = Checkpoint::empty("other.example/journal").unwrap();
        assert!(matches!(
            check_continues(&elsewhere, &new, &tiles),
            Err(JournalError::OriginDiffers)
        ));
    }

    #[test]
    fn a_step_has_a_limit() {
        let mut advance = Advance::begin(&Checkpoint::empty(ORIGIN).unwrap(), &TileSet::default()).unwrap();
        let batch = batch(0, 65_536);
        for first_index in (0..ADVANCE_ENTRIES_MAX).step_by(65_536) {
            advance
                .take(&StoredEntries {
                    first_index,
                    body: batch.body(),
                    digest: batch.digest(),
                })
                .unwrap();
        }
        let first_index = ADVANCE_ENTRIES_MAX;
        let taken = advance.take(&StoredEntries {
            first_index,
            body: batch.body(),
            digest: batch.digest(),
        });
        assert!(matches!(taken, Err(JournalError::TooManyEntries)));
    }

    proptest! {
        #[test]
        fn no_flipped_bit_is_signed_for(at: prop::sample::Index, bit in 0u8..8) {
            let written = batch(0, 20);
            let (mut body, mut digest) = (written.body().to_vec(), written.digest());
            let at = at.index(body.len() + digest.len());
            match at.checked_sub(body.len()) {
                None => body[at] ^= 1 << bit,
                Some(at) => digest[at] ^= 1 << bit,
            }
            let mut advance = Advance::begin(&Checkpoint::empty(ORIGIN).unwrap(), &TileSet::default()).unwrap();
            let taken = advance.take(&StoredEntries { first_index: 0, body: &body, digest });
            let refused = matches!(taken, Err(JournalError::EntriesDiffer { first_index: 0 }));
            prop_assert!(refused);
        }
    }
}
