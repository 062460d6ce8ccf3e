//! What closes a duty: a file, kept as its SHA-256, or a reference of the kind that the rule names. *SQL.*
//!
//! What this database knows of, papers of the register too, is looked up there; of everything else the file or the number is taken as the owner gives it, and
//! the owner answers for it.

use std::{io::Read, path::Path};

use sha2::{Digest, Sha256};
use sqlx::AnyConnection;

use super::{
    done,
    duties::{Cause, Duty},
    store,
};
use crate::{
    audit::{self, Month},
    error::{Error, Result},
    ids, input,
    journal::{self, entry::Kind, span},
    regime::control::{Every, SHEET},
    sheet,
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

/// As [`read`], from whoever is not at this machine: `kind:REFERENCE`, or `sha256:` and the SHA-256 of a file that they keep. No
/// file here is looked at.
///
/// # Errors
/// `DUTY-ARTEFACT`.
pub fn read_far(given: &str, kind: &str) -> Result<String> {
    let named = given.split_once(':');
    if let Some(("sha256", digits)) = named {
        let hash =
            hash(digits).ok_or_else(|| refused("the artefact is no SHA-256: 64 hexadecimal digits"))?;
        return Ok(format!("sha256:{hash}"));
    }
    match named {
        Some((of, reference)) if of == kind && fits(reference) => Ok(given.to_owned()),
        _ => Err(refused(
            "the artefact is neither a SHA-256 nor a reference of the kind that this duty asks for",
        )),
    }
}

/// The SHA-256 that `digits` are, as it is kept.
pub fn hash(digits: &str) -> Option<String> {
    let fits = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| digits.to_ascii_lowercase())
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

/// Holds `artefact` against what this database knows: a change of an authorisation has its number there, a reconciliation its
/// entry in the journal, and what the registers themselves show when it is done is not closed by anything else.
///
/// # Errors
/// `DUTY-ARTEFACT`; `DB-*`.
pub async fn check(conn: &mut AnyConnection, duty: &Duty<'_>, artefact: &str) -> Result<()> {
    if matches!(duty.cause, Some(Cause::Found(_))) {
        return Err(unfinished(
            "the finding is not closed yet",
            "let it be corrected and closed (`mayfly audit finding correct`, then `close`): that closes the duty too",
        ));
    }
    match (duty.rule.every, duty.rule.artefact.as_str()) {
        (Every::Month, done::REVIEW) if !is_reviewed(conn, duty).await? => Err(unfinished(
            "the review of this member and month is not signed off",
            "let the sample be drawn, reviewed and signed off (`mayfly audit sign-off`): that closes the duty too",
        )),
        (Every::Week, SHEET) if !is_without_sheet(conn, duty).await? => Err(unfinished(
            "the sheet of this querier and week is not signed and approved",
            "let it be signed and approved (`mayfly sheet sign`, `mayfly sheet approve`): that closes the duty too",
        )),
        (_, "authorisation") => match artefact.strip_prefix("authorisation:").map(str::parse) {
            Some(Ok(number)) if store::is_change_of(&mut *conn, number, &duty.of).await? => Ok(()),
            None => Ok(()),
            Some(_) => Err(refused(
                "there is no such change of an authorisation of this member",
            )),
        },
        (Every::Month, RECONCILIATION) => match artefact.strip_prefix("reconciliation:").map(str::parse) {
            Some(Ok(entry)) if is_reconciliation(conn, duty, entry).await? => Ok(()),
            None => Ok(()),
            Some(_) => Err(refused(
                "the journal has no reconciliation of this member and month at that entry",
            )),
        },
        // A file shows a drill of another kind; what was drilled here was drilled in the period.
        (_, "drill") => match artefact.strip_prefix("drill:").map(str::parse) {
            Some(Ok(number)) if is_drilled(conn, duty, number).await? => Ok(()),
            None => Ok(()),
            Some(_) => Err(refused("there was no such drill in the period of this duty")),
        },
        (_, kind) => {
            let given = artefact.strip_prefix("paper:").map(str::parse);
            let is_met = match (given, &duty.rule.met_by) {
                (Some(Ok(number)), Some(paper)) => store::is_paper_of(conn, number, duty, paper).await?,
                (Some(_), _) => false,
                (None, _) => kind != "paper",
            };
            match is_met {
                true => Ok(()),
                false => Err(refused(
                    "this duty is closed by a paper of its kind in the register of papers, by one that follows what raised it, or is of its period, and this is none",
                )),
            }
        }
    }
}

async fn is_drilled(conn: &mut AnyConnection, duty: &Duty<'_>, number: i64) -> Result<bool> {
    let drilled = store::drilled_on(conn, number).await?;
    Ok(drilled.is_some_and(|day| day >= duty.period.first && day <= duty.period.last))
}

/// Whether nobody has to sign off what `duty` asks for, as far as this database knows: of a month without queries nothing is drawn.
/// What was signed off needs no closing. The one place that asks.
async fn is_reviewed(conn: &mut AnyConnection, duty: &Duty<'_>) -> Result<bool> {
    let Some(month) = Month::parse(&duty.period.name) else {
        return Ok(true);
    };
    let sample = audit::store::one(conn, &duty.of, month).await?;
    Ok(sample.is_some_and(|sample| sample.state == audit::store::State::Frozen && sample.population == 0))
}

/// Whether no sheet was made for the week of `duty`, so that its own paper has to do; what was approved needs no closing.
async fn is_without_sheet(conn: &mut AnyConnection, duty: &Duty<'_>) -> Result<bool> {
    let Some(week) = sheet::Week::parse(&duty.period.name) else {
        return Ok(true);
    };
    let name = sheet::Name {
        member: &duty.of,
        week,
        querier: &duty.account,
        unit: None,
    };
    Ok(sheet::store::named(conn, &name).await?.is_empty())
}

/// Whether the journal's entry `entry` is a reconciliation of the member and month of `duty`.
async fn is_reconciliation(conn: &mut AnyConnection, duty: &Duty<'_>, entry: u64) -> Result<bool> {
    if entry >= journal::store::size(&mut *conn).await? {
        return Ok(false);
    }
    let mut is_one = false;
    span::by_index(conn, entry, entry + 1, |_, entry| {
        is_one = entry.kind == Kind::Reconciliation
            && entry.member == duty.of
            && entry.reference == duty.period.name;
    })
    .await?;
    Ok(is_one)
}

/// A reference rests in a plain column: short, and without anybody's identity number.
fn fits(reference: &str) -> bool {
    let fits = (1..=100).contains(&reference.chars().count()) && !reference.chars().any(char::is_control);
    fits && !mayfly_consent::cells::holds_identity_number(reference)
}

fn unfinished(sentence: &str, remedy: &'static str) -> Error {
    Error::Input {
        code: "DUTY-ARTEFACT",
        sentence: sentence.into(),
        remedy,
    }
}

fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "DUTY-ARTEFACT",
        sentence: sentence.into(),
        remedy: "`mayfly duty show` names the kind: give the path of the file, or the kind, a colon and its number or name (at most 100 characters, no identity number)",
    }
}

/// What the regime calls the entry of a reconciliation.
pub const RECONCILIATION: &str = "reconciliation";
