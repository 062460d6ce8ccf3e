//! Destroys due cohorts: the keys, evidence of what lay there, the bytes, a count of what is left; no database. *Edge.*

mod evidence;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;

use jiff::Timestamp;

use crate::{
    certificate::{Actor, Strength},
    class::{Class, Cohort},
    custody::{Circumstances, Custody, Destroyed},
    error::RetentionError,
    object::{ObjectId, Place},
    plan::{Due, Why},
    vault::Vault,
};

pub use evidence::{Evidence, EvidenceQueue};

/// What became of one due cohort.
pub struct Gone {
    /// What lay there when its key was destroyed.
    pub evidence: Evidence,
    /// Files that are still there; `None` if they could not be counted.
    pub residue: Option<u64>,
}

/// One pass: when, for whom, and how strongly the place of the keys forgets.
pub struct Pass {
    /// Its time; a pass reads the time once.
    pub at: Timestamp,
    /// Who has it done.
    pub actor: Actor,
    /// How strongly the place of the keys forgets.
    pub strength: Strength,
}

impl Pass {
    fn end(&self, why: Why) -> Circumstances {
        Circumstances {
            at: self.at,
            strength: self.strength,
            why,
            certified: None,
            actor: self.actor.clone(),
        }
    }
}

/// The cohorts of hours that have a key, or bytes, or both.
///
/// # Errors
/// Those of [`Custody::cohorts`].
pub fn held(custody: &Custody, vault: &Vault) -> Result<Vec<Cohort>, RetentionError> {
    let mut cohorts = custody.cohorts()?;
    for class in Class::ALL.into_iter().filter(|class| class.is_hours()) {
        // By the names of the folders alone: one that cannot be read stops no other. Where not even the names can be read,
        // the keys go all the same, and the residue of what they sealed is unknown.
        cohorts.extend(vault.cohort_names(class).unwrap_or_default());
    }
    Ok(cohorts)
}

/// Destroys the keys of all `due` cohorts in one ratchet, then removes their bytes, oldest first; bytes that cannot be
/// removed stop no other cohort: they are counted.
///
/// # Errors
/// Those of [`Custody::destroy_all`]: then no key was certified as gone, and nothing was removed.
pub fn destroy(
    custody: &Custody,
    vault: &Vault,
    queue: &EvidenceQueue,
    pass: &Pass,
    due: Vec<Due>,
) -> Result<Vec<Gone>, RetentionError> {
    let cohorts: Vec<Cohort> = due.iter().map(Due::cohort).collect();
    let orders = due.iter().map(|due| (due.cohort(), pass.end(due.why())));
    let receipts = custody.destroy_as(orders.collect())?;
    let found: Vec<Found> = receipts
        .iter()
        .zip(&due)
        .map(|(receipt, due)| look(vault, queue, pass, receipt, due.why()))
        .collect();
    found
        .iter()
        .for_each(|found| remove(vault, found.evidence.cohort));
    let classes: BTreeSet<Class> = cohorts.iter().map(|cohort| cohort.class()).collect();
    let unsure: BTreeSet<Class> = classes
        .into_iter()
        .filter(|class| vault.make_removals_durable(*class).is_err())
        .collect();
    let gone = found.into_iter().map(|found| {
        let cohort = found.evidence.cohort;
        let is_sure = found.is_whole && !unsure.contains(&cohort.class());
        Gone {
            residue: residue(vault, cohort).filter(|_| is_sure),
            evidence: found.evidence,
        }
    });
    Ok(gone.collect())
}

/// How many files of a cohort are there; `None` if they cannot be counted.
pub fn residue(vault: &Vault, cohort: Cohort) -> Option<u64> {
    let dir = vault.cohort_dir(cohort);
    match fs::symlink_metadata(&dir) {
        Ok(facts) if facts.is_dir() => fs::read_dir(&dir)
            .ok()?
            .try_fold(0, |count, entry| entry.ok().map(|_| count + 1)),
        Ok(_) => Some(1),
        Err(error) if error.kind() == ErrorKind::NotFound => Some(0),
        Err(_) => None,
    }
}

/// What a look at a cohort's folder showed.
struct Found {
    evidence: Evidence,
    /// Whether all of the folder could be seen.
    is_whole: bool,
}

fn look(vault: &Vault, queue: &EvidenceQueue, pass: &Pass, receipt: &Destroyed, why: Why) -> Found {
    let cohort = receipt.cohort();
    let objects = vault.objects(cohort);
    let is_whole = objects.is_ok() || !vault.cohort_dir(cohort).is_dir();
    let evidence = Evidence {
        cohort,
        commitment: receipt.commitment(),
        destroyed_at: pass.at,
        strength: pass.strength,
        actor: pass.actor.clone(),
        why,
        foreign: foreign(vault, receipt, objects.as_deref().unwrap_or_default()),
        objects: objects.unwrap_or_default(),
    };
    // What could not be seen whole is no evidence: the next pass looks again. Without room for evidence the bytes go all
    // the same; the certificate then counts by what this pass remembers.
    let kept = match is_whole {
        true => queue
            .keep_first(evidence.clone(), receipt.was_held())
            .unwrap_or(evidence),
        false => evidence,
    };
    Found {
        evidence: kept,
        is_whole,
    }
}

/// The commitments that sealed files name, other than that of the key that is destroyed; a header that cannot be read names
/// none, and opens with none.
fn foreign(vault: &Vault, receipt: &Destroyed, objects: &[ObjectId]) -> Vec<[u8; 32]> {
    let cohort = receipt.cohort();
    let named = objects.iter().filter_map(|id| {
        let header = vault.header(Place { cohort, id: *id }).ok()?;
        Some(header.cohort_commitment)
    });
    let others: BTreeSet<[u8; 32]> = named
        .filter(|commitment| Some(*commitment) != receipt.commitment())
        .collect();
    others.into_iter().collect()
}

/// Removes a cohort's directory. What could not be removed shows in the count.
fn remove(vault: &Vault, cohort: Cohort) {
    let dir = vault.cohort_dir(cohort);
    if fs::remove_dir_all(&dir).is_err() {
        let _ = fs::remove_file(&dir);
    }
}

#[cfg(test)]
#[path = "purge_tests.rs"]
mod tests;
