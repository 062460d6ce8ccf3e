//! What a stranger with the files and the public key sees: every change, another key, an old backup. *Edge.*

use std::fs;

use super::{AFTER, COHORTS, DUE, Trial, of_export, verify};

#[test]
fn certificates_and_the_files_of_an_old_backup_verify_anywhere() {
    let trial = Trial::new();
    let backup = trial.sandbox.copy();
    trial.purge(DUE).expect(0);
    let (folder, key) = trial.export(AFTER, "export");
    let mut files = COHORTS.map(|cohort| of_export(&folder, cohort)).to_vec();
    let old: Vec<_> = trial_files(&backup);
    assert!(old.len() >= 2);
    files.extend(old.clone());
    // As text, and as the file of the export.
    for key in [&key, folder.join("verifier-key").to_str().unwrap()] {
        let said = verify(&files, key).expect(0).json();
        assert_eq!(said["findings"], 0);
        for (judged, file) in said["files"].as_array().unwrap().iter().zip(&files) {
            let cohort = COHORTS
                .iter()
                .position(|cohort| file.to_string_lossy().contains(cohort))
                .unwrap();
            assert_eq!(judged["cohort"], COHORTS[cohort]);
            assert_eq!(judged["number"], cohort + 1, "{judged}");
        }
    }
    // The order of the files does not matter; a sealed file whose certificate is not among them is a finding.
    files.reverse();
    verify(&files, &key).expect(0);
    let said = verify(&old, &key).expect(1).json();
    assert_eq!(said["findings"], old.len());
    // A second export into the same folder says the same; into one with another file of that name, nothing.
    trial.export(AFTER, "export");
    fs::write(of_export(&folder, COHORTS[0]), "something else").unwrap();
    let refused = trial
        .say(AFTER, &["certificate", "export", folder.to_str().unwrap()])
        .expect(65);
    assert!(
        refused.stderr.contains("CERTIFICATE-EXPORT"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        fs::read_to_string(of_export(&folder, COHORTS[0])).unwrap(),
        "something else"
    );
}

#[test]
fn every_flipped_byte_and_another_key_are_findings() {
    let trial = Trial::new();
    let old = trial.sandbox.copy();
    trial.purge(DUE).expect(0);
    let (folder, key) = trial.export(AFTER, "export");
    let original = of_export(&folder, COHORTS[0]);
    verify(std::slice::from_ref(&original), &key).expect(0);
    let bytes = fs::read(&original).unwrap();
    let flipped = trial.sandbox.path("flipped");
    fs::create_dir(&flipped).unwrap();
    let mut files = Vec::new();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        files.push(flipped.join(at.to_string()));
        fs::write(&files[at], changed).unwrap();
    }
    files.push(flipped.join("cut"));
    fs::write(&files[bytes.len()], &bytes[..bytes.len() - 1]).unwrap();
    files.push(flipped.join("empty"));
    fs::write(&files[bytes.len() + 1], b"").unwrap();
    let said = verify(&files, &key).expect(1).json();
    let believed: Vec<_> = said["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|judged| judged["sound"] == true)
        .collect();
    assert!(believed.is_empty(), "{believed:?}");

    let stranger = Trial::new();
    stranger.purge(DUE).expect(0);
    let (_, other) = stranger.export(AFTER, "export");
    let said = verify(std::slice::from_ref(&original), &other).expect(1).json();
    assert_eq!(
        (&said["findings"], &said["files"][0]["cohort"]),
        (&1.into(), &serde_json::Value::Null)
    );

    // A header whose commitment was changed is under no key that is certified.
    let old = trial_files(&old).remove(0);
    let mut header = fs::read(&old).unwrap();
    header[64] ^= 1;
    fs::write(&old, header).unwrap();
    verify(&[original, old], &key).expect(1);
}

#[test]
fn input_that_cannot_be_judged_is_refused() {
    let trial = Trial::new();
    trial.purge(DUE).expect(0);
    let (folder, key) = trial.export(AFTER, "export");
    let original = of_export(&folder, COHORTS[0]);
    for (file, key, code) in [
        (folder.join("nowhere"), key.as_str(), "CERTIFICATE-FILE"),
        (folder.clone(), &key, "CERTIFICATE-FILE"),
        (original.clone(), "no key", "CERTIFICATE-KEY"),
        (original.clone(), original.to_str().unwrap(), "CERTIFICATE-KEY"),
    ] {
        let run = verify(&[file], key).expect(65);
        assert!(
            run.stderr.contains(code) && run.stdout.is_empty(),
            "{}",
            run.stderr
        );
    }
    trial
        .sandbox
        .mayfly(["certificate", "verify", original.to_str().unwrap()])
        .expect(2);
}

/// An export is for others: not into the data directory, where nothing would ever forget it, and not over a file.
#[test]
fn exports_go_into_a_folder_elsewhere() {
    let trial = Trial::new();
    trial.purge(DUE).expect(0);
    let file = trial.sandbox.file("README", "of somebody");
    for (what, code) in [
        ("certificate", "CERTIFICATE-EXPORT"),
        ("journal", "JOURNAL-INPUT"),
    ] {
        for folder in [
            trial.sandbox.data().join("export"),
            file.clone(),
            file.join("below"),
        ] {
            let run = trial.say(AFTER, &[what, "export", folder.to_str().unwrap()]);
            let told = run.expect(65).stderr;
            assert!(told.contains(&format!("({code})\n")), "{told}");
        }
        assert!(!trial.sandbox.data().join("export").exists());
        assert_eq!(fs::read(&file).unwrap(), b"of somebody");
        let folder = trial.sandbox.path(what);
        trial
            .say(AFTER, &[what, "export", folder.to_str().unwrap()])
            .expect(0);
    }
}

fn trial_files(backup: &crate::support::Sandbox) -> Vec<std::path::PathBuf> {
    let all = crate::support::files_below(&backup.data().join("sealed"));
    all.into_iter()
        .filter(|path| {
            COHORTS
                .iter()
                .any(|cohort| path.to_string_lossy().contains(cohort))
        })
        .collect()
}
