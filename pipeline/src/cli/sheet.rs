//! `sheet make|list|show|sign|approve|verify|check|export`. *Edge.*

use mayfly_consent::Language;

use super::{
    Opening,
    args::{SheetArguments, SheetCommand},
    attributable,
    out::Out,
};
use crate::{
    error::{Exit, Result},
    printed,
    roc::taipei,
    sheet::{
        Name,
        check::{self, CheckedFile},
        compare, export, form, make,
        report::{self, LINES_MAX, Report},
        sign,
        store::Wanted,
        verify::{self, Verified},
        week_of,
    },
};

pub(super) async fn run(opening: &Opening, command: SheetCommand, out: &Out) -> Result<Exit> {
    match command {
        SheetCommand::Make { week, account } => {
            let of = week_of(&week.week)?;
            let house = opening.to_act().await?;
            let made = make::make(&house, &week.member, of, attributable(&account)?).await?;
            out.show(&made, || {
                let how = if made.new { "made" } else { "made before" };
                format!(
                    "{} sheets of member {}, {}: {how}\n",
                    made.sheets, made.member, made.week
                )
            })?;
        }
        SheetCommand::List { member, week, open } => {
            let wanted = Wanted {
                member,
                week: week.as_deref().map(week_of).transpose()?,
                open,
            };
            let house = opening.to_look().await?;
            let reports = report::list(&house, &wanted).await?;
            out.show(&reports, || match reports.len() {
                0 => "no such sheets\n".to_owned(),
                count => {
                    let table = form::list(&reports, out.language).text(out.language);
                    format!("{table}\n{count} sheets\n")
                }
            })?;
        }
        SheetCommand::Show { sheet, account } => {
            let name = name(&sheet)?;
            let account = account.as_deref().map(attributable).transpose()?;
            let house = match account {
                Some(_) => opening.to_act().await?,
                None => opening.to_look().await?,
            };
            show(&report::show(&house, &name, account).await?, out)?;
        }
        SheetCommand::Sign { sheet, account } => {
            let name = name(&sheet)?;
            let house = opening.to_act().await?;
            let signed = sign::sign(&house, &name, attributable(&account)?).await?;
            show(&report::of(&house, &signed).await?, out)?;
        }
        SheetCommand::Approve { sheet, account } => {
            let name = name(&sheet)?;
            let house = opening.to_act().await?;
            let approved = sign::approve(&house, &name, attributable(&account)?).await?;
            show(&report::of(&house, &approved).await?, out)?;
        }
        SheetCommand::Verify { week, querier, file } => {
            let of = week_of(&week.week)?;
            let house = opening.to_look().await?;
            let mut found = verify::verify(&house, &week.member, of).await?;
            if let (Some(querier), Some(file)) = (&querier, &file) {
                let name = Name {
                    member: &week.member,
                    week: of,
                    querier,
                };
                compare::compare(&house, &name, file, &mut found).await?;
            }
            return verified(&found, out);
        }
        SheetCommand::Check { files, key } => return checked(&check::files(&files, &key)?, out),
        SheetCommand::Export {
            sheet,
            folder,
            account,
        } => {
            let name = name(&sheet)?;
            let house = opening.to_act().await?;
            let files = export::export(&house, &name, &folder, attributable(&account)?).await?;
            let value = serde_json::json!({ "files": files });
            out.show(&value, || {
                let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
                lines.concat()
            })?;
        }
    }
    Ok(Exit::Done)
}

fn name(sheet: &SheetArguments) -> Result<Name<'_>> {
    Ok(Name {
        member: &sheet.week.member,
        week: week_of(&sheet.week.week)?,
        querier: &sheet.querier,
    })
}

fn verified(found: &Verified, out: &Out) -> Result<Exit> {
    out.show(found, || {
        let mut text = format!(
            "member {}, {}: {} sheets, {} queries in the journal, {} records\n",
            found.member, found.week, found.sheets, found.queries, found.records
        );
        for remark in &found.remarks {
            text.push_str(&format!("remark: {remark}\n"));
        }
        for finding in &found.findings {
            text.push_str(&format!("finding: {finding}\n"));
        }
        if found.findings.is_empty() {
            text.push_str("the sheets are exactly the queries of the week\n");
        }
        text
    })?;
    Ok(match found.findings.is_empty() {
        true => Exit::Done,
        false => Exit::Findings,
    })
}

fn checked(files: &[CheckedFile], out: &Out) -> Result<Exit> {
    out.show(&files, || {
        let mut text = String::new();
        for CheckedFile { file, said } in files {
            let mark = if said.findings.is_empty() { "good" } else { "BAD " };
            text.push_str(&format!(
                "{mark}  {}: member {}, {}, {}: {} queries\n",
                file.display(),
                said.member,
                said.week,
                said.querier,
                said.queries
            ));
            for act in &said.acts {
                let (by, at) = (
                    act.by.as_deref().unwrap_or("?"),
                    act.at.map_or_else(String::new, taipei),
                );
                text.push_str(&format!("      {} by {by} {at}, entry {}\n", act.act, act.entry));
            }
            for finding in &said.findings {
                text.push_str(&format!("      finding: {finding}\n"));
            }
        }
        text
    })?;
    let sound = files.iter().all(|file| file.said.findings.is_empty());
    Ok(if sound { Exit::Done } else { Exit::Findings })
}

fn show(report: &Report, out: &Out) -> Result<()> {
    out.show(report, || text(report, out.language))
}

fn text(report: &Report, language: Language) -> String {
    let mut text = format!(
        "sheet {}   member {}   {}   {}   {} queries   {}\n\n  made      {}, entry {}\n",
        report.sheet,
        report.member,
        report.week,
        report.querier,
        report.queries,
        report.state,
        taipei(report.made_at),
        report.make_entry
    );
    for (done, mark) in [("signed  ", &report.signed), ("approved", &report.approved)] {
        if let Some(mark) = mark {
            text.push_str(&format!(
                "  {done}  {} by {}, entry {}\n",
                taipei(mark.at),
                mark.by,
                mark.entry
            ));
        }
    }
    let overdue = if report.overdue { ", overdue" } else { "" };
    text.push_str(&format!(
        "  due       {}{overdue}\n",
        printed::day(report.due, language)
    ));
    if let Some(day) = report.stops_from {
        text.push_str(&format!(
            "  unsigned, it stops its querier from {} on\n",
            printed::day(day, language)
        ));
    }
    text.push_str(&format!("  sha256    {}\n", report.sha256));
    if let Some(lines) = &report.lines {
        let table = form::table(lines, report.name.as_deref().unwrap_or_default(), language);
        text.push_str(&format!("\n{}", table.text(language)));
        if report.queries > LINES_MAX as u64 {
            text.push_str(&format!("\nthe first {LINES_MAX}; all are in `sheet export`\n"));
        }
    }
    text
}
