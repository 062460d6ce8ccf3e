//! Proofs from tiles against the definition of RFC 6962, written as it stands there. *Pure.*

use super::super::fixture::tile_set;
use super::super::frontier::Frontier;
use super::super::merkle::{empty_root, hash_leaf, verify_consistency, verify_inclusion};
use super::*;
use proptest::prelude::*;

/// MTH of RFC 6962, 2.1.
pub(in super::super) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            hash_node(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962, 2.1.1.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, other) = match index.checked_sub(left.len()) {
        None => (naive_path(index, left), naive_root(right)),
        Some(index) => (naive_path(index, right), naive_root(left)),
    };
    path.push(other);
    path
}

/// SUBPROOF of RFC 6962, 2.1.2.
fn naive_subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, other) = match old.checked_sub(left.len()) {
        None | Some(0) => (naive_subproof(old, left, whole), naive_root(right)),
        Some(old) => (naive_subproof(old, right, false), naive_root(left)),
    };
    path.push(other);
    path
}

fn tree(size: u64) -> (Vec<Hash>, TileSet) {
    let leaves: Vec<_> = (0..size).map(|index| hash_leaf(&index.to_be_bytes())).collect();
    let mut frontier = Frontier::default();
    let mut tiles: Vec<_> = leaves.iter().flat_map(|leaf| frontier.append(*leaf)).collect();
    tiles.extend(frontier.partial_tiles());
    (leaves, tile_set(&tiles))
}

/// Only what was asked for, so that the list of needed tiles is tested with the proof.
fn only(tiles: &TileSet, needed: &[Tile]) -> TileSet {
    let mut set = TileSet::default();
    for tile in needed {
        let hashes = tiles.hashes(tile.level, tile.index);
        assert_eq!(hashes.len(), usize::from(tile.width));
        assert!(set.insert_bytes(tile.level, tile.index, hashes.as_flattened()));
    }
    set
}

#[test]
fn all_proofs_of_small_trees() {
    for size in 1..40 {
        let (leaves, tiles) = tree(size);
        let root = naive_root(&leaves);
        for index in 0..size {
            let path = inclusion_path(index, size, &tiles).unwrap();
            assert_eq!(path, naive_path(index as usize, &leaves));
            assert!(verify_inclusion(
                index,
                size,
                &leaves[index as usize],
                &path,
                &root
            ));
            assert!(!verify_inclusion(
                (index + 1) % (size + 1),
                size,
                &leaves[index as usize],
                &path,
                &root
            ));
        }
        for old in 1..=size {
            let path = consistency_path(old, size, &tiles).unwrap();
            assert_eq!(path, naive_subproof(old as usize, &leaves, true));
            assert!(verify_consistency(
                old,
                size,
                &naive_root(&leaves[..old as usize]),
                &root,
                &path
            ));
        }
    }
}

#[test]
fn what_cannot_be_proven() {
    let (_, tiles) = tree(300);
    assert!(matches!(
        inclusion_path(300, 300, &tiles),
        Err(JournalError::IndexBeyond { .. })
    ));
    assert!(matches!(
        consistency_path(301, 300, &tiles),
        Err(JournalError::IndexBeyond { .. })
    ));
    assert!(matches!(
        inclusion_path(3, 300, &TileSet::default()),
        Err(JournalError::TileMissing(_))
    ));
    assert_eq!(tiles_for_inclusion(300, 300), []);
    let mut set = TileSet::default();
    for bytes in [&[0; 31][..], &[0; 33], &[], &[0; 257 * 32]] {
        assert!(!set.insert_bytes(0, 0, bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn proofs_over_several_levels(
        size in prop_oneof![1u64..2_000, 65_000u64..67_000], at: prop::sample::Index, flip: prop::sample::Index,
    ) {
        let (leaves, tiles) = tree(size);
        let root = naive_root(&leaves);
        let index = at.index(size as usize) as u64;
        let leaf = leaves[index as usize];
        let mut path = inclusion_path(index, size, &only(&tiles, &tiles_for_inclusion(index, size))).unwrap();
        prop_assert_eq!(&path, &naive_path(index as usize, &leaves));
        prop_assert!(verify_inclusion(index, size, &leaf, &path, &root));
        if !path.is_empty() {
            let at = flip.index(path.len() * 32);
            path[at / 32][at % 32] ^= 1;
            prop_assert!(!verify_inclusion(index, size, &leaf, &path, &root));
            path[at / 32][at % 32] ^= 1;
            prop_assert!(!verify_inclusion(index, size, &leaf, &path[1..], &root));
        }
        path.push([0; 32]);
        prop_assert!(!verify_inclusion(index, size, &leaf, &path, &root));

        let old = index + 1;
        let old_root = naive_root(&leaves[..old as usize]);
        let mut path = consistency_path(old, size, &only(&tiles, &tiles_for_consistency(old, size))).unwrap();
        prop_assert!(verify_consistency(old, size, &old_root, &root, &path));
        prop_assert!(old == size || !verify_consistency(old, size, &root, &root, &path));
        if !path.is_empty() {
            let at = flip.index(path.len() * 32);
            path[at / 32][at % 32] ^= 0x80;
            prop_assert!(!verify_consistency(old, size, &old_root, &root, &path));
        }
    }
}
