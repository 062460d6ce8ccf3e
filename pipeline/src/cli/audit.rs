//! `audit freeze|draw|extend|show|list|export|reconcile|verify`. *Edge.*

use std::path::Path;

use mayfly_consent::Language;

use super::{Opening, args::AuditCommand, of_desk, out::Out, placed, reconcile, review};
use crate::{
    access::maker::Maker,
    audit::{
        drawing::{self, Given},
        export, form, freeze, month_of,
        report::{self, Report},
        verify,
    },
    certificate::check,
    error::{Error, Exit, Result},
    printed, wording,
};

pub(super) async fn run(opening: &Opening, command: AuditCommand, out: &Out) -> Result<Exit> {
    match command {
        AuditCommand::Freeze { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.samples()?;
            let sample = freeze::freeze(
                &house,
                &sample.member,
                month,
                Maker::Named(of_desk(&sample.member, &account)?),
            )
            .await?;
            show(&report::report(&house, &sample, None)?, out)?;
        }
        AuditCommand::Draw {
            sample,
            account,
            value,
            named_by,
            without_reviewer: _,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.samples()?;
            let by = of_desk(&sample.member, &account)?;
            let drawn = match &value {
                Some(value) => {
                    let given = Given {
                        reviewer: by,
                        named_by: named_by
                            .as_deref()
                            .map(|head| of_desk(&sample.member, head))
                            .transpose()?,
                        value,
                    };
                    drawing::draw(&house, &sample.member, month, &given).await?
                }
                None => drawing::draw_without(&house, &sample.member, month, Maker::Named(by)).await?,
            };
            show(&report::report(&house, &drawn, None)?, out)?;
        }
        AuditCommand::Extend {
            sample,
            size,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.samples()?;
            let by = of_desk(&sample.member, &account)?;
            let extended = drawing::extend(&house, &sample.member, month, size, by).await?;
            show(&report::report(&house, &extended, None)?, out)?;
        }
        AuditCommand::Show { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.samples()?;
            let account = account.as_deref();
            let account = account
                .map(|account| of_desk(&sample.member, account))
                .transpose()?;
            show(&report::show(&house, &sample.member, month, account).await?, out)?;
        }
        AuditCommand::List => list(opening, out).await?,
        AuditCommand::Export {
            sample,
            folder,
            account,
        } => {
            let month = month_of(&sample.month)?;
            let by = placed(&account)?;
            let house = opening.to_act().await?;
            house.regime.samples()?;
            let items = export::export(&house, &sample.member, month, &folder, by).await?;
            let key = house.signer.verifier().text();
            let value = serde_json::json!({ "items": items, "folder": folder, "key": key });
            out.show(&value, || {
                let folder = folder.display();
                let verify = format!("mayfly audit verify {folder} --key '{key}'");
                match out.language {
                    Language::En => {
                        format!("{items} records written to {folder}\nverify them anywhere: {verify}\n")
                    }
                    Language::ZhTw => {
                        format!("已寫入 {items} 筆紀錄至 {folder}\n任何地方均可查驗：{verify}\n")
                    }
                }
            })?;
        }
        AuditCommand::Reconcile {
            sample,
            own_log,
            account,
            findings,
        } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            house.regime.reconciliations()?;
            let by = of_desk(&sample.member, &account)?;
            let order = reconcile::Order {
                house: &house,
                of: (&sample.member, month),
                log: &own_log,
                by,
            };
            return order.run(findings.as_deref(), out).await;
        }
        AuditCommand::Verify { folder, key } => return verified(&folder, key, out),
        AuditCommand::Review(command) => return review::run(opening, command, out).await,
    }
    Ok(Exit::Done)
}

async fn list(opening: &Opening, out: &Out) -> Result<()> {
    let house = opening.to_look().await?;
    house.regime.samples()?;
    let reports = report::list(&house).await?;
    out.show(&reports, || {
        let table = form::list(&reports, out.language).text(out.language);
        let count = reports.len();
        match (count, out.language) {
            (0, Language::En) => "no samples\n".to_owned(),
            (0, Language::ZhTw) => "沒有抽核樣本\n".to_owned(),
            (_, Language::En) => format!("{table}\n{count} samples\n"),
            (_, Language::ZhTw) => format!("{table}\n抽核樣本 {count} 份\n"),
        }
    })
}

fn verified(folder: &Path, key: String, out: &Out) -> Result<Exit> {
    let keys = check::keys(&[key])?;
    let key = keys.first().ok_or(Error::Bug("a key that was read is gone"))?;
    let verified = verify::verify(folder, key)?;
    out.show(&verified, || {
        let of = |en, zh| printed::of(out.language, en, zh);
        let (member, month) = (&verified.member, &verified.month);
        let (population, size) = (verified.population, verified.size);
        let mut text = match out.language {
            Language::En => format!(
                "sample of member {member}, {month}: {population} query records, {size} in the sample\n"
            ),
            Language::ZhTw => {
                format!("使用單位 {member} {month} 月抽核樣本：查詢紀錄 {population} 筆，抽出 {size} 筆\n")
            }
        };
        for remark in &verified.remarks {
            let remark = wording::line(remark, out.language);
            text.push_str(&format!("{}{remark}\n", of("remark: ", "備註：")));
        }
        for finding in &verified.findings {
            let finding = wording::line(finding, out.language);
            text.push_str(&format!("{}{finding}\n", of("finding: ", "不符：")));
        }
        if verified.findings.is_empty() {
            text.push_str(of(
                "the sample is what the rule draws from the signed journal\n",
                "樣本與規則自簽章軌跡抽出者相符\n",
            ));
        }
        text
    })?;
    Ok(match verified.findings.is_empty() {
        true => Exit::Done,
        false => Exit::Findings,
    })
}

fn show(report: &Report, out: &Out) -> Result<()> {
    out.show(report, || form::text(report, out.language))
}
