//! Gathers many records into one sealed object and reads any one of them back. *Pure.*

use std::io::Write;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::container;
use crate::envelope::{CHUNK, RandomOpener, Sealer, sealed_len};
use crate::error::RetentionError;
use crate::header::{HEADER, Kind, take};
use crate::object::Place;
use crate::secret::{Key32, Randomness};
use crate::source::ReadAt;

/// Most records a segment holds.
pub const MAX_RECORDS: u32 = 1 << 16;
/// Most bytes a record has.
pub const MAX_RECORD_LEN: u32 = 1 << 20;
/// Most bytes all records of a segment have.
pub const MAX_RECORDS_LEN: u32 = 1 << 28;

/// Seals records as they come: at most one chunk (16 KiB) of plaintext is held at any moment.
pub struct SegmentBuilder<W: Write = Vec<u8>> {
    place: Place,
    sealer: Sealer<W>,
    lengths: Vec<u32>,
    total: u32,
}

impl SegmentBuilder {
    /// Begins the segment that belongs at `place`, in memory. `expected_len` is a guess of the records' bytes, to reserve
    /// memory once.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`].
    pub fn new(
        cohort_key: &Key32,
        place: Place,
        created_at: Timestamp,
        expected_len: usize,
        randomness: &dyn Randomness,
    ) -> Result<Self, RetentionError> {
        let reserved = HEADER + sealed_len(expected_len.min(MAX_RECORDS_LEN as usize) + CHUNK);
        let sink = Vec::with_capacity(reserved);
        Self::onto(sink, cohort_key, place, created_at, randomness)
    }

    /// Adds index and footer and closes the envelope.
    ///
    /// # Errors
    /// None in practice: the sink is memory.
    pub fn finish(self) -> Result<SealedSegment, RetentionError> {
        Ok(SealedSegment {
            place: self.place,
            records: self.len(),
            bytes: self.close()?,
        })
    }
}

impl<W: Write> SegmentBuilder<W> {
    /// Begins the segment that belongs at `place`, written to `sink` chunk by chunk.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`], or a disk error of the sink.
    pub(crate) fn onto(
        sink: W,
        cohort_key: &Key32,
        place: Place,
        created_at: Timestamp,
        randomness: &dyn Randomness,
    ) -> Result<Self, RetentionError> {
        let sealer = container::seal(sink, Kind::Segment, place, created_at, cohort_key, randomness)?;
        Ok(Self {
            place,
            sealer,
            lengths: Vec::new(),
            total: 0,
        })
    }

    /// Adds a record and returns its ordinal, counted from 0.
    ///
    /// # Errors
    /// [`RetentionError::LimitExceeded`] beyond [`MAX_RECORDS`], [`MAX_RECORD_LEN`] or [`MAX_RECORDS_LEN`]; the
    /// segment is then as it was before. A disk error of the sink, after which it is lost.
    pub fn push(&mut self, record: &[u8]) -> Result<u32, RetentionError> {
        let length = within("a record (bytes)", record.len(), MAX_RECORD_LEN)?;
        let ordinal = self.lengths.len();
        within("a segment (records)", ordinal + 1, MAX_RECORDS)?;
        let total = within(
            "a segment (bytes)",
            self.total as usize + record.len(),
            MAX_RECORDS_LEN,
        )?;
        self.sealer.push(record)?;
        self.lengths.push(length);
        self.total = total;
        Ok(ordinal as u32)
    }

    /// How many records were added.
    pub fn len(&self) -> u32 {
        self.lengths.len() as u32
    }

    /// Whether no record was added.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Adds index and footer, closes the envelope and returns the sink.
    ///
    /// # Errors
    /// A disk error of the sink.
    pub(crate) fn close(mut self) -> Result<W, RetentionError> {
        let index: Vec<u8> = self
            .lengths
            .iter()
            .flat_map(|length| length.to_be_bytes())
            .collect();
        self.sealer.push(&index)?;
        self.sealer.push(&self.len().to_be_bytes())?;
        self.sealer.push(&self.total.to_be_bytes())?;
        self.sealer.push(FOOTER_MAGIC)?;
        self.sealer.finish()
    }
}

/// A segment ready to be stored.
pub struct SealedSegment {
    /// Where it belongs.
    pub place: Place,
    /// How many records it holds.
    pub records: u32,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Reads records of one segment, in any order.
pub struct SegmentReader<S: ReadAt> {
    opener: RandomOpener<S>,
    /// Where each record ends; the first starts at 0.
    ends: Vec<u32>,
}

impl<S: ReadAt> SegmentReader<S> {
    /// Opens the segment that belongs at `place` and checks that its index describes exactly its records.
    ///
    /// # Errors
    /// As [`container::open_random`]; [`RetentionError::SealBroken`] for an index that does not add up.
    pub fn open(source: S, place: Place, cohort_key: &Key32) -> Result<Self, RetentionError> {
        let opener = container::open_random(source, Kind::Segment, place, cohort_key)?;
        let ends = read_index(&opener)?;
        Ok(Self { opener, ends })
    }

