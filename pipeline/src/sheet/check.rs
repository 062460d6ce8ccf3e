//! Checks files with proofs of sheets: no database, no secret of ours. *Edge.*

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::proof::{self, Checked};
use crate::{
    certificate::check::keys,
    error::{Error, Result},
    input,
    journal::note::VerifierKey,
};

/// A file and what its check says.
#[derive(Serialize)]
pub struct CheckedFile {
    /// As it was named.
    pub file: PathBuf,
    /// What was found.
    #[serde(flatten)]
    pub said: Checked,
}

/// Checks `files` with the public key `key`, or the one that the file of that name holds.
///
/// # Errors
/// `CERTIFICATE-KEY`; `SHEET-PROOF` for a file that is no proof: nothing was checked then.
pub fn files(files: &[PathBuf], key: &str) -> Result<Vec<CheckedFile>> {
    let keys = keys(&[key.to_owned()])?;
    let key = keys.first().ok_or(Error::Bug("a key that was read is gone"))?;
    files
        .iter()
        .map(|file| {
            let said = file_at(file, key)?;
            Ok(CheckedFile {
                file: file.clone(),
                said,
            })
        })
        .collect()
}

/// Checks the proof in `file`.
///
/// # Errors
/// `SHEET-PROOF`.
pub fn file_at(file: &Path, key: &VerifierKey) -> Result<Checked> {
    let text = text(file)?;
    let proof = proof::read(&text).ok_or_else(|| unusable(file))?;
    Ok(proof::check(&proof, key))
}

/// The text of a proof.
///
/// # Errors
/// `SHEET-PROOF`.
pub fn text(file: &Path) -> Result<String> {
    let opened = input::open(file).map_err(|_| unusable(file))?;
    let mut text = String::new();
    let read = opened.take(PROOF_BYTES_MAX + 1).read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 <= PROOF_BYTES_MAX => Ok(text),
        _ => Err(unusable(file)),
    }
}

/// That a file is no proof.
pub fn unusable(file: &Path) -> Error {
    Error::Input {
        code: "SHEET-PROOF",
        sentence: format!(
            "{} is no proof of a sheet; nothing was checked",
            input::name_of(file)
        ),
        remedy: "name a file NAME.proof as `mayfly sheet export` or `mayfly evidence pack` wrote it",
    }
}

/// Room for a sheet of a million queries.
const PROOF_BYTES_MAX: u64 = 512 << 20;
