//! Months pass: what the schedule does by itself, what midnight divides, and the end of the years. *Edge.*

use serde_json::Value;

use super::{CLOSED, ask, asked, audit, draw, export, freeze, verify};
use crate::{
    batch_file::BatchRow,
    support::{NOW, Sandbox, pause},
    synthetic::journal,
    worker::start,
};

#[test]
fn the_schedule_commits_freezes_and_draws_what_is_overdue() {
    let sandbox = asked(12);
    let serve = |at: &str| {
        sandbox.mayfly(["--at", at, "serve", "--once"]).expect(0);
        let listed = audit(&sandbox, at, &["list"]).expect(0).json();
        let states = listed.as_array().unwrap().iter().map(|sample| {
            let word = |key: &str| sample[key].as_str().unwrap().to_owned();
            format!("{} {} {}", word("month"), word("member"), word("state"))
        });
        states.collect::<Vec<_>>()
    };
    let november = |state_004: &str, state_012: &str| {
        vec![
            format!("2026-11 004 {state_004}"),
            format!("2026-11 012 {state_012}"),
        ]
    };
    let with_december = |november: Vec<String>| {
        let december = [
            "2026-12 004 committed".to_owned(),
            "2026-12 012 committed".to_owned(),
        ];
        [december.to_vec(), november].concat()
    };
    assert_eq!(serve(NOW), november("committed", "committed"));
    assert_eq!(
        serve("2026-11-30T23:59:59+08:00"),
        november("committed", "committed")
    );
    assert_eq!(
        serve("2026-12-01T00:59:59+08:00"),
        with_december(november("committed", "committed"))
    );
    assert_eq!(serve(CLOSED), with_december(november("frozen", "frozen")));
    let entries = journal(&sandbox, CLOSED).len();
    // A reviewer has the whole of the 10th; a second round does nothing.
    let tenth = "2026-12-10T23:59:59+08:00";
    assert_eq!(serve(tenth), with_december(november("frozen", "frozen")));
    let acts = |at: &str| {
        let acts = journal(&sandbox, at)
            .into_iter()
            .filter(|entry| entry.kind == "sample");
        acts.map(|entry| entry.reference).collect::<Vec<_>>()
    };
    assert!(entries > 0 && acts(tenth).len() == 6, "{:?}", acts(tenth));
    let eleventh = "2026-12-11T00:00:00+08:00";
    // 012 asked nothing: nobody waits for its draw.
    assert_eq!(serve(eleventh), with_december(november("drawn", "frozen")));
    assert_eq!(acts(eleventh)[6..], ["announce:2026-11", "draw:2026-11"]);
    let shown = audit(&sandbox, eleventh, &["show", "004", "2026-11"])
        .expect(0)
        .json();
    assert_eq!(
        (&shown["overdue"], &shown["reviewer"]),
        (&true.into(), &Value::Null)
    );

    let (folder, key) = export(&sandbox, eleventh, "sample");
    let verified = verify(&folder, &key).expect(0).json();
    let remarks = verified["remarks"].to_string();
    assert!(remarks.contains("no reviewer drew in time"), "{verified}");
    // A reviewer who comes too late reviews what was drawn.
    let run = draw(&sandbox, eleventh, super::VALUE).expect(65);
    assert!(run.stderr.contains("SAMPLE-DRAWN"), "{}", run.stderr);
    assert_eq!(super::items(&sandbox, eleventh).len(), 10);
}

/// The bureau itself may draw once the 10th is over, by command.
#[test]
fn after_the_tenth_the_bureau_may_draw_with_the_next_checkpoint() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    let after = "2026-12-11T00:00:00+08:00";
    let words = ["draw", "004", "2026-11", "--without-reviewer"];
    let drawn = audit(&sandbox, after, &words).expect(0).json();
    assert_eq!(
        (&drawn["state"], &drawn["overdue"]),
        (&"drawn".into(), &true.into())
    );
    let (folder, key) = export(&sandbox, after, "sample");
    verify(&folder, &key).expect(0);
}

