//! Writes the journal as a folder in the C2SP tlog-tiles layout, for whoever wants to verify it. *Edge.*
//!
//! Streaming: the entries are given in order in pieces of any length; in memory are one bundle and the right edge of
//! the tree. The folder appears under its name only when it is whole and its root is the signed one. Files are not
//! synchronised one by one: an export that a power cut damaged is found by verifying it and can be made again.

use std::fs;
use std::path::{Path, PathBuf};

use super::batch::entries;
use super::checkpoint::Checkpoint;
use super::fault::{JournalError, Result};
use super::frontier::Frontier;
use super::guide::guide;
use super::merkle::hash_leaf;
use super::note::VerifierKey;
use super::tiles::{TILE_WIDTH, Tile};
use super::verify::{CHECKPOINT, README};

/// An export under way. Dropped before [`Export::finish`], it leaves nothing behind.
pub struct Export {
    target: PathBuf,
    partial: PathBuf,
    note: String,
    key: VerifierKey,
    checkpoint: Checkpoint,
    frontier: Frontier,
    /// The entries of the bundle that is not yet full.
    bundle: Vec<u8>,
    finished: bool,
}

impl Export {
    /// Begins to export the journal of which `note` is the checkpoint, signed by `key`, to the folder `target`, which
    /// must not exist or be empty. Files are written to `<target>.partial` beside it first.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`]; [`JournalError::TargetNotEmpty`], [`JournalError::TargetBusy`],
    /// [`JournalError::File`].
    pub fn begin(target: &Path, note: &str, key: &VerifierKey) -> Result<Self> {
        let checkpoint = Checkpoint::open(note.as_bytes(), key)?;
        let taken = match fs::read_dir(target) {
            Ok(mut children) => children.next().is_some(),
            Err(_) => fs::symlink_metadata(target).is_ok(),
        };
        if taken {
            return Err(JournalError::TargetNotEmpty);
        }
        let mut partial = target.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        fs::create_dir(&partial).map_err(|source| match source.kind() {
            std::io::ErrorKind::AlreadyExists => JournalError::TargetBusy,
            _ => JournalError::File {
                act: "create the export's folder",
                source,
            },
        })?;
        Ok(Self {
            target: target.into(),
            partial,
            note: note.into(),
            key: key.clone(),
            checkpoint,
            frontier: Frontier::default(),
            bundle: Vec::new(),
            finished: false,
        })
    }

    /// Takes the next entries, encoded as they are stored.
    ///
    /// # Errors
    /// [`JournalError::ExportSize`] if there are more than were signed; [`JournalError::EntriesDiffer`] if the body
    /// ends inside an entry; [`JournalError::File`].
    pub fn append(&mut self, body: &[u8]) -> Result<()> {
        for line in entries(body) {
            let first_index = self.frontier.size();
            let line = line.map_err(|_| JournalError::EntriesDiffer { first_index })?;
            if first_index == self.checkpoint.size() {
                return Err(JournalError::ExportSize {
                    signed: first_index,
                    given: first_index + 1,
                });
            }
            self.bundle.extend_from_slice(&(line.len() as u16).to_be_bytes());
            self.bundle.extend_from_slice(line);
            for filled in self.frontier.append(hash_leaf(line)) {
                self.write(&filled.tile.path(), filled.hashes.as_flattened())?;
                if filled.tile.level == 0 {
                    self.write_bundle(filled.tile)?;
                }
            }
        }
        Ok(())
    }

    /// Writes what remains, and gives the folder its name.
    ///
    /// # Errors
    /// [`JournalError::ExportSize`] if there are fewer entries than were signed; [`JournalError::HeadDiffers`] if they
    /// are not those that were signed; [`JournalError::File`].
    pub fn finish(mut self) -> Result<()> {
        let (signed, given) = (self.checkpoint.size(), self.frontier.size());
        if signed != given {
            return Err(JournalError::ExportSize { signed, given });
        }
        if self.frontier.root() != *self.checkpoint.root() {
            return Err(JournalError::HeadDiffers);
        }
        for partial in self.frontier.partial_tiles() {
            self.write(&partial.tile.path(), partial.hashes.as_flattened())?;
        }
        let width = (given % TILE_WIDTH) as u16;
        if width > 0 {
            self.write_bundle(Tile {
                level: 0,
                index: given / TILE_WIDTH,
                width,
            })?;
        }
        self.write(README, guide(&self.checkpoint, &self.key).as_bytes())?;
        self.write(CHECKPOINT, self.note.as_bytes())?;
        fs::rename(&self.partial, &self.target).map_err(|source| JournalError::File {
            act: "give the exported journal its name",
            source,
        })?;
        self.finished = true;
        Ok(())
    }

