//! `people table|changes|begin|end`. *Edge.*

use std::path::Path;

use mayfly_consent::Language;

use super::{
    Opening,
    args::{HandsArguments, PeopleCommand, Shown},
    attributable,
    out::Out,
};
use crate::{
    access::{
        authorisation::Authorisation,
        export::{self, Which},
        forms,
        people::{self, Beginning, Hands, Holder},
    },
    app::House,
    error::{Exit, Result},
};

pub(super) async fn run(opening: &Opening, command: PeopleCommand, out: &Out) -> Result<Exit> {
    match command {
        PeopleCommand::Table { on, shown } => {
            if shown.out.is_some() {
                let house = opening.to_act().await?;
                let on = on.unwrap_or_else(|| house.today(house.clock.now()));
                return files(&house, &Which::Table(on), &shown, out).await;
            }
            let house = opening.to_look().await?;
            let on = on.unwrap_or_else(|| house.today(house.clock.now()));
            let lines = people::table(&house, on, shown.member.as_deref()).await?;
            if shown.csv {
                out.csv(&forms::table(&lines, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let value = serde_json::json!({ "on": on, "people": forms::table_lines(&lines) });
            out.show(&value, || match lines.len() {
                0 => format!("nobody is authorised on {on}\n"),
                count => {
                    let table = forms::table(&lines, &house.regime, out.language);
                    format!("{}\n{count} authorisations on {on}\n", table.text(out.language))
                }
            })?;
        }
        PeopleCommand::Changes { from, to, shown } => {
            if shown.out.is_some() {
                let house = opening.to_act().await?;
                return files(&house, &Which::Changes(from, to), &shown, out).await;
            }
            let house = opening.to_look().await?;
            let changes = people::changes(&house, from, to, shown.member.as_deref()).await?;
            if shown.csv {
                out.csv(&forms::changes(&changes, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let value =
                serde_json::json!({ "from": from, "to": to, "changes": forms::change_lines(&changes) });
            out.show(&value, || match changes.len() {
                0 => format!("nothing changed from {from} to {to}\n"),
                count => {
                    let table = forms::changes(&changes, &house.regime, out.language);
                    format!(
                        "{}\n{count} changes from {from} to {to}\n",
                        table.text(out.language)
                    )
                }
            })?;
        }
        PeopleCommand::Begin {
            holder,
            roles,
            from,
            to,
            name,
            title,
            person,
            unit,
            level,
            hands,
        } => {
            let beginning = Beginning {
                holder: Holder::parse(&holder)?,
                roles,
                name,
                title,
                person,
                unit,
                level,
                from,
                to,
            };
            let house = opening.to_act().await?;
            let line = people::begin(&house, &beginning, &two(&hands)?).await?;
            tell(out, &line, &format!("{holder} is authorised from {from} on"))?;
        }
        PeopleCommand::End { holder, on, hands } => {
            let holder_of = Holder::parse(&holder)?;
            let house = opening.to_act().await?;
            let line = people::end(&house, &holder_of, on, &two(&hands)?).await?;
            tell(
                out,
                &line,
                &format!("{holder} is not authorised any more from {on} on"),
            )?;
        }
    }
    Ok(Exit::Done)
}

/// Writes a table as files.
async fn files(house: &House, which: &Which, shown: &Shown, out: &Out) -> Result<Exit> {
    let folder = shown.out.as_deref().unwrap_or(Path::new("."));
    let by = attributable(&shown.account)?;
    let files = export::export(house, which, shown.member.as_deref(), folder, by).await?;
    out.show(&serde_json::json!({ "files": files }), || {
        let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
        lines.concat()
    })?;
    Ok(Exit::Done)
}

fn two(hands: &HandsArguments) -> Result<Hands<'_>> {
    Ok(Hands {
        by: attributable(&hands.account)?,
        approved_by: attributable(&hands.approved_by)?,
        reason: &hands.reason,
    })
}

fn tell(out: &Out, line: &Authorisation, sentence: &str) -> Result<()> {
    let lines = std::slice::from_ref(line);
    out.show(&forms::table_lines(lines)[0], || format!("{sentence}\n"))
}
