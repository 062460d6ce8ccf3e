//! Settles a chunk: matches the reply and seals the answers as one segment; then writes every outcome in one commit. *SQL.*

use std::collections::BTreeMap;

use jiff::Timestamp;
use mayfly_consent::{Code, CodeSet};
use mayfly_retention::{Class, OsRandomness};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    app::House,
    batch::{Batch, Counts, Outcome, chunks, requests},
    error::{Error, Result},
    gate::AskedChunk,
    journal::{
        act::{self, Act},
        entry::Kind,
    },
    provider::{AllowList, AnswerOutcome, Dropped, Link, Matched, Visit, match_reply},
    sealed,
    transfer::Incoming,
};

/// Writes what became of a chunk; every one of its rows has its outcome afterwards (invariant 2).
pub async fn settle(house: &House, link: &Link, batch: &Batch, decided: Decided) -> Result<()> {
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let chunk = &decided.chunk;
    chunks::settle(
        conn,
        batch,
        chunk.chunk_no,
        decided.answers.as_ref(),
        decided.obtained_at,
        &decided.counts,
    )
    .await?;
    for ((outcome, code), lines) in &decided.exceptions {
        let codes = codes_of(*code);
        let release = *outcome == Outcome::Failed;
        requests::move_lines(
            conn,
            batch.batch_no,
            lines,
            (Outcome::Asked, *outcome),
            codes,
            release,
        )
        .await?;
    }
    if !chunks::adds_up(conn, chunk.chunk_no).await? {
        return Err(Error::Bug("the outcomes of a chunk do not add up"));
    }
    decided.enter(house, conn, batch).await?;
    tx.commit().await?;
    decided.clear(link, batch)?;
    let Counts {
        answered,
        no_record,
        failed,
        unresolved,
        ..
    } = decided.counts;
    let first_line = chunk.first_line;
    tracing::info!(
        batch = batch.batch,
        first_line,
        answered,
        no_record,
        failed,
        unresolved,
        "settled"
    );
    Ok(())
}

/// What became of a chunk, sealed and ready to be committed.
pub struct Decided {
    pub(super) chunk: crate::batch::Chunk,
    pub(super) counts: Counts,
    /// Lines that were not answered, by outcome and code.
    pub(super) exceptions: BTreeMap<(Outcome, Option<Code>), Vec<i64>>,
    /// Lines that were.
    pub(super) answered: Vec<i64>,
    /// Where the answers are sealed.
    pub(super) answers: Option<(String, String)>,
    pub(super) obtained_at: Timestamp,
    dropped: Dropped,
    other_names: usize,
    incoming: Option<Incoming>,
}

/// What the journal keeps of a settlement.
#[derive(Serialize)]
struct Settlement<'a> {
    batch: &'a str,
    first_line: i64,
    #[serde(flatten)]
    counts: Counts,
    segment: Option<&'a str>,
    obtained_at: Timestamp,
    dropped_extra_persons: usize,
    dropped_unlisted_fields: usize,
    dropped_duplicates: usize,
    dropped_wrong_person: usize,
    other_names: usize,
}

