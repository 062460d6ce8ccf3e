//! Checks an exported journal from its folder and the public key alone: no database, no secret. *Edge.*
//!
//! Three links, each with its own findings, so that it can be told what was changed: every entry hashes to its place
//! in a level-0 tile; the tiles above and the root are computed again from the level-0 tiles; the root is the signed
//! one. Besides, entries must be well-formed, times must not go backwards by more than acts overlap, and no file may be missing or be there
//! that does not belong to a journal of this size.

use std::fs;
use std::io::Read;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::batch::entries;
use super::checkpoint::Checkpoint;
use super::entry::{ENTRY_BYTES_MAX, Entry};
use super::fault::{JournalError, Result};
use super::finding::{Fault, Report};
use super::frontier::Frontier;
use super::merkle::{Hash, hash_leaf};
use super::note::{NOTE_BYTES_MAX, VerifierKey};
use super::tiles::{Resource, TILE_WIDTH, Tile, TileHashes};

/// Verifies the folder `dir` with the verifier key `key` (`name+id+key`). Reads every file once, in bounded memory.
///
/// # Errors
/// [`JournalError::KeyText`], [`JournalError::File`] if there is no such folder. Whatever is wrong *in* the folder is a
/// finding of the report.
pub fn verify_folder(dir: &Path, key: &str) -> Result<Report> {
    let key = VerifierKey::parse(key)?;
    fs::read_dir(dir).map_err(|source| JournalError::File {
        act: "read the exported journal's folder",
        source,
    })?;
    let mut pass = Pass {
        dir,
        report: Report::default(),
        buffer: Vec::new(),
        latest: None,
        set_by_hand: false,
    };
    if let Some(checkpoint) = pass.checkpoint(&key) {
        pass.set_by_hand = checkpoint.origin().starts_with(SANDBOX);
        pass.tree(&checkpoint);
        pass.strangers(checkpoint.size());
        pass.report.checkpoint = Some(checkpoint);
    }
    Ok(pass.report)
}

/// How the origins of sandboxes begin.
pub const SANDBOX: &str = "mayfly/sandbox/";

struct Pass<'a> {
    dir: &'a Path,
    report: Report,
    buffer: Vec<u8>,
    /// The latest time of an entry so far.
    latest: Option<Timestamp>,
    /// Whether the journal is a sandbox's: its clock is set by hand, so its times prove nothing.
    set_by_hand: bool,
}

