//! Turns look-up values into keyed digests, because plain hashes of identity numbers can be guessed (D17). *Pure.*

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Key32;

/// HMAC-SHA-256 under the long-lived index key, for one purpose.
pub struct KeyedIndex {
    keyed: Hmac<Sha256>,
}

impl KeyedIndex {
    /// An index for one `purpose`, such as `query.subject_id`: digests of different purposes cannot be compared.
    pub fn new(index_key: &Key32, purpose: &str) -> Self {
        let key = crate::kdf::derive::<32>(index_key, &[], "mayfly/v1 index", purpose.as_bytes());
        let keyed = Hmac::new_from_slice(key.as_slice()).expect("Invariant: HMAC takes a key of any length");
        Self { keyed }
    }

    /// The digest under which `value` is stored and found.
    pub fn digest(&self, value: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_depend_on_key_purpose_and_value() {
        let digest = |key: u8, purpose: &str, value: &str| {
            KeyedIndex::new(&Key32::from_bytes(&[key; 32]), purpose).digest(value.as_bytes())
        };
        let one = digest(1, "query.subject_id", "A100000001");
        assert_eq!(one, digest(1, "query.subject_id", "A100000001"));
        assert_ne!(one, digest(2, "query.subject_id", "A100000001"));
        assert_ne!(one, digest(1, "consent.subject_id", "A100000001"));
        assert_ne!(one, digest(1, "query.subject_id", "A100000002"));
    }
}
