//! Who enters an act that asks for no right of its own: somebody who is there today, or the terminal itself (D25). *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{OPERATOR, persons::Persons};
use crate::{
    db::Tx,
    error::{Error, Result},
};

/// Refuses `by` unless it is an account that is authorised today at one of `places`, and is not stopped; [`OPERATOR`] is whoever
/// stands at the terminal. It is asked in the transaction of the act.
///
/// # Errors
/// `PEOPLE-ABSENT`; those of the database.
pub async fn check(tx: &mut Tx, by: &str, places: &[&str], today: Date) -> Result<()> {
    if by == OPERATOR {
        return Ok(());
    }
    for place in places {
        if Persons::load(tx, place, today).await?.is_there(by) {
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
        if Persons::read(conn, place, today).await?.is_there(by) {
            return Ok(());
        }
    }
    Err(absent())
}

fn absent() -> Error {
    Error::Denied {
        code: "PEOPLE-ABSENT",
        sentence: "nobody of this account is authorised there today, or they are stopped".into(),
        remedy: "name an account of the 授權表 (--as), `mayfly people table` shows who is there; who stands at the terminal leaves --as out",
    }
}
