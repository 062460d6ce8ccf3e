//! Numbers that only look random: the same seed, the same story. *Pure.*

/// A sequence of its own (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// The sequence of `seed`; neighbouring seeds have nothing in common.
    pub fn of(seed: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0xd134_2543_de82_ef95));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `from` up to, but not including, `end`.
    pub fn between(&mut self, from: i64, end: i64) -> i64 {
        from + (self.next() % end.abs_diff(from)).cast_signed()
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// One of `choices`.
    pub fn of_these<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    /// As `between`, but of every order of magnitude alike: seconds to years.
    pub fn any_size(&mut self, from: i64, end: i64) -> i64 {
        let (low, high) = ((from as f64).ln(), (end as f64).ln());
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((low + (high - low) * part).exp() as i64).clamp(from, end)
    }
}
