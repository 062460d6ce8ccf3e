//! Responsible for repeatable chance: numbers that look random and are a function of seed and place. *Pure.*

/// A die (SplitMix64, Steele and others, 2014). It is no source of secrets.
pub(super) struct Chance(u64);

impl Chance {
    /// The die of one place under a seed.
    pub(super) fn at(seed: u64, place: u64) -> Self {
        let mut chance = Self(seed);
        let start = chance.next() ^ place;
        Self(start)
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`, which is not 0; the bias below 2⁻³² does not matter here.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub(super) fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_die_is_the_published_one() {
        let mut chance = Chance(1_234_567);
        assert_eq!(
            [chance.next(), chance.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn places_have_dice_of_their_own_and_every_side_comes_up() {
        assert_eq!(Chance::at(1, 2).next(), Chance::at(1, 2).next());
        assert_ne!(Chance::at(1, 2).next(), Chance::at(1, 3).next());
        assert_ne!(Chance::at(1, 2).next(), Chance::at(2, 2).next());
        let mut sides = [0; 6];
        for place in 0..6000 {
            sides[Chance::at(7, place).below(6) as usize] += 1;
        }
        assert!(
            sides.iter().all(|&count| (850..1150).contains(&count)),
            "{sides:?}"
        );
    }
}
