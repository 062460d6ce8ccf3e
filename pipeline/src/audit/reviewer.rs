//! Who may draw and look at a sample: who has the review right that day, was named by a unit head, and neither queried nor
//! approved in the month (D8). *SQL.*
//!
//! D8 bars whoever queried or approved a *sampled* record. Here whoever queried or approved any record of the month is
//! barred, before the draw: a refusal that depended on the drawn records would let somebody try values until none of
//! their own is among them.

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::{
    Month,
    store::{self, Sample},
};
use crate::{
    access::persons::Persons,
    app::House,
    error::{Error, Result},
    gate::record::QueryRecord,
    regime::people::Right,
    sealed,
};

/// Who is to review: an account, and who named it, if anybody did.
#[derive(Clone, Copy)]
pub struct Who<'w> {
    /// The reviewer's account.
    pub account: &'w str,
    /// The unit head's.
    pub named_by: Option<&'w str>,
}

/// Refuses `who` as the reviewer of a month of `member` of which `actors` queried or approved a record; an act
/// asks it in its own transaction, because a right that ended or a stop that came before its commit counts.
///
/// # Errors
/// `SAMPLE-RIGHT`, `SAMPLE-NAMED`, `SAMPLE-OWN`; `GATE-CLOCK`, `DB-*`.
pub async fn check(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    Who { account, named_by }: Who<'_>,
    actors: &BTreeSet<String>,
) -> Result<()> {
    let today = house.today(house.trusted_now()?);
    let persons = Persons::read(conn, member, today).await?;
    match named_by {
        None => check_right(house, &persons, account)?,
        Some(_) if persons.may(&house.regime, account, Right::Review) => {}
        Some(_) => {
            return Err(denied(
                "SAMPLE-RIGHT",
                "who is to be named has no review right at the member today, or is stopped",
                "name another account of the member's 授權表 with the review right today, in place of REVIEWER",
            ));
        }
    }
    if let Some(named_by) = named_by {
        let head = house.regime.reviews()?.signed_off_by.value;
        if persons.are_one(account, named_by) || !persons.may(&house.regime, named_by, head) {
            return Err(denied(
                "SAMPLE-NAMED",
                "the reviewer is named by a unit head of the member, who has that role today and is another person",
                "let a unit head of the member name the reviewer (--as); `mayfly people table` shows who is one",
            ));
        }
    }
    if persons.is_among(account, actors) {
        return Err(own());
    }
    Ok(())
}

/// Refuses the person behind `account` if they queried or approved in `month` of `member`.
///
/// # Errors
/// `SAMPLE-OWN`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn check_not_in_month(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    account: &str,
) -> Result<()> {
    let persons = Persons::read(&mut *conn, member, house.today(house.trusted_now()?)).await?;
    match persons.is_among(account, &recorded(house, conn, (member, month)).await?) {
        true => Err(own()),
        false => Ok(()),
    }
}

/// As [`actors`], of `sample`, which is drawn: of its own reviewer that was looked for when it was.
///
/// # Errors
/// As [`actors`].
pub async fn actors_besides(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    who: Who<'_>,
) -> Result<BTreeSet<String>> {
    match sample.reviewer == who.account {
        true => Ok(BTreeSet::new()),
        false => actors(house, conn, (&sample.member, sample.month), who).await,
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

/// Every account that queried or approved a record of the month, for `who` may review it otherwise; one sealed record is open
/// at a time. It is read before the act: a month that is frozen has no new records, and the one writer does not wait for it.
///
/// # Errors
/// `SAMPLE-RIGHT`, `SAMPLE-NAMED`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn actors(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    who: Who<'_>,
) -> Result<BTreeSet<String>> {
    // No record is opened for somebody without the right.
    check(house, &mut *conn, member, who, &BTreeSet::new()).await?;
    recorded(house, conn, (member, month)).await
}

async fn recorded(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
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
