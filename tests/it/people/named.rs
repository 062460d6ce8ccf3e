//! How members and accounts are named: a member that is none is refused, PLACE/ACCOUNT is taken, and the right comes first. *Edge.*

use super::*;
use crate::audit::{CLOSED, VALUE, asked, draw, freeze};

#[test]
fn a_list_of_a_member_that_is_none_is_refused() {
    let sandbox = staffed();
    let lists: [&[&str]; 6] = [
        &["people", "table", "--member", "777"],
        &[
            "people",
            "changes",
            "--from",
            "2026-11-01",
            "--to",
            "2026-11-02",
            "--member",
            "777",
        ],
        &["audit", "findings", "--member", "777"],
        &["sheet", "list", "--member", "777"],
        &["audit", "name", "777", "2026-11", "hsu.rv", "--as", "wu.head"],
        &[
            "audit",
            "draw",
            "777",
            "2026-11",
            "--as",
            "hsu.rv",
            "--value",
            "0123456789abcdef0123456789abcdef",
        ],
    ];
    for words in lists {
        let told = sandbox.mayfly([&["--at", NOW], words].concat()).expect(65).stderr;
        assert!(told.contains("(MEMBER-UNKNOWN)"), "{words:?}: {told}");
    }
    for place in ["004", "bureau", "provider"] {
        shown(&sandbox, &["table", "--member", place]);
    }
}

#[test]
fn whoever_may_not_is_told_so_before_anything_of_the_table() {
    let sandbox = staffed();
    let overlap: &[&str] = &[
        "begin",
        "004/chen.yl",
        "--role",
        "querier",
        "--from",
        "2026-12-01",
    ];
    let unknown: &[&str] = &["end", "004/nobody", "--on", "2026-12-01"];
    for words in [overlap, unknown] {
        for (hands, code) in [
            (
                &["--as", "chen.yl", "--approved-by", "wu.head"][..],
                "PEOPLE-HANDS",
            ),
            (&["--as", "lu.adm", "--approved-by", "wang.dg"], "PEOPLE-HANDS"),
            (&["--as", "chen.yl"], "APPROVAL-HANDS"),
        ] {
            let all = [&["--at", NOW, "people"], words, hands, &["--reason", "test"]].concat();
            let told = sandbox.mayfly(all).expect(77).stderr;
            assert!(told.contains(&format!("({code})")), "{words:?} {hands:?}: {told}");
        }
    }
    let keep = [
        "--at",
        NOW,
        "people",
        "check",
        "keep",
        "004/nobody",
        "--as",
        "lin.ch",
    ];
    assert!(sandbox.mayfly(keep).expect(77).stderr.contains("(PEOPLE-HANDS)"));
}

#[test]
fn an_account_is_named_with_its_place_or_alone() {
    let sandbox = staffed();
    let end = |holder: &str, by: &str, approver: &str| {
        let words = [
            "--at",
            NOW,
            "people",
            "end",
            holder,
            "--on",
            "2026-12-01",
            "--reason",
            "test",
        ];
        sandbox.mayfly([&words[..], &["--as", by, "--approved-by", approver]].concat())
    };
    end("004/chen.yl", "004/lu.adm", "004/wu.head").expect(0);
    end("supervisor/fan.fsc", "bureau/xu.adm", "bureau/yu.cmp").expect(0);
    // Of another place: no account of this desk has that name.
    let told = end("004/lin.ch", "012/lu.adm", "wu.head").expect(77).stderr;
    assert!(told.contains("(PEOPLE-HANDS)"), "{told}");
    let keep = |by: &str| sandbox.at(NOW, ["people", "check", "keep"], ["004/lin.ch", "--as", by]);
    keep("004/lu.adm").expect(0);
    assert!(keep("012/lu.adm").expect(77).stderr.contains("(PEOPLE-HANDS)"));
    let raise = |by: &str| {
        let words = ["--at", NOW, "sheet", "make", "004", "2026-W45", "--as", by];
        sandbox.mayfly(words)
    };
    // Who is there hears of the week, who is not of themselves; never of the grammar.
    for (by, code) in [
        ("bureau/xu.adm", "SHEET-OPEN"),
        ("004/wu.head", "SHEET-OPEN"),
        ("xu.adm", "SHEET-OPEN"),
    ] {
        let told = raise(by).expect(75).stderr;
        assert!(told.contains(&format!("({code})")), "{by}: {told}");
    }
    raise("nowhere/xu.adm").expect(2);
}

#[test]
fn a_sample_that_waits_for_somebody_is_open_with_them() {
    let sandbox = asked(4);
    freeze(&sandbox, CLOSED);
    let open = |holder: &str| {
        let told = sandbox.mayfly(["--at", CLOSED, "--json", "people", "tasks", holder]);
        let tasks = told.expect(0).json();
        let reviews = tasks
            .as_array()
            .unwrap()
            .iter()
            .filter(|task| task["what"] == "review");
        reviews
            .map(|task| (task["which"].as_str().unwrap().to_owned(), task["due"].clone()))
            .collect::<Vec<_>>()
    };
    let sample = "004/2026-11".to_owned();
    assert_eq!(open("004/wu.head"), [(sample.clone(), "2026-12-10".into())]);
    assert_eq!(open("004/hsu.rv"), []);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    assert_eq!(open("004/hsu.rv"), [(sample, serde_json::Value::Null)]);
    assert_eq!(open("004/wu.head"), []);
}

#[test]
fn serving_by_a_clock_that_was_later_already_is_refused_at_once() {
    let sandbox = staffed();
    let told = sandbox.mayfly([
        "--at",
        "2026-10-01T10:00:00+08:00",
        "serve",
        "--listen",
        "127.0.0.1:0",
    ]);
    let told = told.expect(2).stderr;
    assert!(
        told.contains("--at is earlier than the last instant this sandbox has seen"),
        "{told}"
    );
}
