//! Opens the files that people hand in by name: regular files only, and no name can make us wait or look elsewhere. *Edge.*

use std::{
    fs::{self, DirBuilder, File},
    io::{self, ErrorKind, Read},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use crate::{
    error::Error,
    ids,
    intake::{FileRefusal, Limit},
};

/// Whether `inner` lies in `outer`, after links are followed as far as the paths exist.
pub fn inside(inner: &Path, outer: &Path) -> bool {
    let real = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let mut existing = absolute.as_path();
        let mut rest = Vec::new();
        loop {
            if let Ok(real) = existing.canonicalize() {
                return rest
                    .iter()
                    .rev()
                    .fold(real, |path: PathBuf, part| path.join(part));
            }
            match (existing.parent(), existing.file_name()) {
                (Some(parent), Some(name)) => {
                    rest.push(name.to_os_string());
                    existing = parent;
                }
                _ => return absolute,
            }
        }
    };
    real(inner).starts_with(real(outer))
}

/// Why nothing can be written to the new or old folder `folder`, which is meant for others than the data directory `dir`.
pub fn unfit_for_export(folder: &Path, dir: &Path) -> Option<&'static str> {
    if inside(folder, dir) {
        return Some("the folder lies in the data directory; nothing was written");
    }
    let is_no_folder = |path: &Path| fs::metadata(path).is_ok_and(|facts| !facts.is_dir());
    folder
        .ancestors()
        .any(is_no_folder)
        .then_some("the place, or one above it, is a file and no folder; nothing was written")
}

/// Makes the folder of an export and those above it, only for their owner: there are people's names in it. One that is there is
/// left as it is.
///
/// # Errors
/// The operating system's.
pub fn make_folder_for_export(folder: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(Error::io("make the folder of the export"))
}

/// The SHA-256 of all of `file`, hexadecimal.
///
/// # Errors
/// The operating system's.
pub fn sha256_of(file: File) -> Result<String, Error> {
    let mut hashed = Hashed::new(file);
    io::copy(&mut hashed, &mut io::sink()).map_err(Error::io("read the file"))?;
    Ok(hashed.finish().1)
}

/// An open file that is hashed while it is read: what was hashed is what was read.
pub struct Hashed {
    file: File,
    hash: Sha256,
}

impl Hashed {
    /// Nothing of `file` has been read yet.
    pub fn new(file: File) -> Self {
        Self {
            file,
            hash: Sha256::new(),
        }
    }

    /// The file, and the SHA-256 of what was read of it, hexadecimal.
    pub fn finish(self) -> (File, String) {
        (self.file, ids::hex(&self.hash.finalize()))
    }
}

impl Read for Hashed {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(block)?;
        self.hash.update(&block[..read]);
        Ok(read)
    }
}

/// Why a file cannot be opened.
pub enum Unopened {
    /// There is none of that name.
    Missing,
    /// This account may not read it.
    Denied,
    /// A folder, a pipe, a socket or a device.
    Kind,
    /// Anything else.
    Other,
}

/// Opens the regular file at `path` for reading.
///
/// Whoever calls the program names the file, so a symbolic link is followed, as every other tool follows it; what it
/// leads to must be a regular file. The kind is asked of the open file itself, and opening never waits: a pipe that is
/// put there at the last moment is refused like one that was there all along.
pub fn open(path: &Path) -> Result<File, Unopened> {
    // Looked at before it is opened as well: opening some devices does something.
    if !fs::metadata(path).map_err(unopened)?.is_file() {
        return Err(Unopened::Kind);
    }
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(unopened)?;
    if file.metadata().map_err(unopened)?.is_file() {
        Ok(file)
    } else {
        Err(Unopened::Kind)
    }
}

/// What of an open file shows that somebody writes to it.
#[derive(PartialEq, Eq)]
pub struct Look {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Look {
    /// The file as it is at this moment.
    pub fn at(file: &File) -> io::Result<Self> {
        let facts = file.metadata()?;
        Ok(Self {
            bytes: facts.len(),
            modified: facts.modified().ok(),
        })
    }

    /// Refuses a file that is too large already, before anything is read or sealed of it.
    pub fn at_most(&self, bytes: u64) -> Result<(), Error> {
        if self.bytes <= bytes {
            return Ok(());
        }
        Err(Error::File(FileRefusal::Limit(Limit::FileBytes(bytes))))
    }

    /// Refuses a file that is another now than at the first look: half of it may be of one version and half of another.
    pub fn still(&self, file: &File) -> Result<(), Error> {
        let now = Self::at(file).map_err(Error::io("look at the file"))?;
        if *self == now {
            return Ok(());
        }
        Err(Error::Input {
            code: "FILE-CHANGED",
            sentence: "the file was written to while it was read; nothing was done".into(),
            remedy: "wait until it is complete, then submit it again",
        })
    }
}

/// The file's name for a message, without its folder.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().chars().take(NAME_CHARS).collect()
}

fn unopened(error: io::Error) -> Unopened {
    match error.kind() {
        ErrorKind::NotFound => Unopened::Missing,
        ErrorKind::PermissionDenied => Unopened::Denied,
        _ => Unopened::Other,
    }
}

/// More of a name is not shown.
const NAME_CHARS: usize = 100;
