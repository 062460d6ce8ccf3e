//! What the verification of an exported journal says. *Pure.*

use std::fmt;

use super::checkpoint::Checkpoint;
use super::entry::EntryFault;

/// Most findings that are listed; verification stops there.
pub const FINDINGS_MAX: usize = 1000;

/// The outcome of a verification.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The signed head, if its signature verified; without it nothing else was looked at.
    pub checkpoint: Option<Checkpoint>,
    /// How many entries were read and hashed.
    pub entries: u64,
    /// What is wrong, in the order it was met; at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the folder.
    pub path: String,
    /// The index of the entry in the journal (from 0), if it is about one.
    pub entry: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// The ways in which an exported journal can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file should be there.
    #[error("missing, or not a plain file")]
    Missing,
    /// The system refuses to read it.
    #[error("cannot be read")]
    Unreadable,
    /// A tile that is not 32 bytes a hash, or a file over its limit.
    #[error("has not the length it must have")]
    Length,
    /// A file that no journal of this size has.
    #[error("does not belong to a journal of this size")]
    Unexpected,
    /// The checkpoint is not a note of our form.
    #[error("malformed")]
    CheckpointMalformed,
    /// The key did not sign the checkpoint.
    #[error("not signed by this key")]
    CheckpointUnsigned,
    /// The signature is wrong.
    #[error("signature does not verify")]
    CheckpointForged,
    /// The checkpoint is another journal's.
    #[error("origin is not the key's name")]
    CheckpointOrigin,
    /// The tiles lead to another root than the one that was signed.
    #[error("the tiles do not give the signed root hash")]
    Root,
    /// A length that reaches past the end of the file, or is none.
    #[error("cut off or badly framed from here on")]
    CutOff,
    /// More or fewer entries than the bundle must have.
    #[error("wrong number of entries")]
    Count,
    /// An entry that is not in its one spelling.
    #[error("not a journal entry: {0}")]
    Entry(EntryFault),
    /// The entry is not the one the tree was built from.
    #[error("leaf hash differs")]
    Leaf,
    /// An entry tells when its act was decided, and acts overlap; but not by so much.
    #[error("time is more than five minutes before that of an earlier entry")]
    Backwards,
    /// A hash of a higher tile is not that of the tile below.
    #[error("hash {place} differs from the tile below it")]
    Hash {
        /// Which hash of the tile, from 0.
        place: u16,
    },
}

impl Report {
    /// Whether the journal is exactly what was signed.
    pub fn is_sound(&self) -> bool {
        self.checkpoint.is_some() && self.findings.is_empty()
    }

    /// Whether so much is wrong that verification stopped.
    pub fn is_cut_short(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }

    /// Adds a finding, unless there are enough.
    pub(super) fn find(&mut self, path: &str, entry: Option<u64>, fault: Fault) {
        if !self.is_cut_short() {
            self.findings.push(Finding {
                path: path.into(),
                entry,
                fault,
            });
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, entry, fault } = self;
        match entry {
            Some(entry) => write!(out, "{path} entry {entry}: {fault}"),
            None => write!(out, "{path}: {fault}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_name_file_and_entry() {
        let check = |path: &str, entry, fault, expected: &str| {
            assert_eq!(
                Finding {
                    path: path.into(),
                    entry,
                    fault
                }
                .to_string(),
                expected
            );
        };
        check(
            "tile/entries/x001/234",
            Some(315_921),
            Fault::Leaf,
            "tile/entries/x001/234 entry 315921: leaf hash differs",
        );
        check(
            "tile/1/000.p/3",
            None,
            Fault::Hash { place: 2 },
            "tile/1/000.p/3: hash 2 differs from the tile below it",
        );
        check(
            "checkpoint",
            None,
            Fault::CheckpointForged,
            "checkpoint: signature does not verify",
        );
    }

    #[test]
    fn findings_have_a_limit() {
        let mut report = Report::default();
        (0..2000).for_each(|entry| report.find("x", Some(entry), Fault::Leaf));
        assert_eq!(
            (report.findings.len(), report.is_cut_short()),
            (FINDINGS_MAX, true)
        );
    }
}
