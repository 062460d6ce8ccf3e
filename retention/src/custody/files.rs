//! Reads and writes the files of a key directory, refusing those that others could have touched. *Edge.*

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};
use zeroize::Zeroizing;

use crate::durable;
use crate::error::RetentionError;

pub(super) const LOCK: &str = "lock";
pub(super) const ROOT: &str = "root.slots";
pub(super) const KEYRING: &str = "keyring";
pub(super) const INDEX_KEY: &str = "index.key";
pub(super) const DESTROYED: &str = "destroyed";
pub(super) const CHECKPOINT: &str = "last_checkpoint";
pub(super) const CERTIFICATE: &str = "last_certificate";
/// Room that a destruction on a full disk may use.
pub(super) const RESERVE: &str = "reserve";
/// Lies there while the directory is being made.
pub(super) const CREATING: &str = "creating";

const READ: &str = "read the keys";
const WRITE: &str = "write the keys";

/// A key directory by its files' names.
pub(super) struct KeyFiles {
    dir: PathBuf,
}

/// Excludes all other threads and processes until dropped.
pub(super) struct KeyLock(#[expect(dead_code, reason = "held for its lock, which ends when it closes")] File);

impl KeyFiles {
    /// Refuses a directory that is not there or whose making was cut short.
    pub(super) fn open(dir: &Path) -> Result<Self, RetentionError> {
        let files = Self { dir: dir.to_owned() };
        if files.exists(CREATING)? {
            return Err(RetentionError::KeyMissing { file: KEYRING });
        }
        for name in [ROOT, KEYRING, INDEX_KEY, DESTROYED, LOCK] {
            files.check(name)?;
        }
        Ok(files)
    }

    /// Names the files of a directory that is about to be made.
    pub(super) fn unchecked(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn lock(&self) -> Result<KeyLock, RetentionError> {
        self.check(LOCK)?;
        let file = File::open(self.dir.join(LOCK)).map_err(|e| RetentionError::disk("lock the keys", &e))?;
        loop {
            match file.lock() {
                Ok(()) => return Ok(KeyLock(file)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(RetentionError::disk("lock the keys", &error)),
            }
        }
    }

    pub(super) fn exists(&self, name: &'static str) -> Result<bool, RetentionError> {
        match self.dir.join(name).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(RetentionError::disk(READ, &error)),
        }
    }

    /// The length of a file that is there, is a file, and belongs to its owner alone.
    pub(super) fn check(&self, name: &'static str) -> Result<u64, RetentionError> {
        let metadata = self
            .dir
            .join(name)
            .symlink_metadata()
            .map_err(|error| missing_or_disk(name, &error))?;
        if !metadata.is_file() {
            return Err(RetentionError::KeyCorrupt { file: name });
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(RetentionError::KeyPermissions { file: name });
        }
        Ok(metadata.len())
    }

    /// A whole file of at most `limit` bytes.
    pub(super) fn read(&self, name: &'static str, limit: u64) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
        self.read_from(name, 0, limit)
    }

    /// A file from `offset` to its end, at most `limit` bytes.
    pub(super) fn read_from(
        &self,
        name: &'static str,
        offset: u64,
        limit: u64,
    ) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
        let length = self.check(name)?.saturating_sub(offset);
        let length =
            usize::try_from(length.min(limit + 1)).map_err(|_| RetentionError::KeyCorrupt { file: name })?;
        if length as u64 > limit {
            return Err(RetentionError::KeyCorrupt { file: name });
        }
        let file = self.open_file(name)?;
        let mut content = Zeroizing::new(vec![0; length]);
        file.read_exact_at(&mut content, offset)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => RetentionError::KeyCorrupt { file: name },
                _ => RetentionError::disk(READ, &error),
            })?;
        Ok(content)
    }

    /// The first `N` bytes of a file.
    pub(super) fn read_start<const N: usize>(&self, name: &'static str) -> Result<[u8; N], RetentionError> {
        let mut start = [0; N];
        let read = self.open_file(name)?.read_exact(&mut start);
        read.map_err(|_| RetentionError::KeyCorrupt { file: name })?;
        Ok(start)
    }

    /// Creates a file that must not exist.
    pub(super) fn create(&self, name: &'static str, content: &[u8]) -> Result<(), RetentionError> {
        let file = durable::create(&self.dir.join(name), WRITE)?;
        file.write_all_at(content, 0)
            .map_err(|e| RetentionError::disk(WRITE, &e))?;
        durable::sync(&file, WRITE)
    }

    /// Creates a file that must not exist, of `length` bytes that have their room on the disk; all of it or nothing.
    pub(super) fn allocate(&self, name: &'static str, length: u64) -> Result<(), RetentionError> {
        let file = durable::create(&self.dir.join(name), WRITE)?;
        let allocated = fallocate(&file, FallocateFlags::empty(), 0, length)
            .map_err(|error| RetentionError::disk(WRITE, &error.into()))
            .and_then(|()| durable::sync(&file, WRITE))
            .and_then(|()| self.sync_dir());
        if allocated.is_err() {
            // A part of it would be taken for the whole; the first error is the one to report.
            let _ = self.remove(name);
        }
        allocated
    }

    /// Overwrites part of a file where it lies, and waits for the disk.
    pub(super) fn overwrite(
        &self,
        name: &'static str,
        offset: u64,
        content: &[u8],
    ) -> Result<(), RetentionError> {
        let file = OpenOptions::new()
            .write(true)
            .open(self.dir.join(name))
            .map_err(|e| missing_or_disk(name, &e))?;
        file.write_all_at(content, offset)
            .map_err(|e| RetentionError::disk(WRITE, &e))?;
        durable::sync(&file, WRITE)
    }

    /// Cuts a file off at `length` and appends to it, and waits for the disk.
    pub(super) fn append(
        &self,
        name: &'static str,
        length: u64,
        content: &[u8],
    ) -> Result<(), RetentionError> {
        let file = OpenOptions::new()
            .write(true)
            .open(self.dir.join(name))
            .map_err(|e| missing_or_disk(name, &e))?;
        file.set_len(length)
            .map_err(|e| RetentionError::disk(WRITE, &e))?;
        file.write_all_at(content, length)
            .map_err(|e| RetentionError::disk(WRITE, &e))?;
        durable::sync(&file, WRITE)
    }

    /// Replaces a file as a whole: before or after, never between.
    pub(super) fn replace(&self, name: &'static str, content: &[u8]) -> Result<(), RetentionError> {
        self.stage(name, content)?;
        self.publish(name)
    }

    pub(super) fn stage(&self, name: &'static str, content: &[u8]) -> Result<(), RetentionError> {
        durable::stage(&self.dir, name, content, WRITE)
    }

    pub(super) fn publish(&self, name: &'static str) -> Result<(), RetentionError> {
        durable::publish(&self.dir, name, WRITE)
    }

    pub(super) fn unstage(&self, name: &'static str) -> Result<bool, RetentionError> {
        durable::unstage(&self.dir, name, WRITE)
    }

    pub(super) fn remove(&self, name: &'static str) -> Result<bool, RetentionError> {
        durable::remove(&self.dir.join(name), WRITE)
    }

    pub(super) fn sync_dir(&self) -> Result<(), RetentionError> {
        durable::sync_dir(&self.dir, WRITE)
    }

    fn open_file(&self, name: &'static str) -> Result<File, RetentionError> {
        File::open(self.dir.join(name)).map_err(|error| missing_or_disk(name, &error))
    }
}

fn missing_or_disk(name: &'static str, error: &std::io::Error) -> RetentionError {
    match error.kind() {
        ErrorKind::NotFound => RetentionError::KeyMissing { file: name },
        _ => RetentionError::disk(READ, error),
    }
}
