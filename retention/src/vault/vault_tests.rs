//! Stores, lists and opens objects in a real directory, and leaves drafts behind as a crash would. *Edge.*

use std::io::Read;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::secret::OsRandomness;

fn key() -> Key32 {
    Key32::from_bytes(&[1; 32])
}

fn place(cohort: &str) -> Place {
    Place {
        cohort: Cohort::parse(cohort).unwrap(),
        id: ObjectId::random(&OsRandomness).unwrap(),
    }
}

fn put(vault: &Vault, place: Place) -> Result<(), RetentionError> {
    let mut writer = vault.create_segment(place, Timestamp::UNIX_EPOCH, &key(), &OsRandomness)?;
    writer.push(b"synthetic answer")?;
    writer.commit()
}

fn stream(vault: &Vault, place: Place) -> VaultWriter {
    vault
        .create_stream(place, Timestamp::UNIX_EPOCH, &key(), &OsRandomness)
        .unwrap()
}

#[test]
fn segments_are_found_by_class_cohort_and_id() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let (here, there) = (place("answer-2026110202"), place("answer-2026110203"));
    put(&vault, there).unwrap();
    put(&vault, here).unwrap();
    let path = dir
        .path()
        .join(format!("sealed/answer/answer-2026110202/{}.seg", here.id));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let reader = Vault::open(dir.path())
        .unwrap()
        .open_segment(here, &key())
        .unwrap();
    assert_eq!(reader.record(0).unwrap().as_slice(), b"synthetic answer");
    let listing = vault.list(Class::Answer).unwrap();
    assert_eq!(listing.objects, [here, there]);
    assert_eq!(listing.cohorts, [here.cohort, there.cohort]);
    assert!(listing.drafts.is_empty() && listing.strays.is_empty());
    assert_eq!(vault.list(Class::Intake).unwrap(), Listing::default());
    let header = vault.header(here).unwrap();
    assert_eq!(
        (header.place, header.cohort_commitment),
        (here, crate::kdf::cohort_commitment(&key(), here.cohort))
    );
}

#[test]
fn what_is_missing_moved_or_there_already_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let (here, there) = (place("answer-2026110202"), place("answer-2026110202"));
    assert_eq!(
        vault.open_segment(here, &key()).err(),
        Some(RetentionError::ObjectMissing)
    );
    put(&vault, here).unwrap();
    assert_eq!(put(&vault, here), Err(RetentionError::ObjectExists));
    assert_eq!(
        vault.open_stream(here, &key()).err(),
        Some(RetentionError::PlaceDiffers)
    );
    let folder = vault.cohort_dir(here.cohort);
    std::fs::copy(folder.join(file_name(here.id)), folder.join(file_name(there.id))).unwrap();
    assert_eq!(
        vault.open_segment(there, &key()).err(),
        Some(RetentionError::PlaceDiffers)
    );
    std::fs::write(folder.join("notes.txt"), "").unwrap();
    std::fs::create_dir(dir.path().join("sealed/answer/intake-2026110202")).unwrap();
    assert_eq!(vault.list(Class::Answer).unwrap().strays.len(), 2);
}

#[test]
fn streams_appear_only_when_committed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let (kept, dropped) = (place("intake-2026110202"), place("intake-2026110202"));
    let content: Vec<u8> = (0..100_000).map(|i| (i % 251) as u8).collect();
    let mut writer = stream(&vault, kept);
    content.chunks(777).for_each(|part| writer.push(part).unwrap());
    assert_eq!(
        vault.open_stream(kept, &key()).err(),
        Some(RetentionError::ObjectMissing)
    );
    writer.commit().unwrap();
    let mut read = Vec::new();
    vault
        .open_stream(kept, &key())
        .unwrap()
        .read_to_end(&mut read)
        .unwrap();
    assert!(read == content);
    stream(&vault, dropped).push(b"never committed").unwrap();
    let listing = vault.list(Class::Intake).unwrap();
    assert_eq!((listing.objects, listing.drafts.len()), (vec![kept], 0));
}

#[test]
fn an_opening_removes_abandoned_drafts_and_spares_those_being_written() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let written = place("intake-2026110202");
    let mut writer = stream(&vault, written);
    writer.push(b"half").unwrap();
    let abandoned = vault
        .cohort_dir(written.cohort)
        .join(format!("{}.tmp", place("intake-2026110202").id));
    std::fs::write(&abandoned, "left by a crash").unwrap();
    Vault::open(dir.path()).unwrap();
    assert!(!abandoned.exists());
    writer.commit().unwrap();
    assert!(vault.open_stream(written, &key()).is_ok());
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing() {
    // A device that refuses every write with the error of a full disk.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let sealer = container::seal(
        full,
        Kind::Segment,
        place("answer-2026110202"),
        Timestamp::UNIX_EPOCH,
        &key(),
        &OsRandomness,
    );
    assert_eq!(sealer.err().map(|error| error.code()), Some("DISK-FULL"));
}

#[test]
fn a_cohort_directory_that_was_removed_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    let (one, two) = (place("query-202611"), place("query-202611"));
    put(&vault, one).unwrap();
    std::fs::remove_dir_all(vault.cohort_dir(one.cohort)).unwrap();
    put(&vault, two).unwrap();
    assert_eq!(vault.list(Class::Query).unwrap().objects, [two]);
}
