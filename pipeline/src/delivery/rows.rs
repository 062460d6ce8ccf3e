//! A batch's results and answers in the order of its lines, one chunk in memory at a time. *SQL.*

use std::fs::File;

use jiff::Timestamp;
use mayfly_consent::{Code, CodeSet};
use mayfly_retention::segment::SegmentReader;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use super::permit::{Answers, Permit};
use crate::{
    app::House,
    batch::{
        Chunk, Outcome,
        requests::{self, Request},
    },
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
        let expires_at = self.answered_at.map(|at| house.regime.expires_at(at));
        [
            self.line.to_string(),
            self.case_no.clone(),
            self.consent_ref.clone(),
            self.outcome.word().to_owned(),
            self.codes.to_string(),
            self.query_id.clone(),
            self.answered_at.map_or_else(String::new, |at| at.to_string()),
            expires_at.map_or_else(String::new, |at| at.to_string()),
        ]
    }
}

/// The rows of one chunk, without their answers.
pub async fn of_chunk(house: &House, conn: &mut AnyConnection, chunk: &Chunk) -> Result<Vec<ResultRow>> {
    read(house, conn, chunk, |_, _, _| Ok(Answer::None)).await
}

/// The rows of one chunk with their answers, each held against its own window before its key is used; those that are not
/// `wanted` are left out, unopened.
pub async fn with_answers(
    house: &House,
    conn: &mut AnyConnection,
    (chunk, answers): (&Chunk, &[Answers]),
    permit: &Permit,
    wanted: &(dyn Fn(&Request) -> bool + Sync),
) -> Result<Vec<ResultRow>> {
    let mut segments = Vec::new();
    for answers in answers.iter().filter(|answers| permit.allows(house, answers)) {
        segments.push((sealed::segment(house, &answers.place)?, answers.obtained_at));
    }
    read(house, conn, chunk, |request, ordinal, item| {
        if !wanted(request) {
            return Ok(Answer::Others);
        }
        if request.outcome != Outcome::Answered {
            return Ok(Answer::None);
        }
        if permit.is_stopped(&request.querier, item) {
            return Ok(Answer::Withheld);
        }
        for (segment, obtained_at) in &segments {
            if let Some(answer) = answer(segment, ordinal)? {
                return Ok(Answer::Here(answer, *obtained_at));
            }
        }
        Ok(Answer::Withheld)
    })
    .await
}

/// What there is to a request.
enum Answer {
    /// Its answer, and when it arrived.
    Here(Zeroizing<Vec<u8>>, Timestamp),
    /// An answer that may not be read.
    Withheld,
    /// No answer.
    None,
    /// Somebody else's request.
    Others,
}

async fn read(
    house: &House,
    conn: &mut AnyConnection,
    chunk: &Chunk,
    answer: impl Fn(&Request, u32, &str) -> Result<Answer>,
) -> Result<Vec<ResultRow>> {
    let requests = requests::of_chunk(&mut *conn, chunk).await?;
    let queries = sealed::segment(house, &chunk.queries)?;
    let mut rows = Vec::with_capacity(requests.len());
    for (ordinal, (request, bytes)) in (0u32..).zip(requests.into_iter().zip(queries.iter())) {
        let bytes = bytes?;
        let record = QueryRecord::parse(&bytes)
            .filter(|record| record.line == request.line)
            .ok_or_else(unreadable)?;
        let item = record.asked.as_ref().map_or("", |asked| asked.operation);
        let found = answer(&request, ordinal, item)?;
        if matches!(found, Answer::Others) {
            continue;
        }
        let mut row = result_row(&request, &record)?;
        match found {
            Answer::Here(lines, obtained_at) => {
                (row.answer, row.answered_at) = (Some(lines), Some(obtained_at))
            }
            Answer::Withheld => (row.withheld, row.answered_at) = (true, chunk.obtained_at),
            Answer::None if row.outcome.is_told() => row.answered_at = chunk.obtained_at,
            Answer::None | Answer::Others => {}
        }
        rows.push(row);
    }
    if i64::try_from(rows.len()).is_ok_and(|count| count <= chunk.row_count) {
        Ok(rows)
    } else {
        Err(unreadable())
    }
}

fn result_row(request: &Request, record: &QueryRecord<'_>) -> Result<ResultRow> {
    let fault = |(column, code): &(&str, &str)| Some(((*column).to_owned(), Code::parse(code)?));
    Ok(ResultRow {
        line: request.line,
        case_no: record.case_no.to_string(),
        consent_ref: record.consent_ref.to_string(),
        outcome: request.outcome,
        codes: request.codes,
        faults: record
            .faults
            .iter()
            .map(fault)
            .collect::<Option<_>>()
            .ok_or_else(unreadable)?,
        query_id: record.query.to_owned(),
        answered_at: None,
        answer: None,
        withheld: false,
    })
}

fn answer(segment: &SegmentReader<File>, ordinal: u32) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if ordinal >= segment.len() {
        return Ok(None);
    }
    Ok(Some(segment.record(ordinal)?).filter(|lines| !lines.is_empty()))
}

fn unreadable() -> Error {
    Error::Bug("a sealed query record is not what was written")
}
