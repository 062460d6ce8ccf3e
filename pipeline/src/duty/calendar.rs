//! Working days: the offices' calendar of the years it is known for, and local days that differ from it. *Pure.*
//!
//! A year that nobody has published is not guessed: whoever asks is told that it is not known.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;

/// The offices' calendar: `date,is_workday,note`, every day of the years it has.
const OFFICES: &str = include_str!("calendar_tw.csv");

/// The same, read once.
static KNOWN: LazyLock<BTreeMap<Date, bool>> =
    LazyLock::new(|| OFFICES.lines().skip(1).filter_map(line).collect());

/// Which days are working days.
pub struct Calendar {
    local: BTreeMap<Date, bool>,
}

/// Where a day that is due ends up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It is a working day, or does not move.
    No,
    /// It was a rest day.
    Yes,
    /// The calendar of its year is not known: it stays, which is never too late.
    Unknown,
}

impl Calendar {
    /// The offices' calendar with the days of `local` in place of its own.
    pub fn new(local: impl IntoIterator<Item = (Date, bool)>) -> Self {
        Self {
            local: local.into_iter().collect(),
        }
    }

    /// Whether `day` is a working day; `None`: nobody knows.
    pub fn is_workday(&self, day: Date) -> Option<bool> {
        self.local.get(&day).or_else(|| KNOWN.get(&day)).copied()
    }

    /// `day`, or the working day that comes next after it.
    pub fn moved(&self, day: Date) -> (Date, Moved) {
        let mut at = day;
        loop {
            match self.is_workday(at) {
                Some(true) if at == day => return (day, Moved::No),
                Some(true) => return (at, Moved::Yes),
                Some(false) => match at.tomorrow() {
                    Ok(next) => at = next,
                    Err(_) => return (day, Moved::Unknown),
                },
                None => return (day, Moved::Unknown),
            }
        }
    }
}

fn line(line: &str) -> Option<(Date, bool)> {
    let mut cells = line.split(',');
    let day = cells.next()?.parse().ok()?;
    Some((day, cells.next()? == "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The numbers of working days that the offices published.
    #[test]
    fn the_embedded_calendar_is_whole() {
        let calendar = Calendar::new([]);
        for (year, days, working) in [
            (2023, 365, 249),
            (2024, 366, 251),
            (2025, 365, 247),
            (2026, 365, 245),
            (2027, 365, 244),
        ] {
            let of_year: Vec<bool> = KNOWN
                .iter()
                .filter(|(day, _)| day.year() == year)
                .map(|(_, works)| *works)
                .collect();
            assert_eq!(of_year.len(), days, "{year}");
            assert_eq!(of_year.iter().filter(|works| **works).count(), working, "{year}");
        }
        assert_eq!(OFFICES.lines().count(), 1 + KNOWN.len(), "a line is not readable");
        assert_eq!(
            calendar.is_workday(day("2025-02-08")),
            Some(true),
            "a Saturday made up"
        );
    }

    #[test]
    fn a_rest_day_moves_to_the_next_working_day_and_an_unknown_year_moves_nothing() {
        let calendar = Calendar::new([]);
        let check = |calendar: &Calendar, from: &str, to: &str, moved: Moved| {
            assert!(calendar.moved(day(from)) == (day(to), moved), "{from}");
        };
        check(&calendar, "2026-11-09", "2026-11-09", Moved::No);
        check(&calendar, "2026-11-07", "2026-11-09", Moved::Yes);
        // New Year of the lunar calendar, 2026.
        check(&calendar, "2026-02-14", "2026-02-23", Moved::Yes);
        check(&calendar, "2028-03-05", "2028-03-05", Moved::Unknown);
        check(&calendar, "2022-12-31", "2022-12-31", Moved::Unknown);
        // A rest day at the end of what is known: the first working day after it is not.
        check(&calendar, "2027-12-31", "2027-12-31", Moved::Unknown);

        // A typhoon on the 9th; a Saturday worked; a year that came by file.
        let local = Calendar::new([
            (day("2026-11-09"), false),
            (day("2026-12-05"), true),
            (day("2028-01-03"), true),
        ]);
        check(&local, "2026-11-07", "2026-11-10", Moved::Yes);
        check(&local, "2026-12-05", "2026-12-05", Moved::No);
        check(&local, "2028-01-03", "2028-01-03", Moved::No);
    }
}
