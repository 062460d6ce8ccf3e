//! Computes the SHA-256 of bytes on their way to a sink. *Pure.*

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// A sink that remembers the digest and the count of what it passed on.
pub(crate) struct HashingWriter<W> {
    sink: W,
    hash: Sha256,
    length: u64,
}

impl<W: Write> HashingWriter<W> {
    pub(crate) fn new(sink: W) -> Self {
        Self {
            sink,
            hash: Sha256::new(),
            length: 0,
        }
    }

    /// The sink, the SHA-256 of what went into it, and how many bytes that were.
    pub(crate) fn finish(self) -> (W, [u8; 32], u64) {
        (self.sink, self.hash.finalize().into(), self.length)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
