//! What a pack is asked for: days that have come, of years that are kept, of one member or of all. *Pure.*

use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    error::{Error, Result},
    sheet::Week,
};

/// Which days, and whose.
#[derive(Clone)]
pub struct Asked {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Only this member's; `None`: everybody's, the bureau's too.
    pub member: Option<String>,
}

impl Asked {
    /// Refuses days that are not in order, not over or begun by `today`, or before the `years` that registers are kept.
    ///
    /// # Errors
    /// `EVIDENCE-RANGE`.
    pub fn check(&self, today: Date, years: i16) -> Result<()> {
        let earliest = today.checked_sub(years.years()).unwrap_or(Date::MIN);
        let why = match () {
            () if self.from > self.to => "the first day is after the last".to_owned(),
            () if self.to > today => "the last day has not come yet".to_owned(),
            () if self.from < earliest => {
                format!("the first day is before {earliest}, from which on registers are kept")
            }
            () => return Ok(()),
        };
        Err(Error::Input {
            code: "EVIDENCE-RANGE",
            sentence: why,
            remedy: "name days that have come, the earlier one first, of the years that are kept",
        })
    }

    /// Whether a period from `first` to `last` has a day of these.
    pub fn meets(&self, first: Date, last: Date) -> bool {
        first <= self.to && self.from <= last
    }

    /// Whether something of `member` is asked for.
    pub fn is_of(&self, member: &str) -> bool {
        self.member.as_deref().is_none_or(|asked| asked == member)
    }

    /// Whether the sheets of `member` and `week` have to be in a pack that is made at `made_at`: it has a day of those asked for, and
    /// the hour of the Monday after it has struck at which its sheets are made.
    pub fn has_week(&self, (member, week): (&str, Week), made_at: Timestamp, make_hour: i8) -> bool {
        self.is_of(member)
            && self.meets(week.first_day(), week.last_day())
            && week.is_closed(made_at, make_hour)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_in_order_have_come_and_are_kept() {
        let today = date(2026, 12, 1);
        let check = |from: Date, to: Date| {
            let asked = Asked {
                from,
                to,
                member: None,
            };
            asked.check(today, 5).map_err(|error| error.to_string())
        };
        assert!(check(date(2021, 12, 1), today).is_ok());
        assert!(check(today, today).is_ok());
        assert!(
            check(today, date(2026, 11, 30))
                .unwrap_err()
                .contains("after the last")
        );
        assert!(
            check(today, date(2026, 12, 2))
                .unwrap_err()
                .contains("has not come")
        );
        assert!(
            check(date(2021, 11, 30), today)
                .unwrap_err()
                .contains("before 2021-12-01")
        );
    }

    #[test]
    fn a_period_meets_if_it_shares_a_day() {
        let asked = Asked {
            from: date(2026, 11, 8),
            to: date(2026, 11, 9),
            member: Some("004".into()),
        };
        assert!(asked.meets(date(2026, 11, 2), date(2026, 11, 8)));
        assert!(asked.meets(date(2026, 11, 9), date(2026, 11, 15)));
        assert!(!asked.meets(date(2026, 11, 10), date(2026, 11, 15)));
        assert!(!asked.meets(date(2026, 11, 1), date(2026, 11, 7)));
        assert!(asked.is_of("004") && !asked.is_of("012"));
    }
}
