//! Who may sign, approve and look at sheets: rights of the day, by person and not by account. *Pure.*

use super::store::{Sheet, State};
use crate::{
    access::persons::Persons,
    error::Error,
    regime::{Regime, people::Right},
};

/// The people of a member on one day.
pub struct Desk<'d> {
    /// The rules.
    pub regime: &'d Regime,
    /// Who is there.
    pub persons: Persons,
}

impl Desk<'_> {
    /// Refuses `account` as the one who signs `sheet`, if it may not; tells whether it signs in the place of a querier who
    /// cannot: who has left or has the right no more, or is stopped.
    ///
    /// # Errors
    /// `SHEET-SIGNED`, `SHEET-PERSON`, `SHEET-RIGHT`.
    pub fn check_signer(&self, sheet: &Sheet, account: &str) -> Result<bool, Error> {
        if sheet.state() != State::Unsigned {
            return Err(signed());
        }
        let right = self.right(0);
        if self.persons.are_one(account, &sheet.querier) {
            return match self.may(account, right) {
                true => Ok(false),
                false => Err(to_sign()),
            };
        }
        let stands_in = self.regime.sheets()?.leaver_signed_by.value;
        if self.may(account, stands_in) && self.cannot_sign(&sheet.querier) {
            return Ok(true);
        }
        Err(denied(
            "SHEET-PERSON",
            "a sheet is signed by its querier, and by nobody else while the querier can",
            "let the querier sign it (--as); for one who has left, has not the right any more or is stopped, the unit head",
        ))
    }

    /// Refuses `account` as the one who approves `sheet`, if it may not.
    ///
    /// # Errors
    /// `SHEET-UNSIGNED`, `SHEET-SIGNED`, `SHEET-RIGHT`, `SHEET-PERSON`.
    pub fn check_approver(&self, sheet: &Sheet, account: &str) -> Result<(), Error> {
        let Some(signature) = &sheet.signed else {
            return Err(Error::Operator {
                code: "SHEET-UNSIGNED",
                sentence: "the sheet is not signed yet, and nobody approves what its querier has not signed"
                    .into(),
                remedy: "let the querier sign it first (`mayfly sheet sign`)",
            });
        };
        if sheet.approved.is_some() {
            return Err(approved());
        }
        if !self.may(account, self.right(1)) {
            return Err(to_approve());
        }
        if [&sheet.querier, &signature.by]
            .iter()
            .any(|other| self.persons.are_one(account, other))
        {
            return Err(denied(
                "SHEET-PERSON",
                "nobody approves a sheet of their own, or one they have signed",
                "let another person with the approve right do it (--as)",
            ));
        }
        Ok(())
    }

    /// Refuses `account` as one who sees the lines of `sheet`: its querier does, and who approves, reviews, signs off or audits
    /// at the member.
    ///
    /// # Errors
    /// `SHEET-RIGHT`.
    pub fn check_reader(&self, sheet: &Sheet, account: &str) -> Result<(), Error> {
        match self.sees(account, &sheet.querier) {
            true => Ok(()),
            false => Err(to_read()),
        }
    }

    /// Whether `account` sees the records of queries that `querier` made.
    pub fn sees(&self, account: &str, querier: &str) -> bool {
        let own = self.persons.are_one(account, querier) && self.may(account, Right::Query);
        own || self.sees_all(account)
    }

    /// Whether `account` sees the records of every querier: who approves, reviews, signs off or audits at the member.
    pub fn sees_all(&self, account: &str) -> bool {
        let over = [Right::Approve, Right::Review, Right::SignOff, Right::Audit];
        over.into_iter().any(|right| self.may(account, right))
    }

    /// The person's name on the 授權表, as of the last authorisation of `account`.
    pub fn name_of(&self, account: &str) -> &str {
        let of_account = self.persons.lines().iter().filter(|line| line.account == account);
        of_account
            .max_by_key(|line| line.from)
            .map_or("", |line| line.name.as_str())
    }

    fn right(&self, place: usize) -> Right {
        // A regime with another number of them is refused when it is read.
        let rules = self.regime.sheet.as_ref();
        let right = rules.and_then(|rules| rules.signed_by.value.get(place).copied());
        right.unwrap_or(Right::Approve)
    }

    fn may(&self, account: &str, right: Right) -> bool {
        self.persons.may(self.regime, account, right)
    }

    /// Whether nobody who ever held `account` could sign today, under any account.
    fn cannot_sign(&self, account: &str) -> bool {
        let right = self.right(0);
        let able = self.persons.all_able(|line| line.permits(self.regime, right));
        !able.into_iter().any(|other| self.persons.are_one(other, account))
    }
}

fn signed() -> Error {
    Error::Input {
        code: "SHEET-SIGNED",
        sentence: "the sheet has been signed already, and a signature is given once".into(),
        remedy: "see `mayfly sheet show MEMBER WEEK QUERIER` for who signed and approved it",
    }
}

fn approved() -> Error {
    Error::Input {
        code: "SHEET-SIGNED",
        sentence: "the sheet has been approved already, and an approval is given once".into(),
        remedy: "see `mayfly sheet show MEMBER WEEK QUERIER` for who signed and approved it",
    }
}

fn to_sign() -> Error {
    denied(
        "SHEET-RIGHT",
        "this account does not have the right to sign sheets today, or is stopped",
        "let the querier sign it with an account that has the query right on the 授權表 today (--as); for one who has none, the unit head",
    )
}

fn to_approve() -> Error {
    denied(
        "SHEET-RIGHT",
        "this account does not have the right to approve sheets today, or is stopped",
        "name an account of the member that has the approve right on the 授權表 today (--as)",
    )
}

/// That somebody looks for records that they may not see.
pub(super) fn to_search() -> Error {
    denied(
        "SHEET-RIGHT",
        "this account does not have the right to see these query records today, or is stopped",
        "ask for those of your own account, or let whoever approves, reviews, signs off or audits at the member look",
    )
}

fn to_read() -> Error {
    denied(
        "SHEET-RIGHT",
        "this account does not have the right to see this sheet today, or is stopped",
        "its querier sees it, and who approves, reviews, signs off or audits at the member today; compliance and auditors from outside by `mayfly sheet show` under PLACE/ACCOUNT, such as bureau/ACCOUNT",
    )
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
