//! Closing a duty and raising one: what is kept, what the journal has of it, and a year that ends with none lost. *Edge.*

use super::*;
use crate::{
    batch_file::{BatchRow, batch_file},
    synthetic::journal,
};

#[test]
fn a_duty_is_closed_by_its_owner_with_a_file_or_a_reference() {
    let sandbox = staffed();
    let report = sandbox.file("report.pdf", b"accounts reviewed");
    let report = report.to_str().unwrap();
    let close = [
        "close",
        "account_review/004/2026-H2",
        "--artefact",
        report,
        "--as",
        "lu.adm",
    ];
    let closed = duty(&sandbox, NOW, &close).expect(0).json();
    let hash = "sha256:ff79ecad22e3ec8cf5eab9bbc42bc2bd9e6ce8bcbbd1c84a3b5f8c57c0de4fd4";
    assert!(
        closed["artefact"].as_str().unwrap().starts_with("sha256:"),
        "{hash}"
    );
    assert_eq!(
        (&closed["state"], &closed["closed_by"]),
        (&"closed".into(), &"lu.adm".into())
    );
    assert_eq!(closed["closed_on"], "2026-11-02");
    // The bureau checks a member; the supervisor checks the bureau.
    let consent = [
        "close",
        "consent_check/004/2026",
        "--artefact",
        "document:115-17",
        "--as",
        "yu.cmp",
    ];
    duty(&sandbox, NOW, &consent).expect(0);
    let written = [
        "close",
        "supervisor_written_check/bureau/2026-H2",
        "--artefact",
        report,
        "--as",
        "fan.fsc",
    ];
    duty(&sandbox, NOW, &written).expect(0);

    let shown = duty(&sandbox, NOW, &["show", "account_review/004/2026-H2"])
        .expect(0)
        .json();
    assert_eq!(shown, closed);
    assert!(!names(&sandbox, NOW, &[]).contains(&"account_review/004/2026-H2".into()));
    assert!(names(&sandbox, NOW, &["--all"]).contains(&"account_review/004/2026-H2".into()));
    let entries = journal(&sandbox, NOW);
    let of_duties: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.kind == "duty")
        .map(|entry| entry.reference.as_str())
        .collect();
    assert_eq!(of_duties, ["duty:1", "duty:2", "duty:3"]);
    let entry = usize::try_from(closed["entry"].as_u64().unwrap()).unwrap();
    assert_eq!(
        (entries[entry].kind, entries[entry].reference.as_str()),
        ("duty", "duty:1")
    );
}

/// Cut on the Monday on which it asked: the authorisation has no day of that week, and the sheet has its duty all the same.
#[test]
fn who_is_cut_on_the_monday_on_which_they_asked_leaves_a_duty_behind() {
    let sandbox = staffed();
    let row = BatchRow::valid(1).with("querier", "lin.ch");
    let file = sandbox.file("004-1151102-01.csv", batch_file(&[row]));
    sandbox.at(NOW, ["batch", "run"], [file]).expect(0);
    let end = [
        "people",
        "end",
        "004/lin.ch",
        "--on",
        "2026-11-02",
        "--as",
        "lu.adm",
        "--approved-by",
        "wu.head",
        "--reason",
        "離職",
    ];
    sandbox.mayfly([&["--at", NOW][..], &end].concat()).expect(0);
    let name = "weekly_sheet/004/lin.ch/2026-W45";
    let monday = "2026-11-09T09:00:00+08:00";
    sandbox
        .at(monday, ["sheet", "make"], ["004", "2026-W45"])
        .expect(0);
    let shown = duty(&sandbox, monday, &["show", name]).expect(0).json();
    assert_eq!(
        (&shown["state"], &shown["due"], &shown["account"]),
        (&"due".into(), &"2026-11-15".into(), &"lin.ch".into())
    );
    let wednesday = "2026-11-18T09:00:00+08:00";
    let overdue = |at: &str| names(&sandbox, at, &["--overdue"]).contains(&name.to_owned());
    assert!(!overdue("2026-11-15T09:00:00+08:00") && overdue(wednesday));
    // Nobody has one twice, and of the next week there is none.
    let all = names(&sandbox, wednesday, &["--all"]);
    let theirs = all
        .iter()
        .filter(|duty| duty.starts_with("weekly_sheet/004/lin.ch/"));
    let theirs: Vec<&str> = theirs.map(String::as_str).collect();
    assert_eq!(theirs, [name]);
    // The unit head signs in their place and an approver approves: that closes it.
    for (act, account) in [("sign", "wu.head"), ("approve", "wang.dg")] {
        let words = [act, "004", "2026-W45", "lin.ch", "--as", account];
        sandbox
            .mayfly([&["--at", wednesday, "sheet"][..], &words].concat())
            .expect(0);
    }
    assert!(!overdue(wednesday));
}

