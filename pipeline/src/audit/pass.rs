//! What has a date: the commitments of the running month, the freeze of the month before, overdue draws (D9, D12). *SQL.*

use jiff::Timestamp;

use super::{
    Month, drawing, freeze,
    store::{self, Sample, State},
};
use crate::{access::maker::Maker, app::House, error::Result};

/// Does everything that is due now, for every member; what fails for one member keeps no other from its own, and the first
/// trouble is returned at the end.
///
/// # Errors
/// `GATE-CLOCK`, those of [`freeze::freeze`] and [`drawing::draw_without`].
pub async fn pass(house: &House) -> Result<()> {
    let now = house.trusted_now()?;
    let mut trouble = None;
    for due in due(house, now).await? {
        let (Due::Commit(member, month) | Due::Freeze(member, month) | Due::Draw(member, month)) = &due;
        let done = match due {
            Due::Commit(..) => freeze::commit(house, member, *month).await.map(drop),
            Due::Freeze(..) => freeze::freeze(house, member, *month, Maker::Schedule)
                .await
                .map(drop),
            Due::Draw(..) => drawing::draw_without(house, member, *month, Maker::Schedule)
                .await
                .map(drop),
        };
        if let Err(error) = done {
            tracing::error!(code = error.code(), "a sample could not be moved on");
            trouble.get_or_insert(error);
        }
    }
    trouble.map_or(Ok(()), Err)
}

/// One act that is due: member and month.
enum Due {
    Commit(String, Month),
    Freeze(String, Month),
    Draw(String, Month),
}

async fn due(house: &House, now: Timestamp) -> Result<Vec<Due>> {
    let mut reader = house.db.reader().await?;
    let mut due = Vec::new();
    let Some(rules) = &house.regime.sample else {
        return Ok(due);
    };
    let running = Month::of(now);
    for member in store::members_in(&mut reader, running).await? {
        if store::one(&mut reader, &member, running).await?.is_none() {
            due.push(Due::Commit(member, running));
        }
    }
    let closed = match freeze::is_closed(running.previous(), now, rules) {
        true => running.previous(),
        false => running.previous().previous(),
    };
    // Queries of a month in which nobody kept the commitments are drawn from all the same; that it came late is told.
    for member in store::members_in(&mut reader, closed).await? {
        let known = store::one(&mut reader, &member, closed).await?.is_some();
        if !known && !store::records(&mut reader, &member, closed).await?.is_empty() {
            due.push(Due::Freeze(member, closed));
        }
    }
    for sample in store::unfinished(&mut reader).await? {
        if sample.state == State::Committed && sample.month <= closed {
            due.push(Due::Freeze(sample.member, sample.month));
        } else if is_overdue(&sample, now, rules.drawn_by_day.value) {
            due.push(Due::Draw(sample.member, sample.month));
        }
    }
    Ok(due)
}

/// Whether the day by which a reviewer draws has passed. A month without queries waits for nobody.
pub fn is_overdue(sample: &Sample, now: Timestamp, due_day: i8) -> bool {
    sample.state == State::Frozen && sample.population > 0 && now >= sample.month.next().at(due_day + 1, 0)
}
