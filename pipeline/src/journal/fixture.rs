//! Small invented journals for this folder's tests. *Pure.*

use super::batch::EntryBatch;
use super::checkpoint::Checkpoint;
use super::entry::{Entry, Kind, commit};
use super::note::{SigningKey, VerifierKey};
use super::sign::{Advance, Advanced, StoredEntries};
use super::tiles::TileHashes;
use super::tree::TileSet;

/// The origin of every test journal.
pub(super) const ORIGIN: &str = "bureau.example/journal";

/// Entries `first .. first + count`, a second apart in pairs.
pub(super) fn batch(first: u64, count: u64) -> EntryBatch {
    let mut batch = EntryBatch::with_capacity(count as usize);
    for index in first..first + count {
        let entry = Entry {
            kind: Kind::ALL[index as usize % Kind::ALL.len()],
            at: jiff::Timestamp::from_second(1_793_584_800 + index as i64 / 2).unwrap(),
            member: ["004", "812", ""][index as usize % 3],
            reference: &format!("fixture/{index}"),
            payload: commit(&[7; 16], &index.to_be_bytes()),
        };
        batch.push(&entry).unwrap();
    }
    batch
}

/// The test journal's key.
pub(super) fn key() -> SigningKey {
    SigningKey::from_seed(&[42; 32])
}

/// Its public half.
pub(super) fn verifier() -> VerifierKey {
    key().verifier_key(ORIGIN).unwrap()
}

/// What `Advance` makes of a journal of `size` entries, from nothing.
pub(super) fn advanced(size: u64) -> Advanced {
    let mut advance = Advance::begin(&Checkpoint::empty(ORIGIN).unwrap(), &TileSet::default()).unwrap();
    for first_index in (0..size).step_by(1000) {
        let batch = batch(first_index, 1000.min(size - first_index));
        advance
            .take(&StoredEntries {
                first_index,
                body: batch.body(),
                digest: batch.digest(),
            })
            .unwrap();
    }
    advance.finish()
}

/// All tiles and the signed checkpoint of a journal of `size` entries.
pub(super) fn journal(size: u64) -> (TileSet, String) {
    let advanced = advanced(size);
    (tile_set(&advanced.tiles), advanced.head.sign(&key()).unwrap())
}

/// Tiles as a store would give them back.
pub(super) fn tile_set(tiles: &[TileHashes]) -> TileSet {
    let mut set = TileSet::default();
    for TileHashes { tile, hashes } in tiles {
        assert!(set.insert_bytes(tile.level, tile.index, hashes.as_flattened()));
    }
    set
}
