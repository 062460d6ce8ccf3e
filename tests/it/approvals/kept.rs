//! What an approval does: each kind of act by two people, each step in the journal, in one go and at one time. *Edge.*

use std::thread;

use super::*;
use crate::synthetic::journal;

#[test]
fn a_stop_is_lifted_by_two_people_and_each_step_is_an_entry() {
    let sandbox = staffed();
    let stop = ["stop", "add", "member", "004", "--reason", "incident"];
    say(&sandbox, NOW, &stop).expect(0);
    let lift = ["stop", "lift", "1", "--reason", "it is over", "--as", "he.cmp"];
    let number = apply(&sandbox, &lift);
    let in_force = || {
        say(&sandbox, NOW, &["stop", "list"])
            .expect(0)
            .json()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(in_force(), 1, "nothing is lifted by an application");
    // What is shown is what is done: the stop itself, and its hash is over these very bytes.
    let shown = say(&sandbox, NOW, &["approval", "show", &number])
        .expect(0)
        .json();
    let content = shown["content"].as_str().unwrap();
    assert!(
        content.contains("\"subject\":\"004\"") && content.contains("it is over"),
        "{content}"
    );
    let digest = <sha2::Sha256 as sha2::Digest>::digest(content);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(shown["approval"]["sha256"], digest.as_str());

    give(&sandbox, &number, "jin.cmp").expect(0);
    assert_eq!(in_force(), 1, "nor by its approval");
    say(&sandbox, NOW, &[&lift[..], &["--approval", &number]].concat()).expect(0);
    assert_eq!(in_force(), 0);
    let steps = journal(&sandbox, NOW);
    let steps = steps.iter().filter(|entry| entry.reference == "approval:1");
    assert_eq!(steps.map(|entry| entry.kind).collect::<Vec<_>>(), ["approval"; 3]);
    assert_eq!(all(&sandbox)[0]["state"], "used");
    assert_eq!(
        say(&sandbox, NOW, &["approval", "list"]).expect(0).json(),
        serde_json::json!([])
    );
}

/// Whoever may stop may approve that a stop is lifted, also at the supervisor.
#[test]
fn the_supervisor_gives_what_asks_for_the_right_to_stop() {
    let sandbox = staffed();
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        supervisor,fan.fsc,范虛監,查核人員,,,,2024-01-01,he.cmp,,,F-01,,,supervisor_auditor\n";
    let book = sandbox.file("book.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    say(&sandbox, NOW, &["stop", "add", "link", "--reason", "drill"]).expect(0);
    let lift = ["stop", "lift", "1", "--reason", "over", "--as", "he.cmp"];
    let number = apply(&sandbox, &lift);
    give(&sandbox, &number, "supervisor/fan.fsc").expect(0);
    say(&sandbox, NOW, &[&lift[..], &["--approval", &number]].concat()).expect(0);
    // A hold asks for no right that another authority has.
    let hold = apply(&sandbox, &HOLD);
    let refused = give(&sandbox, &hold, "supervisor/fan.fsc").expect(77);
    assert!(
        refused.stderr.contains("(APPROVAL-HANDS)\n"),
        "{}",
        refused.stderr
    );
}

/// An account is opened with an approval that was given before, or with an approver who stands by: bound to the hash of the
/// line in both ways.
#[test]
fn an_account_begins_with_an_approval_given_before_or_beside() {
    let sandbox = staffed();
    let book = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles\n\
        004,lu.adm,呂虛管,帳號管理人員,,,,2024-01-01,wu.head,,,P004-12,資訊部,,account_administrator\n\
        004,hu.head,胡虛主,單位主管,,,,2024-01-01,ma.gm,,,P004-11,稽核部,,unit_head\n";
    let book = sandbox.file("book.csv", book);
    sandbox.at(NOW, ["staff", "import"], [book]).expect(0);
    let by = ["--reason", "新任", "--as", "lu.adm"];
    let begin = |account: &'static str| {
        let words = [
            "people",
            "begin",
            account,
            "--name",
            "新虛構",
            "--role",
            "querier",
            "--from",
            "2026-11-02",
        ];
        [&words[..], &by].concat()
    };
    let number = apply(&sandbox, &begin("004/new.q"));
    give(&sandbox, &number, "wu.head").expect(0);
    let line = say(
        &sandbox,
        NOW,
        &[&begin("004/new.q")[..], &["--approval", &number]].concat(),
    );
    assert_eq!(line.expect(0).json()["approved_by"], "wu.head");
    let beside = [
        &begin("004/new.two")[..],
        &["--person", "P004-77", "--approved-by", "wu.head"],
    ]
    .concat();
    say(&sandbox, NOW, &beside).expect(0);
    let approvals = all(&sandbox);
    assert_eq!(
        (&approvals[1]["state"], &approvals[1]["decided_by"]),
        (&"used".into(), &"004/wu.head".into())
    );
    assert_ne!(approvals[0]["sha256"], approvals[1]["sha256"]);

    // An end is approved by anybody but whom it is about, and is approved as it was applied for.
    let end = |on: &'static str| [&["people", "end", "004/hu.head", "--on", on][..], &by].concat();
    let number = apply(&sandbox, &end("2026-12-01"));
    let own = give(&sandbox, &number, "hu.head").expect(77);
    assert!(own.stderr.contains("(APPROVAL-SELF)\n"), "{}", own.stderr);
    give(&sandbox, &number, "wu.head").expect(0);
    let other_day = say(
        &sandbox,
        NOW,
        &[&end("2026-12-02")[..], &["--approval", &number]].concat(),
    );
    assert!(other_day.expect(77).stderr.contains("(APPROVAL-CHANGED)\n"));
    say(
        &sandbox,
        NOW,
        &[&end("2026-12-01")[..], &["--approval", &number]].concat(),
    )
    .expect(0);
    // The same words about a line that has changed since are another act.
    let number = apply(&sandbox, &end("2026-11-20"));
    give(&sandbox, &number, "wu.head").expect(0);
    let sooner = [&end("2026-11-25")[..], &["--approved-by", "wu.head"]].concat();
    say(&sandbox, NOW, &sooner).expect(0);
    let changed = say(
        &sandbox,
        NOW,
        &[&end("2026-11-20")[..], &["--approval", &number]].concat(),
    );
    assert!(changed.expect(77).stderr.contains("(APPROVAL-CHANGED)\n"));
}

/// Three that one act gives show whatever the clock says, be it that all was done at one instant; one by one they do not.
#[test]
fn what_one_act_gives_is_a_bulk_and_no_instant_makes_one() {
    let sandbox = staffed();
    let numbers: Vec<String> = (0..5).map(|_| apply(&sandbox, &HOLD)).collect();
    let decider = || {
        let told = say(&sandbox, NOW, &["audit", "pace", "bureau", "2026-11"])
            .expect(0)
            .json();
        let decider = told["decisions"][0].clone();
        let bulk = ["runs", "acts", "longest"].map(|name| decider["bulk"][name].as_u64().unwrap());
        (bulk, decider["to_decision"]["count"].as_u64())
    };
    for number in &numbers[..2] {
        give(&sandbox, number, "jin.cmp").expect(0);
    }
    assert_eq!(decider(), ([0, 0, 0], Some(2)));
    let words = [
        &["approval", "give", "--as", "jin.cmp"][..],
        &[&numbers[2], &numbers[3], &numbers[4]],
    ]
    .concat();
    say(&sandbox, NOW, &words).expect(0);
    assert_eq!(decider(), ([1, 3, 3], Some(5)));
}

/// Twenty-one in one go are given, and show.
#[test]
fn approvals_in_bulk_are_given_and_told() {
    let sandbox = staffed();
    let numbers: Vec<String> = (0..21).map(|_| apply(&sandbox, &HOLD)).collect();
    let mut words = vec!["approval", "give", "--as", "jin.cmp"];
    words.extend(numbers.iter().map(String::as_str));
    say(&sandbox, "2026-11-02T10:01:00+08:00", &words).expect(0);
    let told = say(
        &sandbox,
        "2026-11-02T10:01:00+08:00",
        &["audit", "pace", "bureau", "2026-11"],
    )
    .expect(0)
    .json();
    let decider = &told["decisions"][0];
    assert_eq!(
        (
            &decider["accounts"][0],
            &decider["bulk"]["runs"],
            &decider["bulk"]["acts"]
        ),
        (&"bureau/jin.cmp".into(), &1.into(), &21.into()),
        "{told}"
    );
    assert_eq!(
        (
            &decider["to_decision"]["count"],
            &decider["to_decision"]["median"]
        ),
        (&21.into(), &60.into())
    );
}

#[test]
fn of_many_at_once_one_uses_an_approval() {
    let sandbox = staffed();
    let number = apply(&sandbox, &HOLD);
    give(&sandbox, &number, "jin.cmp").expect(0);
    let words = [&HOLD[..], &["--approval", &number]].concat();
    let codes: Vec<i32> = thread::scope(|scope| {
        let rivals: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| say(&sandbox, NOW, &words).code))
            .collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 77].contains(code)), "{codes:?}");
    let holds = say(&sandbox, NOW, &["purge", "hold", "list"]).expect(0).json();
    assert_eq!(holds.as_array().unwrap().len(), 1);
}
