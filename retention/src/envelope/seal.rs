//! Seals plaintext into envelopes: pushed piece by piece, or lying in one buffer. *Pure.*

use std::io::Write;

use zeroize::Zeroizing;

use super::{CHUNK, PREFIX, SALT, SEALED_CHUNK, Schedule, check_chunk_number, sealed_len};
use crate::error::RetentionError;
use crate::gcm::TAG;
use crate::secret::Key32;

const ACT: &str = "write a sealed object";

/// Seals what is pushed and writes each chunk to a sink as soon as it is full.
///
/// Without [`finish`](Self::finish) the last chunk is missing and every opener refuses the message.
pub struct Sealer<W: Write> {
    sink: W,
    schedule: Schedule,
    /// Holds at most one chunk and its tag; never grows, so no copy of plaintext is left behind.
    chunk: Zeroizing<Vec<u8>>,
    next: u64,
}

impl<W: Write> Sealer<W> {
    /// Writes salt and commitment to `sink`. `salt` must never repeat under `key`; `context` binds the message
    /// to its place.
    ///
    /// # Errors
    /// A disk error of the sink.
    pub fn start(
        mut sink: W,
        key: &Key32,
        salt: &[u8; SALT],
        context: &[u8],
    ) -> Result<Self, RetentionError> {
        let schedule = Schedule::derive(key, salt, context);
        sink.write_all(salt)
            .and_then(|()| sink.write_all(&schedule.commitment))
            .map_err(|e| RetentionError::disk(ACT, &e))?;
        Ok(Self {
            sink,
            schedule,
            chunk: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK)),
            next: 0,
        })
    }

    /// Seals more plaintext.
    ///
    /// # Errors
    /// A disk error of the sink, after which the message is lost; or the limit of 4 PiB.
    pub fn push(&mut self, mut plaintext: &[u8]) -> Result<(), RetentionError> {
        while !plaintext.is_empty() {
            let (now, later) = plaintext.split_at(plaintext.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            plaintext = later;
            if self.chunk.len() == CHUNK {
                self.write_chunk()?;
            }
        }
        Ok(())
    }

    /// Seals the last chunk, which is shorter than the others and may be empty, and returns the sink.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self) -> Result<W, RetentionError> {
        self.write_chunk()?;
        Ok(self.sink)
    }

    /// Counts the chunk before writing it: whatever fails afterwards, its nonce is never used again.
    fn write_chunk(&mut self) -> Result<(), RetentionError> {
        check_chunk_number(self.next)?;
        let tag = self.schedule.seal(self.next, &mut self.chunk);
        self.next += 1;
        self.chunk.extend_from_slice(&tag);
        let written = self.sink.write_all(&self.chunk);
        self.chunk.clear();
        written.map_err(|e| RetentionError::disk(ACT, &e))
    }
}

/// Seals `plaintext` into a new vector.
pub fn seal_vec(key: &Key32, salt: &[u8; SALT], context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(sealed_len(plaintext.len()));
    buffer.extend_from_slice(plaintext);
    seal_in_place(key, salt, context, &mut buffer);
    buffer
}

/// Turns the plaintext in `buffer` into its envelope, without a second buffer.
///
/// Reserve [`sealed_len`] beforehand: a vector that must grow leaves a copy of the plaintext in freed memory.
pub fn seal_in_place(key: &Key32, salt: &[u8; SALT], context: &[u8], buffer: &mut Vec<u8>) {
    let schedule = Schedule::derive(key, salt, context);
    let plaintext_len = buffer.len();
    buffer.resize(sealed_len(plaintext_len), 0);
    // From the last chunk to the first: each moves to its place behind all chunks that are still plaintext.
    for index in (0..=plaintext_len / CHUNK).rev() {
        let (from, to) = (index * CHUNK, PREFIX + index * SEALED_CHUNK);
        let length = CHUNK.min(plaintext_len - from);
        buffer.copy_within(from..from + length, to);
        let tag = schedule.seal(index as u64, &mut buffer[to..to + length]);
        buffer[to + length..to + length + TAG].copy_from_slice(&tag);
    }
    buffer[..SALT].copy_from_slice(salt);
    buffer[SALT..PREFIX].copy_from_slice(&schedule.commitment);
}
