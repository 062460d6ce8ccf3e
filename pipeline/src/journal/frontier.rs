//! The right edge of the tree: all one needs to append, to fill tiles and to know the root. *Pure.*

use super::fault::{JournalError, Result};
use super::merkle::{Hash, empty_root, hash_node, hash_perfect};
use super::tiles::{LEVELS_MAX, TILE_WIDTH, Tile, TileHashes, partial_tiles};
use super::tree::TileSet;

/// The partial tile of every level, and the size they belong to. Bounded: 8 levels of at most 255 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    levels: [Vec<Hash>; LEVELS_MAX as usize],
}

impl Frontier {
    /// Takes up a tree of `size` entries from its stored partial tiles ([`partial_tiles`] says which).
    ///
    /// # Errors
    /// [`JournalError::TileMissing`].
    pub fn restore(size: u64, stored: &TileSet) -> Result<Self> {
        let mut frontier = Self {
            size,
            ..Self::default()
        };
        for tile in partial_tiles(size) {
            let hashes = stored.hashes(tile.level, tile.index);
            let hashes = hashes
                .get(..usize::from(tile.width))
                .ok_or(JournalError::TileMissing(tile))?;
            frontier.levels[usize::from(tile.level)] = hashes.to_vec();
        }
        Ok(frontier)
    }

    /// How many entries the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf; gives back the tiles that thereby became full, from level 0 up (mostly none).
    #[must_use = "full tiles leave the frontier and must be kept"]
    pub fn append(&mut self, leaf: Hash) -> Vec<TileHashes> {
        self.size += 1;
        let mut filled = Vec::new();
        let mut hash = leaf;
        for level in 0..LEVELS_MAX {
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < TILE_WIDTH as usize {
                break;
            }
            let hashes = std::mem::take(hashes);
            hash = hash_perfect(&hashes);
            let index = (self.size >> (8 * (u32::from(level) + 1))) - 1;
            filled.push(TileHashes {
                tile: Tile {
                    level,
                    index,
                    width: TILE_WIDTH as u16,
                },
                hashes,
            });
        }
        filled
    }

    /// The Merkle tree hash over all entries (RFC 6962, 2.1).
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for hashes in &self.levels {
            // The perfect subtrees of a level stand from the largest to the smallest, after those of higher levels.
            let mut rest = &hashes[..];
            while !rest.is_empty() {
                let peak = hash_perfect(&rest[rest.len() - (1 << rest.len().trailing_zeros())..]);
                rest = &rest[..rest.len() - (1 << rest.len().trailing_zeros())];
                root = Some(root.map_or(peak, |right| hash_node(&peak, &right)));
            }
        }
        root.unwrap_or_else(empty_root)
    }

    /// The partial tiles as they stand, from level 0 up.
    pub fn partial_tiles(&self) -> Vec<TileHashes> {
        let hashes = |tile: Tile| self.levels[usize::from(tile.level)].clone();
        partial_tiles(self.size)
            .into_iter()
            .map(|tile| TileHashes {
                tile,
                hashes: hashes(tile),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::tile_set;
    use super::super::merkle::hash_leaf;
    use super::super::tree::tests::naive_root;
    use super::*;
    use proptest::prelude::*;

    fn leaves(size: u64) -> Vec<Hash> {
        (0..size).map(|index| hash_leaf(&index.to_be_bytes())).collect()
    }

    #[test]
    fn every_small_size_and_the_edges_of_levels() {
        let leaves = leaves(66_100);
        let mut frontier = Frontier::default();
        assert_eq!(frontier.root(), naive_root(&[]));
        for (index, leaf) in leaves.iter().enumerate() {
            let _ = frontier.append(*leaf);
            let size = index + 1;
            if size <= 600 || [65_535, 65_536, 65_537, 65_792, 66_100].contains(&size) {
                assert_eq!(frontier.root(), naive_root(&leaves[..size]), "{size}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn stopping_and_going_on(first in 0u64..1200, more in 0u64..1200) {
            let leaves = leaves(first + more);
            let mut frontier = Frontier::default();
            let mut tiles: Vec<_> = leaves[..first as usize].iter().flat_map(|leaf| frontier.append(*leaf)).collect();
            tiles.extend(frontier.partial_tiles());
            let mut again = Frontier::restore(first, &tile_set(&tiles)).unwrap();
            prop_assert_eq!(&again, &frontier);
            let filled: Vec<_> = leaves[first as usize..].iter().flat_map(|leaf| again.append(*leaf)).collect();
            prop_assert_eq!(again.root(), naive_root(&leaves));
            for tile in filled.iter().chain(&again.partial_tiles()) {
                prop_assert!(tile.tile.belongs_to(first + more));
                prop_assert_eq!(tile.hashes.len(), usize::from(tile.tile.width));
            }
        }
    }
}
