//! Decides which answer of a reply belongs to which question, and what of it is kept. *Pure.*

use std::ops::AddAssign;

use mayfly_consent::{Code, SubjectName};

use super::{
    Visit,
    allowed::AllowList,
    answer::{AnswerLines, LineWriter, Subject},
    change::Change,
    digits::parse_date,
    exchange::as_sent,
    flags::{self, Flags},
    grades,
    question::{QueryId, Question},
    reply::{AnswerView, Departure, Finding, Reply},
};

/// What became of one question.
pub enum AnswerOutcome {
    /// The person's change records.
    Answered(AnswerLines),
    /// The provider knows of no record.
    NoRecord,
    /// Nothing came of it, and the provider did not carry it out for us: the consent's use is free again (D24).
    Failed(Code),
    /// It may have been carried out: the use stays taken until the query is settled under its id (D24).
    Unresolved(Code),
}

/// A reply, decided: one outcome for each question, in their order.
pub struct Matched {
    /// What became of each question.
    pub outcomes: Vec<AnswerOutcome>,
    /// What the reply held that nobody asked for. None of it was kept.
    pub dropped: Dropped,
    /// Answers kept although the name differs from ours: counted, never decisive (D23).
    pub other_names: usize,
}

/// How much of a reply was dropped (D19), by kind.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Dropped {
    /// Answers under a query id that is none of the chunk's.
    pub extra_persons: usize,
    /// Fields off the allow-list: whole fields, and cells of a field that the item does not grant.
    pub unlisted_fields: usize,
    /// Second copies of an answer, word for word.
    pub duplicates: usize,
    /// Answers under our query id about another person.
    pub wrong_person: usize,
}

/// Puts the answers of `reply` to `questions`, by query id, identity number and birth date; nothing else decides.
///
/// | the reply | the question |
/// |---|---|
/// | has an answer under its id about this person | answered, or no record |
/// | … that refuses | failed, `PRV-REFUSED` |
/// | … that is about another person | failed, `PRV-MISMATCH` |
/// | … that differs from a second one, or has a cell that is not of its kind | failed, `PRV-INTEGRITY` |
/// | has none, and the question never left | failed, `PRV-TIMEOUT`; on a recall unresolved |
/// | has none, and we stopped waiting | unresolved, `PRV-TIMEOUT` |
/// | has none | unresolved, `PRV-UNKNOWN` |
/// | does not have as many answers as it says | unresolved, `PRV-INTEGRITY`: every question that left |
///
/// The reply is scrubbed on return.
#[must_use]
pub fn match_reply(visit: Visit, questions: &[Question], reply: Reply, allowed: &AllowList) -> Matched {
    let index = Index::of(questions);
    let departures = departures(&index, questions, &reply);
    if !reply.is_whole() {
        let outcomes = departures
            .into_iter()
            .map(|departure| nothing_from(visit, departure, Code::PrvIntegrity))
            .collect();
        return Matched {
            outcomes,
            dropped: Dropped::default(),
            other_names: 0,
        };
    }
    let mut reading = Reading::new(allowed);
    let seats = reading.seat(&index, questions.len(), &reply);
    let outcomes = questions
        .iter()
        .zip(seats)
        .zip(departures)
        .map(|((question, seat), departure)| match seat {
            Seat::Empty => nothing_from(visit, departure, Code::PrvUnknown),
            Seat::Taken(answer) => reading.outcome(question, answer),
            Seat::Contested => AnswerOutcome::Failed(Code::PrvIntegrity),
        })
        .collect();
    Matched {
        outcomes,
        dropped: reading.dropped,
        other_names: reading.other_names,
    }
}

impl Dropped {
    /// Whether everything in the reply had been asked for.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Dropped {
    fn add_assign(&mut self, more: Self) {
        self.extra_persons += more.extra_persons;
        self.unlisted_fields += more.unlisted_fields;
        self.duplicates += more.duplicates;
        self.wrong_person += more.wrong_person;
    }
}

/// The answer that sits at one question.
enum Seat<'r> {
    Empty,
    Taken(AnswerView<'r>),
    /// Two answers that differ.
    Contested,
}

/// One pass over a reply, with the buffers it uses again for each person.
struct Reading<'r> {
    allowed: AllowList,
    dropped: Dropped,
    other_names: usize,
    changes: Vec<Change<'r>>,
    flags: Vec<Flags>,
    writer: LineWriter,
}

impl<'r> Reading<'r> {
    fn new(allowed: &AllowList) -> Self {
        Self {
            allowed: *allowed,
            dropped: Dropped::default(),
            other_names: 0,
            changes: Vec::new(),
            flags: Vec::new(),
            writer: LineWriter::new(),
        }
    }

