//! Cuts a destruction after each of its steps, and inside them, and opens what is left. *Edge.*

use super::destroyed::DestroyedList;
use super::files::{DESTROYED, KEYRING, ROOT};
use super::ratchet::{Ratchet, Step};
use super::tests::{Keys, cohort};
use super::*;
use crate::secret::OsRandomness;

const GONE: &str = "answer-2026110202";
const KEPT: &str = "answer-2026110203";

/// A key directory with two cohorts whose destruction of one was cut.
struct Cut {
    keys: Keys,
    gone: Arc<Key32>,
    kept: Arc<Key32>,
    old_root: [u8; 32],
}

fn cut_after(steps: &[Step]) -> Cut {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    let (gone, kept) = (
        custody.cohort_key(cohort(GONE)).unwrap(),
        custody.cohort_key(cohort(KEPT)).unwrap(),
    );
    let files = KeyFiles::open(&keys.dir()).unwrap();
    let mut state = recovery::load(&files, &OsRandomness).unwrap();
    let old_root = *state.root.key.expose();
    let mut ratchet = Ratchet::plan(&state, &[(cohort(GONE), None)], &OsRandomness).unwrap();
    for step in steps {
        ratchet
            .perform(*step, &files, &mut state.destroyed, &OsRandomness)
            .unwrap();
    }
    Cut {
        keys,
        gone,
        kept,
        old_root,
    }
}

/// The first opening must already refuse the key, keep the other, and leave one root and no stale file.
fn check_recovered(cut: &Cut, what: &str) {
    let keys = &cut.keys;
    for _ in 0..2 {
        let custody = keys.open().unwrap();
        assert_eq!(
            custody.existing_key(cohort(GONE)).err(),
            Some(RetentionError::KeyDestroyed),
            "{what}"
        );
        assert!(
            custody.existing_key(cohort(KEPT)).unwrap().unwrap().expose() == cut.kept.expose(),
            "{what}"
        );
        assert_eq!(custody.cohorts(), Ok(vec![cohort(KEPT)]), "{what}");
        let slots = std::fs::read(keys.path(ROOT)).unwrap();
        let marked = slots
            .chunks(4_096)
            .filter(|slot| slot.starts_with(b"mayfly-root"))
            .count();
        assert_eq!(marked, 1, "{what}: one root is left");
        assert!(
            !slots.windows(32).any(|window| window == cut.old_root),
            "{what}: it is not the old one"
        );
        assert!(!keys.path("keyring.new").exists(), "{what}");
        assert!(
            custody.destroy(cohort(GONE)).unwrap().commitment().is_some(),
            "{what}"
        );
    }
}

#[test]
fn a_cut_before_the_first_step_changes_nothing() {
    let cut = cut_after(&[]);
    assert!(
        cut.keys
            .open()
            .unwrap()
            .existing_key(cohort(GONE))
            .unwrap()
            .unwrap()
            .expose()
            == cut.gone.expose()
    );
}

#[test]
fn a_cut_after_any_step_is_finished_at_the_next_opening() {
    for done in 1..=Step::ALL.len() {
        check_recovered(&cut_after(&Step::ALL[..done]), &format!("cut after step {done}"));
    }
}

#[test]
fn a_torn_line_in_the_list_of_the_destroyed_does_not_count() {
    let Cut { keys, gone, .. } = cut_after(&[Step::NoteIntent]);
    let whole = std::fs::read(keys.path(DESTROYED)).unwrap();
    for length in [1, 20, whole.len() - 1] {
        std::fs::write(keys.path(DESTROYED), &whole[..length]).unwrap();
        let custody = keys.open().unwrap();
        assert!(custody.existing_key(cohort(GONE)).unwrap().unwrap().expose() == gone.expose());
        assert_eq!(std::fs::metadata(keys.path(DESTROYED)).unwrap().len(), 0);
    }
    let zeros_instead = vec![0; whole.len()];
    std::fs::write(keys.path(DESTROYED), zeros_instead).unwrap();
    assert!(keys.open().unwrap().destroy(cohort(GONE)).is_ok());
    assert_eq!(std::fs::read(keys.path(DESTROYED)).unwrap(), whole);
}

#[test]
fn a_torn_new_root_is_erased_and_the_old_one_still_opens() {
    for torn_at in [16, 40, 60, 87] {
        let cut = cut_after(&Step::ALL[..2]);
        let mut slots = std::fs::read(cut.keys.path(ROOT)).unwrap();
        slots[4_096 + torn_at..].fill(0x77);
        std::fs::write(cut.keys.path(ROOT), &slots).unwrap();
        check_recovered(&cut, &format!("torn at {torn_at}"));
    }
}

#[test]
fn a_torn_new_keyring_is_thrown_away() {
    let cut = cut_after(&Step::ALL[..3]);
    let staged = std::fs::read(cut.keys.path("keyring.new")).unwrap();
    std::fs::write(cut.keys.path("keyring.new"), &staged[..staged.len() / 2]).unwrap();
    check_recovered(&cut, "torn keyring.new");
}

#[test]
fn a_torn_erasure_is_erased_again() {
    for erased_from in [4_095, 2_048, 512, 60] {
        let cut = cut_after(&Step::ALL[..4]);
        let mut slots = std::fs::read(cut.keys.path(ROOT)).unwrap();
        slots[erased_from..4_096].fill(0x77);
        assert!(
            slots.windows(32).any(|window| window == cut.old_root),
            "control: the old root is still there"
        );
        std::fs::write(cut.keys.path(ROOT), &slots).unwrap();
        check_recovered(&cut, &format!("erased from {erased_from} on"));
    }
}

#[test]
fn an_open_handle_refuses_the_key_from_the_first_step_on() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    custody.cohort_key(cohort(GONE)).unwrap();
    let files = KeyFiles::open(&keys.dir()).unwrap();
    let mut list = DestroyedList::read(&files).unwrap();
    list.append(&files, &[(cohort(GONE), (None, None))]).unwrap();
    assert_eq!(
        custody.existing_key(cohort(GONE)).err(),
        Some(RetentionError::KeyDestroyed)
    );
}

#[test]
fn a_destruction_that_fails_half_way_refuses_the_key_and_is_finished_later() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    custody.cohort_key(cohort(GONE)).unwrap();
    // A directory in the way makes the third step fail.
    std::fs::create_dir(keys.path("keyring.new")).unwrap();
    assert!(custody.destroy(cohort(GONE)).is_err());
    std::fs::remove_dir(keys.path("keyring.new")).unwrap();
    assert_eq!(
        custody.existing_key(cohort(GONE)).err(),
        Some(RetentionError::KeyDestroyed)
    );
    assert_eq!(custody.cohorts(), Ok(vec![]));
    assert!(std::fs::read(keys.path(KEYRING)).is_ok());
}
