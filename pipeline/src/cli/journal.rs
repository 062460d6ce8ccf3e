//! `journal verify|export|proof`. *Edge.*

use super::{Opening, args::JournalCommand, out::Out};
use crate::{
    certificate::check::key_text,
    error::{Error, Exit, Result},
    journal::{archive, verify::verify_folder},
};

pub(super) async fn run(opening: &Opening, command: JournalCommand, out: &Out) -> Result<Exit> {
    match command {
        JournalCommand::Verify {
            folder: Some(folder),
            key,
        } => {
            let report =
                verify_folder(&folder, &key_text(&key.unwrap_or_default())).map_err(Error::journal)?;
            let sound = report.is_sound();
            let entries = report
                .checkpoint
                .as_ref()
                .map_or(0, |checkpoint| checkpoint.size());
            let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
            show(out, entries, entries, &findings, None)?;
            Ok(if sound { Exit::Done } else { Exit::Findings })
        }
        JournalCommand::Verify { folder: None, .. } => {
            let house = opening.to_look().await?;
            let found = archive::verify(&house).await?;
            show(
                out,
                found.entries,
                found.signed,
                &found.findings,
                Some(&found.key),
            )?;
            Ok(if found.findings.is_empty() {
                Exit::Done
            } else {
                Exit::Findings
            })
        }
        JournalCommand::Export { folder } => {
            let house = opening.to_act().await?;
            let entries = archive::export(&house, &folder).await?;
            let key = house.signer.verifier().text();
            out.show(&serde_json::json!({ "entries": entries, "folder": folder, "key": key }), || {
                format!(
                    "{entries} entries written to {}\nverify them anywhere: mayfly journal verify {} --key '{key}'\n",
                    folder.display(),
                    folder.display()
                )
            })?;
            Ok(Exit::Done)
        }
        JournalCommand::Proof { which } => {
            let house = opening.to_act().await?;
            let proof = archive::prove(&house, &which).await?;
            out.show(
                &serde_json::json!({ "proof": proof, "key": house.signer.verifier().text() }),
                || proof.clone(),
            )?;
            Ok(Exit::Done)
        }
    }
}

fn show(out: &Out, entries: u64, signed: u64, findings: &[String], key: Option<&str>) -> Result<()> {
    let value = serde_json::json!({ "entries": entries, "signed": signed, "findings": findings, "key": key });
    out.show(&value, || {
        let mut text = format!("{entries} entries, {signed} of them signed\n");
        for finding in findings {
            text.push_str(&format!("finding: {finding}\n"));
        }
        if findings.is_empty() {
            text.push_str("everything is as it was signed\n");
        }
        if let Some(key) = key {
            text.push_str(&format!("verifier key: {key}\n"));
        }
        text
    })
}
