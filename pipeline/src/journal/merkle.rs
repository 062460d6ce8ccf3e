//! RFC 6962 hashing, and the checks of inclusion and consistency proofs. *Pure.*

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash of a leaf: `SHA-256(0x00 || entry)` (RFC 6962, 2.1).
pub fn hash_leaf(entry: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(entry)
        .finalize()
        .into()
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)` (RFC 6962, 2.1).
pub fn hash_node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// The root of the tree without entries: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash over a perfect subtree whose 2^n hashes of one level are `hashes`; at most 256 of them.
///
/// # Panics
/// If the number is not a power of two up to 256.
pub fn hash_perfect(hashes: &[Hash]) -> Hash {
    assert!(
        hashes.len().is_power_of_two() && hashes.len() <= 256,
        "Invariant: a tile is cut at powers of two"
    );
    let mut row = [[0; 32]; 128];
    if hashes.len() == 1 {
        return hashes[0];
    }
    let mut width = hashes.len() / 2;
    for (node, pair) in row.iter_mut().zip(hashes.chunks_exact(2)) {
        *node = hash_node(&pair[0], &pair[1]);
    }
    while width > 1 {
        width /= 2;
        for at in 0..width {
            row[at] = hash_node(&row[2 * at], &row[2 * at + 1]);
        }
    }
    row[0]
}

/// Whether `path` leads from `leaf`, entry `index` of `size`, to `root` (RFC 6962, 2.1.1; RFC 9162, 2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if is_right(node) || node == last {
            hash = hash_node(sibling, &hash);
            (node, last) = skip_lone(node, last);
        } else {
            hash = hash_node(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether `path` shows that the tree of `old_size` with `old_root` is the beginning of the tree of `new_size` with
/// `new_root` (RFC 6962, 2.1.2; RFC 9162, 2.1.4.2). The empty tree is the beginning of every tree, without a path.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> bool {
    if old_size == new_size {
        return path.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    if old_size > new_size {
        return false;
    }
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    let perfect = node.trailing_ones();
    (node, last) = (node >> perfect, last >> perfect);
    // A perfect old tree is itself the first node of the path, and is left out of it.
    let (first, rest) = match path.split_first() {
        _ if old_size.is_power_of_two() => (old_root, path),
        Some((first, rest)) => (first, rest),
        None => return false,
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if is_right(node) || node == last {
            old_hash = hash_node(sibling, &old_hash);
            new_hash = hash_node(sibling, &new_hash);
            (node, last) = skip_lone(node, last);
        } else {
            new_hash = hash_node(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

fn is_right(node: u64) -> bool {
    node & 1 == 1
}

/// Climbs over the levels on which a left node is the last one and has no sibling.
fn skip_lone(node: u64, last: u64) -> (u64, u64) {
    let levels = if node == 0 { 0 } else { node.trailing_zeros() };
    (node >> levels, last >> levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Hash {
        std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
    }

    /// The inputs and roots that RFC 6962 implementations share.
    #[test]
    fn the_shared_vectors() {
        let leaves: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e,
                0x6f,
            ],
        ];
        let leaves = leaves.map(hash_leaf);
        assert_eq!(
            leaves[0],
            unhex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        );
        let root_4 = unhex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        let root_6 = unhex("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
        let root_8 = unhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
        assert_eq!(hash_perfect(&leaves[..4]), root_4);
        assert_eq!(hash_perfect(&leaves), root_8);
        let path = [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(unhex);
        assert!(verify_consistency(6, 8, &root_6, &root_8, &path));
        assert!(!verify_consistency(6, 8, &root_4, &root_8, &path));
        assert!(!verify_consistency(5, 8, &root_6, &root_8, &path));
        assert!(!verify_consistency(6, 8, &root_6, &root_8, &path[..2]));
        let path = [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
        .map(unhex);
        assert!(verify_inclusion(5, 8, &leaves[5], &path, &root_8));
        assert!(!verify_inclusion(4, 8, &leaves[5], &path, &root_8));
        assert!(!verify_inclusion(5, 8, &leaves[4], &path, &root_8));
        assert!(!verify_inclusion(8, 8, &leaves[5], &path, &root_8));
    }

    #[test]
    fn the_empty_tree() {
        assert_eq!(
            empty_root(),
            unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        assert!(verify_consistency(0, 3, &empty_root(), &[1; 32], &[]));
        assert!(!verify_consistency(0, 3, &[2; 32], &[1; 32], &[]));
        assert!(!verify_inclusion(0, 0, &[0; 32], &[], &empty_root()));
    }
}
