//! `register kinds|add|list|show|end|selection|use`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::RegisterCommand, attributable, out::Out};
use crate::{
    app::House,
    error::{Exit, Result},
    printed::Printed,
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
                "kinds",
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
                by: attributable(&account)?,
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
                "papers",
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
            let paper = enter::end(&house, paper, &reason, attributable(&account)?).await?;
            tell(&house, paper, out)?;
        }
        RegisterCommand::Selection { paper, csv } => {
            let house = opening.to_look().await?;
            let paper = list::show(&house, paper).await?;
            let selection = selection::of_paper(&house, &paper).await?;
            if csv {
                out.csv(&forms::selection(&selection).csv())?;
                return Ok(Exit::Done);
            }
            out.show(&selection, || {
                let table = forms::selection(&selection);
                format!(
                    "{}\n{} of {} consents of member {}, {} to {}\nseed {}\n",
                    table.text(out.language),
                    table.lines.len(),
                    selection.population,
                    selection.member,
                    selection.from,
                    selection.to,
                    selection.seed
                )
            })?;
        }
        RegisterCommand::Use { from, to, csv } => {
            let house = opening.to_look().await?;
            let uses = usage::of_days(&house, from, to).await?;
            show(out, csv, &uses, |_| forms::usage(&uses), "members")?;
        }
    }
    Ok(Exit::Done)
}

fn show<const N: usize>(
    out: &Out,
    csv: bool,
    value: &impl serde::Serialize,
    table: impl Fn(Language) -> Printed<N>,
    what: &str,
) -> Result<()> {
    if csv {
        return out.csv(&table(Language::En).csv());
    }
    out.show(value, || {
        let table = table(out.language);
        format!("{}\n{} {what}\n", table.text(out.language), table.lines.len())
    })
}

fn tell(house: &House, paper: Paper, out: &Out) -> Result<()> {
    let papers = [paper];
    out.show(&forms::line(&papers[0], &house.regime), || {
        forms::table(&papers, &house.regime, out.language).text(out.language)
    })
}
