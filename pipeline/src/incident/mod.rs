//! Incidents, suspected or actual: stopped at once, measured, notified, accounted for, closed; and their drills (十二). *SQL.*
//!
//! [`open`] places the stop, enters the incident and raises the duties of its notices in one commit; then [`release`] watches what
//! had left before, until nothing of it is on the way, and the reading is kept. [`notice`] is what recipients are sent, from a
//! template; [`affected`] lists the queries of the incident's window, masked and under handles. [`step`] adds findings, measures and
//! sanctions, [`close`] ends an incident with its report. [`drill`] goes the same way against a stop that stops nobody, and closes the
//! month's duty. [`report`] is an incident as people see it, [`forms`] its printed form, [`store`] the rows of all this.
//!
//! Deliberately absent: a notice names no person, and no list of subjects leaves with an identity number: a member knows its own by
//! case and consent. And the stop is not lifted here: that is an act of its own.

pub mod affected;
pub mod close;
pub mod drill;
pub mod forms;
pub mod notice;
pub mod open;
pub mod release;
pub mod report;
pub mod step;
pub mod store;

use serde::Serialize;
use sqlx::AnyConnection;

use self::store::Incident;
use crate::error::{Error, Result};

/// What kind of incident it is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Nobody knows yet.
    Suspected,
    /// It has happened.
    Actual,
    /// It is a drill.
    Drill,
}

impl Nature {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Actual => "actual",
            Self::Drill => "drill",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Suspected, Self::Actual, Self::Drill]
            .into_iter()
            .find(|nature| nature.word() == word)
    }
}

/// The incident `number`, which is still open.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-CLOSED`.
pub async fn open_one(conn: &mut AnyConnection, number: i64) -> Result<Incident> {
    let incident = one(conn, number).await?;
    if incident.ended.is_none() {
        return Ok(incident);
    }
    Err(Error::Input {
        code: "INCIDENT-CLOSED",
        sentence: "the incident is closed, and nothing is added to it".into(),
        remedy: "open another one (`mayfly incident open`) if there is more to it",
    })
}

/// The incident or drill `number`.
///
/// # Errors
/// `INCIDENT-UNKNOWN`.
pub async fn one(conn: &mut AnyConnection, number: i64) -> Result<Incident> {
    let incident = store::one(conn, number).await?;
    incident.ok_or_else(unknown)
}

/// That there is no such incident, for whoever asks.
pub fn unknown() -> Error {
    Error::Input {
        code: "INCIDENT-UNKNOWN",
        sentence: "there is no incident of that number".into(),
        remedy: "see `mayfly incident list` for their numbers",
    }
}
