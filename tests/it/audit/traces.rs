//! What a review leaves behind: figures, an end after five years, and rows that nobody changes or doubles unseen. *Edge.*

use std::{fs, thread};

use serde_json::Value;

use super::{
    CLOSED, VALUE, ask, asked, audit, draw, freeze,
    review::{act, clear, drawn, item},
};
use crate::support::NOW;

/// Figures of a month: the span from approval to query, and what was approved in one go.
#[test]
fn approvals_in_bulk_are_told() {
    let sandbox = asked(20);
    let pace = || act(&sandbox, NOW, "pace", &[]).expect(0).json();
    let few = pace();
    assert_eq!(few["approvals"][0]["bulk"]["runs"], 0, "{few}");
    // One more at the same second makes it a bulk.
    ask(&sandbox, NOW, "004-1151102-02.csv", 21..=21);
    let many = pace();
    assert_eq!(
        (
            &many["approvals"][0]["bulk"]["runs"],
            &many["approvals"][0]["bulk"]["longest"]
        ),
        (&1.into(), &21.into()),
        "{many}"
    );
    let span = &many["approvals"][0]["to_query"];
    assert!(
        span["count"] == 21 && span["min"] == span["max"] && span["min"].as_i64().unwrap() > 0,
        "{span}"
    );
    assert_eq!(many["reviews"], Value::Array(vec![]));
}

