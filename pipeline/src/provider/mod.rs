//! The provider's side: asking a chunk of questions, and what of the reply may be kept. *Edge.*
//!
//! A chunk that passed the gate is a list of [`Question`]s. A [`Provider`] carries it to the other side under our own
//! query ids and brings back a [`Reply`], which is untrusted text. [`match_reply`] decides: it puts each answer to the
//! question it belongs to by query id, identity number and birth date, turns what may be kept into [`AnswerLines`],
//! and drops and counts everything nobody asked for.
//!
//! ```text
//! questions ──ask──▶ provider ──Reply──▶ match_reply ──▶ one AnswerOutcome per question, and what was dropped
//!     └────recall (same query ids, for what is still unknown)────┘
//! ```
//!
//! The sandbox answers at once, and so does what is reached over [`http`]. The [`exchange`] is reached by files, and its
//! reply comes when it comes: asking it is `transfer`'s part, which enters each file in the journal first.
//!
//! Nothing here repeats a question by itself: a question that may have left is only ever *recalled*, under its own
//! query id (D24), and what nobody can know is unresolved, never guessed.

mod allowed;
mod answer;
mod change;
mod digits;
pub mod exchange;
mod flags;
mod grades;
pub mod http;
mod matching;
mod question;
mod reply;
mod sandbox;
mod scrubbed;

use std::future::Future;

use jiff::Timestamp;
use mayfly_consent::Code;

pub use self::{
    allowed::AllowList,
    answer::{ANSWERS_HEADER, AnswerLines},
    exchange::Exchange,
    http::Http,
    matching::{AnswerOutcome, Dropped, Matched, match_reply},
    question::{Item, QueryId, Question},
    reply::Reply,
    sandbox::{Faults, Sandbox},
};

/// The largest chunk a provider is asked about in one go.
pub const MAX_QUESTIONS: usize = 65_536;

/// The other side of the connection (四(二)): it is asked in chunks and answers in one reply.
pub trait Provider {
    /// Sends `questions` for the first time, at `asked_at`.
    ///
    /// The caller has committed a query record for every one of them. A question about which nothing comes back is
    /// told apart by whether it left; an error is about all questions at once ([`AskError::outcome`]).
    fn ask(
        &self,
        questions: &[Question],
        asked_at: Timestamp,
    ) -> impl Future<Output = Result<Reply, AskError>> + Send;

    /// Asks again what became of `questions`, under the query ids they already have: never a new query (D24).
    fn recall(
        &self,
        questions: &[Question],
        asked_at: Timestamp,
    ) -> impl Future<Output = Result<Reply, AskError>> + Send;
}

/// Whether questions go to the provider for the first time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Visit {
    /// For the first time: what certainly did not leave has failed.
    Ask,
    /// Again, under their own query ids: whatever happens now, they may have been carried out before.
    Recall,
}

/// The provider that configuration chose.
pub enum Link {
    /// The built-in deterministic provider with invented persons.
    Sandbox(Sandbox),
    /// A pair of folders.
    Exchange(Exchange),
    /// HTTP, over TLS with certificates on both sides.
    Http(Box<Http>),
}

/// Why a whole chunk came back without a reply.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AskError {
    /// The provider's side: no connection; not a byte has left.
    #[error("reach the provider: nothing was sent")]
    Unreachable,
    /// The provider's side: the connection ended after the questions left; what became of them is unknown.
    #[error("hear from the provider: the questions were sent and no reply came")]
    Lost,
    /// Nobody's fault: the questions were sent and the reply file is not there yet. The chunk stays as it is.
    #[error("hear from the provider: the reply file is not there yet")]
    Waiting,
    /// The provider's side: the reply did not add up; a file was quarantined whole, of any other nothing was kept.
    #[error("believe the reply")]
    Spoilt,
    /// The operator's side: the sandbox could not note the query ids in its ledger; nothing counts as sent.
    #[error("write the sandbox provider's ledger")]
    Ledger,
    /// Our side: more questions at once than [`MAX_QUESTIONS`]; nothing was sent.
    #[error("ask so many questions at once")]
    TooMany,
}

impl AskError {
    /// What became of each question of the chunk: failed while nothing had left, unresolved from then on. A recall
    /// that could not leave changes nothing about the question, which may have left before.
    #[must_use]
    pub fn outcome(self, visit: Visit) -> AnswerOutcome {
        match (self, visit) {
            (Self::Unreachable | Self::Ledger | Self::TooMany, Visit::Ask) => {
                AnswerOutcome::Failed(Code::PrvTimeout)
            }
            (Self::Spoilt, _) => AnswerOutcome::Unresolved(Code::PrvIntegrity),
            (Self::Lost | Self::Waiting, _) | (_, Visit::Recall) => {
                AnswerOutcome::Unresolved(Code::PrvTimeout)
            }
        }
    }
}
