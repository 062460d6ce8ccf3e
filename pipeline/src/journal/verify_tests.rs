//! An exported journal is sound, and every change to it is found. *Edge.*

use super::super::batch::EntryBatch;
use super::super::export::Export;
use super::super::fixture::{batch, journal, verifier};
use super::*;
use jiff::SignedDuration;
use std::path::PathBuf;

struct Folder {
    _home: tempfile::TempDir,
    dir: PathBuf,
}

impl Folder {
    fn export(size: u64) -> Self {
        let bodies = (0..size)
            .step_by(1000)
            .map(|first| batch(first, 1000.min(size - first)).body().to_vec());
        Self::of(&journal(size).1, &bodies.collect::<Vec<_>>().concat())
    }

    fn of(note: &str, body: &[u8]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("out");
        let mut export = Export::begin(&dir, note, &verifier()).unwrap();
        export.append(body).unwrap();
        export.finish().unwrap();
        Self { _home: home, dir }
    }

    fn verify(&self) -> Report {
        verify_folder(&self.dir, &verifier().text()).unwrap()
    }

    fn findings(&self) -> Vec<String> {
        self.verify().findings.iter().map(ToString::to_string).collect()
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.dir.join(path);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    }

    /// The paths of all files but README.
    fn files(&self) -> Vec<String> {
        let (mut folders, mut files) = (vec![self.dir.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for child in fs::read_dir(folder).unwrap() {
                let path = child.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => files.push(path.strip_prefix(&self.dir).unwrap().to_str().unwrap().to_owned()),
                }
            }
        }
        files.retain(|path| path != README);
        files.sort();
        files
    }
}

#[test]
fn what_was_exported_is_sound() {
    for size in [0, 1, 255, 256, 257, 600, 65_536, 66_000] {
        let report = Folder::export(size).verify();
        assert_eq!(report.findings, [], "{size}");
        assert!(report.is_sound());
        assert_eq!((report.entries, report.checkpoint.unwrap().size()), (size, size));
    }
}

#[test]
fn findings_say_what_was_changed() {
    let check = |path: &str, change: fn(&mut Vec<u8>), expected: &[&str]| {
        let folder = Folder::export(600);
        folder.change(path, change);
        assert_eq!(folder.findings(), expected, "{path}");
    };
    check(
        "tile/entries/001",
        |b| {
            let at = b.windows(7).position(|window| window == b"fixture").unwrap();
            b[at] = b'F';
        },
        &[
            "tile/entries/001 entry 256: leaf hash differs",
            "tile/entries/001 entry 256: not a journal entry: `ref` is not of the permitted form",
        ],
    );
    check(
        "tile/entries/002.p/88",
        |b| b.truncate(b.len() - 1),
        &["tile/entries/002.p/88 entry 599: cut off or badly framed from here on"],
    );
    check(
        "tile/0/000",
        |b| b[32 * 17] ^= 1,
        &[
            "tile/entries/000 entry 17: leaf hash differs",
            "tile/1/000.p/2: hash 0 differs from the tile below it",
            "checkpoint: the tiles do not give the signed root hash",
        ],
    );
    check(
        "tile/0/002.p/88",
        |b| b.truncate(32 * 87),
        &["tile/0/002.p/88: has not the length it must have"],
    );
    check(
        "tile/1/000.p/2",
        |b| b[32] ^= 1,
        &["tile/1/000.p/2: hash 1 differs from the tile below it"],
    );
    check("checkpoint", |b| b.push(b'\n'), &["checkpoint: malformed"]);
    check(
        "checkpoint",
        |b| *b = [b"Z", &b[1..]].concat(),
        &["checkpoint: signature does not verify"],
    );
    check("README", Vec::clear, &[]);
}

#[test]
fn files_that_are_missing_or_strange() {
    let folder = Folder::export(600);
    fs::remove_file(folder.dir.join("tile/entries/001")).unwrap();
    fs::write(folder.dir.join("tile/entries/003"), "x").unwrap();
    fs::write(folder.dir.join("tile/0/002.p/87"), "x").unwrap();
    fs::write(folder.dir.join("note.txt"), "x").unwrap();
    let mut findings = folder.findings();
    findings.sort();
    assert_eq!(
        findings,
        [
            "note.txt: does not belong to a journal of this size",
            "tile/0/002.p/87: does not belong to a journal of this size",
            "tile/entries/001: missing, or not a plain file",
            "tile/entries/003: does not belong to a journal of this size",
        ]
    );
    let folder = Folder::export(600);
    fs::remove_file(folder.dir.join("tile/0/001")).unwrap();
    fs::remove_file(folder.dir.join("tile/entries/001")).unwrap();
    assert_eq!(
        folder.findings(),
        [
            "tile/0/001: missing, or not a plain file",
            "tile/entries/001: missing, or not a plain file"
        ]
    );
    assert!(matches!(
        verify_folder(&folder.dir, "x"),
        Err(JournalError::KeyText)
    ));
    let nowhere = folder.dir.join("nowhere");
    assert!(matches!(
        verify_folder(&nowhere, &verifier().text()),
        Err(JournalError::File { .. })
    ));
}