/// What was drawn is noted when the first record is opened, and read from there; what somebody writes there is no draw.
#[test]
fn records_are_opened_as_they_were_noted_and_signed_as_they_were_drawn() {
    let sandbox = drawn();
    let shown = act(&sandbox, CLOSED, "show", &["--as", "hsu.rv"])
        .expect(0)
        .json();
    let entries = |items: &Value| -> Vec<u64> {
        let items = items.as_array().unwrap().iter();
        items.map(|item| item["entry"].as_u64().unwrap()).collect()
    };
    let drawn = entries(&shown["items"]);
    let noted = || -> Vec<u64> {
        let told = sandbox
            .database
            .ask(&sandbox.data(), "SELECT items FROM sample WHERE member = '004'");
        told[0]
            .split(',')
            .filter_map(|index| index.parse().ok())
            .collect()
    };
    let note = |items: &[u64]| {
        let items: Vec<String> = items.iter().map(u64::to_string).collect();
        let sql = format!(
            "UPDATE sample SET items = '{}' WHERE member = '004' RETURNING 'changed'",
            items.join(",")
        );
        assert_eq!(sandbox.database.ask(&sandbox.data(), &sql), ["changed"]);
    };
    let entry = |place: &str| {
        item(&sandbox, CLOSED, place, "hsu.rv")["record"]["entry"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(noted(), Vec::<u64>::new());
    assert_eq!((entry("2"), noted()), (drawn[1], drawn.clone()));
    act(&sandbox, CLOSED, "item", &["11", "--as", "hsu.rv"]).expect(65);
    // It is read from there.
    let mut swapped = drawn.clone();
    swapped.swap(0, 1);
    note(&swapped);
    assert_eq!(entry("1"), drawn[1]);
    // No query of the month: what is noted there is not believed, and drawn again.
    note(&[&[0][..], &drawn[1..]].concat());
    assert_eq!((entry("1"), noted()), (drawn[0], drawn.clone()));
    // One more query of the month in the place of a drawn one: the signature finds the drawn one without a verdict.
    let journal = crate::synthetic::journal(&sandbox, CLOSED);
    let queries = (0..).zip(&journal).filter(|(_, entry)| entry.kind == "query");
    let other = queries
        .map(|(index, _)| index)
        .find(|index| !drawn.contains(index))
        .unwrap();
    note(&[&[other][..], &drawn[1..]].concat());
    for place in 1..=10 {
        clear(&sandbox, CLOSED, place, "hsu.rv");
    }
    let open = act(&sandbox, CLOSED, "sign-off", &["--as", "wu.head"]).expect(75);
    assert!(open.stderr.contains("(REVIEW-OPEN)"), "{}", open.stderr);
    // A larger sample is noted anew.
    act(&sandbox, CLOSED, "extend", &["12", "--as", "hsu.rv"]).expect(0);
    assert!(!drawn.contains(&entry("12")));
    assert_eq!((noted().len(), &noted()[..10]), (12, &drawn[..]));
}

/// Whatever way a record spells an instant, people are told it as the clock in Taipei shows it (D22).
#[test]
fn a_record_is_told_in_the_time_of_taipei_throughout() {
    let sandbox = drawn();
    let words = [
        "--at", CLOSED, "audit", "item", "004", "2026-11", "1", "--as", "hsu.rv",
    ];
    let text = sandbox.mayfly(words).expect(0).stdout;
    for line in ["  asked  ", "  approved at  ", "  given  ", "  registered  "] {
        let found = text.lines().find(|told| told.starts_with(line)).unwrap();
        assert!(
            found.contains("(民國115年") && found.contains("Asia/Taipei"),
            "{found}"
        );
    }
    let is_utc = |word: &str| word.len() > 10 && word.ends_with('Z') && word.contains(':');
    assert!(!text.split_whitespace().any(is_utc), "{text}");
}

/// A review ends with its sample, five years after the last act on either.
#[test]
fn a_review_ends_with_its_sample() {
    let sandbox = drawn();
    let next_day = "2026-12-02T09:00:00+08:00";
    item(&sandbox, next_day, "1", "hsu.rv");
    let found = ["1", "--verdict", "finding", "--reason", "other", "--as", "hsu.rv"];
    act(&sandbox, next_day, "verdict", &found).expect(0);
    act(&sandbox, next_day, "name", &["ye.rv", "--as", "wu.head"]).expect(0);
    audit(
        &sandbox,
        next_day,
        &["finding", "correct", "1", "--as", "wang.dg"],
    )
    .expect(0);
    let rows = |at: &str| -> Vec<String> {
        sandbox.at(at, ["purge"], ["run"]);
        let tables = [
            "sample",
            "named_reviewer",
            "review_opening",
            "verdict",
            "finding",
            "finding_step",
        ];
        let count = |table: &str| {
            let sql = format!(
                "SELECT CAST(COUNT(*) AS TEXT) FROM {table} WHERE member = '004' AND month = '2026-11'"
            );
            sandbox.database.ask(&sandbox.data(), &sql).remove(0)
        };
        tables.map(count).to_vec()
    };
    assert_eq!(rows("2031-12-02T23:59:59+08:00"), ["1", "2", "1", "1", "1", "1"]);
    assert_eq!(rows("2031-12-03T00:00:00+08:00"), ["0"; 6]);
}

/// Verdicts that somebody changes in the database are not those that were signed, and the report says so.
#[test]
fn verdicts_that_were_changed_behind_the_signature_are_told() {
    let sandbox = asked(2);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    for place in [1, 2] {
        clear(&sandbox, CLOSED, place, "hsu.rv");
    }
    act(&sandbox, CLOSED, "sign-off", &["--as", "wu.head"]).expect(0);
    let report = |name: &str, exit: i32| {
        let folder = sandbox.path(name);
        let words = ["--to", folder.to_str().unwrap(), "--as", "wu.head"];
        act(&sandbox, CLOSED, "report", &words).expect(exit);
        fs::read_to_string(folder.join("review.en.txt")).unwrap()
    };
    let said = "NOT those that were signed";
    assert!(!report("before", 0).contains(said));
    let change = "UPDATE verdict SET verdict = 'unclear' WHERE verdict_no = 2 RETURNING 'changed'";
    assert_eq!(sandbox.database.ask(&sandbox.data(), change), ["changed"]);
    assert!(report("after", 1).contains(said));
}

/// The same verdict twice at one moment is one verdict, and one finding.
#[test]
fn of_the_same_verdict_twice_at_once_one_counts() {
    let sandbox = asked(2);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    item(&sandbox, CLOSED, "1", "hsu.rv");
    let say = || {
        let words = ["1", "--verdict", "finding", "--reason", "other", "--as", "hsu.rv"];
        // A database that stays busy for long is asked again.
        loop {
            let run = act(&sandbox, CLOSED, "verdict", &words);
            if !run.stderr.contains("DB-BUSY") {
                break run.code;
            }
        }
    };
    let codes: [i32; 2] =
        thread::scope(|scope| [(); 2].map(|()| scope.spawn(say)).map(|run| run.join().unwrap()));
    assert!(codes == [0, 65] || codes == [65, 0], "{codes:?}");
    let findings = audit(&sandbox, CLOSED, &["findings"]).expect(0).json();
    assert_eq!(findings.as_array().map(Vec::len), Some(1));
}
