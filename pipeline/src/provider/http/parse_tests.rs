//! What is taken of a reply in JSON, and what is not: every answer, every cut, every stray. *Pure.*

use jiff::civil::date;
use mayfly_consent::{IdKind, SubjectId, SubjectName};
use proptest::prelude::*;

use super::{
    super::{
        super::{AllowList, AnswerOutcome, Faults, Matched, Sandbox, Visit, match_reply, question::Item},
        wire::{Pieces, QuestionsText},
    },
    *,
};

const CHUNK: u64 = 0x7f3a_9c0d_5e1b_2a48;

fn questions(count: u32) -> Vec<Question> {
    (0..count)
        .map(|number| {
            Question::new(
                QueryId::new(CHUNK, number),
                Item::parse("C0101").unwrap(),
                SubjectId::invent(IdKind::National, u64::from(number) + 7),
                SubjectName::parse("許功\u{201c}蓋").unwrap(),
                date(1985, 5, 5),
            )
        })
        .collect()
}

fn at() -> Timestamp {
    "2026-11-02T02:00:00Z".parse().unwrap()
}

fn written(reply: &Reply) -> Vec<u8> {
    let mut text = Pieces::new();
    wire::write_head(&mut text, CHUNK, reply);
    let mut is_first = true;
    for answer in reply.answers() {
        wire::write_answer(&mut text, is_first, answer);
        for (place, change) in answer.changes().enumerate() {
            wire::write_change(&mut text, place == 0, &change);
        }
        wire::write_answer_end(&mut text);
        is_first = false;
    }
    for silence in reply.silences() {
        wire::write_silence(&mut text, is_first, silence);
        is_first = false;
    }
    wire::write_end(&mut text);
    text.rest().to_vec()
}

fn read_back(bytes: &[u8], questions: usize) -> Option<Reply> {
    read_reply(bytes, CHUNK, questions).ok()
}

fn told(questions: &[Question], reply: Reply) -> (Vec<String>, super::super::super::Dropped) {
    let Matched {
        outcomes, dropped, ..
    } = match_reply(Visit::Ask, questions, reply, &AllowList::ALL);
    let told = outcomes.into_iter().map(|outcome| match outcome {
        AnswerOutcome::Answered(lines) => {
            let mut text = Vec::new();
            lines.write_lines(&mut text, "C-1", "R-1", Item::parse("C0101").unwrap());
            String::from_utf8(text).unwrap()
        }
        AnswerOutcome::NoRecord => "no record".into(),
        AnswerOutcome::Failed(code) => format!("failed {}", code.as_str()),
        AnswerOutcome::Unresolved(code) => format!("unresolved {}", code.as_str()),
    });
    (told.collect(), dropped)
}

#[test]
fn questions_come_through_as_they_were() {
    let asked = questions(300);
    let text = QuestionsText::new(&asked, at());
    let mut pieces = Pieces::new();
    let mut bytes = Vec::new();
    for part in 0..text.parts() {
        text.write(&mut pieces, part);
        bytes.extend(pieces.full().into_iter().flatten());
    }
    bytes.extend(pieces.rest());
    assert_eq!(text.len(), bytes.len() as u64);
    let (asked_at, read) = read_questions(&*bytes, CHUNK).ok().unwrap();
    assert_eq!((asked_at, read.len()), (at(), 300));
    for (ours, theirs) in asked.iter().zip(&read) {
        assert_eq!(
            (ours.query_id, ours.item, ours.birth_date),
            (theirs.query_id, theirs.item, theirs.birth_date)
        );
        assert_eq!(ours.subject_id.expose(), theirs.subject_id.expose());
        assert_eq!(ours.subject_name.expose(), theirs.subject_name.expose());
    }
    assert!(read_questions(&*bytes, CHUNK + 1).is_err());
    let fewer = String::from_utf8(bytes)
        .unwrap()
        .replace("\"count\":300", "\"count\":299");
    assert!(read_questions(fewer.as_bytes(), CHUNK).is_err());
}

/// The examples that another side can be written from.
#[test]
fn the_vectors_say_what_the_specification_says() {
    let text: &[u8] = include_bytes!("../../../../fixtures/vectors/http/questions.json");
    let (asked_at, asked) = read_questions(text, CHUNK).ok().unwrap();
    assert_eq!((asked_at, asked.len()), (at(), 3));
    assert_eq!(asked[2].birth_date, date(1911, 12, 31));
    let reply = read_back(include_bytes!("../../../../fixtures/vectors/http/reply.json"), 3).unwrap();
    let (told, dropped) = told(&asked, reply);
    assert_eq!(
        told[0],
        "C-1,R-1,C0101,A100000001,王小明,1985-05-05,99000001A,蜉蝣食品行,enrol,2020-01-01,,24000,部分工時,part_time\r\n\
         C-1,R-1,C0101,A100000001,王小明,1985-05-05,99000001A,蜉蝣食品行,withdraw,2021-03-31,2021-03-31,,,\r\n"
    );
    assert_eq!(&told[1..], ["no record", "unresolved PRV-TIMEOUT"]);
    assert_eq!(dropped.unlisted_fields, 2);
}

