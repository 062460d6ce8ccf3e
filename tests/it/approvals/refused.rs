//! What an approval does not do: each refusal with code, sentence and remedy, and nothing changed by it. *Edge.*

use super::*;
use crate::synthetic::journal;

#[test]
fn an_approval_that_does_not_serve_changes_nothing() {
    let sandbox = staffed();
    let with = |words: &[&'static str], number: &str| -> Vec<String> {
        let words = words.iter().map(|word| (*word).to_owned());
        words
            .chain(["--approval".to_owned(), number.to_owned()])
            .collect()
    };
    let check = |at: &str, words: &[String], exit: i32, code: &str| {
        let before = journal(&sandbox, NOW).len();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let told = say(&sandbox, at, &words).expect(exit).stderr;
        assert!(told.contains(&format!("({code})\n")), "{words:?}: {told}");
        assert_eq!(
            told.trim_end().lines().count(),
            2,
            "a sentence and a remedy: {told}"
        );
        assert_eq!(journal(&sandbox, NOW).len(), before, "{words:?}");
    };
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    say(&sandbox, NOW, &["stop", "add", "link", "--reason", "drill"]).expect(0);
    let lift = ["stop", "lift", "1", "--reason", "over", "--as", "he.cmp"];

    // Whoever wants it is a person of the bureau, today.
    check(
        NOW,
        &words(&["stop", "lift", "1", "--reason", "over"]),
        77,
        "APPROVAL-HANDS",
    );
    check(
        NOW,
        &words(&["stop", "lift", "1", "--reason", "over", "--as", "chen.yl"]),
        77,
        "APPROVAL-HANDS",
    );
    let placed = |account: &'static str| ["stop", "lift", "1", "--reason", "over", "--as", account];
    for account in ["supervisor/he.cmp", "004/wu.head"] {
        check(NOW, &words(&placed(account)), 77, "APPROVAL-HANDS");
    }
    say(&sandbox, NOW, &placed("bureau/he.cmp")).expect(75);
    let hold = apply(&sandbox, &HOLD);
    let lifting = apply(&sandbox, &lift);

    // Not yet given; unknown; of another act.
    check(NOW, &with(&HOLD, &hold), 75, "APPROVAL-OPEN");
    check(NOW, &with(&HOLD, "99"), 65, "APPROVAL-UNKNOWN");
    check(NOW, &with(&HOLD, &lifting), 65, "APPROVAL-UNKNOWN");
    check(NOW, &words(&["approval", "show", "99"]), 65, "APPROVAL-UNKNOWN");
    let decide = |number: &str, by: &str| words(&["approval", "give", number, "--as", by]);
    check(NOW, &decide("99", "jin.cmp"), 65, "APPROVAL-UNKNOWN");

    // One's own; without the right that it asks for; stopped; of nowhere.
    check(NOW, &decide(&hold, "he.cmp"), 77, "APPROVAL-SELF");
    check(NOW, &decide(&lifting, "gu.op"), 77, "APPROVAL-HANDS");
    check(NOW, &decide(&lifting, "nobody"), 77, "APPROVAL-HANDS");
    check(NOW, &decide(&lifting, "004/wu.head"), 77, "APPROVAL-HANDS");
    say(
        &sandbox,
        NOW,
        &["stop", "add", "person", "bureau/jin.cmp", "--reason", "left"],
    )
    .expect(0);
    check(NOW, &decide(&hold, "jin.cmp"), 77, "APPROVAL-HANDS");
    let free = apply(
        &sandbox,
        &["stop", "lift", "2", "--reason", "is back", "--as", "he.cmp"],
    );
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        bureau,bo.cmp,柏虛規,專責人員,,,,2024-01-01,board,,,J-15,法遵部,,compliance\n";
    let book = sandbox.file("book.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    // All or none: the second of the two is one that is given already.
    give(&sandbox, &free, "bo.cmp").expect(0);
    check(
        NOW,
        &words(&["approval", "give", &hold, &free, "--as", "bo.cmp"]),
        65,
        "APPROVAL-DECIDED",
    );
    check(NOW, &with(&HOLD, &hold), 75, "APPROVAL-OPEN");
    say(
        &sandbox,
        NOW,
        &[
            "stop",
            "lift",
            "2",
            "--reason",
            "is back",
            "--as",
            "he.cmp",
            "--approval",
            &free,
        ],
    )
    .expect(0);

    // The same person under another account is the same person.
    sandbox.database.ask(
        &sandbox.data(),
        "UPDATE authorisation SET person = 'J-11' WHERE account = 'bo.cmp'",
    );
    check(NOW, &decide(&hold, "bo.cmp"), 77, "APPROVAL-SELF");

    // Given for exactly that: another word of it is something else, and the approval is as it was.
    give(&sandbox, &hold, "jin.cmp").expect(0);
    check(NOW, &decide(&hold, "jin.cmp"), 65, "APPROVAL-DECIDED");
    let other = [
        "purge", "hold", "add", "query", "--reason", "case 8", "--as", "he.cmp",
    ];
    check(NOW, &with(&other, &hold), 77, "APPROVAL-CHANGED");
    let wider = [
        "purge", "hold", "add", "consent", "--reason", "case 7", "--as", "he.cmp",
    ];
    check(NOW, &with(&wider, &hold), 77, "APPROVAL-CHANGED");
    let borrowed = [
        "purge", "hold", "add", "query", "--reason", "case 7", "--as", "gu.op",
    ];
    check(NOW, &with(&borrowed, &hold), 77, "APPROVAL-CHANGED");
    // Whoever gave it must still be one who may.
    say(
        &sandbox,
        NOW,
        &["stop", "add", "person", "bureau/jin.cmp", "--reason", "left"],
    )
    .expect(0);
    check(NOW, &with(&HOLD, &hold), 77, "APPROVAL-HANDS");
    let gone = [&HOLD[..], &["--approval", &hold, "--lang", "zh-TW"]].concat();
    let told = say(&sandbox, NOW, &gone).expect(77).stderr;
    assert!(
        told.contains("此項核准不再有效") && told.contains("請重新申請"),
        "{told}"
    );
    sandbox.database.ask(
        &sandbox.data(),
        "UPDATE authorisation SET person = 'J-15' WHERE account = 'bo.cmp'",
    );
    let back = ["stop", "lift", "3", "--reason", "is back", "--as", "he.cmp"];
    let number = apply(&sandbox, &back);
    give(&sandbox, &number, "bo.cmp").expect(0);
    say(&sandbox, NOW, &[&back[..], &["--approval", &number]].concat()).expect(0);
    // And be the person who gave it, whoever has the account now.
    let give_account_to = |person: &str| {
        let give = format!("UPDATE authorisation SET person = '{person}' WHERE account = 'jin.cmp'");
        sandbox.database.ask(&sandbox.data(), &give);
    };
    for other in ["J-99", "J-11"] {
        give_account_to(other);
        check(NOW, &with(&HOLD, &hold), 77, "APPROVAL-HANDS");
    }
    give_account_to("J-12");
    say(&sandbox, NOW, &[&HOLD[..], &["--approval", &hold]].concat()).expect(0);
    check(NOW, &with(&HOLD, &hold), 77, "APPROVAL-USED");
    // Used is used, whoever decides on it now.
    for by in ["jin.cmp", "gu.op", "nobody"] {
        check(NOW, &decide(&hold, by), 77, "APPROVAL-USED");
    }

    // Refused, with a reason that names nobody.
    let refuse = |reason: &str| {
        words(&[
            "approval", "refuse", &lifting, "--as", "jin.cmp", "--reason", reason,
        ])
    };
    check(NOW, &refuse("A123456789"), 65, "STOP-REASON");
    say(
        &sandbox,
        NOW,
        &[
            "approval", "refuse", &lifting, "--as", "jin.cmp", "--reason", "not over",
        ],
    )
    .expect(0);
    check(NOW, &with(&lift, &lifting), 77, "APPROVAL-REFUSED");
    check(NOW, &decide(&lifting, "jin.cmp"), 65, "APPROVAL-DECIDED");
}

/// An approval ends with its hours, to the second: neither given nor used any more.
#[test]
fn an_approval_is_over_when_its_hours_are() {
    let sandbox = staffed();
    say(&sandbox, NOW, &["stop", "add", "link", "--reason", "drill"]).expect(0);
    let lift = ["stop", "lift", "1", "--reason", "over", "--as", "he.cmp"];
    let (late, later) = (apply(&sandbox, &lift), apply(&sandbox, &lift));
    give(&sandbox, &later, "jin.cmp").expect(0);
    let last = "2026-11-03T09:59:59+08:00";
    let listed = say(&sandbox, last, &["approval", "list"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    let over = "2026-11-03T10:00:00+08:00";
    let given = say(&sandbox, over, &["approval", "give", &late, "--as", "jin.cmp"]);
    assert!(given.expect(77).stderr.contains("(APPROVAL-EXPIRED)\n"));
    let used = say(&sandbox, over, &[&lift[..], &["--approval", &later]].concat());
    assert!(used.expect(77).stderr.contains("(APPROVAL-EXPIRED)\n"));
    assert_eq!(
        say(&sandbox, over, &["approval", "list"]).expect(0).json(),
        serde_json::json!([])
    );
    assert_eq!(
        say(&sandbox, over, &["stop", "list"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // It ends with its years.
    let kept = || {
        sandbox
            .database
            .ask(&sandbox.data(), "SELECT CAST(COUNT(*) AS TEXT) FROM approval")
    };
    assert_eq!(kept(), ["2"]);
    sandbox.at("2031-11-03T12:00:00+08:00", ["purge"], ["run"]);
    assert_eq!(kept(), ["2"]);
    sandbox.at("2031-11-04T12:00:00+08:00", ["purge"], ["run"]);
    assert_eq!(kept(), ["0"]);
}
