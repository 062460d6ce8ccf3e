//! `certificate list|show|export|verify`. *Edge.*

use std::path::PathBuf;

use mayfly_consent::Language;
use mayfly_retention::certificate::State;
use serde_json::json;

use super::{Opening, args::CertificateCommand, out::Out};
use crate::{
    certificate::{
        accounting::account_for_all,
        check,
        export::export,
        stored::{self, Stored},
        told::{newest, told},
    },
    error::{Exit, Result},
    ids,
    printed::{moment, of},
    wording,
};

pub(super) async fn run(opening: &Opening, command: CertificateCommand, out: &Out) -> Result<Exit> {
    match command {
        CertificateCommand::List => list(opening, out).await,
        CertificateCommand::Show { cohort } => show(opening, &cohort, out).await,
        CertificateCommand::Export { folder } => {
            let house = opening.to_act().await?;
            let count = export(&house, &folder, None).await?;
            let key = house.signer.verifier().text();
            out.show(
                &json!({ "certificates": count, "folder": folder, "key": key }),
                || {
                    let folder = folder.display();
                    let verify = format!("mayfly certificate verify {folder}/*.certificate --key '{key}'");
                    match out.language {
                        Language::En => {
                            format!("{count} certificates in {folder}\nverify them anywhere: {verify}\n")
                        }
                        Language::ZhTw => {
                            format!("已寫入 {count} 份刪除佐證至 {folder}\n任何地方均可查驗：{verify}\n")
                        }
                    }
                },
            )?;
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
    let values: Vec<_> = certificates.iter().map(told).collect();
    out.show(&values, || {
        let mut text = String::new();
        for stored in &certificates {
            text.push_str(&line(stored, out.language));
        }
        let (count, sentence) = (
            certificates.len(),
            wording::line(&accounting.sentence(), out.language),
        );
        let key = ids::hex(&house.signer.verifier().fingerprint());
        text.push_str(&match out.language {
            Language::En => format!("{count} certificates; {sentence}\npublic key {key}\n"),
            Language::ZhTw => format!("刪除佐證 {count} 份；{sentence}\n公鑰 {key}\n"),
        });
        for finding in &accounting.findings {
            let finding = wording::line(finding, out.language);
            text.push_str(&format!("{}{finding}\n", of(out.language, "finding: ", "不符：")));
        }
        text
    })?;
    Ok(match accounting.findings.is_empty() {
        true => Exit::Done,
        false => Exit::Findings,
    })
}

fn line(stored: &Stored, language: Language) -> String {
    let facts = &stored.certificate.facts;
    let (number, cohort) = (stored.certificate.number, facts.cohort.name());
    let (segments, records) = (facts.segments.expected, facts.records.expected);
    let at = moment(facts.bytes_removed_at, language);
    let late = match facts.is_late() {
        true => of(language, "  after the legal limit", "　逾法定期限"),
        false => "",
    };
    match language {
        Language::En => {
            let state = facts.state.name();
            format!(
                "{number:>6}  {cohort:<18} {state:<8} {segments:>5} segments {records:>8} records  {at}{late}\n"
            )
        }
        Language::ZhTw => {
            let state = match facts.state {
                State::Erased => "已銷毀",
                State::Deleted => "已刪除",
            };
            format!(
                "{number:>6}  {cohort:<18} {state}　封存檔 {segments:>5} 個　紀錄 {records:>8} 筆　{at}{late}\n"
            )
        }
    }
}

async fn show(opening: &Opening, cohort: &str, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let last = newest(&mut *house.db.reader().await?, cohort).await?;
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
            let mark = match judged.sound {
                true => of(out.language, "good", "相符"),
                false => of(out.language, "BAD ", "不符"),
            };
            let said = wording::line(&judged.said, out.language);
            text.push_str(&format!("{mark}  {}: {said}\n", judged.file.display()));
        }
        let files = judged.len();
        text.push_str(&match out.language {
            Language::En => format!("{files} files, {unsound} findings\n"),
            Language::ZhTw => format!("檔案 {files} 個，不符 {unsound} 個\n"),
        });
        text
    })?;
    Ok(if unsound == 0 { Exit::Done } else { Exit::Findings })
}
