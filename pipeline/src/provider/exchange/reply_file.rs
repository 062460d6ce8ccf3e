//! A reply file: bytes become a reply or the reason why they are not believed, and the other way round for trials. *Pure.*

use zeroize::Zeroizing;

use super::{
    super::{
        MAX_QUESTIONS,
        digits::{Short, parse_date},
        question::QueryId,
        reply::{AnswerView, ChangeCells, Finding, HeadCells, Reply},
    },
    fault::FileFault,
    frame::{self, Frame, Header, Way},
    layout::{CHANGE, CHANGE_TABLE, PERSON, PERSON_TABLE},
    name::ReplyName,
    request::{birth, birth_text},
};
use crate::intake::cp950;

/// What a reply to our request must say of itself.
pub struct Expected {
    /// Whose chunk, which chunk, and which reply: its name.
    pub name: ReplyName,
    /// Whether we asked for a trial.
    pub trial: bool,
    /// The request's token.
    pub token: [u8; 16],
}

/// A reply file that adds up.
pub struct ReadReply {
    /// What it says, not yet matched with what was asked.
    pub reply: Reply,
    /// Its lines, as the trailer counts them.
    pub lines: usize,
}

/// Reads a reply file. Nothing of it is kept unless all of it holds: header, lengths, count, hash, characters, and that every
/// record is about the chunk it answers. Whatever the bytes are, it ends with a value.
pub fn read_reply(bytes: &[u8], expected: &Expected) -> Result<ReadReply, FileFault> {
    let Frame { header, lines } = Frame::open(Way::Reply, bytes, |table| match table {
        _ if table == PERSON_TABLE.as_bytes() => Some(PERSON.width()),
        _ if table == CHANGE_TABLE.as_bytes() => Some(CHANGE.width()),
        _ => None,
    })?;
    let name = ReplyName {
        member: header.member,
        tag: header.tag,
        number: header.number,
    };
    if name != expected.name || header.trial != expected.trial || header.token != expected.token {
        return Err(FileFault::Foreign);
    }
    let persons = lines.iter().filter(|line| line.len() == PERSON.width()).count();
    let mut reading = Reading {
        tag: header.tag,
        reply: Reply::with_room_for(persons.min(MAX_QUESTIONS)),
        person: None,
    };
    for line in &lines {
        reading.line(line)?;
    }
    reading.end_of_person()?;
    reading.reply.declare(persons);
    Ok(ReadReply {
        reply: reading.reply,
        lines: lines.len(),
    })
}

/// One pass over the lines of a reply.
struct Reading {
    tag: u64,
    reply: Reply,
    /// The person whose change records follow, and how many more of them.
    person: Option<(QueryId, usize)>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), FileFault> {
        if let Some(fields) = PERSON.read(line) {
            self.end_of_person()?;
            return self.person(fields);
        }
        self.change(CHANGE.read(line).ok_or(FileFault::Record)?)
    }

    fn person(&mut self, fields: [&[u8]; 8]) -> Result<(), FileFault> {
        let [_, query_id, subject_id, era, birth_date, name, finding, changes] = fields;
        let finding = match finding {
            b"1" => Finding::Record,
            b"0" => Finding::NoRecord,
            b"9" => Finding::Refused,
            _ => return Err(FileFault::Record),
        };
        let changes = frame::decimal(changes).ok_or(FileFault::Record)?;
        let cells = Cells::decode([query_id, subject_id, birth_date, name])?;
        let [query_id, subject_id, birth_date, subject_name] = cells.texts();
        self.person = Some((self.ours(query_id)?, changes));
        let birth_date = birth_text(era, birth_date);
        self.reply.answer(
            HeadCells {
                query_id,
                subject_id,
                subject_name,
                birth_date: birth_date.as_str(),
            },
            finding,
        );
        Ok(())
    }

    fn change(&mut self, fields: [&[u8]; 9]) -> Result<(), FileFault> {
        let [_, query_id, rest @ ..] = fields;
        let cells = Cells::decode([query_id])?;
        let id = self.ours(cells.texts()[0])?;
        match &mut self.person {
            Some((person, more)) if *person == id && *more > 0 => *more -= 1,
            _ => return Err(FileFault::Record),
        }
        let cells = Cells::decode(rest)?;
        let [
            unit_no,
            unit_name,
            code,
            effective_date,
            end_date,
            insured_salary,
            remark,
        ] = cells.texts();
        self.reply.change(ChangeCells {
            unit_no,
            unit_name,
            code,
            effective_date,
            end_date,
            insured_salary,
            remark,
        });
        Ok(())
    }

    fn end_of_person(&self) -> Result<(), FileFault> {
        match self.person {
            Some((_, more)) if more > 0 => Err(FileFault::Record),
            _ => Ok(()),
        }
    }

    fn ours(&self, query_id: &str) -> Result<QueryId, FileFault> {
        QueryId::parse(query_id)
            .filter(|id| id.chunk() == self.tag)
            .ok_or(FileFault::Foreign)
    }
}

