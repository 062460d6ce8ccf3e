//! `certificate list|show|export|verify`. *Edge.*

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Opening, args::CertificateCommand, out::Out};
use crate::{
    certificate::{
        accounting::account_for_all,
        check,
        export::export,
        stored,
        told::{newest, told},
    },
    error::{Exit, Result},
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
    let values: Vec<Value> = certificates.iter().map(told).collect();
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
    let last = newest(&mut house.db.reader().await?, cohort).await?;
    // The note itself, so that what is shown can be kept and verified.
    out.show(&told(&last), || last.note.clone())?;
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
