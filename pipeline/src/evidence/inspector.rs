//! Who takes a pack away: an account of one place, which is named with it where two places have one of that name. *SQL.*

use jiff::civil::Date;

use crate::{
    access::persons::Persons,
    app::House,
    db::Tx,
    error::{Error, Result},
    regime::people::Right,
};

/// `PLACE/ACCOUNT` of the account `by` that may take evidence away on `today`; `by` is that, or the account alone. It is asked
/// in the transaction of the act.
///
/// # Errors
/// `EVIDENCE-RIGHT`; those of the database.
pub async fn inspector(house: &House, tx: &mut Tx, by: &str, today: Date) -> Result<String> {
    let (place, account) = match by.split_once('/') {
        Some((place, account)) => (Some(place), account),
        None => (None, by),
    };
    let mut holders = Vec::new();
    for (desk, right) in PLACES {
        let persons = Persons::load(tx, desk, today).await?;
        if persons.now(account).is_some() {
            holders.push((desk, persons.may(&house.regime, account, right)));
        }
    }
    let desk = chosen(place, &holders)?;
    Ok(format!("{desk}/{account}"))
}

/// The place that is meant, of those that have the account today, each with whether it may take evidence away.
fn chosen<'d>(place: Option<&str>, holders: &[(&'d str, bool)]) -> Result<&'d str> {
    let meant: Vec<_> = holders
        .iter()
        .filter(|(desk, _)| place.is_none_or(|place| place == *desk))
        .collect();
    match meant[..] {
        [(desk, true)] => Ok(desk),
        [_, _, ..] => Err(refused(
            "more than one place has an account of this name today",
            "name it with its place (--as): bureau/ACCOUNT, supervisor/ACCOUNT or provider/ACCOUNT",
        )),
        _ => Err(refused(
            "this account has no right to take evidence away today",
            "name an account on the 授權表 (--as): compliance at the bureau, or an auditor of the supervisor or the provider",
        )),
    }
}

fn refused(sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code: "EVIDENCE-RIGHT",
        sentence: sentence.into(),
        remedy,
    }
}

/// The places whose people may take evidence away, and the right that lets them.
const PLACES: [(&str, Right); 3] = [
    ("bureau", Right::Audit),
    ("supervisor", Right::Inspect),
    ("provider", Right::Inspect),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Option<&str>, holders: &[(&str, bool)], expected: std::result::Result<&str, &str>) {
        match (chosen(place, holders), expected) {
            (Ok(desk), Ok(expected)) => assert_eq!(desk, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, _) => panic!("{:?}", found.map_err(|error| error.to_string())),
        }
    }

    #[test]
    fn an_account_that_two_places_have_is_named_with_its_place() {
        let both = [("bureau", true), ("supervisor", true)];
        check(None, &both, Err("more than one place"));
        check(Some("supervisor"), &both, Ok("supervisor"));
        check(Some("bureau"), &both, Ok("bureau"));
        check(Some("provider"), &both, Err("no right"));
        // That one of the two has no right is not what somebody who names no place says.
        check(
            None,
            &[("bureau", false), ("supervisor", true)],
            Err("more than one place"),
        );
        check(None, &both[1..], Ok("supervisor"));
        check(None, &[("bureau", false)], Err("no right"));
        check(None, &[], Err("no right"));
    }
}
