//! Deletion (刪除): every certificate and whether all of it adds up, one of them verified here, and what is held for how long. *Edge.*

use std::{path::PathBuf, sync::Arc};

use askama::Template;
use axum::extract::{Path, State};
use mayfly_consent::Language;
use mayfly_retention::Cohort;

use super::{
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    taken::taken,
    theirs::nothing,
};
use crate::{
    app::House,
    certificate::{
        self,
        accounting::account_for_all,
        check, forms,
        stored::{self, Stored},
    },
    error::Result,
    http::door::Shared,
    ids,
    printed::{instant, of},
    regime::people::Right,
    wording,
};

#[derive(Template)]
#[template(path = "deletion.html")]
struct Deletion<'a> {
    frame: &'a Frame,
    shown: Shown,
}

/// What was deleted, and what is held.
struct Shown {
    certificates: Table,
    accounting: String,
    findings: Vec<String>,
    key: String,
    classes: Table,
}

#[derive(Template)]
#[template(path = "certificate.html")]
struct One<'a> {
    frame: &'a Frame,
    cohort: String,
    certificates: Vec<Certificate>,
}

/// A certificate, ready to be read, and what verifying it here says.
struct Certificate {
    facts: Vec<(&'static str, String)>,
    note: String,
    said: String,
    sound: bool,
}

#[derive(Template)]
#[template(path = "verified.html")]
struct Verified<'a> {
    frame: &'a Frame,
    said: String,
    sound: bool,
}

/// Who sees what was deleted.
pub(super) const READERS: [Right; 4] = [Right::SignOff, Right::Audit, Right::Transfer, Right::Inspect];

/// Certificates and classes.
pub(super) async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    reader.only(&READERS)?;
    let language = reader.frame.language;
    let shown = door.act(move |house| async move { read(&house, language).await });
    page::shown(&Deletion {
        frame: &reader.frame,
        shown: shown.await?,
    })
}

/// The certificates of one cohort, verified.
pub(super) async fn one(State(door): State<Shared>, reader: Reader, Path(cohort): Path<String>) -> Answer {
    reader.only(&READERS)?;
    let named = Cohort::parse(&cohort).map_err(|_| nothing())?;
    let language = reader.frame.language;
    let certificates = door.act(move |house| async move {
        let found = stored::of(&mut *house.db.reader().await?, named).await?;
        Ok(found
            .iter()
            .map(|stored| Certificate::of(&house, stored, language))
            .collect::<Vec<_>>())
    });
    let certificates = certificates.await?;
    if certificates.is_empty() {
        return Err(nothing());
    }
    page::shown(&One {
        frame: &reader.frame,
        cohort,
        certificates,
    })
}

/// Verifies a certificate that somebody brings, against the key of this house.
pub(super) async fn verify(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    reader.only(&READERS)?;
    // A browser sends lines with CR LF; a certificate has none.
    let note = fields.one("note")?.replace("\r\n", "\n");
    let note = format!("{}\n", note.trim_end());
    let judged = door.act(move |house| async move { Ok(check::judge_note(&note, house.signer.verifier())) });
    let judged = judged.await?;
    page::shown(&Verified {
        frame: &reader.frame,
        said: wording::line(&judged.said, reader.frame.language),
        sound: judged.sound,
    })
}

/// Every certificate, with the key and how to verify them without us.
pub(super) async fn export(State(door): State<Shared>, reader: Reader, _: Form) -> Answer {
    reader.only(&READERS)?;
    let by = reader.holder();
    let write = move |house: Arc<House>, folder: PathBuf| async move {
        certificate::export::export(&house, &folder, Some(&by)).await?;
        Ok(())
    };
    taken(&door, "certificates".into(), write).await
}

async fn read(house: &House, language: Language) -> Result<Shown> {
    let mut reader = house.db.reader().await?;
    let certificates = stored::all(&mut reader).await?;
    let accounting = account_for_all(house, &mut reader).await?;
    let table = Table::of(&forms::table(&certificates, language), language);
    Ok(Shown {
        certificates: table.leading(|place| {
            format!(
                "/deletion/{}",
                certificates[place].certificate.facts.cohort.name()
            )
        }),
        accounting: wording::line(&accounting.sentence(), language),
        findings: accounting
            .findings
            .iter()
            .map(|finding| wording::line(finding, language))
            .collect(),
        key: house.signer.verifier().text(),
        classes: Table::of(&forms::classes(&house.regime.classes, language), language),
    })
}

impl Certificate {
    fn of(house: &House, stored: &Stored, language: Language) -> Self {
        let name = |en, zh| of(language, en, zh);
        let (certificate, facts) = (&stored.certificate, &stored.certificate.facts);
        let judged = check::judge_note(&stored.note, house.signer.verifier());
        Self {
            facts: vec![
                (name("No.", "編號"), certificate.number.to_string()),
                (name("Segments", "加密檔數"), facts.segments.expected.to_string()),
                (name("Records", "筆數"), facts.records.expected.to_string()),
                (
                    name("Legal limit", "法定期限"),
                    facts.gone_by.map_or_else(String::new, |at| instant(at, language)),
                ),
                (
                    name("Removed", "移除時間"),
                    instant(facts.bytes_removed_at, language),
                ),
                (
                    name("Key (fingerprint)", "公鑰指紋"),
                    ids::hex(&certificate.public_key),
                ),
                (name("Journal entry", "軌跡序號"), stored.entry.to_string()),
            ],
            note: stored.note.clone(),
            said: wording::line(&judged.said, language),
            sound: judged.sound,
        }
    }
}
