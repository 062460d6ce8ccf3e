//! What a person was handed, with tools of the system: Python and openssl show that it is in the journal. *Edge.*

use std::{fs, process::Command};

use crate::{
    subject::{GONE, asked, person, reported},
    support::files_below,
};

#[test]
fn stock_tools_check_the_proofs_that_a_person_was_handed() {
    let sandbox = asked();
    sandbox.at(GONE, ["purge"], ["run"]).expect(0);
    let who = person(&sandbox, 2);
    reported(&sandbox, GONE, &who, "told");
    let folder = sandbox.path("told");
    let run = |program: &str, words: &[&str]| {
        let ran = Command::new(program).args(words).current_dir(&folder).output();
        ran.expect("a tool cannot be run; see .ci/run for what the stock-tools tests need")
    };
    let proofs = files_below(&folder.join("proofs"));
    assert_eq!(proofs.len(), 2);
    for proof in proofs {
        let name = proof.to_str().unwrap();
        let said = String::from_utf8(run("python3", &["check-proof.py", name]).stdout).unwrap();
        assert!(said.contains(" IS in mayfly/sandbox/"), "{said}");
        let text = fs::read_to_string(&proof).unwrap();
        let middle = text.find("\nindex ").unwrap() - 40;
        let mut changed = text.into_bytes();
        changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
        fs::write(&proof, changed).unwrap();
        let said = String::from_utf8_lossy(&run("python3", &["check-proof.py", name]).stdout).into_owned();
        assert!(!said.contains(" IS in "), "{said}");
    }
    let script = r#"set -eu -o pipefail
        for FILE in certificates/*.certificate; do
            sed '/^$/,$d' "$FILE" > text
            tail -n 1 "$FILE" | cut -d' ' -f3 | base64 -d | tail -c 64 > signature
            (printf '\060\052\060\005\006\003\053\145\160\003\041\000'
             cut -d+ -f3- verifier-key | base64 -d | tail -c 32) > key.der
            openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature
        done"#;
    let said = run("bash", &["-c", script]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

/// The programs that outsiders run: one that checks nothing does not look as if all were well.
#[test]
fn a_program_that_is_not_told_what_to_check_tells_its_usage_and_ends_with_2() {
    let empty = tempfile::tempdir().unwrap();
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../pipeline/src");
    for program in [
        "sheet/check-sheet.py",
        "evidence/check-pack.py",
        "audit/check.py",
        "subject/check-proof.py",
    ] {
        let output = std::process::Command::new("python3")
            .arg(sources.join(program))
            .current_dir(&empty)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{program}: {said}");
        assert!(
            said.starts_with("usage: python3 ") && said.lines().count() == 1,
            "{program}: {said}"
        );
    }
}
