//! `sheet make|list|show|sign|approve|verify|check|export`. *Edge.*

use mayfly_consent::Language;

use super::{
    Opening,
    args::{SheetArguments, SheetCommand},
    attributable, of_desk,
    out::Out,
    placed,
};
use crate::{
    access::maker::Maker,
    error::{Exit, Result},
    printed::{self, moment},
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
    wording,
};

pub(super) async fn run(opening: &Opening, command: SheetCommand, out: &Out) -> Result<Exit> {
    match command {
        SheetCommand::Make { week, account } => {
            let of = week_of(&week.week)?;
            let house = opening.to_act().await?;
            house.regime.sheets()?;
            let by = of_desk(&week.member, &account)?;
            let made = make::make(&house, &week.member, of, Maker::Named(by)).await?;
            out.show(&made, || {
                let (sheets, member, week) = (made.sheets, &made.member, &made.week);
                match (out.language, made.new) {
                    (Language::En, true) => format!("{sheets} sheets of member {member}, {week}: made\n"),
                    (Language::En, false) => {
                        format!("{sheets} sheets of member {member}, {week}: made before\n")
                    }
                    (Language::ZhTw, true) => {
                        format!("使用單位 {member} {week} 週：產製查詢紀錄單 {sheets} 份\n")
                    }
                    (Language::ZhTw, false) => {
                        format!("使用單位 {member} {week} 週：查詢紀錄單 {sheets} 份，先前已產製\n")
                    }
                }
            })?;
        }
        SheetCommand::List { member, week, open } => {
            let wanted = Wanted {
                member,
                week: week.as_deref().map(week_of).transpose()?,
                open,
                ..Wanted::default()
            };
            let house = opening.to_look().await?;
            house.regime.sheets()?;
            let reports = report::list(&house, &wanted).await?;
            out.show(&reports, || match reports.len() {
                0 => printed::of(out.language, "no such sheets\n", "沒有符合的查詢紀錄單\n").to_owned(),
                count => {
                    let table = form::list(&reports, out.language).text(out.language);
                    let sheets = printed::of(out.language, "sheets", "份查詢紀錄單");
                    format!("{table}\n{count} {sheets}\n")
                }
            })?;
        }
        SheetCommand::Show { sheet, account } => {
            let name = name(&sheet)?;
            let account = account.as_deref().map(reader).transpose()?;
            let house = match account {
                Some(_) => opening.to_act().await?,
                None => opening.to_look().await?,
            };
            house.regime.sheets()?;
            show(&report::show(&house, &name, account).await?, out)?;
        }
        SheetCommand::Sign { sheet, account } => {
            let name = name(&sheet)?;
            let house = opening.to_act().await?;
            house.regime.sheets()?;
            let signed = sign::sign(&house, &name, of_desk(name.member, &account)?).await?;
            show(&report::of(&house, &signed).await?, out)?;
        }
        SheetCommand::Approve { sheet, account } => {
            let name = name(&sheet)?;
            let house = opening.to_act().await?;
            house.regime.sheets()?;
            let approved = sign::approve(&house, &name, of_desk(name.member, &account)?).await?;
            show(&report::of(&house, &approved).await?, out)?;
        }
        SheetCommand::Verify {
            week,
            querier,
            unit,
            file,
        } => {
            let of = week_of(&week.week)?;
            let house = opening.to_look().await?;
            house.regime.sheets()?;
            let mut found = verify::verify(&house, &week.member, of).await?;
            if let (Some(querier), Some(file)) = (&querier, &file) {
                let name = Name {
                    member: &week.member,
                    week: of,
                    querier,
                    unit: unit.as_deref(),
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
            house.regime.sheets()?;
            let files = export::export(&house, &name, &folder, reader(&account)?).await?;
            let value = serde_json::json!({ "files": files });
            out.show(&value, || {
                let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
                lines.concat()
            })?;
        }
    }
    Ok(Exit::Done)
}

/// An account of the member, or `PLACE/ACCOUNT`.
fn reader(account: &str) -> Result<&str> {
    match account.contains('/') {
        true => placed(account),
        false => attributable(account),
    }
}

fn name(sheet: &SheetArguments) -> Result<Name<'_>> {
    Ok(Name {
        member: &sheet.week.member,
        week: week_of(&sheet.week.week)?,
        querier: &sheet.querier,
        unit: sheet.unit.as_deref(),
    })
}

fn verified(found: &Verified, out: &Out) -> Result<Exit> {
    out.show(found, || {
        let of = |en, zh| printed::of(out.language, en, zh);
        let mut text = match out.language {
            Language::En => format!(
                "member {}, {}: {} sheets, {} queries in the journal, {} records\n",
                found.member, found.week, found.sheets, found.queries, found.records
            ),
            Language::ZhTw => format!(
                "使用單位 {} {} 週：查詢紀錄單 {} 份，軌跡中查詢 {} 筆，查詢紀錄 {} 筆\n",
                found.member, found.week, found.sheets, found.queries, found.records
            ),
        };
        for remark in &found.remarks {
            let remark = wording::line(remark, out.language);
            text.push_str(&format!("{}{remark}\n", of("remark: ", "備註：")));
        }
        for finding in &found.findings {
            let finding = wording::line(finding, out.language);
            text.push_str(&format!("{}{finding}\n", of("finding: ", "不符：")));
        }
        if found.findings.is_empty() {
            text.push_str(of(
                "the sheets are exactly the queries of the week\n",
                "各查詢紀錄單合計正好是該週的全部查詢\n",
            ));
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
            let of = |en, zh| printed::of(out.language, en, zh);
            let mark = match said.findings.is_empty() {
                true => of("good", "相符"),
                false => of("BAD ", "不符"),
            };
            text.push_str(&format!(
                "{mark}  {}: {} {}, {}, {}: {} {}\n",
                file.display(),
                of("member", "使用單位"),
                said.member,
                said.week,
                match said.unit.as_str() {
                    "" => said.querier.clone(),
                    unit => format!("{}, {unit}", said.querier),
                },
                said.queries,
                of("queries", "筆查詢"),
            ));
            for act in &said.acts {
                let (by, at) = (
                    act.by.as_deref().unwrap_or("?"),
                    act.at.map_or_else(String::new, |at| moment(at, out.language)),
                );
                text.push_str(&match out.language {
                    Language::En => format!("      {} by {by} {at}, entry {}\n", act.act, act.entry),
                    Language::ZhTw => {
                        format!(
                            "      {} {by} {at}，軌跡序號 {}\n",
                            form::act(act.act, out.language),
                            act.entry
                        )
                    }
                });
            }
            for finding in &said.findings {
                let finding = wording::line(finding, out.language);
                text.push_str(&format!("      {}{finding}\n", of("finding: ", "不符：")));
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
    let of = |en, zh| printed::of(language, en, zh);
    let state = form::state(report.state, language);
    let mut text = match language {
        Language::En => format!(
            "sheet {}   member {}   {}   {}   {} queries   {state}\n\n",
            report.sheet, report.member, report.week, report.querier, report.queries
        ),
        Language::ZhTw => format!(
            "查詢紀錄單 {}　使用單位 {}　{} 週　查詢人員 {}　{} 筆　{state}\n\n",
            report.sheet, report.member, report.week, report.querier, report.queries
        ),
    };
    if !report.unit.is_empty() {
        text.push_str(&format!("  {}  {}\n", of("unit    ", "單位    "), report.unit));
    }
    let act = |name: &str, at, by: &str, entry| match language {
        Language::En => format!("  {name}  {}{by}, entry {entry}\n", moment(at, language)),
        Language::ZhTw => format!("  {name}  {}{by}，軌跡序號 {entry}\n", moment(at, language)),
    };
    text.push_str(&act(
        of("made    ", "產製    "),
        report.made_at,
        "",
        report.make_entry,
    ));
    for (done, mark) in [
        (of("signed  ", "核章    "), &report.signed),
        (of("approved", "核定    "), &report.approved),
    ] {
        if let Some(mark) = mark {
            let by = format!("{}{}", of(" by ", "　"), mark.by);
            text.push_str(&act(done, mark.at, &by, mark.entry));
        }
    }
    let overdue = if report.overdue {
        of(", overdue", "（逾期）")
    } else {
        ""
    };
    let due = of("due     ", "應核章日");
    text.push_str(&format!(
        "  {due}  {}{overdue}\n",
        printed::day(report.due, language)
    ));
    if let Some(day) = report.stops_from {
        let day = printed::day(day, language);
        text.push_str(&match language {
            Language::En => format!("  unsigned, it stops its querier from {day} on\n"),
            Language::ZhTw => format!("  未核章者，查詢人員自 {day} 起不得查詢\n"),
        });
    }
    text.push_str(&format!("  {}    {}\n", of("sha256", "雜湊  "), report.sha256));
    if let Some(lines) = &report.lines {
        let table = form::table(lines, report.name.as_deref().unwrap_or_default(), language);
        text.push_str(&format!("\n{}", table.text(language)));
        if report.queries > LINES_MAX as u64 {
            text.push_str(&match language {
                Language::En => format!("\nthe first {LINES_MAX}; all are in `sheet export`\n"),
                Language::ZhTw => format!("\n僅列前 {LINES_MAX} 筆；全部見 `sheet export`\n"),
            });
        }
    }
    text
}