/// Nobody kept the commitments: the month is drawn from all the same, and it is told that the commitment came late.
#[test]
fn a_commitment_that_came_late_is_told() {
    let sandbox = Sandbox::with_master_data();
    ask(&sandbox, NOW, "004-1151102-01.csv", 1..=11);
    sandbox.mayfly(["--at", CLOSED, "serve", "--once"]).expect(0);
    let shown = audit(&sandbox, CLOSED, &["show", "004", "2026-11"])
        .expect(0)
        .json();
    assert_eq!(
        (&shown["state"], &shown["committed_late"]),
        (&"frozen".into(), &true.into())
    );
    draw(&sandbox, CLOSED, super::VALUE).expect(0);
    let (folder, key) = export(&sandbox, CLOSED, "sample");
    let verified = verify(&folder, &key).expect(0).json();
    assert!(
        verified["remarks"].to_string().contains("after the month's end"),
        "{verified}"
    );
}

/// A month begins and ends at midnight in Taipei, to the microsecond of the journal.
#[test]
fn midnight_in_taipei_divides_the_months() {
    let sandbox = asked(2);
    let row = |number| BatchRow::valid_on("2026-11-29", "2026-11-28", number);
    for (at, name, number) in [
        ("2026-11-30T23:59:59.999999+08:00", "004-1151130-01.csv", 8),
        ("2026-12-01T00:00:00+08:00", "004-1151201-01.csv", 9),
    ] {
        // The gate is open only where the answers of earlier days are gone.
        sandbox.at(at, ["purge"], ["run"]);
        super::run_rows(&sandbox, at, name, &[row(number)]);
    }
    assert_eq!(freeze(&sandbox, CLOSED)["population"], 3);
    let january = "2027-01-01T01:00:00+08:00";
    let december = audit(&sandbox, january, &["freeze", "004", "2026-12"])
        .expect(0)
        .json();
    assert_eq!(december["population"], 1);
    // Nobody had committed to a value in December.
    assert_eq!(december["committed_late"], true);
}

/// A sample is kept for five years from its last act.
#[test]
fn a_sample_ends_after_five_years() {
    let sandbox = asked(3);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, super::VALUE).expect(0);
    let samples = |at: &str| {
        sandbox.at(at, ["purge"], ["run"]);
        let listed = audit(&sandbox, at, &["list"]).expect(0).json();
        let november = listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|sample| sample["member"] == "004");
        november.count()
    };
    assert_eq!(samples("2031-12-01T23:59:59+08:00"), 1);
    assert_eq!(samples("2031-12-02T00:00:00+08:00"), 0);
}

/// Killed wherever it is, a draw without a reviewer is finished by the next attempt: one announcement, one draw.
#[test]
fn a_draw_without_a_reviewer_that_was_killed_is_finished_by_the_next() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    let after = "2026-12-11T00:00:00+08:00";
    for round in 0..12 {
        let trial = sandbox.copy();
        let words = ["audit", "draw", "004", "2026-11", "--without-reviewer"];
        let mut killed = start(&trial, after, words);
        pause(0.004 * f64::from(round));
        killed.kill().unwrap();
        killed.wait().unwrap();
        // Drawn before it died, or drawn now.
        let again = audit(&trial, after, &words[1..]);
        assert!(
            again.code == 0 || again.stderr.contains("SAMPLE-DRAWN"),
            "{}",
            again.stderr
        );
        let acts = journal(&trial, after);
        let count = |act: &str| {
            acts.iter()
                .filter(|entry| entry.reference == format!("{act}:2026-11"))
                .count()
        };
        assert_eq!((count("announce"), count("draw")), (1, 1), "round {round}");
        let (folder, key) = export(&trial, after, "sample");
        verify(&folder, &key).expect(0);
    }
}
