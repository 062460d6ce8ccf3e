//! Destroys due cohorts: first the keys, then the bytes, then a count of what is left; needs no database. *Edge.*

use std::fs;

use crate::{
    class::{Class, Cohort},
    custody::Custody,
    error::RetentionError,
    plan::{Due, Why},
    vault::Vault,
};

/// What became of one due cohort.
pub struct Gone {
    /// The cohort.
    pub cohort: Cohort,
    /// The commitment of the key that is gone; `None` if there was no key any more.
    pub commitment: Option<[u8; 32]>,
    /// Why it had to go.
    pub why: Why,
    /// Sealed objects that lay there.
    pub segments: u64,
    /// Files that are still there; `None` if they could not be counted.
    pub residue: Option<u64>,
}

/// The cohorts of hours that have a key, or bytes, or both.
///
/// # Errors
/// Those of [`Custody::cohorts`] and of the disk.
pub fn held(custody: &Custody, vault: &Vault) -> Result<Vec<Cohort>, RetentionError> {
    let mut cohorts = custody.cohorts()?;
    for class in Class::ALL.into_iter().filter(|class| class.is_hours()) {
        cohorts.extend(vault.list(class)?.cohorts);
    }
    Ok(cohorts)
}

/// Destroys the keys of all `due` cohorts in one ratchet, then removes their bytes, oldest first; bytes that cannot be
/// removed stop no other cohort: they are counted.
///
/// # Errors
/// Those of [`Custody::destroy_all`]: then no key was certified as gone, and nothing was removed.
pub fn destroy(custody: &Custody, vault: &Vault, due: Vec<Due>) -> Result<Vec<Gone>, RetentionError> {
    let cohorts: Vec<Cohort> = due.iter().map(Due::cohort).collect();
    let receipts = custody.destroy_all(&cohorts)?;
    Ok(receipts
        .into_iter()
        .zip(due)
        .map(|(receipt, due)| {
            let cohort = receipt.cohort();
            let (segments, residue) = remove(vault, cohort);
            Gone {
                cohort,
                commitment: receipt.commitment(),
                why: due.why(),
                segments,
                residue,
            }
        })
        .collect())
}

/// Removes a cohort's directory; counts what lay there and what still does.
fn remove(vault: &Vault, cohort: Cohort) -> (u64, Option<u64>) {
    let dir = vault.cohort_dir(cohort);
    let files = |dir: &std::path::Path| match fs::read_dir(dir) {
        Ok(children) => Some(children.count() as u64),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(0),
        Err(_) => None,
    };
    let before = files(&dir).unwrap_or(0);
    // What could not be removed shows in the count.
    let _ = fs::remove_dir_all(&dir);
    (before, files(&dir))
}
