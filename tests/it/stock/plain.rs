//! A plain file that the system does not let go: it is told, and nothing is certified beside it. *Edge.*

use serde_json::json;

use super::traced::{Traced, traced};
use crate::{exchange::Trial, support::Run};

#[test]
fn a_plain_file_that_cannot_be_removed_is_told_and_keeps_the_certificate_back() {
    let trial = Trial::of(10);
    trial.send();
    let name = trial.requests()[0].file_name().unwrap().to_owned();
    // As the settings spell it: strace compares what the program says.
    let path = trial.sandbox.data().join("../exchange/requests").join(name);
    let say = |words: &[&str]| trial.sandbox.mayfly([&["--at", DUE, "--json"], words].concat());
    let faulty = |words: &[&str]| -> Run {
        let words = [&["--at", DUE, "--json"], words].concat();
        let paths = std::slice::from_ref(&path);
        let Traced { run, injected } = traced(&trial.sandbox, "unlink:error=EACCES", paths, &words);
        assert!(injected > 0, "the file was not touched: {}", run.stderr);
        run
    };
    let said = faulty(&["purge", "run"]).expect(1).json();
    assert_eq!(
        (&said["destroyed"], &said["certified"], &said["residue"]),
        (&json!(1), &json!(0), &json!(1)),
        "{said}"
    );
    assert_eq!(said["files"], json!({ "due": 1, "left": 1 }));
    let held_back = json!([{ "cohort": "intake-2026110202", "residue": 1 }]);
    assert_eq!(said["held_back"], held_back);
    let alarms = say(&["watch", "--once"]).expect(1).json();
    assert_eq!(alarms[0]["code"], "PURGE-FAILED");
    let served = faulty(&["serve", "--once"]).expect(75);
    assert!(served.stderr.contains("(PURGE-RESIDUE)\n"), "{}", served.stderr);
    assert_eq!(say(&["certificate", "list"]).expect(1).json(), json!([]));

    let said = say(&["purge", "run"]).expect(0).json();
    assert_eq!(
        (&said["certified"], &said["residue"]),
        (&json!(1), &json!(0)),
        "{said}"
    );
    assert!(trial.requests().is_empty());
    assert_eq!(say(&["watch", "--once"]).expect(0).json(), json!([]));
}

/// When the batch, taken in at `NOW`, is destroyed.
const DUE: &str = "2026-11-05T11:00:00+08:00";
