//! `evidence pack|verify`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::EvidenceCommand, out::Out, placed};
use crate::{
    error::{Exit, Result},
    evidence::{asked::Asked, finding::Finding, pack, verified::Verified, verify},
    printed::{day, of},
    wording,
};

pub(super) async fn run(opening: &Opening, command: EvidenceCommand, out: &Out) -> Result<Exit> {
    match command {
        EvidenceCommand::Pack {
            from,
            to,
            member,
            out: folder,
            account,
        } => {
            let asked = Asked { from, to, member };
            let by = placed(&account)?;
            let house = opening.to_act().await?;
            let packed = pack::pack(&house, &asked, &folder, by).await?;
            out.show(&packed, || {
                let (counts, files, entries) = (&packed.counts, packed.files, packed.journal);
                let (sheets, samples, reviews) = (counts.sheets, counts.samples, counts.reviews);
                let (reconciliations, certificates) = (counts.reconciliations, counts.certificates);
                let folder = folder.display();
                let verify = format!("mayfly evidence verify {folder} --key '{}'", packed.key);
                let mut text = match out.language {
                    Language::En => format!(
                        "{files} files in {folder}: {sheets} sheets, {samples} samples, {reviews} reviews, \
                         {reconciliations} reconciliations, {certificates} certificates, {entries} journal entries\n\
                         its README.txt tells how to verify it without this program; with it: {verify}\n"
                    ),
                    Language::ZhTw => format!(
                        "{folder} 內有檔案 {files} 個：查詢紀錄單 {sheets} 份、抽核樣本 {samples} 份、覆核 {reviews} 份、\
                         勾稽 {reconciliations} 份、刪除佐證 {certificates} 份、軌跡 {entries} 筆\n\
                         其 README.txt 載明不用本程式之查驗方法；使用本程式：{verify}\n"
                    ),
                };
                text.push_str(&told(&packed.findings, out.language));
                text
            })?;
            Ok(match packed.findings.is_empty() {
                true => Exit::Done,
                false => Exit::Findings,
            })
        }
        EvidenceCommand::Verify { folder, key } => {
            let found = verify::verify(&folder, &key)?;
            out.show(&found, || {
                let mut text = String::new();
                if !found.from.is_empty() {
                    text.push_str(&head(&found, out.language));
                }
                let of = |en, zh| of(out.language, en, zh);
                for finding in &found.findings {
                    let finding = wording::line(finding, out.language);
                    text.push_str(&format!("{}{finding}\n", of("finding: ", "不符：")));
                }
                if found.findings.is_empty() {
                    text.push_str(of("everything is as it was signed\n", "全部與簽章時相符\n"));
                }
                text
            })?;
            Ok(match found.findings.is_empty() {
                true => Exit::Done,
                false => Exit::Findings,
            })
        }
    }
}

fn head(found: &Verified, language: Language) -> String {
    let (member, made_by, files, entries) = (&found.member, &found.made_by, found.files, found.journal);
    let (sheets, weeks) = found.sheets;
    let (samples, reconciliations, certificates) = (found.samples, found.reconciliations, found.certificates);
    let day = |on: &String| on.parse().map_or_else(|_| on.clone(), |on| day(on, language));
    let (from, to) = (day(&found.from), day(&found.to));
    match language {
        Language::En => format!(
            "evidence of {member}, {from} to {to}, made by {made_by}: {files} files, {entries} journal entries, \
             {sheets} sheets of {weeks} weeks, {samples} samples, {reconciliations} reconciliations, {certificates} certificates\n"
        ),
        Language::ZhTw => {
            let whose = match member.as_str() {
                "all" => "全部使用單位".to_owned(),
                member => format!("使用單位 {member}"),
            };
            format!(
                "{whose} {from} 至 {to} 之查核佐證，由 {made_by} 產製：檔案 {files} 個、軌跡 {entries} 筆、\
                 查詢紀錄單 {sheets} 份（{weeks} 週）、抽核樣本 {samples} 份、勾稽 {reconciliations} 份、刪除佐證 {certificates} 份\n"
            )
        }
    }
}

/// The first of them; the folder has all.
fn told(findings: &[Finding], language: Language) -> String {
    let lines = findings.iter().take(pack::TOLD_MAX);
    let mut text: String = lines
        .map(|found| match language {
            Language::En => format!("finding: {}\n", found.text()),
            Language::ZhTw => format!("不符：{}\n", found.told()),
        })
        .collect();
    let more = findings.len().saturating_sub(pack::TOLD_MAX);
    if more > 0 {
        text.push_str(&match language {
            Language::En => format!("and {more} more: see the file findings\n"),
            Language::ZhTw => format!("另有 {more} 項：見檔案 findings\n"),
        });
    }
    text
}
