//! A new folder under way: written beside its place, and named only when it is whole and on the disk. *Edge.*

use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{absent, refused, sync, sync_names};
use crate::{
    error::{Error, Result},
    input,
};

/// A folder that is not whole yet. Dropped before it has its name, it leaves nothing behind.
pub struct Staging {
    target: PathBuf,
    partial: PathBuf,
    /// The folders that were made above it.
    made: Vec<PathBuf>,
    named: bool,
}

impl Staging {
    /// Begins to write what will be the new or empty folder `target`, outside the data directory `dir`.
    ///
    /// # Errors
    /// `EXPORT-FOLDER`; those of the disk.
    pub fn begin(target: &Path, dir: &Path) -> Result<Self> {
        if let Some(why) = input::unfit_for_export(target, dir) {
            return Err(refused(why));
        }
        let taken = match fs::read_dir(target) {
            Ok(mut children) => children.next().is_some(),
            Err(_) => fs::symlink_metadata(target).is_ok(),
        };
        if taken {
            return Err(refused("the folder is there and not empty; nothing was written"));
        }
        let absolute = std::path::absolute(target).map_err(Error::io("find the folder of the export"))?;
        // Without the slash that may stand at its end.
        let absolute: PathBuf = absolute.components().collect();
        let mut parents = Vec::new();
        if let Some(parent) = absolute.parent() {
            parents = absent(parent);
            fs::create_dir_all(parent).map_err(Error::io("make the folder of the export"))?;
        }
        let mut partial = absolute.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // Only for its owner: masked or not, people's names are in it.
        let made = fs::DirBuilder::new().mode(0o700).create(&partial);
        made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => refused(
                "an export is being written there, or one was left half-written under the name with .partial",
            ),
            _ => Error::io("make the folder of the export")(error),
        })?;
        Ok(Self {
            target: absolute,
            partial,
            made: parents,
            named: false,
        })
    }

    /// The folder `path` in it, which is made.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn folder(&self, path: &str) -> Result<PathBuf> {
        let place = self.partial.join(path);
        fs::create_dir_all(&place).map_err(Error::io("make a folder of the export"))?;
        Ok(place)
    }

    /// The place of `path` in it, in a folder that is made.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn place(&self, path: &str) -> Result<PathBuf> {
        let place = self.partial.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(Error::io("make a folder of the export"))?;
        }
        Ok(place)
    }

    /// Writes the file `path` in it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.place(path)?, text).map_err(Error::io("write a file of the export"))
    }

    /// Writes the file `path` in it: `value`, indented, and a line feed.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put_json(&self, path: &str, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|_| Error::Bug("a part of an export has no JSON form"))?;
        self.put(path, &format!("{text}\n"))
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives the folder its name, once it is on the disk; no folder that has something in it is replaced. The tiles of an exported
    /// journal are not synchronised one by one: they are many, and whoever verifies them finds one that a power cut damaged.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn name(mut self) -> Result<()> {
        let failed = || Error::io("give the folder its name");
        let mut written = BTreeSet::new();
        for file in files_below(&self.partial)? {
            let at = Path::new(&file).ancestors();
            written.extend(at.filter(|path| !path.starts_with(TILES)).map(Path::to_path_buf));
        }
        // Among them is the empty path: the folder itself.
        for path in &written {
            sync(&self.partial.join(path)).map_err(failed())?;
        }
        sync_names(&self.made).map_err(failed())?;
        fs::rename(&self.partial, &self.target).map_err(failed())?;
        self.named = true;
        let parent = self.target.parent().unwrap_or(Path::new("/"));
        sync(parent).map_err(failed())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.named {
            // A remainder is refused by name at the next pack, so a failure here is not lost.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// The paths of all files below `folder`, relative to it, with `/` between their parts, in order. What is neither a plain file
/// nor a folder is among them.
///
/// # Errors
/// Those of the disk; a name that is no text.
pub fn files_below(folder: &Path) -> Result<Vec<String>> {
    let failed = || Error::io("list the files of the export");
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(at) = open.pop() {
        for child in fs::read_dir(folder.join(&at)).map_err(failed())? {
            let child = child.map_err(failed())?;
            let path = format!("{at}{}", child.file_name().to_string_lossy());
            if child.file_type().map_err(failed())?.is_dir() {
                open.push(path + "/");
            } else {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Where an export has the tiles of the journal.
const TILES: &str = "journal/tile";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_its_name_when_it_is_whole_and_leaves_nothing_when_it_is_given_up() {
        let home = tempfile::tempdir().unwrap();
        let (target, house) = (home.path().join("deep/out"), home.path().join("house"));
        fs::create_dir(&house).unwrap();
        let begin = |at: &Path| Staging::begin(at, &house);
        let begun = begin(&target).unwrap();
        begun.put("a/b.txt", "half").unwrap();
        assert!(!target.exists());
        let busy = begin(&target).map(|_| ()).unwrap_err();
        assert!(
            busy.code() == "EXPORT-FOLDER" && busy.to_string().contains("half-written"),
            "{busy}"
        );
        drop(begun);
        assert_eq!(fs::read_dir(home.path().join("deep")).unwrap().count(), 0);
        let begun = begin(&target).unwrap();
        begun.put("a/b.txt", "whole").unwrap();
        begun.put("journal/tile/0/000", "x").unwrap();
        begun.name().unwrap();
        assert_eq!(files_below(&target).unwrap(), ["a/b.txt", "journal/tile/0/000"]);
        assert_eq!(fs::read_dir(home.path().join("deep")).unwrap().count(), 1);
        for taken in [&target, &target.join("a/b.txt"), &house.join("out")] {
            assert_eq!(begin(taken).map(|_| ()).unwrap_err().code(), "EXPORT-FOLDER");
        }
    }
}
