//! An incident as people see it: its stop, its notices and their clocks, what still left, what was found and how it ended. *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Nature, one,
    release::Reading,
    store::{self, Incident},
};
use crate::{
    access::stop,
    app::House,
    duty::{list, state::State},
    error::Result,
};

/// An incident and what belongs to it.
#[derive(Serialize)]
pub struct Report {
    /// Its number.
    pub incident: i64,
    /// What kind it is.
    pub nature: Nature,
    /// `open`, or how it ended.
    pub state: String,
    /// What it is of, which is what was stopped.
    #[serde(flatten)]
    pub target: stop::Target,
    /// What happened.
    pub reason: String,
    /// When it became known.
    pub known_at: Timestamp,
    /// Queries from then until the stop count as affected.
    pub affects_from: Timestamp,
    /// When it was opened and the stop was placed.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// The number of its stop.
    pub stop: i64,
    /// Whether that is in force.
    pub stopped: bool,
    /// Journal index of its opening.
    pub entry: i64,
    /// Who is notified.
    pub notices: Vec<NoticeReport>,
    /// What still left after the stop, look by look.
    pub releases: Vec<Reading>,
    /// What was found, done and imposed.
    pub steps: Vec<StepReport>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// A notice and its clock.
#[derive(Serialize)]
pub struct NoticeReport {
    /// The recipient, as the regime names it.
    pub to: String,
    /// The duty that it is.
    pub duty: String,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// How the duty stands; none, once its years are over: they end before those of the incident.
    pub state: Option<State>,
    /// What closed it.
    pub artefact: Option<String>,
}

/// Something found, done or imposed.
#[derive(Serialize)]
pub struct StepReport {
    /// `finding`, `measure`, or a sanction.
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

/// How an incident ended.
#[derive(Serialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Who closed it.
    pub by: String,
    /// SHA-256 of its report; empty for a drill.
    pub report: String,
    /// Journal index.
    pub entry: i64,
}

/// The incident or drill `number`.
///
/// # Errors
/// `INCIDENT-UNKNOWN`; `DB-*`.
pub async fn show(house: &House, number: i64) -> Result<Report> {
    let mut reader = house.db.reader().await?;
    let incident = one(&mut reader, number).await?;
    report(house, &mut reader, incident).await
}

/// Incidents and drills, newest first; `open` leaves out those that have ended.
///
/// # Errors
/// `DB-*`.
pub async fn list(house: &House, open: bool) -> Result<Vec<Report>> {
    let mut reader = house.db.reader().await?;
    let mut reports = Vec::new();
    for incident in store::list(&mut reader, open).await? {
        reports.push(report(house, &mut reader, incident).await?);
    }
    Ok(reports)
}

async fn report(house: &House, conn: &mut AnyConnection, incident: Incident) -> Result<Report> {
    let number = incident.number;
    let stops = stop::list(&mut *conn, true).await?;
    let mut notices = Vec::new();
    for notice in store::notices(&mut *conn, number).await? {
        let listed = list::find(house, &notice.duty, house.today(house.clock.now())).await?;
        notices.push(NoticeReport {
            to: notice.recipient,
            duty: notice.duty,
            due_at: listed.as_ref().and_then(|listed| listed.duty.due_at),
            state: listed.as_ref().map(|listed| listed.state),
            artefact: listed
                .and_then(|listed| listed.closing)
                .map(|closing| closing.artefact),
        });
    }
    let steps = store::steps(&mut *conn, number).await?;
    let steps = steps.into_iter().map(|step| StepReport {
        what: step.what,
        note: step.note,
        by: step.by,
        at: step.at,
        entry: step.entry,
    });
    let closed = incident.ended;
    Ok(Report {
        incident: number,
        nature: incident.nature,
        state: closed
            .as_ref()
            .map_or_else(|| "open".to_owned(), |ended| ended.outcome.clone()),
        target: incident.target,
        reason: incident.reason,
        known_at: incident.known_at,
        affects_from: incident.affects_from,
        opened_at: incident.opened_at,
        opened_by: incident.opened_by,
        stop: incident.stop,
        stopped: stops.iter().any(|stop| stop.stop == incident.stop),
        entry: incident.entry,
        notices,
        releases: store::readings(conn, number).await?,
        steps: steps.collect(),
        closed: closed.map(|ended| Closed {
            at: ended.at,
            by: ended.by,
            report: ended.report,
            entry: ended.entry,
        }),
    })
}
