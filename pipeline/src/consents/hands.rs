//! Whose hands a consent goes through at the HTTP door: people of its own member, with the right for it on the day. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    error::{Error, Result},
    regime::people::Right,
};

/// Refuses whoever hands in a consent or says what became of it, and may not query at their own member `today`.
///
/// # Errors
/// `CONSENT-HANDS`.
pub async fn check_giver(house: &House, conn: &mut AnyConnection, by: &Holder, today: Date) -> Result<()> {
    check(house, conn, by, &[Right::Query], today).await
}

/// Refuses whoever reads one, and may neither query, approve nor review there.
///
/// # Errors
/// `CONSENT-HANDS`.
pub async fn check_reader(house: &House, conn: &mut AnyConnection, by: &Holder, today: Date) -> Result<()> {
    let rights = [Right::Query, Right::Approve, Right::Review];
    check(house, conn, by, &rights, today).await
}

async fn check(
    house: &House,
    conn: &mut AnyConnection,
    by: &Holder,
    rights: &[Right],
    today: Date,
) -> Result<()> {
    let persons = Persons::read(conn, &by.at, today).await?;
    let may = rights
        .iter()
        .any(|right| persons.may(&house.regime, &by.account, *right));
    match may {
        true => Ok(()),
        false => Err(not_theirs()),
    }
}

pub(super) fn not_theirs() -> Error {
    Error::Denied {
        code: "CONSENT-HANDS",
        sentence: "a consent is handed in, read and given its outcome by people of its own member who have the right for it today"
            .into(),
        remedy: "check the member in each line; `mayfly people table` shows who may query, approve and review",
    }
}
