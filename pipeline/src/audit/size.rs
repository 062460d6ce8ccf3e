//! How many records of a month are drawn: in whole numbers, rounded up (九(三)2(1), D7). *Pure.*

use crate::regime::SampleRules;

/// How many of `population` records are drawn under `rules`.
pub fn ruled(population: u64, rules: &SampleRules) -> u64 {
    size(population, rules.percent.value, rules.at_least.value)
}

/// How many of `population` records are drawn where `percent` of a hundred are, and never fewer than `at_least`.
pub fn size(population: u64, percent: u64, at_least: u64) -> u64 {
    if population <= at_least {
        return population;
    }
    let share = (u128::from(population) * u128::from(percent)).div_ceil(100);
    u64::try_from(share)
        .unwrap_or(u64::MAX)
        .clamp(at_least, population)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    /// D7 for every population there is to expect, held against the words of the clause.
    #[test]
    fn every_population_has_the_size_of_the_clause() {
        let rules = Regime::jcic_2024().unwrap().sample.unwrap();
        for population in 0..=20_000 {
            let size = ruled(population, &rules);
            if population < 10 {
                assert_eq!(size, population, "fewer than ten: all of them");
                continue;
            }
            assert!(size >= 10 && size <= population, "{population}: {size}");
            assert!(
                size * 100 >= population * 2,
                "{population}: {size} are less than 2 %"
            );
            // One fewer would be below ten, or below 2 %.
            assert!(
                size == 10 || (size - 1) * 100 < population * 2,
                "{population}: {size}"
            );
        }
        for (population, expected) in [
            (10, 10),
            (11, 10),
            (500, 10),
            (501, 11),
            (550, 11),
            (551, 12),
            (1_000_000, 20_000),
        ] {
            assert_eq!(ruled(population, &rules), expected, "{population}");
        }
        assert_eq!(ruled(u64::MAX, &rules), u64::MAX / 50 + 1);
    }
}
