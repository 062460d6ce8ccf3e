//! Civil days: the day in Taipei of an instant, ages, and the range of a birth date. *Pure.*

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use crate::refusal::Code;

/// The day in Taipei (UTC+8, no daylight saving since 1979; D22) on which the instant falls.
pub fn taipei_day(instant: Timestamp) -> Date {
    TAIPEI.to_datetime(instant).date()
}

/// The instant at which `day` begins in Taipei; `None` where there is none, at the ends of the calendar.
pub fn taipei_midnight(day: Date) -> Option<Timestamp> {
    TAIPEI.to_timestamp(day.to_datetime(Time::midnight())).ok()
}

/// Reads a birth date, `YYYY-MM-DD` or seven digits of the ROC calendar (`YYYMMDD`, year 001 is 1912).
///
/// # Errors
/// `SUB-BIRTH` when the cell names no such date, in whatever way: the specific code stands for the cell.
pub fn parse_birth(cell: &str) -> Result<Date, Code> {
    let (year, month, day) = match cell.as_bytes() {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => (number(y)?, [*m1, *m2], [*d1, *d2]),
        [y @ .., m1, m2, d1, d2] if y.len() == 3 => (roc_year(number(y)?)?, [*m1, *m2], [*d1, *d2]),
        _ => return Err(Code::SubBirth),
    };
    let narrow =
        |digits: [u8; 2]| number(&digits).and_then(|value| i8::try_from(value).map_err(|_| Code::SubBirth));
    Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| Code::SubBirth)
}

/// Whether a person born on `birth` can be alive and born on `today`: not in the future, not over `oldest_years` ago.
pub fn is_birth_possible(birth: Date, today: Date, oldest_years: i16) -> bool {
    let oldest = today.checked_sub(oldest_years.years()).unwrap_or(Date::MIN);
    (oldest..=today).contains(&birth)
}

/// The whole years of age on a day; negative before birth. A person born on 29 February is a year older on 1 March of
/// a common year (Civil Code art. 121, 124).
pub fn age_on(birth: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(before_birthday)
}

fn roc_year(year: i16) -> Result<i16, Code> {
    if year == 0 {
        Err(Code::SubBirth)
    } else {
        Ok(year + 1911)
    }
}

fn number(digits: &[u8]) -> Result<i16, Code> {
    digits.iter().try_fold(0, |sum: i16, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + i16::from(digit - b'0')),
        _ => Err(Code::SubBirth),
    })
}

const TAIPEI: Offset = Offset::constant(8);

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_birth_date_is_read_in_both_calendars() {
        let check =
            |cell: &str, expected: Option<Date>| assert_eq!(parse_birth(cell).ok(), expected, "{cell}");
        check("1990-01-31", Some(date(1990, 1, 31)));
        check("0790131", Some(date(1990, 1, 31)));
        check("1130229", Some(date(2024, 2, 29)));
        check("0010101", Some(date(1912, 1, 1)));
        check("0000101", None);
        check("1120229", None);
        check("1990-02-30", None);
        check("1990-1-31", None);
        check("1990/01/31", None);
        check("19900131", None);
        check("790131", None);
        check("", None);
        check("1990-01-3１", None);
        check("-990-01-31", None);
        check("+790131", None);
    }

    #[test]
    fn a_birth_date_lies_within_the_years_of_the_regime() {
        let today = date(2026, 11, 2);
        let check = |birth, expected| assert_eq!(is_birth_possible(birth, today, 120), expected, "{birth}");
        check(date(2026, 11, 2), true);
        check(date(2026, 11, 3), false);
        check(date(1906, 11, 2), true);
        check(date(1906, 11, 1), false);
        assert!(!is_birth_possible(date(1926, 11, 1), today, 100));
    }

    #[test]
    fn age_counts_whole_years() {
        let check = |birth, day, expected| assert_eq!(age_on(birth, day), expected, "{birth} on {day}");
        check(date(2008, 11, 2), date(2026, 11, 1), 17);
        check(date(2008, 11, 2), date(2026, 11, 2), 18);
        check(date(2008, 2, 29), date(2026, 2, 28), 17);
        check(date(2008, 2, 29), date(2026, 3, 1), 18);
        check(date(2008, 2, 29), date(2028, 2, 29), 20);
    }

    #[test]
    fn a_day_begins_in_taipei_at_sixteen_hours_utc() {
        let at = |text: &str| taipei_day(text.parse().unwrap());
        assert_eq!(at("2026-10-30T15:59:59Z"), date(2026, 10, 30));
        assert_eq!(at("2026-10-30T16:00:00Z"), date(2026, 10, 31));
    }
}