impl Pass<'_> {
    fn checkpoint(&mut self, key: &VerifierKey) -> Option<Checkpoint> {
        let note = self.read(CHECKPOINT, NOTE_BYTES_MAX)?;
        let opened = Checkpoint::open(&note, key).map_err(|fault| match fault {
            JournalError::NoteUnsigned => Fault::CheckpointUnsigned,
            JournalError::NoteForged => Fault::CheckpointForged,
            JournalError::OriginDiffers => Fault::CheckpointOrigin,
            _ => Fault::CheckpointMalformed,
        });
        self.buffer = note;
        opened
            .map_err(|fault| self.report.find(CHECKPOINT, None, fault))
            .ok()
    }

    /// Entries against leaves, leaves against higher tiles, all against the root.
    fn tree(&mut self, checkpoint: &Checkpoint) {
        let size = checkpoint.size();
        // Gone once neither a tile nor its entries can say what the leaves are.
        let mut frontier = Some(Frontier::default());
        for index in 0..size.div_ceil(TILE_WIDTH) {
            if self.report.is_cut_short() {
                return;
            }
            let width = (size - index * TILE_WIDTH).min(TILE_WIDTH) as u16;
            let leaves = self.leaves(Tile {
                level: 0,
                index,
                width,
            });
            frontier = frontier.zip(leaves).map(|(mut frontier, leaves)| {
                for filled in leaves.into_iter().flat_map(|leaf| frontier.append(leaf)) {
                    self.compare(&filled);
                }
                frontier
            });
        }
        let Some(frontier) = frontier else { return };
        for partial in frontier.partial_tiles() {
            self.compare(&partial);
        }
        if frontier.root() != *checkpoint.root() {
            self.report.find(CHECKPOINT, None, Fault::Root);
        }
    }

    /// The leaf hashes of a level-0 tile, after comparing them with the entries; those of the entries if there is no
    /// such tile.
    fn leaves(&mut self, tile: Tile) -> Option<Vec<Hash>> {
        let recorded = self.tile(tile);
        let path = tile.bundle_path();
        let bundle = self.read(&path, BUNDLE_BYTES_MAX);
        let computed = bundle.and_then(|body| {
            let computed = self.bundle(&path, tile, &body, recorded.as_deref());
            self.buffer = body;
            computed
        });
        recorded.or(computed)
    }

    /// Checks the entries of one bundle; their leaf hashes, if there are as many as there must be.
    fn bundle(
        &mut self,
        path: &str,
        tile: Tile,
        body: &[u8],
        recorded: Option<&[Hash]>,
    ) -> Option<Vec<Hash>> {
        let first = tile.index * TILE_WIDTH;
        let mut computed = Vec::with_capacity(tile.width.into());
        for (place, line) in entries(body).enumerate() {
            let index = Some(first + place as u64);
            let Ok(line) = line else {
                self.report.find(path, index, Fault::CutOff);
                return None;
            };
            if place == usize::from(tile.width) {
                self.report.find(path, None, Fault::Count);
                break;
            }
            let leaf = hash_leaf(line);
            if recorded.is_some_and(|hashes| hashes[place] != leaf) {
                self.report.find(path, index, Fault::Leaf);
            }
            computed.push(leaf);
            match Entry::parse(line) {
                Err(fault) => self.report.find(path, index, Fault::Entry(fault)),
                Ok(entry) => {
                    let is_late = |latest: Timestamp| latest.duration_since(entry.at) > OVERLAP;
                    if self.latest.is_some_and(is_late) && !self.set_by_hand {
                        self.report.find(path, index, Fault::Backwards);
                    }
                    self.latest = self.latest.max(Some(entry.at));
                }
            }
        }
        self.report.entries += computed.len() as u64;
        if computed.len() < usize::from(tile.width) {
            self.report.find(path, None, Fault::Count);
            return None;
        }
        Some(computed)
    }

    /// Compares a computed tile above level 0 with its file.
    fn compare(&mut self, computed: &TileHashes) {
        if computed.tile.level == 0 {
            return;
        }
        if let Some(recorded) = self.tile(computed.tile) {
            let differs = recorded
                .iter()
                .zip(&computed.hashes)
                .position(|(recorded, hash)| recorded != hash);
            if let Some(place) = differs {
                self.report
                    .find(&computed.tile.path(), None, Fault::Hash { place: place as u16 });
            }
        }
    }

    fn tile(&mut self, tile: Tile) -> Option<Vec<Hash>> {
        let path = tile.path();
        let bytes = self.read(&path, TILE_BYTES_MAX)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let whole = rest.is_empty() && hashes.len() == usize::from(tile.width);
        let hashes = whole.then(|| hashes.to_vec());
        self.buffer = bytes;
        if hashes.is_none() {
            self.report.find(&path, None, Fault::Length);
        }
        hashes
    }

    /// The bytes of a plain file of at most `limit` bytes; otherwise a finding. The caller gives the buffer back.
    fn read(&mut self, path: &str, limit: usize) -> Option<Vec<u8>> {
        let full = self.dir.join(path);
        if !fs::symlink_metadata(&full).is_ok_and(|meta| meta.is_file()) {
            self.report.find(path, None, Fault::Missing);
            return None;
        }
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        let read = fs::File::open(&full).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes));
        let fault = match read {
            Ok(length) if length <= limit => return Some(bytes),
            Ok(_) => Fault::Length,
            Err(_) => Fault::Unreadable,
        };
        self.report.find(path, None, fault);
        None
    }

    /// Finds what does not belong in the folder.
    fn strangers(&mut self, size: u64) {
        let mut folders = vec![(String::new(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let Ok(children) = fs::read_dir(self.dir.join(&folder)) else {
                self.report.find(&folder, None, Fault::Unreadable);
                continue;
            };
            for child in children.flatten() {
                if self.report.is_cut_short() {
                    return;
                }
                let path = format!("{folder}{}", child.file_name().to_string_lossy());
                let kind = child.file_type().ok();
                if kind.is_some_and(|kind| kind.is_dir()) && depth < DEPTH_MAX {
                    folders.push((path + "/", depth + 1));
                } else if !kind.is_some_and(|kind| kind.is_file()) || !is_expected(&path, size) {
                    self.report.find(&path, None, Fault::Unexpected);
                }
            }
        }
    }
}

fn is_expected(path: &str, size: u64) -> bool {
    matches!(path, CHECKPOINT | README)
        || Resource::parse(path).is_some_and(|resource| resource.belongs_to(size))
}

/// The signed head's file.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// The examiner's guide; the only file that is not verified.
pub(super) const README: &str = "README";
/// Folders deep: `tile/<L>/` and the groups of three digits of any index.
const DEPTH_MAX: u32 = 10;
/// Largest bundle.
const BUNDLE_BYTES_MAX: usize = TILE_WIDTH as usize * (2 + ENTRY_BYTES_MAX);
/// Largest tile.
/// By how much the time of an entry may be before that of an earlier one: an entry tells when its act was decided, an
/// answer when it arrived, and several processes take turns at the journal's end.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
const TILE_BYTES_MAX: usize = TILE_WIDTH as usize * 32;

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
