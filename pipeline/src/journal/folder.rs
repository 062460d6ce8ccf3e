//! Reads an exported journal once it has been verified: its entries as a stream, one bundle of them in memory. *Edge.*

use std::{fs, io::Read, path::Path};

use super::{
    batch::entries,
    entry::ENTRY_BYTES_MAX,
    tiles::{TILE_WIDTH, Tile},
};
use crate::input;

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
/// A link or a pipe is not opened: the one leads elsewhere, the other makes us wait.
pub fn plain_file(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let facts = fs::symlink_metadata(path).ok()?;
    if !facts.is_file() || facts.len() > limit as u64 {
        return None;
    }
    let mut bytes = Vec::new();
    let file = input::open(path).ok()?;
    let length = file.take(limit as u64 + 1).read_to_end(&mut bytes).ok()?;
    (length <= limit).then_some(bytes)
}

const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (2 + ENTRY_BYTES_MAX);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_file_within_its_limit_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        fs::write(&file, "four").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(plain_file(&file, 4).as_deref(), Some(&b"four"[..]));
        assert!(plain_file(&file, 3).is_none());
        assert!(plain_file(&link, 4).is_none() && plain_file(folder.path(), 4).is_none());
        // With a writer to it that never comes, an open pipe would be waited for.
        assert!(plain_file(&pipe, 4).is_none());
    }
}
