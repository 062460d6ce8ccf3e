//! One new file, written piece by piece under a name that nobody takes for it. *Edge.*

use std::{
    fs::{self, File},
    io::{self, BufWriter, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{above, name_new, sync, unnamed};
use crate::{
    error::{Error, Result},
    ids,
};

/// A file that is not whole yet. Dropped before it is published, it leaves nothing behind.
pub struct NewFile {
    path: PathBuf,
    partial: PathBuf,
    out: BufWriter<File>,
}

impl NewFile {
    /// Begins the file `path`, which must not be there, in a folder that is. Nobody else may read it.
    ///
    /// # Errors
    /// The operating system's, for the caller to tell with a code of its own; `AlreadyExists` if it is there.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or(ErrorKind::InvalidInput)?;
        if fs::symlink_metadata(path).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let chance = ids::random::<8>().map_err(|_| ErrorKind::Other)?;
        let partial = path.with_file_name(format!(".{name}.{}.partial", ids::hex(&chance)));
        let mut new = File::options();
        let file = new.write(true).create_new(true).mode(0o600).open(&partial)?;
        Ok(Self {
            path: path.to_path_buf(),
            partial,
            out: BufWriter::new(file),
        })
    }

    /// Writes the next piece.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&mut self, text: &str) -> Result<()> {
        let written = self.out.write_all(text.as_bytes());
        written.map_err(Error::io("write a file that is handed out"))
    }

    /// Has all of it on the disk, still without its name.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn close(&mut self) -> Result<()> {
        let flushed = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        flushed.map_err(Error::io("write a file that is handed out"))
    }

    /// Gives it its name, which nothing has got meanwhile.
    ///
    /// # Errors
    /// `EXPORT-FOLDER` if something has; those of the disk.
    pub fn publish(mut self) -> Result<()> {
        self.close()?;
        name_new(&self.partial, &self.path).map_err(unnamed)?;
        sync(above(&self.path)).map_err(unnamed)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Once it is published nothing has that name any more.
        let _ = fs::remove_file(&self.partial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_when_it_is_published_and_leaves_nothing_when_it_is_given_up() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("list.csv");
        let mut given_up = NewFile::begin(&path).unwrap();
        given_up.write("half").unwrap();
        assert!(!path.exists() && fs::read_dir(home.path()).unwrap().count() == 1);
        drop(given_up);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        let mut file = NewFile::begin(&path).unwrap();
        file.write("a,b\r\n").unwrap();
        file.publish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\r\n");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        let taken = NewFile::begin(&path).map(|_| ());
        assert_eq!(taken.unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert!(NewFile::begin(&home.path().join("nowhere/list.csv")).is_err());
        // What came while it was written stays as it is.
        let other = home.path().join("other.csv");
        let late = NewFile::begin(&other).unwrap();
        fs::write(&other, "theirs").unwrap();
        assert_eq!(late.publish().unwrap_err().code(), "EXPORT-FOLDER");
        assert_eq!(fs::read_to_string(&other).unwrap(), "theirs");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }
}
