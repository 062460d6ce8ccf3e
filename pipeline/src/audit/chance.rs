//! How likely a sample is to find misuse: what a report says beside its counts. *Pure.*

use serde::Serialize;
use utoipa::ToSchema;

/// One line of a report.
#[derive(Serialize, ToSchema, Clone, Copy)]
pub struct Chance {
    /// The share of misused records that is supposed, in parts of a thousand.
    pub per_mille: u64,
    /// How many records of the population that makes, rounded up.
    pub misused: u64,
    /// The chance that at least one of them is in the sample, in whole parts of a thousand, rounded down.
    pub finds_per_mille: u64,
}

/// The chances of a sample of `size` from `population` records, for each supposed share.
pub fn chances(population: u64, size: u64, shares: &[u64]) -> Vec<Chance> {
    shares
        .iter()
        .map(|&per_mille| {
            let misused = (population.saturating_mul(per_mille))
                .div_ceil(1000)
                .min(population);
            Chance {
                per_mille,
                misused,
                finds_per_mille: match misused > 0 && size + misused > population {
                    true => 1000,
                    // Whatever is not certain is not told as certain; a little more than the error of the product is given.
                    false => ((finds(population, size, misused) * 1000.0 + 1e-9).floor() as u64).min(999),
                },
            }
        })
        .collect()
}

/// The chance that a sample of `size`, drawn without replacement, holds one of `misused` records of `population`, which has
/// at least as many others as are drawn.
fn finds(population: u64, size: u64, misused: u64) -> f64 {
    // The hypergeometric distribution is the same with the two exchanged; the shorter product is taken.
    let (few, many) = (size.min(misused), size.max(misused));
    let misses = (0..few).fold(1.0, |all, taken| {
        all * (population - many - taken) as f64 / (population - taken) as f64
    });
    1.0 - misses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chances_are_those_of_drawing_without_replacement() {
        let check = |population, size, per_mille, misused, finds| {
            let found = chances(population, size, &[per_mille])[0];
            assert_eq!(
                (found.misused, found.finds_per_mille),
                (misused, finds),
                "{population} {size}"
            );
        };
        // 1 - C(495,10)/C(500,10), computed with whole numbers elsewhere.
        check(500, 10, 10, 5, 96);
        check(1_000, 20, 50, 50, 645);
        check(1_000_000, 20_000, 5, 5_000, 999);
        check(1_000_000, 20_000, 1, 1_000, 999);
        // All are drawn: everything is found. None are there: nothing is.
        check(7, 7, 5, 1, 1000);
        check(0, 0, 50, 0, 0);
        check(100, 0, 50, 5, 0);
        check(1, 1, 5, 1, 1000);
    }
}
