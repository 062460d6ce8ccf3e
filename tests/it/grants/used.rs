//! One's own cases need no grant beyond the approval of each; those of others are used in the period of one, and no other time. *Edge.*

use super::*;
use crate::synthetic::journal;

/// In an hour, for an hour, for the cases of `chen.yl` in the batch.
const COVER: [&str; 15] = [
    "grant",
    "add",
    "004",
    "--batch",
    BATCH,
    "--cases-of",
    "chen.yl",
    "--from",
    "2026-11-02T11:00:00+08:00",
    "--until",
    "2026-11-02T12:00:00+08:00",
    "--reason",
    "stands in for chen.yl",
    "--as",
    "lin.ch",
];

#[test]
fn answers_of_others_are_read_in_the_period_of_a_grant_and_no_other_time() {
    let sandbox = asked();
    let read = |at: &str, account: &str| say(&sandbox, at, &["batch", "results", BATCH, "--as", account]);
    assert_eq!(lines(&sandbox, NOW, "chen.yl"), [2, 3, 4, 5]);
    assert_eq!(lines(&sandbox, NOW, "huang.sm"), [6, 7]);
    refused(read(NOW, "lin.ch"), 77, "GRANT-NONE");

    // Applied for by who wants to use them, approved by another person with that right.
    let number = say(&sandbox, NOW, &COVER).expect(75).json()["approval"].to_string();
    let give = |by: &str| say(&sandbox, NOW, &["approval", "give", &number, "--as", by]);
    refused(give("lin.ch"), 77, "APPROVAL-HANDS");
    refused(give("hsu.rv"), 77, "APPROVAL-HANDS");
    give("wang.dg").expect(0);
    refused(read(NOW, "lin.ch"), 77, "GRANT-NONE");
    let more = ["--approval".to_owned(), number.clone()];
    let grant = say(&sandbox, NOW, &with(&COVER, &more)).expect(0).json();
    assert_eq!(
        (&grant["grant"], &grant["approved_by"]),
        (&1.into(), &"wang.dg".into())
    );

    // Half-open, to the microsecond.
    refused(
        read("2026-11-02T10:59:59.999999+08:00", "lin.ch"),
        77,
        "GRANT-NONE",
    );
    assert_eq!(
        lines(&sandbox, "2026-11-02T11:00:00+08:00", "lin.ch"),
        [2, 3, 4, 5]
    );
    // Nobody ends it under a name that nobody has there, or anywhere.
    for stranger in ["nobody", "chou.q"] {
        let end = ["grant", "end", "1", "--reason", "x", "--as", stranger];
        refused(
            say(&sandbox, "2026-11-02T11:30:00+08:00", &end),
            77,
            "PEOPLE-ABSENT",
        );
    }
    // It is that person's alone.
    refused(read("2026-11-02T11:30:00+08:00", "chou.q"), 77, "DELIVERY-PERSON");
    assert_eq!(
        lines(&sandbox, "2026-11-02T11:59:59.999999+08:00", "lin.ch"),
        [2, 3, 4, 5]
    );
    refused(read("2026-11-02T12:00:00+08:00", "lin.ch"), 77, "GRANT-NONE");
    // Each reading is an entry.
    let entries = journal(&sandbox, "2026-11-02T12:00:00+08:00");
    let reads = entries.iter().filter(|entry| entry.kind == "read");
    assert_eq!(reads.count(), 4);
    assert!(
        entries
            .iter()
            .any(|entry| entry.kind == "approval" && entry.reference == "grant:1")
    );
}

