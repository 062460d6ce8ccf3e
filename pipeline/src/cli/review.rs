//! `audit name|item|verdict|verdicts|findings|finding|sign-off|report|pace`. *Edge.*

use mayfly_consent::Language;
use serde_json::json;

use super::{
    Opening,
    args::{FindingCommand, ReviewCommand},
    of_desk,
    out::Out,
    placed,
};
use crate::{
    audit::{
        month_of,
        review::{
            finding::{self, Step},
            form, item, name, paced, paper, report, sign, state,
            verdict::{self, Said},
        },
    },
    consents::view::View,
    error::{Exit, Result},
    printed::of,
};

pub(super) async fn run(opening: &Opening, command: ReviewCommand, out: &Out) -> Result<Exit> {
    match command {
        ReviewCommand::Name {
            sample,
            reviewer,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.reviews()?;
            let reviewer = of_desk(&sample.member, &reviewer)?;
            let by = of_desk(&sample.member, &account)?;
            name::name(&house, &sample.member, month, reviewer, by).await?;
            let value = json!({ "member": sample.member, "month": sample.month, "reviewer": reviewer, "named_by": by });
            out.show(&value, || match out.language {
                Language::En => format!("{reviewer} reviews the sample of {month}\n"),
                Language::ZhTw => format!("{reviewer} 受指定覆核 {month} 月樣本\n"),
            })?;
        }
        ReviewCommand::Item {
            sample,
            place,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let titles = &house.regime.reviews()?.titles.value;
            let by = of_desk(&sample.member, &account)?;
            let shown = item::open(&house, (&sample.member, month), place, by).await?;
            let consent = shown.consent.as_ref().map(|consent| View::of(consent, false));
            let value = json!({ "record": shown.facts, "consent": consent });
            out.show(&value, || {
                let consent = consent.as_ref().map_or_else(
                    || {
                        of(
                            out.language,
                            "the consent is not kept any more\n",
                            "當事人同意已不再留存\n",
                        )
                        .to_owned()
                    },
                    |consent| consent.text(out.language),
                );
                format!("{}\n{consent}", form::facts(&shown.facts, titles, out.language))
            })?;
        }
        ReviewCommand::Verdict {
            sample,
            place,
            verdict,
            reasons,
            remark,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.reviews()?;
            let by = of_desk(&sample.member, &account)?;
            let said = Said {
                verdict,
                reasons,
                remark,
            };
            let entered = verdict::give(&house, (&sample.member, month), place, said, by).await?;
            out.show(&entered, || form::entered(&entered, place, out.language))?;
        }
        ReviewCommand::Verdicts { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let titles = &house.regime.reviews()?.titles.value;
            let by = of_desk(&sample.member, &account)?;
            let state = state::of(&house, (&sample.member, month), by).await?;
            out.show(&state, || form::progress(&state, titles, out.language))?;
        }
        ReviewCommand::Findings {
            open,
            overdue,
            member,
        } => {
            let house = opening.to_look().await?;
            let titles = &house.regime.reviews()?.titles.value;
            let mut findings = finding::list(&house, member.as_deref()).await?;
            findings.retain(|finding| (!open || finding.state != "closed") && (!overdue || finding.overdue));
            out.show(&findings, || {
                let table = form::findings(&findings, titles, out.language).text(out.language);
                match (findings.len(), out.language) {
                    (0, Language::En) => "no findings\n".to_owned(),
                    (0, Language::ZhTw) => "沒有缺失\n".to_owned(),
                    (count, Language::En) => format!("{table}\n{count} findings\n"),
                    (count, Language::ZhTw) => format!("{table}\n缺失 {count} 項\n"),
                }
            })?;
        }
        ReviewCommand::Finding(command) => {
            let (number, step, artefact, account) = match command {
                FindingCommand::Correct {
                    number,
                    artefact,
                    account,
                } => (number, Step::Correct, artefact, account),
                FindingCommand::Close {
                    number,
                    artefact,
                    account,
                } => (number, Step::Close, Some(artefact), account),
            };
            let house = opening.to_act().await?;
            let titles = &house.regime.reviews()?.titles.value;
            let by = placed(&account)?;
            let finding = finding::advance(&house, number, step, artefact.as_deref(), by).await?;
            out.show(&finding, || {
                form::findings(std::slice::from_ref(&finding), titles, out.language).text(out.language)
            })?;
        }
        ReviewCommand::SignOff { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.reviews()?;
            let signed =
                sign::sign_off(&house, &sample.member, month, of_desk(&sample.member, &account)?).await?;
            out.show(&signed, || {
                let (records, verdicts, digest) = (signed.records, signed.verdicts, &signed.digest);
                match out.language {
                    Language::En => {
                        format!("signed off: {records} records, {verdicts} verdicts, SHA-256 {digest}\n")
                    }
                    Language::ZhTw => {
                        format!("已簽核：紀錄 {records} 筆，判定 {verdicts} 筆，SHA-256 {digest}\n")
                    }
                }
            })?;
        }
        ReviewCommand::Report {
            sample,
            folder,
            draft,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let member = &sample.member;
            let house = opening.to_act().await?;
            house.regime.reviews()?;
            let review = match draft {
                true => report::draft(&house, member, month, &folder, of_desk(member, &account)?).await?,
                false => report::write(&house, member, month, &folder, placed(&account)?).await?,
            };
            let value = json!({
                "folder": folder,
                "records": review.records.len(),
                "signed": review.signed.is_some(),
                "as_signed": review.as_signed,
            });
            out.show(&value, || {
                let (records, folder) = (review.records.len(), folder.display());
                match (draft, out.language) {
                    (false, Language::En) => format!("{records} records reported in {folder}\n"),
                    (false, Language::ZhTw) => format!("覆核報告（{records} 筆紀錄）已寫入 {folder}\n"),
                    (true, Language::En) => {
                        format!("{records} records in {folder}: a draft, not signed off\n")
                    }
                    (true, Language::ZhTw) => {
                        format!("覆核報告草稿（{records} 筆紀錄，未簽核）已寫入 {folder}\n")
                    }
                }
            })?;
            return Ok(if review.as_signed || draft {
                Exit::Done
            } else {
                Exit::Findings
            });
        }
        ReviewCommand::Pace { sample } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_look().await?;
            let mut reader = house.db.reader().await?;
            let paces = paced::of(&house, &mut reader, &sample.member, month).await?;
            out.show(&paces, || match paces.is_empty() {
                true => match out.language {
                    Language::En => format!("nobody approved, reviewed or decided anything in {month}\n"),
                    Language::ZhTw => format!("{month} 月無人核准、判定或核駁\n"),
                },
                false => format!(
                    "{}\n{}",
                    paper::paces(&paces, out.language).text(out.language),
                    unknown(out.language)
                ),
            })?;
        }
    }
    Ok(Exit::Done)
}

/// What no figure tells.
fn unknown(language: Language) -> &'static str {
    of(
        language,
        "when the rows of a batch file were asked for is not in the file, so the time until their approval is not known\n",
        "批次檔未載明各列之申請時間，故其至核准之時間無從得知\n",
    )
}
