//! A provider's reply as it came in: untrusted text in one scrubbed buffer, bounded in every direction. *Pure.*

use super::{question::QueryId, scrubbed::ScrubbedText};

/// What came back for one chunk, not yet believed.
///
/// All cells lie end to end in one buffer, because a chunk has some ten thousands of them. Filling it never fails: a
/// cell, answer or reply that breaks a limit is marked, and matching turns the mark into `PRV-INTEGRITY`.
pub struct Reply {
    text: ScrubbedText,
    answers: Vec<RawAnswer>,
    changes: Vec<RawChange>,
    silences: Vec<Silence>,
    /// Fields off the list of what turned out to be no answer.
    passed_over: u32,
    declared: usize,
    overrun: bool,
}

/// What the provider says about one person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// There are change records.
    Record,
    /// The person is known to have none.
    NoRecord,
    /// The provider declines to answer.
    Refused,
}

/// Whether a question about which nothing came back had left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Departure {
    /// Not a byte of it left.
    Before,
    /// It left, or may have.
    After,
}

/// The person an answer is about, as the provider writes it.
#[derive(Clone, Copy)]
pub(super) struct HeadCells<'a> {
    pub(super) query_id: &'a str,
    pub(super) subject_id: &'a str,
    pub(super) subject_name: &'a str,
    pub(super) birth_date: &'a str,
}

/// One change record, as the provider writes it.
#[derive(Clone, Copy)]
pub(super) struct ChangeCells<'a> {
    pub(super) unit_no: &'a str,
    pub(super) unit_name: &'a str,
    pub(super) code: &'a str,
    pub(super) effective_date: &'a str,
    pub(super) end_date: &'a str,
    pub(super) insured_salary: &'a str,
    pub(super) remark: &'a str,
}

/// One answer of a reply, for reading.
#[derive(Clone, Copy)]
pub(super) struct AnswerView<'a> {
    reply: &'a Reply,
    raw: &'a RawAnswer,
}

/// What our side of the link observed about one question: nothing came back.
#[derive(Clone, Copy)]
pub(super) struct Silence {
    pub(super) query_id: QueryId,
    pub(super) departure: Departure,
}

struct RawAnswer {
    head: Cells<4>,
    finding: Finding,
    unlisted: u32,
    malformed: bool,
    first_change: u32,
    changes: u32,
}

struct RawChange {
    cells: Cells<7>,
}

/// `N` neighbouring cells: where they start, and where each ends, counted from there.
#[derive(Clone, Copy)]
struct Cells<const N: usize> {
    start: u32,
    ends: [u16; N],
}

impl Reply {
    /// A reply to no question.
    pub(crate) fn empty() -> Self {
        Self::with_room_for(0)
    }

    /// An empty reply with room for the answers to `questions` questions.
    pub(super) fn with_room_for(questions: usize) -> Self {
        Self {
            text: ScrubbedText::with_capacity(questions * USUAL_ANSWER_BYTES),
            answers: Vec::with_capacity(questions + 1),
            changes: Vec::with_capacity(questions * 6),
            silences: Vec::new(),
            passed_over: 0,
            declared: 0,
            overrun: false,
        }
    }

    /// Begins the next answer.
    pub(super) fn answer(&mut self, head: HeadCells<'_>, finding: Finding) {
        if self.open_answer() {
            self.close_answer(head, finding, true);
        }
    }

    /// Begins the next answer before anything is known of it; tells whether there is room for one.
    pub(super) fn open_answer(&mut self) -> bool {
        self.overrun |= self.answers.len() >= MAX_ANSWERS;
        if self.overrun {
            return false;
        }
        self.answers.push(RawAnswer {
            head: Cells {
                start: 0,
                ends: [0; 4],
            },
            finding: Finding::NoRecord,
            unlisted: 0,
            malformed: false,
            first_change: self.changes.len() as u32,
            changes: 0,
        });
        true
    }

    /// Says whose the answer begun last is and what it says, and whether it was `whole`.
    pub(super) fn close_answer(&mut self, head: HeadCells<'_>, finding: Finding, whole: bool) {
        let cells = self.write([head.query_id, head.subject_id, head.subject_name, head.birth_date]);
        let is_whole = whole && cells.is_some();
        // The query id alone still says whose answer is spoilt.
        let cells = cells.or_else(|| self.write([head.query_id, "", "", ""]));
        if let Some(answer) = self.answers.last_mut() {
            answer.malformed |= !is_whole;
            answer.finding = finding;
            if let Some(cells) = cells {
                answer.head = cells;
            }
        }
    }

    /// Takes back the answer begun last: it turned out to be none. What nobody asked for in it is still counted.
    pub(super) fn retract_answer(&mut self) {
        let unlisted = self.answers.pop().map_or(0, |answer| answer.unlisted);
        self.passed_over = self.passed_over.saturating_add(unlisted);
    }

    /// Adds a change record to the answer begun last.
    pub(super) fn change(&mut self, change: ChangeCells<'_>) {
        if self.overrun {
            return;
        }
        let cells = self.write([
            change.unit_no,
            change.unit_name,
            change.code,
            change.effective_date,
            change.end_date,
            change.insured_salary,
            change.remark,
        ]);
        let Some(answer) = self.answers.last_mut() else {
            return;
        };
        match cells {
            Some(cells) if (answer.changes as usize) < MAX_CHANGES => {
                answer.changes += 1;
                self.changes.push(RawChange { cells });
            }
            _ => answer.malformed = true,
        }
    }

