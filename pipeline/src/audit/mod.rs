//! The monthly sample of a member's query records: committed, frozen, drawn, checked by outsiders (九(三)2(1), D7 to D9). *SQL.*
//!
//! The life of a sample. While its month runs, the bureau commits to a random value ([`freeze`]). When the month is over,
//! its population is frozen: the queries of the member in the month among the entries that a signed checkpoint covers
//! ([`population`]). Then the member's reviewer gives a value, once, without knowing the bureau's ([`drawing`]; who may is
//! decided by [`reviewer`]), and the three together are the seed of the [`draw`], which takes as many records as [`size`] says. If nobody has given one by the day of the
//! regime file, the bureau draws with the next checkpoint in its place. [`pass`] does of this what has a date.
//!
//! Each act is an entry of the journal whose payload ([`steps`]) leaves the house with the sample ([`export`]; who may take it away: [`taker`]; as of the journal's size: `cut`), so that
//! [`verify`] recomputes everything from files alone, [`here`] from the journal of this house. [`report`] is what people see ([`form`]), [`waiting`] what waits for one of them, with the [`chance`] that the sample
//! finds misuse; [`store`] keeps one row a member and [`month`].
//!
//! A drawn sample says what is to be looked at; what was found is in [`review`].
//!
//! Beside the sample, [`reconcile`] holds a member's whole own log of a month against the bureau's records ([`comparison`]).

pub mod chance;
pub mod check;
pub mod comparison;
mod cut;
pub mod draw;
pub mod drawing;
pub mod export;
pub mod form;
pub mod freeze;
pub mod here;
mod log;
pub mod month;
pub mod pass;
pub mod population;
pub mod reconcile;
pub mod report;
pub mod review;
pub mod reviewer;
pub mod size;
pub mod steps;
pub mod store;
pub mod taker;
pub mod verify;
pub mod waiting;

pub use month::Month;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use self::{
    steps::{ActName, Step},
    store::Sample,
};
use crate::{
    access::members,
    app::House,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        entry::Kind,
    },
};

/// Enters `act` on the sample of `member` and `month` in the journal; returns the step as it may be shown.
async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    (member, month): (&str, Month),
    act: ActName,
    payload: &impl Serialize,
    now: Timestamp,
) -> Result<Step> {
    let reference = format!("{}:{month}", act.name());
    let entered = Act {
        kind: Kind::Sample,
        member,
        reference: &reference,
    };
    let salted = act::salted(payload)?;
    let shown = salted.clone();
    let entry = act::enter_salted(house, conn, &entered, salted, now).await?;
    Ok(Step::new(act, entry, &shown))
}

/// The sample of `member` and `month`, which must have been frozen; of a member that is none it says so.
async fn frozen(conn: &mut AnyConnection, member: &str, month: Month) -> Result<Sample> {
    let sample = store::one(&mut *conn, member, month).await?;
    if sample.is_none() {
        members::check(conn, Some(member)).await?;
    }
    sample
        .filter(|sample| sample.state != store::State::Committed)
        .ok_or_else(|| Error::Operator {
            code: "SAMPLE-UNFROZEN",
            sentence: format!("there is no frozen month {month} of this member"),
            remedy: "when the month is over, run `mayfly audit freeze MEMBER MONTH`, or leave it to `mayfly serve`",
        })
}

/// The month that a person named.
///
/// # Errors
/// `SAMPLE-MONTH`.
pub fn month_of(text: &str) -> Result<Month> {
    Month::parse(text).ok_or_else(|| Error::Input {
        code: "SAMPLE-MONTH",
        sentence: "that is no month".into(),
        remedy: "give the month as YYYY-MM, such as 2026-11",
    })
}
