//! A pack of which a part does not verify is there with the finding, and all the rest of it; and what was allowed in its days. *Edge.*

use super::*;

#[test]
fn a_sheet_that_was_changed_is_a_finding_in_the_pack_and_stops_nothing_else() {
    let sandbox = month();
    let change = "UPDATE sheet SET queries = queries + 1 WHERE member = '004' AND querier = 'chen.yl' RETURNING 'changed'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), change), ["changed"]);
    let folder = sandbox.path("pack");
    let days = ["--from", "2026-11-01", "--to", "2026-12-01", "--as", "yu.cmp"];
    let words = [&days[..], &["--out", folder.to_str().unwrap()]].concat();
    let run = pack(&sandbox, &words).expect(1);
    let (made, key) = (run.json(), run.json()["key"].as_str().unwrap().to_owned());
    let finding = "sheet 004/2026-W45/chen.yl SHEET-CHANGED";
    assert_eq!(
        (
            &made["findings"],
            &made["sheets"],
            &made["samples"],
            &made["reviews"]
        ),
        (&serde_json::json!([finding]), &3.into(), &1.into(), &1.into())
    );
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    assert!(read("manifest").contains(&format!("\nfinding: {finding}\n\n")));
    let guide = read("README.txt");
    assert!(
        guide.contains("產製時有 1 項") && guide.contains("查詢紀錄單 004/2026-W45/chen.yl（SHEET-CHANGED）"),
        "{guide}"
    );
    // Of the sheet there is nothing that could be taken for it, and the others are whole.
    let mut sheets = files_below(&folder.join("sheets/004"));
    sheets.retain(|file| file.to_string_lossy().contains("chen.yl"));
    assert_eq!(sheets, Vec::<PathBuf>::new());
    assert!(read("sheets/sheets.csv").contains("chen.yl"));

    let found = verify(&folder, &key).expect(1).json()["findings"].clone();
    assert_eq!(
        found,
        serde_json::json!([format!(
            "{finding}: did not verify when the pack was made, as its manifest says"
        )])
    );
    // It is in the signed text: nobody takes it out.
    let text = read("manifest").replace(&format!("finding: {finding}\n"), "");
    fs::write(folder.join("manifest"), text).unwrap();
    verify(&folder, &key).expect(1);
}

#[test]
fn verdicts_that_were_changed_behind_the_signature_are_told_by_the_pack() {
    let sandbox = month();
    let change = "UPDATE verdict SET verdict = 'unclear' WHERE verdict_no = 2 RETURNING 'changed'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), change), ["changed"]);
    let folder = sandbox.path("pack");
    let days = ["--from", "2026-11-01", "--to", "2026-12-01", "--as", "yu.cmp"];
    let words = [&days[..], &["--out", folder.to_str().unwrap()]].concat();
    let made = pack(&sandbox, &words).expect(1).json();
    assert_eq!(
        made["findings"],
        serde_json::json!(["review 004/2026-11 REVIEW-CHANGED"])
    );
    let report = fs::read_to_string(folder.join("reviews/004-2026-11/review.en.txt")).unwrap();
    assert!(report.contains("NOT those that were signed"), "{report}");
}

/// What was approved, granted and looked at in the days is there, of the member asked for alone; cells are no formulas.
#[test]
fn what_was_allowed_in_the_days_is_in_the_registers() {
    let sandbox = month();
    let book = sandbox.file("more.csv", taken::MORE);
    sandbox.at(CLOSED, ["staff", "import"], [book]).expect(0);
    let words = [
        "add",
        "004",
        "--until",
        "2026-12-02T01:00:00+08:00",
        "--reason",
        "=stands in",
        "--as",
        "lin.ch",
    ];
    let applied = sandbox.at(CLOSED, ["--json", "grant"], words).expect(75).json();
    let number = applied["approval"].to_string();
    sandbox
        .at(CLOSED, ["approval", "give"], [&number[..], "--as", "wang.dg"])
        .expect(0);
    let used = [&words[..], &["--approval", &number]].concat();
    sandbox.at(CLOSED, ["grant"], used).expect(0);
    let check = [
        "check",
        "keep",
        "004/lin.ch",
        "--remark",
        "=still here",
        "--as",
        "wu.head",
    ];
    sandbox.at(CLOSED, ["people"], check).expect(0);
    let (folder, key) = packed(&sandbox, "pack", &[]);
    verify(&folder, &key).expect(0);
    let read = |folder: &Path, name: &str| {
        let text = fs::read_to_string(folder.join("registers").join(name)).unwrap();
        text.split("\r\n").map(str::to_owned).collect::<Vec<_>>()
    };
    let approvals = read(&folder, "approvals.csv");
    let line = format!("{number},answer_grant,004,answers,used,");
    assert!(
        approvals.iter().any(|row| row.starts_with(&line)
            && row.contains(",given,004/wang.dg,2026-12-01T01:00:00+08:00,2026-12-01T01:00:00+08:00,")),
        "{approvals:?}"
    );
    let grants = read(&folder, "grants.csv");
    assert!(
        grants[1].starts_with(
            "1,004,lin.ch,,,2026-12-01T01:00:00+08:00,2026-12-02T01:00:00+08:00,'=stands in,wang.dg,"
        ),
        "{grants:?}"
    );
    let reviews = read(&folder, "account-reviews.csv");
    assert!(
        reviews[1].starts_with("1,account_review/004/2026-H2,lin.ch,2024-01-01,keep,'=still here,wu.head,2026-12-01T01:00:00+08:00,"),
        "{reviews:?}"
    );
    let (other, _) = packed(&sandbox, "other", &["--member", "012"]);
    for name in ["approvals.csv", "grants.csv", "account-reviews.csv"] {
        assert_eq!(read(&other, name).len(), 2, "{name} of another member has a line");
    }
    // Of other days: nothing.
    let early = sandbox.path("early");
    let words = [
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
        "--as",
        "yu.cmp",
        "--out",
        early.to_str().unwrap(),
    ];
    pack(&sandbox, &words).expect(0);
    for name in ["grants.csv", "account-reviews.csv"] {
        assert_eq!(read(&early, name).len(), 2, "{name} of other days has a line");
    }
}