/// Every fault of the sandbox means the same whether it answers itself or through JSON.
#[test]
fn a_reply_through_json_is_the_reply() {
    let faults: Faults = toml::from_str(
        "truncated = 0\ntimeout_before = 60\ntimeout_after = 60\nlate = 60\npartial = 60\nrefused = 60\n\
         wrong_person = 60\nbad_cell = 60\nduplicate = 60\ndiffering = 60\nextra_person = 60\nunlisted_fields = 60",
    )
    .unwrap();
    let truncated: Faults = toml::from_str("truncated = 1000\ntimeout_before = 100").unwrap();
    for faults in [Faults::default(), faults, truncated] {
        let asked = questions(600);
        let answer = || {
            Sandbox::new(3, faults.clone(), None)
                .visit(Visit::Ask, &asked, at())
                .ok()
                .unwrap()
        };
        let bytes = written(&answer());
        let read = read_back(&bytes, asked.len()).unwrap();
        let (theirs, direct) = (told(&asked, read), told(&asked, answer()));
        assert!(theirs == direct, "{:?} {:?}", theirs.1, direct.1);
    }
}

#[test]
fn cut_anywhere_it_is_no_reply() {
    let asked = questions(3);
    let bytes = written(
        &Sandbox::new(3, Faults::default(), None)
            .visit(Visit::Ask, &asked, at())
            .ok()
            .unwrap(),
    );
    assert!(read_back(&bytes, 3).is_some());
    for end in 0..bytes.len() {
        assert!(read_back(&bytes[..end], 3).is_none(), "cut at {end}");
    }
    assert!(read_back(&[&bytes[..], b"x"].concat(), 3).is_none());
    assert!(read_back(&[&bytes[..], b" \n"].concat(), 3).is_some());
}

#[test]
fn one_answer_may_be_spoilt_and_the_rest_be_good() {
    let asked = questions(2);
    let [first, second] = [0, 1].map(|place: usize| asked[place].subject_id.expose().to_owned());
    let good = format!(
        "{{\"query_id\":\"7f3a9c0d5e1b2a48-0001\",\"subject_id\":\"{second}\",\"birth_date\":\"0740505\",\"finding\":\"no_record\"}}"
    );
    let check = |answer: &str, expected: &str, unlisted: usize| {
        let answer = answer.replace("ID", &format!("\"{first}\"")).replace('\'', "\"");
        let text = format!("{{\"answers\":[{answer},{good}],\"count\":2,\"chunk\":\"7f3a9c0d5e1b2a48\"}}");
        let reply = read_back(text.as_bytes(), 2);
        let (told, dropped) = told(&asked, reply.unwrap_or_else(|| panic!("{answer}")));
        assert!(told[0].starts_with(expected), "{answer}: {}", told[0]);
        assert_eq!(
            (told[1].as_str(), dropped.unlisted_fields),
            ("no record", unlisted),
            "{answer}"
        );
    };
    let head = "'query_id':'7f3a9c0d5e1b2a48-0000','subject_id':ID,'birth_date':'1985-05-05'";
    let change = "'unit_no':'99000001A','unit_name':'x','change':'4','effective_date':'2020-01-01','insured_salary':'24000'";
    check(&format!("{{{head},'finding':'no_record'}}"), "no record", 0);
    check(
        &format!("{{'changes':[{{{change}}}],{head},'finding':'record'}}"),
        "C-1,R-1,C0101",
        0,
    );
    check(
        &format!(
            "{{{head},'finding':'record','changes':[{{{change},'end_date':null,'wage':9,'x':{{'y':[1]}}}}]}}"
        ),
        "C-1,R-1",
        2,
    );
    check(
        &format!("{{{head},'finding':'no_record','phone':'0912345678'}}"),
        "no record",
        1,
    );
    check(
        &format!("{{{head},'finding':'refused','changes':null}}"),
        "failed PRV-REFUSED",
        0,
    );
    check(
        &format!("{{{head},'finding':'pending','why':'x'}}"),
        "unresolved PRV-TIMEOUT",
        1,
    );
    check(
        "{'query_id':'7f3a9c0d5e1b2a48-0000','finding':'not_taken'}",
        "failed PRV-TIMEOUT",
        0,
    );
    // Not of its kind: that answer alone.
    for spoilt in [
        format!("{{{head},'finding':'maybe'}}"),
        format!("{{{head},'finding':1}}"),
        format!("{{{head}}}"),
        format!("{{{head},'finding':'no_record','finding':'no_record'}}"),
        format!("{{{head},'subject_id':ID,'finding':'no_record'}}"),
        format!("{{{head},'finding':'record','changes':[]}}"),
        format!("{{{head},'finding':'record','changes':[{{{change}}}],'changes':[{{{change}}}]}}"),
        format!("{{{head},'finding':'record','changes':[{{{change},'remark':['x']}}]}}"),
        format!(
            "{{{head},'finding':'record','changes':[{{{}}}]}}",
            change.replace("'24000'", "24000")
        ),
        format!(
            "{{{head},'finding':'record','changes':[{{{}}}]}}",
            change.replace("'x'", "'a\\u0007'")
        ),
        format!(
            "{{{head},'finding':'record','changes':[{{{}}}]}}",
            change.replace("'x'", &format!("'{}'", "x".repeat(600)))
        ),
        "{'query_id':'7f3a9c0d5e1b2a48-0000','subject_id':ID,'finding':'no_record'}".into(),
        "{'query_id':'7f3a9c0d5e1b2a48-0000','birth_date':'1985-05-05','finding':'no_record'}".into(),
    ] {
        check(&spoilt, "failed PRV-INTEGRITY", 0);
    }
    // Under no id of ours it is nobody's.
    check(
        "{'query_id':'許','finding':'pending'}",
        "unresolved PRV-UNKNOWN",
        0,
    );
    check("{}", "unresolved PRV-UNKNOWN", 0);
}

