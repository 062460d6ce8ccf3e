//! Opens key directories that are whole, shared, damaged, too open, too new or put back from a copy. *Edge.*

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::files::{CREATING, DESTROYED, INDEX_KEY, KEYRING, LOCK, ROOT};
use super::*;
use crate::secret::OsRandomness;

pub(super) struct Keys(tempfile::TempDir);

impl Keys {
    /// A fresh key directory.
    pub(super) fn new() -> Self {
        let keys = Self(tempfile::tempdir().unwrap());
        Custody::create(&keys.dir(), Arc::new(OsRandomness)).unwrap();
        keys
    }

    pub(super) fn dir(&self) -> PathBuf {
        self.0.path().join("keys")
    }

    pub(super) fn open(&self) -> Result<Custody, RetentionError> {
        Custody::open(&self.dir(), Arc::new(OsRandomness))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }
}

pub(super) fn cohort(name: &str) -> Cohort {
    Cohort::parse(name).unwrap()
}

#[test]
fn a_key_is_made_once_and_survives() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    let (hour, month) = (cohort("answer-2026110202"), cohort("query-202611"));
    assert!(custody.existing_key(hour).unwrap().is_none());
    let (first, second) = (
        custody.cohort_key(hour).unwrap(),
        custody.cohort_key(month).unwrap(),
    );
    assert!(first.expose() != second.expose());
    assert_eq!(custody.standing().unwrap().made, 2);
    let again = keys.open().unwrap();
    assert!(again.cohort_key(hour).unwrap().expose() == first.expose());
    assert!(again.existing_key(month).unwrap().unwrap().expose() == second.expose());
    assert_eq!(
        (again.standing(), again.cohorts()),
        (custody.standing(), Ok(vec![hour, month]))
    );
    assert!(again.index_key().expose() == custody.index_key().expose());
    assert_eq!(
        again.commitment(hour),
        Ok(Some(kdf::cohort_commitment(&first, hour)))
    );
}

#[test]
fn two_handles_see_each_others_keys_and_destructions_at_once() {
    let keys = Keys::new();
    let (one, two) = (keys.open().unwrap(), keys.open().unwrap());
    let (hour, next) = (cohort("answer-2026110202"), cohort("answer-2026110203"));
    let key = one.cohort_key(hour).unwrap();
    assert!(two.existing_key(hour).unwrap().unwrap().expose() == key.expose());
    let late = two.cohort_key(next).unwrap();
    let receipt = one.destroy(hour).unwrap();
    assert_eq!(receipt.commitment(), Some(kdf::cohort_commitment(&key, hour)));
    for custody in [&one, &two, &keys.open().unwrap()] {
        assert_eq!(custody.cohort_key(hour).err(), Some(RetentionError::KeyDestroyed));
        assert_eq!(
            custody.existing_key(hour).err(),
            Some(RetentionError::KeyDestroyed)
        );
        assert_eq!(
            (custody.is_destroyed(hour), custody.cohorts()),
            (Ok(true), Ok(vec![next]))
        );
        assert!(custody.cohort_key(next).unwrap().expose() == late.expose());
    }
}

#[test]
fn many_threads_and_handles_agree_on_every_key() {
    let keys = Keys::new();
    let cohorts: Vec<Cohort> = (0..6)
        .map(|hour| cohort(&format!("intake-202611020{hour}")))
        .collect();
    let seen: Vec<Vec<[u8; 32]>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let custody = keys.open().unwrap();
                    cohorts
                        .iter()
                        .map(|cohort| *custody.cohort_key(*cohort).unwrap().expose())
                        .collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(seen.iter().all(|keys| *keys == seen[0]));
    assert_eq!(keys.open().unwrap().standing().unwrap().made, 6);
}

#[test]
fn destroying_is_repeatable_and_bars_cohorts_that_never_had_a_key() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    let (held, never) = (cohort("answer-2026110202"), cohort("answer-2026110203"));
    custody.cohort_key(held).unwrap();
    let first = custody.destroy_all(&[held, never]).unwrap();
    assert!(first[0].commitment().is_some() && first[1].commitment().is_none());
    let again = custody.destroy(held).unwrap();
    assert_eq!(
        (again.cohort(), again.commitment()),
        (held, first[0].commitment())
    );
    assert_eq!(again.root_generation(), first[0].root_generation());
    assert_eq!(again.keyring_generation(), first[0].keyring_generation());
    assert_eq!(
        custody.cohort_key(never).err(),
        Some(RetentionError::KeyDestroyed)
    );
}

