//! Lays out a sealed object: a plaintext header that says where it belongs, then its envelope. *Pure.*

use std::io::{ErrorKind, Read, Write};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::envelope::{Opener, RandomOpener, Sealer};
use crate::error::RetentionError;
use crate::header::{HEADER, Header, Kind, pad_name};
use crate::object::Place;
use crate::secret::{self, Key32, Randomness};
use crate::source::ReadAt;

/// Writes the header of a new object to `sink` and returns the sealer for its plaintext.
///
/// The object's key is drawn here, wrapped under `cohort_key` with the whole header as associated data, and
/// forgotten when the sealer goes.
///
/// # Errors
/// [`RetentionError::RandomnessFailed`], or a disk error of the sink.
pub fn seal<W: Write>(
    mut sink: W,
    kind: Kind,
    place: Place,
    created_at: Timestamp,
    cohort_key: &Key32,
    randomness: &dyn Randomness,
) -> Result<Sealer<W>, RetentionError> {
    let object_key = Key32::random(randomness)?;
    let header = Header::wrap(
        kind,
        place,
        created_at,
        cohort_key,
        &object_key,
        secret::draw(randomness)?,
    );
    let bytes = header.encode();
    sink.write_all(&bytes)
        .map_err(|e| RetentionError::disk("write a sealed object", &e))?;
    Sealer::start(
        sink,
        &object_key,
        &secret::draw(randomness)?,
        &context(&bytes, place),
    )
}

/// Opens the object of `kind` that belongs at `place`, as a stream.
///
/// # Errors
/// [`RetentionError::PlaceDiffers`], [`RetentionError::SealKeyDiffers`], [`RetentionError::SealBroken`],
/// [`RetentionError::SealNewerFormat`] or a disk error.
pub fn open_stream<R: Read>(
    mut source: R,
    kind: Kind,
    place: Place,
    cohort_key: &Key32,
) -> Result<Opener<R>, RetentionError> {
    let mut bytes = [0; HEADER];
    source.read_exact(&mut bytes).map_err(|e| read_error(&e))?;
    let object_key = unwrap_key(&bytes, kind, place, cohort_key)?;
    Opener::start(source, &object_key, &context(&bytes, place))
}

/// Opens the object of `kind` that belongs at `place`, for random access.
///
/// # Errors
/// As [`open_stream`].
pub fn open_random<S: ReadAt>(
    source: S,
    kind: Kind,
    place: Place,
    cohort_key: &Key32,
) -> Result<RandomOpener<S>, RetentionError> {
    let mut bytes = [0; HEADER];
    source.read_exact_at(&mut bytes, 0).map_err(|e| read_error(&e))?;
    let object_key = unwrap_key(&bytes, kind, place, cohort_key)?;
    RandomOpener::open(source, HEADER as u64, &object_key, &context(&bytes, place))
}

/// Binds the envelope to its header and to the place it is opened from: a copy elsewhere does not open.
fn context(header: &[u8; HEADER], place: Place) -> Vec<u8> {
    let mut context = b"mayfly/v1 object\0".to_vec();
    context.extend_from_slice(&Sha256::digest(header));
    context.push(place.cohort.class().tag());
    context.extend_from_slice(&pad_name(place.cohort));
    context.extend_from_slice(place.id.as_bytes());
    context
}

/// Refuses an object that lies in the wrong place before any key is used.
fn unwrap_key(
    bytes: &[u8; HEADER],
    kind: Kind,
    place: Place,
    cohort_key: &Key32,
) -> Result<Key32, RetentionError> {
    let header = Header::parse(bytes)?;
    if header.kind != kind || header.place != place {
        return Err(RetentionError::PlaceDiffers);
    }
    header.unwrap_key(cohort_key)
}

fn read_error(error: &std::io::Error) -> RetentionError {
    match error.kind() {
        ErrorKind::UnexpectedEof => RetentionError::SealBroken,
        _ => RetentionError::disk("read a sealed object", error),
    }
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
