//! Writes and reads the one text of a certificate: fixed lines in a fixed order. *Pure.*

use std::str::FromStr;

use jiff::Timestamp;

use super::{Actor, Certificate, Counts, Facts, State, Strength, TEXT_BYTES_MAX};
use crate::{class::Cohort, object, plan::Why};

pub(super) fn write(certificate: &Certificate) -> String {
    let facts = &certificate.facts;
    let cohort = facts.cohort;
    let lines = [
        ("document", DOCUMENT.to_owned()),
        ("number", certificate.number.to_string()),
        ("cohort", cohort.name()),
        ("class", cohort.class().name().into()),
        ("state", facts.state.name().into()),
        (
            "key commitment",
            or_none(facts.commitment.map(|bytes| hex(&bytes))),
        ),
        ("cohort from", instant(cohort.start())),
        ("cohort until", instant(cohort.end())),
        ("due", instant(facts.due_at)),
        ("limit", or_none(facts.gone_by.map(instant))),
        ("key destroyed", or_none(facts.key_destroyed_at.map(instant))),
        ("bytes removed", instant(facts.bytes_removed_at)),
        ("segments", counts(facts.segments)),
        ("records", counts(facts.records)),
        (
            "residue",
            facts
                .residue
                .map_or_else(|| UNKNOWN.into(), |count| count.to_string()),
        ),
        ("strength", facts.strength.name().into()),
        ("actor", facts.actor.to_string()),
        ("reason", facts.why.name().into()),
        ("public key", hex(&certificate.public_key)),
    ];
    let mut text = format!("{}\n", certificate.origin);
    for (name, value) in lines {
        text.extend([name, ": ", &value, "\n"]);
    }
    text
}

pub(super) fn read(text: &str) -> Option<Certificate> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (origin, rest) = text.split_once('\n')?;
    let mut lines = Lines(rest);
    lines.value("document").filter(|document| *document == DOCUMENT)?;
    let number = lines.value("number")?.parse().ok()?;
    let cohort = Cohort::parse(lines.value("cohort")?).ok()?;
    lines.value("class")?;
    let state = State::parse(lines.value("state")?)?;
    let commitment = lines.optional("key commitment", object::parse_hex)?;
    lines.value("cohort from")?;
    lines.value("cohort until")?;
    let facts = Facts {
        cohort,
        state,
        commitment,
        due_at: lines.value("due")?.parse().ok()?,
        gone_by: lines.optional("limit", parsed)?,
        key_destroyed_at: lines.optional("key destroyed", parsed)?,
        bytes_removed_at: lines.value("bytes removed")?.parse().ok()?,
        segments: lines.counts("segments")?,
        records: lines.counts("records")?,
        residue: match lines.value("residue")? {
            UNKNOWN => None,
            count => Some(count.parse().ok()?),
        },
        strength: Strength::parse(lines.value("strength")?)?,
        actor: Actor::parse(lines.value("actor")?)?,
        why: Why::parse(lines.value("reason")?)?,
    };
    let certificate = Certificate {
        origin: origin.into(),
        number,
        facts,
        public_key: object::parse_hex(lines.value("public key")?)?,
    };
    // One spelling only; this also compares what follows from the cohort's name.
    (write(&certificate) == text).then_some(certificate)
}

/// What is left of the text.
struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    fn value(&mut self, name: &str) -> Option<&'a str> {
        let (line, rest) = self.0.split_once('\n')?;
        self.0 = rest;
        line.strip_prefix(name)?.strip_prefix(": ")
    }

    fn optional<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
        match self.value(name)? {
            NONE => Some(None),
            value => read(value).map(Some),
        }
    }

    fn counts(&mut self, name: &str) -> Option<Counts> {
        let rest = self.value(name)?.strip_prefix("expected ")?;
        let (expected, rest) = rest.split_once(", destroyed ")?;
        let (destroyed, removed) = rest.split_once(", removed ")?;
        Some(Counts {
            expected: expected.parse().ok()?,
            destroyed: destroyed.parse().ok()?,
            removed: removed.parse().ok()?,
        })
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn instant(at: Timestamp) -> String {
    format!("{at:.6}")
}

fn or_none(value: Option<String>) -> String {
    value.unwrap_or_else(|| NONE.into())
}

fn counts(counts: Counts) -> String {
    format!(
        "expected {}, destroyed {}, removed {}",
        counts.expected, counts.destroyed, counts.removed
    )
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    object::write_hex(&mut text, bytes).expect("Invariant: writing to a string cannot fail");
    text
}

const DOCUMENT: &str = "deletion certificate, version 1";
const NONE: &str = "none";
const UNKNOWN: &str = "unknown";
