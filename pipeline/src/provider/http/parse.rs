//! JSON from the other side, read as it comes: what nobody asked for is passed over and never stored. *Pure.*

use std::io::Read;

use jiff::Timestamp;
use mayfly_consent::{SubjectId, SubjectName};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess};

use super::{
    super::{
        MAX_QUESTIONS,
        digits::parse_date,
        question::{Item, QueryId, Question},
        reply::{ChangeCells, Departure, Finding, HeadCells, Reply},
    },
    json::{Cells, Elements, List, Members, Object},
    wire,
};

/// It is not the JSON that it should be. Where and why is not told: an error of the parser may hold a value.
pub struct Malformed;

/// Reads the reply about chunk `chunk`, of which `questions` were asked. Whatever the bytes are, it ends with a value.
///
/// # Errors
/// [`Malformed`]: nothing of it is believed.
pub fn read_reply(from: impl Read, chunk: u64, questions: usize) -> Result<Reply, Malformed> {
    let mut reading = ReplyObject {
        reply: Reply::with_room_for(questions.min(MAX_QUESTIONS)),
        head: Cells::new(),
        change: Cells::new(),
        elements: 0,
        chunk: Cells::new(),
        count: None,
    };
    read(from, &mut reading)?;
    let count = reading.count.ok_or(Malformed)?;
    if reading.chunk.texts() != [wire::chunk_text(chunk).as_str()] {
        return Err(Malformed);
    }
    let mut reply = reading.reply;
    // What is pending is none of its answers, and was counted all the same.
    reply.declare(reply.answer_count() + usize::from(count != reading.elements));
    Ok(reply)
}

/// Reads the questions of chunk `chunk`, and when they were asked.
pub(super) fn read_questions(from: impl Read, chunk: u64) -> Result<(Timestamp, Vec<Question>), Malformed> {
    let mut asking = AskingObject {
        chunk,
        cells: Cells::new(),
        asked_at: Cells::new(),
        count: None,
        questions: Vec::new(),
    };
    read(from, &mut asking)?;
    let [asked_at] = asking.asked_at.texts();
    let asked_at = asked_at.parse().map_err(|_| Malformed)?;
    match asking.count == Some(asking.questions.len()) {
        true => Ok((asked_at, asking.questions)),
        false => Err(Malformed),
    }
}

/// Reads one object and insists that nothing follows it.
fn read(from: impl Read, members: &mut impl Members) -> Result<(), Malformed> {
    let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(from));
    Object(members).deserialize(&mut json).map_err(|_| Malformed)?;
    json.end().map_err(|_| Malformed)
}

/// The reply as a whole.
struct ReplyObject {
    reply: Reply,
    head: Cells<5>,
    change: Cells<7>,
    /// How many answers came, those that are pending included.
    elements: usize,
    chunk: Cells<1>,
    count: Option<usize>,
}

impl Members for ReplyObject {
    const NAMES: &'static [&'static str] = &["chunk", "count", "answers"];

    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error> {
        match place {
            0 => _ = self.chunk.take(0, map)?,
            1 => self.count = Some(map.next_value()?),
            _ => map.next_value_seed(List(Answers(self)))?,
        }
        Ok(())
    }
}

struct Answers<'r>(&'r mut ReplyObject);

impl Elements for Answers<'_> {
    fn next<'de, A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut answer = AnswerObject {
            of: self.0,
            is_whole: true,
        };
        let Some(seen) = list.next_element_seed(Object(&mut answer))? else {
            return Ok(false);
        };
        answer.close(seen);
        Ok(true)
    }
}

struct AnswerObject<'r> {
    of: &'r mut ReplyObject,
    /// Whether each member came once, as a text.
    is_whole: bool,
}

impl Members for AnswerObject<'_> {
    const NAMES: &'static [&'static str] = &[
        "query_id",
        "finding",
        "subject_id",
        "birth_date",
        "subject_name",
        "changes",
    ];

    fn begin<E: Error>(&mut self) -> Result<(), E> {
        self.of.elements += 1;
        self.of.head.clear();
        match self.of.reply.open_answer() && self.of.reply.silences().len() <= MAX_QUESTIONS {
            true => Ok(()),
            false => Err(E::custom("too many answers")),
        }
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error> {
        if place == CHANGES {
            return map.next_value_seed(List(Changes(self)));
        }
        self.is_whole &= self.of.head.take(place, map)?;
        Ok(())
    }

    fn stray<E: Error>(&mut self, is_twice: bool) -> Result<(), E> {
        match is_twice {
            true => self.is_whole = false,
            false => self.of.reply.unlisted_field(),
        }
        Ok(())
    }
}

