//! Reads an exported journal once it has been verified: its entries as a stream, one bundle of them in memory. *Edge.*

use std::{fs, io::Read, path::Path};

use super::{
    batch::entries,
    entry::ENTRY_BYTES_MAX,
    tiles::{TILE_WIDTH, Tile},
};

/// Offers the lines of the first `size` entries of the journal in `folder`, in order and as far as they can be read.
pub fn each_entry(folder: &Path, size: u64, mut take: impl FnMut(&[u8])) {
    for index in 0..size.div_ceil(TILE_WIDTH) {
        let tile = Tile {
            level: 0,
            index,
            width: (size - index * TILE_WIDTH).min(TILE_WIDTH) as u16,
        };
        let Some(body) = plain_file(&folder.join(tile.bundle_path()), BUNDLE_BYTES_MAX) else {
            break;
        };
        entries(&body).map_while(|line| line.ok()).for_each(&mut take);
    }
}

/// The bytes of a plain file of at most `limit` bytes; `None`: it is missing, no file, too large, or cannot be read.
pub fn plain_file(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(length) if is_file && length <= limit => Some(bytes),
        _ => None,
    }
}

const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (2 + ENTRY_BYTES_MAX);
