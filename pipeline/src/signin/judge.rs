//! What becomes of an attempt to sign in, and of a session, at an instant: to the second. *Pure.*

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::regime::people::{PasswordRules, SessionRules};

/// What is known of an account's password.
#[derive(Clone)]
pub struct Known {
    /// When it was set, by its holder or, a first one, by somebody else.
    pub set_at: Timestamp,
    /// Whether somebody else made it.
    pub is_first: bool,
    /// Whether it was said to have leaked.
    pub is_void: bool,
    /// Failures since the last success.
    pub failures: u32,
    /// Since when it is locked.
    pub locked_at: Option<Timestamp>,
}

/// What becomes of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Verdict {
    /// They are in.
    Enters {
        /// Nothing can be done before the password is changed.
        must_change: bool,
    },
    /// They are not.
    Refused(Refused),
}

/// Why somebody is not let in. Outside nobody is told which; the journal is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(Debug))]
pub enum Refused {
    /// No such account, or it has no password, or is not authorised today, or is stopped.
    Unknown,
    /// It is locked.
    Locked,
    /// Its password was said to have leaked.
    Void,
    /// It is a first password that nobody used in time.
    Late,
    /// The password is another; so many failures there are now.
    Wrong(u32),
    /// The same, and it is locked with it.
    Locks(u32),
}

/// Judges an attempt at `now`. `may`: the account stands on the 授權表 today and is not stopped; `matches`: the password is its.
pub fn attempt(
    known: Option<&Known>,
    (may, matches): (bool, bool),
    rules: &PasswordRules,
    now: Timestamp,
) -> Verdict {
    let Some(known) = known.filter(|_| may) else {
        return Verdict::Refused(Refused::Unknown);
    };
    if known.locked_at.is_some() {
        return Verdict::Refused(Refused::Locked);
    }
    if !matches {
        let failures = known.failures.saturating_add(1);
        return Verdict::Refused(match failures >= rules.lock_after_failures.value {
            true => Refused::Locks(failures),
            false => Refused::Wrong(failures),
        });
    }
    if known.is_void {
        return Verdict::Refused(Refused::Void);
    }
    if known.is_first && now >= first_ends(known.set_at, rules) {
        return Verdict::Refused(Refused::Late);
    }
    Verdict::Enters {
        must_change: known.is_first || now >= ends(known.set_at, rules),
    }
}

/// From then on a password that was set at `set_at` has to be changed before anything else (五(一)4).
pub fn ends(set_at: Timestamp, rules: &PasswordRules) -> Timestamp {
    later(set_at, 24 * rules.valid_days.value * 60)
}

/// From then on a first password that was made at `set_at` lets nobody in.
pub fn first_ends(set_at: Timestamp, rules: &PasswordRules) -> Timestamp {
    later(set_at, rules.first_hours.value * 60)
}

/// When a session is over.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(Debug))]
pub enum Over {
    /// Nothing was done for too long (六(一)4).
    Idle,
    /// It has been going on for too long.
    Long,
    /// Its account is not authorised any more, or stopped.
    Unauthorised,
}

/// Whether a session that began at `began_at` and was last used at `seen_at` is over at `now`. `may`: as of [`attempt`].
pub fn over(
    (began_at, seen_at): (Timestamp, Timestamp),
    may: bool,
    rules: &SessionRules,
    now: Timestamp,
) -> Option<Over> {
    if !may {
        Some(Over::Unauthorised)
    } else if now >= later(began_at, rules.longest_hours.value * 60) {
        Some(Over::Long)
    } else if now >= later(seen_at, rules.idle_minutes.value) {
        Some(Over::Idle)
    } else {
        None
    }
}

fn later(from: Timestamp, minutes: i64) -> Timestamp {
    from.saturating_add(SignedDuration::from_mins(minutes))
        .unwrap_or(Timestamp::MAX)
}

