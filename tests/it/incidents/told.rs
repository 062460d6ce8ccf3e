//! Who is notified of an incident, by when, and with what text. *Edge.*

use super::{duties, incident, opened, staffed};
use crate::{support::NOW, synthetic::journal};

#[test]
fn a_notice_is_due_to_the_hour_and_overdue_a_second_later() {
    let sandbox = staffed();
    let shown = opened(&sandbox, &["member", "004"], &[]);
    assert_eq!(shown["stopped"], true);
    let notices = shown["notices"].as_array().unwrap();
    let told: Vec<_> = notices
        .iter()
        .map(|notice| {
            let cell = |name: &str| notice[name].as_str().unwrap().to_owned();
            (cell("to"), cell("duty"), cell("due_at"), cell("state"))
        })
        .collect();
    let due = "2026-11-05T02:00:00Z";
    let expected = [
        ("bureau", "member_incident_notice/004/2026-11-02.3"),
        ("provider", "incident_notice/bureau/2026-11-02.2"),
        ("supervisor", "incident_notice/bureau/2026-11-02.1"),
    ];
    let expected =
        expected.map(|(to, duty)| (to.to_owned(), duty.to_owned(), due.to_owned(), "due".to_owned()));
    assert_eq!(told, expected);
    let overdue = |at: &str| {
        let mut names = duties(&sandbox, at, &["--overdue"]);
        names.retain(|name| name.contains("incident_notice"));
        names.len()
    };
    assert_eq!(overdue("2026-11-05T10:00:00+08:00"), 0);
    assert_eq!(overdue("2026-11-05T10:00:00.000001+08:00"), 3);
    // Whoever was told is told: by the bureau's officer, and by the member's head.
    let late = "2026-11-05T11:00:00+08:00";
    for (_, duty, _, _) in &told {
        let by = if duty.starts_with("member") {
            "wu.head"
        } else {
            "yu.cmp"
        };
        sandbox
            .mayfly([
                "--at",
                late,
                "duty",
                "close",
                duty,
                "--artefact",
                "letter:1150001",
                "--as",
                by,
            ])
            .expect(0);
    }
    assert_eq!(overdue(late), 0);
    let shown = incident(&sandbox, late, &["show", "1"]).expect(0).json();
    for notice in shown["notices"].as_array().unwrap() {
        assert_eq!(
            (&notice["state"], &notice["artefact"]),
            (&"closed".into(), &"letter:1150001".into())
        );
    }
}

/// Thursday morning and 72 hours are Sunday morning; and the clock runs from when it became known, not from when it was entered.
#[test]
fn rest_days_do_not_move_the_clock_of_a_notice() {
    let sandbox = staffed();
    let thursday = "2026-11-05T12:00:00+08:00";
    let words = [
        "open",
        "link",
        "--reason",
        "outbox copied",
        "--known",
        "2026-11-05T09:30:00+08:00",
        "--as",
        "yu.cmp",
    ];
    let shown = incident(&sandbox, thursday, &words).expect(0).json();
    for notice in shown["notices"].as_array().unwrap() {
        assert_eq!(notice["due_at"], "2026-11-08T01:30:00Z");
        // No member is concerned: all of them are the bureau's own.
        assert!(
            notice["duty"]
                .as_str()
                .unwrap()
                .starts_with("incident_notice/bureau/2026-11-05.")
        );
    }
    let overdue = |at: &str| {
        let names = duties(&sandbox, at, &["--overdue", "--clause", "九(二)4"]);
        names
            .iter()
            .filter(|name| name.starts_with("incident_notice"))
            .count()
    };
    assert_eq!(overdue("2026-11-08T09:30:00+08:00"), 0);
    assert_eq!(overdue("2026-11-08T09:31:00+08:00"), 3);
    let table = sandbox.mayfly([
        "--at",
        "2026-11-08T09:31:00+08:00",
        "--lang",
        "zh-TW",
        "duty",
        "list",
        "--overdue",
    ]);
    assert!(table.expect(0).stdout.contains("115/11/08 09:30"));
}

#[test]
fn a_notice_is_printed_in_two_languages_and_names_nobody() {
    let sandbox = staffed();
    opened(&sandbox, &["person", "004/chen.yl"], &["--actual"]);
    let print = |language: &str, to: &str| {
        let words = [
            "--at", NOW, "--lang", language, "incident", "notice", "1", to, "--as", "yu.cmp",
        ];
        sandbox.mayfly(words).expect(0).stdout
    };
    for (language, to, phrases) in [
        (
            "zh-TW",
            "supervisor",
            [
                "受文者：金融監督管理委員會",
                "民國115年11月5日",
                "確認",
                "之人員一名",
            ],
        ),
        (
            "zh-TW",
            "provider",
            [
                "受文者：勞動部勞工保險局",
                "72 小時",
                "受影響查詢：0 筆",
                "九(二)4, 九(三)5, 十二",
            ],
        ),
        (
            "en",
            "bureau",
            [
                "To: Joint Credit Information Center",
                "From: 004",
                "one person of member 004",
                "actual",
            ],
        ),
    ] {
        let text = print(language, to);
        for phrase in phrases {
            assert!(text.contains(phrase), "{phrase}\n{text}");
        }
        for value in ["chen.yl", "陳虛玲", "yu.cmp", "{", "}"] {
            assert!(!text.contains(value), "{value}\n{text}");
        }
    }
    let journal = journal(&sandbox, NOW);
    let printed = journal
        .iter()
        .filter(|entry| entry.kind == "export" && entry.reference == "incident:1");
    assert_eq!(printed.count(), 3);
}
