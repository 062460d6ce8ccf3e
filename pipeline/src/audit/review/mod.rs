//! The review of a drawn sample: who looks, what is shown, what is found, until it is closed and signed off (九(三)2(1), D8). *SQL.*
//!
//! A reviewer is [`name`]d by the unit head, [`item`] opens a record of the sample for them, [`verdict`] takes what they say of
//! it ([`state`]: how far that is), and what was found is tracked by [`finding`] until it is closed, in time (`due`). When every record has a verdict, [`sign`] takes the unit
//! head's signature over all of them. [`form`] is what a reviewer sees. Then [`report`] has everything for [`paper`] (text and CSV) and [`page`] (print).
//! How approvals and verdicts were [`pace`]d is read by [`paced`]. [`records`] finds the query records, and [`tables`] keeps rows.
//!
//! Rows are only ever added. A reviewer sees the verdicts of others on a record only after giving their own.

mod due;
pub mod finding;
pub mod form;
pub mod item;
pub mod name;
pub mod pace;
pub mod paced;
pub mod page;
pub mod paper;
pub mod records;
pub mod report;
pub mod sign;
pub mod state;
pub mod steps;
pub mod tables;
pub mod verdict;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Month,
    drawing::not_drawn,
    frozen, population, report as sample_report, reviewer,
    steps::FileItem,
    store::{self, Sample, State},
};
use crate::{
    access::persons::Persons,
    app::House,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        entry::Kind,
    },
};

/// The drawn sample of `member` and `month`.
async fn drawn(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Sample> {
    let sample = frozen(conn, member, month).await?;
    match sample.state {
        State::Drawn => Ok(sample),
        State::Committed | State::Frozen => Err(not_drawn()),
    }
}

/// The record at `place` of a drawn sample, counted from 1; and all of them where they are not noted yet. What is noted saves drawing
/// again for each record: it is believed as far as the journal has a query of the month there, and whether all were drawn is
/// asked of the draw itself at the signature (`sign`) and by whoever verifies it.
async fn item_at(
    conn: &mut AnyConnection,
    sample: &Sample,
    place: u64,
) -> Result<(FileItem, Option<Vec<u64>>)> {
    let none = || Error::Input {
        code: "REVIEW-ITEM",
        sentence: format!("the sample has no record {place}: it has {}", sample.sample_size),
        remedy: "give the place of a record in the sample, as `mayfly audit show MEMBER MONTH --as ACCOUNT` counts them",
    };
    let at = usize::try_from(place).ok().and_then(|place| place.checked_sub(1));
    let at = at.ok_or_else(none)?;
    if let Some(noted) = store::noted(&mut *conn, sample).await? {
        let entry = *noted.get(at).ok_or_else(none)?;
        if let Some(query) = population::query_at(&mut *conn, sample, entry).await? {
            return Ok((FileItem { entry, query }, None));
        }
    }
    let items = sample_report::items(conn, sample).await?;
    let all = items.iter().map(|item| item.entry).collect();
    let item = items.into_iter().nth(at).ok_or_else(none)?;
    Ok((item, Some(all)))
}

/// Refuses `account` unless it reviews `sample`: the review right today, not the person who had to do with this record,
/// and named. An act asks it in its own transaction.
async fn check_reviewer(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    account: &str,
    actors: &BTreeSet<String>,
) -> Result<()> {
    let today = house.today(house.trusted_now()?);
    let persons = Persons::read(&mut *conn, &sample.member, today).await?;
    reviewer::check_right(house, &persons, account)?;
    if persons.is_among(account, actors) {
        return Err(reviewer::own());
    }
    if sample.reviewer == account || tables::is_named(conn, &sample.member, sample.month, account).await? {
        return Ok(());
    }
    Err(unnamed())
}

/// That no unit head named somebody.
pub(super) fn unnamed() -> Error {
    Error::Denied {
        code: "REVIEW-UNNAMED",
        sentence: "this account was not named to review this sample".into(),
        remedy: "let the unit head name it: `mayfly audit name MEMBER MONTH REVIEWER --as HEAD`",
    }
}

/// Refuses whatever would change a review that is signed off.
///
/// # Errors
/// `REVIEW-SIGNED`.
pub async fn check_unsigned(conn: &mut AnyConnection, member: &str, month: Month) -> Result<()> {
    match tables::sign_off(conn, member, month).await? {
        None => Ok(()),
        Some(_) => Err(Error::Input {
            code: "REVIEW-SIGNED",
            sentence: "the review of that month is signed off, and stays as it was signed".into(),
            remedy: "see `mayfly audit report`; what comes to light later is an incident, or a matter of the next review",
        }),
    }
}

/// Enters an act on the review of `member` and `month` in the journal; the sample's years begin anew with it.
async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    (kind, reference): (Kind, &str),
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<u64> {
    let act = Act {
        kind,
        member,
        reference,
    };
    let entry = act::enter(house, &mut *conn, &act, payload, now).await?;
    store::touch(conn, member, month, now).await?;
    Ok(entry)
}
