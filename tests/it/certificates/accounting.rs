//! Certificates and live cohorts account for every segment ever made; what they do not is said. *Edge.*

use std::fs;

use super::{AFTER, COHORTS, DUE, Trial, of_export, verify};
use crate::support::{NOW, files_below};

fn doctor_says(trial: &Trial, at: &str) -> bool {
    let checks = trial.say(at, &["doctor"]).json();
    let mut checks = checks.as_array().unwrap().iter();
    let segments = checks.find(|check| check["what"] == "segments").unwrap();
    assert_eq!(
        segments["health"] == "bad",
        segments["code"] == "SEGMENT-UNACCOUNTED"
    );
    segments["health"] == "good"
}

#[test]
fn before_and_after_a_purge_every_segment_is_accounted_for() {
    let trial = Trial::new();
    let summary = |at| {
        trial
            .sandbox
            .mayfly(["--at", at, "certificate", "list"])
            .expect(0)
            .stdout
    };
    let all = files_below(&trial.sandbox.data().join("sealed")).len();
    let hours = trial.sealed().len();
    assert!(hours >= 2 && all > hours);
    let said = summary(NOW);
    assert!(
        said.contains(&format!("{all} segments recorded: {all} live, 0 certified")),
        "{said}"
    );
    trial.purge(DUE).expect(0);
    let said = summary(AFTER);
    let expected = format!("{all} segments recorded: {} live, {hours} certified", all - hours);
    assert!(said.contains(&expected), "{said}");
    assert!(doctor_says(&trial, AFTER));
}

#[test]
fn a_segment_that_vanished_is_found_before_and_after_its_end() {
    let trial = Trial::new();
    fs::remove_file(&trial.sealed()[0]).unwrap();
    trial.say(NOW, &["certificate", "list"]).expect(1);
    assert!(!doctor_says(&trial, NOW));
    // It ends as unreadable as the others; the certificate says that it was not there to be removed.
    let said = trial.purge(DUE).expect(1).json();
    assert_eq!(
        (&said["certified"], &said["incidents"], &said["residue"]),
        (&2.into(), &1.into(), &0.into())
    );
    let (folder, key) = trial.export(AFTER, "export");
    let certificate = &trial.certificates(AFTER)[0];
    assert_eq!(certificate["destroyed"], certificate["expected"]);
    assert_ne!(certificate["removed"], certificate["expected"]);
    let judged = verify(&[of_export(&folder, COHORTS[0])], &key).expect(1).json();
    assert!(
        judged["files"][0]["said"].as_str().unwrap().contains("counts"),
        "{judged}"
    );
}

/// A crash between sealing and entering leaves a file that no row names: it goes, and it is counted.
#[test]
fn a_segment_that_no_row_names_is_certified_with_the_others() {
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    let orphan = trial
        .folder(COHORTS[0])
        .join("00112233445566778899aabbccddeeff.seg");
    fs::copy(&trial.sealed()[0], orphan).unwrap();
    trial.purge(DUE).expect(0);
    trial.expect_certified(AFTER, count + 1);
    let said = trial
        .sandbox
        .mayfly(["--at", AFTER, "certificate", "list"])
        .expect(0)
        .stdout;
    assert!(said.contains("and 1 certified that no row named"), "{said}");
}

#[test]
fn a_lost_certificate_is_found() {
    let trial = Trial::new();
    trial.purge(DUE).expect(0);
    trial.sql("DELETE FROM certificate WHERE cohort = 'answer-2026110202'");
    trial.say(AFTER, &["certificate", "list"]).expect(1);
    assert!(!doctor_says(&trial, AFTER));
}

/// Bytes that come when all is over (a copy put back, a worker that slept for days) go at once, and somebody is told.
#[test]
fn what_comes_after_the_certificate_goes_and_is_told() {
    let trial = Trial::new();
    let old = fs::read(&trial.sealed()[0]).unwrap();
    let path = trial.sealed().remove(0);
    let count = trial.sealed().len() as u64;
    trial.purge(DUE).expect(0);
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(&path, old).unwrap();
    let said = trial.purge(AFTER).expect(1).json();
    assert_eq!(
        (&said["certified"], &said["incidents"]),
        (&0.into(), &1.into()),
        "{said}"
    );
    assert!(!path.exists());
    assert_eq!(trial.purge(AFTER).expect(0).json()["incidents"], 0);
    trial.expect_certified(AFTER, count);
}
