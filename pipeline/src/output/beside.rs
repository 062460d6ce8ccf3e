//! New files in a folder that may have others: written in a hidden folder there, and named when all of them are whole. *Edge.*

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::sync;
use crate::{
    error::{Error, Result},
    ids, input,
};

/// Files under way. Dropped before they are published, they leave nothing behind.
pub struct Beside {
    folder: PathBuf,
    partial: PathBuf,
    is_new: bool,
}

impl Beside {
    /// Begins to write files of `folder`, which is made if it is not there. Whoever calls has seen that it is fit, and that
    /// it has no files of these names.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn begin(folder: &Path) -> Result<Self> {
        let is_new = fs::symlink_metadata(folder).is_err();
        input::make_folder_for_export(folder)?;
        let partial = folder.join(format!(".{}.partial", ids::hex(&ids::random::<8>()?)));
        input::make_folder_for_export(&partial)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            partial,
            is_new,
        })
    }

    /// Where the files are written.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives the files `written` in [`Self::path`] their names, each when it is on the disk; returns where they are.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn publish(self, written: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let failed = || Error::io("name a file that is handed out");
        for file in written {
            sync(file).map_err(failed())?;
        }
        let folder = self.folder.clone();
        let named = self.name(written)?;
        sync(&folder).map_err(failed())?;
        Ok(named)
    }

    /// Gives them their names in a folder that has not its own yet, and is seen to be on the disk before it has.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn name(mut self, written: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let failed = || Error::io("name a file that is handed out");
        for file in written {
            fs::set_permissions(file, Permissions::from_mode(0o600)).map_err(failed())?;
        }
        self.is_new = false;
        let mut named = Vec::new();
        for file in written {
            let name = file.file_name().ok_or(Error::Bug("a file without a name"))?;
            let place = self.folder.join(name);
            fs::rename(file, &place).map_err(failed())?;
            named.push(place);
        }
        Ok(named)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // What is hidden and incomplete is in nobody's way, so a failure here is not lost.
        let _ = fs::remove_dir_all(&self.partial);
        if self.is_new {
            // Only if it is empty.
            let _ = fs::remove_dir(&self.folder);
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
}
