//! `register kinds|add|list|show|end|selection|use`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::RegisterCommand, out::Out, placed};
use crate::{
    app::House,
    error::{Exit, Result},
    printed::{Printed, day, of},
    register::{
        enter::{self, New},
        forms,
        list::{self, Filter},
        selection,
        store::Paper,
        usage,
    },
};

pub(super) async fn run(opening: &Opening, command: RegisterCommand, out: &Out) -> Result<Exit> {
    match command {
        RegisterCommand::Kinds { csv } => {
            let house = opening.to_look().await?;
            let regime = &house.regime;
            show(
                out,
                csv,
                &forms::kind_lines(regime),
                |language| forms::kinds(regime, language),
                ["kinds", "種文件"],
            )?;
        }
        RegisterCommand::Add {
            kind,
            of,
            day,
            fields,
            file,
            follows,
            duty,
            account,
        } => {
            let new = New {
                kind: &kind,
                of: &of,
                day,
                fields: &fields,
                file: file.as_deref(),
                follows,
                duty: duty.as_deref(),
                by: placed(&account)?,
            };
            let house = opening.to_act().await?;
            let paper = enter::add(&house, &new).await?;
            tell(&house, paper, out)?;
        }
        RegisterCommand::List { kind, of, all, csv } => {
            let house = opening.to_look().await?;
            let papers = list::list(&house, &Filter { kind, of, all }).await?;
            let lines: Vec<_> = papers
                .iter()
                .map(|paper| forms::line(paper, &house.regime))
                .collect();
            show(
                out,
                csv,
                &lines,
                |language| forms::table(&papers, &house.regime, language),
                ["papers", "件文件"],
            )?;
        }
        RegisterCommand::Show { paper } => {
            let house = opening.to_look().await?;
            let paper = list::show(&house, paper).await?;
            tell(&house, paper, out)?;
        }
        RegisterCommand::End {
            paper,
            reason,
            account,
        } => {
            let house = opening.to_act().await?;
            let paper = enter::end(&house, paper, &reason, placed(&account)?).await?;
            tell(&house, paper, out)?;
        }
        RegisterCommand::Selection { paper, csv } => {
            let house = opening.to_look().await?;
            let paper = list::show(&house, paper).await?;
            let selection = selection::of_paper(&house, &paper).await?;
            if csv {
                out.csv(&forms::selection(&selection, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            out.show(&selection, || {
                let table = forms::selection(&selection, out.language);
                let (text, count) = (table.text(out.language), table.lines.len());
                let (all, member, seed) = (selection.population, &selection.member, &selection.seed);
                let (from, to) = (day(selection.from, out.language), day(selection.to, out.language));
                match out.language {
                    Language::En => format!(
                        "{text}\n{count} of {all} consents of member {member}, {from} to {to}\nseed {seed}\n"
                    ),
                    Language::ZhTw => format!(
                        "{text}\n使用單位 {member} 自 {from} 至 {to} 之當事人同意 {all} 筆，抽出 {count} 筆\n抽樣種子 {seed}\n"
                    ),
                }
            })?;
        }
        RegisterCommand::Use { from, to, csv } => {
            let house = opening.to_look().await?;
            let uses = usage::of_days(&house, from, to).await?;
            show(
                out,
                csv,
                &uses,
                |language| forms::usage(&uses, language),
                ["members", "個使用單位"],
            )?;
        }
    }
    Ok(Exit::Done)
}

fn show<const N: usize>(
    out: &Out,
    csv: bool,
    value: &impl serde::Serialize,
    table: impl Fn(Language) -> Printed<N>,
    what: [&str; 2],
) -> Result<()> {
    if csv {
        return out.csv(&table(Language::En).csv());
    }
    out.show(value, || {
        let table = table(out.language);
        let what = of(out.language, what[0], what[1]);
        format!("{}\n{} {what}\n", table.text(out.language), table.lines.len())
    })
}

fn tell(house: &House, paper: Paper, out: &Out) -> Result<()> {
    let papers = [paper];
    out.show(&forms::line(&papers[0], &house.regime), || {
        forms::table(&papers, &house.regime, out.language).text(out.language)
    })
}
