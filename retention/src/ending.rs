//! Decides which records of year-long classes are at their end, and which months can lose their key (D16). *Pure.*
//!
//! A period of years runs from a day in Taipei and ends with the same day of its last year; a record may go from the day
//! after. A month's key may go once no row is left that it sealed *and* the period of its own last day is over: so a
//! database that was set back, or a record that is being written, never costs a key early.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan, civil::Date, tz};

use crate::{
    class::{Class, Cohort},
    plan::Due,
};

/// A record of a year-long class, as far as its end depends on it.
#[derive(Clone)]
pub struct Record<K> {
    /// How its caller finds it again.
    pub key: K,
    /// The month it was sealed in, or began in; also tells its class.
    pub cohort: Cohort,
    /// The day its period runs from; `None` while that is open.
    pub from: Option<Date>,
    /// The member it concerns; empty if none.
    pub member: String,
    /// The batch it belongs to; empty if none.
    pub batch: String,
}

/// An investigation: records it covers stay beyond their end.
#[derive(Clone, PartialEq, Eq)]
pub struct Hold {
    /// Of which class.
    pub class: Class,
    /// Only those of this month.
    pub month: Option<Cohort>,
    /// Only those of this member.
    pub member: Option<String>,
    /// Only those of this batch.
    pub batch: Option<String>,
}

/// What becomes of records.
pub struct Ending<K> {
    /// They are at their end, and go.
    pub due: Vec<K>,
    /// They are at their end, and a hold keeps them.
    pub held: u64,
    /// Their period has not begun.
    pub open: u64,
}

/// Sorts `records` by what becomes of them on `today`, a day in Taipei, where their class is kept for `years`.
pub fn sort<K>(
    records: impl IntoIterator<Item = Record<K>>,
    holds: &[Hold],
    today: Date,
    years: i16,
) -> Ending<K> {
    let mut ending = Ending {
        due: Vec::new(),
        held: 0,
        open: 0,
    };
    for record in records {
        match record.from {
            None => ending.open += 1,
            Some(from) if !is_over(from, years, today) => {}
            Some(_) if holds.iter().any(|hold| hold.covers(&record)) => ending.held += 1,
            Some(_) => ending.due.push(record.key),
        }
    }
    ending
}

/// The months among `living` whose key can go on `today`: no row that it sealed is among `in_use`, the period of its last
/// day is over, and no hold of its class covers it. Oldest first.
pub fn months(
    living: impl IntoIterator<Item = Cohort>,
    in_use: &BTreeSet<Cohort>,
    holds: &[Hold],
    today: Date,
    years: impl Fn(Class) -> Option<i16>,
) -> Vec<Due> {
    let mut months: Vec<Cohort> = living
        .into_iter()
        .filter(|month| years(month.class()).is_some_and(|years| month_is_over(*month, years, today)))
        .filter(|month| !in_use.contains(month))
        .filter(|month| !holds.iter().any(|hold| hold.may_cover(*month)))
        .collect();
    months.sort_unstable_by_key(|month| (month.start(), *month));
    months.dedup();
    months.into_iter().map(Due::of_month).collect()
}

/// Whether the period of `years` from the day `from` on is over on `today`. A period from 29 February ends with 28
/// February where its last year has no 29th (Civil Code art. 121).
pub fn is_over(from: Date, years: i16, today: Date) -> bool {
    from.checked_add(years.max(0).years())
        .is_ok_and(|last| last < today)
}

/// The latest day from which a period of `years` is over on `today`: all before it are over too.
pub fn latest_over(years: i16, today: Date) -> Date {
    let around = today.checked_sub(years.max(0).years()).unwrap_or(Date::MIN);
    if is_over(around, years, today) {
        around
    } else {
        around.yesterday().unwrap_or(Date::MIN)
    }
}

/// When the key of `month` can go at the earliest: midnight in Taipei after the period of `years` of its last day there.
pub fn month_due_at(month: Cohort, years: i16) -> Timestamp {
    let last = taipei_day(month.last_instant());
    let over = last
        .checked_add(years.max(0).years())
        .and_then(|last| last.tomorrow())
        .and_then(|day| day.to_zoned(tz::offset(8).to_time_zone()));
    over.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// Whether a month of a year-long class is over with the period of the last day in Taipei on which it began a record.
pub fn month_is_over(month: Cohort, years: i16, today: Date) -> bool {
    !month.class().is_hours() && is_over(taipei_day(month.last_instant()), years, today)
}

impl Hold {
    /// Whether `record` is among those it keeps.
    pub fn covers<K>(&self, record: &Record<K>) -> bool {
        let matches = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        self.may_cover(record.cohort)
            && matches(&self.member, &record.member)
            && matches(&self.batch, &record.batch)
    }

    /// Whether records of `month` can be among those it keeps.
    fn may_cover(&self, month: Cohort) -> bool {
        self.class == month.class() && self.month.is_none_or(|only| only == month)
    }
}

fn taipei_day(at: Timestamp) -> Date {
    at.to_zoned(tz::offset(8).to_time_zone()).date()
}

#[cfg(test)]
#[path = "ending_tests.rs"]
mod tests;
