//! Numbers that look thrown and are the same each time. *Pure.*

/// A stream of numbers that follows from where it starts (SplitMix64, Steele et al. 2014). Not for secrets.
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// The stream that starts at `start`.
    pub(super) fn new(start: u64) -> Self {
        Self { state: start }
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// The next number below `sides`, which is at least 1.
    pub(super) fn below(&mut self, sides: u32) -> u32 {
        (((self.next() >> 32) * u64::from(sides)) >> 32) as u32
    }

    /// Whether an event of `per_mille` happens.
    pub(super) fn happens(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }
}

/// One number for `bytes` under `seed`.
pub(super) fn number(seed: u64, bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(mix(seed ^ GOLDEN), |sum, chunk| {
        let word = chunk
            .iter()
            .fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        mix((sum ^ word).wrapping_add(GOLDEN))
    })
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // SplitMix64 from 1234567, as other implementations give it.
        let mut dice = Dice::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| dice.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn throws_stay_below_their_sides_and_reach_them() {
        let mut dice = Dice::new(7);
        let mut seen = [false; 6];
        (0..1000).for_each(|_| seen[dice.below(6) as usize] = true);
        assert_eq!(seen, [true; 6]);
        assert!(!dice.happens(0));
        assert!(dice.happens(1000));
    }

    #[test]
    fn each_byte_and_the_seed_matter() {
        assert_ne!(number(1, b"A123456789"), number(2, b"A123456789"));
        assert_ne!(number(1, b"A123456789"), number(1, b"A123456798"));
        assert_ne!(number(1, b"A123456789"), number(1, b"B123456789"));
    }
}
