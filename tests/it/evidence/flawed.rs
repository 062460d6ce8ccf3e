//! A pack of which a part does not verify is there with the finding, and all the rest of it is checked all the same. *Edge.*

use mayfly::journal::note::{SigningKey, text_of};
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn a_sheet_that_was_changed_is_a_finding_in_the_pack_and_stops_nothing_else() {
    let sandbox = month();
    let change = "UPDATE sheet SET queries = queries + 1 WHERE member = '004' AND week = '2026-W45' AND querier = 'chen.yl' RETURNING entries";
    let entries = sandbox.database.ask(&sandbox.data(), change).remove(0);
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    let key = made["key"].as_str().unwrap().to_owned();
    let finding = "sheet 004/2026-W45/chen.yl SHEET-CHANGED";
    assert_eq!(
        (
            &made["findings"],
            &made["sheets"],
            &made["samples"],
            &made["reviews"]
        ),
        (&serde_json::json!([finding]), &15.into(), &1.into(), &1.into())
    );
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(
        read("findings"),
        format!("mayfly-findings/1\n{finding} {entries}\n")
    );
    let hash = sha256(read("findings"));
    assert!(read("manifest").contains(&format!("\nfindings: 1\nfindings sha256: {hash}\n\n")));
    let guide = read("README.txt");
    assert!(
        guide.contains("產製時有 1 項") && guide.contains("查詢紀錄單 004/2026-W45/chen.yl（SHEET-CHANGED）"),
        "{guide}"
    );
    // Of the sheet there is nothing that could be taken for it, and the others are whole.
    let mut sheets = files_below(&folder.join("sheets/004/2026-W45"));
    sheets.retain(|file| file.to_string_lossy().contains("chen.yl"));
    assert_eq!(sheets, Vec::<PathBuf>::new());
    assert!(read("sheets/sheets.csv").contains("chen.yl"));

    let found = verify(&folder, &key).expect(1).json()["findings"].clone();
    assert_eq!(
        found,
        serde_json::json!([format!(
            "{finding}: did not verify when the pack was made, as its list of findings says"
        )])
    );
    // Its hash is in the signed text: nobody takes one out, also if the list of hashes is signed anew.
    fs::write(folder.join("findings"), "mayfly-findings/1\n").unwrap();
    sign_anew(&sandbox, &folder);
    let found = verify(&folder, &key).expect(1).json()["findings"].to_string();
    assert!(
        found.contains("findings is not the list that was signed"),
        "{found}"
    );
    let said = check_pack(&folder).unwrap_err();
    assert!(said.contains("the list of findings"), "{said}");
}

