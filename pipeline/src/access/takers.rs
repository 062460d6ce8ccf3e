//! Who may take a document away: an account with the right to at one of the places that have to do with it. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::persons::Persons;
use crate::{
    app::House,
    error::{Error, Result},
    regime::people::Right,
};

/// The places whose people may take something away, with the rights of which one is needed there; and how it is refused.
pub struct Takers<'t> {
    /// An institution code, `bureau`, `supervisor` or `provider`; each once.
    pub places: &'t [(&'t str, &'t [Right])],
    /// The code of the refusal.
    pub code: &'static str,
    /// Who may, for whoever is refused.
    pub remedy: &'static str,
}

impl Takers<'_> {
    /// `PLACE/ACCOUNT` of the account `by`, which may on `today`; `by` is that, or the account alone. An act asks it in its own
    /// transaction; what takes long asks a reader before.
    ///
    /// # Errors
    /// That of [`Self::code`]; those of the database.
    pub async fn check(
        &self,
        house: &House,
        conn: &mut AnyConnection,
        by: &str,
        today: Date,
    ) -> Result<String> {
        let (place, account) = match by.split_once('/') {
            Some((place, account)) => (Some(place), account),
            None => (None, by),
        };
        let mut holders = Vec::new();
        for (desk, rights) in self.places {
            let persons = Persons::read(&mut *conn, desk, today).await?;
            if persons.now(account).is_some() {
                let may = |right: &Right| persons.may(&house.regime, account, *right);
                holders.push((*desk, rights.iter().any(may)));
            }
        }
        let desk = self.chosen(place, &holders)?;
        Ok(format!("{desk}/{account}"))
    }

    /// The place that is meant, of those that have the account today, each with whether it may take this away.
    fn chosen<'d>(&self, place: Option<&str>, holders: &[(&'d str, bool)]) -> Result<&'d str> {
        let meant: Vec<_> = holders
            .iter()
            .filter(|(desk, _)| place.is_none_or(|place| place == *desk))
            .collect();
        match meant[..] {
            [(desk, true)] => Ok(desk),
            [_, _, ..] => Err(self.refused(
                "more than one place has an account of this name today",
                "name it with its place (--as): the institution code, bureau, supervisor or provider, as in bureau/ACCOUNT",
            )),
            _ => Err(self.refused("this account has no right to this today", self.remedy)),
        }
    }

    fn refused(&self, sentence: &str, remedy: &'static str) -> Error {
        Error::Denied {
            code: self.code,
            sentence: sentence.into(),
            remedy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: Option<&str>, holders: &[(&str, bool)], expected: std::result::Result<&str, &str>) {
        let takers = Takers {
            places: &[],
            code: "EXPORT-RIGHT",
            remedy: "",
        };
        match (takers.chosen(place, holders), expected) {
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
