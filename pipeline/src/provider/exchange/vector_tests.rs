//! The exchange files of `fixtures/vectors/exchange`, which another program wrote from the specification alone. *Edge.*

use jiff::{Timestamp, civil::date};
use mayfly_consent::{SubjectId, SubjectName};

use super::{
    super::{
        allowed::AllowList,
        matching::{AnswerOutcome, match_reply},
        question::{Item, QueryId, Question},
        reply::Finding,
    },
    *,
};
use crate::provider::Visit;

/// The request of the vectors: `fixtures/vectors/README.md` has the script that wrote them.
pub(super) fn header(number: u8) -> Header {
    Header {
        member: *b"004",
        made_at: "2026-11-02T02:00:00Z".parse::<Timestamp>().unwrap(),
        tag: TAG,
        trial: true,
        number,
        token: *b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
    }
}

/// The persons of the vectors.
pub(super) fn questions() -> Vec<Question> {
    let persons = [
        ("A123456789", date(1985, 5, 5), "許功蓋".to_owned()),
        ("B223456782", date(2000, 2, 29), "王〇堃".to_owned()),
        ("F131232216", date(1906, 11, 2), "陳鴻𠮷".to_owned()),
        (
            "A800000014",
            date(2001, 12, 31),
            format!("J{}", "亞歷山大·".repeat(5)),
        ),
    ];
    let question = |(place, (id, birth_date, name)): (u32, (&str, _, String))| {
        Question::new(
            QueryId::new(TAG, place),
            Item::parse("C0101").unwrap(),
            SubjectId::parse(id).ok().unwrap(),
            SubjectName::parse(&name).ok().unwrap(),
            birth_date,
        )
    };
    (0..).zip(persons).map(question).collect()
}

/// What our request expects of its first reply.
pub(super) fn expected() -> Expected {
    Expected {
        name: ReplyName {
            member: *b"004",
            tag: TAG,
            number: 1,
        },
        trial: true,
        token: header(0).token,
    }
}

#[test]
fn a_request_is_written_byte_for_byte() {
    assert!(*write_request(&header(0), &questions()) == REQUEST);
    let (read, persons) = request::read_request(REQUEST).unwrap();
    assert!(read == header(0));
    assert_eq!(
        persons
            .iter()
            .map(|person| person.subject_name.expose().to_owned())
            .collect::<Vec<_>>(),
        [
            "許功蓋",
            "王＊＊",
            "陳鴻＊",
            "J亞歷山大·亞歷山大·亞歷山大·亞歷山大"
        ]
    );
    for (sent, read) in questions().iter().zip(&persons) {
        assert!(sent.query_id == read.query_id && sent.birth_date == read.birth_date);
        assert_eq!(sent.subject_id.expose(), read.subject_id.expose());
    }
}

#[test]
fn a_reply_is_read_and_matched_with_what_was_asked() {
    let ReadReply { reply, lines } = read_reply(REPLY, &expected()).ok().unwrap();
    assert_eq!((lines, reply.answer_count()), (7, 4));
    let written = reply_file::write_reply(&header(1), &reply.answers().collect::<Vec<_>>());
    assert!(*written == REPLY);
    let findings: Vec<_> = reply.answers().map(|answer| answer.finding()).collect();
    assert!(
        findings
            == [
                Finding::Record,
                Finding::NoRecord,
                Finding::Refused,
                Finding::Record
            ]
    );

    let matched = match_reply(Visit::Recall, &questions(), reply, &AllowList::ALL);
    assert!(matched.dropped.is_nothing() && matched.other_names == 0);
    let outcomes: Vec<_> = matched
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            AnswerOutcome::Answered(lines) => {
                let mut out = Vec::new();
                lines.write_lines(&mut out, "C-1", "R-1", Item::parse("C0101").unwrap());
                String::from_utf8(out).unwrap()
            }
            AnswerOutcome::NoRecord => "no record".into(),
            AnswerOutcome::Failed(code) | AnswerOutcome::Unresolved(code) => code.as_str().into(),
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            "C-1,R-1,C0101,A123456789,許功蓋,1985-05-05,99000001A,許功蓋蜉露工坊,enrol,2022-03-01,,30300,,\r\n\
             C-1,R-1,C0101,A123456789,許功蓋,1985-05-05,99000001A,許功蓋蜉露工坊,withdraw,2023-06-30,2023-06-30,30300,\
             部分工時 F,part_time;arrears\r\n",
            "no record",
            "PRV-REFUSED",
            "C-1,R-1,C0101,A800000014,J亞歷山大·亞歷山大·亞歷山大·亞歷山大,2001-12-31,99000002B,\
             杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳紋杳,adjust,2026-01-01,,45800,不適用就業保險 D,arrears\r\n",
        ]
    );
}

#[test]
fn a_request_that_is_no_trial_is_not_answered() {
    let folder = tempfile::TempDir::new().unwrap();
    for name in ["requests", "replies"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("requests").join(request_name("004", TAG));
    let answered = |trial: bool| {
        let header = Header { trial, ..header(0) };
        std::fs::write(&path, &*write_request(&header, &questions())).unwrap();
        let manner = Manner {
            seed: 3,
            now: header.made_at,
            number: 1,
            fault: None,
        };
        let answered = answer_requests(folder.path(), &manner).ok().unwrap();
        (answered.replies.len(), answered.left, path.exists())
    };
    assert_eq!(answered(false), (0, 1, true));
    assert_eq!(answered(true), (1, 0, false));
}

pub(super) const TAG: u64 = 0x7f3a_9c0d_5e1b_2a48;
pub(super) const REQUEST: &[u8] = include_bytes!("../../../../fixtures/vectors/exchange/request.req");
pub(super) const REPLY: &[u8] = include_bytes!("../../../../fixtures/vectors/exchange/reply.rpl");
