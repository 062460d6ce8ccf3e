//! Opens envelopes as a stream: a chunk's plaintext is released only after the chunk verified. *Pure.*

use std::io::{self, ErrorKind, Read};

use zeroize::Zeroizing;

use super::{CHUNK, PREFIX, SEALED_CHUNK, Schedule, check_chunk_number};
use crate::error::RetentionError;
use crate::gcm::TAG;
use crate::secret::Key32;

/// Reads the plaintext of an envelope from first to last byte.
///
/// A message is whole only when [`next_chunk`](Self::next_chunk) has returned `None` (or `read` has returned 0):
/// whoever acts on a part of it must be able to take that back.
pub struct Opener<R: Read> {
    source: R,
    schedule: Schedule,
    chunk: Zeroizing<Vec<u8>>,
    /// What `read` has not handed out yet, within `chunk`.
    unread: std::ops::Range<usize>,
    next: u64,
    state: State,
}

enum State {
    Reading,
    Whole,
    Refused(RetentionError),
}

impl<R: Read> Opener<R> {
    /// Reads salt and commitment and checks that `key` and `context` belong to this message.
    ///
    /// # Errors
    /// [`RetentionError::SealKeyDiffers`] if they do not, [`RetentionError::SealBroken`] if the message is cut
    /// short, or a disk error.
    pub fn start(mut source: R, key: &Key32, context: &[u8]) -> Result<Self, RetentionError> {
        let mut prefix = [0; PREFIX];
        if fill(&mut source, &mut prefix)? < PREFIX {
            return Err(RetentionError::SealBroken);
        }
        let schedule = Schedule::check(key, &prefix, context)?;
        let chunk = Zeroizing::new(vec![0; SEALED_CHUNK]);
        Ok(Self {
            source,
            schedule,
            chunk,
            unread: 0..0,
            next: 0,
            state: State::Reading,
        })
    }

    /// The next chunk's verified plaintext, or `None` once the whole message was read and verified.
    ///
    /// # Errors
    /// [`RetentionError::SealBroken`] if the chunk does not verify or the message ends too early, or a disk error.
    /// Once failed, it goes on failing.
    pub fn next_chunk(&mut self) -> Result<Option<&[u8]>, RetentionError> {
        match &self.state {
            State::Whole => return Ok(None),
            State::Refused(error) => return Err(error.clone()),
            State::Reading => {}
        }
        match self.open_chunk() {
            Ok(length) => Ok(Some(&self.chunk[..length])),
            Err(error) => {
                self.state = State::Refused(error.clone());
                Err(error)
            }
        }
    }

    /// Only a chunk shorter than the others can be the last one, so that its end needs no look-ahead.
    fn open_chunk(&mut self) -> Result<usize, RetentionError> {
        check_chunk_number(self.next)?;
        let sealed = fill(&mut self.source, &mut self.chunk)?;
        let length = sealed.checked_sub(TAG).ok_or(RetentionError::SealBroken)?;
        let (chunk, rest) = self.chunk.split_at_mut(length);
        let tag = rest.first_chunk::<TAG>().ok_or(RetentionError::SealBroken)?;
        self.schedule.open(self.next, chunk, tag)?;
        self.next += 1;
        if length < CHUNK {
            self.state = State::Whole;
        }
        Ok(length)
    }
}

impl<R: Read> Read for Opener<R> {
    /// As [`Read::read`]; an error of this crate becomes an [`io::Error`] of kind `InvalidData` that carries it.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.unread.is_empty() && !buffer.is_empty() {
            match self.next_chunk() {
                Ok(Some(chunk)) => self.unread = 0..chunk.len(),
                Ok(None) => return Ok(0),
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        let length = buffer.len().min(self.unread.len());
        let from = self.unread.start;
        buffer[..length].copy_from_slice(&self.chunk[from..from + length]);
        self.unread.start += length;
        Ok(length)
    }
}

/// Fills `buffer` as far as the source reaches and returns how far that was.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, RetentionError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(RetentionError::disk("read a sealed object", &error)),
        }
    }
    Ok(filled)
}
