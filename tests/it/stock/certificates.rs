//! Certificates with tools of the system: `openssl` verifies one, `strace` kills and fails a purge at each step. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{section, traced::traced};
use crate::{
    certificates::{AFTER, COHORTS, DUE, Trial, of_export},
    support::{Run, files_below, setting},
};

#[test]
fn stock_openssl_verifies_a_certificate_as_the_specification_says() {
    let trial = Trial::new();
    let old = trial.sealed().remove(0);
    let folder = trial.sandbox.path("shell");
    fs::create_dir(&folder).unwrap();
    fs::copy(old, folder.join("old.seg")).unwrap();
    trial.purge(DUE).expect(0);
    let (exported, key) = trial.export(AFTER, "export");
    fs::copy(of_export(&exported, COHORTS[0]), folder.join("certificate")).unwrap();
    let specification =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../retention/README.md")).unwrap();
    let blocks: Vec<&str> = specification
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    let check = || bash(&folder, &format!("KEY='{key}'\n{}", blocks[0]));
    let said = check();
    assert!(said.contains("Signature Verified Successfully"), "{said}");
    let fingerprints: Vec<&str> = said.lines().skip(1).map(|line| &line[..64]).collect();
    assert_eq!(fingerprints.len(), 2);
    assert_eq!(fingerprints[0], fingerprints[1]);
    let commitments = bash(&folder, blocks[1]);
    let commitments: Vec<&str> = commitments.split_whitespace().collect();
    assert_eq!((commitments.len(), commitments[0]), (2, commitments[1]));

    // As the page beside the exported files says, for the same file there.
    let guide = fs::read_to_string(exported.join("README")).unwrap();
    let guide = section(&guide, "Without mayfly").replace("/tmp/", "../shell/");
    let script = format!("CERTIFICATE={}.certificate\n{guide}", COHORTS[1]);
    assert!(bash(&exported, &script).contains("Signature Verified Successfully"));

    let text = fs::read_to_string(folder.join("certificate")).unwrap();
    fs::write(
        folder.join("certificate"),
        text.replace("residue: 0", "residue: 1"),
    )
    .unwrap();
    let said = check();
    assert!(!said.contains("Signature Verified Successfully"), "{said}");
}

/// Every call by which a purge changes the disk is the last one, once; of the many by which files are opened and the log is
/// written, every so many. A failure is what `killed_at_any_moment_a_purge_is_certified_once_by_the_next` calls one.
#[test]
fn killed_at_each_step_a_purge_is_certified_once_by_the_next() {
    let most = setting("MAYFLY_PURGE_STEPS").unwrap_or(200);
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    for (calls, files, stride) in STEPS {
        let mut killed = 0;
        for step in (1..most).step_by(stride) {
            let copy = trial.copy();
            let files = files.iter().map(|file| copy.sandbox.data().join(file));
            let fault = format!("{calls}:signal=KILL:when={step}");
            let ended = purge_under_strace(&copy, &fault, &files.collect::<Vec<_>>());
            if ended.code == 0 {
                break;
            }
            assert_eq!(ended.code, -9, "{calls} {step}: {}", ended.stderr);
            killed += 1;
            copy.purge(AFTER).expect(0);
            copy.expect_certified(AFTER, count);
        }
        println!("{calls} of {files:?}: {killed} steps");
        assert!(killed > 0, "no purge was killed at {calls} of {files:?}");
    }
}

/// Calls, the files of which they are, and every how many of them: all files where none is named. `strace` counts the calls
/// of each thread apart and the first thread to reach the number dies, so that later threads are reached by their files.
const STEPS: [(&str, &[&str], usize); 13] = [
    ("fsync", &[], 1),
    ("rename", &[], 1),
    ("unlink", &[], 1),
    ("unlinkat", &[], 1),
    ("openat", &[], 7),
    ("pwrite64", &[], 7),
    ("write", KEYS, 1),
    ("fsync", DATABASE, 1),
    ("pwrite64", DATABASE, 1),
    ("ftruncate", DATABASE, 1),
    ("write", HEAD, 1),
    ("fsync", HEAD, 1),
    ("rename", HEAD, 1),
];
/// What the purge itself writes beside its keys.
const KEYS: &[&str] = &["keys/keyring.new", "clock.new"];
/// What its books are.
pub(super) const DATABASE: &[&str] = &["mayfly.db", "mayfly.db-wal"];
/// What the journal was signed at last.
pub(super) const HEAD: &[&str] = &["keys/last_checkpoint.new"];

#[test]
fn what_cannot_be_removed_or_counted_is_not_certified_until_it_is_gone() {
    let trial = Trial::new();
    let count = trial.sealed().len() as u64;
    for (fault, residue) in [
        ("unlinkat:error=EIO", serde_json::json!(1)),
        ("getdents64:error=EIO", serde_json::Value::Null),
    ] {
        let copy = trial.copy();
        let said = purge_under_strace(&copy, fault, &[copy.folder(COHORTS[0])])
            .expect(1)
            .json();
        assert_eq!(
            (&said["destroyed"], &said["certified"]),
            (&2.into(), &1.into()),
            "{said}"
        );
        assert_eq!(said["residue"], residue, "{said}");
        assert_eq!(
            said["held_back"],
            serde_json::json!([{ "cohort": COHORTS[0], "residue": residue }])
        );
        assert!(!files_below(&copy.folder(COHORTS[0])).is_empty());
        copy.say(DUE, &["certificate", "list"]).expect(1);
        let said = copy.purge(AFTER).expect(0).json();
        assert_eq!(
            (&said["certified"], &said["residue"]),
            (&1.into(), &0.into()),
            "{said}"
        );
        let mut sum = 0;
        for certificate in copy.certificates(AFTER) {
            assert_eq!(certificate["expected"], certificate["removed"], "{certificate}");
            sum += certificate["segments"].as_u64().unwrap();
        }
        assert_eq!(sum, count);
    }
}

/// A purge at [`DUE`] under `strace` with `fault`, of calls that touch `files` if there are any.
fn purge_under_strace(trial: &Trial, fault: &str, files: &[PathBuf]) -> Run {
    traced(
        &trial.sandbox,
        fault,
        files,
        &["--at", DUE, "--json", "purge", "run"],
    )
    .run
}

fn bash(folder: &Path, script: &str) -> String {
    let output = Command::new("bash")
        .arg("-c")
        .arg(script)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
