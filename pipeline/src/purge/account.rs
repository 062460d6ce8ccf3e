//! Accounts for what was destroyed: each cohort is entered in the journal and, once nothing of it is left, certified. *SQL.*
//!
//! The queue is the list of destroyed cohorts beside the keyring, so nothing is forgotten when the database was away or the
//! process was killed between any two steps; the counts are those that the first pass kept as evidence.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use mayfly_retention::{
    Cohort, ObjectId,
    certificate::{Actor, Counts, Facts, Fault, State},
    custody::DestroyedCohort,
    plan::Why,
    purge::{Evidence, EvidenceQueue, Gone, residue},
};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use super::{
    derived::{self, Derived},
    months, records, strength, trace,
};
use crate::{
    app::House,
    certificate::{books, issue, stored},
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
        enter(house, tx.connection(), &destroyed, now).await?;
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

/// Enters the destructions that are not in the journal yet.
async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    destroyed: &[DestroyedCohort],
    now: Timestamp,
) -> Result<()> {
    let known = entered(&mut *conn).await?;
    for (cohort, commitment) in destroyed {
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
    }
    Ok(())
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
    for (cohort, commitment) in destroyed {
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
        if records::seals_any(tx.connection(), *cohort).await? {
            waits = true;
            continue;
        }
        let left = left(house, &derived, gone, *cohort);
        if left != Some(0) {
            accounted.held_back.push(HeldBack {
                cohort: cohort.name(),
                residue: left,
            });
            continue;
        }
        let seen = gone.iter().find(|gone| gone.evidence.cohort == *cohort);
        let evidence = evidence.or_else(|| seen.map(|gone| gone.evidence.clone()));
        let drawn = draw(
            house,
            tx.connection(),
            *cohort,
            *commitment,
            evidence.as_ref(),
            now,
        );
        let drawn = match drawn.await {
            // Books that say nonsense of one cohort keep no other from its certificate.
            Err(Error::Bug(what)) => {
                tracing::error!(cohort = cohort.name(), what, "no certificate can be drawn up");
                accounted.held_back.push(HeldBack {
                    cohort: cohort.name(),
                    residue: left,
                });
                continue;
            }
            drawn => drawn?,
        };
        issue::issue(house, tx.connection(), &drawn.facts, drawn.unrecorded, now).await?;
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
    tx.commit().await?;
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

/// What a certificate is made of.
struct Drawn {
    facts: Facts,
    unrecorded: u64,
}

/// Draws up the facts of a cohort from the books of the database and the evidence of its purge.
async fn draw(
    house: &House,
    conn: &mut AnyConnection,
    cohort: Cohort,
    commitment: Option<[u8; 32]>,
    evidence: Option<&Evidence>,
    now: Timestamp,
) -> Result<Drawn> {
    if !cohort.class().is_hours() {
        let (facts, unrecorded) = months::draw(house, conn, cohort, commitment, evidence, now).await?;
        return Ok(Drawn { facts, unrecorded });
    }
    let window = house.regime.retention_window()?;
    let recorded: HashMap<ObjectId, u64> = books::of(&mut *conn, cohort).await?.into_iter().collect();
    let found: Option<BTreeSet<ObjectId>> =
        evidence.map(|evidence| evidence.objects.iter().copied().collect());
    let unrecorded = found.as_ref().map_or(0, |found| {
        found
            .iter()
            .filter(|object| !recorded.contains_key(object))
            .count() as u64
    });
    // Without evidence (its disk was full when the process died) the books and the empty folder are all there is.
    let was_there = |object: &ObjectId| found.as_ref().is_none_or(|found| found.contains(object));
    let there: Vec<u64> = recorded
        .iter()
        .filter(|(object, _)| was_there(object))
        .map(|(_, answers)| *answers)
        .collect();
    let counts = |expected, removed| Counts {
        expected,
        destroyed: expected,
        removed,
    };
    // A key is destroyed before it is due for one reason only.
    let unknown_why = match now < cohort.due_at(window) {
        true => Why::TimeLost,
        false => Why::Over,
    };
    let facts = Facts {
        cohort,
        state: State::Erased,
        commitment,
        due_at: cohort.due_at(window),
        gone_by: Some(cohort.destroy_by(window)),
        key_destroyed_at: Some(evidence.map_or(now, |evidence| evidence.destroyed_at)),
        bytes_removed_at: evidence.map_or(now, |evidence| now.max(evidence.destroyed_at)),
        segments: counts(
            recorded.len() as u64 + unrecorded,
            there.len() as u64 + unrecorded,
        ),
        records: counts(recorded.values().sum(), there.iter().sum()),
        residue: Some(0),
        strength: evidence.map_or(strength(house.config.environment, &house.custody), |evidence| {
            evidence.strength
        }),
        actor: evidence.map_or(Actor::Schedule, |evidence| evidence.actor.clone()),
        why: evidence.map_or(unknown_why, |evidence| evidence.why),
    };
    Ok(Drawn { facts, unrecorded })
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

pub(super) fn log_is_read() -> Error {
    Error::Operator {
        code: "PURGE-LOG",
        sentence: "the keys are destroyed and entered in the journal, but another process reads the database's log, so it \
                   could not be emptied, and nothing was certified"
            .into(),
        remedy: "run `mayfly purge run` again when that process has ended",
    }
}
