//! Who enters an act that asks for no right of its own: somebody who is there today, or the terminal itself (D25). *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{OPERATOR, persons::Persons};
use crate::{
    db::Tx,
    error::{Error, Result},
};

/// Refuses `by` (an account, or `PLACE/ACCOUNT`) unless it is one that is authorised today at one of `places`, and is not stopped; [`OPERATOR`] is whoever
/// stands at the terminal. It is asked in the transaction of the act.
///
/// # Errors
/// `PEOPLE-ABSENT`; those of the database.
pub async fn check(tx: &mut Tx, by: &str, places: &[&str], today: Date) -> Result<()> {
    if by == OPERATOR {
        return Ok(());
    }
    for place in places {
        if Persons::load(tx, place, today).await?.is_there(own(by, place)) {
            return Ok(());
        }
    }
    Err(absent())
}

/// As [`check`], before the act's transaction, for what takes long until then.
///
/// # Errors
/// As [`check`].
pub async fn look(conn: &mut AnyConnection, by: &str, places: &[&str], today: Date) -> Result<()> {
    if by == OPERATOR {
        return Ok(());
    }
    for place in places {
        if Persons::read(conn, place, today).await?.is_there(own(by, place)) {
            return Ok(());
        }
    }
    Err(absent())
}

/// `by` as the people of `place` are known among themselves: `PLACE/ACCOUNT` is the account alone there. Of another place it stays as
/// it stands, and nobody has an account of that name.
pub fn own<'a>(by: &'a str, place: &str) -> &'a str {
    let account = by.split_once('/').filter(|(at, _)| *at == place);
    account.map_or(by, |(_, account)| account)
}

fn absent() -> Error {
    Error::Denied {
        code: "PEOPLE-ABSENT",
        sentence: "nobody of this account is authorised there today, or they are stopped".into(),
        remedy: "name an account of the 授權表 (--as), `mayfly people table` shows who is there; who stands at the terminal leaves --as out",
    }
}
