//! A result file: encrypted as it is written, under a temporary name until it is whole. *Edge.*

use std::{
    fs::{self, File},
    io::{BufWriter, Seek, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::files::DeliveredFile;
use crate::{
    error::{Error, Result},
    ids,
};

/// A file being encrypted under a temporary name; only [`Sealing::publish`] gives it its own.
pub(super) struct Sealing {
    writer: Option<age::stream::StreamWriter<BufWriter<Hashing>>>,
    sha256: String,
    temporary: PathBuf,
    path: PathBuf,
    /// The closed file, where it has no name.
    unnamed: Option<File>,
    is_unnamed: bool,
}

struct Hashing {
    file: File,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Sealing {
    pub(super) fn begin(folder: &Path, name: &str, recipients: &[age::x25519::Recipient]) -> Result<Self> {
        let part = format!(".{name}.{}.part", ids::hex(&ids::random::<8>()?));
        let (temporary, path) = (folder.join(part), folder.join(name));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(Error::io("make the result file"))?;
        let recipients = recipients
            .iter()
            .map(|recipient| -> &dyn age::Recipient { recipient });
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| UNWRITABLE)?;
        let writer = encryptor
            .wrap_output(BufWriter::with_capacity(
                1 << 17,
                Hashing {
                    file,
                    hash: Sha256::new(),
                },
            ))
            .map_err(Error::io("write the result file"))?;
        Ok(Self {
            writer: Some(writer),
            sha256: String::new(),
            temporary,
            path,
            unnamed: None,
            is_unnamed: false,
        })
    }

    /// The same on the disk of `folder` and without a name there: it is gone with whoever holds it, also after a crash.
    pub(super) fn begin_unnamed(
        folder: &Path,
        name: &str,
        recipients: &[age::x25519::Recipient],
    ) -> Result<Self> {
        let mut sealing = Self::begin(folder, name, recipients)?;
        fs::remove_file(&sealing.temporary).map_err(Error::io("make the result file"))?;
        (sealing.is_unnamed, sealing.path) = (true, PathBuf::from(name));
        Ok(sealing)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let writer = self.writer.as_mut().ok_or(UNWRITABLE)?;
        writer
            .write_all(bytes)
            .map_err(Error::io("write the result file"))
    }

    /// Ends the file and waits for the disk.
    pub(super) fn close(&mut self) -> Result<()> {
        let writer = self.writer.take().ok_or(UNWRITABLE)?;
        let buffered = writer.finish().map_err(Error::io("write the result file"))?;
        let hashing = buffered
            .into_inner()
            .map_err(|error| Error::io("write the result file")(error.into_error()))?;
        hashing
            .file
            .sync_all()
            .map_err(Error::io("write the result file"))?;
        self.sha256 = ids::hex(&hashing.hash.finalize());
        self.unnamed = self.is_unnamed.then_some(hashing.file);
        Ok(())
    }

    /// Gives the closed file its name; one without a name is returned from its beginning.
    pub(super) fn publish(mut self) -> Result<(DeliveredFile, Option<File>)> {
        let mut file = self.unnamed.take();
        match &mut file {
            Some(file) => file.rewind().map_err(Error::io("read the result file"))?,
            None => fs::rename(&self.temporary, &self.path).map_err(Error::io("name the result file"))?,
        }
        let delivered = DeliveredFile {
            path: self.path.clone(),
            sha256: self.sha256.clone(),
        };
        Ok((delivered, file))
    }
}

impl Drop for Sealing {
    fn drop(&mut self) {
        // After its publication it is not there any more; otherwise it is of no use to anybody, and encrypted.
        if !self.is_unnamed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

const UNWRITABLE: Error = Error::Bug("a result line cannot be written");
