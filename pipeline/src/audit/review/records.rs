//! Finds the query record of a sampled entry; of a run of records of one chunk the chunk is opened once. *SQL.*

use std::{collections::BTreeSet, fs::File};

use mayfly_retention::segment::SegmentReader;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::{
    app::House,
    batch::{Chunk, chunks},
    error::{Error, Result},
    gate::record::QueryRecord,
    provider::QueryId,
    sealed,
};

/// Reads query records by their query id.
pub struct Records<'h> {
    house: &'h House,
    open: Option<(Chunk, SegmentReader<File>)>,
}

/// A record, and where it is.
pub struct Found {
    /// The bytes that the journal's entry commits to.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Its chunk.
    pub chunk: Chunk,
}

impl<'h> Records<'h> {
    /// Nothing is open yet.
    pub fn new(house: &'h House) -> Self {
        Self { house, open: None }
    }

    /// The record of `query`; `None` once it is not kept any more.
    ///
    /// # Errors
    /// `KEY-*`, `SEAL-*`, `DB-*`.
    pub async fn find(&mut self, conn: &mut AnyConnection, query: &str) -> Result<Option<Found>> {
        let id = QueryId::parse(query).ok_or(Error::Bug("a query id in the journal is none"))?;
        let tag = id.chunk() as i64;
        if self.open.as_ref().is_none_or(|(chunk, _)| chunk.tag != tag) {
            let Some(chunk) = chunks::by_tag(conn, tag).await? else {
                return Ok(None);
            };
            let segment = sealed::segment(self.house, &chunk.queries)?;
            self.open = Some((chunk, segment));
        }
        let Some((chunk, segment)) = &self.open else {
            return Ok(None);
        };
        Ok(Some(Found {
            bytes: segment.record(id.ordinal())?,
            chunk: chunk.clone(),
        }))
    }
}

impl Found {
    /// What the record says.
    ///
    /// # Errors
    /// A bug, if it is not in the form of records.
    pub fn read(&self) -> Result<QueryRecord<'_>> {
        QueryRecord::parse(&self.bytes).ok_or(Error::Bug("a query record is not readable"))
    }

    /// Who queried and who approved.
    ///
    /// # Errors
    /// As [`Found::read`].
    pub fn actors(&self) -> Result<BTreeSet<String>> {
        let record = self.read()?;
        let asked = record.asked.as_ref().into_iter();
        Ok(asked
            .flat_map(|asked| [asked.account.to_owned(), asked.approver.to_owned()])
            .collect())
    }
}

/// That a record's own years are over.
pub fn gone() -> Error {
    Error::Input {
        code: "REVIEW-GONE",
        sentence: "the query record is not kept any more: its years are over".into(),
        remedy: "see the report of the review, if it was written",
    }
}