/// One broken sheet of a week, whichever it is, leaves the others of the week to be checked.
#[test]
fn a_second_sheet_of_a_week_that_is_falsified_beside_a_broken_one_is_found() {
    let sandbox = month();
    // Nobody of these asked anything, or chen.yl did: four queries.
    let change = "UPDATE sheet SET queries = queries + 1 WHERE member = '004' AND week = '2026-W45' AND querier <> 'chen.yl' RETURNING querier";
    let broken = sandbox.database.ask(&sandbox.data(), change);
    assert!(!broken.is_empty());
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    let key = made["key"].as_str().unwrap().to_owned();
    let told = check_pack(&folder).unwrap();
    let known = || {
        verify(&folder, &key).expect(1).json()["findings"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert_eq!(known().len(), broken.len());
    assert!(
        told.contains("but for what those claim that are not here"),
        "{told}"
    );
    // Twice, and signed so.
    let proof = folder.join("sheets/004/2026-W45/004-2026-W45-chen.yl.proof");
    let twice = proof.with_file_name("004-2026-W45-wang.dg.proof");
    fs::copy(&proof, &twice).unwrap();
    sign_anew(&sandbox, &folder);
    let check = |what: &str| {
        let found = known();
        assert!(found.len() > broken.len(), "{found:?}");
        let first = found[0].as_str().unwrap();
        assert!(
            first.starts_with("the sheets of 004, 2026-W45: ") && first.contains(what),
            "{first}"
        );
        let said = check_pack(&folder).unwrap_err();
        assert!(
            said.contains("the sheets of 004, 2026-W45 are not exactly its queries")
                && !said.contains("every query"),
            "{said}"
        );
    };
    check("are on two of them");
    fs::remove_file(&twice).unwrap();
    sign_anew(&sandbox, &folder);
    assert_eq!(known().len(), broken.len());
    // Not at all.
    fs::remove_file(&proof).unwrap();
    sign_anew(&sandbox, &folder);
    check("is on none of them");
}

/// As many as there are: the note that is signed has room for 128 KiB.
#[test]
fn a_pack_with_more_findings_than_a_note_has_room_for_is_made_and_verifies() {
    let sandbox = month();
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         INSERT INTO sheet (sheet_no, member, week, querier, counts_from, queries, entries, sha256, made_at, make_entry,
         signed_by, approved_by, last_at, unit)
         SELECT 100000 + i, member, week, 'invented.account.number.' || CAST(10000 + i AS TEXT), counts_from, 0, '', sha256,
         made_at, make_entry, '', '', last_at, unit FROM sheet, n WHERE member = '004' AND week = '2026-W45' AND querier = 'chen.yl' RETURNING 'made'"
    );
    assert_eq!(sandbox.database.ask(&sandbox.data(), &many).len(), MANY);
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    let findings = fs::read_to_string(folder.join("findings")).unwrap();
    assert_eq!(
        (
            findings.lines().count() - 1,
            made["findings"].as_array().unwrap().len()
        ),
        (MANY, MANY)
    );
    assert!(findings.len() > 131_072, "{}", findings.len());
    let verified = verify(&folder, made["key"].as_str().unwrap()).expect(1).json();
    assert_eq!(verified["sheets"], serde_json::json!([16, 8]));
    for finding in verified["findings"].as_array().unwrap().iter().take(1000) {
        let finding = finding.as_str().unwrap();
        assert!(
            finding.contains("did not verify when the pack was made"),
            "{finding}"
        );
    }
    let told = check_pack(&folder).unwrap();
    assert_eq!(told.matches("already when the pack was made").count(), MANY);
    let guide = fs::read_to_string(folder.join("README.txt")).unwrap();
    assert!(
        guide.contains(&format!("其餘 {} 項見 findings", MANY - 20))
            && guide.matches("SHEET-CHANGED").count() == 20,
        "{guide}"
    );
}

#[test]
fn verdicts_that_were_changed_behind_the_signature_are_told_by_the_pack() {
    let sandbox = month();
    let change = "UPDATE verdict SET verdict = 'unclear' WHERE verdict_no = 2 RETURNING 'changed'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), change), ["changed"]);
    let (folder, made) = packed_with_findings(&sandbox, "pack");
    assert_eq!(
        made["findings"],
        serde_json::json!(["review 004/2026-11 REVIEW-CHANGED"])
    );
    let report = fs::read_to_string(folder.join("reviews/004-2026-11/review.en.txt")).unwrap();
    assert!(report.contains("NOT those that were signed"), "{report}");
}

/// Packs the evidence of November into `name`; returns the folder and what is said of it.
pub fn packed_with_findings(sandbox: &Sandbox, name: &str) -> (PathBuf, Value) {
    let folder = sandbox.path(name);
    let days = ["--from", "2026-11-01", "--to", "2026-12-01", "--as", "yu.cmp"];
    let words = [&days[..], &["--out", folder.to_str().unwrap()]].concat();
    let made = pack(sandbox, &words).expect(1).json();
    (folder, made)
}

/// What the stock program says of the pack in `folder`, or why it is not as it was signed.
pub(super) fn check_pack(folder: &Path) -> Result<String, String> {
    let output = Command::new("python3")
        .arg("programs/check-pack.py")
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(told),
        false => Err(told + &String::from_utf8_lossy(&output.stderr)),
    }
}

/// Lists the files of the pack in `folder` as they are now, and has the bureau sign that list.
pub(super) fn sign_anew(sandbox: &Sandbox, folder: &Path) {
    let mut names: Vec<String> = files_below(folder)
        .iter()
        .map(|file| file.strip_prefix(folder).unwrap().display().to_string())
        .collect();
    names.retain(|name| !["manifest", "SHA256SUMS"].contains(&name.as_str()));
    let sums: String = names
        .iter()
        .map(|name| format!("{}  {name}\n", sha256(fs::read(folder.join(name)).unwrap())))
        .collect();
    let note = fs::read(folder.join("manifest")).unwrap();
    let text: String = text_of(&note)
        .unwrap()
        .lines()
        .map(|line| match line.split_once(": ") {
            Some(("files", _)) => format!("files: {}\n", names.len()),
            Some(("files sha256", _)) => format!("files sha256: {}\n", sha256(&sums)),
            _ => format!("{line}\n"),
        })
        .collect();
    let origin = text
        .lines()
        .find_map(|line| line.strip_prefix("origin: "))
        .unwrap();
    let seed = fs::read(sandbox.data().join("keys/journal.key")).unwrap();
    let key = SigningKey::from_seed(seed.as_slice().try_into().unwrap());
    fs::write(folder.join("manifest"), key.sign_note(origin, &text).unwrap()).unwrap();
    fs::write(folder.join("SHA256SUMS"), sums).unwrap();
}

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Their lines are more than a note may have.
const MANY: usize = 2200;
