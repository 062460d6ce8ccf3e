//! Writes one file under a temporary name, locked while it is written, and gives it its name when it is on the disk. *Edge.*

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{WRITE, file_name};
use crate::durable;
use crate::error::RetentionError;
use crate::object::ObjectId;

/// How often a draft is begun again when a sweep of another process took it between its creation and its lock.
const ATTEMPTS: usize = 16;

/// A file that exists for nobody yet; removed on drop unless committed.
pub(super) struct Draft {
    file: File,
    dir: PathBuf,
    temporary: PathBuf,
    id: ObjectId,
    committed: bool,
}

impl Draft {
    pub(super) fn create(dir: PathBuf, id: ObjectId) -> Result<Self, RetentionError> {
        if dir.join(file_name(id)).exists() {
            return Err(RetentionError::ObjectExists);
        }
        let temporary = dir.join(format!("{id}.tmp"));
        for _ in 0..ATTEMPTS {
            let file = durable::create(&temporary, WRITE).map_err(|error| match error {
                RetentionError::DiskFailed {
                    kind: ErrorKind::AlreadyExists,
                    ..
                } => RetentionError::ObjectExists,
                other => other,
            })?;
            file.lock()
                .map_err(|e| RetentionError::disk("lock a draft", &e))?;
            if is_same_file(&file, &temporary) {
                return Ok(Self {
                    file,
                    dir,
                    temporary,
                    id,
                    committed: false,
                });
            }
        }
        Err(RetentionError::DiskFailed {
            act: WRITE,
            kind: ErrorKind::WouldBlock,
        })
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Syncs the file, renames it, syncs the directory: it is whole and durable, or it is not there.
    pub(super) fn commit(mut self) -> Result<(), RetentionError> {
        durable::sync(&self.file, WRITE)?;
        let name = self.dir.join(file_name(self.id));
        std::fs::rename(&self.temporary, name).map_err(|e| RetentionError::disk(WRITE, &e))?;
        self.committed = true;
        durable::sync_dir(&self.dir, WRITE)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.committed {
            // A draft that stays is ciphertext nobody refers to; the next opening removes it.
            let _ = durable::remove(&self.temporary, WRITE);
        }
    }
}

/// Removes a draft whose writer is gone, which its lock tells: a crash ends the lock, a long write does not.
pub(super) fn remove_abandoned(path: &Path) -> Result<(), RetentionError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(RetentionError::disk(WRITE, &error)),
    };
    if file.try_lock().is_ok() && is_same_file(&file, path) {
        durable::remove(path, WRITE)?;
    }
    Ok(())
}

/// Whether the open file is still the one of that name: between opening and locking it may have been replaced.
fn is_same_file(file: &File, path: &Path) -> bool {
    let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let (open, named) = (
        file.metadata().map(identity),
        path.symlink_metadata().map(identity),
    );
    matches!((open, named), (Ok(open), Ok(named)) if open == named)
}
