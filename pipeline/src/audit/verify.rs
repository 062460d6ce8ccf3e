//! Recomputes an exported sample from its folder and the journal's public key: no database, no secret of ours. *Edge.*
//!
//! The journal of the folder is verified as any exported one; then its entries are read once more, in bounded memory, for
//! the population, the draw, the acts on the sample and the roots under its checkpoints. `check` judges.

use std::path::Path;

use serde::Serialize;

use super::{
    check::{self, Claims, Seen, SeenAct},
    draw::Drawing,
    export::{JOURNAL, SAMPLE},
    population::is_query,
    steps::{FileItem, SampleFile},
};
use crate::{
    error::{Error, Result},
    journal::{
        entry::{Entry, Kind},
        finding::Report,
        folder::{each_entry, plain_file},
        frontier::Frontier,
        merkle::hash_leaf,
        note::VerifierKey,
        verify::verify_folder,
    },
};

/// What a verification says.
#[derive(Serialize)]
pub struct Verified {
    /// Institution code.
    pub member: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// Query records of the month.
    pub population: u64,
    /// Records in the sample.
    pub size: u64,
    /// What does not hold; empty if all does.
    pub findings: Vec<String>,
    /// What is no fault of the sample and yet to be known.
    pub remarks: Vec<String>,
}

/// Verifies the folder `folder` that an export wrote, with the journal's public key.
///
/// # Errors
/// `SAMPLE-FILE` when there is no sample that could be judged. Whatever is wrong with it is a finding.
pub fn verify(folder: &Path, key: &VerifierKey) -> Result<Verified> {
    // What is no sample is told before its journal is read.
    sample_file(&folder.join(SAMPLE))?;
    let journal = folder.join(JOURNAL);
    let report =
        verify_folder(&journal, &key.text()).map_err(|_| unusable("stands beside no exported journal"))?;
    verify_in(folder, (&journal, &report), key)
}

/// As [`verify`], with a journal that lies elsewhere and what was found of it.
///
/// # Errors
/// `SAMPLE-FILE`.
pub fn verify_in(folder: &Path, (journal, report): (&Path, &Report), key: &VerifierKey) -> Result<Verified> {
    let file = sample_file(&folder.join(SAMPLE))?;
    let claims =
        check::read(&file).ok_or_else(|| unusable("is no drawn sample in the form of such files"))?;
    let mut findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    let size = report
        .checkpoint
        .as_ref()
        .map_or(0, |checkpoint| checkpoint.size());
    let seen = look(journal, size, &file, &claims);
    if report.is_sound() {
        findings.extend(check::judge(&file, &claims, &seen, key));
    } else {
        findings.push("the sample was not judged: its journal is not what was signed".into());
    }
    Ok(Verified {
        population: seen.population,
        size: claims.size,
        remarks: check::remarks(&claims, &seen),
        member: file.member,
        month: file.month,
        findings,
    })
}

/// Reads the entries of the journal in `folder`, as far as they can be read.
fn look(folder: &Path, size: u64, file: &SampleFile, claims: &Claims) -> Seen {
    let mut looking = Looking::at(file, claims);
    each_entry(folder, size, |line| looking.take(line));
    looking.finish()
}

/// The entries of a journal while they are looked at for one sample.
pub(super) struct Looking<'l> {
    file: &'l SampleFile,
    claims: &'l Claims,
    seen: Seen,
    drawing: Drawing,
    frontier: Frontier,
    month: String,
}

impl<'l> Looking<'l> {
    pub(super) fn at(file: &'l SampleFile, claims: &'l Claims) -> Self {
        Self {
            file,
            claims,
            seen: Seen::default(),
            drawing: Drawing::new(claims.seed, claims.size.min(file.items.len() as u64)),
            frontier: Frontier::default(),
            month: format!(":{}", file.month),
        }
    }

    pub(super) fn take(&mut self, line: &[u8]) {
        let (file, claims, seen) = (self.file, self.claims, &mut self.seen);
        let index = self.frontier.size();
        // Full tiles are not looked at here; the journal has been verified.
        let _ = self.frontier.append(hash_leaf(line));
        if [Some(claims.frozen_size), claims.next_size].contains(&Some(index + 1)) {
            seen.roots.insert(index + 1, self.frontier.root());
        }
        let Ok(entry) = Entry::parse(line) else { return };
        if is_query(&entry, &file.member, claims.month) {
            if index < claims.frozen_size {
                seen.population += 1;
                self.drawing.offer(index, entry.reference);
            } else {
                seen.late += 1;
            }
        } else if entry.kind == Kind::Sample
            && entry.member == file.member
            && entry.reference.ends_with(&self.month)
        {
            seen.acts.push(SeenAct {
                index,
                at: entry.at,
                reference: entry.reference.to_owned(),
                payload: entry.payload,
            });
        }
    }

    pub(super) fn finish(mut self) -> Seen {
        self.seen.items = self.drawing.finish().into_iter().map(FileItem::from).collect();
        self.seen
    }
}

fn sample_file(path: &Path) -> Result<SampleFile> {
    let bytes =
        plain_file(path, SAMPLE_BYTES_MAX).ok_or_else(|| unusable("is missing, no file, or too large"))?;
    serde_json::from_slice(&bytes).map_err(|_| unusable("is not in the form of such files"))
}

fn unusable(what: &str) -> Error {
    Error::Input {
        code: "SAMPLE-FILE",
        sentence: format!("{SAMPLE} {what}"),
        remedy: "name a folder that `mayfly audit export` wrote, as it was written",
    }
}

/// Room for a sample of a million records.
const SAMPLE_BYTES_MAX: usize = 128 << 20;
