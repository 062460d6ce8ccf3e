//! Each kind of reply, and what it does to a question. *Pure.*

use jiff::civil::date;
use mayfly_consent::SubjectId;

use super::*;
use crate::provider::{
    question::Item,
    reply::{ChangeCells, HeadCells},
};

const CHUNK: u64 = 0x7f3a_9c0d_5e1b_2a48;
const IDS: [&str; 3] = ["A123456789", "A100000001", "A200000003"];
const CHANGE: ChangeCells<'_> = ChangeCells {
    unit_no: "99000001A",
    unit_name: "蜉露工坊",
    code: "4",
    effective_date: "1150301",
    end_date: "",
    insured_salary: "30300",
    remark: "",
};

fn question(ordinal: u32) -> Question {
    Question::new(
        QueryId::new(CHUNK, ordinal),
        Item::parse("C0101").unwrap(),
        SubjectId::parse(IDS[ordinal as usize]).ok().unwrap(),
        SubjectName::parse("王小明").ok().unwrap(),
        date(1990, 1, 2),
    )
}

fn head(query_id: &str) -> HeadCells<'_> {
    HeadCells {
        query_id,
        subject_id: IDS[0],
        subject_name: "王小明",
        birth_date: "0790102",
    }
}

fn word(outcome: &AnswerOutcome) -> String {
    match outcome {
        AnswerOutcome::Answered(_) => "answered".into(),
        AnswerOutcome::NoRecord => "no_record".into(),
        AnswerOutcome::Failed(code) => format!("failed {}", code.as_str()),
        AnswerOutcome::Unresolved(code) => format!("unresolved {}", code.as_str()),
    }
}

const MINE: &str = "7f3a9c0d5e1b2a48-0000";
const NOTHING: Dropped = Dropped {
    extra_persons: 0,
    unlisted_fields: 0,
    duplicates: 0,
    wrong_person: 0,
};

/// Fills a reply to question 0 alone, whole unless `fill` says otherwise.
#[track_caller]
fn check(fill: impl FnOnce(&mut Reply), expected: &str, dropped: Dropped) {
    let mut reply = Reply::with_room_for(1);
    fill(&mut reply);
    reply.declare(reply.answer_count());
    let matched = match_reply(Visit::Ask, &[question(0)], reply, &AllowList::ALL);
    assert_eq!(matched.outcomes.len(), 1);
    assert_eq!(word(&matched.outcomes[0]), expected);
    assert_eq!(matched.dropped, dropped);
}

fn answer(reply: &mut Reply, head: HeadCells<'_>, changes: &[ChangeCells<'_>]) {
    reply.answer(head, Finding::Record);
    changes.iter().for_each(|change| reply.change(*change));
}

#[test]
fn the_person_asked_about_is_answered() {
    check(|reply| answer(reply, head(MINE), &[CHANGE]), "answered", NOTHING);
    check(
        |reply| reply.answer(head(MINE), Finding::NoRecord),
        "no_record",
        NOTHING,
    );
    check(
        |reply| reply.answer(head(MINE), Finding::Refused),
        "failed PRV-REFUSED",
        NOTHING,
    );
    let iso = HeadCells {
        birth_date: "1990-01-02",
        ..head(MINE)
    };
    check(|reply| answer(reply, iso, &[CHANGE]), "answered", NOTHING);
}

#[test]
fn another_person_under_our_query_id_is_a_mismatch() {
    let dropped = Dropped {
        wrong_person: 1,
        ..NOTHING
    };
    let other_id = HeadCells {
        subject_id: IDS[1],
        ..head(MINE)
    };
    let other_birth = HeadCells {
        birth_date: "0790103",
        ..head(MINE)
    };
    check(
        |reply| answer(reply, other_id, &[CHANGE]),
        "failed PRV-MISMATCH",
        dropped,
    );
    check(
        |reply| answer(reply, other_birth, &[CHANGE]),
        "failed PRV-MISMATCH",
        dropped,
    );
    check(
        |reply| reply.answer(other_id, Finding::NoRecord),
        "failed PRV-MISMATCH",
        dropped,
    );
    check(
        |reply| reply.answer(other_id, Finding::Refused),
        "failed PRV-MISMATCH",
        dropped,
    );
}

