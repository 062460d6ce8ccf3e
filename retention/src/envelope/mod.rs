//! Carries out C2SP chunked-encryption, instance Cobblestone-256, in place and in bounded memory. *Pure.*
//!
//! A message is `salt (24) || commitment (32) || chunks`, each chunk 16 KiB of AES-256-GCM and its tag, the last
//! one always shorter. The specification is <https://c2sp.org/chunked-encryption>; `tests` hold this folder
//! against its Wycheproof vectors and against a second implementation.
//!
//! - [`seal`](Sealer): streaming and in memory;
//! - [`open`](Opener): streaming, releasing a chunk only after it verified;
//! - [`random`](RandomOpener): any range of the plaintext, after the end of the message verified.

mod open;
mod random;
mod seal;

pub use open::Opener;
pub use random::RandomOpener;
pub use seal::{Sealer, seal_in_place, seal_vec};

use zeroize::Zeroizing;

use crate::error::RetentionError;
use crate::gcm::{Gcm, NONCE, TAG};
use crate::kdf;
use crate::secret::{self, Key32};

/// Plaintext bytes in every chunk but the last.
pub const CHUNK: usize = 16_384;
/// Length of the salt, which must never repeat under one key.
pub const SALT: usize = 24;

/// Salt and commitment.
const PREFIX: usize = SALT + 32;
const SEALED_CHUNK: usize = CHUNK + TAG;
/// The specification's limit: 4 PiB.
const MAX_CHUNKS: u64 = 1 << 38;

/// The length that a plaintext of `plaintext_len` bytes has once sealed.
pub const fn sealed_len(plaintext_len: usize) -> usize {
    PREFIX + plaintext_len + (plaintext_len / CHUNK + 1) * TAG
}

/// The single-use key, base nonce and commitment of one message.
struct Schedule {
    gcm: Gcm,
    base_nonce: [u8; NONCE],
    commitment: [u8; 32],
}

impl Schedule {
    fn derive(key: &Key32, salt: &[u8; SALT], context: &[u8]) -> Self {
        let mut output = Zeroizing::new([0_u8; 32 + NONCE + 32]);
        let info: [&[u8]; 4] = [
            b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM",
            &[0],
            salt,
            context,
        ];
        kdf::expand(key, &info, output.as_mut_slice());
        let (message_key, rest) = output
            .split_first_chunk::<32>()
            .expect("Invariant: the output has 76 bytes");
        let (base_nonce, rest) = rest
            .split_first_chunk::<NONCE>()
            .expect("Invariant: 44 bytes are left");
        let commitment = rest.first_chunk::<32>().expect("Invariant: 32 bytes are left");
        Self {
            gcm: Gcm::new(message_key),
            base_nonce: *base_nonce,
            commitment: *commitment,
        }
    }

    /// Derives the schedule of a message that begins with `prefix`, and checks its commitment before anything else.
    fn check(key: &Key32, prefix: &[u8; PREFIX], context: &[u8]) -> Result<Self, RetentionError> {
        let (salt, rest) = prefix
            .split_first_chunk::<SALT>()
            .expect("Invariant: the prefix has 56 bytes");
        let commitment = rest
            .first_chunk::<32>()
            .expect("Invariant: 32 bytes follow the salt");
        let schedule = Self::derive(key, salt, context);
        if secret::equal_in_constant_time(&schedule.commitment, commitment) {
            Ok(schedule)
        } else {
            Err(RetentionError::SealKeyDiffers)
        }
    }

    fn seal(&self, index: u64, chunk: &mut [u8]) -> [u8; TAG] {
        self.gcm.seal(&self.nonce(index), &[], chunk)
    }

    fn open(&self, index: u64, chunk: &mut [u8], tag: &[u8; TAG]) -> Result<(), RetentionError> {
        self.gcm.open(&self.nonce(index), &[], chunk, tag)
    }

    /// The base nonce XOR the chunk number, both big-endian.
    fn nonce(&self, index: u64) -> [u8; NONCE] {
        let mut nonce = self.base_nonce;
        for (byte, counter) in nonce[NONCE - 8..].iter_mut().zip(index.to_be_bytes()) {
            *byte ^= counter;
        }
        nonce
    }
}

fn check_chunk_number(index: u64) -> Result<(), RetentionError> {
    if index < MAX_CHUNKS {
        Ok(())
    } else {
        Err(RetentionError::LimitExceeded {
            what: "a sealed object (chunks)",
            limit: MAX_CHUNKS,
        })
    }
}

#[cfg(test)]
#[path = "attack_tests.rs"]
mod attack_tests;
#[cfg(test)]
#[path = "vector_tests.rs"]
mod vector_tests;
