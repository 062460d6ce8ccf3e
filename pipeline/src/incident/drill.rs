//! A drill: the way of a real incident, against a demonstration item that the gate's own registers stop; nobody is touched. *SQL.*

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Nature, open,
    release::{self, Reading},
    store::{self, Ended, Incident},
};
use crate::{
    access::{Registers, stop::Target, stopper::handler, stopping},
    app::House,
    clock::Stopwatch,
    db::Tx,
    duty::{close::close_if_open_and_own, period},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What a drill showed.
#[derive(Serialize)]
pub struct Drilled {
    /// Its number, as incidents are counted.
    pub drill: i64,
    /// The number of its stop, which is lifted.
    pub stop: i64,
    /// What left after the stop was committed.
    #[serde(flatten)]
    pub reading: Reading,
    /// The duty that it closes, if there is one.
    pub duty: Option<String>,
    /// Whether it closed it now.
    pub closed: bool,
}

/// Stops a demonstration item while it is being released, one after another, by the registers as the gate reads them; measures, lifts
/// the stop, and closes the duty of the period as `by`, if that account owns it.
///
/// # Errors
/// `STOP-RIGHT`, `GATE-CLOCK`, `DB-*`; a drill that was broken off is ended by the next.
pub async fn drill(house: &Arc<House>, by: &str) -> Result<Drilled> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let by = &handler(house, &mut tx, by, house.today(now)).await?;
    let watch = Arc::new(Stopwatch::start());
    let mut incident = Incident {
        number: 0,
        nature: Nature::Drill,
        // Its number is known when it is entered; until then it stops nobody either.
        target: Target::Drill(String::new()),
        reason: REASON.to_owned(),
        known_at: now,
        affects_from: now,
        stop: 0,
        stop_entry: 0,
        opened_at: now,
        opened_by: by.to_owned(),
        entry: 0,
        ended: None,
    };
    break_off(house, tx.connection(), by, now).await?;
    open::enter(house, tx.connection(), &mut incident).await?;
    let item = Item::default();
    let item = Arc::new(item);
    let releasing = tokio::spawn(released(
        house.clone(),
        incident.number,
        watch.clone(),
        item.clone(),
    ));
    // Not before the item is seen to be released is it stopped.
    while item.count.load(Ordering::Acquire) == 0 && !releasing.is_finished() {
        tokio::time::sleep(BREATH).await;
    }
    if !releasing.is_finished() {
        tx.commit().await?;
    }
    let committed = watch.seconds();
    releasing
        .await
        .unwrap_or(Err(Error::Bug("the demonstration of a drill panicked")))?;
    let behind = item.behind(committed);
    let mut reading = Reading {
        read_at: house.clock.now(),
        released: i64::from(behind > 0),
        deliveries: 0,
        on_the_way: 0,
        last_at: None,
        elapsed_micros: Some(behind),
        watched: true,
        entry: None,
    };
    let mut tx = house.db.begin().await?;
    release::keep(house, tx.connection(), &incident, &mut reading).await?;
    end(house, tx.connection(), &incident, "drilled", by, now).await?;
    let (duty, closed) = close_duty(house, &mut tx, incident.number, by, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    tracing::info!(drill = incident.number, "drilled");
    Ok(Drilled {
        drill: incident.number,
        stop: incident.stop,
        reading,
        duty,
        closed,
    })
}

/// The demonstration item as it is released.
#[derive(Default)]
struct Item {
    /// How often.
    count: AtomicU64,
    /// The last time, in microseconds of the stopwatch.
    last: AtomicI64,
}

impl Item {
    /// How long after `committed` (in seconds) it was released last.
    fn behind(&self, committed: f64) -> i64 {
        (self.last.load(Ordering::Acquire) - (committed * 1e6) as i64).max(0)
    }
}

/// Releases the item again and again, each time after it was held against the registers as the gate does, until they stop it.
async fn released(house: Arc<House>, number: i64, watch: Arc<Stopwatch>, item: Arc<Item>) -> Result<()> {
    let mut reader = house.db.reader().await?;
    let mut registers = Registers::load(&mut reader, "").await?;
    loop {
        registers.refresh(&mut reader, "").await?;
        if is_held(registers.drill_stopped(number), watch.seconds())? {
            return Ok(());
        }
        item.last.store((watch.seconds() * 1e6) as i64, Ordering::Release);
        item.count.fetch_add(1, Ordering::AcqRel);
        tokio::time::sleep(BREATH).await;
    }
}

/// Whether the stop holds the item, `seconds` after the beginning; it is not waited for without an end.
fn is_held(is_stopped: bool, seconds: f64) -> Result<bool> {
    if !is_stopped && seconds > PATIENCE.as_secs_f64() {
        return Err(Error::Operator {
            code: "INCIDENT-DRILL",
            sentence:
                "the demonstration item was still released a minute after its stop: the drill has failed"
                    .into(),
            remedy: "see what holds the database (`mayfly doctor`), then drill again",
        });
    }
    Ok(is_stopped)
}

/// Ends what is left of drills that something broke off.
async fn break_off(house: &House, conn: &mut AnyConnection, by: &str, now: Timestamp) -> Result<()> {
    for incident in store::list(&mut *conn, true).await? {
        if incident.nature == Nature::Drill {
            end(house, &mut *conn, &incident, "broken_off", by, now).await?;
        }
    }
    Ok(())
}

/// Lifts the stop of a drill, which stops nobody, and ends it.
async fn end(
    house: &House,
    conn: &mut AnyConnection,
    drill: &Incident,
    outcome: &'static str,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    stopping::lift_drill(house, &mut *conn, drill.stop, (REASON, by), now).await?;
    let reference = format!("incident:{}", drill.number);
    let act = Act {
        kind: Kind::Incident,
        member: "",
        reference: &reference,
    };
    let entered = Entered {
        what: "close",
        outcome,
        by,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let ended = Ended {
        outcome: outcome.to_owned(),
        at: now,
        by: by.to_owned(),
        report: String::new(),
        entry: journal::store::column(entry)?,
    };
    store::end(conn, drill.number, &ended).await
}

/// Closes the duty of the period, if it is open and `by` owns it; its name, and whether it was closed.
async fn close_duty(
    house: &House,
    tx: &mut Tx,
    number: i64,
    by: &str,
    now: Timestamp,
) -> Result<(Option<String>, bool)> {
    let every = house.regime.incident.drill_every.value;
    let mut rules = house.regime.duties.iter();
    let Some(rule) = rules.find(|rule| rule.artefact == ARTEFACT && rule.every == every) else {
        return Ok((None, false));
    };
    let epoch = house.regime.link.valid_from.value.year();
    let duty = format!(
        "{}/{}/{}",
        rule.id,
        rule.of,
        period::holding(every, house.today(now), epoch).name
    );
    let artefact = format!("{ARTEFACT}:{number}");
    let closed = close_if_open_and_own(house, tx, &duty, artefact, by, now).await?;
    Ok((Some(duty), closed.is_some()))
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    outcome: &'a str,
    by: &'a str,
}

const REASON: &str = "drill";
const ARTEFACT: &str = "drill";
/// Between two releases of the item.
const BREATH: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_whose_stop_does_not_hold_has_failed() {
        let check = |is_stopped, seconds| is_held(is_stopped, seconds).map_err(|error| error.code());
        assert_eq!(check(false, 0.1), Ok(false));
        assert_eq!(check(true, 0.1), Ok(true));
        assert_eq!(check(true, 61.0), Ok(true));
        assert_eq!(check(false, 61.0), Err("INCIDENT-DRILL"));
    }
}
