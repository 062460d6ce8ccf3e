//! Decides which cohorts have to go, from their names and the time alone. *Pure.*

use jiff::{SignedDuration, Timestamp};

use crate::class::{Cohort, Window};

/// A cohort whose time is over; only [`plan`] and [`crate::ending::months`] make one, and destroying it uses it up.
///
/// ```compile_fail,E0451
/// // A cohort cannot be declared due by hand.
/// # let cohort = mayfly_retention::Cohort::parse("answer-2026110202").unwrap();
/// let due = mayfly_retention::plan::Due { cohort, why: mayfly_retention::plan::Why::Over };
/// ```
#[derive(PartialEq, Eq)]
pub struct Due {
    cohort: Cohort,
    why: Why,
}

/// Why a cohort has to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Its last answer has left the window (D3).
    Over,
    /// Nobody knows what time it is for too long, or the cohort's hour is still to come, so that the clock was ahead when it
    /// was sealed: late is a breach, early only an incident (D4).
    TimeLost,
}

impl Why {
    /// As evidence and certificates say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::TimeLost => "time-lost",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Over, Self::TimeLost]
            .into_iter()
            .find(|why| why.name() == name)
    }
}

impl Due {
    /// Which cohort.
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// Why it has to go.
    pub fn why(&self) -> Why {
        self.why
    }

    /// A month that [`crate::ending::months`] found to be over.
    pub(crate) fn of_month(cohort: Cohort) -> Self {
        Self {
            cohort,
            why: Why::Over,
        }
    }
}

/// The cohorts of hours among `held` whose last answer has left its window at `now`, oldest first (D3), and those whose hour is
/// still to come: nobody could tell how old what they hold is. With `all_due`, every one of them (D4:
/// [`Trust::Lost`](crate::time::Trust::Lost) for too long). Neither a status nor a column of a
/// database has a say in it.
pub fn plan(
    held: impl IntoIterator<Item = Cohort>,
    now: Timestamp,
    window: Window,
    all_due: bool,
) -> Vec<Due> {
    let mut cohorts: Vec<Cohort> = held
        .into_iter()
        .filter(|cohort| cohort.class().is_hours() && is_due(*cohort, now, window, all_due))
        .collect();
    cohorts.sort_unstable_by_key(|cohort| (cohort.start(), *cohort));
    cohorts.dedup();
    let due = |cohort: Cohort| Due {
        cohort,
        why: if now >= cohort.due_at(window) {
            Why::Over
        } else {
            Why::TimeLost
        },
    };
    cohorts.into_iter().map(due).collect()
}

/// Whether [`plan`] takes a cohort of hours.
pub fn is_due(cohort: Cohort, now: Timestamp, window: Window, all_due: bool) -> bool {
    all_due || now >= cohort.due_at(window) || is_ahead(cohort, now)
}

/// Whether the hour of a cohort begins further ahead than clocks that agree can be apart.
fn is_ahead(cohort: Cohort, now: Timestamp) -> bool {
    cohort.start().duration_since(now) > AHEAD
}

/// Far more than what trusted time is ever pulled, and no more than an answer may be late.
const AHEAD: SignedDuration = SignedDuration::from_hours(1);

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
            let due = plan([cohort], now, window(), false).len() == 1;
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
        let due = plan(held, "2027-01-01T00:00:00Z".parse().unwrap(), window(), false);
        let names: Vec<String> = due.iter().map(|due| due.cohort().name()).collect();
        assert_eq!(names, ["intake-2026110202", "answer-2026110203"]);
        assert!(due.iter().all(|due| due.why() == Why::Over));
    }

    /// Sealed while the clock was years ahead, and the clock has been set right since: by its own name it would stay for years.
    #[test]
    fn what_was_sealed_in_an_hour_to_come_is_due() {
        let held = ["answer-2036110203", "answer-2026110204", "answer-2026110203"];
        let held = held.map(|name| Cohort::parse(name).unwrap());
        let now = "2026-11-02T03:00:00Z".parse().unwrap();
        let due = plan(held, now, window(), false);
        let due: Vec<_> = due.iter().map(|due| (due.cohort().name(), due.why())).collect();
        assert_eq!(due, [("answer-2036110203".into(), Why::TimeLost)]);
    }

    #[test]
    fn without_time_all_of_hours_is_due_and_says_why() {
        let names = ["answer-2026110203", "answer-2026110602", "consent-202611"];
        let held = names.map(|name| Cohort::parse(name).unwrap());
        let now = "2026-11-06T03:00:00Z".parse().unwrap();
        assert_eq!(plan(held, now, window(), false).len(), 1);
        let due = plan(held, now, window(), true);
        let due: Vec<_> = due.iter().map(|due| (due.cohort().name(), due.why())).collect();
        assert_eq!(
            due,
            [(names[0].into(), Why::Over), (names[1].into(), Why::TimeLost)]
        );
    }
}
