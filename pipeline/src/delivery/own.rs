//! A person's rows at the terminal: cases they asked about themselves or have a grant for, with the right of the day. *SQL.*

use std::ops::RangeInclusive;

use serde::Serialize;

use super::{
    files,
    permit::{self, Reader},
    rows,
};
use crate::{
    access::stopping::check_reason,
    app::House,
    batch::requests::Request,
    error::Result,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    provider::ANSWERS_HEADER,
    run,
};

/// The rows a person may see.
pub struct OwnRows {
    /// The rows, with their answers.
    pub rows: Vec<rows::ResultRow>,
    /// Answers kept back: stopped, or out of their window.
    pub withheld: usize,
}

impl OwnRows {
    /// What became of them, as a results file has it.
    ///
    /// # Errors
    /// Only our own mistakes.
    pub fn results(&self, house: &House) -> Result<Vec<u8>> {
        let mut table = files::lines([rows::RESULTS_HEADER])?;
        table.extend(files::lines(self.rows.iter().map(|row| row.cells(house)))?);
        Ok(table)
    }

    /// Their answers, as an answers file has them.
    pub fn answers(&self) -> Vec<u8> {
        let answers = self.rows.iter().filter_map(|row| row.answer.as_ref());
        let lines = answers.flat_map(|answer| answer.iter().copied());
        ANSWERS_HEADER.bytes().chain(lines).collect()
    }
}

/// Reads the rows of the batch named `batch` that `account` queried or has a grant for now, after entering the act in the
/// journal (D25).
///
/// # Errors
/// `GRANT-NONE` if there is none of either kind; what [`permit::check`] refuses.
pub async fn read(house: &House, batch: &str, account: &str) -> Result<OwnRows> {
    let all = Part {
        lines: 0..=i64::MAX,
        reason: None,
    };
    read_part(house, batch, account, &all).await
}

/// Of the rows of a batch, those that somebody wants to see, and why.
pub struct Part<'a> {
    /// Their lines.
    pub lines: RangeInclusive<i64>,
    /// Why they are shown without masks; none: with masks, or to a program.
    pub reason: Option<&'a str>,
}

/// The same for a part of the rows: of the others, nothing is opened.
///
/// # Errors
/// `STOP-REASON` besides.
pub async fn read_part(house: &House, batch: &str, account: &str, part: &Part<'_>) -> Result<OwnRows> {
    part.reason.map_or(Ok(()), check_reason)?;
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    let mut tx = house.db.begin().await?;
    let mut permit =
        permit::check(house, tx.connection(), &batch, Reader::Member(account.to_owned())).await?;
    permit.check_part(tx.connection(), &batch, false).await?;
    let act = Act {
        kind: Kind::Read,
        member: &batch.member,
        reference: &batch.batch,
    };
    act::enter(
        house,
        tx.connection(),
        &act,
        &Reading {
            account,
            lines: part.reason.map(|_| [*part.lines.start(), *part.lines.end()]),
            reason: part.reason,
        },
        house.clock.now(),
    )
    .await?;
    tx.commit().await?;
    let mut own = OwnRows {
        rows: vec![],
        withheld: 0,
    };
    for (chunk, answers) in std::mem::take(&mut permit.chunks) {
        let (first, last) = (chunk.first_line, chunk.first_line + chunk.row_count - 1);
        if last < *part.lines.start() || first > *part.lines.end() {
            continue;
        }
        permit.renew(house, &mut reader, &batch).await?;
        let place = (&chunk, answers.as_slice());
        let wanted =
            |request: &Request| part.lines.contains(&request.line) && permit.reads(&batch, &request.querier);
        own.rows
            .extend(rows::with_answers(house, &mut reader, place, &permit, &wanted).await?);
    }
    own.withheld = own.rows.iter().filter(|row| row.withheld).count();
    journal::signing::sign(house).await?;
    Ok(own)
}

/// What the journal keeps of a reading.
#[derive(Serialize)]
struct Reading<'a> {
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<[i64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}
