//! What a backup looks like: a folder of files, and a list of their hashes that stock tools check. *Edge.*
//!
//! `SHA256SUMS` is written last: a folder without it is no backup.

use std::{
    fs::{self, DirBuilder, File},
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Component, Path, PathBuf},
};

use mayfly_retention::{Class, Vault};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    ids,
};

/// The database inside a backup.
pub(super) const DATABASE: &str = "mayfly.db";
/// The settings.
pub(super) const SETTINGS: &str = "mayfly.toml";
/// The latest instant seen.
pub(super) const CLOCK: &str = "clock";
/// What a backup is, for people.
pub(super) const README: &str = "README";

/// A backup that is being written.
pub(super) struct Writing {
    folder: PathBuf,
    sums: String,
    /// Bytes so far.
    pub(super) bytes: u64,
    /// Files so far.
    pub(super) files: u64,
}

impl Writing {
    /// Begins a backup in the new folder `folder`.
    pub(super) fn begin(folder: &Path) -> Result<Self> {
        if folder.exists() {
            return Err(Error::Input {
                code: "BACKUP-FOLDER",
                sentence: "the folder of the backup is there already, and no backup is written over another"
                    .into(),
                remedy: "name a new folder",
            });
        }
        make_folder(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            sums: String::new(),
            bytes: 0,
            files: 0,
        })
    }

    /// Copies the file `from` to `name`; one that is gone meanwhile was purged, and is left out.
    pub(super) fn copy(&mut self, from: &Path, name: &str) -> Result<()> {
        let source = match File::open(from) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            source => source.map_err(Error::io("read a file for the backup"))?,
        };
        let to = self.folder.join(name);
        if let Some(parent) = to.parent() {
            make_folder(parent)?;
        }
        let (hash, bytes) = copy(source, &to)?;
        self.note(name, &hash, bytes);
        Ok(())
    }

    /// Adds a small file.
    pub(super) fn write(&mut self, name: &str, text: &str) -> Result<()> {
        let (hash, bytes) = copy(text.as_bytes(), &self.folder.join(name))?;
        self.note(name, &hash, bytes);
        Ok(())
    }

    /// Takes in the file `name` that somebody else wrote into the folder.
    pub(super) fn adopt(&mut self, name: &str) -> Result<()> {
        let failed = || Error::io("read the copy of the database");
        let mut file = File::open(self.folder.join(name)).map_err(failed())?;
        file.sync_all().map_err(failed())?;
        let (hash, bytes) = hash(&mut file, &mut std::io::sink()).map_err(failed())?;
        self.note(name, &hash, bytes);
        Ok(())
    }

    /// Where the file `name` is written.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Ends it: from now on it is a backup.
    pub(super) fn finish(self) -> Result<()> {
        copy(self.sums.as_bytes(), &self.folder.join(SUMS))?;
        Ok(())
    }

    fn note(&mut self, name: &str, hash: &str, bytes: u64) {
        self.sums.push_str(&format!("{hash}  {name}\n"));
        self.bytes += bytes;
        self.files += 1;
    }
}

/// Checks every file of the backup `folder` against its hash; returns their names.
///
/// # Errors
/// `BACKUP-DAMAGED` naming the first file that differs or does not belong into a backup; `FILE-IO`.
pub(super) fn check(folder: &Path) -> Result<Vec<String>> {
    let sums = fs::read_to_string(folder.join(SUMS)).map_err(|_| damaged("it has no SHA256SUMS"))?;
    let mut names = Vec::new();
    for line in sums.lines() {
        let (expected, name) = line
            .split_once("  ")
            .ok_or_else(|| damaged("SHA256SUMS has a line that is none"))?;
        if !belongs(name) {
            return Err(damaged("SHA256SUMS names a file that is in no backup"));
        }
        let shown = name.escape_debug();
        let mut file = File::open(folder.join(name)).map_err(|_| damaged(&format!("{shown} is missing")))?;
        let (found, _) = hash(&mut file, &mut std::io::sink()).map_err(Error::io("read the backup"))?;
        if found != expected {
            return Err(damaged(&format!("{shown} is not what was written")));
        }
        names.push(name.to_owned());
    }
    match names.iter().any(|name| name == DATABASE) {
        true => Ok(names),
        false => Err(damaged("it has no database")),
    }
}

/// Copies `from` into the new file `to`, only for its owner, and waits for the disk; returns hash and length.
pub(super) fn copy(mut from: impl Read, to: &Path) -> Result<(String, u64)> {
    let failed = || Error::io(format!("write {}", to.display()));
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(failed())?;
    let hashed = hash(&mut from, &mut file).map_err(failed())?;
    file.sync_all().map_err(failed())?;
    Ok(hashed)
}

/// Makes a folder and those above it, only for its owner.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::io("make a folder"))
}

/// The sealed files of the vault, each with its name in a backup.
pub(super) fn sealed(dir: &Path, vault: &Vault) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for class in Class::ALL {
        for place in vault.list(class)?.objects {
            let path = vault.cohort_dir(place.cohort).join(format!("{}.seg", place.id));
            let name = path.strip_prefix(dir).ok().and_then(Path::to_str);
            let name = name.ok_or(Error::Bug("a sealed file lies outside the data directory"))?;
            found.push((path.clone(), name.to_owned()));
        }
    }
    Ok(found)
}

/// Whether a file of this name can be in a backup: no key, and nothing above or beside the folder.
fn belongs(name: &str) -> bool {
    let plain = Path::new(name)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    plain && ([DATABASE, SETTINGS, CLOCK, README].contains(&name) || name.starts_with("sealed/"))
}

fn hash(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(String, u64)> {
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((ids::hex(&hash.finalize()), bytes));
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}

fn damaged(why: &str) -> Error {
    Error::Input {
        code: "BACKUP-DAMAGED",
        sentence: format!("the folder is no whole backup: {why}"),
        remedy: "take another backup; `sha256sum -c SHA256SUMS` in the folder shows what differs",
    }
}

pub(super) const SUMS: &str = "SHA256SUMS";
