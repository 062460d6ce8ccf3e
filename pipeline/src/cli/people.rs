//! `people table|changes|begin|end`. *Edge.*

use mayfly_consent::Language;

use super::{
    Opening, approval,
    args::{HandsArguments, PeopleCommand},
    attributable,
    out::Out,
};
use crate::{
    access::{
        authorisation::Authorisation,
        forms,
        people::{self, Beginning, Hands, Holder, Mover},
    },
    approval::Step,
    error::{Exit, Result},
};

pub(super) async fn run(opening: &Opening, command: PeopleCommand, out: &Out) -> Result<Exit> {
    match command {
        PeopleCommand::Table { on, shown } => {
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
            let line = match &hands.approved_by {
                Some(approver) => people::begin(&house, &beginning, &two(&hands, approver)?).await?,
                None => match people::begin_approved(&house, &beginning, &mover(&hands)?).await? {
                    Step::Done(line) => line,
                    Step::Applied(applied) => return approval::applied(opening, &applied, out),
                },
            };
            tell(out, &line, &format!("{holder} is authorised from {from} on"))?;
        }
        PeopleCommand::End { holder, on, hands } => {
            let holder_of = Holder::parse(&holder)?;
            let house = opening.to_act().await?;
            let line = match &hands.approved_by {
                Some(approver) => people::end(&house, &holder_of, on, &two(&hands, approver)?).await?,
                None => match people::end_approved(&house, &holder_of, on, &mover(&hands)?).await? {
                    Step::Done(line) => line,
                    Step::Applied(applied) => return approval::applied(opening, &applied, out),
                },
            };
            tell(
                out,
                &line,
                &format!("{holder} is not authorised any more from {on} on"),
            )?;
        }
    }
    Ok(Exit::Done)
}

fn mover(hands: &HandsArguments) -> Result<Mover<'_>> {
    Ok(Mover {
        by: attributable(&hands.account)?,
        reason: &hands.reason,
        approval: hands.approval,
    })
}

fn two<'a>(hands: &'a HandsArguments, approver: &'a str) -> Result<Hands<'a>> {
    Ok(Hands {
        by: attributable(&hands.account)?,
        approved_by: attributable(approver)?,
        reason: &hands.reason,
    })
}

fn tell(out: &Out, line: &Authorisation, sentence: &str) -> Result<()> {
    let lines = std::slice::from_ref(line);
    out.show(&forms::table_lines(lines)[0], || format!("{sentence}\n"))
}
