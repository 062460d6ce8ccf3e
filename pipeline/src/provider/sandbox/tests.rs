//! The sandbox through the provider's door: the same each time, and each fault with its outcome. *Edge.*

use jiff::civil::date;
use mayfly_consent::SubjectName;
use proptest::prelude::*;

use super::*;
use crate::provider::{ANSWERS_HEADER, AllowList, AnswerOutcome, Item, Matched, match_reply};

const CHUNK: u64 = 0x7f3a_9c0d_5e1b_2a48;

fn at() -> Timestamp {
    "2026-11-20T18:30:00Z".parse().unwrap()
}

fn questions(count: u32, seed: u64) -> Vec<Question> {
    (0..count)
        .map(|ordinal| {
            let mut dice = Dice::new(seed ^ u64::from(ordinal));
            Question::new(
                QueryId::new(CHUNK, ordinal),
                Item::parse("C0101").unwrap(),
                SubjectId::invent(IdKind::National, dice.next()),
                SubjectName::parse("許功蓋").ok().unwrap(),
                date(
                    1955 + dice.below(50) as i16,
                    1 + dice.below(12) as i8,
                    1 + dice.below(28) as i8,
                ),
            )
        })
        .collect()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn ask(faults: Faults, visit: Visit, questions: &[Question]) -> Matched {
    let link = Sandbox::new(7, faults, None);
    let reply = match visit {
        Visit::Ask => wait(link.ask(questions, at())),
        Visit::Recall => wait(link.recall(questions, at())),
    };
    match_reply(visit, questions, reply.unwrap(), &AllowList::ALL)
}

/// The outcomes, told as text; answered ones with their lines.
fn told(matched: &Matched) -> Vec<String> {
    let tell = |outcome: &AnswerOutcome| match outcome {
        AnswerOutcome::Answered(lines) => {
            let mut out = Vec::new();
            lines.write_lines(&mut out, "c", "r", Item::parse("C0101").unwrap());
            String::from_utf8(out).unwrap()
        }
        AnswerOutcome::NoRecord => "no_record".into(),
        AnswerOutcome::Failed(code) => format!("failed {}", code.as_str()),
        AnswerOutcome::Unresolved(code) => format!("unresolved {}", code.as_str()),
    };
    matched.outcomes.iter().map(tell).collect()
}

#[test]
fn the_same_seed_gives_the_same_answers() {
    let questions = questions(300, 1);
    let first = told(&ask(Faults::default(), Visit::Ask, &questions));
    assert_eq!(first, told(&ask(Faults::default(), Visit::Recall, &questions)));
    let other = Sandbox::new(8, Faults::default(), None);
    let reply = wait(other.ask(&questions, at())).unwrap();
    assert_ne!(
        first,
        told(&match_reply(Visit::Ask, &questions, reply, &AllowList::ALL))
    );
}

#[test]
fn answers_read_as_the_published_columns() {
    let matched = ask(Faults::default(), Visit::Ask, &questions(2000, 1));
    assert!(matched.dropped.is_nothing() && matched.other_names == 0);
    let text = ANSWERS_HEADER.to_owned() + &told(&matched).concat().replace("no_record", "");
    let mut flags = std::collections::BTreeSet::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.unwrap();
        assert_eq!((record.len(), &record[2], &record[4]), (14, "C0101", "許功蓋"));
        assert!(["enrol", "withdraw", "adjust", "transfer", "renew"].contains(&&record[8]));
        flags.extend(record[13].split(';').map(str::to_owned));
    }
    let all = [
        "",
        "arrears",
        "below_minimum",
        "off_grade",
        "open_units>1",
        "part_time",
        "union",
    ];
    assert_eq!(flags.iter().collect::<Vec<_>>(), all);
}

#[test]
fn each_fault_has_its_outcome() {
    #[track_caller]
    fn check(faults: Faults, asked: &str, recalled: &str) {
        let questions = questions(40, 3);
        for (visit, expected) in [(Visit::Ask, asked), (Visit::Recall, recalled)] {
            let matched = ask(faults.clone(), visit, &questions);
            for outcome in told(&matched) {
                let settled = outcome.starts_with("c,r,") || outcome == "no_record";
                assert!(
                    if expected == "settled" {
                        settled
                    } else {
                        outcome == expected
                    },
                    "{outcome}"
                );
            }
        }
    }
    let none = Faults::default;
    check(none(), "settled", "settled");
    check(
        Faults {
            truncated: 1000,
            ..none()
        },
        "unresolved PRV-INTEGRITY",
        "settled",
    );
    check(
        Faults {
            timeout_before: 1000,
            ..none()
        },
        "failed PRV-TIMEOUT",
        "unresolved PRV-TIMEOUT",
    );
    check(
        Faults {
            timeout_after: 1000,
            ..none()
        },
        "unresolved PRV-TIMEOUT",
        "unresolved PRV-TIMEOUT",
    );
    check(
        Faults { late: 1000, ..none() },
        "unresolved PRV-TIMEOUT",
        "settled",
    );
    check(
        Faults {
            partial: 1000,
            ..none()
        },
        "unresolved PRV-UNKNOWN",
        "settled",
    );
    check(
        Faults {
            refused: 1000,
            ..none()
        },
        "failed PRV-REFUSED",
        "failed PRV-REFUSED",
    );
    check(
        Faults {
            wrong_person: 1000,
            ..none()
        },
        "failed PRV-MISMATCH",
        "failed PRV-MISMATCH",
    );
    check(
        Faults {
            bad_cell: 1000,
            ..none()
        },
        "failed PRV-INTEGRITY",
        "failed PRV-INTEGRITY",
    );
    check(
        Faults {
            differing: 1000,
            ..none()
        },
        "failed PRV-INTEGRITY",
        "failed PRV-INTEGRITY",
    );
    check(
        Faults {
            duplicate: 1000,
            ..none()
        },
        "settled",
        "settled",
    );
    check(
        Faults {
            extra_person: 1000,
            ..none()
        },
        "settled",
        "settled",
    );
    check(
        Faults {
            unlisted_fields: 1000,
            ..none()
        },
        "settled",
        "settled",
    );
}