    fn seat(&mut self, index: &Index, questions: usize, reply: &'r Reply) -> Vec<Seat<'r>> {
        let mut seats: Vec<Seat<'r>> = Vec::new();
        seats.resize_with(questions, || Seat::Empty);
        self.dropped.unlisted_fields += reply.passed_over();
        for answer in reply.answers() {
            self.dropped.unlisted_fields += answer.unlisted();
            let place = QueryId::parse(answer.head().query_id).and_then(|id| index.find(id));
            let Some(seat) = place.and_then(|place| seats.get_mut(place)) else {
                self.dropped.extra_persons += 1;
                continue;
            };
            match seat {
                Seat::Empty => *seat = Seat::Taken(answer),
                Seat::Taken(first) if first.is_identical(&answer) => self.dropped.duplicates += 1,
                Seat::Taken(_) | Seat::Contested => *seat = Seat::Contested,
            }
        }
        seats
    }

    fn outcome(&mut self, question: &Question, answer: AnswerView<'r>) -> AnswerOutcome {
        if answer.is_malformed() {
            return AnswerOutcome::Failed(Code::PrvIntegrity);
        }
        let head = answer.head();
        let birth_date = parse_date(head.birth_date);
        if head.subject_id != question.subject_id.expose()
            || birth_date.is_some_and(|day| day != question.birth_date)
        {
            self.dropped.wrong_person += 1;
            return AnswerOutcome::Failed(Code::PrvMismatch);
        }
        if birth_date.is_none() {
            return AnswerOutcome::Failed(Code::PrvIntegrity);
        }
        match answer.finding() {
            Finding::Refused => AnswerOutcome::Failed(Code::PrvRefused),
            Finding::NoRecord if answer.changes().next().is_none() => AnswerOutcome::NoRecord,
            Finding::NoRecord => AnswerOutcome::Failed(Code::PrvIntegrity),
            Finding::Record => self.lines(question, head.subject_name, answer),
        }
    }

    fn lines(&mut self, question: &Question, name: &str, answer: AnswerView<'r>) -> AnswerOutcome {
        self.changes.clear();
        for cells in answer.changes() {
            match Change::read(&cells, &self.allowed, &mut self.dropped.unlisted_fields) {
                Ok(change) => self.changes.push(change),
                Err(_) => return AnswerOutcome::Failed(Code::PrvIntegrity),
            }
        }
        if self.changes.is_empty() {
            return AnswerOutcome::Failed(Code::PrvIntegrity);
        }
        self.other_names += usize::from(!names_agree(&question.subject_name, name));
        flags::derive(&self.changes, grades::tables(), &mut self.flags);
        let subject = Subject {
            id: question.subject_id.expose(),
            name,
            birth_date: question.birth_date,
        };
        AnswerOutcome::Answered(self.writer.lines(subject, &self.changes, &self.flags))
    }
}

/// Where each query id sits among the questions.
struct Index {
    first: Option<QueryId>,
    places: Vec<(QueryId, u32)>,
}

impl Index {
    fn of(questions: &[Question]) -> Self {
        let mut places: Vec<_> = questions
            .iter()
            .zip(0..)
            .map(|(question, place)| (question.query_id, place))
            .collect();
        places.sort_unstable();
        Self {
            first: places.first().map(|(id, _)| *id),
            places,
        }
    }

    /// The place of `id` among the questions. Ids of a chunk are mostly consecutive, so the first guess mostly holds.
    fn find(&self, id: QueryId) -> Option<usize> {
        let guess = id.ordinal().checked_sub(self.first?.ordinal())? as usize;
        let at = match self.places.get(guess) {
            Some((there, _)) if *there == id => guess,
            _ => self.places.binary_search_by_key(&id, |(there, _)| *there).ok()?,
        };
        self.places.get(at).map(|(_, place)| *place as usize)
    }
}

/// What our side of the link observed of each question about which nothing came back.
fn departures(index: &Index, questions: &[Question], reply: &Reply) -> Vec<Option<Departure>> {
    let mut departures = vec![None; questions.len()];
    for silence in reply.silences() {
        if let Some(departure) = index
            .find(silence.query_id)
            .and_then(|place| departures.get_mut(place))
        {
            *departure = Some(silence.departure);
        }
    }
    departures
}

fn nothing_from(visit: Visit, departure: Option<Departure>, otherwise: Code) -> AnswerOutcome {
    match departure {
        Some(Departure::Before) if visit == Visit::Ask => AnswerOutcome::Failed(Code::PrvTimeout),
        Some(Departure::Before | Departure::After) => AnswerOutcome::Unresolved(Code::PrvTimeout),
        None => AnswerOutcome::Unresolved(otherwise),
    }
}

/// Whether two spellings of a name may be the same (D23).
fn names_agree(ours: &SubjectName, theirs: &str) -> bool {
    let agrees =
        |ours: &SubjectName| SubjectName::parse(theirs.trim()).is_ok_and(|theirs| ours.matches(&theirs));
    // A name that went through a file may have been cut.
    let is_cut = || {
        let sent = as_sent(ours.expose());
        sent.chars().count() < ours.expose().chars().count()
            && SubjectName::parse(&sent).is_ok_and(|sent| agrees(&sent))
    };
    theirs == ours.expose() || agrees(ours) || is_cut()
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