impl Decided {
    /// Whether there is nothing to write: no row has its outcome, and no reply file is to be noted.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.total() == self.counts.unresolved && self.incoming.is_none()
    }

    /// Removes the reply file, now that what it told is committed; tells whether there was one.
    pub(super) fn clear(&self, link: &Link, batch: &Batch) -> Result<bool> {
        if let (Some(incoming), Link::Exchange(exchange)) = (&self.incoming, link) {
            incoming.clear(exchange, batch, &self.chunk)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Enters the settlement in the journal, and the reply file it came in.
    pub(super) async fn enter(
        &self,
        house: &House,
        conn: &mut sqlx::AnyConnection,
        batch: &Batch,
    ) -> Result<()> {
        let reference = format!("{}:{}", batch.batch, self.chunk.first_line);
        let act = Act {
            kind: Kind::Settle,
            member: &batch.member,
            reference: &reference,
        };
        let payload = Settlement {
            batch: &batch.batch,
            first_line: self.chunk.first_line,
            counts: self.counts,
            segment: self.answers.as_ref().map(|(_, object)| object.as_str()),
            obtained_at: self.obtained_at,
            dropped_extra_persons: self.dropped.extra_persons,
            dropped_unlisted_fields: self.dropped.unlisted_fields,
            dropped_duplicates: self.dropped.duplicates,
            dropped_wrong_person: self.dropped.wrong_person,
            other_names: self.other_names,
        };
        act::enter(house, conn, &act, &payload, self.obtained_at).await?;
        if let Some(incoming) = &self.incoming {
            incoming
                .enter(house, conn, batch, &self.chunk, self.obtained_at)
                .await?;
        }
        Ok(())
    }
}

/// Matches the reply with what was asked, and seals what may be kept under the cohort of its arrival (D1).
pub(super) fn decide(house: &House, asked: AskedChunk) -> Result<Decided> {
    let AskedChunk {
        chunk,
        asked,
        questions,
        held,
        visit,
        reply,
        obtained_at,
        incoming,
    } = asked;
    let Matched {
        outcomes,
        dropped,
        other_names,
    } = match reply {
        Ok(reply) => match_reply(visit, &questions, reply, &AllowList::ALL),
        Err(error) => Matched {
            outcomes: questions.iter().map(|_| error.outcome(visit)).collect(),
            dropped: Dropped::default(),
            other_names: 0,
        },
    };
    let mut decided = Decided {
        chunk,
        counts: Counts::default(),
        exceptions: BTreeMap::new(),
        answered: Vec::new(),
        answers: None,
        obtained_at,
        dropped,
        other_names,
        incoming,
    };
    for (line, code) in held {
        let outcome = match visit {
            // It has certainly not left: the use of its consent is given back.
            Visit::Ask => Outcome::Failed,
            Visit::Recall => Outcome::Unresolved,
        };
        decided.except(outcome, Some(code), line);
    }
    let (place, key) = house.new_place(Class::Answer, obtained_at)?;
    let mut segment = house
        .vault
        .create_segment(place, obtained_at, &key, &OsRandomness)?;
    let mut next_line = decided.chunk.first_line;
    let mut buffer = Zeroizing::new(Vec::with_capacity(ANSWER_BYTES));
    for ((question, asked), outcome) in questions.iter().zip(&asked).zip(outcomes) {
        match outcome {
            AnswerOutcome::Answered(lines) => {
                for _ in next_line..asked.line {
                    segment.push(b"")?;
                }
                buffer.clear();
                let bound = lines.bound(&asked.case_no, &asked.consent_ref);
                if bound > buffer.capacity() {
                    buffer = Zeroizing::new(Vec::with_capacity(bound.next_power_of_two()));
                }
                lines.write_lines(&mut buffer, &asked.case_no, &asked.consent_ref, question.item());
                segment.push(&buffer)?;
                next_line = asked.line + 1;
                decided.answered.push(asked.line);
                decided.counts.answered += 1;
            }
            AnswerOutcome::NoRecord => decided.except(Outcome::NoRecord, None, asked.line),
            AnswerOutcome::Failed(code) => decided.except(Outcome::Failed, Some(code), asked.line),
            AnswerOutcome::Unresolved(code) => decided.except(Outcome::Unresolved, Some(code), asked.line),
        }
    }
    if decided.counts.answered > 0 {
        segment.commit()?;
        decided.answers = Some(sealed::columns(place));
    }
    Ok(decided)
}

impl Decided {
    fn except(&mut self, outcome: Outcome, code: Option<Code>, line: i64) {
        match outcome {
            Outcome::NoRecord => self.counts.no_record += 1,
            Outcome::Failed => self.counts.failed += 1,
            _ => self.counts.unresolved += 1,
        }
        self.exceptions.entry((outcome, code)).or_default().push(line);
    }
}

/// The one code of an exception, as the set that is stored.
pub(super) fn codes_of(code: Option<Code>) -> CodeSet {
    let mut codes = CodeSet::default();
    if let Some(code) = code {
        codes.insert(code);
    }
    codes
}

const ANSWER_BYTES: usize = 16 << 10;
