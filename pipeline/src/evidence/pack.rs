//! Writes an evidence pack for whoever checks the bureau or a member; that it was taken away is in its own journal. *Edge.*

use std::{fs, io::ErrorKind, path::Path};

use jiff::Timestamp;
use mayfly_retention::Class;
use serde::Serialize;

use super::{
    FINDINGS, JOURNAL,
    asked::Asked,
    finding::{self, Finding},
    held::{self, Registers},
    inspector::inspector,
    manifest::Manifest,
    parts::{self, Counts},
    registers, sums,
};
use crate::{
    access::members,
    app::House,
    audit,
    duty::facts,
    error::{Error, Result},
    ids,
    journal::{
        act::{self, Act},
        archive,
        entry::Kind,
        signing,
    },
    output::folder::Staging,
    printed::day,
    sheet,
};

/// What was written.
#[derive(Serialize)]
pub struct Packed {
    /// How much of each part.
    #[serde(flatten)]
    pub counts: Counts,
    /// Journal entries.
    pub journal: u64,
    /// Files, without list and manifest.
    pub files: u64,
    /// Journal index of the export.
    pub entry: u64,
    /// The public key that verifies it.
    pub key: String,
    /// What did not verify when it was made; a file of the pack lists it.
    pub findings: Vec<Finding>,
}

/// Writes the pack of what is `asked` for to the new or empty folder `folder`. `by` is an account of the bureau with the audit
/// right, or of the supervisor or provider with the right to inspect, with its place before it where two have one of that name; that it was taken away is entered in the journal first.
///
/// # Errors
/// `EVIDENCE-RANGE`, `EVIDENCE-RIGHT`, `EXPORT-FOLDER`, `MEMBER-UNKNOWN`, `GATE-CLOCK`; those of the exports it is made of.
pub async fn pack(house: &House, asked: &Asked, folder: &Path, by: &str) -> Result<Packed> {
    let now = house.trusted_now()?;
    asked.check(house.today(now), house.regime.keep_years(Class::Register)?)?;
    let mut reader = house.db.reader().await?;
    if let Some(code) = &asked.member
        && members::one(&mut reader, code).await?.is_none()
    {
        return Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            sentence: "no member of this code is in the register".into(),
            remedy: "check the three digits; see `mayfly member import`",
        });
    }
    inspector(house, &mut reader, by, house.today(now)).await?;
    let staging = Staging::begin(folder, &house.dir)?;
    let (made_by, entry) = enter(house, asked, by, now).await?;

    let parts::Written {
        mut counts,
        mut findings,
        queriers,
    } = parts::write(house, &mut reader, asked, &staging, now).await?;
    registers::write(house, &mut reader, asked, &staging, now).await?;
    // By the registers in the pack, as whoever verifies it will look for them.
    let opened = facts::opened(house, &mut reader).await?;
    let due = written(asked, &staging)?.due(asked, now, opened);
    findings.extend(held::missing(&due, &queriers, &findings));
    for (name, program) in PROGRAMS {
        staging.put(&format!("programs/{name}"), program)?;
    }
    let key = house.signer.verifier();
    staging.put("verifier-key", &format!("{}\n", key.text()))?;
    // The journal behind what it only has to have the entries of; the samples behind the journal, as they are in it.
    let journal = archive::export(house, &staging.place(JOURNAL)?).await?;
    counts.samples = parts::samples(house, &mut reader, asked, &staging, journal).await?;
    let list = finding::list(&findings);
    staging.put(FINDINGS, &list)?;
    let fingerprint = ids::hex(&key.fingerprint());
    staging.put("README.txt", &guide(house, asked, &findings, now))?;
    let files = sums::seal(staging, |files, sums| {
        let manifest = Manifest {
            origin: house.signer.origin.clone(),
            asked: asked.clone(),
            made_at: now,
            made_by: made_by.clone(),
            fingerprint,
            journal,
            files,
            sums: sums.to_owned(),
            findings: findings.len() as u64,
            findings_hash: ids::hex(&<sha2::Sha256 as sha2::Digest>::digest(&list)),
        };
        let signer = &house.signer;
        let note = signer.key().sign_note(&signer.origin, &manifest.text());
        note.map_err(Error::journal)
    })?;
    Ok(Packed {
        counts,
        journal,
        files,
        entry,
        key: key.text(),
        findings,
    })
}