#[test]
fn what_is_no_reply_is_not_believed_in_any_part() {
    let good = "{\"chunk\":\"7f3a9c0d5e1b2a48\",\"count\":0,\"answers\":[]}";
    assert!(read_back(good.as_bytes(), 1).is_some());
    let deep = "[".repeat(100_000);
    for bad in [
        "",
        "null",
        "[]",
        "{}",
        "<html></html>",
        &good.replace("2a48", "2a49"),
        &good.replace("7f3a9c0d5e1b2a48", "7F3A9C0D5E1B2A48"),
        &good.replace("\"count\":0,", ""),
        &good.replace(":0", ":-1"),
        &good.replace(":0", ":\"0\""),
        &good.replace("[]", "{}"),
        &good.replace("[]", "[null]"),
        &good.replace("[]", "[[]]"),
        &good.replace("[]}", "[],\"more\":1}"),
        &good.replace("[]}", "[],\"answers\":[]}"),
        &good.replace("[]", &format!("[{{\"x\":{deep}")),
        &format!("\u{feff}{good}"),
    ] {
        assert!(
            read_back(bad.as_bytes(), 1).is_none(),
            "{}",
            bad.get(..80).unwrap_or(bad)
        );
    }
    // Big5 and bytes that are no text in any encoding.
    for bytes in [&b"\xb3\x5c\xa5\x5c"[..], b"\xff\xfe", b"\xed\xa0\x80"] {
        let (before, after) = good.split_at(good.len() - 2);
        let answer = b"{\"query_id\":\"".iter().chain(bytes).chain(b"\"}");
        let text: Vec<u8> = before
            .bytes()
            .chain(answer.copied())
            .chain(after.bytes())
            .collect();
        assert!(read_back(&text, 1).is_none());
    }
    // A count that is not that of the answers: nothing of it is believed, and it is a reply.
    let asked = questions(1);
    let (told, _) = told(&asked, read_back(good.replace(":0", ":1").as_bytes(), 1).unwrap());
    assert_eq!(told, ["unresolved PRV-INTEGRITY"]);
}

proptest! {
    /// Whatever comes, it ends with a value, and nobody is answered for another.
    #[test]
    fn a_spoilt_byte_never_makes_an_answer_about_somebody_else(place in 0..4_000_usize, byte: u8) {
        let asked = questions(3);
        let good = Sandbox::new(3, Faults::default(), None).visit(Visit::Ask, &asked, at()).ok().unwrap();
        let mut bytes = written(&good);
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Some(reply) = read_back(&bytes, 3) {
            for (question, end) in asked.iter().zip(told(&asked, reply).0) {
                let ours = format!("C0101,{}", question.subject_id.expose());
                prop_assert!(!end.starts_with("C-1") || end.lines().all(|line| line.contains(&ours)));
            }
        }
    }
}
