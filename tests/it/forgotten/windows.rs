//! Looks for keys by what they open, whoever wrote them where: every 32 bytes in a row are tried. *Pure.*

use std::rc::Rc;

use aws_lc_rs::hkdf::{HKDF_SHA512, Prk};

use super::ciphers::{Key, commitment, expand, extracted, is_for, keyring_context, keyring_envelope, sha256};

/// What a key that must be gone would open.
pub struct Locks {
    /// Commitments of destroyed cohorts, as their certificates and old files have them.
    pub cohorts: Vec<(String, [u8; 32])>,
    /// A keyring from before, sealed by a root that must be gone.
    pub keyring: Rc<[u8]>,
}

impl Locks {
    /// What of it opens with any 32 bytes in a row of `bytes`, with the place.
    pub fn find(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        let mut counts = [0_u8; 256];
        let mut distinct = 0;
        for (place, &byte) in bytes.iter().enumerate() {
            distinct += usize::from(counts[usize::from(byte)] == 0);
            counts[usize::from(byte)] += 1;
            if place >= 32 {
                let left = usize::from(bytes[place - 32]);
                counts[left] -= 1;
                distinct -= usize::from(counts[left] == 0);
            }
            if place >= 31 && distinct >= DISTINCT {
                let start = place - 31;
                let opened = self.opened_by(bytes[start..=place].try_into().unwrap());
                found.extend(opened.map(|what| format!("the key of {what} at byte {start}")));
            }
        }
        found
    }

    fn opened_by(&self, window: &Key) -> impl Iterator<Item = String> {
        let mut opened = Vec::new();
        let key = extracted(window);
        for (cohort, expected) in &self.cohorts {
            if commitment(&key, cohort) == *expected {
                opened.push(cohort.clone());
            }
        }
        let root = Prk::new_less_safe(HKDF_SHA512, window);
        let keyring = &self.keyring;
        if is_for(&root, &keyring_context(keyring), keyring_envelope(keyring)) {
            opened.push("a keyring".into());
        }
        opened.into_iter()
    }
}

/// 32 random bytes have 30 different ones; fewer than this in one of 10¹⁰ keys. Text and numbers have fewer.
const DISTINCT: usize = 20;

/// The keys of the cases below are as random as real ones: none is passed over, wherever it lies.
#[test]
fn a_key_is_found_by_what_it_opens_wherever_it_lies() {
    for number in 0..200_u8 {
        let key = sha256(&[number]);
        let locks = Locks {
            cohorts: vec![(
                "answer-2026110202".into(),
                commitment(&extracted(&key), "answer-2026110202"),
            )],
            keyring: sealed_by(&key),
        };
        let before = vec![b'x'; usize::from(number)];
        let found = locks.find(&[&before[..], &key, &[0; 40]].concat());
        let both =
            ["answer-2026110202", "a keyring"].map(|what| format!("the key of {what} at byte {number}"));
        assert_eq!(found, both);
        let other = sha256(&key);
        assert_eq!(
            locks.find(&[&before[..], &other, &[0; 40]].concat()),
            Vec::<String>::new()
        );
    }
}

/// Bytes that look to a root like a keyring of its own.
fn sealed_by(root: &Key) -> Rc<[u8]> {
    let mut keyring = [b"mayfly-keyring\n\0".to_vec(), vec![0; 42 + 24]].concat();
    let context = keyring_context(&keyring);
    let info: [&[u8]; 3] = [
        b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0",
        &[0; 24],
        &context,
    ];
    keyring.extend(&expand::<76>(root, &info)[44..]);
    keyring.into()
}
