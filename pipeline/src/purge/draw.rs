//! Draws up what a certificate says of a destroyed cohort: from the evidence of its purge, the list beside the keyring and the books. *SQL.*

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use mayfly_retention::{
    ObjectId,
    certificate::{Actor, Counts, Facts, State},
    custody::{Certified, Circumstances, DestroyedCohort},
    plan::Why,
    purge::Evidence,
};
use sqlx::AnyConnection;

use super::{months, strength};
use crate::{app::House, certificate::books, error::Result};

/// What a certificate is made of.
pub(super) struct Drawn {
    pub(super) facts: Facts,
    /// Segments among its count that were in no book.
    pub(super) unrecorded: u64,
    /// The number of the certificate that the cohort had in a database from after this one.
    pub(super) number: Option<u64>,
}

impl Drawn {
    /// What the list beside the keyring keeps of it, once its certificate is to have `number`.
    pub(super) fn told(&self, number: u64) -> Option<Circumstances> {
        Some(Circumstances {
            at: self.facts.key_destroyed_at?,
            strength: self.facts.strength,
            why: self.facts.why,
            certified: Some(Certified {
                number,
                removed_at: self.facts.bytes_removed_at,
            }),
            actor: self.facts.actor.clone(),
        })
    }
}

/// Why nothing can be certified of `destroyed`, although nothing of it is left: what it had sealed names another key.
///
/// # Errors
/// Those of the database.
pub(super) async fn objection(
    conn: &mut AnyConnection,
    destroyed: &DestroyedCohort,
    evidence: Option<&Evidence>,
) -> Result<Option<&'static str>> {
    let DestroyedCohort {
        cohort, commitment, ..
    } = destroyed;
    let is_other = |named: &[u8; 32]| Some(*named) != *commitment;
    if evidence.is_some_and(|evidence| evidence.foreign.iter().any(is_other)) {
        return Ok(Some(OTHER_KEY));
    }
    let is_bare = commitment.is_none() && cohort.class().is_hours();
    let is_recorded = is_bare && !books::of(conn, *cohort).await?.is_empty();
    Ok(is_recorded.then_some(NO_KEY))
}

/// Draws up the facts of a cohort.
///
/// How it came to its end is told by what the first certificate of it said, if it had one in a database from after this one;
/// else by the evidence of its purge; else by the list of the destroyed; where none of them knows, by this pass.
pub(super) async fn draw(
    house: &House,
    conn: &mut AnyConnection,
    destroyed: &DestroyedCohort,
    evidence: Option<&Evidence>,
    now: Timestamp,
) -> Result<Drawn> {
    let DestroyedCohort {
        cohort,
        commitment,
        circumstances: listed,
    } = destroyed;
    let certified = listed.as_ref().and_then(|listed| listed.certified);
    let listed = || listed.clone();
    let witnessed = || evidence.and_then(Evidence::circumstances);
    let told = match certified {
        Some(_) => listed(),
        None => witnessed().or_else(listed),
    };
    let removed_at = certified.map(|certified| certified.removed_at);
    let number = certified.map(|certified| certified.number);
    if !cohort.class().is_hours() {
        let (mut facts, unrecorded) = months::draw(house, conn, *cohort, *commitment, evidence, now).await?;
        tell(&mut facts, told, removed_at, now);
        return Ok(Drawn {
            facts,
            unrecorded,
            number,
        });
    }
    let window = house.regime.retention_window()?;
    let recorded: HashMap<ObjectId, u64> = books::of(&mut *conn, *cohort).await?.into_iter().collect();
    let found: Option<BTreeSet<ObjectId>> =
        evidence.map(|evidence| evidence.objects.iter().copied().collect());
    let unrecorded = found.as_ref().map_or(0, |found| {
        found
            .iter()
            .filter(|object| !recorded.contains_key(object))
            .count() as u64
    });
    // Without evidence (its disk was full when the process died, or this database was put back) the books and the empty
    // folder are all there is.
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
    let mut facts = Facts {
        cohort: *cohort,
        state: State::Erased,
        commitment: *commitment,
        due_at: cohort.due_at(window),
        gone_by: Some(cohort.destroy_by(window)),
        key_destroyed_at: Some(now),
        bytes_removed_at: now,
        segments: counts(
            recorded.len() as u64 + unrecorded,
            there.len() as u64 + unrecorded,
        ),
        records: counts(recorded.values().sum(), there.iter().sum()),
        residue: Some(0),
        strength: strength(house.config.environment, &house.custody),
        actor: Actor::Schedule,
        // A key is destroyed before it is due for one reason only.
        why: match now < cohort.due_at(window) {
            true => Why::TimeLost,
            false => Why::Over,
        },
    };
    tell(&mut facts, told, removed_at, now);
    Ok(Drawn {
        facts,
        unrecorded,
        number,
    })
}

/// Enters how the cohort came to its end in `facts`, if it is known.
fn tell(facts: &mut Facts, told: Option<Circumstances>, removed_at: Option<Timestamp>, now: Timestamp) {
    if let Some(told) = told {
        facts.key_destroyed_at = Some(told.at);
        facts.bytes_removed_at = removed_at.unwrap_or_else(|| now.max(told.at));
        facts.strength = told.strength;
        facts.actor = told.actor;
        facts.why = told.why;
    }
}

const OTHER_KEY: &str = "its sealed files name another key than the one that was destroyed";
const NO_KEY: &str = "the database names sealed files of it, and it had no key when it was destroyed";
