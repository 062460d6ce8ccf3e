//! Reads and writes the plaintext header of a sealed object, and wraps the object's key inside it. *Pure.*

use jiff::Timestamp;

use crate::class::{self, Class, Cohort};
use crate::envelope::SALT;
use crate::error::RetentionError;
use crate::gcm::{Gcm, NONCE, TAG};
use crate::kdf;
use crate::object::{ObjectId, Place};
use crate::secret::{self, Key32};

/// Length of a header in bytes.
pub const HEADER: usize = BOUND + WRAPPED_KEY;

/// What the plaintext of an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Records with an index (see [`segment`](crate::segment)).
    Segment,
    /// Bytes as they came, such as a submitted file.
    Stream,
}

/// What anyone can read of a sealed object without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the plaintext is.
    pub kind: Kind,
    /// Where the object belongs.
    pub place: Place,
    /// When it was sealed, to the microsecond.
    pub created_at: Timestamp,
    /// Identifies the cohort's key; the cohort's deletion certificate carries the same value (D6).
    pub cohort_commitment: [u8; 32],
    wrap_salt: [u8; SALT],
    wrapped_key: [u8; WRAPPED_KEY],
}

impl Header {
    /// Reads the header at the start of `bytes`, which may go on after it. Only the one canonical form is taken.
    ///
    /// # Errors
    /// [`RetentionError::SealNewerFormat`] for a later version, [`RetentionError::SealBroken`] for anything else
    /// that [`encode`](Self::encode) would not write.
    pub fn parse(bytes: &[u8]) -> Result<Self, RetentionError> {
        let mut rest = bytes;
        if take(&mut rest) != Some(*MAGIC) {
            return Err(RetentionError::SealBroken);
        }
        match take(&mut rest).map(u16::from_be_bytes) {
            Some(VERSION) => Self::parse_fields(rest).ok_or(RetentionError::SealBroken),
            Some(version) if version > VERSION => Err(RetentionError::SealNewerFormat),
            _ => Err(RetentionError::SealBroken),
        }
    }

    /// The header's bytes.
    pub fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..BOUND].copy_from_slice(&self.encode_bound());
        bytes[BOUND..].copy_from_slice(&self.wrapped_key);
        bytes
    }

    /// Makes the header of a new object and wraps its key under the cohort's key.
    pub(crate) fn wrap(
        kind: Kind,
        place: Place,
        created_at: Timestamp,
        cohort_key: &Key32,
        object_key: &Key32,
        wrap_salt: [u8; SALT],
    ) -> Self {
        let cohort_commitment = kdf::cohort_commitment(cohort_key, place.cohort);
        let mut header = Self {
            kind,
            place,
            created_at,
            cohort_commitment,
            wrap_salt,
            wrapped_key: [0; WRAPPED_KEY],
        };
        let (gcm, nonce) = header.wrapping(cohort_key);
        let aad = header.encode_bound();
        let (key, tag) = header.wrapped_key.split_at_mut(32);
        key.copy_from_slice(object_key.expose());
        let sealed_tag = gcm.seal(&nonce, &aad, key);
        tag.copy_from_slice(&sealed_tag);
        header
    }

    /// Checks the cohort's commitment and only then unwraps the object's key.
    ///
    /// # Errors
    /// [`RetentionError::SealKeyDiffers`] for another cohort's key, [`RetentionError::SealBroken`] for a header
    /// that was changed.
    pub(crate) fn unwrap_key(&self, cohort_key: &Key32) -> Result<Key32, RetentionError> {
        let expected = kdf::cohort_commitment(cohort_key, self.place.cohort);
        if !secret::equal_in_constant_time(&expected, &self.cohort_commitment) {
            return Err(RetentionError::SealKeyDiffers);
        }
        let (gcm, nonce) = self.wrapping(cohort_key);
        Key32::build(|key| {
            let (wrapped, tag) = self.wrapped_key.split_at(32);
            key.copy_from_slice(wrapped);
            let tag = tag.first_chunk::<TAG>().ok_or(RetentionError::SealBroken)?;
            gcm.open(&nonce, &self.encode_bound(), key, tag)
        })
    }

    /// The wrapping key and nonce are derived anew for each object: no counter exists that could be set back.
    fn wrapping(&self, cohort_key: &Key32) -> (Gcm, [u8; NONCE]) {
        let id = self.place.id.as_bytes();
        let derived = kdf::derive::<{ 32 + NONCE }>(cohort_key, &self.wrap_salt, "mayfly/v1 wrap", id);
        let (key, nonce) = derived
            .split_first_chunk::<32>()
            .expect("Invariant: 44 bytes were derived");
        (
            Gcm::new(key),
            *nonce.first_chunk().expect("Invariant: 12 bytes follow the key"),
        )
    }

    /// Everything but the wrapped key: its associated data.
    fn encode_bound(&self) -> [u8; BOUND] {
        let kind = match self.kind {
            Kind::Segment => 1,
            Kind::Stream => 2,
        };
        let mut bytes = [0; BOUND];
        let mut rest = bytes.as_mut_slice();
        put(&mut rest, MAGIC);
        put(&mut rest, &VERSION.to_be_bytes());
        put(&mut rest, &[kind, self.place.cohort.class().tag()]);
        put(&mut rest, &pad_name(self.place.cohort));
        put(&mut rest, self.place.id.as_bytes());
        put(&mut rest, &class::micros(self.created_at).to_be_bytes());
        put(&mut rest, &self.cohort_commitment);
        put(&mut rest, &self.wrap_salt);
        bytes
    }

    fn parse_fields(mut rest: &[u8]) -> Option<Self> {
        let kind = match take(&mut rest)? {
            [1_u8] => Kind::Segment,
            [2] => Kind::Stream,
            _ => return None,
        };
        let [tag] = take(&mut rest)?;
        let class = Class::from_tag(tag)?;
        let padded: [u8; COHORT_NAME] = take(&mut rest)?;
        let length = padded.iter().position(|byte| *byte == 0)?;
        let cohort = Cohort::parse(std::str::from_utf8(&padded[..length]).ok()?).ok()?;
        if cohort.class() != class || pad_name(cohort) != padded {
            return None;
        }
        Some(Self {
            kind,
            place: Place {
                cohort,
                id: ObjectId::new(take(&mut rest)?),
            },
            created_at: class::from_micros(i64::from_be_bytes(take(&mut rest)?))?,
            cohort_commitment: take(&mut rest)?,
            wrap_salt: take(&mut rest)?,
            wrapped_key: take(&mut rest)?,
        })
    }
}

