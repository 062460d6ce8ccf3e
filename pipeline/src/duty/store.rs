//! What is kept of duties: events that were raised, closings, and local working days. *SQL.*

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_day;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    duties::Duty,
    whose::{Event, OnFile},
};
use crate::{
    db::columns::{Column, day, instant},
    error::{Error, Result},
};

/// How a duty was closed.
pub struct Closing {
    /// Its number; 0 where the registers themselves show that the duty is met.
    pub number: i64,
    /// The artefact: `sha256:…` of a file, or a reference.
    pub artefact: String,
    /// On which day.
    pub on: Date,
    /// When; none where the register of members shows it.
    pub at: Option<Timestamp>,
    /// By whom.
    pub by: String,
    /// Its journal entry.
    pub entry: Option<i64>,
}

/// An event that is to be entered.
pub struct NewEvent<'e> {
    /// The event.
    pub event: &'e Event,
    /// Whose duty follows.
    pub member: &'e str,
    /// When it is entered.
    pub at: Timestamp,
    /// By whom.
    pub by: &'e str,
    /// Its journal entry.
    pub entry: i64,
}

/// A closing that is to be entered.
pub struct NewClosing<'c> {
    /// The duty's name.
    pub duty: &'c str,
    /// Whose it is.
    pub member: &'c str,
    /// The event it follows from, if that was raised.
    pub event: Option<i64>,
    /// From which day its years run.
    pub kept_from: Date,
    /// How it is closed.
    pub closing: &'c Closing,
}

/// Events of `member`, in the order in which they were raised.
pub async fn events(conn: &mut AnyConnection, member: &str) -> Result<Vec<Event>> {
    let failed = || Error::database("read the events of duties");
    let rows = sqlx::query(
        "SELECT event_no, rule, account, event_day, reason, due_at FROM duty_event WHERE member = $1 ORDER BY event_no",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| event(row).map_err(failed())).collect()
}

/// Enters an event.
pub async fn insert_event(conn: &mut AnyConnection, new: &NewEvent<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO duty_event (event_no, rule, member, account, event_day, reason, raised_at, raised_by, due_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.event.number)
    .bind(&new.event.rule)
    .bind(new.member)
    .bind(&new.event.account)
    .bind(new.event.day.to_string())
    .bind(&new.event.reason)
    .bind(new.at.as_microsecond())
    .bind(new.by)
    .bind(new.event.due_at.map(Timestamp::as_microsecond))
    .bind(new.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter the event of a duty"))?;
    Ok(())
}

/// The closings of the duties of `member`, by the duty's name.
pub async fn closings(conn: &mut AnyConnection, member: &str) -> Result<BTreeMap<String, Closing>> {
    let failed = || Error::database("read the closings of duties");
    let rows = sqlx::query(
        "SELECT duty, closing_no, artefact, closed_on, closed_at, closed_by, entry FROM duty_closing WHERE member = $1",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| closing(row).map_err(failed())).collect()
}

/// Enters a closing.
pub async fn insert_closing(conn: &mut AnyConnection, new: &NewClosing<'_>) -> Result<()> {
    let closing = new.closing;
    sqlx::query(
        "INSERT INTO duty_closing (closing_no, duty, member, event_no, artefact, closed_on, closed_at, closed_by, kept_from,
         entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(closing.number)
    .bind(new.duty)
    .bind(new.member)
    .bind(new.event)
    .bind(&closing.artefact)
    .bind(closing.on.to_string())
    .bind(closing.at.map_or(0, Timestamp::as_microsecond))
    .bind(&closing.by)
    .bind(new.kept_from.to_string())
    .bind(closing.entry)
    .execute(conn)
    .await
    .map_err(Error::database("enter the closing of a duty"))?;
    Ok(())
}

/// The local working and rest days.
pub async fn local_days(conn: &mut AnyConnection) -> Result<BTreeMap<Date, (bool, String)>> {
    let failed = || Error::database("read the local working days");
    let rows = sqlx::query("SELECT day, is_workday, note FROM working_day ORDER BY day")
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    rows.iter().map(|row| local_day(row).map_err(failed())).collect()
}

/// Enters a local day, in place of what was said of it before.
pub async fn put_local_day(conn: &mut AnyConnection, on: Date, is_workday: bool, note: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO working_day (day, is_workday, note) VALUES ($1, $2, $3)
         ON CONFLICT (day) DO UPDATE SET is_workday = excluded.is_workday, note = excluded.note",
    )
    .bind(on.to_string())
    .bind(i64::from(is_workday))
    .bind(note)
    .execute(conn)
    .await
    .map_err(Error::database("enter a local working day"))?;
    Ok(())
}

/// Whether a change of an authorisation of `member` has the number `number`.
pub async fn is_change_of(conn: &mut AnyConnection, number: i64, member: &str) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM authorisation_change WHERE change_no = $1 AND member = $2")
        .bind(number)
        .bind(member)
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for the change of an authorisation"))?;
    Ok(row.is_some())
}