/// A querier who has left signs nothing any more; whoever signs off there closes what is left.
#[test]
fn a_sheet_is_its_queriers_own_and_of_one_who_left_the_unit_heads() {
    let sandbox = staffed();
    let end = [
        "people",
        "end",
        "004/huang.sm",
        "--on",
        "2026-11-09",
        "--as",
        "lu.adm",
        "--approved-by",
        "wu.head",
        "--reason",
        "離職",
    ];
    sandbox.mayfly([&["--at", NOW][..], &end].concat()).expect(0);
    let monday = "2026-11-09T09:00:00+08:00";
    let close = |id: &str, account: &str| {
        let words = ["close", id, "--artefact", "sheet:1", "--as", account];
        duty(&sandbox, monday, &words)
    };
    close("weekly_sheet/004/chen.yl/2026-W45", "chen.yl").expect(0);
    let refused = |told: Run| assert!(told.expect(77).stderr.contains("(DUTY-OWNER)\n"));
    refused(close("weekly_sheet/004/lin.ch/2026-W45", "chen.yl"));
    refused(close("weekly_sheet/004/lin.ch/2026-W45", "wu.head"));
    refused(close("weekly_sheet/004/huang.sm/2026-W45", "huang.sm"));
    refused(close("weekly_sheet/004/huang.sm/2026-W45", "lin.ch"));
    close("weekly_sheet/004/huang.sm/2026-W45", "wu.head").expect(0);
}

#[test]
fn an_event_raises_a_duty_and_the_registers_raise_their_own() {
    let sandbox = staffed();
    let raise = |rule: &str, day: &str, of: &str| {
        duty(
            &sandbox,
            NOW,
            &[
                "raise",
                rule,
                "--event-day",
                day,
                "--of",
                of,
                "--reason",
                "測試",
                "--as",
                "yu.cmp",
            ],
        )
    };
    let incident = raise("incident_notice", "2026-11-02", "bureau").expect(0).json();
    assert_eq!(
        (
            &incident["duty"],
            &incident["due"],
            &incident["state"],
            &incident["reason"]
        ),
        (
            &"incident_notice/bureau/2026-11-02.1".into(),
            &"2026-11-05".into(),
            &"due".into(),
            &"測試".into()
        )
    );
    let deletion = raise("member_deletion", "2026-11-02", "004").expect(0).json();
    assert_eq!(
        (&deletion["due"], &deletion["state"]),
        (&"2026-12-02".into(), &"open".into())
    );
    let letter = [
        "close",
        "incident_notice/bureau/2026-11-02.1",
        "--artefact",
        "letter:聯徵字第1號",
        "--as",
        "yu.cmp",
    ];
    duty(&sandbox, NOW, &letter).expect(0);
    let entries = journal(&sandbox, NOW);
    let last: Vec<_> = entries[entries.len() - 3..]
        .iter()
        .map(|entry| (entry.kind, entry.reference.as_str()))
        .collect();
    assert_eq!(
        last,
        [
            ("duty_raised", "duty:1"),
            ("duty_raised", "duty:2"),
            ("duty", "duty:3")
        ]
    );

    // A change of staff at the bureau: seven days, and the next working day after them.
    let begin = [
        "people",
        "begin",
        "bureau/new.op",
        "--name",
        "新虛構",
        "--role",
        "operator",
        "--from",
        "2026-11-07",
    ];
    let hands = ["--as", "xu.adm", "--approved-by", "yu.cmp", "--reason", "新進"];
    sandbox
        .mayfly([&["--at", NOW][..], &begin, &hands].concat())
        .expect(0);
    let notices = |day: &str| {
        let listed = listed(
            &sandbox,
            NOW,
            &["--member", "bureau", "--clause", "五(三)", "--on", day],
        );
        listed
            .iter()
            .map(|duty| format!("{} {} {}", duty["duty"], duty["due"], duty["calendar"]))
            .collect::<Vec<_>>()
    };
    assert!(notices("2026-11-06").is_empty());
    let fourteenth = "\"staff_change_notice/bureau/2026-11-07\" \"2026-11-16\" \"moved\"";
    assert_eq!(notices("2026-11-07"), [fourteenth]);
    // A typhoon on the 16th: the day after.
    let local = sandbox.file("local.csv", "date,is_workday,note\n2026-11-16,0,颱風停班\n");
    let import = |code| {
        let run = sandbox
            .at(NOW, ["--json", "duty", "calendar", "import"], [&local])
            .expect(code);
        run.json()["changed"].clone()
    };
    assert_eq!((import(0), import(0)), (1.into(), 0.into()));
    assert_eq!(notices("2026-11-07"), [fourteenth.replace("11-16", "11-17")]);
}

