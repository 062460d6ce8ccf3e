//! A folder under way: written beside its place, every file of it hashed, and named only when it is whole. *Edge.*

use std::{
    fs::{self, File},
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{MANIFEST, SUMS};
use crate::{
    error::{Error, Result},
    input,
};

/// A folder that is not whole yet. Dropped before it has its name, it leaves nothing behind.
pub struct Staging {
    target: PathBuf,
    partial: PathBuf,
    sealed: bool,
}

impl Staging {
    /// Begins to write what will be the new or empty folder `target`, outside the data directory `dir`.
    ///
    /// # Errors
    /// `EVIDENCE-FOLDER`; those of the disk.
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
        let absolute = std::path::absolute(target).map_err(Error::io("find the folder of the pack"))?;
        if let Some(parent) = absolute.parent() {
            fs::create_dir_all(parent).map_err(Error::io("make the folder of the pack"))?;
        }
        let mut partial = absolute.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // Only for its owner: masked or not, people's names are in it.
        let made = fs::DirBuilder::new().mode(0o700).create(&partial);
        made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => refused(
                "a pack is being written there, or one was left half-written under the name with .partial",
            ),
            _ => Error::io("make the folder of the pack")(error),
        })?;
        Ok(Self {
            target: absolute,
            partial,
            sealed: false,
        })
    }

    /// The folder `path` in it, which is made.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn folder(&self, path: &str) -> Result<PathBuf> {
        let place = self.partial.join(path);
        fs::create_dir_all(&place).map_err(Error::io("make a folder of the pack"))?;
        Ok(place)
    }

    /// The place of `path` in it, in a folder that is made.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn place(&self, path: &str) -> Result<PathBuf> {
        let place = self.partial.join(path);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(Error::io("make a folder of the pack"))?;
        }
        Ok(place)
    }

    /// Writes the file `path` in it.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put(&self, path: &str, text: &str) -> Result<()> {
        fs::write(self.place(path)?, text).map_err(Error::io("write a file of the pack"))
    }

    /// Writes the file `path` in it: `value`, indented, and a line feed.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put_json(&self, path: &str, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|_| Error::Bug("a part of a pack has no JSON form"))?;
        self.put(path, &format!("{text}\n"))
    }

    /// Lists all files with their hashes, writes the manifest that `manifest` makes of their number and the list's hash, and
    /// gives the folder its name.
    ///
    /// # Errors
    /// Those of the disk and of `manifest`.
    pub fn seal(self, manifest: impl FnOnce(u64, &str) -> Result<String>) -> Result<u64> {
        let mut sums = String::new();
        let files = files_below(&self.partial)?;
        for path in &files {
            let file = File::open(self.partial.join(path)).map_err(Error::io("read a file of the pack"))?;
            sums.push_str(&format!("{}  {path}\n", input::sha256_of(file)?));
        }
        let count = files.len() as u64;
        self.put(SUMS, &sums)?;
        let list = File::open(self.partial.join(SUMS)).map_err(Error::io("read a file of the pack"))?;
        self.put(MANIFEST, &manifest(count, &input::sha256_of(list)?)?)?;
        self.name()?;
        Ok(count)
    }

    /// Gives the folder its name as it is, without a list of its files.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn name(mut self) -> Result<()> {
        fs::rename(&self.partial, &self.target).map_err(Error::io("give the folder its name"))?;
        self.sealed = true;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.sealed {
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
    let failed = || Error::io("list the files of the pack");
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

fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "EVIDENCE-FOLDER",
        sentence: sentence.into(),
        remedy: "name a new or empty folder outside the data directory; remove what was left half-written",
    }
}
