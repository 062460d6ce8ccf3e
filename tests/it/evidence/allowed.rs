//! What was allowed in the days of a pack is in its registers. *Edge.*

use super::*;

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
