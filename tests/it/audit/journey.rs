//! The whole way of one sample, and what of it outsiders recompute. *Edge.*

use std::{fs, thread};

use serde_json::Value;

use super::{CLOSED, VALUE, asked, audit, draw, export, freeze, items, name, verify};
use crate::{support::files_below, synthetic::journal};

#[test]
fn a_month_is_committed_frozen_drawn_and_recomputed_from_files_alone() {
    let sandbox = asked(30);
    let frozen = freeze(&sandbox, CLOSED);
    assert_eq!(
        (&frozen["state"], &frozen["population"], &frozen["size"]),
        (&"frozen".into(), &30.into(), &10.into())
    );
    assert_eq!(frozen["committed_late"], false);
    assert_eq!(frozen["due"], "2026-12-10");
    // 1 - C(29,10)/C(30,10) is a third; of 2 % of 30 the first whole record is one as well.
    let chances: Vec<_> = frozen["chances"].as_array().unwrap().iter().collect();
    assert_eq!(
        (chances.len(), chances[0]["finds_per_mille"].as_u64()),
        (4, Some(333))
    );
    // Freezing again changes nothing.
    assert_eq!(freeze(&sandbox, CLOSED), frozen);

    let before = sandbox.copy();
    let drawn = draw(&sandbox, CLOSED, VALUE).expect(0).json();
    assert_eq!(
        (
            &drawn["state"],
            &drawn["size"],
            &drawn["reviewer"],
            &drawn["named_by"]
        ),
        (&"drawn".into(), &10.into(), &"hsu.rv".into(), &"wu.head".into())
    );
    // Nobody is shown the records but the reviewer.
    assert!(drawn.get("items").is_none());
    let first = items(&sandbox, CLOSED);
    assert_eq!(first.len(), 10);
    let queries: Vec<u64> = (0..)
        .zip(journal(&sandbox, CLOSED))
        .filter(|(_, entry)| entry.kind == "query")
        .map(|(index, _)| index)
        .collect();
    assert!(queries.len() == 30 && first.iter().all(|entry| queries.contains(entry)));

    // The same month, drawn with another value from the very same state: another sample.
    draw(&before, CLOSED, "00000000000000000000000000000000").expect(0);
    assert_ne!(items(&before, CLOSED), first);

    let (folder, key) = export(&sandbox, CLOSED, "sample");
    let verified = verify(&folder, &key).expect(0).json();
    assert_eq!(
        (&verified["findings"], &verified["remarks"]),
        (&Value::Array(vec![]), &Value::Array(vec![])),
        "{verified}"
    );
    assert_eq!(
        (&verified["population"], &verified["size"]),
        (&30.into(), &10.into())
    );

    // A larger sample begins with the smaller one.
    audit(
        &sandbox,
        CLOSED,
        &["extend", "004", "2026-11", "14", "--as", "hsu.rv"],
    )
    .expect(0);
    audit(
        &sandbox,
        CLOSED,
        &["extend", "004", "2026-11", "30", "--as", "hsu.rv"],
    )
    .expect(0);
    let all = items(&sandbox, CLOSED);
    assert!(all.len() == 30 && all.starts_with(&first));
    let (folder, key) = export(&sandbox, CLOSED, "larger");
    let verified = verify(&folder, &key).expect(0).json();
    assert_eq!(
        (&verified["findings"], &verified["size"]),
        (&Value::Array(vec![]), &30.into())
    );

    let acts: Vec<String> = journal(&sandbox, CLOSED)
        .into_iter()
        .filter(|entry| entry.kind == "sample")
        .map(|entry| entry.reference)
        .collect();
    // Two members are committed to; only one of them is frozen and drawn.
    let expected =
        ["commit", "commit", "freeze", "draw", "extend", "extend"].map(|act| format!("{act}:2026-11"));
    assert_eq!(acts, expected);
}

/// What the bureau committed to rests nowhere in plain before the reviewer has given a value.
#[test]
fn the_bureau_s_value_is_hidden_until_the_reviewer_has_given_one() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    let before = sandbox.copy();
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let (folder, _) = export(&sandbox, CLOSED, "sample");
    let sample: Value = serde_json::from_slice(&fs::read(folder.join("sample.json")).unwrap()).unwrap();
    let payload = sample["steps"][0]["payload"].as_str().unwrap();
    let bytes: Vec<u8> = (0..payload.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&payload[at..at + 2], 16).unwrap())
        .collect();
    let committed: Value = serde_json::from_slice(&bytes[16..]).unwrap();
    let value = committed["value"].as_str().unwrap();
    assert_eq!(value.len(), 64);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    for path in files_below(&before.data()) {
        assert!(!holds(&fs::read(&path).unwrap(), value), "{}", path.display());
    }
    // The control: it is found where it is.
    assert!(holds(&bytes, value));
    for words in [&["show", "004", "2026-11"][..], &["list"]] {
        let said = audit(&before, CLOSED, words).expect(0).stdout;
        assert!(!said.contains(value) && !said.contains(&payload[..40]), "{said}");
    }
}

/// Both give a value at the same moment: one of them is the reviewer's, and what it draws stands.
#[test]
fn of_two_values_at_once_one_counts() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    name(&sandbox, CLOSED, "hsu.rv").expect(0);
    let codes: Vec<i32> = thread::scope(|scope| {
        let values = [
            "11111111111111111111111111111111",
            "22222222222222222222222222222222",
        ];
        let runs = values.map(|value| {
            let sandbox = &sandbox;
            scope.spawn(move || {
                // Who finds the other one writing waits; a database that stays busy for that long is asked again.
                loop {
                    let words = ["draw", "004", "2026-11", "--as", "hsu.rv", "--value", value];
                    let run = audit(sandbox, CLOSED, &words);
                    if !run.stderr.contains("DB-BUSY") {
                        break run.code;
                    }
                }
            })
        });
        runs.map(|run| run.join().unwrap()).into()
    });
    assert!(codes == [0, 65] || codes == [65, 0], "{codes:?}");
    let (folder, key) = export(&sandbox, CLOSED, "sample");
    let verified = verify(&folder, &key).expect(0).json();
    assert_eq!(verified["size"], 10);
}

/// A month with at most ten queries is drawn whole, one without any too.
#[test]
fn a_small_month_is_drawn_whole() {
    let sandbox = asked(3);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    assert_eq!(items(&sandbox, CLOSED).len(), 3);
    let (folder, key) = export(&sandbox, CLOSED, "sample");
    verify(&folder, &key).expect(0);

    let empty = audit(&sandbox, CLOSED, &["freeze", "012", "2026-11"])
        .expect(0)
        .json();
    assert_eq!((&empty["population"], &empty["size"]), (&0.into(), &0.into()));
    let listed = audit(&sandbox, CLOSED, &["list"]).expect(0).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
}
