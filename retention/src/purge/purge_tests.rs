//! A purge of a real key directory and vault: what is counted, kept, removed and said when it cannot be. *Edge.*

use std::sync::Arc;

use super::*;
use crate::{ObjectId, OsRandomness, Place, Window, plan::plan};

const NOW: &str = "2026-11-05T03:00:00Z";

struct House {
    folder: tempfile::TempDir,
    custody: Custody,
    vault: Vault,
    queue: EvidenceQueue,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            custody: Custody::create(&folder.path().join("keys"), Arc::new(OsRandomness)).unwrap(),
            vault: Vault::open(folder.path()).unwrap(),
            queue: EvidenceQueue::open(folder.path()),
            folder,
        }
    }

    fn seal(&self, cohort: &str, count: usize) -> Cohort {
        let cohort = Cohort::parse(cohort).unwrap();
        let key = self.custody.cohort_key(cohort).unwrap();
        for _ in 0..count {
            let place = Place {
                cohort,
                id: ObjectId::random(&OsRandomness).unwrap(),
            };
            let mut segment = self
                .vault
                .create_segment(place, cohort.start(), &key, &OsRandomness)
                .unwrap();
            segment.push(b"an answer").unwrap();
            segment.commit().unwrap();
        }
        cohort
    }

    fn pass(&self) -> Vec<Gone> {
        self.pass_with(&self.custody)
    }

    fn pass_with(&self, custody: &Custody) -> Vec<Gone> {
        let held = held(custody, &self.vault).unwrap();
        let due = plan(
            held,
            NOW.parse().unwrap(),
            Window::try_new(72, 96).unwrap(),
            false,
        );
        let pass = Pass {
            at: NOW.parse().unwrap(),
            actor: Actor::Schedule,
            strength: Strength::File,
        };
        destroy(custody, &self.vault, &self.queue, &pass, due).unwrap()
    }
}

#[test]
fn a_pass_counts_what_lay_there_and_keeps_the_count() {
    let house = House::new();
    let cohort = house.seal("answer-2026110202", 3);
    let commitment = house.custody.commitment(cohort).unwrap();
    house.seal("answer-2026110203", 1);
    let gone = house.pass();
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0].evidence.objects.len(), gone[0].residue), (3, Some(0)));
    assert_eq!(gone[0].evidence.commitment, commitment);
    assert_eq!(house.queue.of(cohort), Ok(Some(gone[0].evidence.clone())));
    assert!(!house.vault.cohort_dir(cohort).exists());
    assert!(house.pass().is_empty());
}

/// As after a crash between the evidence and the last removal: the count of the first pass stays.
#[test]
fn a_pass_that_finishes_another_s_work_keeps_the_other_s_count() {
    let house = House::new();
    let cohort = house.seal("answer-2026110202", 3);
    let objects = house.vault.objects(cohort).unwrap();
    let copy = std::fs::read(house.vault.cohort_dir(cohort).join(format!("{}.seg", objects[2]))).unwrap();
    house.pass();
    std::fs::create_dir(house.vault.cohort_dir(cohort)).unwrap();
    std::fs::write(
        house.vault.cohort_dir(cohort).join(format!("{}.seg", objects[2])),
        copy,
    )
    .unwrap();
    let gone = house.pass();
    assert_eq!((gone.len(), &gone[0].evidence.objects), (1, &objects));
    assert!(!house.vault.cohort_dir(cohort).exists());
}

#[test]
fn what_cannot_be_counted_is_unknown_and_what_stays_is_counted() {
    let house = House::new();
    let cohort = Cohort::parse("intake-2026110202").unwrap();
    assert_eq!(residue(&house.vault, cohort), Some(0));
    std::fs::create_dir(house.vault.cohort_dir(cohort)).unwrap();
    assert_eq!(residue(&house.vault, cohort), Some(0));
    std::fs::write(house.vault.cohort_dir(cohort).join("x"), b"").unwrap();
    assert_eq!(residue(&house.vault, cohort), Some(1));
    let class = house.folder.path().join("sealed/intake");
    std::fs::remove_dir_all(&class).unwrap();
    std::fs::write(&class, b"").unwrap();
    assert_eq!(residue(&house.vault, cohort), None);
}

/// As with a keyring that is older than the sealed files, or another house's: what it destroys is not what sealed them.
#[test]
fn files_of_a_key_that_was_not_destroyed_are_told_until_it_is() {
    let (house, keys) = (House::new(), House::new());
    let cohort = house.seal("answer-2026110202", 2);
    let real = house.custody.commitment(cohort).unwrap();
    let gone = house.pass_with(&keys.custody);
    assert_eq!((gone[0].evidence.commitment, gone[0].residue), (None, Some(0)));
    assert_eq!(gone[0].evidence.foreign, [real.unwrap()]);
    assert_eq!(gone[0].evidence.circumstances(), None);
    let gone = house.pass();
    assert_eq!(gone[0].evidence.commitment, real);
    assert!(gone[0].evidence.foreign.is_empty() && gone[0].evidence.objects.len() == 2);
}

/// Something else under a cohort's name, a file, goes like the rest, and is no reason to leave the others.
#[test]
fn a_broken_cohort_stops_no_other() {
    let house = House::new();
    std::fs::write(house.folder.path().join("sealed/answer/answer-2026110201"), b"x").unwrap();
    house.seal("answer-2026110202", 1);
    let gone = house.pass();
    assert_eq!(gone.len(), 2);
    assert!(gone.iter().all(|gone| gone.residue == Some(0)));
}

/// Evidence is a courtesy to the certificate: a disk that takes none keeps nothing from going.
#[test]
fn without_room_for_evidence_the_bytes_go_all_the_same() {
    let house = House::new();
    std::fs::write(house.folder.path().join("purged"), b"").unwrap();
    let cohort = house.seal("answer-2026110202", 2);
    let gone = house.pass();
    assert_eq!((gone[0].evidence.objects.len(), gone[0].residue), (2, Some(0)));
    assert!(house.custody.is_destroyed(cohort).unwrap() && !house.vault.cohort_dir(cohort).exists());
}
