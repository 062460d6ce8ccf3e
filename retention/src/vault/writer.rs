//! Seals objects into the vault while they are written, in bounded memory. *Edge.*

use std::io::{self, BufWriter, Write};

use jiff::Timestamp;

use super::WRITE;
use super::draft::Draft;
use crate::container;
use crate::envelope::Sealer;
use crate::error::RetentionError;
use crate::header::Kind;
use crate::object::Place;
use crate::secret::{Key32, Randomness};
use crate::segment::SegmentBuilder;

/// Takes the plaintext of one object; without [`commit`](Self::commit) nothing stays of it.
pub struct VaultWriter {
    sealer: Sealer<BufWriter<DraftSink>>,
}

impl VaultWriter {
    pub(super) fn start(
        draft: Draft,
        place: Place,
        created_at: Timestamp,
        cohort_key: &Key32,
        randomness: &dyn Randomness,
    ) -> Result<Self, RetentionError> {
        let sink = BufWriter::with_capacity(1 << 16, DraftSink(draft));
        let sealer = container::seal(sink, Kind::Stream, place, created_at, cohort_key, randomness)?;
        Ok(Self { sealer })
    }

    /// Seals more plaintext.
    ///
    /// # Errors
    /// A disk error, after which the object is lost.
    pub fn push(&mut self, plaintext: &[u8]) -> Result<(), RetentionError> {
        self.sealer.push(plaintext)
    }

    /// Closes the envelope and stores the object; durable on return.
    ///
    /// # Errors
    /// A disk error, after which nothing is left of it.
    pub fn commit(self) -> Result<(), RetentionError> {
        store(self.sealer.finish()?)
    }
}

/// Takes the records of one segment; without [`commit`](Self::commit) nothing stays of it.
pub struct SegmentWriter {
    builder: SegmentBuilder<BufWriter<DraftSink>>,
}

impl SegmentWriter {
    pub(super) fn start(
        draft: Draft,
        place: Place,
        created_at: Timestamp,
        cohort_key: &Key32,
        randomness: &dyn Randomness,
    ) -> Result<Self, RetentionError> {
        // Smaller than a sealed chunk: header and footer are gathered, chunks go straight to the file.
        let sink = BufWriter::with_capacity(1 << 12, DraftSink(draft));
        let builder = SegmentBuilder::onto(sink, cohort_key, place, created_at, randomness)?;
        Ok(Self { builder })
    }

    /// Adds a record and returns its ordinal, counted from 0.
    ///
    /// # Errors
    /// As [`SegmentBuilder::push`].
    pub fn push(&mut self, record: &[u8]) -> Result<u32, RetentionError> {
        self.builder.push(record)
    }

    /// Closes the segment and stores it; durable on return.
    ///
    /// # Errors
    /// A disk error, after which nothing is left of it.
    pub fn commit(self) -> Result<(), RetentionError> {
        store(self.builder.close()?)
    }
}

fn store(sink: BufWriter<DraftSink>) -> Result<(), RetentionError> {
    let sink = sink
        .into_inner()
        .map_err(|e| RetentionError::disk(WRITE, e.error()))?;
    sink.0.commit()
}

struct DraftSink(Draft);

impl Write for DraftSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.file().flush()
    }
}