#[test]
fn what_cannot_be_read_is_an_integrity_failure() {
    let fails = |fill: fn(&mut Reply)| check(fill, "failed PRV-INTEGRITY", NOTHING);
    fails(|reply| {
        answer(
            reply,
            head(MINE),
            &[
                CHANGE,
                ChangeCells {
                    insured_salary: "many",
                    ..CHANGE
                },
            ],
        )
    });
    fails(|reply| {
        answer(
            reply,
            head(MINE),
            &[ChangeCells {
                remark: "a\r\nb",
                ..CHANGE
            }],
        )
    });
    fails(|reply| {
        answer(
            reply,
            HeadCells {
                birth_date: "long ago",
                ..head(MINE)
            },
            &[CHANGE],
        )
    });
    fails(|reply| {
        answer(
            reply,
            HeadCells {
                subject_name: "王\n",
                ..head(MINE)
            },
            &[CHANGE],
        )
    });
    fails(|reply| answer(reply, head(MINE), &[]));
    fails(|reply| {
        reply.answer(head(MINE), Finding::NoRecord);
        reply.change(CHANGE);
    });
}

#[test]
fn duplicates_count_once_or_spoil_each_other() {
    let twice = |second: ChangeCells<'static>| {
        move |reply: &mut Reply| {
            answer(reply, head(MINE), &[CHANGE]);
            answer(reply, head(MINE), &[second]);
        }
    };
    check(
        twice(CHANGE),
        "answered",
        Dropped {
            duplicates: 1,
            ..NOTHING
        },
    );
    check(
        twice(ChangeCells {
            insured_salary: "45800",
            ..CHANGE
        }),
        "failed PRV-INTEGRITY",
        NOTHING,
    );
    let thrice = |reply: &mut Reply| {
        twice(ChangeCells {
            remark: "F",
            ..CHANGE
        })(reply);
        answer(reply, head(MINE), &[CHANGE]);
    };
    check(thrice, "failed PRV-INTEGRITY", NOTHING);
}

#[test]
fn what_nobody_asked_for_is_dropped_and_counted() {
    let extra = |id: &'static str| {
        move |reply: &mut Reply| {
            answer(
                reply,
                HeadCells {
                    subject_id: IDS[2],
                    ..head(id)
                },
                &[CHANGE],
            );
            answer(reply, head(MINE), &[CHANGE]);
        }
    };
    let dropped = Dropped {
        extra_persons: 1,
        ..NOTHING
    };
    check(extra("7f3a9c0d5e1b2a48-0001"), "answered", dropped);
    check(extra("0000000000000001-0000"), "answered", dropped);
    check(extra("garbage"), "answered", dropped);
    check(extra(""), "answered", dropped);
    let fields = |reply: &mut Reply| {
        answer(reply, head(MINE), &[CHANGE]);
        reply.unlisted_field();
        reply.unlisted_field();
    };
    check(
        fields,
        "answered",
        Dropped {
            unlisted_fields: 2,
            ..NOTHING
        },
    );
}

#[test]
fn silence_is_told_apart_by_whether_the_question_left() {
    let id = QueryId::new(CHUNK, 0);
    check(|_| {}, "unresolved PRV-UNKNOWN", NOTHING);
    check(
        |reply| reply.silence(id, Departure::Before),
        "failed PRV-TIMEOUT",
        NOTHING,
    );
    check(
        |reply| reply.silence(id, Departure::After),
        "unresolved PRV-TIMEOUT",
        NOTHING,
    );
    let mut recalled = Reply::with_room_for(1);
    recalled.silence(id, Departure::Before);
    let matched = match_reply(Visit::Recall, &[question(0)], recalled, &AllowList::ALL);
    assert_eq!(
        word(&matched.outcomes[0]),
        "unresolved PRV-TIMEOUT",
        "it may have left when it was asked"
    );
    let late_but_here = |reply: &mut Reply| {
        reply.silence(id, Departure::After);
        answer(reply, head(MINE), &[CHANGE]);
    };
    check(late_but_here, "answered", NOTHING);
}

