//! The draw: seed, rank and order, by a rule that anybody recomputes in twenty lines of another language (D9). *Pure.*
//!
//! The seed is a hash of three things of which nobody has all: the checkpoint under which the month was frozen, the value
//! the bureau had committed to, and the value the reviewer gave. A record's rank is `SHA-256(seed || its journal index)`,
//! and the sample are the records with the smallest ranks. So it is uniform, and a larger sample begins with the smaller one.

use std::collections::BinaryHeap;

use sha2::{Digest, Sha256};

use super::month::Month;
use crate::journal::merkle::Hash;

/// What the seed is made of.
pub struct Ingredients<'a> {
    /// Institution code.
    pub member: &'a str,
    /// The month.
    pub month: Month,
    /// The signed text of the checkpoint under which the month was frozen: origin, size and root, a line each.
    pub frozen: &'a str,
    /// The value the bureau had committed to, 64 hexadecimal digits.
    pub bureau: &'a str,
    /// The reviewer's value; or, where nobody gave one, the signed text of the next checkpoint.
    pub reviewer: &'a str,
}

impl Ingredients<'_> {
    /// The seed: SHA-256 of all of them, one a line.
    pub fn seed(&self) -> Hash {
        let text = format!(
            "{FORMAT}\n{}\n{}\n{}\n{}\n{}\n",
            self.member,
            self.month,
            self.frozen.trim_end_matches('\n'),
            self.bureau,
            self.reviewer.trim_end_matches('\n')
        );
        Sha256::digest(text).into()
    }
}

/// One record of a sample.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    rank: Hash,
    /// Its journal index.
    pub entry: u64,
    /// Its query id.
    pub query: String,
}

/// A draw under way: of all records that are offered it keeps the `size` of smallest rank, and nothing of the others.
pub struct Drawing {
    seed: Hash,
    size: usize,
    kept: BinaryHeap<Item>,
}

impl Drawing {
    /// A draw of `size` records.
    pub fn new(seed: Hash, size: u64) -> Self {
        Self {
            seed,
            size: usize::try_from(size).unwrap_or(usize::MAX),
            kept: BinaryHeap::new(),
        }
    }

    /// Offers the record at journal index `entry`, whose query id is `query`.
    pub fn offer(&mut self, entry: u64, query: &str) {
        let rank = rank(&self.seed, entry);
        let full = self.kept.len() >= self.size;
        if full
            && self
                .kept
                .peek()
                .is_none_or(|last| (last.rank, last.entry) < (rank, entry))
        {
            return;
        }
        self.kept.push(Item {
            rank,
            entry,
            query: query.to_owned(),
        });
        if full {
            self.kept.pop();
        }
    }

    /// The sample, in the order of the draw.
    pub fn finish(self) -> Vec<Item> {
        self.kept.into_sorted_vec()
    }
}

/// The rank of the record at journal index `entry`.
fn rank(seed: &Hash, entry: u64) -> Hash {
    Sha256::new()
        .chain_update(seed)
        .chain_update(entry.to_be_bytes())
        .finalize()
        .into()
}

/// The first line of what the seed is the hash of.
pub const FORMAT: &str = "mayfly-sample-v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, size: u64, population: impl Iterator<Item = u64>) -> Vec<u64> {
        let mut drawing = Drawing::new(Sha256::digest(seed.to_be_bytes()).into(), size);
        population.for_each(|entry| drawing.offer(entry, ""));
        drawing.finish().into_iter().map(|item| item.entry).collect()
    }

    #[test]
    fn every_ingredient_moves_the_seed() {
        let seed = |member, month, frozen, bureau, reviewer| {
            let month = Month::parse(month).unwrap();
            let ingredients = Ingredients {
                member,
                month,
                frozen,
                bureau,
                reviewer,
            };
            ingredients.seed()
        };
        let one = seed("004", "2026-11", "o\n9\nr\n", "ab", "cd");
        // printf 'mayfly-sample-v1\n004\n2026-11\no\n9\nr\nab\ncd\n' | sha256sum
        assert_eq!(
            crate::ids::hex(&one),
            "35dac407a62a16f9f2be2e80f59dc5abb29f3584c7f69cd1df4ce3f1a7551fa5"
        );
        for other in [
            seed("012", "2026-11", "o\n9\nr\n", "ab", "cd"),
            seed("004", "2026-12", "o\n9\nr\n", "ab", "cd"),
            seed("004", "2026-11", "o\n8\nr\n", "ab", "cd"),
            seed("004", "2026-11", "o\n9\nr\n", "ac", "cd"),
            seed("004", "2026-11", "o\n9\nr\n", "ab", "ce"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_larger_sample_begins_with_the_smaller_and_no_record_comes_twice() {
        for seed in 0..200 {
            let population = seed * 7 + 1;
            let all = drawn(seed, population, 0..population);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..population).collect::<Vec<_>>());
            for size in [0, 1, population / 3, population, population + 5] {
                let expected = &all[..usize::try_from(size.min(population)).unwrap()];
                assert_eq!(drawn(seed, size, 0..population), expected);
                // In whatever order they are offered.
                assert_eq!(drawn(seed, size, (0..population).rev()), expected);
            }
        }
    }

    /// 100,000 draws of 10 from 40, whose journal indices lie anywhere: each record comes as often
    /// as chance has it, and as often first. The seeds are fixed, so this either holds or it does not.
    #[test]
    fn a_hundred_thousand_draws_are_uniform() {
        const DRAWS: u64 = 100_000;
        const POPULATION: u64 = 40;
        const SIZE: u64 = 10;
        let entry = |record: u64| record * 977 + record * record;
        let mut drawn_of = [0_u64; POPULATION as usize];
        let mut first = [0_u64; POPULATION as usize];
        for draw in 0..DRAWS {
            let sample = drawn(draw, SIZE, (0..POPULATION).map(entry));
            for (place, drawn) in sample.iter().enumerate() {
                let record = (0..POPULATION)
                    .position(|record| entry(record) == *drawn)
                    .unwrap();
                drawn_of[record] += 1;
                first[record] += u64::from(place == 0);
            }
        }
        let share = SIZE as f64 / POPULATION as f64;
        // Without replacement the counts of a draw hang together, hence the factor (N - 1) / N.
        let spread = DRAWS as f64 * share * (1.0 - share) * POPULATION as f64 / (POPULATION - 1) as f64;
        check(&drawn_of, DRAWS as f64 * share, spread);
        let expected = DRAWS as f64 / POPULATION as f64;
        check(&first, expected, expected);
        // What is noticed whatever the noise: one record that comes a twentieth more often than it should, which alone adds
        // (1250)^2 / spread, some 80. (A fiftieth adds 13, and drowns.)
        let mut bent = drawn_of;
        bent[7] += bent[7] / 20;
        assert!(chi_squared(&bent, DRAWS as f64 * share, spread) > LIMIT);
    }

    #[track_caller]
    fn check(counts: &[u64], expected: f64, spread: f64) {
        let found = chi_squared(counts, expected, spread);
        assert!(found < LIMIT, "chi squared is {found}");
    }

    fn chi_squared(counts: &[u64], expected: f64, spread: f64) -> f64 {
        counts
            .iter()
            .map(|&count| (count as f64 - expected).powi(2) / spread)
            .sum()
    }

    /// The quantile 0.999 of the chi-squared distribution with 39 degrees of freedom.
    const LIMIT: f64 = 72.06;
}
