//! The duties of a day, as text, JSON and CSV. *Edge.*

use super::*;

/// The last day of November 2026, a Monday: four weeks are over, and the month is not.
const LATER: &str = "2026-11-30T10:00:00+08:00";

#[test]
fn a_list_has_what_began_and_what_became_of_it() {
    let sandbox = staffed();
    // On the first day of the house its running periods are there, and nothing of the years before.
    let first = listed(&sandbox, NOW, &[]);
    assert!(
        first
            .iter()
            .all(|duty| duty["period_last"].as_str().unwrap() >= "2026-11-02")
    );
    assert!(listed(&sandbox, NOW, &["--overdue"]).is_empty());
    let of = |member: &str| names(&sandbox, NOW, &["--member", member]);
    let of_012 = of("012");
    assert_eq!(
        of_012,
        [
            "weekly_sheet/012/chou.q/2026-W45",
            "control_rules/012/2026-11-02",
            "deletion_procedure/012/2026-11-02",
            "paper_filing/012/2026-11-02",
            "monthly_sample/012/2026-11",
            "reconciliation/012/2026-11",
            "account_review/012/2026-H2",
            "consent_check/012/2026",
            "internal_audit/012/2026-H2",
            "self_inspection/012/2026",
            "member_round/012/2024-2028",
        ]
    );
    // Its 控管要點 are on file.
    assert!(!of("004").contains(&"control_rules/004/2026-11-02".to_owned()));
    let all = listed(&sandbox, NOW, &["--all", "--member", "004"]);
    let rules = all.iter().find(|duty| duty["rule"] == "control_rules").unwrap();
    assert_eq!(
        (&rules["state"], &rules["artefact"]),
        (&"closed".into(), &"document:3".into())
    );
    assert!(of("supervisor").is_empty());

    // Four weeks later: sheets that nobody signed are overdue, the last week's is due; the month is still open.
    let overdue = names(&sandbox, LATER, &["--overdue", "--member", "012"]);
    assert_eq!(
        overdue,
        [
            "weekly_sheet/012/chou.q/2026-W45",
            "weekly_sheet/012/chou.q/2026-W46",
            "weekly_sheet/012/chou.q/2026-W47",
        ]
    );
    let due = names(&sandbox, LATER, &["--due", "--member", "012"]);
    assert_eq!(
        due,
        [
            "control_rules/012/2026-11-02",
            "deletion_procedure/012/2026-11-02",
            "paper_filing/012/2026-11-02",
            "weekly_sheet/012/chou.q/2026-W48",
        ]
    );
    let both = names(&sandbox, LATER, &["--due", "--overdue", "--member", "012"]);
    assert_eq!(both.len(), overdue.len() + due.len());
    // Another day than today, backwards and ahead.
    assert_eq!(
        names(&sandbox, LATER, &["--on", "2026-11-02", "--member", "012"]),
        of_012
    );
    let ahead = names(
        &sandbox,
        LATER,
        &[
            "--on",
            "2027-01-01",
            "--overdue",
            "--member",
            "012",
            "--clause",
            "五(二)",
        ],
    );
    assert_eq!(ahead, ["account_review/012/2026-H2"]);
}

#[test]
fn a_list_is_cut_by_owner_and_clause() {
    let sandbox = staffed();
    let owned = listed(&sandbox, NOW, &["--owner", "supervisor_auditor"]);
    let rules: Vec<&str> = owned.iter().map(|duty| duty["rule"].as_str().unwrap()).collect();
    assert_eq!(
        rules,
        [
            "supervisor_site_check",
            "supervisor_written_check",
            "member_round",
            "member_round"
        ]
    );
    for duty in listed(&sandbox, NOW, &["--clause", "十"]) {
        assert!(duty["clause"].as_str().unwrap().contains('十'), "{duty}");
    }
    let iso = &listed(&sandbox, NOW, &["--clause", "十", "--member", "bureau"])[1];
    assert_eq!(
        (
            &iso["duty"],
            &iso["due"],
            &iso["owner"],
            &iso["asks_for"],
            &iso["calendar"]
        ),
        (
            &"iso_27001/bureau/2026".into(),
            &"2026-12-31".into(),
            &"compliance".into(),
            &"certificate".into(),
            &"fixed".into()
        )
    );
}

#[test]
fn a_list_is_printed_for_people_and_for_spreadsheets() {
    let sandbox = staffed();
    let say = |words: &[&str]| {
        sandbox
            .mayfly([&["--at", NOW, "duty"], words].concat())
            .expect(0)
            .stdout
    };
    let text = say(&["list", "--member", "012", "--clause", "五(二)", "--lang", "zh-TW"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("狀態") && lines[0].ends_with("條款"),
        "{text}"
    );
    assert!(
        lines[1].starts_with("未到期  115/12/31  account_review/012/2026-H2  帳號及權限審查  帳號管理人員")
            && lines[1].contains("  帳號審查  五(二)"),
        "{text}"
    );
    assert_eq!(*lines.last().unwrap(), "115/11/02 應辦事項 1 項");
    let reason = [
        "raise",
        "incident_notice",
        "--event-day",
        "2026-11-02",
        "--reason",
        "＝A1",
    ];
    say(&reason);
    let csv = say(&["list", "--member", "bureau", "--clause", "十二", "--csv"]);
    assert!(
        csv.starts_with(
            "state,due,duty,title,reason,owner,asks_for,clause,calendar,closed_on,closed_by,artefact\r\n"
        ),
        "{csv}"
    );
    assert!(csv.contains(",'＝A1,"), "{csv}");
    let both = sandbox.mayfly(["--at", NOW, "--json", "duty", "list", "--csv"]);
    assert_eq!(both.code, 2);
}
