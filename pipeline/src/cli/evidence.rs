//! `evidence pack|verify`. *Edge.*

use super::{Opening, args::EvidenceCommand, out::Out, placed};
use crate::{
    error::{Exit, Result},
    evidence::{asked::Asked, finding::Finding, pack, verify},
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
                let counts = &packed.counts;
                let folder = folder.display();
                format!(
                    "{} files in {folder}: {} sheets, {} samples, {} reviews, {} reconciliations, {} certificates, {} journal entries\n\
                     its README.txt tells how to verify it without this program; with it: mayfly evidence verify {folder} --key '{}'\n",
                    packed.files,
                    counts.sheets,
                    counts.samples,
                    counts.reviews,
                    counts.reconciliations,
                    counts.certificates,
                    packed.journal,
                    packed.key
                ) + &told(&packed.findings)
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
                    text.push_str(&format!(
                        "evidence of {}, {} to {}, made by {}: {} files, {} journal entries, {} sheets of {} weeks, {} samples, {} reconciliations, {} certificates\n",
                        found.member,
                        found.from,
                        found.to,
                        found.made_by,
                        found.files,
                        found.journal,
                        found.sheets.0,
                        found.sheets.1,
                        found.samples,
                        found.reconciliations,
                        found.certificates
                    ));
                }
                for finding in &found.findings {
                    text.push_str(&format!("finding: {finding}\n"));
                }
                if found.findings.is_empty() {
                    text.push_str("everything is as it was signed\n");
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

/// The first of them; the folder has all.
fn told(findings: &[Finding]) -> String {
    let lines = findings.iter().take(pack::TOLD_MAX);
    let mut text: String = lines
        .map(|found| format!("finding: {}\n", found.text()))
        .collect();
    let more = findings.len().saturating_sub(pack::TOLD_MAX);
    if more > 0 {
        text.push_str(&format!("and {more} more: see the file findings\n"));
    }
    text
}
