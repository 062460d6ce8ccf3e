//! The sandbox provider: an invented population that answers, and misbehaves, the same way each time. *Edge.*
//!
//! What it says about a person follows from its seed, the identity number and the birth date alone ([`person`]), and
//! later questions only add later records. Each fault is a rate per thousand ([`Faults`]), decided by the identity
//! number or, for faults of the whole link, by the chunk: the same person gives the same trouble each time.
//!
//! It keeps nothing in memory between questions. What the other side would know, namely which query ids it received,
//! it can append to a file ([`ledger`]), so that a test shows that nothing was asked twice.

mod dice;
mod faults;
mod ledger;
mod person;
mod unit;

use std::path::PathBuf;

use jiff::{Timestamp, civil::Date, tz::Offset};
use mayfly_consent::{IdKind, SubjectId};

pub use self::faults::Faults;
use self::{
    dice::Dice,
    faults::{ChunkFault, FaultDice, RowFault},
    ledger::Ledger,
    person::{Entry, History, Mark},
    unit::Unit,
};
use super::{
    AskError, MAX_QUESTIONS, Provider, QueryId, Question, Visit,
    digits::{number, roc},
    reply::{ChangeCells, Departure, Finding, HeadCells, Reply},
};

/// The built-in provider. All persons, units and salaries are invented.
pub struct Sandbox {
    seed: u64,
    faults: Faults,
    ledger: Option<Ledger>,
}

impl Sandbox {
    /// The population of `seed` with `faults`; `ledger` is a file to which each received query id is appended.
    #[must_use]
    pub fn new(seed: u64, faults: Faults, ledger: Option<PathBuf>) -> Self {
        Self {
            seed,
            faults,
            ledger: ledger.map(Ledger::new),
        }
    }

    /// Whether nothing of chunk `chunk` reaches it on this visit.
    pub(super) fn is_unreachable(&self, visit: Visit, chunk: u64) -> bool {
        let dice = FaultDice::new(self.seed, &self.faults, visit);
        dice.chunk_fault(chunk) == Some(ChunkFault::Unreachable)
    }

    pub(super) fn visit(
        &self,
        visit: Visit,
        questions: &[Question],
        at: Timestamp,
    ) -> Result<Reply, AskError> {
        if questions.len() > MAX_QUESTIONS {
            return Err(AskError::TooMany);
        }
        let dice = FaultDice::new(self.seed, &self.faults, visit);
        let chunk = questions
            .first()
            .and_then(|question| dice.chunk_fault(question.query_id.chunk()));
        if chunk == Some(ChunkFault::Unreachable) {
            return Err(AskError::Unreachable);
        }
        let mut side = OtherSide {
            seed: self.seed,
            dice,
            today: Offset::constant(TAIPEI_HOURS).to_datetime(at).date(),
            reply: Reply::with_room_for(questions.len()),
        };
        let departing: Vec<_> = questions
            .iter()
            .map(|question| (question, side.dice.row_fault(subject_number(self.seed, question))))
            .collect();
        if let Some(ledger) = &self.ledger {
            let received = departing
                .iter()
                .filter(|(_, fault)| *fault != Some(RowFault::TimeoutBefore));
            ledger
                .receive(visit, received.map(|(question, _)| question.query_id))
                .map_err(|_| AskError::Ledger)?;
        }
        if chunk == Some(ChunkFault::Lost) {
            return Err(AskError::Lost);
        }
        for (question, fault) in &departing {
            side.answer(question, *fault);
        }
        let declared = side.reply.answer_count() + usize::from(chunk == Some(ChunkFault::Truncated));
        side.reply.declare(declared);
        Ok(side.reply)
    }
}

impl Provider for Sandbox {
    async fn ask(&self, questions: &[Question], asked_at: Timestamp) -> Result<Reply, AskError> {
        self.visit(Visit::Ask, questions, asked_at)
    }

    async fn recall(&self, questions: &[Question], asked_at: Timestamp) -> Result<Reply, AskError> {
        self.visit(Visit::Recall, questions, asked_at)
    }
}

/// The other side while it writes one reply.
struct OtherSide<'f> {
    seed: u64,
    dice: FaultDice<'f>,
    today: Date,
    reply: Reply,
}

/// A person as the other side writes them.
struct Person<'a> {
    number: u64,
    subject_id: &'a str,
    subject_name: &'a str,
    birth_date: Date,
}

