//! Cards and their passwords: asked for, sent, received, used, and what follows when somebody leaves (五(一)8, 九(二)1). *Edge.*

use super::*;
use crate::synthetic::journal;

/// 五(一)8: asked for, sent by registered mail, received by the very person, handed on; each step closes the duty of the one before.
#[test]
fn a_password_goes_from_the_bureau_to_its_querier_step_by_step() {
    let sandbox = staffed();
    let asked = add(
        &sandbox,
        ["card_password_request", "004", "wu.head"],
        &["querier=chen.yl", "why=staff_change"],
        &[],
    );
    let asked = asked.expect(0).json();
    let change = "card_password_change/004/2026-11-02.1";
    assert_eq!((&asked["paper"], &asked["duty"]), (&1.into(), &change.into()));
    let due = duty(&sandbox, change);
    assert_eq!(
        (&due["owner"], &due["due"]),
        (&"administrator".into(), &"2026-11-09".into())
    );
    // Without its paper it is not closed.
    for artefact in ["paper:1", "paper:9", "document:1", "paper:x"] {
        let close = ["duty", "close", change, "--artefact", artefact, "--as", "xu.adm"];
        let told = mayfly(&sandbox, NOW, &close).expect(65).stderr;
        assert!(told.contains("(DUTY-ARTEFACT)\n"), "{told}");
    }
    let fields = ["unit_head=wu.head", "querier=chen.yl", "mail_no=RR-17"];
    let sent = add(
        &sandbox,
        ["card_password_sent", "004", "xu.adm"],
        &fields,
        &["--follows", "1"],
    );
    let receipt = "card_password_receipt/004/2026-11-02.2";
    assert_eq!(sent.expect(0).json()["duty"], receipt);
    let closed = duty(&sandbox, change);
    assert_eq!(
        (&closed["state"], &closed["artefact"]),
        (&"closed".into(), &"paper:2".into())
    );
    assert_eq!(waiting(&sandbox), [2]);
    // Another head may not open what is addressed to this one.
    let received = |by| {
        add(
            &sandbox,
            ["card_password_received", "004", by],
            &["handed_on=2026-11-02"],
            &["--follows", "2"],
        )
    };
    assert!(
        received("hu.head")
            .expect(77)
            .stderr
            .contains("(REGISTER-RIGHT)\n")
    );
    received("wu.head").expect(0);
    assert_eq!(duty(&sandbox, receipt)["state"], "closed");
    assert!(waiting(&sandbox).is_empty());
    // Once is enough.
    assert!(
        received("wu.head")
            .expect(65)
            .stderr
            .contains("(REGISTER-FOLLOWS)\n")
    );
    let entries = journal(&sandbox, NOW);
    let papers: Vec<_> = entries.iter().filter(|entry| entry.kind == "paper").collect();
    let references: Vec<&str> = papers.iter().map(|entry| entry.reference.as_str()).collect();
    assert_eq!(references, ["paper:1", "paper:2", "paper:3"]);
    // Cards are in use from now on: how they are used is reported in each half-year, and checked.
    let listed = mayfly(&sandbox, NOW, &["duty", "list", "--clause", "九(二)1"])
        .expect(0)
        .json();
    assert_eq!(listed["duties"].as_array().unwrap().len(), 1);
    assert_eq!(listed["duties"][0]["duty"], "card_use_report/004/2026-H2");
    let report = sandbox.file("use.pdf", b"cards");
    let report = report.to_str().unwrap();
    let told = add(
        &sandbox,
        ["card_use_report", "004", "xu.adm"],
        &[
            "from=2026-07-01",
            "to=2026-11-01",
            "cards=1",
            "anomalies=2",
            "locked=0",
        ],
        &["--file", report, "--duty", "card_use_report/004/2026-H2"],
    );
    let check = told.expect(0).json()["duty"].as_str().unwrap().to_owned();
    assert_eq!(
        duty(&sandbox, "card_use_report/004/2026-H2")["artefact"],
        "paper:4"
    );
    let traced = ["result=traced", "cause=連線測試"];
    add(
        &sandbox,
        ["card_use_checked", "004", "hu.head"],
        &traced,
        &["--follows", "4"],
    )
    .expect(0);
    assert_eq!(duty(&sandbox, &check)["state"], "closed");
}

/// 五(一)8: a querier with a card who leaves is followed by the request for another password.
#[test]
fn a_querier_with_a_card_who_leaves_is_followed_by_a_request() {
    let sandbox = staffed();
    let fields = ["unit_head=wu.head", "querier=chen.yl", "mail_no=RR-19"];
    add(&sandbox, ["card_password_sent", "004", "xu.adm"], &fields, &[]).expect(0);
    let hands = ["--as", "lu.adm", "--approved-by", "wu.head", "--reason", "離職"];
    for account in ["004/chen.yl", "004/lin.ch"] {
        let end = ["people", "end", account, "--on", "2026-11-02"];
        mayfly(&sandbox, NOW, &[&end[..], &hands].concat()).expect(0);
    }
    let id = "card_password_renewal/004/2026-11-02";
    assert_eq!(duty(&sandbox, id)["state"], "due");
    let asked = ["querier=huang.sm", "why=staff_change"];
    add(&sandbox, ["card_password_request", "004", "wu.head"], &asked, &[]).expect(0);
    let met = duty(&sandbox, id);
    assert_eq!(
        (&met["state"], &met["artefact"]),
        (&"closed".into(), &"paper:2".into())
    );
}

/// A letter to a head who has left is another's to take over.
#[test]
fn what_was_sent_to_one_who_left_is_taken_over() {
    let sandbox = staffed();
    let fields = ["unit_head=hu.head", "querier=chen.yl", "mail_no=RR-18"];
    add(&sandbox, ["card_password_sent", "004", "xu.adm"], &fields, &[]).expect(0);
    let end = [
        "people",
        "end",
        "004/hu.head",
        "--on",
        "2026-11-02",
        "--as",
        "lu.adm",
        "--approved-by",
        "wu.head",
    ];
    mayfly(&sandbox, NOW, &[&end[..], &["--reason", "離職"]].concat()).expect(0);
    let received = add(
        &sandbox,
        ["card_password_received", "004", "wu.head"],
        &["handed_on=2026-11-02"],
        &["--follows", "1"],
    );
    received.expect(0);
    assert!(waiting(&sandbox).is_empty());
}
