//! What leaves the house by the disk: it has its name only when it is whole and will survive a power cut. *Edge.*
//!
//! [`folder`] is a new folder, written beside its place; [`beside`] are new files in a folder that has others; [`mod@file`] is
//! one new file, written line by line.
//! Whatever a crash leaves has a name that nobody takes for a document. All of it is only for its owner: there are people's
//! names in it.

pub mod beside;
pub mod file;
pub mod folder;

use std::{fs::File, io, path::Path};

use crate::error::Error;

/// Has what is at `path`, a file or a folder, survive a power cut.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The refusal of a folder that nothing new can be handed out in.
fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "EXPORT-FOLDER",
        sentence: sentence.into(),
        remedy: "name a new or empty folder outside the data directory; remove what was left half-written",
    }
}
