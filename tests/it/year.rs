//! A year of one member with 50 people, day by day, from which no duty is lost: sheets, samples, reviews, duties, leavers. *Edge.*
//!
//! `story` tells it: what happens on each day, told to the use-cases in this process, or to the binary where a command is the door;
//! `people` are who works there, and when; `acts` what they do. `book` judges: it counts every duty of the year by itself, from what
//! the clauses say and who was there, and holds what the product lists on *each* day against that.
//!
//! A failure: a duty that is not listed on a day on which it is there, one that is listed and is none, another last day, another state.

mod acts;
mod book;
mod people;
mod story;

use std::collections::BTreeMap;

use self::story::Story;

#[test]
fn a_year_of_fifty_people_ends_with_no_duty_lost() {
    let mut story = Story::begin();
    story.tell();

    let book = story.book();
    story.hold_against(&book);
    assert!(story.sheets_due_with_their_duties() >= 1_040);
    // What was left open on purpose is what is overdue at the end, and nothing else.
    assert_eq!(story.overdue_at_the_end(), story.left_open());
    // What never happened proves nothing.
    let counts = story.counts();
    for (what, least) in [
        ("queries", 1_500),
        ("weekly_sheet", 1_040),
        ("monthly_sample", 12),
        ("reconciliation", 11),
        ("finding_report", 4),
        ("verdicts", 110),
        ("leavers", 10),
        ("joiners", 10),
        ("late", 10),
        ("bureau draws", 1),
        ("staff_change_notice", 1),
        ("administrator_handover", 1),
        ("member_deletion", 10),
    ] {
        let count = counts.get(what).copied().unwrap_or(0);
        assert!(count >= least, "{count} {what}: {counts:?}");
    }
}

/// The control: a judge that was told otherwise sees it.
#[test]
fn the_judge_sees_what_is_lost_or_invented_or_moved() {
    let listed = |name: &str, due: &str, state: &'static str| (name.to_owned(), (due.to_owned(), state));
    let told: BTreeMap<_, _> = [
        listed("a", "2026-11-02", "open"),
        listed("b", "2026-11-02", "due"),
    ]
    .into();
    assert_eq!(book::differences(&told, &told), Vec::<String>::new());
    for (other, what) in [
        (vec![listed("a", "2026-11-02", "open")], "lost: b"),
        (
            vec![
                listed("a", "2026-11-02", "open"),
                listed("b", "2026-11-02", "due"),
                listed("c", "2026-11-02", "due"),
            ],
            "invented: c",
        ),
        (
            vec![
                listed("a", "2026-11-03", "open"),
                listed("b", "2026-11-02", "due"),
            ],
            "a is (\"2026-11-03\", \"open\") and not (\"2026-11-02\", \"open\")",
        ),
        (
            vec![
                listed("a", "2026-11-02", "closed"),
                listed("b", "2026-11-02", "due"),
            ],
            "a is (\"2026-11-02\", \"closed\") and not (\"2026-11-02\", \"open\")",
        ),
    ] {
        assert_eq!(book::differences(&told, &other.into_iter().collect()), [what]);
    }
}