    fn write_bundle(&mut self, tile: Tile) -> Result<()> {
        let bundle = std::mem::take(&mut self.bundle);
        self.write(&tile.bundle_path(), &bundle)?;
        self.bundle = bundle;
        self.bundle.clear();
        Ok(())
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let path = self.partial.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, bytes))
            .map_err(|source| JournalError::File {
                act: "write a file of the exported journal",
                source,
            })
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if !self.finished {
            // A remainder is refused by name at the next export, so a failure here is not lost.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{batch, journal, verifier};
    use super::super::tiles::{Resource, new_tiles};
    use super::*;
    use std::collections::BTreeSet;

    fn files(dir: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for child in fs::read_dir(dir.join(prefix)).unwrap() {
            let child = child.unwrap();
            let path = format!("{prefix}{}", child.file_name().to_str().unwrap());
            if child.file_type().unwrap().is_dir() {
                files(dir, &format!("{path}/"), found);
            } else {
                found.insert(path);
            }
        }
    }

    #[test]
    fn exactly_the_files_of_the_layout() {
        for (size, piece) in [(0, 1), (1, 1), (256, 100), (600, 7), (66_000, 1000)] {
            let home = tempfile::tempdir().unwrap();
            let target = home.path().join("out");
            let (tiles, note) = journal(size);
            let mut export = Export::begin(&target, &note, &verifier()).unwrap();
            for first in (0..size).step_by(piece) {
                export
                    .append(batch(first, (piece as u64).min(size - first)).body())
                    .unwrap();
            }
            export.finish().unwrap();

            let mut found = BTreeSet::new();
            files(&target, "", &mut found);
            let mut expected = BTreeSet::from(["README".to_owned(), "checkpoint".to_owned()]);
            for tile in new_tiles(0, size) {
                expected.insert(Resource::Tile(tile).path());
                if tile.level == 0 {
                    expected.insert(Resource::Bundle(tile).path());
                }
                let hashes = tiles.hashes(tile.level, tile.index).as_flattened();
                assert_eq!(fs::read(target.join(tile.path())).unwrap(), hashes);
            }
            assert_eq!(found, expected, "{size}");
            assert_eq!(fs::read_to_string(target.join("checkpoint")).unwrap(), note);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_left_behind() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("out");
        let (_, note) = journal(3);
        let begin = || Export::begin(&target, &note, &verifier());
        let body = |count| batch(0, count).body().to_vec();

        let mut export = begin().unwrap();
        assert!(matches!(begin(), Err(JournalError::TargetBusy)));
        assert!(matches!(
            export.append(&body(4)),
            Err(JournalError::ExportSize { signed: 3, given: 4 })
        ));
        drop(export);
        let mut export = begin().unwrap();
        export.append(&body(2)).unwrap();
        assert!(matches!(
            export.finish(),
            Err(JournalError::ExportSize { signed: 3, given: 2 })
        ));
        let mut export = begin().unwrap();
        export.append(batch(1, 3).body()).unwrap();
        assert!(matches!(export.finish(), Err(JournalError::HeadDiffers)));
        let mut export = begin().unwrap();
        let cut = &body(3)[..100];
        assert!(matches!(
            export.append(cut),
            Err(JournalError::EntriesDiffer { first_index: 0 })
        ));
        drop(export);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);

        fs::create_dir(&target).unwrap();
        let mut export = begin().unwrap();
        export.append(&body(3)).unwrap();
        export.finish().unwrap();
        assert!(matches!(begin(), Err(JournalError::TargetNotEmpty)));
        assert!(matches!(
            Export::begin(&target.join("README"), &note, &verifier()),
            Err(JournalError::TargetNotEmpty)
        ));
    }
}
