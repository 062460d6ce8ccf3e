//! Grants to use answers: to whom, of whose cases, from when to when (六(二)2, D25). *Pure.*

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Of which answers of a member a grant is. What is not named is not narrowed.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Scope {
    /// Institution code.
    pub member: String,
    /// Only those of this batch.
    pub batch: Option<String>,
    /// Only those of this querier's cases.
    pub cases_of: Option<String>,
}

/// A grant.
pub struct Grant {
    /// Its number.
    pub number: i64,
    /// Whose it is: an account of the member.
    pub account: String,
    /// Of which answers.
    pub scope: Scope,
    /// From when on.
    pub from: Timestamp,
    /// Until when: then it covers nothing any more.
    pub until: Timestamp,
    /// What for.
    pub reason: String,
    /// Who approved it.
    pub approved_by: String,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// Its journal entry.
    pub entry: i64,
}

/// What is wrong with a period of use.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum PeriodFault {
    /// It ends before it begins, or before now.
    Past,
    /// It is longer than the regime allows.
    Long,
}

impl Grant {
    /// Whether it covers, at `now`, what `querier` asked in `batch`.
    pub fn covers(&self, batch: &str, querier: &str, now: Timestamp) -> bool {
        let scope = &self.scope;
        self.is_of(batch, now) && scope.cases_of.as_deref().is_none_or(|only| only == querier)
    }

    /// Whether it covers anything of `batch` at `now`.
    pub fn is_of(&self, batch: &str, now: Timestamp) -> bool {
        let in_period = now >= self.from && now < self.until;
        in_period && self.scope.batch.as_deref().is_none_or(|only| only == batch)
    }
}

/// Whether a use from `from` to `until` may be approved at `now`, where the longest is `longest`.
///
/// # Errors
/// Why not.
pub fn check_period(
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
    longest: SignedDuration,
) -> Result<(), PeriodFault> {
    if until <= from || until <= now {
        return Err(PeriodFault::Past);
    }
    if until.duration_since(from) > longest {
        return Err(PeriodFault::Long);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(3_600 * hours).unwrap()
    }

    #[test]
    fn a_grant_covers_its_scope_in_its_period_and_nothing_else() {
        let check = |batch: Option<&str>, cases_of: Option<&str>, hour, expected| {
            let grant = Grant {
                number: 1,
                account: "lin.ch".into(),
                scope: Scope {
                    member: "004".into(),
                    batch: batch.map(str::to_owned),
                    cases_of: cases_of.map(str::to_owned),
                },
                from: at(10),
                until: at(12),
                reason: String::new(),
                approved_by: String::new(),
                granted_at: at(9),
                entry: 0,
            };
            assert_eq!(
                grant.covers("004-1151102-01", "chen.yl", at(hour)),
                expected,
                "{batch:?} {cases_of:?} {hour}"
            );
        };
        let (this, other) = (Some("004-1151102-01"), Some("004-1151102-02"));
        check(None, None, 9, false);
        check(None, None, 10, true);
        check(None, None, 11, true);
        check(None, None, 12, false);
        check(this, None, 11, true);
        check(other, None, 11, false);
        check(this, Some("chen.yl"), 11, true);
        check(this, Some("huang.sm"), 11, false);
        check(None, Some("chen.yl"), 11, true);
        check(other, Some("chen.yl"), 11, false);
    }

    #[test]
    fn a_period_of_use_is_ahead_and_no_longer_than_the_regime_allows() {
        let longest = SignedDuration::from_hours(72);
        let check = |from, until, now, expected| {
            assert_eq!(
                check_period((at(from), at(until)), at(now), longest),
                expected,
                "{from} {until} {now}"
            );
        };
        check(10, 82, 10, Ok(()));
        check(10, 83, 10, Err(PeriodFault::Long));
        check(10, 10, 9, Err(PeriodFault::Past));
        check(10, 9, 8, Err(PeriodFault::Past));
        check(10, 20, 20, Err(PeriodFault::Past));
        check(10, 20, 19, Ok(()));
        check(100, 120, 19, Ok(()));
    }
}
