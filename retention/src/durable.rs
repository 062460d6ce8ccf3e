//! Makes files and directories durable: private mode, fsync, rename, fsync of the directory. *Edge.*

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::error::RetentionError;

/// Creates a file that must not exist yet, readable by its owner only.
pub(crate) fn create(path: &Path, act: &'static str) -> Result<File, RetentionError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options.open(path).map_err(|e| RetentionError::disk(act, &e))
}

/// Creates a directory and its parents, open to their owner only; those that exist stay as they are.
pub(crate) fn create_dir(path: &Path, act: &'static str) -> Result<(), RetentionError> {
    let created = DirBuilder::new().recursive(true).mode(0o700).create(path);
    created.map_err(|e| RetentionError::disk(act, &e))
}

/// Writes `DIR/NAME.new`, fsyncs it and leaves it there.
pub(crate) fn stage(dir: &Path, name: &str, content: &[u8], act: &'static str) -> Result<(), RetentionError> {
    let path = staged(dir, name);
    remove(&path, act)?;
    let mut file = create(&path, act)?;
    let written = file
        .write_all(content)
        .map_err(|e| RetentionError::disk(act, &e))
        .and_then(|()| sync(&file, act));
    if written.is_err() {
        // What could not be written whole only takes room; the first error is the one to report.
        let _ = remove(&path, act);
    }
    written
}

/// Renames `DIR/NAME.new` to `DIR/NAME` and fsyncs the directory.
pub(crate) fn publish(dir: &Path, name: &str, act: &'static str) -> Result<(), RetentionError> {
    std::fs::rename(staged(dir, name), dir.join(name)).map_err(|e| RetentionError::disk(act, &e))?;
    sync_dir(dir, act)
}

/// Removes what [`stage`] left if it was never published; says whether there was something.
pub(crate) fn unstage(dir: &Path, name: &str, act: &'static str) -> Result<bool, RetentionError> {
    let left = remove(&staged(dir, name), act)?;
    if left {
        sync_dir(dir, act)?;
    }
    Ok(left)
}

/// Removes a file if it is there; says whether it was.
pub(crate) fn remove(path: &Path, act: &'static str) -> Result<bool, RetentionError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(RetentionError::disk(act, &error)),
    }
}

/// Waits until the disk has a file's bytes.
///
/// A failure other than a full disk means that nobody knows what is on the disk: it must never be retried and trusted.
pub(crate) fn sync(file: &File, act: &'static str) -> Result<(), RetentionError> {
    #[cfg(test)]
    witness::saw(file);
    file.sync_all()
        .map_err(|error| match RetentionError::disk(act, &error) {
            RetentionError::DiskFailed { act, .. } => RetentionError::DiskSyncFailed { act },
            known => known,
        })
}

/// Waits until the disk has a directory's entries.
pub(crate) fn sync_dir(path: &Path, act: &'static str) -> Result<(), RetentionError> {
    let dir = File::open(path).map_err(|e| RetentionError::disk(act, &e))?;
    sync(&dir, act)
}

fn staged(dir: &Path, name: &str) -> std::path::PathBuf {
    dir.join(format!("{name}.new"))
}

#[cfg(test)]
#[path = "durable_tests.rs"]
mod witness;
