//! Opens any range of an envelope's plaintext, decrypting only the chunks that hold it. *Pure.*

use std::io::ErrorKind;

use zeroize::{Zeroize, Zeroizing};

use super::{CHUNK, MAX_CHUNKS, PREFIX, SEALED_CHUNK, Schedule};
use crate::error::RetentionError;
use crate::gcm::TAG;
use crate::secret::Key32;
use crate::source::ReadAt;

/// Random access to an envelope whose length is already authenticated.
pub struct RandomOpener<S: ReadAt> {
    source: S,
    /// Where the envelope begins in the source.
    base: u64,
    schedule: Schedule,
    plaintext_len: u64,
    last_index: u64,
    /// Kept open: its verification is what proves the length, and footers lie in it.
    last_chunk: Zeroizing<Vec<u8>>,
}

impl<S: ReadAt> RandomOpener<S> {
    /// Checks the commitment of the envelope that lies in `source` from `base` to the end, then its length, by
    /// opening the last chunk.
    ///
    /// # Errors
    /// [`RetentionError::SealKeyDiffers`], [`RetentionError::SealBroken`] or a disk error.
    pub fn open(source: S, base: u64, key: &Key32, context: &[u8]) -> Result<Self, RetentionError> {
        let size = source.size().map_err(|e| RetentionError::disk(ACT, &e))?;
        let mut prefix = [0; PREFIX];
        read_exact(&source, &mut prefix, base)?;
        let schedule = Schedule::check(key, &prefix, context)?;

        let chunks_len = size
            .checked_sub(base + PREFIX as u64)
            .ok_or(RetentionError::SealBroken)?;
        let last_index = chunks_len / SEALED_CHUNK as u64;
        let last_len = (chunks_len % SEALED_CHUNK as u64)
            .checked_sub(TAG as u64)
            .ok_or(RetentionError::SealBroken)?;
        if last_index >= MAX_CHUNKS {
            return Err(RetentionError::SealBroken);
        }
        let last_len = usize::try_from(last_len).map_err(|_| RetentionError::SealBroken)?;
        let mut opener = Self {
            source,
            base,
            schedule,
            plaintext_len: last_index * CHUNK as u64 + last_len as u64,
            last_index,
            last_chunk: Zeroizing::new(Vec::new()),
        };
        let mut last_chunk = Zeroizing::new(vec![0; last_len]);
        opener.open_chunk(last_index, &mut last_chunk)?;
        opener.last_chunk = last_chunk;
        Ok(opener)
    }

    /// The authenticated length of the plaintext in bytes.
    pub fn plaintext_len(&self) -> u64 {
        self.plaintext_len
    }

    /// Fills `output` with the plaintext from `offset` on.
    ///
    /// # Errors
    /// [`RetentionError::RecordUnknown`] if the range ends after the plaintext; [`RetentionError::SealBroken`] if
    /// a chunk does not verify, and then `output` holds zeros only; or a disk error.
    pub fn read_into(&self, offset: u64, output: &mut [u8]) -> Result<(), RetentionError> {
        let end = offset.checked_add(output.len() as u64);
        if end.is_none_or(|end| end > self.plaintext_len) {
            return Err(RetentionError::RecordUnknown);
        }
        let result = self.copy_range(offset, output);
        if result.is_err() {
            output.zeroize();
        }
        result
    }

    fn copy_range(&self, mut offset: u64, mut output: &mut [u8]) -> Result<(), RetentionError> {
        let mut scratch = Zeroizing::new(Vec::new());
        while !output.is_empty() {
            let (index, skip) = (offset / CHUNK as u64, (offset % CHUNK as u64) as usize);
            let length = output.len().min(CHUNK - skip);
            let (now, later) = output.split_at_mut(length);
            if index == self.last_index {
                now.copy_from_slice(&self.last_chunk[skip..skip + length]);
            } else if length == CHUNK {
                self.open_chunk(index, now)?;
            } else {
                scratch.resize(CHUNK, 0);
                self.open_chunk(index, &mut scratch)?;
                now.copy_from_slice(&scratch[skip..skip + length]);
            }
            output = later;
            offset += length as u64;
        }
        Ok(())
    }

    /// Opens one whole chunk into `chunk`, whose length must be the chunk's own.
    fn open_chunk(&self, index: u64, chunk: &mut [u8]) -> Result<(), RetentionError> {
        let at = self.base + PREFIX as u64 + index * SEALED_CHUNK as u64;
        let mut tag = [0; TAG];
        read_exact(&self.source, chunk, at)?;
        read_exact(&self.source, &mut tag, at + chunk.len() as u64)?;
        self.schedule.open(index, chunk, &tag)
    }
}

const ACT: &str = "read a sealed object";

fn read_exact(source: &impl ReadAt, buffer: &mut [u8], offset: u64) -> Result<(), RetentionError> {
    source
        .read_exact_at(buffer, offset)
        .map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => RetentionError::SealBroken,
            _ => RetentionError::disk(ACT, &error),
        })
}
