//! A certificate as programs are told it, and the newest of a cohort. *SQL.*

use mayfly_retention::Cohort;
use serde_json::{Value, json};
use sqlx::AnyConnection;

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

/// What is told of it.
pub fn told(stored: &Stored) -> Value {
    let certificate = &stored.certificate;
    let facts = &certificate.facts;
    json!({
        "number": certificate.number,
        "cohort": facts.cohort.name(),
        "class": facts.cohort.class().name(),
        "state": facts.state.name(),
        "commitment": facts.commitment.map(|bytes| ids::hex(&bytes)),
        "due_at": facts.due_at,
        "gone_by": facts.gone_by,
        "late": facts.is_late(),
        "key_destroyed_at": facts.key_destroyed_at,
        "bytes_removed_at": facts.bytes_removed_at,
        "expected": facts.segments.expected,
        "destroyed": facts.segments.destroyed,
        "removed": facts.segments.removed,
        "segments": facts.segments.expected,
        "answers": facts.records.expected,
        "residue": facts.residue,
        "strength": facts.strength.name(),
        "actor": facts.actor.to_string(),
        "reason": facts.why.name(),
        "key": ids::hex(&certificate.public_key),
        "origin": certificate.origin,
        "sha256": sha256(&stored.note),
        "entry": stored.entry,
        "note": stored.note,
    })
}

fn unknown() -> Error {
    Error::Input {
        code: "CERTIFICATE-UNKNOWN",
        sentence: "there is no certificate of such a cohort".into(),
        remedy: "give a cohort as `mayfly certificate list` names it, such as answer-2026110202; what lives still has none",
    }
}
