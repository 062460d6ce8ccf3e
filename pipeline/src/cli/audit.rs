//! `audit freeze|draw|extend|show|list|export|reconcile|verify`. *Edge.*

use std::path::Path;

use super::{Opening, args::AuditCommand, attributable, out::Out, placed, reconcile, review};
use crate::{
    audit::{
        drawing::{self, Given},
        export, freeze, month_of,
        report::{self, Report},
        verify,
    },
    certificate::check,
    error::{Error, Exit, Result},
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: AuditCommand, out: &Out) -> Result<Exit> {
    match command {
        AuditCommand::Freeze { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let sample = freeze::freeze(&house, &sample.member, month, attributable(&account)?).await?;
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
            let by = attributable(&account)?;
            let drawn = match (&value, &named_by) {
                (Some(value), Some(named_by)) => {
                    let given = Given {
                        reviewer: by,
                        named_by: attributable(named_by)?,
                        value,
                    };
                    drawing::draw(&house, &sample.member, month, &given).await?
                }
                _ => drawing::draw_without(&house, &sample.member, month, by).await?,
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
            let by = attributable(&account)?;
            let extended = drawing::extend(&house, &sample.member, month, size, by).await?;
            show(&report::report(&house, &extended, None)?, out)?;
        }
        AuditCommand::Show { sample, account } => {
            let month = month_of(&sample.month)?;
            let house = opening.to_act().await?;
            let account = account.as_deref().map(attributable).transpose()?;
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
            let items = export::export(&house, &sample.member, month, &folder, by).await?;
            let key = house.signer.verifier().text();
            let value = serde_json::json!({ "items": items, "folder": folder, "key": key });
            out.show(&value, || {
                let folder = folder.display();
                format!(
                    "{items} records written to {folder}\nverify them anywhere: mayfly audit verify {folder} --key '{key}'\n"
                )
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
            let by = attributable(&account)?;
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
    let reports = report::list(&house).await?;
    out.show(&reports, || {
        let mut text = String::new();
        for report in &reports {
            let overdue = if report.overdue { "  overdue" } else { "" };
            text.push_str(&format!(
                "{}  {}  {:<9}  {:>9} query records  {:>6} in the sample  due {}{overdue}\n",
                report.month, report.member, report.state, report.population, report.size, report.due
            ));
        }
        text.push_str(&format!("{} samples\n", reports.len()));
        text
    })
}

fn verified(folder: &Path, key: String, out: &Out) -> Result<Exit> {
    let keys = check::keys(&[key])?;
    let key = keys.first().ok_or(Error::Bug("a key that was read is gone"))?;
    let verified = verify::verify(folder, key)?;
    out.show(&verified, || {
        let mut text = format!(
            "sample of member {}, {}: {} query records, {} in the sample\n",
            verified.member, verified.month, verified.population, verified.size
        );
        for remark in &verified.remarks {
            text.push_str(&format!("remark: {remark}\n"));
        }
        for finding in &verified.findings {
            text.push_str(&format!("finding: {finding}\n"));
        }
        if verified.findings.is_empty() {
            text.push_str("the sample is what the rule draws from the signed journal\n");
        }
        text
    })?;
    Ok(match verified.findings.is_empty() {
        true => Exit::Done,
        false => Exit::Findings,
    })
}

fn show(report: &Report, out: &Out) -> Result<()> {
    out.show(report, || text(report))
}

fn text(report: &Report) -> String {
    let late = if report.committed_late {
        ", after the month's end"
    } else {
        ""
    };
    let mut text = format!(
        "sample of member {}, {}   {}\n\n  bureau committed to its value  {}{late}\n",
        report.member,
        report.month,
        report.state,
        taipei(report.committed_at)
    );
    if report.frozen_size > 0 {
        text.push_str(&format!(
            "  query records of the month     {}   (frozen under the checkpoint over {} journal entries)\n  in the sample                  {}\n",
            report.population, report.frozen_size, report.size
        ));
    }
    match (&report.reviewer, &report.named_by) {
        (Some(reviewer), Some(named_by)) => {
            text.push_str(&format!(
                "  drawn by                       {reviewer}, named by {named_by}\n"
            ));
        }
        _ if report.state == "drawn" => {
            text.push_str("  drawn by                       the bureau, because no reviewer had by the due day: overdue\n");
        }
        _ => {
            let overdue = if report.overdue { ", overdue" } else { "" };
            text.push_str(&format!(
                "  a reviewer draws by            {}{overdue}\n",
                report.due
            ));
        }
    }
    if !report.chances.is_empty() {
        text.push_str(
            "\nwere this share of the records misused, the sample would hold at least one of them:\n",
        );
    }
    for chance in &report.chances {
        text.push_str(&format!(
            "  {:>5} %  ({:>6} records)   with a chance of {:>5} %\n",
            tenths(chance.per_mille),
            chance.misused,
            tenths(chance.finds_per_mille)
        ));
    }
    if let Some(items) = &report.items {
        text.push_str("\nrecords, in the order of the draw: place, journal entry, query id\n");
        for (place, item) in (1..).zip(items) {
            text.push_str(&format!("  {place:>6}  {:>10}  {}\n", item.entry, item.query));
        }
    }
    text
}

/// Parts of a thousand as a percentage with one decimal.
fn tenths(per_mille: u64) -> String {
    format!("{}.{}", per_mille / 10, per_mille % 10)
}
