//! Holds 32-byte keys so that they cannot be printed or copied by accident, and says where random bytes come from. *Edge.*

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::RetentionError;

/// A 256-bit key: no `Debug`, no `Clone`, zeroized on drop.
///
/// The bytes live on the heap, so that moving the value leaves no copy behind on a stack.
pub struct Key32(Box<[u8; 32]>);

impl Key32 {
    /// Copies a key out of `bytes`; the caller keeps, and zeroizes, its own copy.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut key = Self(Box::new([0; 32]));
        key.0.copy_from_slice(bytes);
        key
    }

    /// Draws a fresh key.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`] if there are no random bytes.
    pub fn random(randomness: &dyn Randomness) -> Result<Self, RetentionError> {
        let mut key = Self(Box::new([0; 32]));
        randomness.fill(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// Builds a key in place, so that its bytes exist nowhere else.
    pub(crate) fn build<E>(write: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut key = Self(Box::new([0; 32]));
        write(&mut key.0)?;
        Ok(key)
    }

    /// The key itself. Every place that calls this is a place to review.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Key32 {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl ZeroizeOnDrop for Key32 {}

/// Where random bytes come from: a parameter, so that a simulation can replay itself.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Errors
    /// [`RetentionError::RandomnessFailed`] if there are none.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RetentionError>;
}

/// The operating system's generator; the only one for use outside tests.
#[derive(Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RetentionError> {
        getrandom::fill(bytes).map_err(|_| RetentionError::RandomnessFailed)
    }
}

/// Draws `N` random bytes that are not secret: salts and ids.
pub(crate) fn draw<const N: usize>(randomness: &dyn Randomness) -> Result<[u8; N], RetentionError> {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes)?;
    Ok(bytes)
}

/// Compares two public values of 32 bytes without a branch that depends on where they differ.
pub(crate) fn equal_in_constant_time(left: &[u8; 32], right: &[u8; 32]) -> bool {
    let difference = left
        .iter()
        .zip(right)
        .fold(0_u8, |sum, (a, b)| std::hint::black_box(sum | (a ^ b)));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicU64, Ordering};

    use sha2::{Digest, Sha256};

    use super::*;

    /// Reproducible bytes that never repeat within one value.
    #[derive(Default)]
    pub(crate) struct SeededRandomness(AtomicU64);

    impl Randomness for SeededRandomness {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), RetentionError> {
            for part in bytes.chunks_mut(32) {
                let block = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
                part.copy_from_slice(&block[..part.len()]);
            }
            Ok(())
        }
    }

    #[test]
    fn comparison_sees_every_single_bit() {
        let value = [0x5a; 32];
        assert!(equal_in_constant_time(&value, &value));
        for bit in 0..256 {
            let mut other = value;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!equal_in_constant_time(&value, &other), "bit {bit}");
        }
    }
}
