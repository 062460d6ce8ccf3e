//! The pass of the years is killed at its steps: whatever was cut short, the next ends it as if nothing had been. *Edge.*

use serde_json::Value;

use super::{
    certificates::{DATABASE, HEAD},
    traced::traced,
};
use crate::{
    ends::{AFTER_THE_WINDOW, MONTH_AFTER, asked, purged},
    support::{Sandbox, files_below, setting},
    synthetic::journal,
};

/// A failure is: a certificate more, less or of other counts than where nobody was killed; an incident; a record, a file or
/// evidence that is left; a journal that does not verify.
///
/// `MAYFLY_STEP_STRIDE=1` kills at every call by which the pass changes the disk; else at every second, and every sixteenth of
/// those that are mostly reading.
#[test]
fn killed_at_its_steps_a_pass_of_the_years_is_ended_by_the_next() {
    let stride: usize = setting("MAYFLY_STEP_STRIDE").unwrap_or(2);
    let sandbox = asked();
    purged(&sandbox, AFTER_THE_WINDOW);
    let expected = {
        let undisturbed = sandbox.copy();
        purged(&undisturbed, MONTH_AFTER);
        certified(&undisturbed)
    };
    assert_eq!(expected.len(), 4, "{expected:?}");
    for (calls, files, stride) in [
        ("fsync", &[][..], stride),
        ("rename", &[], stride),
        ("unlink", &[], stride),
        ("unlinkat", &[], stride),
        ("openat", &[], 8 * stride),
        ("pwrite64", &[], 8 * stride),
        ("fsync", DATABASE, 2 * stride),
        ("pwrite64", DATABASE, 8 * stride),
        ("rename", HEAD, stride),
    ] {
        let mut killed = 0;
        for step in (1..MOST).step_by(stride) {
            let copy = sandbox.copy();
            let files: Vec<_> = files.iter().map(|file| copy.data().join(file)).collect();
            let kill = format!("{calls}:signal=KILL:when={step}");
            let purge = ["--at", MONTH_AFTER, "--json", "purge", "run"];
            let ended = traced(&copy, &kill, &files, &purge).run;
            if ended.code == 0 {
                break;
            }
            assert_eq!(ended.code, -9, "{calls} {step}: {}", ended.stderr);
            killed += 1;
            let next = copy.at(LATER, ["--json", "purge"], ["run"]).expect(0).json();
            assert_eq!(
                (&next["incidents"], &next["years"]["residue"]),
                (&0.into(), &0.into()),
                "{calls} {step}: {next}"
            );
            assert_eq!(certified(&copy), expected, "{calls} {step}");
            let left = files_below(&copy.data().join("purged"));
            assert!(
                left.iter().all(|path| path.ends_with("lock")),
                "{calls} {step}: {left:?}"
            );
            let sealed = files_below(&copy.data().join("sealed/query"));
            assert!(sealed.is_empty(), "{calls} {step}: {sealed:?}");
        }
        println!("{calls} of {files:?}: {killed} steps");
        assert!(killed > 0, "no pass was killed at {calls} of {files:?}");
    }
}

/// What the certificates of the years say: cohort, state, segments and records expected, destroyed and removed; each is in the
/// journal, which verifies.
fn certified(sandbox: &Sandbox) -> Vec<[String; 6]> {
    let listed = sandbox
        .at(LATER, ["--json", "certificate", "list"], [""; 0])
        .expect(0)
        .json();
    let all = listed.as_array().unwrap();
    let entries = journal(sandbox, LATER);
    let hashes: Vec<&str> = all.iter().map(|one| one["sha256"].as_str().unwrap()).collect();
    let entered = entries.iter().filter(|entry| entry.kind == "certificate");
    let mut entered: Vec<&str> = entered.map(|entry| entry.reference.as_str()).collect();
    // Where a pass was cut short the order may be another.
    let mut known = hashes;
    known.sort_unstable();
    entered.sort_unstable();
    assert_eq!(known, entered);
    let text = |value: &Value| value.to_string();
    let keys = ["cohort", "state", "segments", "answers", "destroyed", "removed"];
    let of_years = all.iter().filter(|one| one["gone_by"].is_null());
    let mut said: Vec<_> = of_years.map(|one| keys.map(|key| text(&one[key]))).collect();
    said.sort();
    said
}

/// A minute after the pass that is killed.
const LATER: &str = "2031-12-02T00:01:00+08:00";
/// More calls than a pass has of a kind.
const MOST: usize = 20_000;
