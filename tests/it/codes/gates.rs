//! Codes that close the gate for everybody: nothing is asked, the rows stay to be done, exit 75. *Edge.*

use std::fs;

use super::{Desk, Ran};
use crate::{
    batch_file::{BatchRow, batch_file},
    support::{NOW, Run},
};

/// The codes that are tried here.
pub(super) const CODES: [&str; 3] = ["GATE-PURGE", "GATE-CLOCK", "GATE-EXPIRED"];

#[test]
fn answers_that_should_be_gone_close_the_gate() {
    let desk = Desk::open();
    desk.configure("[sandbox]\nledger = \"ledger.txt\"");
    desk.run(&[BatchRow::valid(1)]).expect_answered();
    // The cohort of 10 o'clock ends at 11; it is due 72 h later, and 60 minutes may pass until it is destroyed.
    let fresh = |number| BatchRow::valid_on("2026-11-04", "2026-11-03", number);
    desk.run_for("004", &[fresh(2)], "2026-11-05T11:59:59.999999+08:00")
        .expect_answered();
    let ran = desk.run_for("004", &[fresh(3)], "2026-11-05T12:00:00+08:00");
    check_closed(&desk, &ran, "GATE-PURGE");
    desk.sandbox
        .at("2026-11-05T12:00:00+08:00", ["work"], ["--once"])
        .expect(75);
    assert_eq!(asked(&desk), 2, "something was asked through a closed gate");

    // Data comes in, and waits until the gate opens again: when what is due is gone.
    let file = desk
        .sandbox
        .file("004-1151105-09.csv", crate::batch_file::batch_file(&[fresh(4)]));
    desk.sandbox
        .at("2026-11-05T12:00:00+08:00", ["batch", "submit"], [file])
        .expect(0);
    desk.sandbox
        .at("2026-11-05T12:00:01+08:00", ["purge"], ["run"])
        .expect(0);
    desk.sandbox
        .at("2026-11-05T12:00:01+08:00", ["work"], ["--once"])
        .expect(0);
    for batch in [ran.batch.as_str(), "004-1151105-09"] {
        let shown = desk.show(batch);
        assert_eq!(
            (&shown["state"], &shown["refused"]),
            (&"settled".into(), &0.into()),
            "{shown}"
        );
    }
    assert_eq!(asked(&desk), 4);
}

#[test]
fn a_file_that_was_destroyed_before_it_was_worked_ends_refused_and_says_so() {
    let desk = Desk::open();
    let file = desk.sandbox.file(
        "004-1151102-08.csv",
        batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]),
    );
    desk.sandbox.at(NOW, ["batch", "submit"], [&file]).expect(0);
    desk.sandbox
        .at("2026-11-05T11:00:00+08:00", ["purge"], ["run"])
        .expect(0);
    desk.sandbox
        .at("2026-11-05T11:00:00+08:00", ["work"], ["--once"])
        .expect(0);
    let shown = desk.show("004-1151102-08");
    assert_eq!(
        (
            &shown["state"],
            &shown["refused"],
            &shown["codes"]["GATE-EXPIRED"]
        ),
        (&"settled".into(), &2.into(), &2.into()),
        "{shown}"
    );
}

#[test]
fn a_clock_behind_what_was_seen_closes_the_gate_and_the_reads() {
    const LATE: &str = "2099-01-02T10:00:00+08:00";
    let desk = Desk::open();
    desk.configure("[sandbox]\nledger = \"ledger.txt\"");
    let row = |number| BatchRow::valid_on("2099-01-01", "2098-12-31", number);
    desk.run_for("004", &[row(1)], LATE).expect_answered();
    let file = desk
        .sandbox
        .file("004-1880102-01.csv", crate::batch_file::batch_file(&[row(2)]));
    desk.sandbox.at(LATE, ["batch", "submit"], [&file]).expect(0);

    let by_real_time = |words: &[&str]| desk.sandbox.mayfly(words);
    let closed = |run: Run| {
        assert_eq!(run.code, 75, "{}", run.stderr);
        assert!(run.stderr.contains("(GATE-CLOCK)"), "{}", run.stderr);
    };
    closed(by_real_time(&["work", "--once"]));
    closed(by_real_time(&["batch", "run", file.to_str().unwrap()]));
    closed(by_real_time(&[
        "batch",
        "results",
        "004-1151102-01",
        "--as",
        "chen.yl",
    ]));
    // Nobody applies for an approval, gives or uses one; a stop is placed by any clock, and lifted by none that lies.
    let hold = [
        "purge", "hold", "add", "query", "--reason", "case 7", "--as", "he.cmp",
    ];
    closed(by_real_time(&hold));
    desk.sandbox.at(LATE, ["purge", "hold"], &hold[2..]).expect(75);
    closed(by_real_time(&["approval", "give", "1", "--as", "jin.cmp"]));
    by_real_time(&["stop", "add", "person", "004/hsu.rv", "--reason", "incident"]).expect(0);
    closed(by_real_time(&[
        "stop",
        "lift",
        "1",
        "--reason",
        "it is over",
        "--as",
        "he.cmp",
    ]));
    closed(by_real_time(&[
        "people",
        "end",
        "bureau/gu.op",
        "--on",
        "2099-02-01",
        "--reason",
        "left",
        "--as",
        "he.cmp",
    ]));
    assert_eq!(desk.show("004-1880102-01")["state"], "accepted");
    assert_eq!(asked(&desk), 1, "something was asked while the clock was behind");

    desk.sandbox
        .at("2099-01-02T10:00:01+08:00", ["work"], ["--once"])
        .expect(0);
    let shown = desk.show("004-1880102-01");
    assert_eq!(
        (&shown["state"], &shown["refused"]),
        (&"settled".into(), &0.into()),
        "{shown}"
    );
    assert_eq!(asked(&desk), 2);
}

fn check_closed(desk: &Desk, ran: &Ran, code: &str) {
    assert_eq!(ran.run.code, 75, "{}", ran.run.stderr);
    assert!(
        ran.run.stderr.contains(&format!("({code})\n")),
        "{}",
        ran.run.stderr
    );
    assert_eq!(ran.run.stdout, "");
    assert!(
        ran.rejects.is_none(),
        "a rejects file about rows that are not done"
    );
    let shown = desk.show(&ran.batch);
    assert_eq!(shown["state"], "accepted");
    for outcome in ["answered", "no_record", "refused", "failed", "unresolved"] {
        assert_eq!(shown[outcome], 0, "{shown}");
    }
}

fn asked(desk: &Desk) -> usize {
    let ledger = fs::read_to_string(desk.sandbox.data().join("ledger.txt")).unwrap();
    ledger.lines().count()
}
