//! The tables of incidents: what they are, who is notified, what still left, what was found and done. *SQL.*

use jiff::Timestamp;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{Nature, release::Reading};
use crate::{
    access::stop::Target,
    db::{
        columns::{Column, instant},
        meta,
    },
    error::{Error, Result},
};

/// An incident or a drill.
pub struct Incident {
    /// Its number.
    pub number: i64,
    /// What kind it is.
    pub nature: Nature,
    /// What it is of, which is what was stopped.
    pub target: Target,
    /// What happened, in a few words.
    pub reason: String,
    /// When it became known.
    pub known_at: Timestamp,
    /// Queries from then until the stop count as affected.
    pub affects_from: Timestamp,
    /// The number of its stop.
    pub stop: i64,
    /// Journal index of the stop.
    pub stop_entry: i64,
    /// When it was opened, which is when the stop was placed.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// Journal index of its opening.
    pub entry: i64,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
}

/// How an incident ended.
pub struct Ended {
    /// `confirmed`, `unfounded`, `drilled` or `broken_off`.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
    /// Who closed it.
    pub by: String,
    /// SHA-256 of its report; empty for a drill.
    pub report: String,
    /// Journal index of its closing.
    pub entry: i64,
}

/// A notice of an incident.
pub struct Notice {
    /// The recipient, as the regime names it.
    pub recipient: String,
    /// The name of the duty.
    pub duty: String,
}

/// Something found, done or imposed.
pub struct Step {
    /// Its number.
    pub number: i64,
    /// `finding`, `measure`, or a sanction of the regime.
    pub what: String,
    /// In a few words.
    pub note: String,
    /// Who entered it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Journal index.
    pub entry: i64,
}

/// A statement that reads incidents.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT incident_no, nature, kind, subject, reason, known_at, affects_from, stop_no, stop_entry, opened_at, ",
            "opened_by, entry, outcome, closed_at, closed_by, report, close_entry FROM incident ",
            $rest
        )
    };
}

/// The incident `number`, if there is one.
pub async fn one(conn: &mut AnyConnection, number: i64) -> Result<Option<Incident>> {
    let row = sqlx::query(select!("WHERE incident_no = $1"))
        .bind(number)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("read an incident"))?;
    row.map(|row| incident(&row).map_err(Error::database("read an incident")))
        .transpose()
}

/// Incidents and drills, newest first; `open` leaves out those that have ended.
pub async fn list(conn: &mut AnyConnection, open: bool) -> Result<Vec<Incident>> {
    let rows = sqlx::query(select!("WHERE outcome = '' OR $1 = 0 ORDER BY incident_no DESC"))
        .bind(i64::from(open))
        .fetch_all(conn)
        .await
        .map_err(Error::database("list the incidents"))?;
    let read = |row| incident(row).map_err(Error::database("list the incidents"));
    rows.iter().map(read).collect()
}

/// Enters an incident that is open.
pub async fn insert(conn: &mut AnyConnection, new: &Incident) -> Result<()> {
    let (kind, subject) = new.target.columns();
    sqlx::query(
        "INSERT INTO incident (incident_no, nature, kind, subject, reason, known_at, affects_from, stop_no, stop_entry,
         opened_at, opened_by, entry, outcome, closed_by, report)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', '', '')",
    )
    .bind(new.number)
    .bind(new.nature.word())
    .bind(kind)
    .bind(subject)
    .bind(&new.reason)
    .bind(new.known_at.as_microsecond())
    .bind(new.affects_from.as_microsecond())
    .bind(new.stop)
    .bind(new.stop_entry)
    .bind(new.opened_at.as_microsecond())
    .bind(&new.opened_by)
    .bind(new.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter an incident"))?;
    Ok(())
}

/// Ends the incident `number`, which is open.
pub async fn end(conn: &mut AnyConnection, number: i64, ended: &Ended) -> Result<()> {
    let done = sqlx::query(
        "UPDATE incident SET outcome = $1, closed_at = $2, closed_by = $3, report = $4, close_entry = $5
         WHERE incident_no = $6 AND outcome = ''",
    )
    .bind(&ended.outcome)
    .bind(ended.at.as_microsecond())
    .bind(&ended.by)
    .bind(&ended.report)
    .bind(ended.entry)
    .bind(number)
    .execute(conn)
    .await
    .map_err(Error::database("close an incident"))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Bug("an incident was closed while its writer was held"))
    }
}

/// Notes that `duty` is the notice of an incident to `recipient`.
pub async fn insert_notice(conn: &mut AnyConnection, number: i64, recipient: &str, duty: &str) -> Result<()> {
    sqlx::query("INSERT INTO incident_notice (incident_no, recipient, duty) VALUES ($1, $2, $3)")
        .bind(number)
        .bind(recipient)
        .bind(duty)
        .execute(conn)
        .await
        .map_err(Error::database("note a notice"))?;
    Ok(())
}