#[test]
fn an_old_keyring_put_back_opens_nothing() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    custody.cohort_key(cohort("answer-2026110202")).unwrap();
    let (copy, slots) = (
        std::fs::read(keys.path(KEYRING)).unwrap(),
        std::fs::read(keys.path(ROOT)).unwrap(),
    );
    custody.destroy(cohort("answer-2026110202")).unwrap();
    let now = std::fs::read(keys.path(ROOT)).unwrap();
    let key = &slots[24..56];
    assert!(
        slots.starts_with(b"mayfly-root"),
        "control: the first slot held the root"
    );
    assert!(
        !now.windows(32).any(|window| window == key),
        "the old root is gone from the slot file"
    );
    std::fs::write(keys.path(KEYRING), &copy).unwrap();
    assert_eq!(keys.open().err(), Some(RetentionError::KeyringForeign));
    assert_eq!(
        custody.cohorts(),
        Err(RetentionError::KeyringForeign),
        "an open handle notices too"
    );
    // With the old slots as well, which no copy may contain, the list of the destroyed still holds.
    std::fs::write(keys.path(ROOT), &slots).unwrap();
    let restored = keys.open().unwrap();
    assert_eq!(
        restored.existing_key(cohort("answer-2026110202")).err(),
        Some(RetentionError::KeyDestroyed)
    );
    assert_eq!(restored.cohorts(), Ok(vec![]));
    // Positive control: without the list as well, the attack works; this is what the slot file must never be copied for.
    std::fs::write(keys.path(ROOT), &slots).unwrap();
    std::fs::write(keys.path(KEYRING), &copy).unwrap();
    std::fs::write(keys.path(DESTROYED), "").unwrap();
    assert!(
        keys.open()
            .unwrap()
            .existing_key(cohort("answer-2026110202"))
            .unwrap()
            .is_some()
    );
}

/// Nor under an open handle: it remembers how far the keys had come, whatever is done with the older ones meanwhile.
#[test]
fn older_or_foreign_keys_never_catch_up_by_destroying() {
    let (keys, other) = (Keys::new(), Keys::new());
    let custody = keys.open().unwrap();
    let [gone, kept, late] = ["01", "02", "03"].map(|hour| cohort(&format!("answer-20261102{hour}")));
    custody.cohort_key(gone).unwrap();
    let take = |keys: &Keys| [KEYRING, ROOT, DESTROYED].map(|name| std::fs::read(keys.path(name)).unwrap());
    let put = |files: &[Vec<u8>; 3]| {
        for (name, content) in [KEYRING, ROOT, DESTROYED].into_iter().zip(files) {
            std::fs::write(keys.path(name), content).unwrap();
        }
    };
    let older = take(&keys);
    let key = custody.cohort_key(kept).unwrap();
    let noted = custody.standing().unwrap();
    let newest = take(&keys);

    put(&older);
    assert_eq!(custody.cohort_key(kept).err(), Some(RetentionError::KeyringOlder));
    assert_eq!(custody.check(), Err(RetentionError::KeyringOlder));
    for hour in 0..9 {
        let purge = keys.open().unwrap();
        purge.destroy(cohort(&format!("answer-202611010{hour}"))).unwrap();
        purge.destroy_all(&[gone, kept]).unwrap();
        let standing = purge.standing().unwrap();
        assert_eq!(standing.check_reaches(&noted), Err(RetentionError::KeyringOlder));
    }
    assert_eq!(custody.cohort_key(late).err(), Some(RetentionError::KeyringOlder));

    // With another key directory that has come much further, of which only the list is ours.
    let far = other.open().unwrap();
    (0..9).for_each(|hour| {
        drop(
            far.cohort_key(cohort(&format!("answer-202611030{hour}")))
                .unwrap(),
        )
    });
    put(&[
        take(&other)[0].clone(),
        take(&other)[1].clone(),
        newest[2].clone(),
    ]);
    assert_eq!(custody.check(), Err(RetentionError::KeyringForeign));
    let standing = keys.open().unwrap().standing().unwrap();
    assert_eq!(
        standing.check_reaches(&noted),
        Err(RetentionError::KeyringForeign)
    );

    // The right ones again, beside a list that says of a key that it never was: it is destroyed now, and the list names it.
    let commitment = kdf::cohort_commitment(&key, kept);
    put(&[newest[0].clone(), newest[1].clone(), format!("{kept} -\n").into()]);
    let right = keys.open().unwrap();
    assert_eq!(right.cohorts(), Ok(vec![gone]));
    assert_eq!(right.destroy(kept).unwrap().commitment(), Some(commitment));
    assert_eq!(
        keys.open().unwrap().destroy(kept).unwrap().commitment(),
        Some(commitment)
    );
}