#[test]
fn deleted_repeated_and_swapped_entries() {
    let size = 40;
    let whole = batch(0, size);
    let lines: Vec<_> = entries(whole.body()).map(|line| line.unwrap()).collect();
    let encode = |lines: &[&[u8]]| -> Vec<u8> {
        lines
            .iter()
            .flat_map(|line| [&(line.len() as u16).to_be_bytes(), *line].concat())
            .collect()
    };
    let folder = Folder::export(size);
    let mut tried = 0;
    for at in 0..lines.len() {
        let mut changed = vec![lines.clone(), lines.clone(), lines[..at].to_vec()];
        changed[0].remove(at);
        changed[1].insert(at, lines[at]);
        if at > 0 {
            changed.push(lines.clone());
            changed[3].swap(at - 1, at);
        }
        for lines in changed {
            folder.change("tile/entries/000.p/40", |bytes| *bytes = encode(&lines));
            assert!(!folder.verify().is_sound(), "{at}");
            tried += 1;
        }
    }
    assert_eq!(tried, 159);
    folder.change("tile/entries/000.p/40", |bytes| *bytes = encode(&lines));
    assert!(folder.verify().is_sound());
}

#[test]
fn another_key_s_and_an_earlier_checkpoint() {
    let folder = Folder::export(600);
    let earlier = journal(599).1;
    folder.change("checkpoint", |bytes| *bytes = earlier.into_bytes());
    assert!(
        folder
            .findings()
            .contains(&"tile/0/002.p/87: missing, or not a plain file".to_owned())
    );
    let other = super::super::note::SigningKey::from_seed(&[43; 32])
        .verifier_key("bureau.example/journal")
        .unwrap();
    let report = verify_folder(&folder.dir, &other.text()).unwrap();
    assert_eq!(
        report.findings[0].to_string(),
        "checkpoint: not signed by this key"
    );
    assert!(!report.is_sound());
}

/// What was signed can itself be wrong: then tree and signature hold, and the entry is named.
#[test]
fn times_that_go_backwards_by_more_than_acts_overlap() {
    let mut wrong = EntryBatch::default();
    let right = batch(0, 8);
    let entry = |at: usize| Entry::parse(entries(right.body()).nth(at).unwrap().unwrap()).unwrap();
    let start = entry(0).at;
    for (at, seconds) in [0, 900, 600, 599, 1, 901].into_iter().enumerate() {
        let at = Entry {
            at: start + SignedDuration::from_secs(seconds),
            ..entry(at)
        };
        wrong.push(&at).unwrap();
    }
    let mut frontier = Frontier::default();
    wrong
        .leaf_hashes()
        .iter()
        .for_each(|leaf| assert!(frontier.append(*leaf).is_empty()));
    let text = super::super::checkpoint::text("bureau.example/journal", 6, &frontier.root());
    let note = super::super::fixture::key()
        .sign_note("bureau.example/journal", &text)
        .unwrap();
    assert_eq!(
        Folder::of(&note, wrong.body()).findings(),
        [
            "tile/entries/000.p/6 entry 3: time is more than five minutes before that of an earlier entry",
            "tile/entries/000.p/6 entry 4: time is more than five minutes before that of an earlier entry",
        ]
    );
}

#[test]
fn a_ruined_journal_is_not_listed_without_end() {
    let folder = Folder::export(2000);
    for path in folder.files().iter().filter(|path| path.starts_with("tile/0/")) {
        folder.change(path, |bytes| bytes.fill(0));
    }
    let report = folder.verify();
    assert!(report.is_cut_short() && !report.is_sound());
    assert_eq!(report.findings[0].fault, Fault::Leaf);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the length of a campaign is chosen from outside"
)]
fn flipped_bytes_are_found() {
    // For the time it takes: of tiles every 5th byte, of entries every 41st; of the checkpoint all. The long campaign
    // (MAYFLY_LONG=1) flips every byte of everything.
    let (tiles, entries) = if std::env::var_os("MAYFLY_LONG").is_some() {
        (1, 1)
    } else {
        (5, 41)
    };
    flip_bytes(tiles, entries);
}

/// Flips bytes of every file of a small export, in one bit, the letter case, the sign bit, or wholly.
fn flip_bytes(step_in_tiles: usize, step_in_entries: usize) {
    let folder = Folder::export(600);
    let mut flipped = 0_u64;
    for path in folder.files() {
        let full = folder.dir.join(&path);
        let original = fs::read(&full).unwrap();
        let step = match Resource::parse(&path) {
            Some(Resource::Bundle(_)) => step_in_entries,
            Some(Resource::Tile(_)) => step_in_tiles,
            None => 1,
        };
        for at in (0..original.len()).step_by(step) {
            let mut bytes = original.clone();
            bytes[at] ^= [0x01, 0x20, 0x80, 0xff][at % 4];
            fs::write(&full, &bytes).unwrap();
            assert!(!folder.verify().is_sound(), "{path} byte {at}");
            flipped += 1;
        }
        fs::write(&full, &original).unwrap();
    }
    assert!(flipped > 6_000, "{flipped}");
    assert!(folder.verify().is_sound());
}
