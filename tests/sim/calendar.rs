//! The judge's own calendar: which hour an instant falls into, by nobody's code but this. *Pure.*

use crate::host::{DAY, HOUR};

/// The name of the hour (UTC) that an instant falls into, in the class of `like`.
pub fn name_of(like: &str, at: i64) -> String {
    let class = like.split('-').next().unwrap_or_default();
    let (days, hour) = (at.div_euclid(DAY), at.rem_euclid(DAY) / HOUR);
    // Howard Hinnant's days-to-civil.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{class}-{year:04}{month:02}{day:02}{hour:02}")
}

#[test]
fn the_judge_has_a_calendar_of_its_own() {
    assert_eq!(name_of("answer-", 0), "answer-1970010100");
    assert_eq!(
        name_of("answer-", 1_793_584_800 * 1_000_000 - 1),
        "answer-2026110201"
    );
    assert_eq!(name_of("intake-", 1_835_395_200 * 1_000_000), "intake-2028022900");
}
