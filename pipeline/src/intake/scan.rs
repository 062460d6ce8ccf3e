//! Responsible for the acceptance of a file: one pass that hashes, hands on and counts it, and refuses what is unusable. *Pure.*

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::cutter::Limits;
use super::encoding::Encoding;
use super::file_error::FileRefusal;
use super::header::{FileKind, Header};
use super::reader::{ReadError, RecordReader};

/// What is known of a file that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// SHA-256 of all bytes: the file's idempotency key.
    pub sha256: [u8; 32],
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows of the file, the header not counted; what becomes of each is for later stages.
    pub rows: u32,
    /// Which column stands where.
    pub header: Header,
}

/// Reads `source` to its end, giving every block to `sink` (which seals it) in order, before it is looked at.
///
/// A file that is refused is not read to its end; whatever `sink` made of its blocks is for the caller to drop.
///
/// # Errors
///
/// `FILE-EMPTY` and whatever [`RecordReader::next_record`] and [`Header::parse`] refuse; [`ReadError::Source`] when
/// `source` or `sink` fails.
pub fn scan(
    source: impl Read,
    encoding: Encoding,
    kind: FileKind,
    limits: Limits,
    sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> Result<Scan, ReadError> {
    let tee = Tee {
        source,
        sink,
        hash: Sha256::new(),
    };
    let mut reader = RecordReader::new(tee, encoding, limits);
    let first = reader.next_record()?.ok_or(FileRefusal::Empty)?;
    let header = Header::parse(first.cut, kind, encoding, &limits)?;
    let rows = reader.count_rest()? - 1;
    if rows == 0 {
        return Err(FileRefusal::Empty.into());
    }
    let bytes = reader.file_bytes();
    Ok(Scan {
        sha256: reader.into_source().hash.finalize().into(),
        bytes,
        rows,
        header,
    })
}

/// A source that shows each block to the hash and to the sink on its way.
struct Tee<R, S> {
    source: R,
    sink: S,
    hash: Sha256,
}

impl<R: Read, S: FnMut(&[u8]) -> io::Result<()>> Read for Tee<R, S> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(block)?;
        self.hash.update(&block[..read]);
        // "Interrupted" asks for the same read again, and these bytes are taken from the source already.
        (self.sink)(&block[..read]).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => io::Error::other(error),
            _ => error,
        })?;
        Ok(read)
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