/// The notices of an incident.
pub async fn notices(conn: &mut AnyConnection, number: i64) -> Result<Vec<Notice>> {
    let failed = || Error::database("read the notices of an incident");
    let rows =
        sqlx::query("SELECT recipient, duty FROM incident_notice WHERE incident_no = $1 ORDER BY recipient")
            .bind(number)
            .fetch_all(conn)
            .await
            .map_err(failed())?;
    let read = |row: &AnyRow| {
        Ok(Notice {
            recipient: row.try_get(0)?,
            duty: row.try_get(1)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed())).collect()
}

/// Keeps a reading of the incident `number`.
pub async fn insert_reading(
    conn: &mut AnyConnection,
    number: i64,
    reading: &Reading,
    entry: i64,
) -> Result<()> {
    let reading_no = meta::take_numbers(&mut *conn, meta::INCIDENT_STEPS, 1).await?;
    sqlx::query(
        "INSERT INTO incident_release (reading_no, incident_no, read_at, released, deliveries, on_the_way, last_at, elapsed,
         watched, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(reading_no)
    .bind(number)
    .bind(reading.read_at.as_microsecond())
    .bind(reading.released)
    .bind(reading.deliveries)
    .bind(reading.on_the_way)
    .bind(reading.last_at.map(Timestamp::as_microsecond))
    .bind(reading.elapsed_micros)
    .bind(i64::from(reading.watched))
    .bind(entry)
    .execute(conn)
    .await
    .map_err(Error::database("keep a reading"))?;
    Ok(())
}

/// The readings of an incident, in their order.
pub async fn readings(conn: &mut AnyConnection, number: i64) -> Result<Vec<Reading>> {
    let failed = || Error::database("read the readings of an incident");
    let rows = sqlx::query(
        "SELECT read_at, released, deliveries, on_the_way, last_at, elapsed, watched, entry FROM incident_release
         WHERE incident_no = $1 ORDER BY reading_no",
    )
    .bind(number)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let read = |row: &AnyRow| -> Column<Reading> {
        Ok(Reading {
            read_at: instant(row.try_get(0)?)?,
            released: row.try_get(1)?,
            deliveries: row.try_get(2)?,
            on_the_way: row.try_get(3)?,
            last_at: row.try_get::<Option<i64>, _>(4)?.map(instant).transpose()?,
            elapsed_micros: row.try_get(5)?,
            watched: row.try_get::<i64, _>(6)? == 1,
            entry: Some(row.try_get(7)?),
        })
    };
    rows.iter().map(|row| read(row).map_err(failed())).collect()
}

/// Adds a step to the incident `number`.
pub async fn insert_step(conn: &mut AnyConnection, number: i64, step: &Step) -> Result<()> {
    sqlx::query(
        "INSERT INTO incident_step (step_no, incident_no, what, note, account, stepped_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(step.number)
    .bind(number)
    .bind(&step.what)
    .bind(&step.note)
    .bind(&step.by)
    .bind(step.at.as_microsecond())
    .bind(step.entry)
    .execute(conn)
    .await
    .map_err(Error::database("add a step to an incident"))?;
    Ok(())
}

/// The steps of an incident, in their order.
pub async fn steps(conn: &mut AnyConnection, number: i64) -> Result<Vec<Step>> {
    let failed = || Error::database("read the steps of an incident");
    let rows = sqlx::query(
        "SELECT step_no, what, note, account, stepped_at, entry FROM incident_step WHERE incident_no = $1 ORDER BY step_no",
    )
    .bind(number)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let read = |row: &AnyRow| -> Column<Step> {
        Ok(Step {
            number: row.try_get(0)?,
            what: row.try_get(1)?,
            note: row.try_get(2)?,
            by: row.try_get(3)?,
            at: instant(row.try_get(4)?)?,
            entry: row.try_get(5)?,
        })
    };
    rows.iter().map(|row| read(row).map_err(failed())).collect()
}

fn incident(row: &AnyRow) -> Column<Incident> {
    let (nature, kind): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    let outcome: String = row.try_get(12)?;
    let ended = match outcome.is_empty() {
        true => None,
        false => Some(Ended {
            outcome,
            at: instant(row.try_get(13)?)?,
            by: row.try_get(14)?,
            report: row.try_get(15)?,
            entry: row.try_get(16)?,
        }),
    };
    Ok(Incident {
        number: row.try_get(0)?,
        nature: Nature::parse(&nature).ok_or(sqlx::Error::RowNotFound)?,
        target: Target::parse(&kind, row.try_get(3)?).ok_or(sqlx::Error::RowNotFound)?,
        reason: row.try_get(4)?,
        known_at: instant(row.try_get(5)?)?,
        affects_from: instant(row.try_get(6)?)?,
        stop: row.try_get(7)?,
        stop_entry: row.try_get(8)?,
        opened_at: instant(row.try_get(9)?)?,
        opened_by: row.try_get(10)?,
        entry: row.try_get(11)?,
        ended,
    })
}
