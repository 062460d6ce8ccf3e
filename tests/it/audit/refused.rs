//! Who may not, what is too early and what was done already: code, sentence, remedy, and nothing half-done. *Edge.*

use super::{CLOSED, VALUE, asked, audit, draw, freeze, name, run_rows};
use crate::{
    batch_file::BatchRow,
    support::{NOW, Sandbox},
    synthetic::journal,
};

#[test]
fn each_refusal_has_its_code_and_changes_nothing() {
    let sandbox = asked(12);
    let check = |at: &str, words: &[&str], exit: i32, code: &str| {
        let before = journal(&sandbox, at).len();
        let run = audit(&sandbox, at, words).expect(exit);
        assert!(run.stderr.contains(code), "{words:?}: {}", run.stderr);
        assert_eq!(
            run.stderr.lines().count(),
            2,
            "a sentence and a remedy: {}",
            run.stderr
        );
        assert_eq!(journal(&sandbox, at).len(), before, "{words:?}");
    };
    let by_hsu = |value: &'static str| ["draw", "004", "2026-11", "--as", "hsu.rv", "--value", value];
    let eve = "2026-12-01T00:59:59+08:00";
    check(NOW, &["freeze", "004", "2026-11"], 75, "SAMPLE-OPEN");
    check(NOW, &["freeze", "004", "2026-12"], 75, "SAMPLE-OPEN");
    check(eve, &["freeze", "004", "2026-11"], 75, "SAMPLE-OPEN");
    check(CLOSED, &["freeze", "999", "2026-11"], 65, "MEMBER-UNKNOWN");
    check(CLOSED, &["freeze", "004", "2026-13"], 65, "SAMPLE-MONTH");
    check(CLOSED, &["pace", "004", "2027-01"], 65, "SAMPLE-MONTH");
    // Months before the house was opened, and people whom nobody knows.
    for month in ["2015-01", "2026-10"] {
        check(CLOSED, &["freeze", "004", month], 65, "SAMPLE-MONTH");
    }
    for account in ["nobody", "schedule", "chou.q"] {
        let words = ["freeze", "004", "2026-11", "--as", account];
        check(CLOSED, &words, 77, "PEOPLE-ABSENT");
    }
    check(CLOSED, &["show", "004", "2025-01"], 65, "SAMPLE-UNKNOWN");
    check(CLOSED, &by_hsu(VALUE), 75, "SAMPLE-UNFROZEN");
    check(
        CLOSED,
        &["extend", "004", "2026-11", "11", "--as", "hsu.rv"],
        75,
        "SAMPLE-UNFROZEN",
    );
    freeze(&sandbox, CLOSED);

    let export = |folder| ["export", "004", "2026-11", folder, "--as", "hsu.rv"];
    check(CLOSED, &export("out"), 75, "SAMPLE-UNDRAWN");
    check(
        CLOSED,
        &["show", "004", "2026-11", "--as", "hsu.rv"],
        75,
        "SAMPLE-UNDRAWN",
    );
    check(
        CLOSED,
        &["extend", "004", "2026-11", "11", "--as", "hsu.rv"],
        75,
        "SAMPLE-UNDRAWN",
    );
    for value in [
        "",
        "abc",
        "5F0C1D2E3A4B59687A8B9CADBECFD0E1",
        "A123456789A123456789A123456789A1",
    ] {
        check(CLOSED, &by_hsu(value), 65, "SAMPLE-VALUE");
    }
    for account in ["chen.yl", "nobody"] {
        let words = ["draw", "004", "2026-11", "--as", account, "--value", VALUE];
        check(CLOSED, &words, 77, "SAMPLE-RIGHT");
    }
    // The unit head's own naming comes before the draw; what is said of it does not stand for it.
    let named_by = |head| [&by_hsu(VALUE)[..], &["--named-by", head]].concat();
    check(CLOSED, &by_hsu(VALUE), 77, "REVIEW-UNNAMED");
    check(CLOSED, &named_by("wu.head"), 77, "REVIEW-UNNAMED");
    let without = ["draw", "004", "2026-11", "--without-reviewer"];
    check("2026-12-10T23:59:59+08:00", &without, 75, "SAMPLE-EARLY");

    let later = "2026-12-11T00:00:00+08:00";
    // It is the bureau that draws then: nobody of the member, and nobody who is not there.
    for stranger in ["nobody", "chen.yl", "wu.head", "hsu.rv"] {
        let words = [&without[..], &["--as", stranger]].concat();
        check(later, &words, 77, "SAMPLE-RIGHT");
    }
    name(&sandbox, later, "hsu.rv").expect(0);
    for head in ["hsu.rv", "hu.head"] {
        check(later, &named_by(head), 77, "SAMPLE-NAMED");
    }
    audit(&sandbox, later, &named_by("wu.head")).expect(0);
    check(later, &by_hsu(VALUE), 65, "SAMPLE-DRAWN");
    check(later, &without, 65, "SAMPLE-DRAWN");
    for size in ["10", "9", "0", "13"] {
        check(
            later,
            &["extend", "004", "2026-11", size, "--as", "hsu.rv"],
            65,
            "SAMPLE-SIZE",
        );
    }
    check(
        later,
        &["extend", "004", "2026-11", "12", "--as", "chen.yl"],
        77,
        "SAMPLE-RIGHT",
    );
    check(
        later,
        &["show", "004", "2026-11", "--as", "chen.yl"],
        77,
        "SAMPLE-RIGHT",
    );
    let taken = sandbox.path("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::write(taken.join("x"), "x").unwrap();
    check(later, &export(taken.to_str().unwrap()), 65, "EXPORT-FOLDER");
    // The command line itself.
    for words in [
        &["draw", "004", "2026-11"][..],
        &[
            "draw",
            "004",
            "2026-11",
            "--value",
            VALUE,
            "--named-by",
            "wu.head",
            "--without-reviewer",
        ],
    ] {
        audit(&sandbox, later, words).expect(2);
    }
}

/// D8, by person: whoever queried or approved in the month does not review it, under whichever account.
#[test]
fn nobody_reviews_a_month_in_which_they_queried_or_approved() {
    let staff = "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person\n\
        004,own.q,甲,徵信專員,Y,,,2024-01-01,wu.head,,,P-1\n\
        004,own.r,甲,徵信專員,,,Y,2024-01-01,wu.head,,,P-1\n\
        004,own.a,乙,徵信科長,,Y,Y,2024-01-01,wu.head,,,P-2\n\
        004,free.r,丙,內部稽核,Y,Y,Y,2024-01-01,wu.head,,,P-3\n";
    let sandbox = Sandbox::with_master_data();
    let file = sandbox.file("staff.csv", staff);
    sandbox.at(NOW, ["staff", "import"], [file]).expect(0);
    let mut rows: Vec<BatchRow> = (1..=12).map(BatchRow::valid).collect();
    rows[5] = rows[5].clone().with("querier", "own.q");
    rows[7] = rows[7].clone().with("approver", "own.a");
    run_rows(&sandbox, NOW, "004-1151102-01.csv", &rows);
    freeze(&sandbox, CLOSED);
    let drawn_by = |account: &str| {
        let words = ["draw", "004", "2026-11", "--as", account, "--value", VALUE];
        audit(&sandbox, CLOSED, &words)
    };
    // The person who queried under one account and holds the review right under another; and an approver.
    for account in ["own.r", "own.a"] {
        let run = name(&sandbox, CLOSED, account).expect(77);
        assert!(run.stderr.contains("SAMPLE-OWN"), "{account}: {}", run.stderr);
        let run = drawn_by(account).expect(77);
        assert!(run.stderr.contains("REVIEW-UNNAMED"), "{account}: {}", run.stderr);
    }
    // Rights alone bar nobody.
    name(&sandbox, CLOSED, "free.r").expect(0);
    drawn_by("free.r").expect(0);
    let run = audit(&sandbox, CLOSED, &["show", "004", "2026-11", "--as", "own.r"]).expect(77);
    assert!(run.stderr.contains("SAMPLE-OWN"), "{}", run.stderr);
    audit(&sandbox, CLOSED, &["show", "004", "2026-11", "--as", "free.r"]).expect(0);
}

/// Whoever drew the sample sees its records and makes it larger as long as they may, and not a day longer.
#[test]
fn a_stop_holds_for_the_sample_s_own_reviewer_too() {
    let sandbox = asked(12);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let show = ["show", "004", "2026-11", "--as", "hsu.rv"];
    let extend = ["extend", "004", "2026-11", "11", "--as", "hsu.rv"];
    audit(&sandbox, CLOSED, &show).expect(0);
    let stop = ["person", "004/hsu.rv", "--reason", "left"];
    sandbox.at(CLOSED, ["stop", "add"], stop).expect(0);
    let before = journal(&sandbox, CLOSED).len();
    for words in [&show[..], &extend] {
        let run = audit(&sandbox, CLOSED, words).expect(77);
        assert!(run.stderr.contains("SAMPLE-RIGHT"), "{words:?}: {}", run.stderr);
    }
    assert_eq!(journal(&sandbox, CLOSED).len(), before);
}