impl Refused {
    /// How many failures there are now, if this was one.
    pub fn failures(self) -> Option<u32> {
        match self {
            Self::Wrong(failures) | Self::Locks(failures) => Some(failures),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regime::Regime;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn known() -> Known {
        Known {
            set_at: at("2026-08-01T02:00:00Z"),
            is_first: false,
            is_void: false,
            failures: 0,
            locked_at: None,
        }
    }

    #[track_caller]
    fn check(known: Option<&Known>, (may, matches): (bool, bool), now: &str, expected: Verdict) {
        let regime = Regime::jcic_2024().unwrap();
        assert_eq!(
            attempt(known, (may, matches), &regime.password, at(now)),
            expected
        );
    }

    const ENTERS: Verdict = Verdict::Enters { must_change: false };
    const CHANGES: Verdict = Verdict::Enters { must_change: true };

    #[test]
    fn after_90_days_to_the_second_a_password_has_to_be_changed() {
        check(Some(&known()), (true, true), "2026-10-30T01:59:59Z", ENTERS);
        check(Some(&known()), (true, true), "2026-10-30T02:00:00Z", CHANGES);
        check(Some(&known()), (true, true), "2027-10-30T02:00:00Z", CHANGES);
    }

    #[test]
    fn a_first_password_lets_in_to_change_it_and_only_for_its_hours() {
        let first = Known {
            is_first: true,
            ..known()
        };
        check(Some(&first), (true, true), "2026-08-01T02:00:00Z", CHANGES);
        check(Some(&first), (true, true), "2026-08-04T01:59:59Z", CHANGES);
        let late = Verdict::Refused(Refused::Late);
        check(Some(&first), (true, true), "2026-08-04T02:00:00Z", late);
    }

    #[test]
    fn the_fifth_failure_locks_and_nothing_but_another_person_opens() {
        let failed = |failures| Known { failures, ..known() };
        let now = "2026-08-02T02:00:00Z";
        for failures in 0..4 {
            let wrong = Verdict::Refused(Refused::Wrong(failures + 1));
            check(Some(&failed(failures)), (true, false), now, wrong);
            check(Some(&failed(failures)), (true, true), now, ENTERS);
        }
        check(
            Some(&failed(4)),
            (true, false),
            now,
            Verdict::Refused(Refused::Locks(5)),
        );
        let locked = Known {
            locked_at: Some(at(now)),
            ..failed(5)
        };
        for matches in [true, false] {
            for when in [now, "2030-01-01T00:00:00Z"] {
                check(
                    Some(&locked),
                    (true, matches),
                    when,
                    Verdict::Refused(Refused::Locked),
                );
            }
        }
    }

    #[test]
    fn whoever_may_not_is_not_let_in_whatever_they_know() {
        let now = "2026-08-02T02:00:00Z";
        let unknown = Verdict::Refused(Refused::Unknown);
        check(None, (true, false), now, unknown);
        check(Some(&known()), (false, true), now, unknown);
        check(Some(&known()), (false, false), now, unknown);
        let void = Known {
            is_void: true,
            ..known()
        };
        check(Some(&void), (true, true), now, Verdict::Refused(Refused::Void));
        // A void password is guessed at no more often than another.
        check(
            Some(&void),
            (true, false),
            now,
            Verdict::Refused(Refused::Wrong(1)),
        );
    }

    #[test]
    fn a_session_ends_after_its_idle_time_and_at_its_longest_to_the_second() {
        #[track_caller]
        fn check(began: &str, seen: &str, may: bool, now: &str, expected: Option<Over>) {
            let rules = Regime::jcic_2024().unwrap().session;
            assert_eq!(over((at(began), at(seen)), may, &rules, at(now)), expected);
        }
        let (began, seen) = ("2026-11-02T00:00:00Z", "2026-11-02T03:00:00Z");
        check(began, seen, true, "2026-11-02T03:14:59Z", None);
        check(began, seen, true, "2026-11-02T03:15:00Z", Some(Over::Idle));
        check(began, "2026-11-02T09:59:00Z", true, "2026-11-02T09:59:59Z", None);
        check(
            began,
            "2026-11-02T09:59:00Z",
            true,
            "2026-11-02T10:00:00Z",
            Some(Over::Long),
        );
        check(
            began,
            seen,
            false,
            "2026-11-02T03:00:00Z",
            Some(Over::Unauthorised),
        );
    }
}