#[test]
fn every_kind_of_bad_key_file_has_its_own_error() {
    let check = |name: &'static str, spoil: &dyn Fn(&PathBuf), expected: RetentionError| {
        let keys = Keys::new();
        keys.open().unwrap().cohort_key(cohort("query-202611")).unwrap();
        spoil(&keys.path(name));
        assert_eq!(keys.open().err(), Some(expected), "{name}");
    };
    let write = |path: &PathBuf, at: usize, value: u8| {
        let mut content = std::fs::read(path).unwrap();
        content[at] = value;
        std::fs::write(path, content).unwrap();
    };
    for file in [ROOT, KEYRING, INDEX_KEY, DESTROYED, LOCK] {
        check(
            file,
            &|path| std::fs::remove_file(path).unwrap(),
            RetentionError::KeyMissing { file },
        );
        let open_up =
            |path: &PathBuf| std::fs::set_permissions(path, PermissionsExt::from_mode(0o640)).unwrap();
        check(file, &open_up, RetentionError::KeyPermissions { file });
    }
    for file in [ROOT, KEYRING, INDEX_KEY] {
        check(
            file,
            &|path| std::fs::write(path, "").unwrap(),
            RetentionError::KeyCorrupt { file },
        );
        check(
            file,
            &|path| write(path, 0, b'x'),
            RetentionError::KeyCorrupt { file },
        );
    }
    check(
        ROOT,
        &|path| write(path, 30, 0x55),
        RetentionError::KeyCorrupt { file: ROOT },
    );
    check(
        INDEX_KEY,
        &|path| write(path, 79, 0x55),
        RetentionError::KeyCorrupt { file: INDEX_KEY },
    );
    check(
        KEYRING,
        &|path| write(path, 17, 2),
        RetentionError::KeyringNewerFormat { file: KEYRING },
    );
    check(
        KEYRING,
        &|path| write(path, 130, 0x55),
        RetentionError::KeyCorrupt { file: KEYRING },
    );
    check(
        DESTROYED,
        &|path| std::fs::write(path, "nonsense\n").unwrap(),
        RetentionError::KeyCorrupt { file: DESTROYED },
    );
    check(
        CREATING,
        &|path| std::fs::write(path, "").unwrap(),
        RetentionError::KeyMissing { file: KEYRING },
    );
}

#[test]
fn keys_are_never_created_over_keys() {
    let keys = Keys::new();
    assert_eq!(
        Custody::create(&keys.dir(), Arc::new(OsRandomness)).err(),
        Some(RetentionError::KeyExists)
    );
    std::fs::remove_file(keys.path(KEYRING)).unwrap();
    assert_eq!(
        Custody::create(&keys.dir(), Arc::new(OsRandomness)).err(),
        Some(RetentionError::KeyExists)
    );
    // A creation that was cut short left its marker, and no key of it was ever used.
    std::fs::write(keys.path(CREATING), "").unwrap();
    assert!(Custody::create(&keys.dir(), Arc::new(OsRandomness)).is_ok());
    assert!(!keys.path(CREATING).exists());
}

#[test]
fn the_last_checkpoint_is_kept_beside_the_keys() {
    let keys = Keys::new();
    let custody = keys.open().unwrap();
    assert_eq!(custody.last_checkpoint(), Ok(None));
    custody.note_checkpoint("mayfly/journal\n1\nAAAA\n").unwrap();
    custody.note_checkpoint("mayfly/journal\n2\nBBBB\n").unwrap();
    assert_eq!(
        keys.open().unwrap().last_checkpoint(),
        Ok(Some("mayfly/journal\n2\nBBBB\n".to_owned()))
    );
    assert!(
        custody
            .note_checkpoint(&"x".repeat(MAX_CHECKPOINT_LEN + 1))
            .is_err()
    );
}

#[test]
fn the_key_directory_shows_no_cohort_key() {
    let keys = Keys::new();
    let key = keys
        .open()
        .unwrap()
        .cohort_key(cohort("answer-2026110202"))
        .unwrap();
    for entry in std::fs::read_dir(keys.dir()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(
            !std::fs::read(path)
                .unwrap()
                .windows(32)
                .any(|window| window == key.expose())
        );
    }
}