#[test]
fn what_comes_on_top_is_dropped_and_counted() {
    let all = Faults {
        duplicate: 1000,
        extra_person: 1000,
        unlisted_fields: 1000,
        ..Faults::default()
    };
    let questions = questions(40, 3);
    let plain = ask(Faults::default(), Visit::Ask, &questions);
    let matched = ask(all, Visit::Ask, &questions);
    assert_eq!(told(&matched), told(&plain));
    let dropped = matched.dropped;
    assert_eq!(
        (dropped.duplicates, dropped.extra_persons, dropped.unlisted_fields),
        (40, 40, 80)
    );
}

#[test]
fn a_broken_link_says_whether_anything_left() {
    let questions = questions(3, 3);
    let check = |faults: Faults, error: AskError| {
        let sandbox = Sandbox::new(7, faults, None);
        assert!(wait(sandbox.ask(&questions, at())).err() == Some(error));
        assert!(wait(sandbox.recall(&questions, at())).is_ok());
    };
    check(
        Faults {
            unreachable: 1000,
            ..Faults::default()
        },
        AskError::Unreachable,
    );
    check(
        Faults {
            lost: 1000,
            ..Faults::default()
        },
        AskError::Lost,
    );
    let says = |error: AskError, visit| match error.outcome(visit) {
        AnswerOutcome::Failed(code) => format!("failed {}", code.as_str()),
        AnswerOutcome::Unresolved(code) => format!("unresolved {}", code.as_str()),
        AnswerOutcome::Answered(_) | AnswerOutcome::NoRecord => "settled".into(),
    };
    assert_eq!(says(AskError::Unreachable, Visit::Ask), "failed PRV-TIMEOUT");
    assert_eq!(
        says(AskError::Unreachable, Visit::Recall),
        "unresolved PRV-TIMEOUT"
    );
    assert_eq!(says(AskError::Lost, Visit::Ask), "unresolved PRV-TIMEOUT");
}

#[test]
fn names_come_back_as_big5_would_have_them_and_do_not_decide() {
    let mut question = questions(1, 3);
    question[0].subject_name = SubjectName::parse("陳鴻𠮷").ok().unwrap();
    let matched = ask(Faults::default(), Visit::Ask, &question);
    assert!(told(&matched)[0].contains(",陳鴻＊,"));
    assert_eq!(matched.other_names, 0);
}

#[test]
fn the_ledger_holds_what_left_and_nothing_personal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let questions = questions(50, 3);
    let faults = Faults {
        timeout_before: 400,
        late: 400,
        ..Faults::default()
    };
    let sandbox = Sandbox::new(7, faults, Some(path.clone()));
    let reply = wait(sandbox.ask(&questions, at())).unwrap();
    let matched = match_reply(Visit::Ask, &questions, reply, &AllowList::ALL);
    let left: Vec<String> = told(&matched)
        .iter()
        .zip(&questions)
        .filter(|(outcome, _)| *outcome != "failed PRV-TIMEOUT")
        .map(|(_, question)| format!("ask {}", question.query_id()))
        .collect();
    assert!((1..50).contains(&left.len()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), left.join("\n") + "\n");
    let recalling = Sandbox::new(7, Faults::default(), Some(path.clone()));
    wait(recalling.recall(&questions[17..18], at())).unwrap();
    let grown = left.join("\n") + "\nrecall 7f3a9c0d5e1b2a48-0017\n";
    assert_eq!(std::fs::read_to_string(&path).unwrap(), grown);
    // Somebody was killed in the midst of a line: the next begins a line of its own.
    std::fs::write(&path, "ask 7f3a9c0d5e1b2a48-0017\nas").unwrap();
    wait(recalling.recall(&questions[17..18], at())).unwrap();
    let mended = "ask 7f3a9c0d5e1b2a48-0017\nas\nrecall 7f3a9c0d5e1b2a48-0017\n";
    assert_eq!(std::fs::read_to_string(&path).unwrap(), mended);
    let nowhere = Sandbox::new(7, Faults::default(), Some(folder.path().join("no/ledger")));
    assert!(wait(nowhere.ask(&questions, at())).err() == Some(AskError::Ledger));
}

proptest! {
    #[test]
    fn nobody_but_the_person_asked_about_is_ever_answered(seed: u64, rates in proptest::array::uniform13(0_u16..400)) {
        let [truncated, timeout_before, timeout_after, late, partial, refused, wrong_person, bad_cell, duplicate,
            differing, extra_person, unlisted_fields, lost] = rates;
        let faults = Faults { unreachable: 0, lost, truncated, timeout_before, timeout_after, late, partial, refused,
            wrong_person, bad_cell, duplicate, differing, extra_person, unlisted_fields };
        let questions = questions(60, seed);
        let sandbox = Sandbox::new(seed, faults, None);
        let Ok(reply) = wait(sandbox.ask(&questions, at())) else { return Ok(()) };
        let matched = match_reply(Visit::Ask, &questions, reply, &AllowList::ALL);
        prop_assert_eq!(matched.outcomes.len(), questions.len());
        for (outcome, question) in told(&matched).iter().zip(&questions) {
            let born = question.birth_date;
            let whose = format!("c,r,C0101,{},許功蓋,{born},", question.subject_id.expose());
            for line in outcome.lines().filter(|line| line.starts_with("c,")) {
                prop_assert!(line.starts_with(&whose));
            }
        }
    }
}