/// A cohort's name in a field of fixed length, filled up with zeros.
pub(crate) fn pad_name(cohort: Cohort) -> [u8; COHORT_NAME] {
    let (name, mut padded) = (cohort.name(), [0; COHORT_NAME]);
    padded[..name.len()].copy_from_slice(name.as_bytes());
    padded
}

/// Splits the next `N` bytes off `rest`.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (field, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*field)
}

fn put(rest: &mut &mut [u8], field: &[u8]) {
    let (target, tail) = std::mem::take(rest).split_at_mut(field.len());
    target.copy_from_slice(field);
    *rest = tail;
}

const MAGIC: &[u8; 12] = b"mayfly-seal\n";
const VERSION: u16 = 1;
/// The longest cohort name has 18 bytes.
pub(crate) const COHORT_NAME: usize = 24;
const BOUND: usize = 12 + 2 + 2 + COHORT_NAME + 16 + 8 + 32 + SALT;
const WRAPPED_KEY: usize = 32 + TAG;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> Header {
        let place = Place {
            cohort: Cohort::parse("answer-2026110202").unwrap(),
            id: ObjectId::new([7; 16]),
        };
        let (cohort_key, object_key) = (Key32::from_bytes(&[1; 32]), Key32::from_bytes(&[2; 32]));
        let created_at = "2026-11-02T02:10:00.000001Z".parse().unwrap();
        Header::wrap(
            Kind::Segment,
            place,
            created_at,
            &cohort_key,
            &object_key,
            [5; SALT],
        )
    }

    #[test]
    fn a_header_is_read_as_written() {
        let header = example();
        let bytes = header.encode();
        assert_eq!((bytes.len(), &bytes[..12]), (168, b"mayfly-seal\n".as_slice()));
        assert_eq!(Header::parse(&bytes), Ok(header.clone()));
        assert!(header.unwrap_key(&Key32::from_bytes(&[1; 32])).unwrap().expose() == &[2; 32]);
        assert_eq!(
            header.unwrap_key(&Key32::from_bytes(&[3; 32])).err(),
            Some(RetentionError::SealKeyDiffers)
        );
    }

    #[test]
    fn every_changed_bit_loses_the_key() {
        let bytes = example().encode();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes;
            changed[bit / 8] ^= 1 << (bit % 8);
            let unwrapped =
                Header::parse(&changed).and_then(|header| header.unwrap_key(&Key32::from_bytes(&[1; 32])));
            assert!(unwrapped.is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_later_version_is_named_as_such() {
        let mut bytes = example().encode();
        bytes[13] = 2;
        assert_eq!(Header::parse(&bytes), Err(RetentionError::SealNewerFormat));
        bytes[13] = 0;
        assert_eq!(Header::parse(&bytes), Err(RetentionError::SealBroken));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read_canonically(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
            valid in 0_usize..=168,
        ) {
            // A true beginning lets the generator reach the later fields.
            let example = example().encode();
            let length = valid.min(bytes.len());
            bytes[..length].copy_from_slice(&example[..length]);
            if let Ok(header) = Header::parse(&bytes) {
                let written = header.encode();
                prop_assert_eq!(written.as_slice(), &bytes[..HEADER]);
            }
        }
    }
}