#[test]
fn a_truncated_reply_settles_nothing_that_left() {
    for declared in [0, 1, 3] {
        let mut reply = Reply::with_room_for(3);
        answer(&mut reply, head(MINE), &[CHANGE]);
        answer(
            &mut reply,
            HeadCells {
                subject_id: IDS[1],
                ..head("7f3a9c0d5e1b2a48-0001")
            },
            &[CHANGE],
        );
        reply.silence(QueryId::new(CHUNK, 2), Departure::Before);
        reply.declare(declared);
        let questions = [question(0), question(1), question(2)];
        let matched = match_reply(Visit::Ask, &questions, reply, &AllowList::ALL);
        let words: Vec<_> = matched.outcomes.iter().map(word).collect();
        let unknown = "unresolved PRV-INTEGRITY";
        assert_eq!(words, [unknown, unknown, "failed PRV-TIMEOUT"]);
    }
}

#[test]
fn order_and_gaps_do_not_confuse_the_match() {
    let questions = [question(2), question(0)];
    let mut reply = Reply::with_room_for(2);
    reply.answer(head(MINE), Finding::NoRecord);
    let mut third = head("7f3a9c0d5e1b2a48-0002");
    third.subject_id = IDS[2];
    answer(&mut reply, third, &[CHANGE]);
    reply.declare(2);
    let matched = match_reply(Visit::Ask, &questions, reply, &AllowList::ALL);
    assert_eq!(
        matched.outcomes.iter().map(word).collect::<Vec<_>>(),
        ["answered", "no_record"]
    );
}

#[test]
fn a_field_that_is_not_granted_is_not_kept() {
    let allowed = AllowList::parse(["unit_no", "change", "effective_date"]).unwrap();
    let mut reply = Reply::with_room_for(1);
    answer(
        &mut reply,
        head(MINE),
        &[ChangeCells {
            remark: "部分工時",
            ..CHANGE
        }],
    );
    reply.declare(1);
    let matched = match_reply(Visit::Ask, &[question(0)], reply, &allowed);
    let AnswerOutcome::Answered(lines) = &matched.outcomes[0] else {
        panic!("not answered")
    };
    let mut out = Vec::new();
    lines.write_lines(&mut out, "c", "r", Item::parse("C0101").unwrap());
    let line = String::from_utf8(out).unwrap();
    assert_eq!(
        line,
        "c,r,C0101,A123456789,王小明,1990-01-02,99000001A,,enrol,2026-03-01,,,,\r\n"
    );
    assert_eq!(
        matched.dropped,
        Dropped {
            unlisted_fields: 3,
            ..NOTHING
        }
    );
}

#[test]
fn names_are_compared_with_wildcards_and_only_counted() {
    #[track_caller]
    fn check(ours: &str, theirs: &str, expected: bool) {
        let ours_read = SubjectName::parse(ours).ok().unwrap();
        assert_eq!(names_agree(&ours_read, theirs), expected, "{ours} {theirs}");
    }
    check("王〇堃", "王〇＊", true);
    check("陳鴻𠮷", "陳鴻□", true);
    check("陳鴻𠮷", "陳鴻\u{e001}　", true);
    check("許功蓋", "許功蓋", true);
    check("許功蓋", "許功", false);
    check("許功蓋", "王＊＊", false);
    check("許功蓋", "", false);

    let mut reply = Reply::with_room_for(1);
    answer(
        &mut reply,
        HeadCells {
            subject_name: "陳鴻吉",
            ..head(MINE)
        },
        &[CHANGE],
    );
    reply.declare(1);
    let matched = match_reply(Visit::Ask, &[question(0)], reply, &AllowList::ALL);
    assert_eq!(
        (word(&matched.outcomes[0]).as_str(), matched.other_names),
        ("answered", 1)
    );
}
