//! The order in which the disk is waited for, held against the documented one: no directory forgotten, none too late. *Edge.*

use std::cell::RefCell;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::Arc;

use crate::class::Cohort;
use crate::purge::{Evidence, EvidenceQueue};
use crate::{Custody, ObjectId, OsRandomness, Place, Vault, certificate};

thread_local! {
    static SEEN: RefCell<Vec<PathBuf>> = const { RefCell::new(Vec::new()) };
}

/// Notes that this thread has waited for `file`.
pub(super) fn saw(file: &File) {
    let path = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap_or_default();
    SEEN.with_borrow_mut(|seen| seen.push(path));
}

/// What `act` waited for, by the last part of each name.
fn waits(act: impl FnOnce()) -> Vec<String> {
    SEEN.take();
    act();
    let names = SEEN.take().into_iter();
    names
        .map(|path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// The orders of writes of the crate's README: a renamed file is safe when its directory is, and the old root goes last.
#[test]
fn the_disk_is_waited_for_in_the_documented_order() {
    let folder = tempfile::tempdir().unwrap();
    let custody = Custody::create(&folder.path().join("keys"), Arc::new(OsRandomness)).unwrap();
    let vault = Vault::open(folder.path()).unwrap();
    let queue = EvidenceQueue::open(folder.path());
    let cohort = Cohort::parse("answer-2026110202").unwrap();
    let id = ObjectId::new([7; 16]);

    let made = waits(|| assert!(custody.cohort_key(cohort).is_ok()));
    assert_eq!(made, ["keyring.new", "keys"]);

    let key = custody.cohort_key(cohort).unwrap();
    let stored = waits(|| {
        let place = Place { cohort, id };
        let segment = vault.create_segment(place, cohort.start(), &key, &OsRandomness);
        segment.unwrap().commit().unwrap();
    });
    assert_eq!(stored, ["answer", &format!("{id}.tmp"), "answer-2026110202"]);

    let destroyed = waits(|| assert!(custody.destroy(cohort).unwrap().commitment().is_some()));
    assert_eq!(
        destroyed,
        ["destroyed", "root.slots", "keyring.new", "keys", "root.slots"]
    );

    let evidence = Evidence {
        cohort,
        commitment: None,
        why: crate::plan::Why::Over,
        destroyed_at: cohort.end(),
        strength: certificate::Strength::File,
        actor: certificate::Actor::Schedule,
        objects: Vec::new(),
        foreign: Vec::new(),
    };
    let kept = waits(|| assert!(queue.keep_first(evidence, true).unwrap().objects.is_empty()));
    assert_eq!(kept, ["answer-2026110202.new", "purged"]);

    let removed = waits(|| vault.make_removals_durable(cohort.class()).unwrap());
    assert_eq!(removed, ["answer"]);
}