impl OtherSide<'_> {
    fn answer(&mut self, question: &Question, fault: Option<RowFault>) {
        let number = subject_number(self.seed, question);
        let name = as_big5_would_have_it(question.subject_name.expose());
        let person = Person {
            number,
            subject_id: question.subject_id.expose(),
            subject_name: name.as_deref().unwrap_or(question.subject_name.expose()),
            birth_date: question.birth_date,
        };
        let id = question.query_id;
        match fault {
            Some(RowFault::TimeoutBefore) => return self.reply.silence(id, Departure::Before),
            Some(RowFault::TimeoutAfter | RowFault::Late) => return self.reply.silence(id, Departure::After),
            Some(RowFault::Partial) => return,
            Some(RowFault::Refused) => return self.head(id, &person, Finding::Refused),
            Some(RowFault::WrongPerson) => self.stranger(id, number),
            Some(RowFault::BadCell) => self.history(id, &person, Spoil::Salary),
            None => self.history(id, &person, Spoil::Nothing),
        }
        self.extras(id, &person);
    }

    /// What comes besides the answer.
    fn extras(&mut self, id: QueryId, person: &Person<'_>) {
        let extras = self.dice.extras(person.number);
        if extras.unlisted_fields {
            self.reply.unlisted_field();
            self.reply.unlisted_field();
        }
        if extras.duplicate {
            self.history(id, person, Spoil::Nothing);
        }
        if extras.differing {
            self.history(id, person, Spoil::Remark);
        }
        if extras.extra_person {
            self.stranger(QueryId::new(!id.chunk(), id.ordinal()), person.number);
        }
    }

    fn history(&mut self, id: QueryId, person: &Person<'_>, spoil: Spoil) {
        let history = History::of(person.number, person.birth_date, self.today);
        let entries = history.entries();
        self.head(
            id,
            person,
            if entries.is_empty() {
                Finding::NoRecord
            } else {
                Finding::Record
            },
        );
        entries.iter().for_each(|entry| self.entry(entry, spoil));
        if entries.is_empty() && spoil != Spoil::Nothing {
            self.entry(&Entry::nonsense(self.today), spoil);
        }
    }

    fn head(&mut self, id: QueryId, person: &Person<'_>, finding: Finding) {
        let query_id = id.written();
        let birth_date = roc(person.birth_date);
        let head = HeadCells {
            query_id: query_id.as_str(),
            subject_id: person.subject_id,
            subject_name: person.subject_name,
            birth_date: birth_date.as_str(),
        };
        self.reply.answer(head, finding);
    }

    fn entry(&mut self, entry: &Entry, spoil: Spoil) {
        let unit = Unit::at(entry.unit);
        let salary = number(entry.insured_salary);
        let end_date = entry.end_date.map(roc);
        self.reply.change(ChangeCells {
            unit_no: unit.no(),
            unit_name: unit.name(),
            code: entry.kind.code(),
            effective_date: roc(entry.effective_date).as_str(),
            end_date: end_date.as_ref().map_or("", |date| date.as_str()),
            insured_salary: if spoil == Spoil::Salary {
                "見備註"
            } else {
                salary.as_str()
            },
            remark: if spoil == Spoil::Remark {
                "更正"
            } else {
                remark(entry.mark, unit.is_in_arrears())
            },
        });
    }

    /// An invented person nobody asked about.
    fn stranger(&mut self, id: QueryId, near: u64) {
        let number = Dice::new(near ^ STRANGER).next();
        let subject_id = SubjectId::invent(IdKind::National, number);
        let person = Person {
            number,
            subject_id: subject_id.expose(),
            subject_name: "杳無此人",
            birth_date: Date::new(1960 + (number % 40) as i16, 1 + (number % 12) as i8, 1)
                .unwrap_or(Date::ZERO),
        };
        self.history(id, &person, Spoil::Nothing);
    }
}

/// Which cell of each record is spoilt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoil {
    Nothing,
    Salary,
    Remark,
}

/// The number that everything about a person follows from.
fn subject_number(seed: u64, question: &Question) -> u64 {
    dice::number(seed, question.subject_id.expose().as_bytes())
}

/// The name as it comes back when it passed through Big5: what that lacks is a full-width asterisk.
fn as_big5_would_have_it(name: &str) -> Option<String> {
    let lacks = |character: char| character > '\u{ffff}' || OUTSIDE_BIG5.contains(&character);
    name.contains(lacks).then(|| {
        name.chars()
            .map(|character| if lacks(character) { '＊' } else { character })
            .collect()
    })
}

fn remark(mark: Mark, arrears: bool) -> &'static str {
    match (mark, arrears) {
        (Mark::None, false) => "",
        (Mark::None, true) => "F",
        (Mark::PartTime, false) => "部分工時",
        (Mark::PartTime, true) => "部分工時 F",
        (Mark::NoEmploymentInsurance, false) => "不適用就業保險",
        (Mark::NoEmploymentInsurance, true) => "不適用就業保險 D",
    }
}

/// Characters of names that CP950 lacks, as far as the sandbox cares.
const OUTSIDE_BIG5: [char; 9] = ['堃', '喆', '峯', '栢', '双', '煊', '犇', '彣', '頴'];
/// UTC+8, without daylight saving since 1979.
const TAIPEI_HOURS: i8 = 8;
const STRANGER: u64 = 0x5354_5241_4e47_4552;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