    /// Notes that the answer begun last carried a field that no column takes. Its value is not even stored (D19).
    pub(super) fn unlisted_field(&mut self) {
        if let (Some(answer), false) = (self.answers.last_mut(), self.overrun) {
            answer.unlisted = answer.unlisted.saturating_add(1);
        }
    }

    /// Notes that nothing came back for `query_id`.
    pub(super) fn silence(&mut self, query_id: QueryId, departure: Departure) {
        self.silences.push(Silence { query_id, departure });
    }

    /// Sets the number of answers that the provider says the reply has.
    pub(super) fn declare(&mut self, answers: usize) {
        self.declared = answers;
    }

    /// Whether the reply has all the answers it says it has, and kept to the limits.
    pub(super) fn is_whole(&self) -> bool {
        !self.overrun && self.declared == self.answers.len()
    }

    /// How many fields that no column takes came outside of answers.
    pub(super) fn passed_over(&self) -> usize {
        self.passed_over as usize
    }

    /// How many answers it holds.
    pub(super) fn answer_count(&self) -> usize {
        self.answers.len()
    }

    /// The answers, in the order they came.
    pub(super) fn answers(&self) -> impl Iterator<Item = AnswerView<'_>> {
        self.answers.iter().map(|raw| AnswerView { reply: self, raw })
    }

    /// The questions about which nothing came back.
    pub(super) fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// Appends `cells` to the buffer; nothing is stored if one breaks a limit or holds a control character.
    fn write<const N: usize>(&mut self, cells: [&str; N]) -> Option<Cells<N>> {
        let total: usize = cells.iter().map(|cell| cell.len()).sum();
        if self.text.len() + total > MAX_REPLY_BYTES {
            self.overrun = true;
            return None;
        }
        if cells
            .iter()
            .any(|cell| cell.len() > MAX_CELL_BYTES || cell.bytes().any(|byte| byte.is_ascii_control()))
        {
            return None;
        }
        let start = self.text.len() as u32;
        self.text.reserve(total);
        let mut end = 0;
        let ends = cells.map(|cell| {
            self.text.push_str(cell);
            end += cell.len() as u16;
            end
        });
        Some(Cells { start, ends })
    }

    fn read<const N: usize>(&self, cells: &Cells<N>) -> [&str; N] {
        let start = cells.start as usize;
        let mut from = start;
        cells.ends.map(|end| {
            let to = start + usize::from(end);
            let cell = self.text.expose().get(from..to).unwrap_or_default();
            from = to;
            cell
        })
    }
}

impl<'a> AnswerView<'a> {
    /// The person and query id it claims.
    pub(super) fn head(&self) -> HeadCells<'a> {
        let [query_id, subject_id, subject_name, birth_date] = self.reply.read(&self.raw.head);
        HeadCells {
            query_id,
            subject_id,
            subject_name,
            birth_date,
        }
    }

    /// What it says.
    pub(super) fn finding(&self) -> Finding {
        self.raw.finding
    }

    /// How many of its fields no column takes.
    pub(super) fn unlisted(&self) -> usize {
        self.raw.unlisted as usize
    }

    /// Whether a part of it broke a limit or held a control character.
    pub(super) fn is_malformed(&self) -> bool {
        self.raw.malformed
    }

    /// Its change records, in the order they came.
    pub(super) fn changes(self) -> impl Iterator<Item = ChangeCells<'a>> {
        self.raw_changes().iter().map(move |raw| {
            let [
                unit_no,
                unit_name,
                code,
                effective_date,
                end_date,
                insured_salary,
                remark,
            ] = self.reply.read(&raw.cells);
            ChangeCells {
                unit_no,
                unit_name,
                code,
                effective_date,
                end_date,
                insured_salary,
                remark,
            }
        })
    }

    /// Whether `other` says exactly the same.
    pub(super) fn is_identical(&self, other: &Self) -> bool {
        let same_cells =
            |a: &RawChange, b: &RawChange| self.reply.read(&a.cells) == other.reply.read(&b.cells);
        let (mine, theirs) = (self.raw_changes(), other.raw_changes());
        self.raw.finding == other.raw.finding
            && self.raw.malformed == other.raw.malformed
            && self.reply.read(&self.raw.head) == other.reply.read(&other.raw.head)
            && mine.len() == theirs.len()
            && mine.iter().zip(theirs).all(|(a, b)| same_cells(a, b))
    }

    fn raw_changes(&self) -> &'a [RawChange] {
        let first = self.raw.first_change as usize;
        self.reply
            .changes
            .get(first..first + self.raw.changes as usize)
            .unwrap_or_default()
    }
}

/// The largest answer text of one reply.
const MAX_REPLY_BYTES: usize = 256 << 20;
/// The most answers of one reply: those to the largest chunk, and as many again that nobody asked for.
const MAX_ANSWERS: usize = 2 * super::MAX_QUESTIONS;
/// The most change records of one person; a working life has some 200.
pub(super) const MAX_CHANGES: usize = 512;
/// The longest cell.
pub(super) const MAX_CELL_BYTES: usize = 512;
/// What an answer of usual length takes.
const USUAL_ANSWER_BYTES: usize = 512;

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
