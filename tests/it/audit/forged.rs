//! An exported sample that was changed: each change is a finding, or makes it no sample at all. *Edge.*

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{CLOSED, VALUE, asked, draw, export, freeze, verify};
use crate::support::copy_folder;

#[test]
fn whatever_is_changed_in_an_exported_sample_is_found() {
    let sandbox = asked(40);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let (folder, key) = export(&sandbox, CLOSED, "sample");
    verify(&folder, &key).expect(0);

    let check = |name: &str, change: &dyn Fn(&mut Value), finding: &str| {
        let copy = sandbox.path(name);
        copy_folder(&folder, &copy);
        let path = copy.join("sample.json");
        let mut sample: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut sample);
        fs::write(&path, sample.to_string()).unwrap();
        let findings = verify(&copy, &key).expect(1).json()["findings"].to_string();
        assert!(findings.contains(finding), "{name}: {findings}");
    };
    let records = "not those that the rule draws";
    check(
        "swapped",
        &|sample| sample["items"].as_array_mut().unwrap().swap(0, 1),
        records,
    );
    check(
        "shorter",
        &|sample| drop(sample["items"].as_array_mut().unwrap().pop()),
        records,
    );
    check("none", &|sample| sample["items"] = json!([]), records);
    check(
        "other-record",
        &|sample| sample["items"][4]["entry"] = json!(0),
        records,
    );
    check(
        "other-query",
        &|sample| sample["items"][4]["query"] = json!("x"),
        records,
    );
    // Another value, with its payload or without: the journal entered the first.
    let payload = |sample: &mut Value, act: usize, from: &str, to: &str| {
        let (from, to) = (hex(from), hex(to));
        let payload = &mut sample["steps"][act]["payload"];
        let changed = payload.as_str().unwrap().replace(&from, &to);
        assert_ne!(changed, payload.as_str().unwrap());
        *payload = json!(changed);
    };
    check(
        "other-value",
        &|sample| payload(sample, 2, VALUE, &VALUE.replace('5', "6")),
        "is not this draw",
    );
    check(
        "other-value-too",
        &|sample| payload(sample, 2, VALUE, &VALUE.replace('5', "6")),
        records,
    );
    check(
        "other-population",
        &|sample| payload(sample, 1, "\"population\":40", "\"population\":39"),
        "40 query records of the month, the freeze says 39",
    );
    check(
        "smaller",
        &|sample| payload(sample, 2, "\"size\":10", "\"size\":9"),
        "9 records were drawn; the rule says 10",
    );
    check(
        "other-entry",
        &|sample| sample["steps"][1]["entry"] = json!(3),
        "is not this freeze",
    );
    check(
        "twice",
        &|sample| {
            let draw = sample["steps"][2].clone();
            sample["steps"].as_array_mut().unwrap().push(draw);
        },
        "each once and in this order",
    );
    check(
        "other-member",
        &|sample| sample["member"] = json!("012"),
        "is not this commit",
    );

    // Of the journal nothing is believed that its own verification does not bear out.
    let copy = sandbox.path("journal-changed");
    copy_folder(&folder, &copy);
    flip(
        &crate::support::files_below(&copy.join("journal/tile/entries"))[0],
        60,
    );
    let findings = verify(&copy, &key).expect(1).json()["findings"].to_string();
    assert!(findings.contains("was not judged"), "{findings}");

    let other = asked(1);
    let other = other
        .at(CLOSED, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    let findings = verify(&folder, other["key"].as_str().unwrap()).expect(1).json()["findings"].to_string();
    assert!(findings.contains("not signed by this key"), "{findings}");
}

#[test]
fn what_is_no_exported_sample_is_refused() {
    let sandbox = asked(11);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let (folder, key) = export(&sandbox, CLOSED, "sample");
    let check = |name: &str, change: &dyn Fn(&Path), code: &str| {
        let copy = sandbox.path(name);
        copy_folder(&folder, &copy);
        change(&copy);
        let run = verify(&copy, &key).expect(65);
        assert!(run.stderr.contains(code), "{name}: {}", run.stderr);
    };
    let write =
        |text: &'static str| move |folder: &Path| fs::write(folder.join("sample.json"), text).unwrap();
    check(
        "missing",
        &|folder| fs::remove_file(folder.join("sample.json")).unwrap(),
        "SAMPLE-FILE",
    );
    check("no-json", &write("x"), "SAMPLE-FILE");
    check("no-sample", &write("{}"), "SAMPLE-FILE");
    check(
        "no-journal",
        &|folder| fs::remove_dir_all(folder.join("journal")).unwrap(),
        "SAMPLE-FILE",
    );
    let undrawn = r#"{"format":"mayfly-sample-v1","member":"004","month":"2026-11","steps":[],"items":[]}"#;
    check("undrawn", &write(undrawn), "SAMPLE-FILE");
    let run = verify(&folder, "no key").expect(65);
    assert!(run.stderr.contains("CERTIFICATE-KEY"), "{}", run.stderr);
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}