/// The day on which the drill `number` was carried to its end.
pub async fn drilled_on(conn: &mut AnyConnection, number: i64) -> Result<Option<Date>> {
    let failed = || Error::database("look for a drill");
    let row = sqlx::query("SELECT opened_at FROM incident WHERE incident_no = $1 AND outcome = 'drilled'")
        .bind(number)
        .fetch_optional(conn)
        .await
        .map_err(failed())?;
    let day = |row: AnyRow| Ok(taipei_day(instant(row.try_get(0)?)?));
    row.map(|row| day(row).map_err(failed())).transpose()
}

/// Whether the paper `number` is of `kind` and meets `duty`: it follows the one that raised it, or is of a day of its period.
pub async fn is_paper_of(conn: &mut AnyConnection, number: i64, duty: &Duty<'_>, kind: &str) -> Result<bool> {
    let sql = match duty.cause {
        Some(_) => {
            "SELECT 1 FROM paper WHERE paper_no = $1 AND member = $2 AND kind = $3 AND EXISTS
             (SELECT 1 FROM paper AS asked WHERE asked.paper_no = paper.follows AND asked.duty = $4)"
        }
        None => {
            "SELECT 1 FROM paper WHERE paper_no = $1 AND member = $2 AND kind = $3 AND day >= $4 AND day <= $5"
        }
    };
    let first = match duty.cause {
        Some(_) => duty.id.clone(),
        None => duty.period.first.to_string(),
    };
    let query = sqlx::query(sql)
        .bind(number)
        .bind(&duty.of)
        .bind(kind)
        .bind(first);
    let query = match duty.cause {
        Some(_) => query,
        None => query.bind(duty.period.last.to_string()),
    };
    let row = query
        .fetch_optional(conn)
        .await
        .map_err(Error::database("look for a paper"))?;
    Ok(row.is_some())
}

/// The papers of `member`, in the order in which they were entered; fields are read as the register writes them.
pub async fn papers(conn: &mut AnyConnection, member: &str) -> Result<Vec<OnFile>> {
    let failed = || Error::database("read the papers that duties follow from");
    let rows = sqlx::query(
        "SELECT paper_no, kind, entered_at, ended_on, fields FROM paper WHERE member = $1 ORDER BY paper_no",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    rows.iter().map(|row| on_file(row).map_err(failed())).collect()
}

fn on_file(row: &AnyRow) -> Column<OnFile> {
    let entered_at = instant(row.try_get(2)?)?;
    Ok(OnFile {
        number: row.try_get(0)?,
        kind: row.try_get(1)?,
        entered_on: taipei_day(entered_at),
        stands: row.try_get::<Option<String>, _>(3)?.is_none(),
        fields: serde_json::from_str(&row.try_get::<String, _>(4)?).map_err(|_| sqlx::Error::RowNotFound)?,
    })
}

fn event(row: &AnyRow) -> Column<Event> {
    Ok(Event {
        number: row.try_get(0)?,
        rule: row.try_get(1)?,
        account: row.try_get(2)?,
        day: day(&row.try_get::<String, _>(3)?)?,
        reason: row.try_get(4)?,
        due_at: row.try_get::<Option<i64>, _>(5)?.map(instant).transpose()?,
    })
}

fn closing(row: &AnyRow) -> Column<(String, Closing)> {
    let closing = Closing {
        number: row.try_get(1)?,
        artefact: row.try_get(2)?,
        on: day(&row.try_get::<String, _>(3)?)?,
        at: Some(instant(row.try_get(4)?)?),
        by: row.try_get(5)?,
        entry: Some(row.try_get(6)?),
    };
    Ok((row.try_get(0)?, closing))
}

fn local_day(row: &AnyRow) -> Column<(Date, (bool, String))> {
    let on = day(&row.try_get::<String, _>(0)?)?;
    Ok((on, (row.try_get::<i64, _>(1)? == 1, row.try_get(2)?)))
}
