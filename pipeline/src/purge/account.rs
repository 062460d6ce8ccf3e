//! Accounts for what was destroyed: each cohort is entered in the journal and, once nothing of it is left, certified. *SQL.*
//!
//! The queue is the list of destroyed cohorts beside the keyring, so nothing is forgotten when the database was away or the
//! process was killed between any two steps; the counts are those that the first pass kept as evidence.

use std::collections::HashSet;

use jiff::Timestamp;
use mayfly_retention::{
    Cohort,
    certificate::{Fault, State},
    custody::DestroyedCohort,
    plan::Why,
    purge::{Evidence, EvidenceQueue, Gone, residue},
};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    derived::{self, Derived},
    draw::{draw, objection},
    left, trace,
};
use crate::{
    app::House,
    certificate::{issue, stored},
    db::meta,
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What accounting came to.
#[derive(Default)]
pub struct Accounted {
    /// Answers that were in the cohorts newly certified.
    pub answers: i64,
    /// Cohorts newly certified.
    pub certified: usize,
    /// Cohorts that are destroyed and must not be certified yet.
    pub held_back: Vec<HeldBack>,
    /// What a person must look at.
    pub incidents: usize,
}

impl Accounted {
    /// This and what a later step of the same pass came to, which saw all that is held back by then.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self {
            answers: self.answers + later.answers,
            certified: self.certified + later.certified,
            held_back: later.held_back,
            incidents: self.incidents + later.incidents,
        }
    }
}

/// A destroyed cohort of which something is left, or of which the books cannot be read.
#[derive(Serialize)]
pub struct HeldBack {
    /// The cohort.
    pub cohort: String,
    /// How many files; `None` if they could not be counted.
    pub residue: Option<u64>,
    /// What keeps it from a certificate, if it is not the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
}

/// Enters every destroyed cohort in the journal that is not there yet, empties the database's log, and certifies what is
/// gone without residue: every destroyed cohort once. Leaves the trace of the pass.
///
/// # Errors
/// `PURGE-LOG` when another process reads from the log for too long: the keys are destroyed and entered in the journal then,
/// and the certificates follow at the next pass.
pub async fn account(house: &House, gone: &[Gone]) -> Result<Accounted> {
    let mut tx = house.db.begin().await?;
    trace::leave(house, tx.connection(), house.clock.now()).await?;
    tx.commit().await?;
    derived::enter(house).await?;
    settle(house, gone).await
}

/// As [`account`], in the midst of a pass.
pub(super) async fn settle(house: &House, gone: &[Gone]) -> Result<Accounted> {
    let now = house.clock.now();
    let queue = EvidenceQueue::open(&house.dir);
    queue.tidy()?;
    let destroyed = house.custody.destroyed()?;
    let mut accounted = Accounted::default();
    let mut tx = house.db.begin().await?;
    let count = i64::try_from(destroyed.len()).map_err(|_| Error::Bug("more cohorts than 2^63"))?;
    let is_quiet =
        meta::counter(tx.connection(), meta::ACCOUNTED).await? == count && queue.cohorts()?.is_empty();
    if !is_quiet {
        accounted.incidents += enter(house, tx.connection(), &destroyed, gone, now).await?;
    }
    tx.commit().await?;
    if is_quiet {
        journal::signing::sign(house).await?;
        return Ok(accounted);
    }
    // Before anything is certified: what was deleted must be in the log no more either.
    if !house.db.empty_log().await? {
        journal::signing::sign(house).await?;
        return Err(log_is_read());
    }
    certify(house, &queue, &destroyed, gone, &mut accounted).await?;
    journal::signing::sign(house).await?;
    Ok(accounted)
}

