//! Responsible for handing the rows of a file on in chunks, and for taking a file up again in its middle. *Pure.*

use std::io::Read;

use mayfly_consent::refusal::Code;

use super::cutter::Limits;
use super::duplicate::{Duplicates, Question};
use super::encoding::Encoding;
use super::file_error::FileRefusal;
use super::header::{FileKind, Header};
use super::reader::{ReadError, RecordReader};
use super::row::{Row, RowReader};

/// How a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The declared encoding.
    pub encoding: Encoding,
    /// Which columns to expect.
    pub kind: FileKind,
    /// What the file may hold at most.
    pub limits: Limits,
    /// Rows of a chunk, at least 1; the last chunk may have fewer.
    pub chunk_rows: usize,
}

/// Rows that follow each other in the file.
pub struct ChunkOfRows {
    /// The line of the first row.
    pub first_line: u32,
    /// At least one row; each record became exactly one.
    pub rows: Vec<Row>,
}

/// The chunks of one file, in order; after an error there are no more.
pub struct Chunks<R> {
    records: RecordReader<R>,
    rows: RowReader,
    duplicates: Duplicates,
    asked: Vec<(usize, Question)>,
    chunk_rows: usize,
    ended: bool,
}

impl<R: Read> Chunks<R> {
    /// Reads the header and passes by the first `done_rows` rows, which an earlier run has settled; what they asked
    /// still makes a later row a duplicate. `duplicates_key` is random and used for this run alone.
    ///
    /// # Errors
    ///
    /// As [`scan`](super::scan()), which has seen the same bytes: an error here means that they are not the same.
    pub fn start(
        source: R,
        reading: &Reading,
        done_rows: u32,
        duplicates_key: [u8; 16],
    ) -> Result<Self, ReadError> {
        let mut records = RecordReader::new(source, reading.encoding, reading.limits);
        let first = records.next_record()?.ok_or(FileRefusal::Empty)?;
        let header = Header::parse(first.cut, reading.kind, reading.encoding, &reading.limits)?;
        let mut chunks = Self {
            records,
            rows: RowReader::new(header, reading.encoding),
            duplicates: Duplicates::new(duplicates_key, reading.limits.rows),
            asked: Vec::new(),
            chunk_rows: reading.chunk_rows.max(1),
            ended: false,
        };
        chunks.pass_by(done_rows)?;
        Ok(chunks)
    }

    fn pass_by(&mut self, done_rows: u32) -> Result<(), ReadError> {
        for _ in 0..done_rows {
            let Some(record) = self.records.next_record()? else {
                break;
            };
            self.rows.skip(&record);
            if let Some(question) = self.rows.question(&self.duplicates) {
                self.duplicates.repeats(question);
            }
        }
        Ok(())
    }

    fn read_chunk(&mut self) -> Result<Option<ChunkOfRows>, ReadError> {
        let mut rows = Vec::with_capacity(self.chunk_rows.min(ROOM_AT_ONCE));
        while rows.len() < self.chunk_rows {
            let Some(record) = self.records.next_record()? else {
                break;
            };
            rows.push(self.rows.read(&record));
            self.asked.extend(
                self.rows
                    .question(&self.duplicates)
                    .map(|question| (rows.len() - 1, question)),
            );
        }
        for (place, question) in self.asked.drain(..) {
            if self.duplicates.repeats(question) {
                rows[place].faults.push(Code::RowDuplicate, "");
            }
        }
        Ok(rows
            .first()
            .map(|first| first.line)
            .map(|first_line| ChunkOfRows { first_line, rows }))
    }
}

impl<R: Read> Iterator for Chunks<R> {
    type Item = Result<ChunkOfRows, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let chunk = self.read_chunk().transpose();
        self.ended = !matches!(chunk, Some(Ok(_)));
        chunk
    }
}

/// Room for so many rows is made before the first is read.
const ROOM_AT_ONCE: usize = 4096;

#[cfg(test)]
#[path = "chunk_tests.rs"]
mod tests;
