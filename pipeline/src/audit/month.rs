//! A calendar month in Taipei (D22): when it begins and ends as instants. *Pure.*

use std::fmt;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::Offset,
};
use mayfly_consent::day::taipei_day;

/// A calendar month, Asia/Taipei.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    first: Date,
}

impl Month {
    /// Reads `YYYY-MM`, with four and two digits; years 1900 to 9998.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 7
            && text
                .bytes()
                .enumerate()
                .all(|(at, byte)| (at == 4) != byte.is_ascii_digit());
        let (year, month) = text.split_once('-').filter(|_| digits)?;
        let year = year.parse().ok().filter(|year| (1900..9999).contains(year))?;
        let first = Date::new(year, month.parse().ok()?, 1).ok()?;
        Some(Self { first })
    }

    /// The month of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self::of_day(taipei_day(at))
    }

    /// The month of a day.
    pub fn of_day(day: Date) -> Self {
        Self {
            first: day.first_of_month(),
        }
    }

    /// The month before.
    pub fn previous(self) -> Self {
        let last = self.first.yesterday().unwrap_or(self.first);
        Self {
            first: last.first_of_month(),
        }
    }

    /// The month after.
    pub fn next(self) -> Self {
        let next = self.first.last_of_month().tomorrow().unwrap_or(self.first);
        Self { first: next }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        self.first
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    /// The first instant of it.
    pub fn start(self) -> Timestamp {
        self.at(1, 0)
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    /// The instant at which `hour` strikes on its day `day`.
    pub fn at(self, day: i8, hour: i8) -> Timestamp {
        let days = SignedDuration::from_hours(24 * (i64::from(day) - 1) + i64::from(hour));
        let midnight = TAIPEI.to_timestamp(self.first.to_datetime(Time::midnight()));
        midnight.map_or(Timestamp::MAX, |midnight| {
            midnight.saturating_add(days).unwrap_or(Timestamp::MAX)
        })
    }

    /// Whether the instant lies in it.
    pub fn holds(self, at: Timestamp) -> bool {
        self.start() <= at && at < self.end()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

const TAIPEI: Offset = Offset::constant(8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_taipei() {
        let month = Month::parse("2026-12").unwrap();
        assert_eq!(month.start().to_string(), "2026-11-30T16:00:00Z");
        assert_eq!(month.end().to_string(), "2026-12-31T16:00:00Z");
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(month.previous().to_string(), "2026-11");
        assert_eq!(month.at(10, 1).to_string(), "2026-12-09T17:00:00Z");
        let last: Timestamp = "2026-12-31T15:59:59.999999Z".parse().unwrap();
        assert!(month.holds(last) && !month.holds(month.end()) && month.holds(month.start()));
        assert!(Month::of(last) == month && Month::of(month.end()) == month.next());
    }

    #[test]
    fn only_one_spelling_is_a_month() {
        for text in [
            "2026-13",
            "2026-00",
            "2026-1",
            "26-01",
            "2026/01",
            "+026-01",
            "2026-+1",
            "",
            "2026-01-01",
            "9999-01",
        ] {
            assert!(Month::parse(text).is_none(), "{text}");
        }
    }
}