/// Enters the destructions that are not in the journal yet, each with an incident if what it destroyed is not what had sealed
/// the cohort; returns how many incidents.
async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    destroyed: &[DestroyedCohort],
    gone: &[Gone],
    now: Timestamp,
) -> Result<usize> {
    let queue = EvidenceQueue::open(&house.dir);
    let known = entered(&mut *conn).await?;
    let mut incidents = 0;
    for listed in destroyed {
        let DestroyedCohort {
            cohort, commitment, ..
        } = listed;
        let name = cohort.name();
        if known.contains(&name) {
            continue;
        }
        let act = Act {
            kind: Kind::Destruction,
            member: "",
            reference: &name,
        };
        let payload = Destruction {
            cohort: &name,
            commitment: commitment.map(|bytes| ids::hex(&bytes)),
            entered_at: now,
        };
        let entry = act::enter(house, &mut *conn, &act, &payload, now).await?;
        insert(&mut *conn, &name, *commitment, now, entry).await?;
        let evidence = evidence_of(&queue, gone, *cohort)?;
        if let Some(what) = objection(&mut *conn, listed, evidence.as_ref()).await? {
            incidents += enter_incident(house, &mut *conn, *cohort, what, now).await?;
        }
    }
    Ok(incidents)
}

/// What the first pass saw of a cohort, or this one, if the disk kept nothing.
fn evidence_of(queue: &EvidenceQueue, gone: &[Gone], cohort: Cohort) -> Result<Option<Evidence>> {
    let seen = gone.iter().find(|gone| gone.evidence.cohort == cohort);
    Ok(queue
        .of(cohort)?
        .or_else(|| seen.map(|gone| gone.evidence.clone())))
}

/// Certifies the destroyed cohorts that have no certificate and no residue.
async fn certify(
    house: &House,
    queue: &EvidenceQueue,
    destroyed: &[DestroyedCohort],
    gone: &[Gone],
    accounted: &mut Accounted,
) -> Result<()> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let certified = stored::cohorts(tx.connection(), State::Erased).await?;
    let derived = Derived::of(&house.dir, &house.config);
    let (mut done, mut waits) = (Vec::new(), false);
    let mut told = Vec::new();
    for listed in destroyed {
        let cohort = &listed.cohort;
        let evidence = queue.of(*cohort)?;
        if let Some(&certified_at) = certified.get(&cohort.name()) {
            if let Some(evidence) = evidence {
                accounted.incidents +=
                    afterwards(house, tx.connection(), &evidence, certified_at, now).await?;
                done.push(*cohort);
            }
            continue;
        }
        // Rows of a month that came back with a backup: the pass of the years deletes and counts them first.
        if left::sealed_in(tx.connection(), *cohort).await? > 0 {
            waits = true;
            continue;
        }
        let left = left(house, &derived, gone, *cohort);
        if left != Some(0) {
            accounted.held_back.push(HeldBack {
                cohort: cohort.name(),
                residue: left,
                why: None,
            });
            continue;
        }
        let evidence = evidence_of(queue, gone, *cohort)?;
        if let Some(what) = objection(tx.connection(), listed, evidence.as_ref()).await? {
            accounted.held_back.push(HeldBack {
                cohort: cohort.name(),
                residue: left,
                why: Some(what),
            });
            continue;
        }
        let drawn = draw(house, tx.connection(), listed, evidence.as_ref(), now);
        let drawn = match drawn.await {
            // Books that say nonsense of one cohort keep no other from its certificate.
            Err(Error::Bug(what)) => {
                tracing::error!(cohort = cohort.name(), what, "no certificate can be drawn up");
                accounted.held_back.push(HeldBack {
                    cohort: cohort.name(),
                    residue: left,
                    why: Some(BOOKS),
                });
                continue;
            }
            drawn => drawn?,
        };
        let (facts, unrecorded) = (&drawn.facts, drawn.unrecorded);
        let number = issue::issue(house, tx.connection(), facts, unrecorded, drawn.number, now).await?;
        if drawn.number.is_none() {
            told.extend(drawn.told(number).map(|circumstances| (*cohort, circumstances)));
        }
        let early = (drawn.facts.why == Why::TimeLost).then_some(TIME_LOST);
        for what in early
            .into_iter()
            .chain(drawn.facts.faults().into_iter().map(found))
        {
            accounted.incidents += enter_incident(house, tx.connection(), *cohort, what, now).await?;
        }
        if cohort.class().is_hours() {
            accounted.answers += i64::try_from(drawn.facts.records.expected).unwrap_or(i64::MAX);
        }
        accounted.certified += 1;
        done.push(*cohort);
    }
    if accounted.held_back.is_empty() && !waits {
        meta::write(tx.connection(), meta::ACCOUNTED, &destroyed.len().to_string()).await?;
    }
    // What is certified is kept beside the keyring first: a database from before tells the same, with the same number.
    house.custody.note_certified(&told)?;
    issue::commit(house, tx).await?;
    // A crash before this leaves evidence of what is certified; the next pass sees that and removes it.
    done.into_iter().try_for_each(|cohort| queue.remove(cohort))?;
    Ok(())
}

