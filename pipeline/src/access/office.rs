//! Who acts for one of several places: an account there with a right, named with its place where two have one of that name. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{OPERATOR, authorisation::Authorisation, rows};
use crate::{
    app::House,
    error::{Error, Result},
    regime::people::Right,
};

/// The place of the account `by` among `places`, each with the rights of which one is wanted there on `today`; `by` is `PLACE/ACCOUNT`,
/// or the account alone. Returns place and account, or why it is nobody's.
///
/// # Errors
/// Those of the database.
pub async fn holder<'a>(
    house: &House,
    conn: &mut AnyConnection,
    by: &'a str,
    places: &[(&'a str, &[Right])],
    today: Date,
) -> Result<std::result::Result<(&'a str, &'a str), Unfit>> {
    let (place, account) = match by.split_once('/') {
        Some((place, account)) => (Some(place), account),
        None => (None, by),
    };
    let mut holders = Vec::new();
    for (desk, rights) in places {
        let stopped = rows::stopped(&mut *conn, desk).await?;
        let lines = rows::held_on(&mut *conn, today, Some(desk)).await?;
        let mut theirs = lines.iter().filter(|line| line.account == account).peekable();
        if theirs.peek().is_some() {
            let permits =
                |line: &Authorisation| rights.iter().any(|right| line.permits(&house.regime, *right));
            let may = theirs.any(permits) && !stopped.contains(account);
            holders.push((*desk, may));
        }
    }
    Ok(chosen(place, &holders).map(|desk| (desk, account)))
}

/// Whoever stops something, as it is entered: the account `by` of the bureau, `PLACE/ACCOUNT` of the supervisor or the provider, with
/// the right to stop on `today`; [`OPERATOR`] is whoever stands at the bureau's terminal, and is asked nothing (D18, D25).
///
/// # Errors
/// `STOP-RIGHT`; those of the database.
pub async fn stopper(house: &House, conn: &mut AnyConnection, by: &str, today: Date) -> Result<String> {
    if by == OPERATOR {
        return Ok(by.to_owned());
    }
    match holder(house, conn, by, &STOPPERS, today).await? {
        Ok(("bureau", account)) => Ok(account.to_owned()),
        Ok((place, account)) => Ok(format!("{place}/{account}")),
        Err(unfit) => Err(unfit.refused(
            "STOP-RIGHT",
            "this account has no right to stop anything today",
            "name one that has (--as): compliance at the bureau, or an auditor of the supervisor or the provider; who stands at the terminal leaves --as out",
        )),
    }
}

/// Why an account is not taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// More than one of the places has an account of this name.
    Twice,
    /// It has not the right, is stopped, or is not there.
    Without,
}

impl Unfit {
    /// The refusal under `code`; `sentence` and `remedy` are those of an account without the right.
    pub fn refused(self, code: &'static str, sentence: &str, remedy: &'static str) -> Error {
        let (sentence, remedy) = match self {
            Self::Without => (sentence, remedy),
            Self::Twice => (
                "more than one place has an account of this name today",
                "name it with its place (--as): bureau/ACCOUNT, supervisor/ACCOUNT, provider/ACCOUNT, or 004/ACCOUNT at a member",
            ),
        };
        Error::Denied {
            code,
            sentence: sentence.into(),
            remedy,
        }
    }
}

/// The place that is meant, of those that have the account today, each with whether it may.
fn chosen<'d>(place: Option<&str>, holders: &[(&'d str, bool)]) -> std::result::Result<&'d str, Unfit> {
    let meant: Vec<_> = holders
        .iter()
        .filter(|(desk, _)| place.is_none_or(|place| place == *desk))
        .collect();
    match meant[..] {
        [(desk, true)] => Ok(desk),
        [_, _, ..] => Err(Unfit::Twice),
        _ => Err(Unfit::Without),
    }
}

/// The places whose people may stop, and the right that lets them.
const STOPPERS: [(&str, &[Right]); 3] = [
    ("bureau", &[Right::Stop]),
    ("supervisor", &[Right::Stop]),
    ("provider", &[Right::Stop]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Option<&str>, holders: &[(&str, bool)], expected: std::result::Result<&str, Unfit>) {
        assert!(chosen(place, holders) == expected);
    }

    #[test]
    fn an_account_that_two_places_have_is_named_with_its_place() {
        let both = [("bureau", true), ("supervisor", true)];
        check(None, &both, Err(Unfit::Twice));
        check(Some("supervisor"), &both, Ok("supervisor"));
        check(Some("bureau"), &both, Ok("bureau"));
        check(Some("provider"), &both, Err(Unfit::Without));
        // That one of the two has no right is not what somebody who names no place says.
        check(
            None,
            &[("bureau", false), ("supervisor", true)],
            Err(Unfit::Twice),
        );
        check(None, &both[1..], Ok("supervisor"));
        check(None, &[("bureau", false)], Err(Unfit::Without));
        check(None, &[], Err(Unfit::Without));
    }
}
