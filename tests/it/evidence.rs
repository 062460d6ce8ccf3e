//! The folder an examiner takes away: what is in it, who may take it, and that every change of it is found. *Edge.*
//!
//! `refused` is what gives no folder, `flawed` what is in one of which a part does not
//! verify, `nil` the sheets of whoever asked nothing, `allowed` what was allowed in its days, `taken` who takes single documents away, and that each is whole. That the README's own commands verify it is in `stock`.

mod allowed;
pub mod flawed;
mod nil;
mod refused;
mod taken;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    audit::{CLOSED, audit, log_of, reviewed},
    support::{Run, Sandbox, files_below},
};

/// People of the bureau, the supervisor and the provider; one of the bureau has no right to take evidence away.
pub const BOOK: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
bureau,yu.cmp,余虛法,專責人員,,,,2024-01-01,board,,,J-01,法遵部,,compliance
bureau,xu.adm,徐虛管,管理者,,,,2024-01-01,yu.cmp,,,J-02,資訊部,,administrator operator
supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,yu.cmp,,,F-01,,,supervisor_auditor
";

#[test]
fn a_pack_has_what_an_examiner_asks_for_and_nothing_of_a_person() {
    let sandbox = month();
    let (folder, key) = packed(&sandbox, "pack", &[]);
    for name in [
        "README.txt",
        "manifest",
        "SHA256SUMS",
        "findings",
        "verifier-key",
        "clauses.csv",
        "duties.csv",
        "journal/checkpoint",
        "sheets/sheets.csv",
        "sheets/004/2026-W45/004-2026-W45-chen.yl.csv",
        "sheets/004/2026-W45/004-2026-W45-chen.yl.proof",
        "sheets/012/2026-W45/012-2026-W45-chou.q.html",
        "samples/004-2026-11/sample.json",
        "reviews/004-2026-11/review.zh-TW.html",
        "registers/authorisations-2026-11-01.csv",
        "registers/authorisations-2026-12-01.csv",
        "registers/changes-2026-11-01-2026-12-01.html",
        "registers/authorisations-2026-12-01.xlsx",
        "registers/members.csv",
        "registers/changes-entered-later.csv",
        "registers/stops.json",
        "registers/incidents.json",
        "registers/papers.csv",
        "registers/approvals.csv",
        "registers/grants.csv",
        "registers/account-reviews.csv",
        "certificates/README",
        "programs/check-pack.py",
    ] {
        assert!(folder.join(name).is_file(), "{name}");
    }
    let verified = verify(&folder, &key).expect(0).json();
    assert_eq!(verified["findings"], Value::Array(vec![]), "{verified}");
    assert_eq!(
        ["from", "to", "member", "made_by"].map(|name| verified[name].as_str().unwrap()),
        ["2026-11-01", "2026-12-01", "all", "bureau/yu.cmp"]
    );
    assert_eq!(
        (
            &verified["samples"],
            &verified["reconciliations"],
            &verified["sheets"]
        ),
        (&1.into(), &1.into(), &serde_json::json!([16, 8])),
        "{verified}"
    );
    assert!(verified["certificates"].as_u64().unwrap() > 0);
    let duties = fs::read_to_string(folder.join("duties.csv")).unwrap();
    assert!(
        duties.contains("reconciliation/004/2026-11") && duties.contains("bureau"),
        "{duties}"
    );
    for file in files_below(&folder) {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !mayfly_consent::cells::holds_identity_number(&text),
            "{}",
            file.display()
        );
    }
    // It was entered who took it, and that entry is in the pack.
    let journal = crate::synthetic::journal(&sandbox, CLOSED);
    let taken = journal
        .iter()
        .filter(|entry| entry.reference == "evidence:2026-11-01/2026-12-01");
    assert_eq!(taken.map(|entry| entry.kind).collect::<Vec<_>>(), ["export"]);
    assert_eq!(verified["journal"], journal.len() as u64);
    let mode = fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others may look into it");
    // Nothing else is left beside it.
    assert!(!sandbox.path("pack.partial").exists());
    one_member(&sandbox);
}

