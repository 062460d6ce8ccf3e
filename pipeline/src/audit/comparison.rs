//! Holds a member's own query log against the bureau's query records, line by line (九(三)2(1)). *Pure.*
//!
//! Both sides name a query by batch and line. What is compared is remembered as digests under a key of this run alone, so
//! that a month of a million records takes some fifty megabytes and none of its values.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use serde::Serialize;

/// What both sides must agree on.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 查詢者帳號.
    Querier,
    /// 查詢作業代號.
    Item,
    /// 身分證號.
    SubjectId,
    /// 案號.
    CaseNo,
    /// The member's number of the consent.
    ConsentRef,
    /// 核准人員.
    Approver,
    /// 核准時間.
    ApprovedAt,
    /// 事由.
    Reason,
}

impl Field {
    /// All of them, in the order of [`Values`].
    pub const ALL: [Self; 8] = [
        Self::Querier,
        Self::Item,
        Self::SubjectId,
        Self::CaseNo,
        Self::ConsentRef,
        Self::Approver,
        Self::ApprovedAt,
        Self::Reason,
    ];

    /// What a bank calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Querier => "查詢人員",
            Self::Item => "查詢項目",
            Self::SubjectId => "身分證號",
            Self::CaseNo => "案號",
            Self::ConsentRef => "授權編號",
            Self::Approver => "核准人員",
            Self::ApprovedAt => "核准時間",
            Self::Reason => "事由",
        }
    }

    /// Its column in a member's log.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Querier => "querier",
            Self::Item => "item",
            Self::SubjectId => "subject_id",
            Self::CaseNo => "case_no",
            Self::ConsentRef => "consent_ref",
            Self::Approver => "approver",
            Self::ApprovedAt => "approved_at",
            Self::Reason => "reason",
        }
    }
}

/// What one side has in each [`Field`].
pub type Values<'v> = [&'v str; Field::ALL.len()];

/// What is wrong with one query.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Difference {
    /// The member's log has it, the bureau has not.
    MissingHere,
    /// The bureau has it, the member's log has not.
    MissingThere,
    /// The member's log has it more than once.
    Twice,
    /// Both have it, with other values in these fields.
    Different {
        /// Which.
        fields: Vec<Field>,
    },
    /// The line of the member's log has something in these fields that is nothing of its kind.
    Unreadable {
        /// Which.
        fields: Vec<Field>,
    },
    /// The bureau's record rests on no consent.
    NoConsent,
    /// The bureau's record names no approval by another person before the query.
    NoApproval,
}

impl Difference {
    /// Its word in files.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Twice => "twice",
            Self::Different { .. } => "different",
            Self::Unreadable { .. } => "unreadable",
            Self::NoConsent => "no_consent",
            Self::NoApproval => "no_approval",
        }
    }
}

impl Difference {
    /// This without `field`; none, if nothing else differs.
    pub fn besides(self, field: Field) -> Option<Self> {
        let Self::Different { mut fields } = self else {
            return Some(self);
        };
        fields.retain(|other| *other != field);
        (!fields.is_empty()).then_some(Self::Different { fields })
    }
}

/// The bureau's records of a month, and which of them the member's log has named so far.
#[derive(Default)]
pub struct Comparison {
    key: RandomState,
    batches: HashMap<String, Vec<Record>>,
}

struct Record {
    line: u32,
    state: State,
    whole: u64,
    fields: [u32; Field::ALL.len()],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A query, not named yet.
    Open,
    /// Named by the log.
    Seen,
    /// No query: the bureau refused the row.
    Refused,
}

impl Comparison {
    /// Takes the bureau's record of `line` of `batch`; `values` is nothing for a row that was refused. The lines of a batch
    /// come in their order.
    pub fn hold(&mut self, batch: &str, line: u32, values: Option<&Values<'_>>) {
        let (whole, fields) = values.map_or((0, Default::default()), |values| self.digests(values));
        let state = match values {
            Some(_) => State::Open,
            None => State::Refused,
        };
        let record = Record {
            line,
            state,
            whole,
            fields,
        };
        match self.batches.get_mut(batch) {
            Some(records) => records.push(record),
            None => _ = self.batches.insert(batch.to_owned(), vec![record]),
        }
    }

    /// Takes a line of the member's log; returns what is wrong with it. A row that the bureau refused was no query, and is
    /// right in the log or not there.
    pub fn name(&mut self, batch: &str, line: u32, values: &Values<'_>) -> Option<Difference> {
        let (whole, fields) = self.digests(values);
        let Some(records) = self.batches.get_mut(batch) else {
            return Some(Difference::MissingHere);
        };
        let place = records.binary_search_by_key(&line, |record| record.line);
        let Some(record) = place.ok().and_then(|place| records.get_mut(place)) else {
            return Some(Difference::MissingHere);
        };
        match record.state {
            State::Refused => return None,
            State::Seen => return Some(Difference::Twice),
            State::Open => record.state = State::Seen,
        }
        if record.whole == whole {
            return None;
        }
        let differ = |place: &usize| record.fields[*place] != fields[*place];
        let fields = (0..fields.len()).filter(differ).map(|place| Field::ALL[place]);
        Some(Difference::Different {
            fields: fields.collect(),
        })
    }

    /// The queries that the member's log has not named, batch by batch.
    pub fn unnamed(&self) -> impl Iterator<Item = (&str, u32)> {
        let mut batches: Vec<_> = self.batches.iter().collect();
        batches.sort_unstable_by_key(|(batch, _)| batch.as_str());
        batches.into_iter().flat_map(|(batch, records)| {
            let open = records.iter().filter(|record| record.state == State::Open);
            open.map(move |record| (batch.as_str(), record.line))
        })
    }

    fn digests(&self, values: &Values<'_>) -> (u64, [u32; Field::ALL.len()]) {
        let fields = values.map(|value| u32::try_from(self.key.hash_one(value) >> 32).unwrap_or(u32::MAX));
        (self.key.hash_one(values), fields)
    }
}

#[cfg(test)]
#[path = "comparison_tests.rs"]
mod tests;
