//! Batches, their chunks and their requests, as they rest in the database. *SQL.*
//!
//! `store` keeps batches, `lease` who works them, `chunks` the chunks in which they are worked, `requests` one row of the database for each
//! row of the file, and `summary` tells what became of them.

pub mod chunks;
pub mod lease;
pub mod requests;
pub mod store;
pub mod summary;

pub use chunks::Chunk;
pub use store::Batch;
pub use summary::{Counts, Summary};

/// What became of a request, word by word as in result files.
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
    /// The word in the database and in result files.
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

    /// Whether the provider told something of the person, be it that there is no record.
    pub fn is_told(self) -> bool {
        matches!(self, Self::Answered | Self::NoRecord)
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Asked,
            Self::Answered,
            Self::NoRecord,
            Self::Refused,
            Self::Failed,
            Self::Unresolved,
        ]
        .into_iter()
        .find(|outcome| outcome.word() == word)
    }
}
