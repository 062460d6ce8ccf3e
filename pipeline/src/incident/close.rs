//! Closes an incident: when everybody was notified, something was found and done, and nothing is on the way; with its report. *SQL.*

use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    open_one,
    step::{FINDING, MEASURE},
    store::{self, Ended, Incident},
};
use crate::{
    access::stopper::handler,
    app::House,
    duty::{self, artefact},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// How an incident came out.
#[derive(Clone, Copy)]
pub enum Outcome {
    /// It had happened.
    Confirmed,
    /// It had not.
    Unfounded,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Unfounded => "unfounded",
        }
    }
}

/// Closes the incident `number` with the file `report`, of which the SHA-256 is kept; its stop stays.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-CLOSED`, `INCIDENT-REPORT`, `INCIDENT-NOTICES`, `INCIDENT-STEPS`, `INCIDENT-RELEASE`, `STOP-RIGHT`, `GATE-CLOCK`.
pub async fn close(house: &House, number: i64, outcome: Outcome, report: &str, by: &str) -> Result<()> {
    close_with(house, number, outcome, &hash_of(report)?, by).await
}

/// As [`close`], with the SHA-256 of the report, in hexadecimal, in place of its file.
///
/// # Errors
/// As [`close`].
pub async fn close_with(house: &House, number: i64, outcome: Outcome, sha256: &str, by: &str) -> Result<()> {
    let now = house.trusted_now()?;
    let report = artefact::hash(sha256).ok_or_else(no_report)?;
    let mut tx = house.db.begin().await?;
    let by = &handler(house, &mut tx, by, house.today(now)).await?;
    let conn = tx.connection();
    let incident = open_one(&mut *conn, number).await?;
    check(&mut *conn, &incident).await?;
    let reference = format!("incident:{number}");
    let act = Act {
        kind: Kind::Incident,
        member: incident.target.member(),
        reference: &reference,
    };
    let entered = Entered {
        what: "close",
        outcome: outcome.word(),
        report: &report,
        by,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let ended = Ended {
        outcome: outcome.word().to_owned(),
        at: now,
        by: by.to_owned(),
        report: report.clone(),
        entry: journal::store::column(entry)?,
    };
    store::end(conn, number, &ended).await?;
    tx.commit().await?;
    journal::signing::sign(house).await
}

/// Refuses an end before everything that belongs to an incident is there.
async fn check(conn: &mut AnyConnection, incident: &Incident) -> Result<()> {
    let readings = store::readings(&mut *conn, incident.number).await?;
    if readings.last().is_none_or(|reading| reading.on_the_way > 0) {
        return Err(not_yet(
            "INCIDENT-RELEASE",
            "the last look found queries on the way that had passed the gate before the stop, or nobody has looked",
            "let their batches end (`mayfly work --once`), then look again (`mayfly incident measure`)",
        ));
    }
    for notice in store::notices(&mut *conn, incident.number).await? {
        let of = notice.duty.split('/').nth(1).unwrap_or("");
        if !duty::store::closings(&mut *conn, of)
            .await?
            .contains_key(&notice.duty)
        {
            return Err(not_yet(
                "INCIDENT-NOTICES",
                "not everybody has been notified: the duty of a notice is open",
                "`mayfly incident show` names the duties: close each with its letter (`mayfly duty close`)",
            ));
        }
    }
    let steps = store::steps(conn, incident.number).await?;
    if ![FINDING, MEASURE]
        .iter()
        .all(|what| steps.iter().any(|step| step.what == *what))
    {
        return Err(not_yet(
            "INCIDENT-STEPS",
            "the incident has no finding or no measure yet",
            "say what was found and what was done (`mayfly incident note`), then close it",
        ));
    }
    Ok(())
}

fn hash_of(report: &str) -> Result<String> {
    let read = artefact::read(report, "").map_err(|_| no_report())?;
    let digits = read.strip_prefix("sha256:").ok_or_else(no_report)?;
    Ok(digits.to_owned())
}

fn no_report() -> Error {
    Error::Input {
        code: "INCIDENT-REPORT",
        sentence: "the report is not there, no file, empty or unreadable".into(),
        remedy: "name the file of the report (--report); its SHA-256 is kept, the file stays with you",
    }
}

fn not_yet(code: &'static str, sentence: &str, remedy: &'static str) -> Error {
    Error::Operator {
        code,
        sentence: sentence.into(),
        remedy,
    }
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    outcome: &'a str,
    report: &'a str,
    by: &'a str,
}