/// Twelve months of a member and the bureau: whatever falls due is closed in time by its owner, but for one duty that is left
/// out, and that one is what is overdue at the end.
#[test]
fn a_year_ends_with_no_duty_lost() {
    let sandbox = staffed();
    let mut closed = std::collections::BTreeSet::new();
    let paper = sandbox.file("paper.pdf", b"drilled elsewhere");
    let paper = paper.to_str().unwrap().to_owned();
    let left_out = "internal_audit/012/2027-H1";
    let owner = |duty: &serde_json::Value| match duty["owner"].as_str().unwrap() {
        "querier" => duty["account"].as_str().unwrap().to_owned(),
        "account_administrator" => "lu.adm".into(),
        "internal_auditor" => "na.aud".into(),
        "unit_head" => "wu.head".into(),
        "supervisor_auditor" => "fan.fsc".into(),
        _ => "yu.cmp".into(),
    };
    // What 012 does is not looked at: it has nobody who owns it. Samples are drawn elsewhere.
    for day in [
        "2026-12-05",
        "2026-12-31",
        "2027-03-31",
        "2027-06-30",
        "2027-12-31",
    ] {
        let at = format!("{day}T10:00:00+08:00");
        for clause in [
            "五(二)",
            "九(三)3",
            "九(三)2(2)",
            "九(二)",
            "九(一)1",
            "十",
            "七(二)",
            "四(三)",
        ] {
            for duty_now in listed(&sandbox, &at, &["--due", "--clause", clause]) {
                let name = duty_now["duty"].as_str().unwrap();
                if duty_now["of"] == "012" && duty_now["owner"] != "compliance" {
                    continue;
                }
                let artefact = match duty_now["asks_for"].as_str().unwrap() {
                    // What was drilled elsewhere is shown by its paper.
                    "drill" => paper.clone(),
                    kind => format!("{kind}:{}", closed.len()),
                };
                let words = ["close", name, "--artefact", &artefact, "--as", &owner(&duty_now)];
                duty(&sandbox, &at, &words).expect(0);
                assert!(
                    closed.insert(name.to_owned()),
                    "{name} was due after it had been closed"
                );
            }
        }
    }
    let end = "2028-01-01T10:00:00+08:00";
    let all = listed(&sandbox, end, &["--all"]);
    let state = |state: &str| -> Vec<&str> {
        let of_state = all.iter().filter(|duty| duty["state"] == state);
        of_state.map(|duty| duty["duty"].as_str().unwrap()).collect()
    };
    // Closed is what was closed here, and the 控管要點 that the register shows.
    let shown: std::collections::BTreeSet<String> = state("closed").into_iter().map(str::to_owned).collect();
    closed.insert("control_rules/004/2026-11-02".into());
    assert!(shown == closed, "{:?}", shown.symmetric_difference(&closed));
    for name in [
        "account_review/004/2026-H2",
        "account_review/004/2027-H1",
        "iso_27001/bureau/2027",
        "supervisor_site_check/bureau/2025-2026",
    ] {
        assert!(closed.contains(name), "{name}");
    }
    assert!(
        state("overdue").contains(&left_out)
            && state("overdue").contains(&"weekly_sheet/004/lin.ch/2027-W40")
    );
    assert!(state("due").contains(&"weekly_sheet/004/lin.ch/2027-W51"));
}

/// Five years after its last day a closing is gone, and its duty is not there again.
#[test]
fn what_was_closed_does_not_come_back_when_its_years_are_over() {
    let sandbox = staffed();
    let id = "account_review/004/2026-H2";
    let close = |id: &str| {
        duty(
            &sandbox,
            NOW,
            &["close", id, "--artefact", "account_review:1", "--as", "lu.adm"],
        );
    };
    close(id);
    let raise = [
        "raise",
        "member_deletion",
        "--event-day",
        "2026-11-02",
        "--of",
        "004",
        "--reason",
        "x",
    ];
    duty(&sandbox, NOW, &raise).expect(0);
    duty(&sandbox, NOW, &raise).expect(0);
    let deletion = "member_deletion/004/2026-11-02.2";
    duty(
        &sandbox,
        NOW,
        &["close", deletion, "--artefact", "document:1", "--as", "wu.head"],
    )
    .expect(0);
    let rows = |sandbox: &Sandbox| {
        let count = |table| format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}");
        ["duty_closing", "duty_event"]
            .map(|table| sandbox.database.ask(&sandbox.data(), &count(table))[0].clone())
    };
    assert_eq!(rows(&sandbox), ["2", "2"]);
    let closed = |at: &str, id: &str| {
        let all = listed(&sandbox, at, &["--all", "--member", "004"]);
        all.iter()
            .find(|duty| duty["duty"] == id)
            .map(|duty| duty["state"].clone())
    };
    // The last day of its years: the closing is there, and so is the duty.
    let last = "2031-12-31T10:00:00+08:00";
    sandbox.at(last, ["purge"], ["run"]).expect(0);
    assert_eq!(closed(last, id), Some("closed".into()));
    assert_eq!(rows(&sandbox), ["1", "1"], "the deletion was due on 2026-12-02");
    let after = "2032-01-01T10:00:00+08:00";
    sandbox.at(after, ["purge"], ["run"]).expect(0);
    assert_eq!(closed(after, id), None);
    assert_eq!(rows(&sandbox), ["0", "1"]);
    // What nobody closed is still there.
    assert_eq!(
        closed(after, "member_deletion/004/2026-11-02.3"),
        Some("overdue".into())
    );
}
