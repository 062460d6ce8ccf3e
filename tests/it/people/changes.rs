//! What begins and ends holds from its day on, at the gate and at the delivery, for the person and not for the account. *Edge.*

use super::*;
use crate::batch_file::{BatchRow, batch_file};

/// Codes of the one row of a batch that is run at `at`; none: it was asked.
fn codes(sandbox: &Sandbox, number: u64, at: &str, row: BatchRow) -> Vec<String> {
    let file = sandbox.file(&format!("004-1151102-{number:02}.csv"), batch_file(&[row]));
    let told = sandbox.at(at, ["--json", "batch", "run"], [file]).json();
    assert_eq!(told["rows"], 1, "{told}");
    told["codes"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_leaver_is_cut_at_midnight_and_a_newcomer_begins_there() {
    let sandbox = staffed();
    // Both are entered in advance.
    act(&sandbox, NOW, &["end", "004/chen.yl", "--on", "2026-11-04"]).expect(0);
    let begin = [
        "begin",
        "004/new.q",
        "--name",
        "新虛構",
        "--role",
        "querier",
        "--from",
        "2026-11-04",
    ];
    act(&sandbox, NOW, &begin).expect(0);
    let row = |number, querier: &str, on: &str| {
        BatchRow::valid_on(on, "2026-10-31", number).with("querier", querier)
    };
    let last = "2026-11-03T23:59:59+08:00";
    assert!(codes(&sandbox, 1, last, row(1, "chen.yl", "2026-11-03")).is_empty());
    assert_eq!(
        codes(&sandbox, 2, last, row(2, "new.q", "2026-11-03")),
        ["APR-QUERIER"]
    );
    let results = ["batch", "results", "--as", "chen.yl"];
    sandbox.at(last, results, ["004-1151102-01"]).expect(0);
    // Midnight in Taipei, to the second.
    let midnight = "2026-11-04T00:00:00+08:00";
    assert_eq!(
        codes(&sandbox, 3, midnight, row(3, "chen.yl", "2026-11-03")),
        ["APR-QUERIER"]
    );
    let refused = sandbox.at(midnight, results, ["004-1151102-01"]).expect(77);
    assert!(refused.stderr.contains("(DELIVERY-PERSON)"), "{}", refused.stderr);
    // Approved the day before, when the newcomer was nobody: not yet; approved today: yes.
    assert_eq!(
        codes(
            &sandbox,
            4,
            "2026-11-04T12:00:00+08:00",
            row(4, "new.q", "2026-11-03")
        ),
        ["APR-QUERIER"]
    );
    let today = row(5, "new.q", "2026-11-04");
    assert!(codes(&sandbox, 5, "2026-11-04T17:00:00+08:00", today).is_empty());
}

#[test]
fn an_end_of_today_cuts_at_once_and_an_end_can_come_earlier() {
    let sandbox = staffed();
    act(&sandbox, NOW, &["end", "004/chen.yl", "--on", "2026-12-01"]).expect(0);
    assert!(codes(&sandbox, 1, NOW, BatchRow::valid(1)).is_empty());
    let ended = act(&sandbox, NOW, &["end", "004/chen.yl", "--on", "2026-11-02"])
        .expect(0)
        .json();
    assert_eq!(
        (&ended["to"], &ended["ended_by"]),
        (&"2026-11-02".into(), &"wu.head".into())
    );
    assert_eq!(codes(&sandbox, 2, NOW, BatchRow::valid(2)), ["APR-QUERIER"]);
    // Both ends are on the record; the table has the one that holds.
    let changes = shown(
        &sandbox,
        &[
            "changes",
            "--from",
            "2026-11-02",
            "--to",
            "2026-12-31",
            "--member",
            "004",
        ],
    );
    let of_hers = changes["changes"].as_array().unwrap().iter();
    let of_hers = of_hers.filter(|change| change["account"] == "chen.yl");
    let days: Vec<_> = of_hers.map(|change| change["day"].clone()).collect();
    // Her beginning, long ago, was entered today with the book.
    assert_eq!(days, ["2024-01-01", "2026-11-02", "2026-12-01"]);
    // Whoever comes back gets the account that is theirs, with what it had.
    let back = act(
        &sandbox,
        NOW,
        &[
            "begin",
            "004/chen.yl",
            "--role",
            "reviewer",
            "--from",
            "2027-01-04",
        ],
    )
    .expect(0)
    .json();
    assert_eq!(
        (&back["person"], &back["name"], &back["query"], &back["review"]),
        (&"P004-01".into(), &"陳虛玲".into(), &false.into(), &true.into())
    );
}

/// Duties are separated by person: an account that the same person had before is the same person.
#[test]
fn the_same_person_under_another_account_approves_nothing_of_theirs() {
    let sandbox = Sandbox::with_master_data();
    let before = sandbox.file(
        "before.csv",
        "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level\n\
         004,wang.old,王虛德,徵信專員,Y,,,2023-01-01,wu.head,2023-12-31,wu.head,P004-05,徵信部,\n",
    );
    let book = sandbox.file("book.csv", BOOK);
    sandbox.at(NOW, ["staff", "import"], [before, book]).expect(0);
    let row = BatchRow::valid(1).with("querier", "wang.old");
    assert_eq!(codes(&sandbox, 1, NOW, row), ["APR-QUERIER", "APR-SELF"]);
    // A stop of one account stops the person.
    let stop = ["stop", "add", "person", "--reason", "test"];
    sandbox.at(NOW, stop, ["004/wang.old"]).expect(0);
    assert_eq!(codes(&sandbox, 2, NOW, BatchRow::valid(2)), ["GATE-PERSON"]);
}

#[test]
fn the_bureau_looks_after_its_own_people_and_those_of_the_authorities() {
    let sandbox = staffed();
    let begin = |holder: &str, role: &str, by: &str, approver: &str| {
        let words = [
            "people",
            "begin",
            holder,
            "--name",
            "新虛構",
            "--role",
            role,
            "--from",
            "2026-11-02",
        ];
        let hands = ["--as", by, "--approved-by", approver, "--reason", "新任"];
        sandbox.mayfly([&["--at", NOW], &words[..], &hands].concat())
    };
    begin("provider/bao.bli", "provider_auditor", "xu.adm", "yu.cmp").expect(0);
    begin("bureau/shi.op", "operator", "xu.adm", "yu.cmp").expect(0);
    assert!(
        begin("bureau/tan.op", "operator", "lu.adm", "wu.head")
            .expect(77)
            .stderr
            .contains("(PEOPLE-HANDS)")
    );
    assert!(
        begin("004/tan.op", "querier", "xu.adm", "yu.cmp")
            .expect(77)
            .stderr
            .contains("(PEOPLE-HANDS)")
    );
    assert!(
        begin("bureau/tan.op", "querier", "xu.adm", "yu.cmp")
            .expect(65)
            .stderr
            .contains("(PEOPLE-ROLE)")
    );
    let table = shown(&sandbox, &["table", "--member", "provider"]);
    assert_eq!(
        table["people"][0]["roles"],
        serde_json::json!(["provider_auditor"])
    );
}
