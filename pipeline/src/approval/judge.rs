//! What may become of an approval at an instant: how it stands, and why it does not serve. *Pure.*

use jiff::Timestamp;
use serde::Serialize;

use super::store::Approval;
use crate::error::Error;

/// How an approval stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(Debug))]
pub enum Standing {
    /// Applied for; nobody has decided.
    Open,
    /// Given, and not used yet.
    Given,
    /// Refused.
    Refused,
    /// Used, which it is once.
    Used,
    /// Its time was over before it was given and used.
    Expired,
}

/// Why an approval does not serve.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub enum Fault {
    /// There is none of that number for such an act.
    Unknown,
    /// The regime does not say who may approve such an act, and nobody does it without.
    Unruled,
    /// Nobody has given it yet.
    Open,
    /// It was refused.
    Refused,
    /// It was used already.
    Used,
    /// Its time is over.
    Expired,
    /// It is for something else, if only by a word.
    Changed,
    /// It is decided already.
    Decided,
    /// Whoever decides is who applied, or whose own matter it is, under whatever account.
    Own,
    /// Whoever applies has no right to today.
    Applicant,
    /// Whoever approves has no right to today.
    Approver,
    /// Whoever gave it has no right to today, so it serves no more.
    Giver,
}

/// How `approval` stands at `now`.
pub fn standing(approval: &Approval, now: Timestamp) -> Standing {
    if approval.used_at.is_some() {
        Standing::Used
    } else if approval.verdict == REFUSED {
        Standing::Refused
    } else if now >= approval.expires_at {
        Standing::Expired
    } else if approval.verdict == GIVEN {
        Standing::Given
    } else {
        Standing::Open
    }
}

/// Whether `approval` lets that be done at `now` whose hash is `digest`.
///
/// # Errors
/// Why not.
pub fn use_up(approval: &Approval, digest: [u8; 32], now: Timestamp) -> Result<(), Fault> {
    match standing(approval, now) {
        Standing::Used => Err(Fault::Used),
        Standing::Refused => Err(Fault::Refused),
        _ if approval.digest != digest => Err(Fault::Changed),
        Standing::Expired => Err(Fault::Expired),
        Standing::Open => Err(Fault::Open),
        Standing::Given => Ok(()),
    }
}

/// Whether `approval` still waits for a decision at `now`, whoever makes it.
///
/// # Errors
/// Why not.
pub fn waits(approval: &Approval, now: Timestamp) -> Result<(), Fault> {
    match standing(approval, now) {
        Standing::Expired => Err(Fault::Expired),
        Standing::Open => Ok(()),
        Standing::Used => Err(Fault::Used),
        Standing::Given | Standing::Refused => Err(Fault::Decided),
    }
}

/// Whether `person` (`place/person`) may decide on `approval` at `now`: it is open, and not their own.
///
/// # Errors
/// Why not.
pub fn decide(approval: &Approval, person: &str, now: Timestamp) -> Result<(), Fault> {
    waits(approval, now)?;
    match [&approval.applied_person, &approval.about].contains(&&person.to_owned()) {
        true => Err(Fault::Own),
        false => Ok(()),
    }
}

/// Whether the two persons (`place/person`) who would now be behind a given `approval` are those who applied for it and gave
/// it: an account may be somebody else's by now, or both may be one person's.
///
/// # Errors
/// Why not.
pub fn same_hands(approval: &Approval, applicant: &str, approver: &str) -> Result<(), Fault> {
    if applicant != approval.applied_person {
        return Err(Fault::Applicant);
    }
    if approver != approval.decided_person {
        return Err(Fault::Giver);
    }
    two(applicant, approver)
}

/// Whether whoever approves is another person than who applies.
///
/// # Errors
/// [`Fault::Approver`].
pub fn two(applicant: &str, approver: &str) -> Result<(), Fault> {
    match applicant == approver {
        true => Err(Fault::Approver),
        false => Ok(()),
    }
}

impl Standing {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Given => "given",
            Self::Refused => "refused",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }
}

impl Fault {
    /// The refusal of a command.
    pub fn error(self) -> Error {
        let input = |code, sentence: &str, remedy| Error::Input {
            code,
            sentence: sentence.into(),
            remedy,
        };
        let denied = |code, sentence: &str, remedy| Error::Denied {
            code,
            sentence: sentence.into(),
            remedy,
        };
        match self {
            Self::Unknown => input(
                "APPROVAL-UNKNOWN",
                "there is no approval of that number for such an act",
                "see `mayfly approval list --all` for the numbers; the command without --approval applies for one",
            ),
            Self::Unruled => denied(
                "APPROVAL-UNRULED",
                "the regime names nobody who approves such an act, so nobody does it",
                "enter it under [[second_person]] of the regime file, with who may and its clause",
            ),
            Self::Open => Error::Operator {
                code: "APPROVAL-OPEN",
                sentence: "nobody has given this approval yet, so nothing was done".into(),
                remedy: "let another person look at it (`mayfly approval show`) and give it (`mayfly approval give`)",
            },
            Self::Refused => denied(
                "APPROVAL-REFUSED",
                "this approval was refused, so nothing was done",
                "talk to whoever refused it; the command without --approval applies for another one",
            ),
            Self::Used => denied(
                "APPROVAL-USED",
                "this approval was used already: it serves once",
                "if it is to be done again, the command without --approval applies for another one",
            ),
            Self::Expired => denied(
                "APPROVAL-EXPIRED",
                "the time of this approval is over, so nothing was done",
                "the command without --approval applies for another one",
            ),
            Self::Changed => denied(
                "APPROVAL-CHANGED",
                "what is to be done is not what was applied for, to the last word: the approval is void for it",
                "say it exactly as it was applied for (`mayfly approval show`), or without --approval to apply for what it is now",
            ),
            Self::Decided => input(
                "APPROVAL-DECIDED",
                "this approval is given or refused already; nothing was changed",
                "see `mayfly approval show` for who decided and when",
            ),
            Self::Own => denied(
                "APPROVAL-SELF",
                "nobody decides on what they applied for themselves, or what is about them, under whatever account",
                "let another person decide",
            ),
            Self::Applicant => denied(
                "APPROVAL-HANDS",
                "whoever wants this done (--as) is no person of the authorisation table who may, today",
                "name with --as a person who has the right today, `mayfly people table` shows them; the first ones come with `mayfly staff import`",
            ),
            Self::Approver => denied(
                "APPROVAL-HANDS",
                "whoever decides is no person of the authorisation table who may, today",
                "let a person decide who has the right today, `mayfly people table` shows them, of another place as PLACE/ACCOUNT",
            ),
            Self::Giver => denied(
                "APPROVAL-HANDS",
                "whoever gave this approval is no person of the authorisation table who may, today, so it serves no more",
                "apply anew: the command without --approval does, and a person who has the right today decides",
            ),
        }
    }
}

/// The verdict of an approval that was given.
pub const GIVEN: &str = "given";
/// The verdict of an approval that was refused.
pub const REFUSED: &str = "refused";

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
