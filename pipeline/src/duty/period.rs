//! Calendar periods in Taipei, one after another without a gap, and the day on which something after them is due (D12). *Pure.*

use jiff::{ToSpan, civil::Date};

use super::calendar::{Calendar, Moved};
use crate::regime::control::{DutyRule, Every};

/// A calendar period, or the day of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Period {
    /// Its name: `2026-W45`, `2026-11`, `2026-H2`, `2026`, `2025-2026`, or the day itself.
    pub name: String,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
}

/// The period of kind `every` that holds `day`; rounds of several years are counted from the year `epoch` on. An event is a
/// period of one day.
pub fn holding(every: Every, day: Date, epoch: i16) -> Period {
    let (year, month) = (day.year(), day.month());
    match every {
        Every::Week => {
            let week = day.iso_week_date();
            let first = day
                .checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
                .unwrap_or(Date::MIN);
            Period {
                name: format!("{:04}-W{:02}", week.year(), week.week()),
                first,
                last: first.checked_add(6.days()).unwrap_or(Date::MAX),
            }
        }
        Every::Month => Period {
            name: format!("{year:04}-{month:02}"),
            first: day.first_of_month(),
            last: day.last_of_month(),
        },
        Every::HalfYear => {
            let (half, from, to) = if month <= 6 { (1, 1, 6) } else { (2, 7, 12) };
            Period {
                name: format!("{year:04}-H{half}"),
                ..months(year, from, year, to)
            }
        }
        Every::Year => years(year, 1, year),
        Every::TwoYears => years(year, 2, epoch),
        Every::FiveYears => years(year, 5, epoch),
        Every::Event => Period {
            name: day.to_string(),
            first: day,
            last: day,
        },
    }
}

/// The period after `period`.
pub fn after(every: Every, period: &Period, epoch: i16) -> Option<Period> {
    let next = period.last.tomorrow().ok()?;
    (every != Every::Event).then(|| holding(every, next, epoch))
}

/// When something is due.
pub struct Due {
    /// Its last day in time, as the rule counts.
    pub counted: Date,
    /// That day, or the working day it moved to.
    pub on: Date,
    /// Whether it moved.
    pub moved: Moved,
}

impl Due {
    /// Of `rule`, whose days count from `last`: of a duty and of the sheet that closes it, this is the one way to it.
    pub fn of(rule: &DutyRule, calendar: &Calendar, last: Date) -> Self {
        Self::counted_on(rule, calendar, due_day(rule, last))
    }

    /// Of `rule`, where the day is known before it moves.
    pub fn counted_on(rule: &DutyRule, calendar: &Calendar, counted: Date) -> Self {
        let (on, moved) = match rule.moves {
            true => calendar.moved(counted),
            false => (counted, Moved::No),
        };
        Self { counted, on, moved }
    }
}

/// The day on which what `rule` asks after a period, or after an event, is due: before it moves from a rest day. So many months
/// later is the day of the same number, or the last of a shorter month: never later than the Civil Code counts (121).
pub fn due_day(rule: &DutyRule, last: Date) -> Date {
    let span = i64::from(rule.due_months).months().days(i64::from(rule.due_days));
    last.checked_add(span).unwrap_or(Date::MAX)
}

fn years(year: i16, count: i16, epoch: i16) -> Period {
    let from = year - (year - epoch).rem_euclid(count);
    let to = from + count - 1;
    Period {
        name: if count == 1 {
            format!("{year:04}")
        } else {
            format!("{from:04}-{to:04}")
        },
        ..months(from, 1, to, 12)
    }
}

