//! What closes a duty: a file, kept as its SHA-256, or a reference of the kind that the rule names. *SQL.*
//!
//! What this database knows of, papers of the register too, is looked up there; of everything else the file or the number is taken as the owner gives it, and
//! the owner answers for it.

use std::{io::Read, path::Path};

use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{duties::Duty, store};
use crate::{
    audit::{self, Month},
    error::{Error, Result},
    ids, input,
    regime::control::Every,
};

/// Reads what was given with `--artefact` for a rule that asks for `kind`: the path of a file, or `kind:REFERENCE`. Returns it
/// as it is kept.
///
/// # Errors
/// `DUTY-ARTEFACT`, `FILE-CHANGED`.
pub fn read(given: &str, kind: &str) -> Result<String> {
    if let Some(sha256) = of_file(Path::new(given)) {
        return Ok(format!("sha256:{}", sha256?));
    }
    match given.split_once(':') {
        Some((of, reference)) if of == kind && fits(reference) => Ok(given.to_owned()),
        _ => Err(refused(
            "the artefact is neither a file that can be read nor a reference of the kind that this duty asks for",
        )),
    }
}

/// The SHA-256 of the file at `path`, in hexadecimal; `None` if it is no file that can be opened.
///
/// # Errors
/// `DUTY-ARTEFACT` for an empty file; `FILE-CHANGED`.
pub fn of_file(path: &Path) -> Option<Result<String>> {
    let mut file = input::open(path).ok()?;
    let mut hash_of = || {
        let failed = || Error::io("read the artefact");
        let look = input::Look::at(&file).map_err(failed())?;
        let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 16], 0);
        loop {
            match file.read(&mut buffer).map_err(failed())? {
                0 => break,
                read => {
                    bytes += read;
                    hash.update(&buffer[..read]);
                }
            }
        }
        look.still(&file)?;
        if bytes == 0 {
            return Err(refused("the artefact is an empty file"));
        }
        Ok(ids::hex(&hash.finalize()))
    };
    Some(hash_of())
}

/// Holds `artefact` against what this database knows: a change of an authorisation has its number there, and nobody has reviewed
/// a sample that was not drawn.
///
/// # Errors
/// `DUTY-ARTEFACT`; `DB-*`.
pub async fn check(conn: &mut AnyConnection, duty: &Duty<'_>, artefact: &str) -> Result<()> {
    let known = match duty.rule.artefact.as_str() {
        "review" => is_reviewed(conn, duty).await?,
        "authorisation" => match artefact.strip_prefix("authorisation:") {
            Some(number) => match number.parse() {
                Ok(number) => store::is_change_of(conn, number, &duty.of).await?,
                Err(_) => false,
            },
            None => true,
        },
        kind => match (artefact.strip_prefix("paper:"), &duty.rule.met_by) {
            (Some(number), Some(paper)) => match number.parse() {
                Ok(number) => store::is_paper_of(conn, number, duty, paper).await?,
                Err(_) => false,
            },
            (Some(_), None) => false,
            (None, _) => kind != "paper",
        },
    };
    if known {
        return Ok(());
    }
    Err(refused(match duty.rule.artefact.as_str() {
        "review" => "the sample of this member and month has not been drawn, so nobody can have reviewed it",
        "authorisation" => "there is no such change of an authorisation of this member",
        _ => {
            "this duty is closed by a paper of its kind in the register of papers, by one that follows what raised it, or is of its period, and this is none"
        }
    }))
}

/// Whether the review that `duty` asks for can have been signed off, as far as this database knows: its sample has been drawn, or the
/// month had nothing to draw from. The one place that asks.
async fn is_reviewed(conn: &mut AnyConnection, duty: &Duty<'_>) -> Result<bool> {
    let month = Month::parse(&duty.period.name).filter(|_| duty.rule.every == Every::Month);
    let Some(month) = month else {
        return Ok(true);
    };
    let sample = audit::store::one(conn, &duty.of, month).await?;
    Ok(sample.is_some_and(|sample| match sample.state {
        audit::store::State::Drawn => true,
        // Of a month without queries nothing is drawn.
        audit::store::State::Frozen => sample.population == 0,
        audit::store::State::Committed => false,
    }))
}

/// A reference rests in a plain column: short, and without anybody's identity number.
fn fits(reference: &str) -> bool {
    let fits = (1..=100).contains(&reference.chars().count()) && !reference.chars().any(char::is_control);
    fits && !mayfly_consent::cells::holds_identity_number(reference)
}

fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "DUTY-ARTEFACT",
        sentence: sentence.into(),
        remedy: "`mayfly duty show` names the kind: give the path of the file, or the kind, a colon and its number or name (at most 100 characters, no identity number)",
    }
}
