//! Decides which cohorts have to go, from their names and the time alone. *Pure.*

use jiff::Timestamp;

use crate::class::{Cohort, Window};

/// A cohort whose time is over; only [`plan`] and [`crate::ending::months`] make one, and destroying it uses it up.
///
/// ```compile_fail,E0451
/// // A cohort cannot be declared due by hand.
/// # let cohort = mayfly_retention::Cohort::parse("answer-2026110202").unwrap();
/// let due = mayfly_retention::plan::Due { cohort };
/// ```
#[derive(PartialEq, Eq)]
pub struct Due {
    cohort: Cohort,
}

impl Due {
    /// Which cohort.
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// A month that [`crate::ending::months`] found to be over.
    pub(crate) fn of_month(cohort: Cohort) -> Self {
        Self { cohort }
    }
}

/// The cohorts of hours among `held` whose last answer has left its window at `now`, oldest first (D3). Neither a
/// status nor a column of a database has a say in it.
pub fn plan(held: impl IntoIterator<Item = Cohort>, now: Timestamp, window: Window) -> Vec<Due> {
    let mut cohorts: Vec<Cohort> = held
        .into_iter()
        .filter(|cohort| cohort.class().is_hours() && now >= cohort.due_at(window))
        .collect();
    cohorts.sort_unstable_by_key(|cohort| (cohort.start(), *cohort));
    cohorts.dedup();
    cohorts.into_iter().map(|cohort| Due { cohort }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::class::{Class, from_micros, micros};

    fn window() -> Window {
        Window::try_new(72, 96).unwrap()
    }

    proptest! {
        /// Whatever the instant of an answer: it is never due while it may be read, and due an hour later at the latest.
        #[test]
        fn never_early_and_never_late(at in 1_700_000_000_000_000i64..2_000_000_000_000_000, late in 0i64..400_000_000_000) {
            let obtained_at = from_micros(at).unwrap();
            let now = from_micros(at + late).unwrap();
            let cohort = Cohort::of(Class::Answer, obtained_at);
            let due = plan([cohort], now, window()).len() == 1;
            let age_hours = (micros(now) - at) as f64 / 3.6e9;
            prop_assert!(!due || age_hours >= 72.0);
            prop_assert!(due || age_hours < 73.0);
        }
    }

    #[test]
    fn classes_of_months_are_never_due_here_and_the_oldest_goes_first() {
        let names = [
            "answer-2026110203",
            "intake-2026110202",
            "query-202611",
            "answer-2026110203",
        ];
        let held = names.map(|name| Cohort::parse(name).unwrap());
        let due = plan(held, "2027-01-01T00:00:00Z".parse().unwrap(), window());
        let names: Vec<String> = due.iter().map(|due| due.cohort().name()).collect();
        assert_eq!(names, ["intake-2026110202", "answer-2026110203"]);
    }
}
