//! `journal verify|export|proof`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::JournalCommand, out::Out};
use crate::{
    certificate::check::key_text,
    error::{Error, Exit, Result},
    journal::{archive, verify::verify_folder},
    printed::of,
    wording,
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
            out.show(
                &serde_json::json!({ "entries": entries, "folder": folder, "key": key }),
                || {
                    let folder = folder.display();
                    let verify = format!("mayfly journal verify {folder} --key '{key}'");
                    match out.language {
                        Language::En => {
                            format!("{entries} entries written to {folder}\nverify them anywhere: {verify}\n")
                        }
                        Language::ZhTw => {
                            format!("已寫入軌跡 {entries} 筆至 {folder}\n任何地方均可查驗：{verify}\n")
                        }
                    }
                },
            )?;
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
        let of = |en, zh| of(out.language, en, zh);
        let mut text = match out.language {
            Language::En => format!("{entries} entries, {signed} of them signed\n"),
            Language::ZhTw => format!("軌跡 {entries} 筆，已簽章 {signed} 筆\n"),
        };
        for finding in findings {
            let finding = wording::line(finding, out.language);
            text.push_str(&format!("{}{finding}\n", of("finding: ", "不符：")));
        }
        if findings.is_empty() {
            text.push_str(of("everything is as it was signed\n", "全部與簽章時相符\n"));
        }
        if let Some(key) = key {
            text.push_str(&format!("{}{key}\n", of("verifier key: ", "驗證公鑰：")));
        }
        text
    })
}
