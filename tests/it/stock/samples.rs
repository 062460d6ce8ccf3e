//! A monthly sample with tools of the system: Python draws it again from the exported files. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::traced::stopped;
use crate::{
    audit::{CLOSED, VALUE, asked, audit, draw, export, freeze},
    evidence::BOOK,
    support::Sandbox,
};

/// `audit extend` while it is handed out: the sample is as the journal beside it says, whichever of the two came first.
#[test]
fn a_sample_that_is_made_larger_while_it_is_handed_out_is_as_the_journal_beside_it() {
    let sandbox = asked(60);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let book = sandbox.file("bureau.csv", BOOK);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    for week in ["2026-W45", "2026-W46", "2026-W47", "2026-W48"] {
        for member in ["004", "012"] {
            sandbox.at(CLOSED, ["sheet", "make"], [member, week]).expect(0);
        }
    }
    let mut size = 20;
    // Before the journal's size is known, and behind that.
    for (verb, stop, sample, is_later) in [
        ("evidence", "registers", "samples/004-2026-11", false),
        ("evidence", "journal.partial", "samples/004-2026-11", true),
        ("audit", "journal.partial", "", true),
    ] {
        size += 1;
        let folder = stopped_and_extended(&sandbox, (verb, stop), size);
        let key = folder.join("verifier-key");
        let (folder_name, key) = (folder.to_str().unwrap(), key.to_str().unwrap());
        sandbox
            .mayfly([verb, "verify", folder_name, "--key", key])
            .expect(0);
        let text = fs::read_to_string(folder.join(sample).join("sample.json")).unwrap();
        let sample: Value = serde_json::from_str(&text).unwrap();
        let expected = size - usize::from(is_later);
        assert_eq!(
            sample["items"].as_array().unwrap().len(),
            expected,
            "{verb} {stop}"
        );
    }
}

/// Hands the sample out, and makes it `size` records large when the folder `stop` has just been made; returns what was handed out.
fn stopped_and_extended(sandbox: &Sandbox, (verb, stop): (&str, &str), size: usize) -> PathBuf {
    for attempt in 0..ATTEMPTS {
        let folder = sandbox.path(&format!("{verb}-{size}-{attempt}"));
        let made = sandbox
            .path(&format!("{verb}-{size}-{attempt}.partial"))
            .join(stop);
        let out = folder.to_str().unwrap();
        let words = match verb {
            "audit" => format!("--at {CLOSED} audit export 004 2026-11 {out} --as hsu.rv"),
            _ => format!(
                "--at {CLOSED} evidence pack --from 2026-11-01 --to 2026-12-01 --as yu.cmp --out {out}"
            ),
        };
        let words: Vec<&str> = words.split(' ').collect();
        let mut extended = 0;
        let run = stopped(sandbox, &made, &words, || {
            let extend = ["extend", "004", "2026-11", &size.to_string(), "--as", "hsu.rv"];
            extended = audit(sandbox, CLOSED, &extend).code;
        });
        run.expect(0);
        if extended == 0 {
            return folder;
        }
        // It stood still before it had given back the one writer of the database.
        assert_eq!(extended, 75);
    }
    panic!("it never stood still without the one writer");
}

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

const ATTEMPTS: usize = 20;
