//! What an authorisation must not do: overlap, reach back, change hands, or join what one person never has together. *Pure.*

use jiff::{ToSpan, civil::Date};

use super::{OPERATOR, SCHEDULE, authorisation::Authorisation};
use crate::{
    error::Error,
    regime::{
        Regime,
        people::{Handover, Right, Within},
    },
};

/// A rule of the 授權表 that an authorisation breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// It overlaps another authorisation of the account.
    Overlap,
    /// It begins before the day on which it is entered.
    Backdated,
    /// It is to be ended from a day on that is past when that is entered.
    EndedBack,
    /// The account is another person's, or was.
    HandedOver,
    /// Its account or its person has a name that is another's at the place.
    Namesake,
    /// Its account has a name that stands for what is no account.
    Reserved,
    /// The person has another account at that time.
    SecondAccount,
    /// The person would hold at one time what has to be in two hands.
    Together,
    /// Its approver is its own holder.
    OwnApproval,
    /// A role that needs a level has none.
    Level,
    /// The member has registered its units, and this is none of them.
    Unit,
}

/// What is known when an authorisation is to begin.
pub struct Known<'k> {
    /// Every authorisation of the account, and of its person.
    pub lines: &'k [Authorisation],
    /// Who holds or held the account, as far back as there are books.
    pub holder: Option<&'k str>,
    /// Whether the account, or the person, has a name that means somebody else at the place.
    pub is_namesake: bool,
}

impl Breach {
    /// The first rule that `line` breaks by beginning, where `known` is in the register.
    pub fn of_beginning(line: &Authorisation, known: &Known<'_>, regime: &Regime) -> Option<Self> {
        let rules = &regime.people;
        let of_account = || known.lines.iter().filter(|other| other.account == line.account);
        if known.holder.is_some_and(|holder| holder != line.person)
            && (rules.handover.value == Handover::Never || of_account().any(|other| other.overlaps(line)))
        {
            return Some(Self::HandedOver);
        }
        if known.is_namesake {
            return Some(Self::Namesake);
        }
        if [OPERATOR, SCHEDULE]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&line.account))
        {
            return Some(Self::Reserved);
        }
        if of_account().any(|other| other.overlaps(line)) {
            return Some(Self::Overlap);
        }
        if line.approved_by == line.account {
            return Some(Self::OwnApproval);
        }
        let of_person = known.lines.iter().filter(|other| other.person == line.person);
        let mut beside = of_person.filter(|other| other.overlaps(line)).chain([line]);
        let together = |one: &Authorisation, other: &Authorisation| {
            let apart = regime.apart.iter().filter(|apart| apart.within == Within::Time);
            apart
                .flat_map(|apart| pairs(&apart.rights))
                .any(|(left, right)| one.permits(regime, left) && other.permits(regime, right))
        };
        beside
            .any(|other| together(line, other))
            .then_some(Self::Together)
    }

    /// Whether `line` would give its person more accounts at one time than the regime allows.
    pub fn of_accounts(line: &Authorisation, known: &Known<'_>, regime: &Regime) -> Option<Self> {
        let of_person = known.lines.iter().filter(|other| other.person == line.person);
        let mut beside: Vec<&str> = of_person
            .filter(|other| other.overlaps(line) && other.account != line.account)
            .map(|other| other.account.as_str())
            .collect();
        beside.sort_unstable();
        beside.dedup();
        (beside.len() >= regime.people.accounts_at_once.value).then_some(Self::SecondAccount)
    }

    /// Whether what is to hold from `day` on reaches back before `today` by more than the regime allows.
    pub fn of_day(day: Date, today: Date, regime: &Regime) -> Option<Self> {
        let earliest = today.checked_sub(regime.people.backdate_days.value.days());
        (day < earliest.unwrap_or(Date::MIN)).then_some(Self::Backdated)
    }

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Overlap => "PEOPLE-OVERLAP",
            Self::Backdated | Self::EndedBack => "PEOPLE-BACKDATED",
            Self::HandedOver => "PEOPLE-HANDED-OVER",
            Self::Namesake => "PEOPLE-NAMESAKE",
            Self::Reserved => "PEOPLE-RESERVED",
            Self::SecondAccount => "PEOPLE-SECOND-ACCOUNT",
            Self::Together => "PEOPLE-TOGETHER",
            Self::OwnApproval => "PEOPLE-SELF",
            Self::Level => "PEOPLE-LEVEL",
            Self::Unit => "PEOPLE-UNIT",
        }
    }

    /// What is wrong, as a clause that goes on from what is refused.
    pub fn what(self) -> &'static str {
        match self {
            Self::Overlap => "it overlaps another authorisation of the account",
            Self::Backdated => {
                "it would hold from a day that is past on, for an account or a place that is known already (五(一)2, 9)"
            }
            Self::EndedBack => "it would be ended from a day that is past on (五(一)2, 9)",
            Self::HandedOver => {
                "the account is another person's or was: it never goes on to somebody else (五(一)6, 10)"
            }
            Self::Namesake => {
                "its account has a person's name, or its person an account's, that is somebody else's there (五(一)6)"
            }
            Self::Reserved => {
                "an account of this name would pass for the bureau's terminal or the schedule, to which acts are attributed that nobody is named for (五(一)6)"
            }
            Self::SecondAccount => "the person has another account at that time (五(一)6)",
            Self::Together => "the person would hold at one time what has to be in two hands (五(一)8)",
            Self::OwnApproval => "its approver is the account's own holder (五(一)2, 3)",
            Self::Level => "its role needs a level of approval (四(二)3(6))",
            Self::Unit => "its unit is none of those that the member has registered (五(一)1)",
        }
    }

    /// What to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Overlap => "end the other one first (`mayfly people end`), or begin on the day it ends",
            Self::Backdated | Self::EndedBack => {
                "name today or a later day; what happened before is told in the reason"
            }
            Self::HandedOver => {
                "give the new person an account of their own, with a name that nobody has had"
            }
            Self::Namesake => {
                "name the person as their other accounts do (`mayfly people table`), or choose a name that nobody there has"
            }
            Self::Reserved => "give the account another name, such as the person's own",
            Self::SecondAccount => {
                "end the other account first, or give the role to the account the person has"
            }
            Self::Together => "give one of the two to another person",
            Self::OwnApproval => "let another person approve it",
            Self::Level => "name the level (--level)",
            Self::Unit => {
                "name one of the units of `mayfly register list --kind unit`, or register this one first"
            }
        }
    }

    /// The refusal of a command.
    pub fn error(self) -> Error {
        let (code, sentence, remedy) = (self.code(), self.sentence(), self.remedy());
        if self == Self::OwnApproval {
            Error::Denied {
                code,
                sentence,
                remedy,
            }
        } else {
            Error::Input {
                code,
                sentence,
                remedy,
            }
        }
    }

    fn sentence(self) -> String {
        format!("the authorisation is refused: {}", self.what())
    }
}

/// Each right with each other one.
fn pairs(rights: &[Right]) -> impl Iterator<Item = (Right, Right)> {
    let each = rights
        .iter()
        .flat_map(|left| rights.iter().map(move |right| (*left, *right)));
    each.filter(|(left, right)| left != right)
}

#[cfg(test)]
#[path = "breach_tests.rs"]
mod tests;
