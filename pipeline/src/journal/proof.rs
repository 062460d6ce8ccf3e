//! C2SP tlog-proof: one entry with its path to a signed checkpoint, checked offline with the public key. *Pure.*
//!
//! The line `extra` holds the entry itself, so that the text stands alone; it is authenticated, for its hash is what
//! the path begins with.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::checkpoint::{Checkpoint, parse_decimal};
use super::entry::{ENTRY_BYTES_MAX, Entry};
use super::fault::{JournalError, Result};
use super::merkle::{Hash, hash_leaf, verify_inclusion};
use super::note::{NOTE_BYTES_MAX, VerifierKey};
use super::tree::{TileSet, inclusion_path};

/// What a proof has proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenEntry {
    /// The entry's line.
    pub line: Vec<u8>,
    /// Its place in the journal.
    pub index: u64,
    /// The head it is part of.
    pub checkpoint: Checkpoint,
}

/// Writes the proof that `line` is entry `index` of the journal that `note`, a checkpoint signed by `key`, is the head
/// of. `tiles` must hold [`super::tree::tiles_for_inclusion`]. The proof is checked before it is given out.
///
/// # Errors
/// Those of [`Checkpoint::open`], of [`inclusion_path`], and [`JournalError::ProofRefuted`] if the stored entry is not
/// the one that was signed for.
pub fn write(line: &[u8], index: u64, note: &str, key: &VerifierKey, tiles: &TileSet) -> Result<String> {
    let checkpoint = Checkpoint::open(note.as_bytes(), key)?;
    let path = inclusion_path(index, checkpoint.size(), tiles)?;
    let mut text = format!("{MAGIC}\nextra {}\nindex {index}\n", BASE64_STANDARD.encode(line));
    for hash in &path {
        text += &BASE64_STANDARD.encode(hash);
        text.push('\n');
    }
    text.push('\n');
    text += note;
    verify(&text, key).map(|_| text)
}

/// Checks a proof with the journal's public key alone.
///
/// # Errors
/// [`JournalError::ProofMalformed`], those of [`Checkpoint::open`], and [`JournalError::ProofRefuted`].
pub fn verify(text: &str, key: &VerifierKey) -> Result<ProvenEntry> {
    let parts = parse(text).ok_or(JournalError::ProofMalformed)?;
    let checkpoint = Checkpoint::open(parts.note.as_bytes(), key)?;
    let leaf = hash_leaf(&parts.line);
    if !verify_inclusion(
        parts.index,
        checkpoint.size(),
        &leaf,
        &parts.path,
        checkpoint.root(),
    ) {
        return Err(JournalError::ProofRefuted);
    }
    Ok(ProvenEntry {
        line: parts.line,
        index: parts.index,
        checkpoint,
    })
}

struct Parts<'a> {
    line: Vec<u8>,
    index: u64,
    path: Vec<Hash>,
    note: &'a str,
}

fn parse(text: &str) -> Option<Parts<'_>> {
    if text.len() > PROOF_BYTES_MAX {
        return None;
    }
    let (head, note) = text.split_once("\n\n")?;
    let mut lines = head.split('\n');
    if lines.next()? != MAGIC {
        return None;
    }
    let line = BASE64_STANDARD
        .decode(lines.next()?.strip_prefix("extra ")?)
        .ok()?;
    if line.len() > ENTRY_BYTES_MAX || Entry::parse(&line).is_err() {
        return None;
    }
    let index = parse_decimal(lines.next()?.strip_prefix("index ")?)?;
    let path = lines
        .map(|hash| BASE64_STANDARD.decode(hash).ok()?.try_into().ok())
        .collect::<Option<Vec<_>>>()?;
    (path.len() <= PATH_MAX).then_some(Parts {
        line,
        index,
        path,
        note,
    })
}

/// The format's first line.
const MAGIC: &str = "c2sp.org/tlog-proof@v1";
/// Longest path of a tree of less than 2^63 entries.
const PATH_MAX: usize = 63;
/// Longest proof that is read.
const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + 8192;

#[cfg(test)]
mod tests {
    use super::super::batch::entries;
    use super::super::fixture::{batch, journal, verifier};
    use super::super::tree::tiles_for_inclusion;
    use super::*;

    fn proof(index: u64, size: u64) -> String {
        let (tiles, note) = journal(size);
        let batch = batch(0, size);
        let line = entries(batch.body()).nth(index as usize).unwrap().unwrap();
        let mut needed = TileSet::default();
        for tile in tiles_for_inclusion(index, size) {
            let hashes = tiles.hashes(tile.level, tile.index);
            assert!(needed.insert_bytes(tile.level, tile.index, hashes.as_flattened()));
        }
        write(line, index, &note, &verifier(), &needed).unwrap()
    }

    #[test]
    fn a_proof_proves_its_entry() {
        for (index, size) in [(0, 1), (0, 2), (255, 256), (256, 257), (599, 600), (300, 1000)] {
            let proven = verify(&proof(index, size), &verifier()).unwrap();
            assert_eq!((proven.index, proven.checkpoint.size()), (index, size));
            assert_eq!(
                Entry::parse(&proven.line).unwrap().reference,
                format!("fixture/{index}")
            );
        }
    }

    #[test]
    fn another_entry_is_not_proven() {
        let (tiles, note) = journal(600);
        let batch = batch(0, 600);
        let line = entries(batch.body()).nth(4).unwrap().unwrap();
        assert!(matches!(
            write(line, 5, &note, &verifier(), &tiles),
            Err(JournalError::ProofRefuted)
        ));
        assert!(matches!(
            write(line, 600, &note, &verifier(), &tiles),
            Err(JournalError::IndexBeyond {
                index: 600,
                size: 600
            })
        ));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let text = proof(300, 600);
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra eyJraW5kIjoi"));
        for at in 0..text.len() * 8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at / 8] ^= 1 << (at % 8);
            if let Ok(text) = String::from_utf8(bytes) {
                assert!(verify(&text, &verifier()).is_err(), "bit {at}");
            }
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        let text = proof(3, 8);
        for (from, to) in [
            ("@v1", "@v2"),
            ("index 3", "index 03"),
            ("index 3", "index  3"),
            ("extra ", "Extra "),
            ("\nindex 3", "\nindex 3\n"),
            ("\n\n", "\n\n\n"),
            ("\n\n", "\nAAAA\n\n"),
            ("\n", "\r\n"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert!(verify(&changed, &verifier()).is_err(), "{from}");
        }
    }
}
