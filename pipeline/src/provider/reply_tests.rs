//! A reply reads back as written, and its limits spoil no more than they must. *Pure.*

use super::*;

const HEAD: HeadCells<'_> = HeadCells {
    query_id: "q",
    subject_id: "A123456789",
    subject_name: "王〇堃",
    birth_date: "0790101",
};
const CHANGE: ChangeCells<'_> = ChangeCells {
    unit_no: "99000001A",
    unit_name: "蜉露工坊",
    code: "4",
    effective_date: "1110301",
    end_date: "",
    insured_salary: "30300",
    remark: "",
};

#[test]
fn cells_read_back_as_written() {
    let mut reply = Reply::with_room_for(0);
    reply.answer(HEAD, Finding::Record);
    reply.change(CHANGE);
    reply.change(ChangeCells {
        code: "2",
        end_date: "1120630",
        ..CHANGE
    });
    reply.answer(
        HeadCells {
            query_id: "r",
            ..HEAD
        },
        Finding::NoRecord,
    );
    let views: Vec<_> = reply.answers().collect();
    assert_eq!(views[0].head().subject_name, "王〇堃");
    let codes: Vec<_> = views[0]
        .changes()
        .map(|change| (change.code, change.end_date, change.remark))
        .collect();
    assert_eq!(codes, [("4", "", ""), ("2", "1120630", "")]);
    assert_eq!((views[1].head().query_id, views[1].changes().count()), ("r", 0));
    assert!(!reply.is_whole());
    reply.declare(2);
    assert!(reply.is_whole());
}

#[test]
fn what_breaks_a_limit_marks_its_answer_only() {
    #[track_caller]
    fn check(fill: impl FnOnce(&mut Reply), malformed: bool) {
        let mut reply = Reply::with_room_for(1);
        reply.answer(HEAD, Finding::Record);
        fill(&mut reply);
        reply.answer(HEAD, Finding::NoRecord);
        let marks: Vec<_> = reply.answers().map(|answer| answer.is_malformed()).collect();
        assert_eq!(marks, [malformed, false]);
    }
    let fits = "x".repeat(MAX_CELL_BYTES);
    let long = "x".repeat(MAX_CELL_BYTES + 1);
    check(
        |reply| {
            reply.change(ChangeCells {
                remark: &fits,
                ..CHANGE
            })
        },
        false,
    );
    check(
        |reply| {
            reply.change(ChangeCells {
                remark: &long,
                ..CHANGE
            })
        },
        true,
    );
    check(
        |reply| {
            reply.change(ChangeCells {
                remark: "a\nb",
                ..CHANGE
            })
        },
        true,
    );
    check(|reply| (0..MAX_CHANGES).for_each(|_| reply.change(CHANGE)), false);
    check(|reply| (0..=MAX_CHANGES).for_each(|_| reply.change(CHANGE)), true);
}

#[test]
fn identical_means_every_cell() {
    let mut reply = Reply::with_room_for(3);
    for remark in ["", "", "F"] {
        reply.answer(HEAD, Finding::Record);
        reply.change(ChangeCells { remark, ..CHANGE });
    }
    let views: Vec<_> = reply.answers().collect();
    assert!(views[0].is_identical(&views[1]));
    assert!(!views[0].is_identical(&views[2]));
}
