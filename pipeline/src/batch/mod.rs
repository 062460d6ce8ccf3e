//! Batches, their chunks and their requests, as they rest in the database. *SQL.*
//!
//! `store` keeps batches, `lease` who works them, `chunks` the chunks in which they are worked, `requests` one row of the database for each
//! row of the file, `summary` tells what became of them, and `daily` on which day.

pub mod chunks;
pub mod daily;
pub mod lease;
pub mod requests;
pub mod store;
pub mod summary;

pub use chunks::Chunk;
pub use store::Batch;
pub use summary::{Counts, Summary};

/// What became of a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Passed the gate; the provider's answer is not in yet.
    Asked,
    /// The provider answered with records.
    Answered,
    /// The provider knows nothing of the person.
    NoRecord,
    /// Not asked: consent, approval or gate refused it.
    Refused,
    /// Asked, and surely without effect.
    Failed,
    /// Asked, and nobody can know yet what came of it.
    Unresolved,
}

impl Outcome {
    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::NoRecord => "no_record",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unresolved => "unresolved",
        }
    }

    /// The number in the database. Asked and answered, which nearly every row is one after the other, take no room there.
    pub fn number(self) -> i64 {
        match self {
            Self::Asked => 0,
            Self::Answered => 1,
            Self::NoRecord => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Unresolved => 5,
        }
    }

    /// Whether the provider told something of the person, be it that there is no record.
    pub fn is_told(self) -> bool {
        matches!(self, Self::Answered | Self::NoRecord)
    }

    /// Reads the number.
    pub fn parse(number: i64) -> Option<Self> {
        [
            Self::Asked,
            Self::Answered,
            Self::NoRecord,
            Self::Refused,
            Self::Failed,
            Self::Unresolved,
        ]
        .into_iter()
        .find(|outcome| outcome.number() == number)
    }
}
