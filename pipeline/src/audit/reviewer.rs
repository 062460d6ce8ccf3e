//! Who may draw and look at a sample: the review right of the day, and never one's own queries or approvals (D8). *SQL.*
//!
//! D8 bars whoever queried or approved a *sampled* record. Here whoever queried or approved any record of the month is
//! barred, before the draw: a refusal that depended on the drawn records would let somebody try values until none of
//! their own is among them.

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::{Month, store};
use crate::{
    access::{authorisation::Authorisation, rows},
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
    let staff = rows::of_member(&mut *conn, member).await?;
    let may_review = |line: &Authorisation| {
        line.account == account && line.permits(&house.regime, Right::Review) && line.holds_on(today)
    };
    if !staff.iter().any(may_review) {
        return Err(denied(
            "SAMPLE-RIGHT",
            "this account has no review right at the member today",
            "name an account of the member's 授權表 with the review right today (--as)",
        ));
    }
    let reviewer = persons(&staff, |other| other == account);
    if let Some(named_by) = named_by
        && !persons(&staff, |other| other == named_by).is_disjoint(&reviewer)
    {
        return Err(denied(
            "SAMPLE-NAMED",
            "the reviewer is named by the unit head, not by the same person",
            "give the account of the unit head who named the reviewer (--named-by)",
        ));
    }
    let actors = actors(house, conn, member, month).await?;
    if !persons(&staff, |other| actors.contains(other)).is_disjoint(&reviewer) {
        return Err(denied(
            "SAMPLE-OWN",
            "this person queried or approved records of the month, and nobody reviews their own (D8)",
            "let the unit head name a reviewer who neither queried nor approved in that month",
        ));
    }
    Ok(())
}

/// The persons behind the accounts that `is_meant` picks, at any time; an account is also a person's name for itself.
fn persons(staff: &[Authorisation], is_meant: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    staff
        .iter()
        .filter(|line| is_meant(&line.account))
        .flat_map(|line| [line.person.as_str(), line.account.as_str()])
        .collect()
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
