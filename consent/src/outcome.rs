//! What became of the credit application, and how long its consent must be kept. *Pure.*

use jiff::ToSpan;
use jiff::civil::Date;

use crate::error::ConsentError;

/// What became of the application the consent was given for (D16, 四(二)3(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Credit was granted.
    Granted {
        /// The day the credit ends.
        credit_end: Date,
    },
    /// Credit was refused.
    Refused {
        /// The day of the refusal.
        on: Date,
    },
    /// The subject withdrew. The period runs from that day as it does from a refusal: nothing was granted, and the
    /// evidence of what was asked before stays (D15).
    Withdrawn {
        /// The day of the withdrawal.
        on: Date,
    },
}

/// Until when a consent is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// To the end of this day in Taipei; it is due for deletion from the next day on.
    Until(Date),
    /// The outcome is not known; it is kept and reported as open.
    Open,
}

impl Outcome {
    /// Reads the columns `outcome` and `date` of an outcome file.
    ///
    /// # Errors
    /// `OutcomeCell` naming the column that is not of its kind.
    pub fn parse(outcome: &str, date: &str) -> Result<Outcome, ConsentError> {
        let shaped = date.len() == 10;
        let on: Date = date
            .parse()
            .ok()
            .filter(|_| shaped)
            .ok_or(ConsentError::OutcomeCell { column: "date" })?;
        match outcome {
            GRANTED => Ok(Outcome::Granted { credit_end: on }),
            REFUSED => Ok(Outcome::Refused { on }),
            WITHDRAWN => Ok(Outcome::Withdrawn { on }),
            _ => Err(ConsentError::OutcomeCell { column: "outcome" }),
        }
    }

    /// The word files and the store carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Granted { .. } => GRANTED,
            Outcome::Refused { .. } => REFUSED,
            Outcome::Withdrawn { .. } => WITHDRAWN,
        }
    }

    /// The day the period of keeping runs from.
    pub const fn day(self) -> Date {
        match self {
            Outcome::Granted { credit_end } => credit_end,
            Outcome::Refused { on } | Outcome::Withdrawn { on } => on,
        }
    }
}

/// How long the consent is kept: `years` from the outcome's day (the regime's value, 5 under `jcic-2024`), or to the
/// member's own day when that is later; a member may lengthen, never shorten (D16). A period from 29 February ends
/// with 28 February when its last year has no 29th (Civil Code art. 121).
pub fn retain_until(outcome: Option<Outcome>, years: i16, member_longer: Option<Date>) -> Retention {
    let Some(outcome) = outcome else {
        return Retention::Open;
    };
    let end = outcome
        .day()
        .checked_add(years.max(0).years())
        .unwrap_or(Date::MAX);
    Retention::Until(member_longer.map_or(end, |longer| longer.max(end)))
}

impl Retention {
    /// Whether the consent may be deleted on this day in Taipei.
    pub fn due_on(self, day: Date) -> bool {
        match self {
            Retention::Until(end) => end < day,
            Retention::Open => false,
        }
    }
}

const GRANTED: &str = "granted";
const REFUSED: &str = "refused";
const WITHDRAWN: &str = "withdrawn";

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_consent_is_kept_from_its_outcome_on() {
        let check = |outcome, longer, expected| assert_eq!(retain_until(outcome, 5, longer), expected);
        let granted = |credit_end| Some(Outcome::Granted { credit_end });
        let refused = |on| Some(Outcome::Refused { on });
        check(None, None, Retention::Open);
        check(None, Some(date(2099, 1, 1)), Retention::Open);
        check(
            granted(date(2046, 3, 31)),
            None,
            Retention::Until(date(2051, 3, 31)),
        );
        check(
            refused(date(2026, 11, 2)),
            None,
            Retention::Until(date(2031, 11, 2)),
        );
        check(
            Some(Outcome::Withdrawn {
                on: date(2026, 11, 2),
            }),
            None,
            Retention::Until(date(2031, 11, 2)),
        );
        check(
            refused(date(2024, 2, 29)),
            None,
            Retention::Until(date(2029, 2, 28)),
        );
        check(
            refused(date(2026, 11, 2)),
            Some(date(2033, 1, 1)),
            Retention::Until(date(2033, 1, 1)),
        );
        check(
            refused(date(2026, 11, 2)),
            Some(date(2027, 1, 1)),
            Retention::Until(date(2031, 11, 2)),
        );
        assert_eq!(
            retain_until(refused(date(2024, 2, 29)), 4, None),
            Retention::Until(date(2028, 2, 29))
        );
        assert_eq!(
            retain_until(refused(date(9999, 1, 1)), 5, None),
            Retention::Until(Date::MAX)
        );
    }

    #[test]
    fn it_is_due_on_the_day_after_its_last() {
        let until = Retention::Until(date(2031, 11, 2));
        assert!(!until.due_on(date(2031, 11, 2)));
        assert!(until.due_on(date(2031, 11, 3)));
        assert!(!Retention::Open.due_on(Date::MAX));
    }

    #[test]
    fn an_outcome_is_read_from_its_two_cells() {
        let wrong = |column| Err(ConsentError::OutcomeCell { column });
        assert_eq!(
            Outcome::parse("refused", "2026-11-02"),
            Ok(Outcome::Refused {
                on: date(2026, 11, 2)
            })
        );
        assert_eq!(Outcome::parse("Refused", "2026-11-02"), wrong("outcome"));
        assert_eq!(Outcome::parse("granted", "2026-11-31"), wrong("date"));
        assert_eq!(Outcome::parse("granted", "20261102"), wrong("date"));
        assert_eq!(Outcome::parse("granted", ""), wrong("date"));
        for word in [GRANTED, REFUSED, WITHDRAWN] {
            assert_eq!(Outcome::parse(word, "2026-11-02").unwrap().as_str(), word);
        }
    }
}