/// What is left of a destroyed cohort: what this pass counted, or what lies there now if that is more; plain files too.
fn left(house: &House, derived: &Derived, gone: &[Gone], cohort: Cohort) -> Option<u64> {
    let counted = gone.iter().find(|gone| gone.evidence.cohort == cohort);
    let now = residue(&house.vault, cohort)? + derived.left(cohort)?;
    match counted {
        Some(gone) => Some(gone.residue?.max(now)),
        None => Some(now),
    }
}

/// Evidence of a cohort that is certified already: left by a crash, or of bytes that came after the certificate.
async fn afterwards(
    house: &House,
    conn: &mut AnyConnection,
    evidence: &Evidence,
    certified_at: Timestamp,
    now: Timestamp,
) -> Result<usize> {
    if evidence.destroyed_at <= certified_at || evidence.objects.is_empty() {
        return Ok(0);
    }
    enter_incident(
        house,
        conn,
        evidence.cohort,
        "sealed files came after the certificate and were removed",
        now,
    )
    .await
}

/// What an incident says of a certificate that is signed and does not hold together.
fn found(fault: Fault) -> &'static str {
    match fault {
        Fault::Counts => "the counts of the certificate differ",
        Fault::Residue => "the certificate counts a residue",
        Fault::State => "state and key of the certificate contradict each other",
        Fault::Early => "the key was destroyed before it was due",
        Fault::Reason => "reason and times of the certificate contradict each other",
    }
}

async fn enter_incident(
    house: &House,
    conn: &mut AnyConnection,
    cohort: Cohort,
    what: &'static str,
    now: Timestamp,
) -> Result<usize> {
    let name = cohort.name();
    let act = Act {
        kind: Kind::Incident,
        member: "",
        reference: &name,
    };
    act::enter(house, conn, &act, &what, now).await?;
    tracing::error!(cohort = name, what, "incident");
    Ok(1)
}

/// What the journal keeps of a destruction; no personal data.
#[derive(Serialize)]
struct Destruction<'a> {
    cohort: &'a str,
    commitment: Option<String>,
    entered_at: Timestamp,
}

/// The cohorts whose destruction is in the journal.
async fn entered(conn: &mut AnyConnection) -> Result<HashSet<String>> {
    let rows = sqlx::query("SELECT cohort FROM destruction")
        .fetch_all(conn)
        .await
        .map_err(Error::database("look up the destructions"))?;
    rows.iter()
        .map(|row| row.try_get(0))
        .collect::<std::result::Result<_, _>>()
        .map_err(Error::database("look up the destructions"))
}

async fn insert(
    conn: &mut AnyConnection,
    cohort: &str,
    commitment: Option<[u8; 32]>,
    now: Timestamp,
    entry: u64,
) -> Result<()> {
    sqlx::query("INSERT INTO destruction (cohort, commitment, entered_at, entry) VALUES ($1, $2, $3, $4)")
        .bind(cohort)
        .bind(commitment.map_or_else(Vec::new, Vec::from))
        .bind(now.as_microsecond())
        .bind(i64::try_from(entry).map_err(|_| Error::Bug("a journal index beyond 2^63"))?)
        .execute(conn)
        .await
        .map_err(Error::database("keep a destruction"))?;
    Ok(())
}

/// What an incident says of a key that went early because late would have been a breach (D4).
const TIME_LOST: &str = "the key was destroyed before it was due, because nobody knew the time (D4)";

const BOOKS: &str = "what the database says of it cannot be read";

pub(super) fn log_is_read() -> Error {
    Error::Operator {
        code: "PURGE-LOG",
        sentence: "the keys are destroyed and entered in the journal, but another process reads the database's log, so it \
                   could not be emptied, and nothing was certified"
            .into(),
        remedy: "run `mayfly purge run` again when that process has ended",
    }
}
