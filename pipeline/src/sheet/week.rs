//! An ISO week in Taipei (D11, D22): Monday to Sunday, and when that begins and ends as instants. *Pure.*

use std::fmt;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, ISOWeekDate, Time, Weekday},
    tz::Offset,
};
use mayfly_consent::day::taipei_day;

/// An ISO week, Asia/Taipei.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week {
    monday: Date,
}

impl Week {
    /// Reads `YYYY-Www`, with four and two digits; years 1900 to 9998.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, week) = text.split_once("-W").filter(|_| text.len() == 8)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let year = year.parse().ok().filter(|year| (1900..9999).contains(year))?;
        let week = week.parse().ok().filter(|_| digits(week))?;
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        Some(Self { monday })
    }

    /// The week of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self::of_day(taipei_day(at))
    }

    /// The week of a day.
    pub fn of_day(day: Date) -> Self {
        let since_monday = i64::from(day.weekday().to_monday_zero_offset());
        Self {
            monday: day.saturating_sub(since_monday.days()),
        }
    }

    /// The week before.
    pub fn previous(self) -> Self {
        Self::of_day(self.monday.saturating_sub(1.day()))
    }

    /// The week after.
    pub fn next(self) -> Self {
        Self {
            monday: self.monday.saturating_add(7.days()),
        }
    }

    /// Its Monday.
    pub fn first_day(self) -> Date {
        self.monday
    }

    /// Its Sunday.
    pub fn last_day(self) -> Date {
        self.monday.saturating_add(6.days())
    }

    /// The first instant of it.
    pub fn start(self) -> Timestamp {
        let midnight = TAIPEI.to_timestamp(self.monday.to_datetime(Time::midnight()));
        midnight.unwrap_or(Timestamp::MAX)
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    /// Whether it is over at `now`, and `hour` has struck on the Monday after it.
    pub fn is_closed(self, now: Timestamp, hour: i8) -> bool {
        let closed = self
            .end()
            .saturating_add(SignedDuration::from_hours(i64::from(hour)));
        closed.is_ok_and(|closed| now >= closed)
    }

    /// Whether the instant lies in it.
    pub fn holds(self, at: Timestamp) -> bool {
        self.start() <= at && at < self.end()
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.monday.iso_week_date();
        write!(f, "{:04}-W{:02}", iso.year(), iso.week())
    }
}

const TAIPEI: Offset = Offset::constant(8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_at_midnight_of_its_sunday_in_taipei() {
        let week = Week::parse("2026-W45").unwrap();
        assert_eq!(
            (week.first_day().to_string(), week.last_day().to_string()),
            ("2026-11-02".into(), "2026-11-08".into())
        );
        assert_eq!(week.start().to_string(), "2026-11-01T16:00:00Z");
        let last: Timestamp = "2026-11-08T15:59:59.999999Z".parse().unwrap();
        let next: Timestamp = "2026-11-08T16:00:00Z".parse().unwrap();
        assert!(week.holds(last) && !week.holds(next) && Week::of(last) == week);
        assert!(Week::of(next) == week.next() && week.next().previous() == week);
        let early: Timestamp = "2026-11-08T16:59:59Z".parse().unwrap();
        assert!(!week.is_closed(early, 1) && week.is_closed(early, 0) && !week.is_closed(last, 0));
    }

    #[test]
    fn the_days_around_a_new_year_belong_to_the_week_of_the_iso_calendar() {
        for (day, week) in [
            ("2026-12-31", "2026-W53"),
            ("2027-01-03", "2026-W53"),
            ("2027-01-04", "2027-W01"),
        ] {
            let day: Date = day.parse().unwrap();
            assert_eq!(Week::of_day(day).to_string(), week);
            assert!(Week::parse(week) == Some(Week::of_day(day)));
        }
    }

    #[test]
    fn only_the_one_spelling_is_a_week() {
        for text in [
            "",
            "2026",
            "2026-W",
            "2026-W5",
            "2026-W00",
            "2027-W53",
            "2026-W54",
            "2026W045",
            "2026-w45",
            "2026-W+5",
            "+026-W05",
            "1899-W01",
            "2026-W05 ",
            "２026-W5",
        ] {
            assert!(Week::parse(text).is_none(), "{text}");
        }
    }
}
