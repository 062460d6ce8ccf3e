//! Opens an incident: the stop, the incident and the duties of its notices in one commit, then what still left is measured. *SQL.*

use std::time::Duration;

use jiff::Timestamp;
use mayfly_consent::day::{taipei_day, taipei_midnight};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Nature, notice,
    release::{self, Reading},
    store::{self, Incident},
};
use crate::{
    access::{stop::Target, stopper::stopper, stopping},
    app::House,
    clock::Stopwatch,
    db::meta,
    duty::raise::{self, Raise},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What happened, and what is stopped for it.
pub struct Opening<'o> {
    /// Suspected or actual.
    pub nature: Nature,
    /// What is stopped.
    pub target: Target,
    /// What happened, in a few words, without a person's name.
    pub reason: &'o str,
    /// When it became known; now, if nothing is said.
    pub known_at: Option<Timestamp>,
    /// From when on queries count as affected; the beginning of the day on which it became known, if nothing is said.
    pub affects_from: Option<Timestamp>,
    /// Who opens it.
    pub by: &'o str,
    /// How long it is waited for what is on the way.
    pub patience: Duration,
}

/// Opens it. The stop holds from the commit on, which comes before anything else; returns the incident's number and what
/// still left; nothing of that, if it could not be looked at: the stop holds all the same.
///
/// # Errors
/// `INCIDENT-TIME`, `STOP-TARGET`, `STOP-REASON`, `STOP-RIGHT`, `DUTY-DAY`; then nothing is stopped and nothing entered.
pub async fn open(house: &House, opening: Opening<'_>) -> Result<(i64, Option<Reading>)> {
    let now = house.clock.now();
    let known_at = opening.known_at.unwrap_or(now);
    let affects_from = opening
        .affects_from
        .unwrap_or_else(|| taipei_midnight(taipei_day(known_at)).unwrap_or(known_at));
    if known_at > now || affects_from > now {
        return Err(Error::Input {
            code: "INCIDENT-TIME",
            sentence: "an incident is known, and begins to affect queries, now or before now".into(),
            remedy: "give --known and --from instants that are past, such as 2026-11-02T10:00:00+08:00, or leave them out",
        });
    }
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let opened_by = stopper(house, &mut *conn, opening.by, house.today(now)).await?;
    let mut incident = Incident {
        number: 0,
        nature: opening.nature,
        target: opening.target,
        reason: opening.reason.to_owned(),
        known_at,
        affects_from,
        stop: 0,
        stop_entry: 0,
        opened_at: now,
        opened_by,
        entry: 0,
        ended: None,
    };
    enter(house, &mut *conn, &mut incident).await?;
    notify(house, conn, &incident).await?;
    tx.commit().await?;
    let since = Stopwatch::start();
    tracing::info!(incident = incident.number, "opened");
    let measured = measure(house, &incident, &since, opening.patience).await;
    // The opening is signed, whatever came of the look.
    let signed = journal::signing::sign(house).await;
    let measured = measured.and_then(|reading| signed.map(|_| reading));
    if let Err(error) = &measured {
        tracing::warn!(
            code = error.code(),
            "the stop holds, and what still left was not measured"
        );
    }
    Ok((incident.number, measured.ok()))
}

/// Watches what left, and keeps the reading.
async fn measure(
    house: &House,
    incident: &Incident,
    since: &Stopwatch,
    patience: Duration,
) -> Result<Reading> {
    let mut reading = release::watch(house, incident, Some(since), patience).await?;
    let mut tx = house.db.begin().await?;
    release::keep(house, tx.connection(), incident, &mut reading).await?;
    tx.commit().await?;
    Ok(reading)
}

/// Places the stop of `incident` and enters it; its numbers are assigned here.
///
/// # Errors
/// `STOP-TARGET`, `STOP-REASON`; the caller's transaction must not be committed then.
pub(super) async fn enter(house: &House, conn: &mut AnyConnection, incident: &mut Incident) -> Result<()> {
    incident.number = meta::take_numbers(&mut *conn, meta::INCIDENTS, 1).await?;
    if incident.nature == Nature::Drill {
        incident.target = Target::Drill(incident.number.to_string());
    }
    let (reason, by, now) = (&incident.reason, &incident.opened_by, incident.opened_at);
    let (stop, entry) =
        stopping::place_within(house, &mut *conn, &incident.target, (reason, by), now).await?;
    incident.stop = stop;
    incident.stop_entry = journal::store::column(entry)?;
    let reference = format!("incident:{}", incident.number);
    let act = Act {
        kind: Kind::Incident,
        member: incident.target.member(),
        reference: &reference,
    };
    let (kind, subject) = incident.target.columns();
    let entered = Entered {
        what: "open",
        nature: incident.nature,
        kind,
        subject,
        stop,
        reason,
        known_at: incident.known_at,
        affects_from: incident.affects_from,
        by,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    incident.entry = journal::store::column(entry)?;
    store::insert(conn, incident).await
}

/// Raises the duty of each notice, with its clock.
async fn notify(house: &House, conn: &mut AnyConnection, incident: &Incident) -> Result<()> {
    let rules = &house.regime.incident;
    let member = incident.target.member();
    for rule in &rules.notices {
        let members = rule.member_duty.as_ref().filter(|_| !member.is_empty());
        let (duty, of) = members.map_or((&rule.duty, "bureau"), |duty| (duty, member));
        let reason = format!("incident {}: notice to {}", incident.number, rule.to);
        let raise = Raise {
            rule: duty,
            day: house.today(incident.known_at),
            of,
            reason: &reason,
            by: &incident.opened_by,
            due_at: Some(notice::counted(rules, rule, incident.known_at)),
        };
        let duty = raise::raise_within(house, &mut *conn, &raise, incident.opened_at).await?;
        store::insert_notice(&mut *conn, incident.number, &rule.to, &duty).await?;
    }
    Ok(())
}

/// What the journal keeps of an opening.
#[derive(Serialize)]
struct Entered<'a> {
    what: &'static str,
    nature: Nature,
    kind: &'a str,
    subject: &'a str,
    stop: i64,
    reason: &'a str,
    known_at: Timestamp,
    affects_from: Timestamp,
    by: &'a str,
}