impl AnswerObject<'_> {
    /// Ends the answer, of which the members `seen` came.
    fn close(self, seen: u32) {
        let [query_id, finding, subject_id, birth_date, subject_name] = self.of.head.texts();
        let departure = match finding {
            wire::PENDING => Some(Departure::After),
            wire::NOT_TAKEN => Some(Departure::Before),
            _ => None,
        };
        // Whatever else such an answer says: of what it does not say nothing is known.
        if let (Some(departure), Some(query_id)) = (departure, QueryId::parse(query_id)) {
            self.of.reply.retract_answer();
            return self.of.reply.silence(query_id, departure);
        }
        let known = match finding {
            wire::RECORD => Some(Finding::Record),
            wire::NO_RECORD => Some(Finding::NoRecord),
            wire::REFUSED => Some(Finding::Refused),
            _ => None,
        };
        let head = HeadCells {
            query_id,
            subject_id,
            subject_name,
            birth_date,
        };
        let is_whole = self.is_whole && known.is_some() && seen & ANSWER_NEEDS == ANSWER_NEEDS;
        let finding = known.unwrap_or(Finding::NoRecord);
        self.of.reply.close_answer(head, finding, is_whole);
    }
}

struct Changes<'a, 'r>(&'a mut AnswerObject<'r>);

impl Elements for Changes<'_, '_> {
    fn next<'de, A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        if list
            .next_element_seed(Object(&mut ChangeObject(self.0)))?
            .is_none()
        {
            return Ok(false);
        }
        let [
            unit_no,
            unit_name,
            code,
            effective_date,
            end_date,
            insured_salary,
            remark,
        ] = self.0.of.change.texts();
        self.0.of.reply.change(ChangeCells {
            unit_no,
            unit_name,
            code,
            effective_date,
            end_date,
            insured_salary,
            remark,
        });
        Ok(true)
    }
}

struct ChangeObject<'a, 'r>(&'a mut AnswerObject<'r>);

impl Members for ChangeObject<'_, '_> {
    const NAMES: &'static [&'static str] = &[
        "unit_no",
        "unit_name",
        "change",
        "effective_date",
        "end_date",
        "insured_salary",
        "remark",
    ];

    fn begin<E: Error>(&mut self) -> Result<(), E> {
        self.0.of.change.clear();
        Ok(())
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error> {
        self.0.is_whole &= self.0.of.change.take(place, map)?;
        Ok(())
    }

    fn stray<E: Error>(&mut self, is_twice: bool) -> Result<(), E> {
        self.0.stray(is_twice)
    }
}

/// The questions as a whole.
struct AskingObject {
    chunk: u64,
    cells: Cells<5>,
    asked_at: Cells<1>,
    count: Option<usize>,
    questions: Vec<Question>,
}

impl Members for AskingObject {
    const NAMES: &'static [&'static str] = &["asked_at", "count", "questions"];

    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error> {
        match place {
            0 => _ = self.asked_at.take(0, map)?,
            1 => self.count = Some(map.next_value()?),
            _ => map.next_value_seed(List(Questions(self)))?,
        }
        Ok(())
    }
}

struct Questions<'a>(&'a mut AskingObject);

impl Elements for Questions<'_> {
    fn next<'de, A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        self.0.cells.clear();
        if list
            .next_element_seed(Object(&mut QuestionObject(self.0)))?
            .is_none()
        {
            return Ok(false);
        }
        let question = self
            .0
            .question()
            .filter(|_| self.0.questions.len() < MAX_QUESTIONS);
        let question = question.ok_or_else(|| A::Error::custom("no question"))?;
        self.0.questions.push(question);
        Ok(true)
    }
}

impl AskingObject {
    fn question(&self) -> Option<Question> {
        let [query_id, item, subject_id, subject_name, birth_date] = self.cells.texts();
        Some(Question::new(
            QueryId::parse(query_id).filter(|id| id.chunk() == self.chunk)?,
            Item::parse(item)?,
            SubjectId::parse(subject_id).ok()?,
            SubjectName::parse(subject_name).ok()?,
            parse_date(birth_date)?,
        ))
    }
}

struct QuestionObject<'a>(&'a mut AskingObject);

impl Members for QuestionObject<'_> {
    const NAMES: &'static [&'static str] = &["query_id", "item", "subject_id", "subject_name", "birth_date"];

    fn take<'de, A: MapAccess<'de>>(&mut self, place: usize, map: &mut A) -> Result<(), A::Error> {
        self.0.cells.take(place, map).map(|_| ())
    }
}

/// `query_id`, `finding`, `subject_id`, `birth_date`: without these an answer is none.
const ANSWER_NEEDS: u32 = 0b1111;
const CHANGES: usize = 5;

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