fn months(from_year: i16, from: i8, to_year: i16, to: i8) -> Period {
    Period {
        name: String::new(),
        first: jiff::civil::date(from_year, from, 1),
        last: jiff::civil::date(to_year, to, 1).last_of_month(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn named(every: Every, day: &str) -> String {
        let period = holding(every, day.parse().unwrap(), 2019);
        format!("{} {} {}", period.name, period.first, period.last)
    }

    #[test]
    fn a_day_is_in_the_period_that_the_calendar_puts_it_in() {
        for (every, day, said) in [
            (Every::Week, "2026-11-08", "2026-W45 2026-11-02 2026-11-08"),
            (Every::Week, "2026-11-09", "2026-W46 2026-11-09 2026-11-15"),
            // 2026 has 53 weeks; the first days of 2027 are in its last.
            (Every::Week, "2027-01-03", "2026-W53 2026-12-28 2027-01-03"),
            (Every::Week, "2027-01-04", "2027-W01 2027-01-04 2027-01-10"),
            // The last days of 2024 are in the first week of 2025.
            (Every::Week, "2024-12-30", "2025-W01 2024-12-30 2025-01-05"),
            (Every::Month, "2028-02-29", "2028-02 2028-02-01 2028-02-29"),
            (Every::Month, "2026-02-01", "2026-02 2026-02-01 2026-02-28"),
            (Every::HalfYear, "2026-06-30", "2026-H1 2026-01-01 2026-06-30"),
            (Every::HalfYear, "2026-07-01", "2026-H2 2026-07-01 2026-12-31"),
            (Every::Year, "2026-07-01", "2026 2026-01-01 2026-12-31"),
            (Every::TwoYears, "2026-07-01", "2025-2026 2025-01-01 2026-12-31"),
            (Every::TwoYears, "2018-12-31", "2017-2018 2017-01-01 2018-12-31"),
            (Every::FiveYears, "2028-12-31", "2024-2028 2024-01-01 2028-12-31"),
            (Every::FiveYears, "2029-01-01", "2029-2033 2029-01-01 2033-12-31"),
            (Every::Event, "2026-11-02", "2026-11-02 2026-11-02 2026-11-02"),
        ] {
            assert_eq!(named(every, day), said);
        }
    }

    /// Over forty years: every day is in exactly one period of each kind, and the next begins the day after.
    #[test]
    fn periods_follow_each_other_without_a_gap() {
        for every in [
            Every::Week,
            Every::Month,
            Every::HalfYear,
            Every::Year,
            Every::TwoYears,
            Every::FiveYears,
        ] {
            let mut period = holding(every, date(2019, 5, 24), 2019);
            let mut day = period.first;
            let mut names = std::collections::BTreeSet::new();
            while day.year() < 2060 {
                if day > period.last {
                    period = after(every, &period, 2019).unwrap();
                    assert_eq!(period.first, day);
                }
                assert!(holding(every, day, 2019) == period, "{day}");
                names.insert(period.name.clone());
                day = day.tomorrow().unwrap();
            }
            let many = match every {
                Every::Month => 488,
                Every::HalfYear => 82,
                Every::Year => 41,
                Every::TwoYears => 21,
                Every::FiveYears => 9,
                _ => names.len(),
            };
            assert_eq!(names.len(), many);
        }
        assert!(after(Every::Event, &holding(Every::Event, date(2026, 1, 1), 2019), 2019).is_none());
    }

    #[test]
    fn what_is_due_months_after_a_day_is_due_on_the_same_day_or_the_last_of_a_shorter_month() {
        let regime = crate::regime::Regime::jcic_2024().unwrap();
        let due = |id: &str, last: &str| {
            let rule = regime.duties.iter().find(|rule| rule.id == id).unwrap();
            due_day(rule, last.parse().unwrap()).to_string()
        };
        assert_eq!(due("member_deletion", "2026-01-31"), "2026-02-28");
        assert_eq!(due("member_deletion", "2028-01-31"), "2028-02-29");
        assert_eq!(due("member_deletion", "2026-12-15"), "2027-01-15");
        assert_eq!(due("monthly_sample", "2026-02-28"), "2026-03-10");
        assert_eq!(due("monthly_sample", "2028-02-29"), "2028-03-10");
        assert_eq!(due("weekly_sheet", "2026-12-27"), "2027-01-03");
        assert_eq!(due("account_review", "2026-06-30"), "2026-06-30");
        assert_eq!(due("staff_change_notice", "2028-02-25"), "2028-03-03");
    }
}