/// Fields of one record as text, end to end in one scrubbed buffer.
struct Cells<const N: usize> {
    text: Zeroizing<String>,
    ends: [usize; N],
}

impl<const N: usize> Cells<N> {
    fn decode(fields: [&[u8]; N]) -> Result<Self, FileFault> {
        let bytes: usize = fields.iter().map(|field| field.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(2 * bytes));
        let mut ends = [0; N];
        for (end, field) in ends.iter_mut().zip(fields) {
            cp950::decode(trimmed(field), &mut text).map_err(|_| FileFault::Encoding)?;
            *end = text.len();
        }
        Ok(Self { text, ends })
    }

    fn texts(&self) -> [&str; N] {
        let mut from = 0;
        self.ends.map(|to| {
            let cell = self.text.get(from..to).unwrap_or_default();
            from = to;
            cell
        })
    }
}

/// A field without its padding: spaces only, for everything else is content. No second byte of a character is a space.
fn trimmed(mut field: &[u8]) -> &[u8] {
    while let [rest @ .., b' '] = field {
        field = rest;
    }
    field
}

/// The reply file that says what `reply` says, as the other side of a trial writes it.
pub(super) fn write_reply(header: &Header, answers: &[AnswerView<'_>]) -> Zeroizing<Vec<u8>> {
    let bytes =
        |answer: &AnswerView<'_>| PERSON.width() + 2 + answer.changes().count() * (CHANGE.width() + 2);
    let mut out = frame::begin(Way::Reply, header, answers.iter().map(bytes).sum());
    let mut lines = 0;
    for answer in answers {
        lines += 1 + write_answer(&mut out, *answer);
    }
    frame::end(&mut out, lines, header.made_at);
    out
}

fn write_answer(out: &mut Vec<u8>, answer: AnswerView<'_>) -> usize {
    let head = answer.head();
    let changes = answer.changes().count();
    let (era, birth_date) = parse_date(head.birth_date).map_or(("R", Short::new()), birth);
    PERSON.write(
        out,
        [
            PERSON_TABLE,
            head.query_id,
            head.subject_id,
            era,
            birth_date.as_str(),
            head.subject_name,
            match answer.finding() {
                Finding::Record => "1",
                Finding::NoRecord => "0",
                Finding::Refused => "9",
            },
            padded(changes).as_str(),
        ],
    );
    for change in answer.changes() {
        CHANGE.write(
            out,
            [
                CHANGE_TABLE,
                head.query_id,
                change.unit_no,
                change.unit_name,
                change.code,
                change.effective_date,
                change.end_date,
                change.insured_salary,
                change.remark,
            ],
        );
    }
    changes
}

fn padded(count: usize) -> Short<12> {
    let mut text = Short::new();
    text.push_number(u32::try_from(count).unwrap_or(0), 4);
    text
}

#[cfg(test)]
#[path = "reply_file_tests.rs"]
mod tests;
