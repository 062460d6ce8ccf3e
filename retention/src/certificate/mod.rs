//! The deletion certificate: what it says, its one text, and what in it does not hold together (八(二)3, D6). *Pure.*
//!
//! The text is signed elsewhere, as a C2SP signed note; its first line is the note's origin. It names no person but, where
//! a person started the pass, that person's account.

mod text;

use std::fmt;

use jiff::Timestamp;

use crate::class::Cohort;
pub use crate::custody::Strength;
use crate::plan::Why;

/// Longest text of a certificate, in bytes.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Longest account of an [`Actor::Person`], in bytes.
pub const ACCOUNT_BYTES_MAX: usize = 64;

/// One certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Who certifies: the origin of the journal, and the name of the key that signs.
    pub origin: String,
    /// Its number; none is given twice.
    pub number: u64,
    /// What it certifies.
    pub facts: Facts,
    /// SHA-256 of the Ed25519 public key that signs it.
    pub public_key: [u8; 32],
}

/// What became of one cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which cohort.
    pub cohort: Cohort,
    /// How far its end has come.
    pub state: State,
    /// The commitment of its key, the same as in every segment's header; `None` if it never had a key.
    pub commitment: Option<[u8; 32]>,
    /// When it might be destroyed at the earliest.
    pub due_at: Timestamp,
    /// The legal limit; `None` for classes of years, whose rows have limits of their own.
    pub gone_by: Option<Timestamp>,
    /// The pass in which its key was known to be destroyed; `None` while it is not.
    pub key_destroyed_at: Option<Timestamp>,
    /// The pass that counted no residue any more.
    pub bytes_removed_at: Timestamp,
    /// Sealed files.
    pub segments: Counts,
    /// What was in them: answers of `answer`, rows of the classes of years.
    pub records: Counts,
    /// Files that are still there; `None` if they could not be counted.
    pub residue: Option<u64>,
    /// How strongly the place of the key forgets.
    pub strength: Strength,
    /// Who had it done.
    pub actor: Actor,
    /// Why it had to go: only where nobody knew the time may that have been early (D4).
    pub why: Why,
}

/// How far the end of a cohort has come (D16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Its bytes are removed; its key still lives, for other rows of its month.
    Deleted,
    /// Its key is destroyed as well: no copy of it opens.
    Erased,
}

/// Three counts that must be the same at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That were recorded when they were made, or lay there unrecorded.
    pub expected: u64,
    /// That are unreadable since their key is destroyed.
    pub destroyed: u64,
    /// That lay there and were removed.
    pub removed: u64,
}

/// Who had a cohort destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The schedule.
    Schedule,
    /// Somebody at the command line, by account.
    Person(String),
}

/// What in a certificate does not hold together, although it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The counts are not the same.
    #[error("its counts differ")]
    Counts,
    /// Something was left, or could not be counted.
    #[error("its residue is not zero")]
    Residue,
    /// It says erased without a destroyed key, or deleted with one.
    #[error("its state and its key contradict each other")]
    State,
    /// Destroyed while it might still be read, and not because nobody knew the time.
    #[error("its key was destroyed before it was due")]
    Early,
    /// It says that time was lost of a key that was not destroyed early, or of a class of years.
    #[error("its reason and its times contradict each other")]
    Reason,
}

impl Certificate {
    /// The text that is signed.
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// Reads exactly what [`text`](Self::text) writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text::read(text)
    }
}

impl Facts {
    /// What does not hold together.
    pub fn faults(&self) -> Vec<Fault> {
        let erased = self.state == State::Erased;
        let is_whole = |counts: Counts| {
            counts.removed == counts.expected && counts.destroyed == if erased { counts.expected } else { 0 }
        };
        let early = self.key_destroyed_at.is_some_and(|at| at < self.due_at);
        let lost = self.why == Why::TimeLost;
        let found = [
            (!is_whole(self.segments) || !is_whole(self.records), Fault::Counts),
            (self.residue != Some(0), Fault::Residue),
            (erased != self.key_destroyed_at.is_some(), Fault::State),
            (early && !lost, Fault::Early),
            (lost && !(early && self.cohort.class().is_hours()), Fault::Reason),
        ];
        found
            .into_iter()
            .filter_map(|(is, fault)| is.then_some(fault))
            .collect()
    }

    /// Whether it all ended only after the legal limit.
    pub fn is_late(&self) -> bool {
        let ended = self
            .bytes_removed_at
            .max(self.key_destroyed_at.unwrap_or(Timestamp::MIN));
        self.gone_by.is_some_and(|limit| ended > limit)
    }
}

impl State {
    /// As in texts and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Erased => "erased",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Deleted, Self::Erased]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

impl Actor {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("person ") {
            None => (text == "schedule").then_some(Self::Schedule),
            Some(account) => is_account(account).then(|| Self::Person(account.into())),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule => f.write_str("schedule"),
            Self::Person(account) => write!(f, "person {account}"),
        }
    }
}

fn is_account(account: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=ACCOUNT_BYTES_MAX).contains(&account.len()) && account.bytes().all(allowed)
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
