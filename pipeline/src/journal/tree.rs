//! Inclusion and consistency proofs from stored tiles. *Pure.*
//!
//! Nothing here reads a store: one asks which tiles a proof needs, loads them, and makes the proof from them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::{JournalError, Result};
use super::merkle::{Hash, hash_node, hash_perfect};
use super::tiles::{TILE_WIDTH, Tile, hashes_of_level};

/// Tiles in memory, by level and index.
#[derive(Clone, Debug, Default)]
pub struct TileSet {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl TileSet {
    /// Adds a tile from its stored bytes; `false` (and nothing added) if they are not 1 to 256 whole hashes. Of two
    /// states of a tile the longer stays: tiles only grow.
    #[must_use]
    pub fn insert_bytes(&mut self, level: u8, index: u64, bytes: &[u8]) -> bool {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let whole = rest.is_empty() && (1..=TILE_WIDTH as usize).contains(&hashes.len());
        if whole {
            let held = self.tiles.entry((level, index)).or_default();
            if hashes.len() > held.len() {
                *held = hashes.to_vec();
            }
        }
        whole
    }

    /// The tile's hashes; empty if it is not here.
    pub fn hashes(&self, level: u8, index: u64) -> &[Hash] {
        self.tiles.get(&(level, index)).map_or(&[], Vec::as_slice)
    }
}

/// The tiles that [`inclusion_path`] needs.
pub fn tiles_for_inclusion(index: u64, size: u64) -> Vec<Tile> {
    tiles_for(&inclusion_ranges(index, size), size)
}

/// The path from entry `index` to the root of the tree of `size` entries, the leaf's sibling first.
///
/// # Errors
/// [`JournalError::IndexBeyond`], [`JournalError::TileMissing`].
pub fn inclusion_path(index: u64, size: u64, tiles: &TileSet) -> Result<Vec<Hash>> {
    if index >= size {
        return Err(JournalError::IndexBeyond { index, size });
    }
    inclusion_ranges(index, size)
        .into_iter()
        .map(|range| hash_range(range, size, tiles))
        .collect()
}

/// The tiles that [`consistency_path`] needs.
pub fn tiles_for_consistency(old_size: u64, new_size: u64) -> Vec<Tile> {
    tiles_for(&consistency_ranges(old_size, new_size), new_size)
}

/// The proof that the tree of `old_size` entries is the beginning of the tree of `new_size`; empty for `old_size` 0.
///
/// # Errors
/// [`JournalError::IndexBeyond`] if the old tree is the larger, [`JournalError::TileMissing`].
pub fn consistency_path(old_size: u64, new_size: u64, tiles: &TileSet) -> Result<Vec<Hash>> {
    if old_size > new_size {
        return Err(JournalError::IndexBeyond {
            index: old_size,
            size: new_size,
        });
    }
    consistency_ranges(old_size, new_size)
        .into_iter()
        .map(|range| hash_range(range, new_size, tiles))
        .collect()
}

/// The subtrees on the way, as ranges of entries, lowest first (RFC 6962, 2.1.1: PATH).
fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, if index < size { size } else { 0 });
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The subtrees of a consistency proof, lowest first (RFC 6962, 2.1.2: SUBPROOF).
fn consistency_ranges(old_size: u64, new_size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if old_size == 0 || old_size >= new_size {
        return ranges;
    }
    let (mut start, mut end) = (0, new_size);
    while end != old_size {
        let middle = start + split(end - start);
        if old_size <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    // A whole old tree is known to the verifier and left out.
    if start > 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    ranges
}

/// The largest power of two smaller than `count`, which is at least 2.
pub(super) fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The Merkle tree hash of a range that RFC 6962's splitting produced: perfect subtrees, the largest first.
pub(super) fn hash_range(range: Range<u64>, size: u64, tiles: &TileSet) -> Result<Hash> {
    let mut hash: Option<Hash> = None;
    for node in perfect_nodes(range).into_iter().rev() {
        let (tile, first, count) = node.place(size);
        let hashes = tiles.hashes(tile.level, tile.index);
        let hashes = hashes
            .get(first..first + count)
            .ok_or(JournalError::TileMissing(tile))?;
        let left = hash_perfect(hashes);
        hash = Some(hash.map_or(left, |right| hash_node(&left, &right)));
    }
    Ok(hash.expect("Invariant: splitting never produces an empty range"))
}

pub(super) fn tiles_for(ranges: &[Range<u64>], size: u64) -> Vec<Tile> {
    let nodes = ranges.iter().cloned().flat_map(perfect_nodes);
    let mut tiles: Vec<_> = nodes.map(|node| node.place(size).0).collect();
    tiles.sort_unstable();
    tiles.dedup();
    tiles
}

/// A perfect subtree: the `index`-th of `2^height` entries.
struct Node {
    height: u32,
    index: u64,
}

impl Node {
    /// The tile, in its state at `size`, that holds the node's descendants (or itself), and where in it.
    fn place(&self, size: u64) -> (Tile, usize, usize) {
        let level = (self.height / 8) as u8;
        let first = self.index << (self.height % 8);
        let index = first / TILE_WIDTH;
        let width = (hashes_of_level(size, level) - index * TILE_WIDTH).min(TILE_WIDTH) as u16;
        (
            Tile { level, index, width },
            (first % TILE_WIDTH) as usize,
            1 << (self.height % 8),
        )
    }
}

fn perfect_nodes(range: Range<u64>) -> Vec<Node> {
    let (mut start, mut rest) = (range.start, range.end - range.start);
    let mut nodes = Vec::new();
    while rest > 0 {
        let height = rest.ilog2();
        nodes.push(Node {
            height,
            index: start >> height,
        });
        start += 1 << height;
        rest -= 1 << height;
    }
    nodes
}

#[cfg(test)]
#[path = "tree_tests.rs"]
pub(super) mod tests;
