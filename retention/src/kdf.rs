//! Derives keys: HKDF-SHA-512 for our own labels, bare HKDF-Expand for the C2SP envelope. *Pure.*

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

use crate::class::Cohort;
use crate::secret::Key32;

/// HKDF-SHA-512 (RFC 5869, extract and expand) of a cohort or root key.
///
/// `label` separates the uses of one key; `place` is what the result is bound to. The info string is
/// `label || 0x00 || place`.
pub(crate) fn derive<const N: usize>(
    key: &Key32,
    salt: &[u8],
    label: &str,
    place: &[u8],
) -> Zeroizing<[u8; N]> {
    let mut output = Zeroizing::new([0; N]);
    Hkdf::<Sha512>::new(Some(salt), key.expose())
        .expand_multi_info(&[label.as_bytes(), &[0], place], output.as_mut_slice())
        .expect("Invariant: no caller asks for more than 255 blocks");
    output
}

/// The public value that identifies a cohort's key in headers and certificates without revealing it (D6).
pub(crate) fn cohort_commitment(key: &Key32, cohort: Cohort) -> [u8; 32] {
    *derive::<32>(key, &[], "mayfly/v1 cohort commitment", cohort.name().as_bytes())
}

/// HKDF-Expand (RFC 5869, 2.3) with SHA-512 and a pseudorandom key of 32 bytes, as C2SP chunked-encryption asks;
/// the `hkdf` crate refuses keys shorter than the hash.
pub(crate) fn expand(key: &Key32, info: &[&[u8]], output: &mut [u8]) {
    let keyed =
        Hmac::<Sha512>::new_from_slice(key.expose()).expect("Invariant: HMAC takes a key of any length");
    let mut previous = Zeroizing::new([0_u8; 64]);
    for (index, block) in output.chunks_mut(64).enumerate() {
        let mut mac = keyed.clone();
        if index > 0 {
            mac.update(previous.as_slice());
        }
        for part in info {
            mac.update(part);
        }
        let counter = u8::try_from(index + 1).expect("Invariant: no caller asks for more than 255 blocks");
        mac.update(&[counter]);
        let mut bytes = mac.finalize().into_bytes();
        previous.copy_from_slice(&bytes);
        block.copy_from_slice(&bytes[..block.len()]);
        bytes.as_mut_slice().zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansion_agrees_with_a_second_implementation() {
        struct Length(usize);
        impl aws_lc_rs::hkdf::KeyType for Length {
            fn len(&self) -> usize {
                self.0
            }
        }
        let key = Key32::from_bytes(&[7; 32]);
        let (info, length): (&[&[u8]], _) = (&[b"one", b"two"], 150);
        let mut ours = vec![0; length];
        expand(&key, info, &mut ours);
        let mut theirs = vec![0; length];
        let prk = aws_lc_rs::hkdf::Prk::new_less_safe(aws_lc_rs::hkdf::HKDF_SHA512, key.expose());
        prk.expand(info, Length(length))
            .unwrap()
            .fill(&mut theirs)
            .unwrap();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn labels_salts_and_places_separate_keys() {
        let key = Key32::from_bytes(&[7; 32]);
        let one = derive::<32>(&key, b"salt", "label", b"place");
        assert!(*one != *derive::<32>(&key, b"salu", "label", b"place"));
        assert!(*one != *derive::<32>(&key, b"salt", "labem", b"place"));
        assert!(*one != *derive::<32>(&key, b"salt", "label", b"placf"));
        assert!(*one != *derive::<32>(&Key32::from_bytes(&[8; 32]), b"salt", "label", b"place"));
    }
}