#[test]
fn every_file_that_was_changed_added_or_removed_is_found() {
    let sandbox = month();
    let (folder, key) = packed(&sandbox, "pack", &[]);
    for file in files_below(&folder) {
        let good = fs::read(&file).unwrap();
        let mut changed = good.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&file, &changed).unwrap();
        verify(&folder, &key).expect(1);
        fs::remove_file(&file).unwrap();
        let without = verify(&folder, &key);
        let expected = if file.ends_with("pack/manifest") { 65 } else { 1 };
        assert_eq!(without.code, expected, "{}: {}", file.display(), without.stdout);
        fs::write(&file, &good).unwrap();
    }
    let stranger = folder.join("sheets/more.csv");
    fs::write(&stranger, "x").unwrap();
    let found = verify(&folder, &key).expect(1).json()["findings"].to_string();
    assert!(
        found.contains("sheets/more.csv: was not there when it was signed"),
        "{found}"
    );
    fs::remove_file(stranger).unwrap();
    let note = fs::read_to_string(folder.join("manifest")).unwrap();
    let signature = note.lines().last().unwrap();
    fs::write(folder.join("manifest"), format!("{note}{signature}\n")).unwrap();
    verify(&folder, &key).expect(1);
    fs::write(folder.join("manifest"), note).unwrap();
    verify(&folder, &key).expect(0);
    let stranger = Sandbox::empty();
    let other = stranger.mayfly(["--json", "journal", "verify"]).expect(0).json();
    let found = verify(&folder, other["key"].as_str().unwrap()).expect(1).json();
    assert!(
        found["findings"][0]
            .as_str()
            .unwrap()
            .contains("not signed with this key")
    );
}

#[test]
fn a_pack_that_lacks_the_sheets_of_a_week_or_a_drawn_sample_is_found_whoever_signs_it() {
    let sandbox = reviewed();
    let book = sandbox.file("bureau.csv", BOOK);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    // Nobody made the sheets of member 004: the bureau signs the pack all the same.
    make_sheets(&sandbox, "012");
    let (folder, made) = flawed::packed_with_findings(&sandbox, "pack");
    let missing = made["findings"].to_string();
    assert!(
        missing.contains("sheet 004/2026-W45/chen.yl SHEET-MISSING") && !missing.contains("sheet 012"),
        "{missing}"
    );
    let found = verify(&folder, made["key"].as_str().unwrap()).expect(1).json()["findings"].to_string();
    assert!(
        found.contains("the sheets of 004, 2026-W45: none of them is here") && !found.contains("of 012"),
        "{found}"
    );
    let output = Command::new("python3")
        .arg("programs/check-pack.py")
        .current_dir(&folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("no sheet of 004, 2026-W45 is here"),
        "{said}"
    );
    make_sheets(&sandbox, "004");
    let (folder, key) = packed(&sandbox, "whole", &["--as", "supervisor/fan.fsc"]);
    verify(&folder, &key).expect(0);
    fs::remove_dir_all(folder.join("samples/004-2026-11")).unwrap();
    let found = verify(&folder, &key).expect(1).json()["findings"].to_string();
    assert!(
        found.contains("the sample of 004, 2026-11: was drawn and is not here"),
        "{found}"
    );
}

#[test]
fn what_is_no_plain_file_or_too_large_is_a_finding_and_nobody_waits_for_it() {
    let sandbox = month();
    let (folder, key) = packed(&sandbox, "pack", &[]);
    let certificate = files_below(&folder.join("certificates"))
        .into_iter()
        .find(|file| file.extension().is_some_and(|end| end == "certificate"))
        .unwrap();
    let proof = folder.join("sheets/004/2026-W45/004-2026-W45-chen.yl.proof");
    for file in [certificate, proof, folder.join("SHA256SUMS")] {
        let good = fs::read(&file).unwrap();
        let found = || verify(&folder, &key).expect(1).json()["findings"].to_string();
        fs::write(&file, vec![b'x'; 4 << 20]).unwrap();
        found();
        fs::remove_file(&file).unwrap();
        // Nobody ever writes to it: whoever opens it to read waits for good.
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        found();
        fs::remove_file(&file).unwrap();
        let elsewhere = sandbox.file("elsewhere", &good);
        std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
        let told = found();
        assert!(
            told.contains("no plain file") || told.contains("not the list"),
            "{told}"
        );
        fs::remove_file(&file).unwrap();
        fs::write(&file, good).unwrap();
    }
    verify(&folder, &key).expect(0);
    fs::remove_file(folder.join("manifest")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(folder.join("manifest"))
            .status()
            .unwrap()
            .success()
    );
    let run = verify(&folder, &key).expect(65);
    assert!(run.stderr.contains("(EVIDENCE-FILE)"), "{}", run.stderr);
}

