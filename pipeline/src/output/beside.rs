//! New files in a folder that may have others: written in a hidden folder there, and named when all of them are whole. *Edge.*
//!
//! No file system names several at once: they get their names one after the other, each when all are on the disk. If one cannot have its
//! name, those before it are taken back. A crash in between leaves some of them there, each of them whole, and the hidden folder.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{absent, name_new, sync, sync_names, unnamed};
use crate::{
    error::{Error, Result},
    ids, input,
};

/// Files under way. Dropped before they are published, they leave nothing behind.
pub struct Beside {
    folder: PathBuf,
    partial: PathBuf,
    /// The folders that were made for them, the deepest first.
    made: Vec<PathBuf>,
}

impl Beside {
    /// Begins to write files of `folder`, which is made if it is not there. Whoever calls has seen that it is fit, and that
    /// it has no files of these names.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn begin(folder: &Path) -> Result<Self> {
        let made = absent(folder);
        input::make_folder_for_export(folder)?;
        let partial = folder.join(format!(".{}.partial", ids::hex(&ids::random::<8>()?)));
        input::make_folder_for_export(&partial)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            partial,
            made,
        })
    }

    /// Where the files are written.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives the files `written` in [`Self::path`] their names, when all of them are on the disk; returns where they are. Of those
    /// that cannot all be named none is.
    ///
    /// # Errors
    /// `EXPORT-FOLDER` if one of these names was taken meanwhile; those of the disk.
    pub fn publish(self, written: &[PathBuf]) -> Result<Vec<PathBuf>> {
        for file in written {
            sync(file).map_err(unnamed)?;
        }
        let named = self.give(written)?;
        let settled = sync(&self.folder).and_then(|()| sync_names(&self.made));
        settled.map_err(|error| {
            take_back(written, &named);
            unnamed(error)
        })?;
        Ok(named)
    }

    /// Gives them their names in a folder that has not its own yet, and is seen to be on the disk before it has.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn name(self, written: &[PathBuf]) -> Result<Vec<PathBuf>> {
        self.give(written)
    }

    fn give(&self, written: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let mut named = Vec::new();
        for file in written {
            fs::set_permissions(file, Permissions::from_mode(0o600)).map_err(unnamed)?;
            let name = file.file_name().ok_or(Error::Bug("a file without a name"))?;
            named.push(self.folder.join(name));
        }
        for (count, (file, place)) in written.iter().zip(&named).enumerate() {
            name_new(file, place).map_err(|error| {
                take_back(&written[..count], &named);
                unnamed(error)
            })?;
        }
        Ok(named)
    }
}

/// Takes the names of `written` away again.
fn take_back(written: &[PathBuf], named: &[PathBuf]) {
    for (file, place) in written.iter().zip(named) {
        // What cannot be taken back stays: it is whole, and the error that is told is the one before.
        let _ = fs::rename(place, file);
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // What is hidden and incomplete is in nobody's way, so a failure here is not lost.
        let _ = fs::remove_dir_all(&self.partial);
        for folder in &self.made {
            // Only if it is empty.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_names_together_and_leave_nothing_when_they_are_given_up() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("tables");
        let begun = Beside::begin(&folder).unwrap();
        fs::write(begun.path().join("table.csv"), "half").unwrap();
        drop(begun);
        assert!(!folder.exists());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("other"), "x").unwrap();
        drop(Beside::begin(&folder).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        let begun = Beside::begin(&folder).unwrap();
        let written = ["table.csv", "table.html"].map(|name| begun.path().join(name));
        for file in &written {
            fs::write(file, "whole").unwrap();
            assert!(!folder.join(file.file_name().unwrap()).exists());
        }
        let named = begun.publish(&written).unwrap();
        assert_eq!(named, ["table.csv", "table.html"].map(|name| folder.join(name)));
        assert!(
            named
                .iter()
                .all(|file| file.metadata().unwrap().permissions().mode() & 0o777 == 0o600)
        );
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced_and_none_is_handed_out() {
        let home = tempfile::tempdir().unwrap();
        for name in ["first", "second", "third"] {
            let folder = home.path().join("deep/new").join(name);
            let begun = Beside::begin(&folder).unwrap();
            let written = ["first", "second", "third"].map(|name| begun.path().join(name));
            for file in &written {
                fs::write(file, "ours").unwrap();
            }
            fs::write(folder.join(name), "theirs").unwrap();
            assert_eq!(begun.publish(&written).unwrap_err().code(), "EXPORT-FOLDER");
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "theirs");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{name}");
        }
        // What was made for them and stays empty is not left.
        drop(Beside::begin(&home.path().join("other/deep")).unwrap());
        assert!(!home.path().join("other").exists());
    }
}
