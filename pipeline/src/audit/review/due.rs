//! When a finding is due: so many days after its own, and on the next working day where the report on it moves. *SQL.*

use jiff::{ToSpan, civil::Date};
use sqlx::AnyConnection;

use crate::{
    app::House,
    duty::{calendar::Calendar, facts},
    error::Result,
    regime::control::RaisedBy,
};

/// The rules and working days as they are known.
pub(super) struct Due {
    within_days: i64,
    /// None, where the duty to report on a finding does not move.
    calendar: Option<Calendar>,
}

impl Due {
    /// Reads them.
    ///
    /// # Errors
    /// `DB-*`.
    pub(super) async fn rules(house: &House, conn: &mut AnyConnection) -> Result<Self> {
        let mut duties = house.regime.duties.iter();
        let moves = duties.any(|duty| duty.raised_by == Some(RaisedBy::Finding) && duty.moves);
        Ok(Self {
            // Where nothing is reviewed there are no findings.
            within_days: (house.regime.review.as_ref()).map_or(0, |rules| rules.report_within_days.value),
            calendar: match moves {
                true => Some(facts::calendar(conn).await?),
                false => None,
            },
        })
    }

    /// The last day in time of a finding that was made on `day`, which is not counted itself (民法120).
    pub(super) fn after(&self, day: Date) -> Date {
        self.moved(day.checked_add(self.within_days.days()).unwrap_or(Date::MAX))
    }

    /// `day`, or the working day after it.
    pub(super) fn moved(&self, day: Date) -> Date {
        let calendar = self.calendar.as_ref();
        calendar.map_or(day, |calendar| calendar.moved(day).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_due_after_its_days_and_not_on_a_rest_day() {
        let check = |calendar: Option<Calendar>, day: &str, due: &str| {
            let rules = Due {
                within_days: 10,
                calendar,
            };
            assert_eq!(rules.after(day.parse().unwrap()).to_string(), due, "{day}");
        };
        let offices = || Some(Calendar::new([]));
        check(offices(), "2026-12-01", "2026-12-11");
        // A Saturday: the Monday after it.
        check(offices(), "2026-12-02", "2026-12-14");
        check(None, "2026-12-02", "2026-12-12");
        // A typhoon on that Monday.
        let local = Calendar::new([("2026-12-14".parse().unwrap(), false)]);
        check(Some(local), "2026-12-02", "2026-12-15");
        check(offices(), "2029-12-01", "2029-12-11");
    }
}
