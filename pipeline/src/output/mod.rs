//! What leaves the house by the disk: it has its name only when it is whole and will survive a power cut. *Edge.*
//!
//! [`folder`] is a new folder, written beside its place; [`beside`] are new files in a folder that has others; [`mod@file`] is
//! one new file, written line by line. Nothing that is there is ever replaced.
//! Whatever a crash leaves has a name that nobody takes for a document. All of it is only for its owner: there are people's
//! names in it.

pub mod beside;
pub mod file;
pub mod folder;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

use crate::error::Error;

/// Gives the file `from` the name `to`, which nothing may have: what came there meanwhile is not replaced.
///
/// # Errors
/// The operating system's; `AlreadyExists` if there is something of that name.
pub fn name_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // File systems that cannot do this at once, as those over a network.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_new(from, to),
        Err(error) => Err(error.into()),
    }
}

/// The same in two steps: a second name is never given in place of another file's.
fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Has what is at `path`, a file or a folder, survive a power cut.
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Which of `folder` and those above it are not there yet, the deepest first.
fn absent(folder: &Path) -> Vec<PathBuf> {
    let is_absent = |path: &&Path| !path.as_os_str().is_empty() && fs::symlink_metadata(path).is_err();
    let absent = folder.ancestors().take_while(is_absent);
    absent.map(Path::to_path_buf).collect()
}

/// Has the names of the folders `made` survive a power cut.
fn sync_names(made: &[PathBuf]) -> io::Result<()> {
    made.iter().try_for_each(|folder| sync(above(folder)))
}

/// The folder that has the name `path`.
fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Why what is handed out has not its name: another file came in between, or the disk.
fn unnamed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::AlreadyExists => refused(
            "a file of that name came into the folder meanwhile; it was not replaced, and nothing was handed out",
        ),
        _ => Error::io("name a file that is handed out")(error),
    }
}

/// The refusal of a folder that nothing new can be handed out in.
fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "EXPORT-FOLDER",
        sentence: sentence.into(),
        remedy: "name a new or empty folder outside the data directory; remove what was left half-written",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_is_given_and_none_is_taken_away() {
        let home = tempfile::tempdir().unwrap();
        let (from, to) = (home.path().join("from"), home.path().join("to"));
        for way in [name_new, link_new] {
            fs::write(&from, "new").unwrap();
            fs::write(&to, "old").unwrap();
            assert_eq!(way(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&to).unwrap(), "old");
            fs::remove_file(&to).unwrap();
            way(&from, &to).unwrap();
            assert_eq!(fs::read_to_string(&to).unwrap(), "new");
            assert!(!from.exists());
            fs::remove_file(&to).unwrap();
        }
    }

    #[test]
    fn folders_that_are_made_are_known_before() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("a/b");
        assert_eq!(absent(&deep), [deep.clone(), home.path().join("a")]);
        assert!(absent(home.path()).is_empty());
        assert_eq!(
            (above(Path::new("x")), above(Path::new("y/x"))),
            (Path::new("."), Path::new("y"))
        );
    }
}
