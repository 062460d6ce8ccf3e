//! What does not close or raise a duty is refused with code, sentence and remedy, and leaves nothing behind. *Edge.*

use super::*;

#[test]
fn what_is_wrong_with_a_closing_or_an_event_is_refused_and_changes_nothing() {
    let sandbox = staffed();
    let document = sandbox.file("a.pdf", b"x");
    let document = document.to_str().unwrap();
    let empty = sandbox.file("empty.pdf", b"");
    let empty = empty.to_str().unwrap();
    let size = || {
        let size = "SELECT CAST(size AS TEXT) FROM journal_head";
        sandbox.database.ask(&sandbox.data(), size)
    };
    let before = size();
    let check = |words: &[&str], exit: i32, code: &str| {
        let told = sandbox
            .mayfly([&["--at", NOW, "duty"], words].concat())
            .expect(exit);
        assert!(
            told.stderr.contains(&format!("({code})\n")),
            "{words:?}: {}",
            told.stderr
        );
        assert_eq!(told.stderr.trim_end().lines().count(), 2, "{}", told.stderr);
        assert!(!told.stderr.contains("A123456789"), "{}", told.stderr);
    };
    let close = |id: &'static str, artefact: &'static str, account: &'static str| {
        ["close", id, "--artefact", artefact, "--as", account]
    };
    let review = "account_review/004/2026-H2";
    let good = "account_review:115-1";

    for unknown in [
        "account_review/004/2027-H1",
        "account_review/099/2026-H2",
        "account_review/bureau/2026-H2",
        "account_review/004/2026-H2/x",
        "no_such/004/2026-H2",
        "account_review",
        "",
        "account_review/004/2024-H2",
    ] {
        check(
            &["close", unknown, "--artefact", good, "--as", "lu.adm"],
            65,
            "DUTY-UNKNOWN",
        );
    }
    check(&["show", "no_such/004/2026"], 65, "DUTY-UNKNOWN");
    for nobody in [
        "wu.head",
        "chen.yl",
        "nobody",
        "operator",
        "yu.cmp",
        "tsai.ex",
        "supervisor/tsai.ex",
        "bureau/lu.adm",
    ] {
        check(
            &["close", review, "--artefact", good, "--as", nobody],
            77,
            "DUTY-OWNER",
        );
    }
    check(
        &close("consent_check/004/2026", "document:1", "wu.head"),
        77,
        "DUTY-OWNER",
    );
    check(
        &close("member_round/004/2024-2028", "document:1", "yu.cmp"),
        77,
        "DUTY-OWNER",
    );
    check(
        &close("monthly_sample/004/2026-11", "review:1", "hsu.rv"),
        75,
        "DUTY-EARLY",
    );
    check(
        &close("weekly_sheet/004/chen.yl/2026-W45", "sheet:1", "chen.yl"),
        75,
        "DUTY-EARLY",
    );
    for artefact in [
        "",
        "account_review:",
        "account_review",
        "letter:1",
        "115-1",
        "sha256:00",
        "nowhere.pdf",
        "account_review:A123456789",
        "account_review:a\u{7}b",
        empty,
        "/",
    ] {
        check(
            &["close", review, "--artefact", artefact, "--as", "lu.adm"],
            65,
            "DUTY-ARTEFACT",
        );
    }
    let long = format!("account_review:{}", "九".repeat(101));
    check(
        &["close", review, "--artefact", &long, "--as", "lu.adm"],
        65,
        "DUTY-ARTEFACT",
    );
    check(
        &["close", review, "--artefact", document, "--as", "A123456789"],
        2,
        "USAGE",
    );

    let raise = |rule: &'static str, day: &'static str, of: &'static str| {
        ["raise", rule, "--event-day", day, "--of", of, "--reason", "x"]
    };
    check(&raise("monthly_sample", "2026-11-02", "004"), 65, "DUTY-RULE");
    check(&raise("no_such", "2026-11-02", "004"), 65, "DUTY-RULE");
    check(&raise("incident_notice", "2026-11-02", "004"), 65, "DUTY-WHOSE");
    check(
        &raise("member_deletion", "2026-11-02", "bureau"),
        65,
        "DUTY-WHOSE",
    );
    check(
        &raise("member_deletion", "2026-11-02", "004/chen.yl"),
        65,
        "DUTY-WHOSE",
    );
    check(
        &raise("member_deletion", "2026-11-02", "099"),
        65,
        "MEMBER-UNKNOWN",
    );
    check(&raise("incident_notice", "2026-11-03", "bureau"), 65, "DUTY-DAY");
    check(&raise("incident_notice", "2026-11-01", "bureau"), 65, "DUTY-DAY");
    // The remedy is the same whatever raises it, and names no option that others lack.
    let told = sandbox.at(NOW, ["duty"], raise("incident_notice", "2026-11-01", "bureau"));
    assert!(!told.expect(65).stderr.contains("--event-day"));
    let named = [
        "raise",
        "incident_notice",
        "--event-day",
        "2026-11-02",
        "--reason",
        "A123456789",
    ];
    check(&named, 65, "STOP-REASON");
    let unknown = [
        &raise("member_deletion", "2026-11-02", "004")[..],
        &["--as", "nobody"],
    ]
    .concat();
    check(&unknown, 77, "PEOPLE-ABSENT");
    check(&["list", "--owner", "nobody"], 65, "DUTY-RULE");
    check(&["list", "--member", "099"], 65, "MEMBER-UNKNOWN");
    check(&["list", "--on", "2021-11-01"], 65, "DUTY-DAY");
    check(&["list", "--on", "9999-12-31"], 65, "DUTY-DAY");

    let calendar = |lines: &str, code: &str| {
        let file = sandbox.file("local.csv", format!("date,is_workday,note\n{lines}\n"));
        check(&["calendar", "import", file.to_str().unwrap()], 65, code);
    };
    calendar("2026-11-05,0,颱風\n2026-10-25,0,補記", "DUTY-CALENDAR");
    calendar("2026-11-05,0,颱風\n2026-11-05,1,颱風", "DUTY-CALENDAR");
    calendar("2026-11-05,2,颱風", "IMPORT-CELL");
    calendar("2026-11-31,0,颱風", "IMPORT-CELL");
    calendar("2026-11-05,0,A123456789", "IMPORT-CELL");
    calendar("2026-11-05,0", "IMPORT-COLUMNS");
    let days = sandbox
        .database
        .ask(&sandbox.data(), "SELECT day FROM working_day");
    assert!(days.is_empty(), "a refused file left {days:?}");

    assert_eq!(size(), before, "what was refused left an entry");
    // The control, and what was closed is not closed again.
    sandbox
        .mayfly(
            [
                &["--at", NOW, "duty"][..],
                &["close", review, "--artefact", document, "--as", "lu.adm"],
            ]
            .concat(),
        )
        .expect(0);
    check(&close(review, good, "lu.adm"), 65, "DUTY-CLOSED");
    check(
        &close("control_rules/004/2026-11-02", "document:4", "wu.head"),
        65,
        "DUTY-CLOSED",
    );
    sandbox
        .at(NOW, ["stop", "add", "person", "--reason", "test"], ["004/na.aud"])
        .expect(0);
    check(
        &close("internal_audit/004/2026-H2", "document:1", "na.aud"),
        77,
        "DUTY-OWNER",
    );
}

