//! Many entries in one body, as tlog-tiles bundles encode them, with their leaf hashes. *Pure.*
//!
//! A body is a sequence of entries, each after its length as two big-endian bytes (C2SP tlog-tiles, "Log entries").
//! Bodies can be cut at entry borders and joined freely: a stored chunk of thousands of entries and an exported
//! bundle of 256 have the same encoding.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::entry::{ENTRY_BYTES_MAX, Entry};
use super::fault::{JournalError, Result};
use super::instant::{self, INSTANT_BYTES};
use super::merkle::{Hash, hash_leaf};

/// Most entries of one batch.
pub const BATCH_ENTRIES_MAX: usize = 65_536;

/// Entries on their way into the store.
#[derive(Default)]
pub struct EntryBatch {
    body: Vec<u8>,
    leaves: Vec<Hash>,
    /// The last instant spelled, for the entries of a chunk mostly share one.
    spelled: Option<(Timestamp, [u8; INSTANT_BYTES])>,
}

impl EntryBatch {
    /// An empty batch with room for `entries` entries.
    pub fn with_capacity(entries: usize) -> Self {
        let entries = entries.min(BATCH_ENTRIES_MAX);
        Self {
            body: Vec::with_capacity(entries * 208),
            leaves: Vec::with_capacity(entries),
            spelled: None,
        }
    }

    /// Appends one entry. On an error the batch is as before.
    ///
    /// # Errors
    /// [`JournalError::EntryField`] and [`JournalError::BatchFull`].
    pub fn push(&mut self, entry: &Entry<'_>) -> Result<()> {
        if self.leaves.len() == BATCH_ENTRIES_MAX {
            return Err(JournalError::BatchFull);
        }
        let at = self.spell(entry.at)?;
        let start = self.body.len();
        self.body.extend_from_slice(&[0; 2]);
        if let Err(fault) = entry.write_at(&at, &mut self.body) {
            self.body.truncate(start);
            return Err(fault);
        }
        let length = u16::try_from(self.body.len() - start - 2);
        let length = length.expect("Invariant: all fields at their limits stay below ENTRY_BYTES_MAX");
        self.body[start..start + 2].copy_from_slice(&length.to_be_bytes());
        self.leaves.push(hash_leaf(&self.body[start + 2..]));
        Ok(())
    }

    /// The entries' encoding: the column `body`.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The entries' RFC 6962 leaf hashes, in order.
    pub fn leaf_hashes(&self) -> &[Hash] {
        &self.leaves
    }

    /// The writer's word on what it wrote, stored beside the body and compared before signing; see [`digest`].
    pub fn digest(&self) -> Hash {
        digest(&self.leaves)
    }

    /// The time of the last entry.
    pub fn latest(&self) -> Option<Timestamp> {
        self.spelled.map(|(at, _)| at)
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    fn spell(&mut self, at: Timestamp) -> Result<[u8; INSTANT_BYTES]> {
        match self.spelled {
            Some((last, spelling)) if last == at => Ok(spelling),
            _ => {
                let spelling = instant::spell(at).ok_or(JournalError::EntryField { field: "at" })?;
                self.spelled = Some((at, spelling));
                Ok(spelling)
            }
        }
    }
}

/// SHA-256 over the leaf hashes one after the other: taken when the entries are made, so that a bit that flips
/// between there and the store is seen before it is signed for.
pub fn digest(leaves: &[Hash]) -> Hash {
    Sha256::digest(leaves.as_flattened()).into()
}

/// The entries of a body, in order. After a fault the iteration ends.
pub fn entries(body: &[u8]) -> Entries<'_> {
    Entries { rest: body }
}

/// See [`entries`].
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl Entries<'_> {
    /// The bytes not yet iterated over.
    pub fn rest_bytes(&self) -> usize {
        self.rest.len()
    }
}

/// A length that is zero, over [`ENTRY_BYTES_MAX`], or reaches past the end of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff;

impl<'a> Iterator for Entries<'a> {
    type Item = std::result::Result<&'a [u8], CutOff>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((line, rest)) = split(self.rest) else {
            self.rest = &[];
            return Some(Err(CutOff));
        };
        self.rest = rest;
        Some(Ok(line))
    }
}

fn split(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = body.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    (1..=ENTRY_BYTES_MAX)
        .contains(&length)
        .then(|| rest.split_at_checked(length))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_body_gives_back_its_entries() {
        let batch = fixture::batch(0, 300);
        let lines: Vec<_> = entries(batch.body()).map(|line| line.unwrap()).collect();
        assert_eq!((lines.len(), batch.len()), (300, 300));
        for (index, line) in lines.iter().enumerate() {
            assert_eq!(Entry::parse(line).unwrap().reference, format!("fixture/{index}"));
            assert_eq!(batch.leaf_hashes()[index], hash_leaf(line));
        }
    }

    #[test]
    fn a_refused_entry_leaves_no_trace() {
        let mut batch = fixture::batch(0, 2);
        let (body, digest) = (batch.body().to_vec(), batch.digest());
        let good = Entry::parse(entries(&body).next().unwrap().unwrap()).unwrap();
        assert!(
            batch
                .push(&Entry {
                    reference: "A123456789",
                    ..good
                })
                .is_err()
        );
        assert!(
            batch
                .push(&Entry {
                    at: Timestamp::MIN,
                    ..good
                })
                .is_err()
        );
        assert_eq!(
            (batch.body(), batch.digest(), batch.len()),
            (&body[..], digest, 2)
        );
        batch.push(&good).unwrap();
        assert_eq!(entries(batch.body()).count(), 3);
    }

    #[test]
    fn a_batch_has_a_limit() {
        let mut batch = fixture::batch(0, BATCH_ENTRIES_MAX as u64);
        let body = batch.body()[..400].to_vec();
        let entry = Entry::parse(entries(&body).next().unwrap().unwrap()).unwrap();
        assert!(matches!(batch.push(&entry), Err(JournalError::BatchFull)));
    }

    #[test]
    fn bad_lengths_end_the_iteration() {
        for body in [&[0][..], &[0, 0], &[0, 2, 65], &[0xff, 0xff, 65], &[1, 65]] {
            assert_eq!(entries(body).collect::<Vec<_>>(), [Err(CutOff)]);
        }
        assert_eq!(
            entries(&[0, 1, 65, 0]).collect::<Vec<_>>(),
            [Ok(&b"A"[..]), Err(CutOff)]
        );
    }

    proptest! {
        #[test]
        fn any_bytes_end(body in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(entries(&body).count() <= body.len());
        }
    }
}