/// A pack of one member has nothing of another.
fn one_member(sandbox: &Sandbox) {
    let (folder, key) = packed(sandbox, "other", &["--member", "012", "--as", "fan.fsc"]);
    let verified = verify(&folder, &key).expect(0).json();
    assert_eq!(
        (
            &verified["member"],
            &verified["made_by"],
            &verified["samples"],
            &verified["sheets"]
        ),
        (
            &"012".into(),
            &"supervisor/fan.fsc".into(),
            &0.into(),
            &serde_json::json!([4, 4])
        )
    );
    for file in files_below(&folder) {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        let name = file.strip_prefix(&folder).unwrap().display().to_string();
        // The journal is one, of all members and without names.
        let is_shared = ["journal/", "programs/", "manifest"]
            .iter()
            .any(|part| name.starts_with(part));
        for stranger in ["虛構銀行甲", "chen.yl", "陳虛玲", "004-1151102-01"] {
            assert!(is_shared || !text.contains(stranger), "{name}: {stranger}");
        }
    }
}

/// A month of member 004 that is closed: sheets signed, sample reviewed and signed off, log reconciled, answers destroyed.
pub fn month() -> Sandbox {
    let sandbox = reviewed();
    let book = sandbox.file("bureau.csv", BOOK);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    for member in ["004", "012"] {
        make_sheets(&sandbox, member);
    }
    let sheet = ["004", "2026-W45", "chen.yl", "--as"];
    sandbox
        .at(CLOSED, ["sheet", "sign"], sheet.iter().chain(&["chen.yl"]))
        .expect(0);
    sandbox
        .at(CLOSED, ["sheet", "approve"], sheet.iter().chain(&["wang.dg"]))
        .expect(0);
    let log = log_of(&sandbox, 1..=4);
    audit(
        &sandbox,
        CLOSED,
        &["reconcile", "004", "2026-11", &log, "--as", "hsu.rv"],
    )
    .expect(0);
    // It tells that this is late: nobody purged for weeks.
    sandbox.at(CLOSED, ["purge"], ["run"]);
    sandbox
}

/// Makes the sheets of `member` of every week of November.
fn make_sheets(sandbox: &Sandbox, member: &str) {
    for week in ["2026-W45", "2026-W46", "2026-W47", "2026-W48"] {
        sandbox.at(CLOSED, ["sheet", "make"], [member, week]).expect(0);
    }
}

/// Packs the evidence of November into `name`; returns the folder and the key.
pub fn packed(sandbox: &Sandbox, name: &str, more: &[&str]) -> (PathBuf, String) {
    let folder = sandbox.path(name);
    let words = [
        "--from",
        "2026-11-01",
        "--to",
        "2026-12-01",
        "--out",
        folder.to_str().unwrap(),
    ];
    let by: &[&str] = if more.contains(&"--as") {
        &[]
    } else {
        &["--as", "yu.cmp"]
    };
    let packed = pack(sandbox, &[&words[..], by, more].concat()).expect(0).json();
    (folder, packed["key"].as_str().unwrap().to_owned())
}

/// `evidence pack WORDS…`.
fn pack(sandbox: &Sandbox, words: &[&str]) -> Run {
    sandbox.at(CLOSED, ["--json", "evidence", "pack"], words)
}

/// `evidence verify` where no data directory is.
fn verify(folder: &Path, key: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"))
        .args(["--json", "evidence", "verify", ".", "--key", key])
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .output();
    Run::of(output.unwrap())
}
