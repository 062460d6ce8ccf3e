//! A certificate as programs are told it, and the newest of a cohort. *SQL.*

use jiff::Timestamp;
use mayfly_retention::Cohort;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use super::{
    issue::sha256,
    stored::{self, Stored},
};
use crate::{
    error::{Error, Result},
    ids,
};

/// The newest certificate of the cohort that is called `name`.
///
/// # Errors
/// `CERTIFICATE-UNKNOWN`.
pub async fn newest(conn: &mut AnyConnection, name: &str) -> Result<Stored> {
    let cohort = Cohort::parse(name).map_err(|_| unknown())?;
    stored::of(conn, cohort).await?.pop().ok_or_else(unknown)
}

/// A certificate for programs.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificate)]
pub struct Told<'s> {
    /// Who had it done: `schedule`, or a person at the command line.
    actor: String,
    /// Records that were destroyed.
    answers: u64,
    /// The pass that counted no residue any more.
    bytes_removed_at: Timestamp,
    /// Of what class it was.
    class: &'static str,
    /// What was destroyed: class and hour, or class and month.
    cohort: String,
    /// The commitment of its key, in hex; none: it never had one.
    commitment: Option<String>,
    /// Sealed files that are unreadable since.
    destroyed: u64,
    /// When it might be destroyed at the earliest.
    due_at: Timestamp,
    /// Its journal entry.
    entry: u64,
    /// Sealed files there had been.
    expected: u64,
    /// The legal limit; none for classes of years.
    gone_by: Option<Timestamp>,
    /// SHA-256 of the public key that signs it, in hex.
    key: String,
    /// The pass in which its key was known to be destroyed.
    key_destroyed_at: Option<Timestamp>,
    /// Whether that was after the legal limit.
    late: bool,
    /// The signed note itself.
    note: &'s str,
    /// Its number; none is given twice.
    pub(crate) number: u64,
    /// Who certifies.
    origin: &'s str,
    /// Why it had to go.
    reason: &'static str,
    /// Sealed files that lay there and were removed.
    removed: u64,
    /// Files that are still there; none: they could not be counted.
    residue: Option<u64>,
    /// As `expected`.
    segments: u64,
    /// SHA-256 of the note, in hex.
    sha256: String,
    /// `deleted` or `erased`.
    state: &'static str,
    /// How strongly the place of the key forgets.
    strength: &'static str,
}

/// What is told of it.
pub fn told(stored: &Stored) -> Told<'_> {
    let certificate = &stored.certificate;
    let facts = &certificate.facts;
    Told {
        actor: facts.actor.to_string(),
        answers: facts.records.expected,
        bytes_removed_at: facts.bytes_removed_at,
        class: facts.cohort.class().name(),
        cohort: facts.cohort.name(),
        commitment: facts.commitment.map(|bytes| ids::hex(&bytes)),
        destroyed: facts.segments.destroyed,
        due_at: facts.due_at,
        entry: stored.entry,
        expected: facts.segments.expected,
        gone_by: facts.gone_by,
        key: ids::hex(&certificate.public_key),
        key_destroyed_at: facts.key_destroyed_at,
        late: facts.is_late(),
        note: &stored.note,
        number: certificate.number,
        origin: &certificate.origin,
        reason: facts.why.name(),
        removed: facts.segments.removed,
        residue: facts.residue,
        segments: facts.segments.expected,
        sha256: sha256(&stored.note),
        state: facts.state.name(),
        strength: facts.strength.name(),
    }
}

fn unknown() -> Error {
    Error::Input {
        code: "CERTIFICATE-UNKNOWN",
        sentence: "there is no certificate of such a cohort".into(),
        remedy: "give a cohort as `mayfly certificate list` names it, such as answer-2026110202; what lives still has none",
    }
}