/// The registers as they were written.
fn written(asked: &Asked, staging: &Staging) -> Result<Registers> {
    let mut failed = None;
    let registers = Registers::read(asked, |name| {
        match fs::read_to_string(staging.path().join("registers").join(name)) {
            Ok(text) => Some(text),
            Err(error) => {
                // No pack has all of the names.
                failed = failed
                    .take()
                    .or(Some(error).filter(|error| error.kind() != ErrorKind::NotFound));
                None
            }
        }
    });
    match failed {
        None => Ok(registers),
        Some(error) => Err(Error::io("read a register of the export")(error)),
    }
}

#[derive(Serialize)]
struct TakenAway<'t> {
    from: String,
    to: String,
    member: Option<&'t str>,
    by: &'t str,
}

/// Enters that `by` takes it away; returns the account with its place, and the journal index.
async fn enter(house: &House, asked: &Asked, by: &str, now: Timestamp) -> Result<(String, u64)> {
    let reference = format!("evidence:{}/{}", asked.from, asked.to);
    let act = Act {
        kind: Kind::Export,
        member: asked.member.as_deref().unwrap_or_default(),
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    let today = house.today(house.trusted_now()?);
    let by = inspector(house, tx.connection(), by, today).await?;
    let taken = TakenAway {
        from: asked.from.to_string(),
        to: asked.to.to_string(),
        member: asked.member.as_deref(),
        by: &by,
    };
    let entry = act::enter(house, tx.connection(), &act, &taken, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok((by, entry))
}

/// The README of the folder.
fn guide(house: &House, asked: &Asked, findings: &[Finding], now: Timestamp) -> String {
    let roc = |on| day(on, mayfly_consent::Language::ZhTw);
    GUIDE
        .replace("{from}", &roc(asked.from))
        .replace("{to}", &roc(asked.to))
        .replace(
            "{member}",
            asked.member.as_deref().unwrap_or("全部使用單位及管理機構"),
        )
        .replace("{findings}", &told(findings))
        .replace("{made}", &crate::roc::taipei(now))
        .replace("{origin}", &house.signer.origin)
        .replace("{fingerprint}", &ids::hex(&house.signer.verifier().fingerprint()))
}

/// What an examiner reads first: whether all of it verified when it was made.
fn told(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "查詢紀錄單及已簽核之抽核，產製時均與軌跡相符；應有之查詢紀錄單均在。".into();
    }
    let mut lines: String = findings
        .iter()
        .take(TOLD_MAX)
        .map(|found| format!("    {}\n", found.told()))
        .collect();
    let more = findings.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        lines.push_str(&format!("    其餘 {more} 項見 {FINDINGS}\n"));
    }
    format!(
        "注意：產製時有 {} 項與軌跡、簽章或登記簿不符，檔案 {FINDINGS} 逐項載明：\n{lines}\
         不符或應有而未見之查詢紀錄單不在本資料夾內，其自稱之查詢無從證明恰在一張單上；同週次之其他單仍逐一查驗。不符之抽核報告附於資料夾內，並自行載明。\n\
         其餘各項照常查驗。請向管理機構查明原因。",
        findings.len()
    )
}

/// Findings that are told on the first page; a file has all of them.
pub const TOLD_MAX: usize = 20;
const GUIDE: &str = include_str!("README.txt");
const PROGRAMS: [(&str, &str); 3] = [
    ("check-pack.py", include_str!("check-pack.py")),
    ("check-sheet.py", sheet::export::CHECK),
    ("check-sample.py", audit::export::CHECK),
];