    /// How many records there are.
    pub fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The record of this ordinal; opens only the chunks it lies in.
    ///
    /// # Errors
    /// [`RetentionError::RecordUnknown`], [`RetentionError::SealBroken`] or a disk error.
    pub fn record(&self, ordinal: u32) -> Result<Zeroizing<Vec<u8>>, RetentionError> {
        let (start, end) = self
            .range(ordinal as usize)
            .ok_or(RetentionError::RecordUnknown)?;
        let mut record = Zeroizing::new(vec![0; (end - start) as usize]);
        self.opener.read_into(u64::from(start), &mut record)?;
        Ok(record)
    }

    /// All records in order; each chunk is opened once. Ends after the first error.
    pub fn iter(&self) -> Records<'_, S> {
        Records {
            reader: self,
            ordinal: 0,
            window: Zeroizing::new(vec![0; CHUNK]),
            window_start: 0,
            window_len: 0,
        }
    }

    fn range(&self, ordinal: usize) -> Option<(u32, u32)> {
        let end = *self.ends.get(ordinal)?;
        let start = ordinal.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some((start, end))
    }

    fn total(&self) -> u32 {
        self.ends.last().copied().unwrap_or(0)
    }
}

impl<'a, S: ReadAt> IntoIterator for &'a SegmentReader<S> {
    type Item = Result<Zeroizing<Vec<u8>>, RetentionError>;
    type IntoIter = Records<'a, S>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Walks through the records of a segment.
pub struct Records<'a, S: ReadAt> {
    reader: &'a SegmentReader<S>,
    ordinal: usize,
    /// The chunk being read.
    window: Zeroizing<Vec<u8>>,
    window_start: u32,
    window_len: u32,
}

impl<S: ReadAt> Iterator for Records<'_, S> {
    type Item = Result<Zeroizing<Vec<u8>>, RetentionError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (start, end) = self.reader.range(self.ordinal)?;
        self.ordinal += 1;
        let mut record = Zeroizing::new(vec![0; (end - start) as usize]);
        let copied = self.copy(start, &mut record).map(|()| record);
        if copied.is_err() {
            self.ordinal = self.reader.ends.len();
        }
        Some(copied)
    }
}

impl<S: ReadAt> Records<'_, S> {
    fn copy(&mut self, mut from: u32, mut output: &mut [u8]) -> Result<(), RetentionError> {
        while !output.is_empty() {
            if from >= self.window_start + self.window_len {
                self.window_start = from - from % CHUNK as u32;
                self.window_len = (self.reader.total() - self.window_start).min(CHUNK as u32);
                let window = &mut self.window[..self.window_len as usize];
                self.reader
                    .opener
                    .read_into(u64::from(self.window_start), window)?;
            }
            let skip = (from - self.window_start) as usize;
            let available = &self.window[skip..self.window_len as usize];
            let (now, later) = output.split_at_mut(available.len().min(output.len()));
            now.copy_from_slice(&available[..now.len()]);
            from += now.len() as u32;
            output = later;
        }
        Ok(())
    }
}

/// Reads footer and index from the end of the plaintext.
fn read_index<S: ReadAt>(opener: &RandomOpener<S>) -> Result<Vec<u32>, RetentionError> {
    let broken = RetentionError::SealBroken;
    let footer_at = opener
        .plaintext_len()
        .checked_sub(FOOTER as u64)
        .ok_or(broken.clone())?;
    let mut footer = [0; FOOTER];
    opener.read_into(footer_at, &mut footer)?;
    let mut rest = footer.as_slice();
    let count = take(&mut rest)
        .map(u32::from_be_bytes)
        .filter(|count| *count <= MAX_RECORDS)
        .ok_or(broken.clone())?;
    let total = take(&mut rest).map(u32::from_be_bytes).ok_or(broken.clone())?;
    if rest != FOOTER_MAGIC || u64::from(total) + u64::from(count) * 4 != footer_at {
        return Err(broken);
    }
    let mut index = vec![0; count as usize * 4];
    opener.read_into(u64::from(total), &mut index)?;
    let mut end = 0_u32;
    let ends: Option<Vec<u32>> = index
        .as_chunks::<4>()
        .0
        .iter()
        .map(|length| {
            end = end.checked_add(u32::from_be_bytes(*length))?;
            Some(end)
        })
        .collect();
    ends.filter(|_| end == total).ok_or(broken)
}

fn within(what: &'static str, size: usize, limit: u32) -> Result<u32, RetentionError> {
    let fits = u32::try_from(size).ok().filter(|size| *size <= limit);
    fits.ok_or(RetentionError::LimitExceeded {
        what,
        limit: u64::from(limit),
    })
}

const FOOTER_MAGIC: &[u8; 8] = b"mf-segm1";
const FOOTER: usize = 4 + 4 + 8;

#[cfg(test)]
#[path = "segment_tests.rs"]
mod tests;
