//! Responsible for reading the records of one file in order, in bounded memory, and for what makes a file uncuttable. *Pure.*

use std::io::{self, Read};

use zeroize::Zeroizing;

use super::cutter::{Cut, Cutter, Limits, Step};
use super::encoding::Encoding;
use super::file_error::{FileRefusal, Limit};

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself is at fault; nothing of it may be used.
    #[error(transparent)]
    Refused(#[from] FileRefusal),
    /// The source failed; the file may be as good as new.
    #[error("read the source of the file")]
    Source(#[from] io::Error),
}

/// One record and where it stands.
pub struct Record<'a> {
    /// Counted in records, not in line ends: the header is 1, the first row 2.
    pub line: u32,
    /// What it holds.
    pub cut: Cut<'a>,
}

/// A reader of records over any source; it holds one block and one record, never more.
pub struct RecordReader<R> {
    source: R,
    cutter: Cutter,
    limits: Limits,
    encoding: Encoding,
    block: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    file_bytes: u64,
    records: u32,
    opened: bool,
    exhausted: bool,
}

impl<R: Read> RecordReader<R> {
    /// A reader from the first byte of a file on. Nothing is read yet.
    #[must_use]
    pub fn new(source: R, encoding: Encoding, limits: Limits) -> Self {
        Self {
            source,
            cutter: Cutter::new(&limits),
            limits,
            encoding,
            block: Zeroizing::new(vec![0; BLOCK_BYTES]),
            start: 0,
            end: 0,
            file_bytes: 0,
            records: 0,
            opened: false,
            exhausted: false,
        }
    }

    /// The next record, or `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// `FILE-ENCODING` for a foreign byte order mark, `FILE-LIMIT` for too many bytes or rows, `FILE-QUOTE` for a
    /// file that ends inside quotes; [`ReadError::Source`] when the source fails.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        loop {
            if self.start == self.end && !self.exhausted {
                self.fill()?;
            }
            let step = if self.start == self.end {
                self.cutter.finish()
            } else {
                let (consumed, step) = self.cutter.feed(&self.block[self.start..self.end]);
                self.start += consumed;
                step
            };
            match step {
                // Nothing below a header over the limits can be used: a header of gigabytes is not read to its end.
                Step::More if self.records == 0 && self.cutter.skips() => break,
                Step::More => {}
                Step::Record => break,
                Step::End => return Ok(None),
                Step::OpenQuote => {
                    return Err(FileRefusal::Quote {
                        line: self.records + 1,
                    }
                    .into());
                }
            }
        }
        self.count(1)?;
        Ok(Some(Record {
            line: self.records,
            cut: self.cutter.record(),
        }))
    }

    /// Reads to the end of the file without keeping anything; returns how many records the whole file has.
    ///
    /// # Errors
    ///
    /// As [`Self::next_record`].
    pub fn count_rest(&mut self) -> Result<u32, ReadError> {
        loop {
            let plain = self.cutter.skip_plain(&self.block[self.start..self.end]);
            self.start += plain.bytes;
            self.count(plain.records)?;
            if self.next_record()?.is_none() {
                return Ok(self.records);
            }
        }
    }

    /// Bytes read from the source so far, the byte order mark included.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// The source, for what it has gathered.
    #[must_use]
    pub fn into_source(self) -> R {
        self.source
    }

    fn count(&mut self, records: u32) -> Result<(), FileRefusal> {
        self.records = self.records.saturating_add(records);
        if self.records > self.limits.rows.saturating_add(1) {
            return Err(FileRefusal::Limit(Limit::Rows(self.limits.rows)));
        }
        Ok(())
    }

    /// Fills the block as far as the source goes; a short block means that the source has ended.
    fn fill(&mut self) -> Result<(), ReadError> {
        (self.start, self.end) = (0, 0);
        while self.end < self.block.len() && !self.exhausted {
            match self.source.read(&mut self.block[self.end..]) {
                Ok(0) => self.exhausted = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.file_bytes += self.end as u64;
        if self.file_bytes > self.limits.file_bytes {
            return Err(FileRefusal::Limit(Limit::FileBytes(self.limits.file_bytes)).into());
        }
        if !self.opened {
            self.opened = true;
            self.start = self.encoding.mark_length(&self.block[..self.end.min(4)])?;
        }
        Ok(())
    }
}

/// Bytes read from the source at a time.
pub(super) const BLOCK_BYTES: usize = 256 << 10;

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
