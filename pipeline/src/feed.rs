//! What has happened at a place since its systems last asked: settled batches, withdrawals, duties that are due. *SQL.*
//!
//! Nobody is called: whoever wants to know asks, with the number of the last event they have seen. What is new is noted when it
//! is asked for, from the tables in which it happened, and numbered in one transaction: numbers are taken by one writer after the
//! other, so that nothing is ever committed below a number that was seen. What is noted stays, and is noted once.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{AnyConnection, Row, any::AnyRow};
use utoipa::ToSchema;

use crate::{
    app::House,
    db::{
        columns::{Column, instant},
        meta,
    },
    duty::{
        list::{self, Filter},
        state::State,
    },
    error::{Error, Result},
};

/// What a place is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Events)]
pub struct Page {
    /// In the order in which they were noted.
    pub events: Vec<Event>,
    /// After what to ask the next time.
    pub next: i64,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct Event {
    /// Its number: later ones have greater ones.
    pub event: i64,
    /// `settled`, `withdrawn` or `due`.
    pub kind: String,
    /// The batch, the member's own number of the consent, or the duty.
    pub reference: String,
    /// When it was settled or withdrawn, or seen to be due.
    pub at: Timestamp,
}

/// The events at `place` after the number `after`, at most `limit` of them.
///
/// # Errors
/// `DB-*`, `DUTY-DAY`.
pub async fn page(house: &House, place: &str, after: i64, limit: i64) -> Result<Page> {
    note(house, place).await?;
    let rows = sqlx::query(
        "SELECT event_no, kind, reference, at FROM event WHERE member = $1 AND event_no > $2 ORDER BY event_no LIMIT $3",
    )
    .bind(place)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *house.db.reader().await?)
    .await
    .map_err(Error::database(READ))?;
    let events: Result<Vec<Event>> = rows
        .iter()
        .map(|row| of_row(row).map_err(Error::database(READ)))
        .collect();
    let events = events?;
    let next = events.last().map_or(after, |last| last.event);
    Ok(Page { events, next })
}

/// What happened and is not noted yet.
struct Fresh {
    kind: &'static str,
    reference: String,
    at: Timestamp,
}

/// Notes what is new at `place`. Two who do so at once note it once.
async fn note(house: &House, place: &str) -> Result<()> {
    let now = house.clock.now();
    let mut reader = house.db.reader().await?;
    let since = now.saturating_sub(TOLD_WITHIN).unwrap_or(Timestamp::MIN);
    let mut fresh = happened(&mut reader, place, since).await?;
    fresh.extend(due(house, &mut reader, place, now).await?);
    drop(reader);
    if fresh.is_empty() {
        return Ok(());
    }
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let count = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    let first = meta::take_numbers(&mut *conn, meta::EVENTS, count).await?;
    for (number, fresh) in (first..).zip(&fresh) {
        sqlx::query(
            "INSERT INTO event (event_no, member, kind, reference, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (member, kind, reference) DO NOTHING",
        )
        .bind(number)
        .bind(place)
        .bind(fresh.kind)
        .bind(&fresh.reference)
        .bind(fresh.at.as_microsecond())
        .execute(&mut *conn)
        .await
        .map_err(Error::database("note an event"))?;
    }
    tx.commit().await
}

/// Batches that were settled and consents that were withdrawn since `since`.
async fn happened(conn: &mut AnyConnection, place: &str, since: Timestamp) -> Result<Vec<Fresh>> {
    let mut fresh = Vec::new();
    for (kind, statement) in [("settled", SETTLED), ("withdrawn", WITHDRAWN)] {
        let rows = sqlx::query(statement)
            .bind(place)
            .bind(since.as_microsecond())
            .fetch_all(&mut *conn)
            .await
            .map_err(Error::database(READ))?;
        for row in &rows {
            let read = || Ok((row.try_get(0)?, instant(row.try_get(1)?)?));
            let (reference, at) = read().map_err(Error::database(READ))?;
            fresh.push(Fresh { kind, reference, at });
        }
    }
    Ok(fresh)
}

/// Duties of `place` that are due or overdue `now`, and that nobody was told of.
async fn due(house: &House, conn: &mut AnyConnection, place: &str, now: Timestamp) -> Result<Vec<Fresh>> {
    let filter = Filter {
        states: vec![State::Due, State::Overdue],
        member: Some(place.to_owned()),
        ..Filter::default()
    };
    let listed = list::list(house, house.today(now), &filter).await?;
    let mut fresh = Vec::new();
    for duty in listed {
        let told = sqlx::query("SELECT 1 FROM event WHERE member = $1 AND kind = 'due' AND reference = $2")
            .bind(place)
            .bind(&duty.duty.id)
            .fetch_optional(&mut *conn)
            .await
            .map_err(Error::database(READ))?;
        if told.is_none() {
            fresh.push(Fresh {
                kind: "due",
                reference: duty.duty.id,
                at: now,
            });
        }
    }
    Ok(fresh)
}

fn of_row(row: &AnyRow) -> Column<Event> {
    Ok(Event {
        event: row.try_get(0)?,
        kind: row.try_get(1)?,
        reference: row.try_get(2)?,
        at: instant(row.try_get(3)?)?,
    })
}

const READ: &str = "read what has happened";
const SETTLED: &str =
    "SELECT batch, settled_at FROM batch WHERE member = $1 AND state = 'settled' AND settled_at >= $2
     AND NOT EXISTS (SELECT 1 FROM event WHERE event.member = batch.member AND event.kind = 'settled'
     AND event.reference = batch.batch) ORDER BY settled_at, batch_no LIMIT 1000";
const WITHDRAWN: &str =
    "SELECT consent_ref, withdrawn_at FROM consent WHERE member = $1 AND withdrawn_at >= $2
     AND NOT EXISTS (SELECT 1 FROM event WHERE event.member = consent.member AND event.kind = 'withdrawn'
     AND event.reference = consent.consent_ref) ORDER BY withdrawn_at, consent_no LIMIT 1000";
/// What is older was told already, or is told to nobody any more: the register forgets what was told after years.
const TOLD_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 366);
