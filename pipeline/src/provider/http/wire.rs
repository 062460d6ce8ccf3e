//! What both sides call things on the wire, and the JSON of questions and replies, piece by piece. *Pure.*

use bytes::Bytes;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::super::{
    Visit,
    digits::iso,
    question::Question,
    reply::{AnswerView, ChangeCells, Departure, Finding, Reply, Silence},
};

/// Text that goes out in pieces; each is overwritten when the last who holds it drops it.
pub(super) struct Pieces {
    piece: Zeroizing<Vec<u8>>,
}

impl Pieces {
    pub(super) fn new() -> Self {
        Self {
            piece: Zeroizing::new(Vec::with_capacity(PIECE_BYTES)),
        }
    }

    /// The piece, once it is worth sending.
    pub(super) fn full(&mut self) -> Option<Bytes> {
        (self.piece.len() >= PIECE_BYTES / 2).then(|| self.rest())
    }

    /// What there is.
    pub(super) fn rest(&mut self) -> Bytes {
        let next = Zeroizing::new(Vec::with_capacity(PIECE_BYTES));
        Bytes::from_owner(std::mem::replace(&mut self.piece, next))
    }

    fn len(&self) -> usize {
        self.piece.len()
    }

    fn clear(&mut self) {
        self.piece.clear();
    }

    fn raw(&mut self, text: &str) {
        self.make_room(text.len());
        self.piece.extend_from_slice(text.as_bytes());
    }

    fn member(&mut self, name: &str, text: &str) {
        self.raw(name);
        self.string(text);
    }

    /// `text` as a JSON string.
    fn string(&mut self, text: &str) {
        // The worst case, so that no buffer is left behind unscrubbed: each byte as six.
        self.make_room(6 * text.len() + 2);
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *self.piece, text);
    }

    fn make_room(&mut self, bytes: usize) {
        let needed = self.piece.len() + bytes;
        if needed > self.piece.capacity() {
            let mut grown = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
            grown.extend_from_slice(&self.piece);
            self.piece = grown;
        }
    }
}

/// The body that asks `questions`, piece by piece.
pub(super) struct QuestionsText<'q> {
    questions: &'q [Question],
    asked_at: Timestamp,
}

impl<'q> QuestionsText<'q> {
    pub(super) fn new(questions: &'q [Question], asked_at: Timestamp) -> Self {
        Self { questions, asked_at }
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> u64 {
        let (mut text, mut len) = (Pieces::new(), 0);
        for part in 0..self.parts() {
            self.write(&mut text, part);
            len += text.len() as u64;
            text.clear();
        }
        len
    }

    /// In how many parts it is written.
    pub(super) fn parts(&self) -> usize {
        self.questions.len() + 2
    }

    /// Writes part `part`: the head, a question, or the end.
    pub(super) fn write(&self, text: &mut Pieces, part: usize) {
        let Some(place) = part.checked_sub(1) else {
            text.member("{\"asked_at\":", &self.asked_at.to_string());
            text.raw(&format!(",\"count\":{},\"questions\":[", self.questions.len()));
            return;
        };
        let Some(question) = self.questions.get(place) else {
            return text.raw("]}");
        };
        text.raw(if place == 0 { "{" } else { ",{" });
        text.member("\"query_id\":", question.query_id.written().as_str());
        text.member(",\"item\":", question.item.as_str());
        text.member(",\"subject_id\":", question.subject_id.expose());
        text.member(",\"subject_name\":", question.subject_name.expose());
        text.member(",\"birth_date\":", iso(question.birth_date).as_str());
        text.raw("}");
    }
}

/// Writes the beginning of the reply about chunk `chunk`.
pub(super) fn write_head(text: &mut Pieces, chunk: u64, reply: &Reply) {
    let untold = usize::from(!reply.is_whole());
    let count = reply.answer_count() + reply.silences().len() + untold;
    text.member("{\"chunk\":", &chunk_text(chunk));
    text.raw(&format!(",\"count\":{count},\"answers\":["));
}

/// Writes one answer; its change records follow by [`write_change`], then [`write_answer_end`].
pub(super) fn write_answer(text: &mut Pieces, is_first: bool, answer: AnswerView<'_>) {
    let head = answer.head();
    text.raw(if is_first { "{" } else { ",{" });
    text.member("\"query_id\":", head.query_id);
    text.member(",\"subject_id\":", head.subject_id);
    text.member(",\"subject_name\":", head.subject_name);
    text.member(",\"birth_date\":", head.birth_date);
    let finding = match answer.finding() {
        Finding::Record => RECORD,
        Finding::NoRecord => NO_RECORD,
        Finding::Refused => REFUSED,
    };
    text.member(",\"finding\":", finding);
    for number in 0..answer.unlisted() {
        text.raw(&format!(",\"unlisted_{number}\":\"x\""));
    }
    text.raw(",\"changes\":[");
}

/// Writes one change record.
pub(super) fn write_change(text: &mut Pieces, is_first: bool, change: &ChangeCells<'_>) {
    text.raw(if is_first { "{" } else { ",{" });
    text.member("\"unit_no\":", change.unit_no);
    text.member(",\"unit_name\":", change.unit_name);
    text.member(",\"change\":", change.code);
    text.member(",\"effective_date\":", change.effective_date);
    text.member(",\"end_date\":", change.end_date);
    text.member(",\"insured_salary\":", change.insured_salary);
    text.member(",\"remark\":", change.remark);
    text.raw("}");
}

/// Ends an answer.
pub(super) fn write_answer_end(text: &mut Pieces) {
    text.raw("]}");
}

/// Writes that nothing is said of a question, or not yet.
pub(super) fn write_silence(text: &mut Pieces, is_first: bool, silence: &Silence) {
    text.raw(if is_first { "{" } else { ",{" });
    text.member("\"query_id\":", silence.query_id.written().as_str());
    let finding = match silence.departure {
        Departure::Before => NOT_TAKEN,
        Departure::After => PENDING,
    };
    text.member(",\"finding\":", finding);
    text.raw("}");
}

/// Ends the reply.
pub(super) fn write_end(text: &mut Pieces) {
    text.raw("]}");
}

/// A chunk's number as it is written.
pub(super) fn chunk_text(chunk: u64) -> String {
    format!("{chunk:016x}")
}

/// The word for a visit.
pub(super) fn visit_word(visit: Visit) -> &'static str {
    match visit {
        Visit::Ask => "ask",
        Visit::Recall => "recall",
    }
}

/// Header: whether the persons are real (`production`) or invented (`sandbox`).
pub(super) const ENVIRONMENT: &str = "mayfly-environment";
/// Header: `ask` or `recall`.
pub(super) const VISIT: &str = "mayfly-visit";
/// Header: the first part of all query ids.
pub(super) const CHUNK: &str = "mayfly-chunk";
pub(super) const RECORD: &str = "record";
pub(super) const NO_RECORD: &str = "no_record";
pub(super) const REFUSED: &str = "refused";
pub(super) const PENDING: &str = "pending";
pub(super) const NOT_TAKEN: &str = "not_taken";
/// The words for an environment.
pub(super) const SANDBOX: &str = "sandbox";
pub(super) const PRODUCTION: &str = "production";
/// What a piece has room for; half of it is sent.
const PIECE_BYTES: usize = 64 << 10;
