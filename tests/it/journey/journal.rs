//! The journal after a journey: verified in place, exported, verified without the house, and one query proven. *Edge.*

use std::fs;

use mayfly::journal::{entry::Entry, note::VerifierKey, proof};
use serde_json::Value;

use super::{BATCH, delivered, ran, records};
use crate::support::{NOW, Run, Sandbox, files_below};

#[test]
fn every_query_has_its_entry_and_its_proof() {
    let (sandbox, summary) = ran();
    let (results, _) = delivered(&sandbox);
    let queries: Vec<String> = records(&results)
        .iter()
        .map(|record| record[5].to_owned())
        .filter(|query| !query.is_empty())
        .collect();
    let asked = summary["answered"].as_u64().unwrap() + summary["no_record"].as_u64().unwrap();
    assert_eq!(queries.len() as u64, asked);
    for query in queries.iter().step_by(25) {
        let told = sandbox
            .at(NOW, ["--json", "journal", "proof"], [query])
            .expect(0)
            .json();
        let key = VerifierKey::parse(told["key"].as_str().unwrap()).unwrap();
        let text = told["proof"].as_str().unwrap();
        let proven = proof::verify(text, &key).unwrap();
        let entry = Entry::parse(&proven.line).unwrap();
        assert_eq!(
            (entry.kind.name(), entry.member, entry.reference),
            ("query", "004", query.as_str())
        );
        // The control: another key, and another entry in its place, prove nothing.
        let other = Sandbox::empty();
        let stranger = other.at(NOW, ["--json", "journal"], ["verify"]).expect(0).json();
        let stranger = VerifierKey::parse(stranger["key"].as_str().unwrap()).unwrap();
        assert!(proof::verify(text, &stranger).is_err());
        let moved = text.replace(
            &format!("index {}\n", proven.index),
            &format!("index {}\n", proven.index ^ 1),
        );
        assert!(proof::verify(&moved, &key).is_err());
    }
    let plain = sandbox
        .at(NOW, ["journal", "proof"], [&queries[0]])
        .expect(0)
        .stdout;
    assert!(plain.starts_with("c2sp.org/tlog-proof@v1\n"), "{plain}");
    for unknown in ["0000000000000000-0000", "999999", "nonsense", ""] {
        let refused = sandbox.at(NOW, ["journal", "proof"], [unknown]).expect(65);
        assert!(
            refused.stderr.contains("(JOURNAL-UNKNOWN)\n"),
            "{unknown}: {}",
            refused.stderr
        );
    }
}

#[test]
fn an_exported_journal_verifies_without_the_house() {
    let (sandbox, _) = ran();
    delivered(&sandbox);
    let verified = sandbox
        .at(NOW, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    assert_eq!(verified["findings"], Value::Array(vec![]));
    let folder = sandbox.path("export");
    let exported = sandbox
        .at(NOW, ["--json", "journal", "export"], [&folder])
        .expect(0)
        .json();
    assert_eq!(
        (&exported["entries"], &exported["key"]),
        (&verified["entries"], &verified["key"])
    );
    let key = verified["key"].as_str().unwrap();

    // The house may be gone: the folder and the key are enough.
    fs::rename(sandbox.data(), sandbox.path("gone")).unwrap();
    let verify = |key: &str| -> Run {
        let words = [
            "--json",
            "journal",
            "verify",
            folder.to_str().unwrap(),
            "--key",
            key,
        ];
        sandbox.mayfly(words)
    };
    let file = sandbox.file("verifier-key", format!("{key}\n"));
    let by_file = verify(file.to_str().unwrap()).expect(0).json();
    verify(sandbox.path("nowhere").to_str().unwrap()).expect(65);
    let found = verify(key).expect(0).json();
    assert_eq!(by_file, found);
    assert_eq!(
        (&found["entries"], &found["findings"]),
        (&verified["entries"], &verified["findings"])
    );
    for path in files_below(&folder)
        .into_iter()
        .filter(|path| path.ends_with("checkpoint") || is_tile(path))
    {
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        fs::write(&path, bad).unwrap();
        let found = verify(key);
        assert_eq!(
            found.code,
            1,
            "{} was changed and it verifies: {}{}",
            path.display(),
            found.stdout,
            found.stderr
        );
        fs::write(&path, good).unwrap();
    }
    verify(key).expect(0);
    verify("mayfly/x+00000000+AAAA").expect(65);
}

#[test]
fn every_step_is_in_the_journal() {
    let (sandbox, _) = ran();
    delivered(&sandbox);
    sandbox
        .at(NOW, ["batch", "results", BATCH, "--as"], ["chen.yl"])
        .expect(0);
    sandbox
        .at(NOW, ["consent", "show", "004"], ["LC-AHEAD-001"])
        .expect(0);
    sandbox
        .at(NOW, ["stop", "add", "link"], ["--reason", "test"])
        .expect(0);
    sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "test"])
        .expect(0);
    let told = sandbox
        .at(NOW, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    let key = VerifierKey::parse(told["key"].as_str().unwrap()).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    // Queries make up most entries; the others stand before and after them.
    let entries = told["entries"].as_u64().unwrap();
    for index in (0..26).chain(entries - 14..entries) {
        let proof = sandbox
            .at(NOW, ["journal", "proof"], [index.to_string()])
            .expect(0)
            .stdout;
        let proven = proof::verify(&proof, &key).unwrap();
        kinds.insert(Entry::parse(&proven.line).unwrap().kind.name());
    }
    let wanted = [
        "accept",
        "account",
        "config",
        "delivered",
        "delivery",
        "import",
        "lift",
        "query",
        "read",
        "refusal",
        "settle",
        "stop",
        "withdraw",
    ];
    for kind in wanted {
        assert!(kinds.contains(kind), "{kind} is not in the journal: {kinds:?}");
    }
}

fn is_tile(path: &std::path::Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tile")
        && fs::metadata(path).is_ok_and(|facts| facts.len() > 0)
}
