//! One proof for many entries of the journal: the hashes beside them, which together with them give the root. *Pure.*
//!
//! The tree is walked from its root, a node of more than one entry split at the largest power of two below its size (RFC 6962,
//! 2.1). Where none of the entries lies in a node, its hash is the next one of the proof; where one does, the walk goes on,
//! left before right, down to the entry itself.

use std::ops::Range;

use super::{
    fault::Result,
    merkle::{Hash, empty_root, hash_node},
    tiles::Tile,
    tree::{TileSet, hash_range, split, tiles_for},
};

/// The tiles that [`prove`] needs for the entries in `known`: ranges that are not empty, ascending, and share nothing.
pub fn tiles_for_subset(known: &[Range<u64>], size: u64) -> Vec<Tile> {
    tiles_for(&beside(known, size), size)
}

/// The hashes beside the entries in `known` in a tree of `size` entries, in the order of the walk.
///
/// # Errors
/// `TileMissing`.
pub fn prove(known: &[Range<u64>], size: u64, tiles: &TileSet) -> Result<Vec<Hash>> {
    let ranges = beside(known, size);
    ranges
        .into_iter()
        .map(|range| hash_range(range, size, tiles))
        .collect()
}

/// The root of a tree of `size` entries of which `leaves` are known, by index and ascending; `None` unless `beside` has
/// exactly the hashes that are missing.
pub fn root(size: u64, leaves: &[(u64, Hash)], beside: &[Hash]) -> Option<Hash> {
    if size == 0 {
        return (leaves.is_empty() && beside.is_empty()).then(empty_root);
    }
    let mut walk = Walk { leaves, beside };
    let root = walk.node(0..size)?;
    (walk.leaves.is_empty() && walk.beside.is_empty()).then_some(root)
}

struct Walk<'w> {
    leaves: &'w [(u64, Hash)],
    beside: &'w [Hash],
}

impl Walk<'_> {
    fn node(&mut self, range: Range<u64>) -> Option<Hash> {
        let known = self.leaves.first().filter(|(index, _)| range.contains(index));
        let Some((_, leaf)) = known else {
            let (hash, rest) = self.beside.split_first()?;
            self.beside = rest;
            return Some(*hash);
        };
        if range.end - range.start == 1 {
            let leaf = *leaf;
            self.leaves = &self.leaves[1..];
            return Some(leaf);
        }
        let middle = range.start + split(range.end - range.start);
        let left = self.node(range.start..middle)?;
        let right = self.node(middle..range.end)?;
        Some(hash_node(&left, &right))
    }
}

/// The nodes without any of the known entries, in the order of the walk.
fn beside(known: &[Range<u64>], size: u64) -> Vec<Range<u64>> {
    let mut found = Vec::new();
    if size > 0 {
        split_off(0..size, known, &mut found);
    }
    found
}

fn split_off(range: Range<u64>, known: &[Range<u64>], found: &mut Vec<Range<u64>>) {
    let known = &known[known.partition_point(|known| known.end <= range.start)..];
    match known.first() {
        Some(first) if first.start <= range.start && range.end <= first.end => {}
        Some(first) if first.start < range.end => {
            let middle = range.start + split(range.end - range.start);
            split_off(range.start..middle, known, found);
            split_off(middle..range.end, known, found);
        }
        _ => found.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        checkpoint::Checkpoint,
        fixture::{batch, journal, verifier},
    };
    use super::*;

    /// Proves `known` in a journal of `size`; returns the leaves, the hashes beside them and the signed root.
    fn proven(known: &[Range<u64>], size: u64) -> (Vec<(u64, Hash)>, Vec<Hash>, Hash) {
        let (tiles, note) = journal(size);
        let mut needed = TileSet::default();
        for tile in tiles_for_subset(known, size) {
            let hashes = tiles.hashes(tile.level, tile.index);
            assert!(needed.insert_bytes(tile.level, tile.index, hashes.as_flattened()));
        }
        let all = batch(0, size);
        let leaves = known.iter().cloned().flatten();
        let leaves = leaves.map(|index| (index, all.leaf_hashes()[index as usize]));
        let root = *Checkpoint::open(note.as_bytes(), &verifier()).unwrap().root();
        (leaves.collect(), prove(known, size, &needed).unwrap(), root)
    }

    #[test]
    fn any_entries_and_the_hashes_beside_them_give_the_signed_root() {
        for (known, size) in [
            (&[][..], 1),
            (&[(0, 1)], 1),
            (&[(0, 7)], 7),
            (&[(2, 5), (9, 10), (255, 258), (599, 600)], 600),
            (&[(1000, 1001)], 1001),
        ] {
            let known: Vec<Range<u64>> = known.iter().map(|(first, end)| *first..*end).collect();
            let (leaves, beside, expected) = proven(&known, size);
            assert_eq!(
                root(size, &leaves, &beside),
                Some(expected),
                "{known:?} of {size}"
            );
        }
        assert_eq!(root(0, &[], &[]), Some(empty_root()));
    }

    #[test]
    fn nothing_else_gives_it() {
        let (leaves, beside, expected) = proven(&[2..5, 9..10, 300..303], 600);
        for place in 0..leaves.len() {
            let mut other = leaves.clone();
            other[place].1[0] ^= 1;
            assert_ne!(root(600, &other, &beside), Some(expected));
            other.remove(place);
            assert_ne!(root(600, &other, &beside), Some(expected));
            let mut moved = leaves.clone();
            moved[place].0 += 1;
            assert_ne!(root(600, &moved, &beside), Some(expected));
        }
        let mut more = beside.clone();
        more.push([0; 32]);
        assert_eq!(root(600, &leaves, &more), None);
        assert_eq!(root(600, &leaves, &beside[1..]), None);
        assert_eq!(root(1, &leaves, &beside), None);
    }
}
