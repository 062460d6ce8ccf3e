//! Names one sealed object and the only place where it opens. *Pure.*

use std::fmt;

use crate::class::Cohort;
use crate::error::RetentionError;
use crate::secret::{self, Randomness};

/// The random 128-bit name of a sealed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 16]);

impl ObjectId {
    /// An id from its bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Draws a fresh id.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`] if there are no random bytes.
    pub fn random(randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        secret::draw(randomness).map(Self)
    }

    /// Reads the 32 lower-case hexadecimal digits that `Display` writes.
    ///
    /// # Errors
    /// [`RetentionError::NameMalformed`] for any other text.
    pub fn parse(text: &str) -> Result<Self, RetentionError> {
        parse_hex(text)
            .map(Self)
            .ok_or(RetentionError::NameMalformed { what: "object" })
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

/// Where a sealed object belongs: its cohort (and so its class) and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The cohort whose key wraps the object's key.
    pub cohort: Cohort,
    /// The object's own name.
    pub id: ObjectId,
}

/// Reads exactly `2 * N` lower-case hexadecimal digits.
pub(crate) fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Writes lower-case hexadecimal digits.
pub(crate) fn write_hex(f: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_one_form_only() {
        let id = ObjectId::new(std::array::from_fn(|i| (i * 17) as u8));
        assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!(ObjectId::parse(&id.to_string()), Ok(id));
        for text in [
            "",
            "00",
            "00112233445566778899AABBCCDDEEFF",
            "+0112233445566778899aabbccddeeff",
            "é0112233445566778899aabbccddeef",
        ] {
            assert!(ObjectId::parse(text).is_err(), "{text}");
        }
    }
}