#[test]
fn the_whole_batch_is_handed_to_whoever_asked_in_it_or_has_a_grant_of_all_of_it() {
    let sandbox = asked();
    let folder = sandbox.path("results");
    let folder = folder.to_str().unwrap();
    let deliver = |account: &str| {
        say(
            &sandbox,
            NOW,
            &["batch", "results", BATCH, "--as", account, "--out", folder],
        )
    };
    refused(deliver("lin.ch"), 77, "GRANT-NONE");
    let add = |more: &[&'static str]| {
        let words = [
            "grant",
            "add",
            "004",
            "--until",
            "2026-11-02T12:00:00+08:00",
            "--reason",
            "stands in",
            "--as",
            "lin.ch",
        ];
        let words = [&words[..], more].concat();
        let more = given(&sandbox, &words, "wang.dg");
        say(&sandbox, NOW, &with(&words, &more)).expect(0);
    };
    add(&["--cases-of", "chen.yl"]);
    refused(deliver("lin.ch"), 77, "GRANT-NONE");
    assert!(!std::path::Path::new(folder).exists(), "nothing was written");
    add(&["--batch", BATCH]);
    let delivery = deliver("lin.ch").expect(0).json();
    assert_eq!(delivery["results"], 6);
    assert_eq!(deliver("huang.sm").expect(0).json()["results"], 6);
    assert_eq!(lines(&sandbox, NOW, "lin.ch"), [2, 3, 4, 5, 6, 7]);

    // Ended early, by anybody, at once.
    say(
        &sandbox,
        NOW,
        &["grant", "end", "2", "--reason", "chen.yl is back"],
    )
    .expect(0);
    refused(deliver("lin.ch"), 77, "GRANT-NONE");
    assert_eq!(lines(&sandbox, NOW, "lin.ch"), [2, 3, 4, 5]);
    let listed = say(&sandbox, NOW, &["grant", "list"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let listed = say(&sandbox, NOW, &["grant", "list", "--all"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    // It ends with its years, counted from its last day.
    sandbox.at("2031-11-03T12:00:00+08:00", ["purge"], ["run"]);
    let kept = "SELECT CAST(COUNT(*) AS TEXT) FROM answer_grant";
    assert_eq!(sandbox.database.ask(&sandbox.data(), kept), ["0"]);
}

#[test]
fn a_grant_that_covers_nothing_or_too_much_is_refused() {
    let sandbox = asked();
    let check = |more: &[&str], exit: i32, code: &str| {
        let before = journal(&sandbox, NOW).len();
        let words = [
            &["grant", "add", "004", "--reason", "stands in", "--as", "lin.ch"],
            more,
        ]
        .concat();
        refused(say(&sandbox, NOW, &words), exit, code);
        assert_eq!(journal(&sandbox, NOW).len(), before, "{more:?}");
    };
    let soon = "2026-11-02T12:00:00+08:00";
    check(&["--until", NOW], 65, "GRANT-PERIOD");
    check(
        &["--until", "2026-11-05T10:00:00.000001+08:00"],
        65,
        "GRANT-PERIOD",
    );
    check(
        &["--from", soon, "--until", "2026-11-02T11:00:00+08:00"],
        65,
        "GRANT-PERIOD",
    );
    check(&["--until", soon, "--cases-of", "nobody"], 65, "GRANT-SCOPE");
    check(
        &["--until", soon, "--batch", "004-1151102-99"],
        65,
        "BATCH-UNKNOWN",
    );
    let other = [
        "grant", "add", "012", "--until", soon, "--batch", BATCH, "--reason", "x", "--as", "chou.q",
    ];
    refused(say(&sandbox, NOW, &other), 65, "GRANT-SCOPE");
    // Whoever applies has the right to query; who wants a reason names nobody in it.
    let reviewer = [
        "grant", "add", "004", "--until", soon, "--reason", "x", "--as", "hsu.rv",
    ];
    refused(say(&sandbox, NOW, &reviewer), 77, "APPROVAL-HANDS");
    let named = [
        "grant",
        "add",
        "004",
        "--until",
        soon,
        "--reason",
        "A123456789",
        "--as",
        "lin.ch",
    ];
    refused(say(&sandbox, NOW, &named), 65, "STOP-REASON");
    refused(
        say(&sandbox, NOW, &["grant", "end", "1", "--reason", "x"]),
        65,
        "GRANT-UNKNOWN",
    );
    // The control: the longest that may be approved is applied for.
    let longest = [
        "grant",
        "add",
        "004",
        "--until",
        "2026-11-05T10:00:00+08:00",
        "--reason",
        "x",
        "--as",
        "lin.ch",
    ];
    say(&sandbox, NOW, &longest).expect(75);
}
