//! Destroys cohort keys by replacing the root key, in the one order that survives a cut anywhere. *Edge.*

use std::collections::BTreeSet;

use super::destroyed::{Circumstances, DestroyedList, Line};
use super::files::{KEYRING, KeyFiles};
use super::keyring::Keyring;
use super::recovery::State;
use super::reserve;
use super::root::{self, Root};
use crate::class::Cohort;
use crate::error::RetentionError;
use crate::kdf;
use crate::secret::Randomness;

/// The receipt for a destroyed key: only [`Custody::destroy`](super::Custody::destroy) makes one, and only after the
/// last copy of the root that could open it was overwritten. A certificate is made from nothing less.
///
/// ```compile_fail
/// fn twice(receipt: mayfly_retention::custody::Destroyed) {
///     let _copy = receipt.clone();
/// }
/// ```
pub struct Destroyed {
    cohort: Cohort,
    commitment: Option<[u8; 32]>,
    was_held: bool,
    root_generation: u64,
    keyring_generation: u64,
}

impl Destroyed {
    /// The cohort whose key is gone.
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// The commitment of the key that is gone, as in every header it wrapped; `None` if there never was a key.
    pub fn commitment(&self) -> Option<[u8; 32]> {
        self.commitment
    }

    /// Whether this turn found the key in the keyring: only then was it not destroyed before.
    pub fn was_held(&self) -> bool {
        self.was_held
    }

    /// The generation of the root that has taken over.
    pub fn root_generation(&self) -> u64 {
        self.root_generation
    }

    /// The generation of the keyring that lacks the key.
    pub fn keyring_generation(&self) -> u64 {
        self.keyring_generation
    }
}

/// A cohort whose key is to be destroyed, and how it came to that, if it is told.
pub(super) type Order = (Cohort, Option<Circumstances>);

/// Destroys the keys of `cohorts` and returns a receipt for each.
pub(super) fn destroy(
    files: &KeyFiles,
    state: &mut State,
    cohorts: &[Order],
    randomness: &dyn Randomness,
) -> Result<Vec<Destroyed>, RetentionError> {
    let held: BTreeSet<Cohort> = state.keyring.entries.keys().copied().collect();
    reserve::spend_if_full(files, || turn(files, state, cohorts, randomness))?;
    // Without a reserve no new cohort begins; that is told then.
    let _ = reserve::keep(files);
    let receipt = |(cohort, _): &Order| Destroyed {
        cohort: *cohort,
        commitment: state.destroyed.commitment(*cohort),
        was_held: held.contains(cohort),
        root_generation: state.root.generation,
        keyring_generation: state.keyring.generation,
    };
    Ok(cohorts.iter().map(receipt).collect())
}

/// One turn of the ratchet. Where it failed, it can be begun anew from the same state.
fn turn(
    files: &KeyFiles,
    state: &mut State,
    cohorts: &[Order],
    randomness: &dyn Randomness,
) -> Result<(), RetentionError> {
    let mut ratchet = Ratchet::plan(state, cohorts, randomness)?;
    if !ratchet.is_idle() {
        for step in Step::ALL {
            ratchet.perform(step, files, &mut state.destroyed, randomness)?;
        }
        (state.root, state.keyring) = (ratchet.new_root, ratchet.new_keyring);
    }
    Ok(())
}

/// The steps, in their order. A cut after any of them leaves what [`recovery`](super::recovery) can finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The cohorts join the list of the destroyed: from here on their keys are refused everywhere.
    NoteIntent,
    /// The new root goes into the slot that is not in use.
    WriteRoot,
    /// The keyring without the keys is written under the new root, beside the old one.
    StageKeyring,
    /// It takes the old one's place.
    PublishKeyring,
    /// The old root is overwritten: from here on no copy of an older keyring opens.
    EraseRoot,
}

impl Step {
    pub(super) const ALL: [Self; 5] = [
        Self::NoteIntent,
        Self::WriteRoot,
        Self::StageKeyring,
        Self::PublishKeyring,
        Self::EraseRoot,
    ];
}

/// One turn of the ratchet, planned in full before anything is written.
pub(super) struct Ratchet {
    intent: Vec<(Cohort, Line)>,
    old_slot: usize,
    old_entries: usize,
    new_root: Root,
    new_keyring: Keyring,
}

impl Ratchet {
    pub(super) fn plan(
        state: &State,
        cohorts: &[Order],
        randomness: &dyn Randomness,
    ) -> Result<Self, RetentionError> {
        let held = &state.keyring.entries;
        let commitment = |cohort| {
            held.get(&cohort)
                .map(|entry| kdf::cohort_commitment(&entry.key, cohort))
        };
        // A key that is not the one whose commitment the list has: older or foreign keys lay here when that was written.
        let listed = &state.destroyed;
        let is_new = |cohort| {
            let key = commitment(cohort);
            !listed.contains(cohort) || (key.is_some() && key != listed.commitment(cohort))
        };
        let new = cohorts.iter().filter(|(cohort, _)| is_new(*cohort));
        let gone: BTreeSet<Cohort> = cohorts.iter().map(|(cohort, _)| *cohort).collect();
        let kept = held.iter().filter(|(cohort, _)| !gone.contains(cohort));
        Ok(Self {
            intent: new
                .map(|(cohort, told)| (*cohort, (commitment(*cohort), told.clone())))
                .collect(),
            old_slot: state.root.slot,
            old_entries: held.len(),
            new_root: state.root.successor(randomness)?,
            new_keyring: Keyring {
                generation: state.keyring.generation + 1,
                identity: state.keyring.identity,
                made: state.keyring.made,
                entries: kept.map(|(cohort, entry)| (*cohort, entry.share())).collect(),
            },
        })
    }

    /// Whether all of it was done before.
    fn is_idle(&self) -> bool {
        self.intent.is_empty() && self.new_keyring.entries.len() == self.old_entries
    }

    pub(super) fn perform(
        &mut self,
        step: Step,
        files: &KeyFiles,
        destroyed: &mut DestroyedList,
        randomness: &dyn Randomness,
    ) -> Result<(), RetentionError> {
        match step {
            Step::NoteIntent => destroyed.append(files, &self.intent),
            Step::WriteRoot => self.new_root.write(files),
            Step::StageKeyring => files.stage(KEYRING, &self.new_keyring.seal(&self.new_root, randomness)?),
            Step::PublishKeyring => files.publish(KEYRING),
            Step::EraseRoot => root::erase(files, self.old_slot, randomness),
        }
    }
}
