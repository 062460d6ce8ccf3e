//! The proof beside an exported sheet: checked without data directory, and every change of it is found. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

use super::*;

#[test]
fn a_proof_shows_what_is_on_a_sheet_and_who_signed_it() {
    let (sandbox, key) = signed();
    let file = exported(&sandbox, "chen.yl");
    let said = check(&[&file], &key).expect(0).json();
    let [one] = said.as_array().unwrap().as_slice() else {
        panic!("{said}")
    };
    assert_eq!(
        (&one["queries"], &one["findings"]),
        (&3.into(), &Value::Array(vec![]))
    );
    let acts: Vec<(&str, &str)> = one["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| (act["act"].as_str().unwrap(), act["by"].as_str().unwrap()))
        .collect();
    assert_eq!(
        acts,
        [("make", "operator"), ("sign", "chen.yl"), ("approve", "wang.dg")]
    );
    // The first lines are the content: their hash is the one that was signed.
    let text = fs::read_to_string(&file).unwrap();
    let head: String = text.split_inclusive('\n').take(7).collect();
    assert!(
        head.starts_with("mayfly-sheet/2\n") && head.contains("\nunit 徵信部\n"),
        "{head}"
    );
    assert_eq!(one["unit"], "徵信部");
    let sha256 = hex(&Sha256::digest(head.as_bytes()));
    assert_eq!(one["sha256"], sha256);
    assert_eq!(shown(&sandbox, MONDAY, "chen.yl")["sha256"], sha256);
    // A sheet that nobody has signed yet, and one without a query, have their proof too.
    for querier in ["lin.ch", "huang.sm"] {
        check(&[&exported(&sandbox, querier)], &key).expect(0);
    }
}

#[test]
fn every_change_of_a_proof_is_found() {
    let (sandbox, key) = signed();
    let file = exported(&sandbox, "chen.yl");
    let good = fs::read(&file).unwrap();
    let other = sandbox.path("other.proof");
    let is_refused = |bytes: &[u8], what: &str| {
        fs::write(&other, bytes).unwrap();
        let run = check(&[&other], &key);
        assert!(
            run.code == 1 || run.code == 65,
            "{what}: {} {}",
            run.code,
            run.stdout
        );
    };
    // The last line is the signature: its name, id and bits are looked at by the tests of notes.
    for (at, line) in lines(&good) {
        let mut changed = good.clone();
        let place = at + line / 2;
        changed[place] = if changed[place] == b'7' { b'8' } else { b'7' };
        is_refused(&changed, &format!("a byte at {place}"));
        let without = [&good[..at], &good[at + line + 1..]].concat();
        is_refused(&without, &format!("without the line at {at}"));
    }
    // A sheet of another querier, with the acts of this one.
    let text = String::from_utf8(good).unwrap();
    for (from, to) in [
        ("querier chen.yl", "querier lin.ch"),
        ("unit 徵信部", "unit 授信部"),
        ("unit 徵信部\n", ""),
        ("mayfly-sheet/2", "mayfly-sheet/1"),
    ] {
        is_refused(text.replacen(from, to, 1).as_bytes(), to);
    }
    let foreign = Sandbox::with_master_data();
    let stranger = foreign
        .at(NOW, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    check(&[&file], stranger["key"].as_str().unwrap()).expect(1);
    let told = check(&[&file], "no key").expect(65).stderr;
    assert!(told.contains("(CERTIFICATE-KEY)"), "{told}");
    let told = check(&[&sandbox.path("absent.proof")], &key).expect(65).stderr;
    assert!(told.contains("(SHEET-PROOF)"), "{told}");
}

/// Start and length of each line.
fn lines(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut start = 0;
    let all = bytes.split(|byte| *byte == b'\n').map(|line| {
        let found = (start, line.len());
        start += line.len() + 1;
        found
    });
    all.filter(|(start, _)| *start < bytes.len()).collect()
}

/// Sheets of a week of six queries, one of them signed and approved; and the journal's key.
pub fn signed() -> (Sandbox, String) {
    let sandbox = made(6);
    sheet(
        &sandbox,
        MONDAY,
        &["sign", "004", WEEK, "chen.yl", "--as", "chen.yl"],
    )
    .expect(0);
    sheet(
        &sandbox,
        MONDAY,
        &["approve", "004", WEEK, "chen.yl", "--as", "wang.dg"],
    )
    .expect(0);
    let verified = sandbox
        .at(MONDAY, ["--json", "journal"], ["verify"])
        .expect(0)
        .json();
    (sandbox, verified["key"].as_str().unwrap().to_owned())
}

/// Exports the sheet of `querier`; returns its proof.
pub fn exported(sandbox: &Sandbox, querier: &str) -> PathBuf {
    let folder = sandbox.path("sheets");
    let words = [
        "export",
        "004",
        WEEK,
        querier,
        folder.to_str().unwrap(),
        "--as",
        "hsu.rv",
    ];
    sheet(sandbox, MONDAY, &words).expect(0);
    folder.join(format!("004-{WEEK}-{querier}.proof"))
}

/// `sheet check` where no data directory is.
fn check(files: &[&Path], key: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"))
        .args(["--json", "sheet", "check"])
        .args(files)
        .args(["--key", key])
        .current_dir(files[0].parent().unwrap())
        .env_remove("DATABASE_URL")
        .output();
    Run::of(output.unwrap())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
