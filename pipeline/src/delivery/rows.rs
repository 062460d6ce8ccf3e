//! A batch's results and answers in the order of its lines, one chunk in memory at a time. *SQL.*

use std::fs::File;

use jiff::Timestamp;
use mayfly_consent::{Code, CodeSet};
use mayfly_retention::segment::SegmentReader;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::permit::{Permit, readable};
use crate::{
    app::House,
    batch::{Batch, Chunk, Outcome, chunks, requests},
    error::{Error, Result},
    gate::record::QueryRecord,
    sealed,
};

/// The header of a results file.
pub const RESULTS_HEADER: [&str; 8] = [
    "line",
    "case_no",
    "consent_ref",
    "status",
    "codes",
    "query_id",
    "answered_at",
    "expires_at",
];

/// One request and, while it may be read, its answer.
pub struct ResultRow {
    /// Line of the file.
    pub line: i64,
    /// The member's case number.
    pub case_no: String,
    /// The member's number of the consent.
    pub consent_ref: String,
    /// What became of it.
    pub outcome: Outcome,
    /// All codes that apply.
    pub codes: CodeSet,
    /// Which cell of a refused row each code is about.
    pub faults: Vec<(String, Code)>,
    /// The query id; empty for a refused row.
    pub query_id: String,
    /// Who queried.
    pub querier: String,
    /// When the answer arrived.
    pub answered_at: Option<Timestamp>,
    /// The answer's lines (formats.md), unless there is none or it may not be read.
    pub answer: Option<Zeroizing<Vec<u8>>>,
    /// Whether there is an answer that a stop or the end of its window keeps back.
    pub withheld: bool,
}

impl ResultRow {
    /// The cells of its line in a results file.
    pub fn cells(&self, house: &House) -> [String; 8] {
        [
            self.line.to_string(),
            self.case_no.clone(),
            self.consent_ref.clone(),
            self.outcome.word().to_owned(),
            self.codes.to_string(),
            self.query_id.clone(),
            self.answered_at.map_or_else(String::new, |at| at.to_string()),
            self.answered_at
                .map_or_else(String::new, |at| house.regime.expires_at(at).to_string()),
        ]
    }
}

/// The rows of one chunk. Answers are opened only with a permit, each held against its own window.
pub async fn of_chunk(
    house: &House,
    conn: &mut AnyConnection,
    batch: &Batch,
    chunk: &Chunk,
    permit: Option<&Permit>,
) -> Result<Vec<ResultRow>> {
    let requests = requests::of_lines(&mut *conn, batch.batch_no, chunk.first_line, chunk.row_count).await?;
    let queries = sealed::segment(house, &chunk.queries)?;
    let answers = answers(house, conn, chunk, permit).await?;
    let mut records = queries.iter();
    let mut rows = Vec::with_capacity(requests.len());
    for (ordinal, request) in (0u32..).zip(requests) {
        let bytes = records.next().ok_or_else(unreadable)??;
        let record = QueryRecord::parse(&bytes).ok_or_else(unreadable)?;
        if record.line != request.line {
            return Err(unreadable());
        }
        let mut row = ResultRow {
            line: request.line,
            case_no: record.case_no.to_string(),
            consent_ref: record.consent_ref.to_string(),
            outcome: request.outcome,
            codes: request.codes,
            faults: record
                .faults
                .iter()
                .map(|(column, code)| Some(((*column).to_owned(), Code::parse(code)?)))
                .collect::<Option<_>>()
                .ok_or_else(unreadable)?,
            query_id: record.query.to_owned(),
            querier: request.querier,
            answered_at: None,
            answer: None,
            withheld: false,
        };
        if row.outcome == Outcome::Answered || row.outcome == Outcome::NoRecord {
            row.answered_at = chunk.obtained_at;
        }
        if row.outcome == Outcome::Answered {
            let stopped = permit.is_some_and(|permit| {
                permit.registers.person_stopped(&row.querier)
                    || record
                        .asked
                        .as_ref()
                        .is_some_and(|asked| permit.registers.item_stopped(asked.operation))
            });
            for source in &answers {
                if let Some(answer) = source.answer(ordinal)? {
                    row.answered_at = Some(source.obtained_at);
                    row.answer = Some(answer).filter(|_| !stopped);
                    break;
                }
            }
            row.withheld = permit.is_some() && row.answer.is_none();
        }
        rows.push(row);
    }
    Ok(rows)
}

/// One segment of answers.
struct Answers {
    segment: SegmentReader<File>,
    obtained_at: Timestamp,
}

impl Answers {
    fn answer(&self, ordinal: u32) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if ordinal >= self.segment.len() {
            return Ok(None);
        }
        let bytes = self.segment.record(ordinal)?;
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }
}

/// The segments of a chunk whose window is still open; no key of another is touched.
async fn answers(
    house: &House,
    conn: &mut AnyConnection,
    chunk: &Chunk,
    permit: Option<&Permit>,
) -> Result<Vec<Answers>> {
    let Some(permit) = permit else {
        return Ok(Vec::new());
    };
    let mut places = chunks::late(conn, chunk.chunk_no).await?;
    places.extend(chunk.answers.clone());
    places
        .into_iter()
        .filter(|(_, _, obtained_at)| readable(house, *obtained_at, permit.now))
        .map(|(cohort, object, obtained_at)| {
            Ok(Answers {
                segment: sealed::segment(house, &(cohort, object))?,
                obtained_at,
            })
        })
        .collect()
}

fn unreadable() -> Error {
    Error::Bug("a sealed query record is not what was written")
}
