//! `certificate list|show|export|verify`. *Edge.*

use std::path::PathBuf;

use mayfly_retention::Cohort;
use serde_json::{Value, json};

use super::{Opening, args::CertificateCommand, out::Out};
use crate::{
    certificate::{
        accounting::account_for_all,
        check,
        export::export,
        issue::sha256,
        stored::{self, Stored},
    },
    error::{Error, Exit, Result},
    ids,
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: CertificateCommand, out: &Out) -> Result<Exit> {
    match command {
        CertificateCommand::List => list(opening, out).await,
        CertificateCommand::Show { cohort } => show(opening, &cohort, out).await,
        CertificateCommand::Export { folder } => {
            let house = opening.to_act().await?;
            let count = export(&house, &folder).await?;
            let key = house.signer.verifier().text();
            out.show(&json!({ "certificates": count, "folder": folder, "key": key }), || {
                format!(
                    "{count} certificates in {}\nverify them anywhere: mayfly certificate verify {}/*.certificate --key '{key}'\n",
                    folder.display(),
                    folder.display()
                )
            })?;
            Ok(Exit::Done)
        }
        CertificateCommand::Verify { files, key } => verify(&files, &key, out),
    }
}

async fn list(opening: &Opening, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let mut reader = house.db.reader().await?;
    let certificates = stored::all(&mut reader).await?;
    let accounting = account_for_all(&house, &mut reader).await?;
    let values: Vec<Value> = certificates.iter().map(value).collect();
    out.show(&values, || {
        let mut text = String::new();
        for stored in &certificates {
            let facts = &stored.certificate.facts;
            text.push_str(&format!(
                "{:>6}  {:<18} {:<8} {:>5} segments {:>8} records  {}{}\n",
                stored.certificate.number,
                facts.cohort.name(),
                facts.state.name(),
                facts.segments.expected,
                facts.records.expected,
                taipei(facts.bytes_removed_at),
                if facts.is_late() {
                    "  after the legal limit"
                } else {
                    ""
                }
            ));
        }
        text.push_str(&format!(
            "{} certificates; {}\npublic key {}\n",
            certificates.len(),
            accounting.sentence(),
            ids::hex(&house.signer.verifier().fingerprint())
        ));
        for finding in &accounting.findings {
            text.push_str(&format!("finding: {finding}\n"));
        }
        text
    })?;
    Ok(match accounting.findings.is_empty() {
        true => Exit::Done,
        false => Exit::Findings,
    })
}

async fn show(opening: &Opening, cohort: &str, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let cohort = Cohort::parse(cohort).map_err(|_| unknown())?;
    let certificates = stored::of(&mut house.db.reader().await?, cohort).await?;
    let last = certificates.last().ok_or_else(unknown)?;
    // The note itself, so that what is shown can be kept and verified.
    out.show(&value(last), || last.note.clone())?;
    Ok(Exit::Done)
}

fn verify(files: &[PathBuf], key: &[String], out: &Out) -> Result<Exit> {
    let judged = check::judge(files, &check::keys(key)?)?;
    let unsound = judged.iter().filter(|judged| !judged.sound).count();
    out.show(&json!({ "files": judged, "findings": unsound }), || {
        let mut text = String::new();
        for judged in &judged {
            let mark = if judged.sound { "good" } else { "BAD " };
            text.push_str(&format!("{mark}  {}: {}\n", judged.file.display(), judged.said));
        }
        text.push_str(&format!("{} files, {unsound} findings\n", judged.len()));
        text
    })?;
    Ok(if unsound == 0 { Exit::Done } else { Exit::Findings })
}

fn value(stored: &Stored) -> Value {
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