#[test]
fn what_the_database_knows_is_looked_up() {
    let sandbox = staffed();
    let december = "2026-12-01T10:00:00+08:00";
    let close = |id: &str, artefact: &str, account: &str| {
        duty(
            &sandbox,
            december,
            &["close", id, "--artefact", artefact, "--as", account],
        )
    };
    let refused = |told: Run| assert!(told.expect(65).stderr.contains("(DUTY-ARTEFACT)\n"));
    // Nobody has drawn the sample, so nobody has reviewed it.
    refused(close("monthly_sample/004/2026-11", "review:1", "hsu.rv"));
    sandbox
        .at(december, ["audit", "freeze"], ["004", "2026-11"])
        .expect(0);
    // There were no queries: nothing is drawn of none.
    close("monthly_sample/004/2026-11", "review:1", "hsu.rv").expect(0);

    let raise = [
        "raise",
        "administrator_handover",
        "--event-day",
        "2026-12-01",
        "--of",
        "004",
        "--reason",
        "交接",
    ];
    let id = duty(&sandbox, december, &raise).expect(0).json()["duty"]
        .as_str()
        .unwrap()
        .to_owned();
    refused(close(&id, "authorisation:999", "lu.adm"));
    refused(close(&id, "authorisation:one", "lu.adm"));
    // The first change in the book is one of 004.
    close(&id, "authorisation:1", "lu.adm").expect(0);
}
