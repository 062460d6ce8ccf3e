//! A monthly sample with tools of the system: Python draws it again from the exported files. *Edge.*

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::audit::{CLOSED, VALUE, asked, audit, draw, export, freeze};

#[test]
fn stock_python_draws_an_exported_sample_again() {
    let sandbox = asked(600);
    freeze(&sandbox, CLOSED);
    let without = sandbox.copy();
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let (folder, _) = export(&sandbox, CLOSED, "sample");
    assert_eq!(
        python(&folder),
        "600 records, 12 drawn: the sample is what the rule draws\n"
    );

    // The control: two records change places.
    let path = folder.join("sample.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut sample: Value = serde_json::from_str(&text).unwrap();
    sample["items"].as_array_mut().unwrap().swap(3, 4);
    fs::write(&path, sample.to_string()).unwrap();
    assert_eq!(
        python(&folder),
        "600 records, 12 drawn: the sample is NOT what the rule draws\n"
    );
    // Another value of the reviewer's, which the journal did not enter.
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let other = text.replace(&hex(VALUE), &hex(&VALUE.replace('5', "6")));
    assert_ne!(other, text);
    fs::write(&path, other).unwrap();
    assert_eq!(python(&folder), "");

    audit(
        &sandbox,
        CLOSED,
        &["extend", "004", "2026-11", "99", "--as", "hsu.rv"],
    )
    .expect(0);
    let (folder, _) = export(&sandbox, CLOSED, "larger");
    assert_eq!(
        python(&folder),
        "600 records, 99 drawn: the sample is what the rule draws\n"
    );

    let overdue = "2026-12-11T09:00:00+08:00";
    audit(
        &without,
        overdue,
        &["draw", "004", "2026-11", "--without-reviewer"],
    )
    .expect(0);
    let (folder, _) = export(&without, overdue, "sample");
    assert_eq!(
        python(&folder),
        "600 records, 12 drawn: the sample is what the rule draws\n"
    );
}

/// What the exported `check.py` says in its folder; nothing if it fails.
fn python(folder: &Path) -> String {
    let ran = Command::new("python3")
        .arg("check.py")
        .current_dir(folder)
        .output();
    let ran = ran.unwrap_or_else(|_| panic!("python3 cannot be run; see .ci/run for what these tests need"));
    String::from_utf8(ran.stdout).unwrap()
}
