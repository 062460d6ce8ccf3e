//! Who may draw and look at a sample: who has the review right that day, was named by a unit head, and neither queried nor
//! approved in the month (D8). *SQL.*
//!
//! D8 bars whoever queried or approved a *sampled* record. Here whoever queried or approved any record of the month is
//! barred, before the draw: a refusal that depended on the drawn records would let somebody try values until none of
//! their own is among them.

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::{Month, persons::Persons, store};
use crate::{
    app::House,
    error::{Error, Result},
    gate::record::QueryRecord,
    regime::people::Right,
    sealed,
};

/// Refuses `account` as the reviewer of `month` of `member`, if it may not be; `named_by` is who named it, if anybody did.
///
/// # Errors
/// `SAMPLE-RIGHT`, `SAMPLE-NAMED`, `SAMPLE-OWN`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn check(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    account: &str,
    named_by: Option<&str>,
) -> Result<()> {
    let today = house.today(house.trusted_now()?);
    let persons = Persons::load(&mut *conn, member, today).await?;
    check_right(house, &persons, account)?;
    if let Some(named_by) = named_by {
        let head = house.regime.review.signed_off_by.value;
        if persons.are_one(account, named_by) || !persons.may(&house.regime, named_by, head) {
            return Err(denied(
                "SAMPLE-NAMED",
                "the reviewer is named by a unit head of the member, who has that role today and is another person",
                "give the account of the unit head who named the reviewer (--named-by); `mayfly people table` shows who is one",
            ));
        }
    }
    check_unconcerned(house, conn, (member, month), account, &persons).await
}

/// Refuses the person behind `account` if they queried or approved in `month` of `member`.
///
/// # Errors
/// `SAMPLE-OWN`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn check_stranger(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    account: &str,
) -> Result<()> {
    let persons = Persons::load(&mut *conn, member, house.today(house.trusted_now()?)).await?;
    check_unconcerned(house, conn, (member, month), account, &persons).await
}

async fn check_unconcerned(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    account: &str,
    persons: &Persons,
) -> Result<()> {
    match persons.is_among(account, &actors(house, conn, member, month).await?) {
        true => Err(own()),
        false => Ok(()),
    }
}

/// Refuses `account` unless it has the review right today.
///
/// # Errors
/// `SAMPLE-RIGHT`.
pub fn check_right(house: &House, persons: &Persons, account: &str) -> Result<()> {
    if persons.may(&house.regime, account, Right::Review) {
        return Ok(());
    }
    Err(denied(
        "SAMPLE-RIGHT",
        "this account has no review right at the member today, or is stopped",
        "name an account of the member's 授權表 with the review right today (--as)",
    ))
}

/// That somebody is not to review what they had to do with.
pub fn own() -> Error {
    denied(
        "SAMPLE-OWN",
        "this person queried or approved records of the month, and nobody reviews their own (D8)",
        "let the unit head name a reviewer who neither queried nor approved in that month",
    )
}

/// Every account that queried or approved a record of the month; one sealed record is open at a time.
async fn actors(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    month: Month,
) -> Result<BTreeSet<String>> {
    let mut actors = BTreeSet::new();
    for place in store::records(conn, member, month).await? {
        for record in sealed::segment(house, &place)?.iter() {
            let bytes = record?;
            let record = QueryRecord::parse(&bytes).ok_or(Error::Bug("a query record is not readable"))?;
            let Some(asked) = &record.asked else { continue };
            for account in [asked.account, asked.approver] {
                if !actors.contains(account) {
                    actors.insert(account.to_owned());
                }
            }
        }
    }
    Ok(actors)
}

fn denied(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy,
    }
}
