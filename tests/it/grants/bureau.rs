//! At the bureau an answer is opened, or a batch handed out, for a reason, by two people, with an entry (五(四), D25). *Edge.*

use super::*;
use crate::synthetic::journal;

const OPEN: [&str; 9] = [
    "batch",
    "results",
    BATCH,
    "--as",
    "bureau/he.cmp",
    "--line",
    "3",
    "--reason",
    "complaint 7",
];

#[test]
fn an_answer_is_opened_at_the_bureau_by_two_people_once_with_an_entry() {
    let sandbox = asked();
    let more = given(&sandbox, &OPEN, "jin.cmp");
    let reads = || {
        journal(&sandbox, NOW)
            .iter()
            .filter(|entry| entry.kind == "read")
            .count()
    };
    assert_eq!(
        reads(),
        0,
        "nothing is read by an application, nor by its approval"
    );
    let words = |line: &'static str, reason: &'static str| {
        [
            "batch",
            "results",
            BATCH,
            "--as",
            "bureau/he.cmp",
            "--line",
            line,
            "--reason",
            reason,
        ]
    };
    // Another line, another reason, one line more: not what was approved.
    refused(
        say(&sandbox, NOW, &with(&words("4", "complaint 7"), &more)),
        77,
        "APPROVAL-CHANGED",
    );
    refused(
        say(&sandbox, NOW, &with(&words("3", "complaint 8"), &more)),
        77,
        "APPROVAL-CHANGED",
    );
    let two = [&OPEN[..], &["--line", "4"]].concat();
    refused(say(&sandbox, NOW, &with(&two, &more)), 77, "APPROVAL-CHANGED");
    let opened = say(&sandbox, NOW, &with(&OPEN, &more)).expect(0).json();
    assert_eq!(opened.as_array().unwrap().len(), 1, "{opened}");
    assert_eq!(opened[0]["line"], 3);
    let own = say(&sandbox, NOW, &["batch", "results", BATCH, "--as", "chen.yl"])
        .expect(0)
        .json();
    assert_eq!(opened[0], own[1], "it is what its querier sees");
    assert_eq!(reads(), 2);
    refused(say(&sandbox, NOW, &with(&OPEN, &more)), 77, "APPROVAL-USED");
    // To people: they are not the cases of whoever opened them.
    for (lang, said) in [
        ("en", "1 rows opened by bureau/he.cmp"),
        ("zh-TW", "bureau/he.cmp 調閱之資料 1 列"),
    ] {
        let more = given(&sandbox, &OPEN, "jin.cmp");
        let words = [&["--at", NOW, "--lang", lang], &with(&OPEN, &more)[..]].concat();
        let told = sandbox.mayfly(words).expect(0).stdout;
        assert!(told.starts_with(said), "{told}");
    }
}

#[test]
fn glass_is_not_broken_alone_nor_for_nothing_nor_behind_a_stop_or_the_window() {
    let sandbox = asked();
    let plain = ["batch", "results", BATCH, "--as", "bureau/he.cmp"];
    assert_eq!(
        say(&sandbox, NOW, &[&plain[..], &["--line", "3"]].concat()).code,
        2,
        "a reason is asked for"
    );
    refused(
        say(
            &sandbox,
            NOW,
            &[&plain[..], &["--reason", "complaint 7"]].concat(),
        ),
        65,
        "GRANT-LINES",
    );
    // A line that is not there uses nothing up, and is not even applied for.
    let beyond = [&OPEN[..], &["--line", "99"]].concat();
    refused(say(&sandbox, NOW, &beyond), 65, "GRANT-LINES");
    assert_eq!(
        say(
            &sandbox,
            NOW,
            &["batch", "results", BATCH, "--as", "chen.yl", "--line", "3"]
        )
        .code,
        2
    );
    let nobody = [
        "batch",
        "results",
        BATCH,
        "--as",
        "bureau/chen.yl",
        "--line",
        "3",
        "--reason",
        "x",
    ];
    refused(say(&sandbox, NOW, &nobody), 77, "DELIVERY-PERSON");

    let number = say(&sandbox, NOW, &OPEN).expect(75).json()["approval"].to_string();
    refused(
        say(&sandbox, NOW, &["approval", "give", &number, "--as", "he.cmp"]),
        77,
        "APPROVAL-SELF",
    );
    let more = ["--approval".to_owned(), number.clone()];
    refused(say(&sandbox, NOW, &with(&OPEN, &more)), 75, "APPROVAL-OPEN");
    say(&sandbox, NOW, &["approval", "give", &number, "--as", "jin.cmp"]).expect(0);
    say(
        &sandbox,
        NOW,
        &["stop", "add", "member", "004", "--reason", "incident"],
    )
    .expect(0);
    refused(say(&sandbox, NOW, &with(&OPEN, &more)), 77, "GATE-MEMBER");
    sandbox
        .approved(NOW, &["stop", "lift", "1", "--reason", "over"])
        .expect(0);
    // Whoever is stopped opens nothing, approved or not.
    say(
        &sandbox,
        NOW,
        &["stop", "add", "person", "bureau/he.cmp", "--reason", "left"],
    )
    .expect(0);
    refused(say(&sandbox, NOW, &with(&OPEN, &more)), 77, "DELIVERY-PERSON");
    let late = "2026-11-05T10:00:00+08:00";
    refused(
        say(
            &sandbox,
            late,
            &[
                "batch",
                "results",
                BATCH,
                "--as",
                "bureau/jin.cmp",
                "--line",
                "3",
                "--reason",
                "complaint 7",
            ],
        ),
        77,
        "WINDOW-CLOSED",
    );
}

/// Results leave at the request of the bureau for the member's recipients as they were when it was approved.
#[test]
fn an_export_of_the_bureau_is_approved_with_its_recipients() {
    let sandbox = asked();
    let folder = sandbox.path("results");
    let folder = folder.to_str().unwrap();
    let export = |account: &'static str| {
        [
            "batch",
            "results",
            BATCH,
            "--as",
            account,
            "--out",
            folder,
            "--reason",
            "the member's system is down",
        ]
    };
    // The act asks for the right to transfer.
    refused(say(&sandbox, NOW, &export("bureau/he.cmp")), 77, "APPROVAL-HANDS");
    let words = export("bureau/gu.op");
    let (first, second) = (
        given(&sandbox, &words, "jin.cmp"),
        given(&sandbox, &words, "jin.cmp"),
    );
    assert!(
        !std::path::Path::new(folder).exists(),
        "nothing is written by an application"
    );
    let delivery = say(&sandbox, NOW, &with(&words, &first)).expect(0).json();
    assert_eq!(
        (&delivery["results"], &delivery["files"].as_array().unwrap().len()),
        (&6.into(), &2)
    );
    refused(say(&sandbox, NOW, &with(&words, &first)), 77, "APPROVAL-USED");
    let kinds: Vec<_> = journal(&sandbox, NOW).iter().map(|entry| entry.kind).collect();
    let delivered = ["delivery", "delivered"];
    assert!(kinds.windows(2).any(|pair| pair == delivered), "{kinds:?}");

    let members = std::fs::read_to_string(crate::support::fixtures().join("demo/members.csv")).unwrap();
    let other = age::x25519::Identity::generate().to_public().to_string();
    let known = members
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(4)
        .unwrap()
        .to_owned();
    let changed = sandbox.file("members.csv", members.replace(&known, &other));
    sandbox.at(NOW, ["member", "import"], [changed]).expect(0);
    refused(say(&sandbox, NOW, &with(&words, &second)), 77, "APPROVAL-CHANGED");
}
