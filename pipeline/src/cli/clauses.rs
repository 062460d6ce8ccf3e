//! `clauses`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, out::Out};
use crate::{
    clauses::{forms, list},
    error::{Exit, Result},
};

pub(super) async fn run(opening: &Opening, prefix: &str, csv: bool, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let standings = list::list(&house, prefix).await?;
    if csv {
        out.csv(&forms::sheet(&standings).csv())?;
        return Ok(Exit::Done);
    }
    let lines: Vec<_> = standings.iter().map(forms::line).collect();
    out.show(&lines, || {
        let table = forms::table(&standings, out.language).text(out.language);
        let count = |state| {
            standings
                .iter()
                .filter(|standing| standing.state == state)
                .count()
        };
        let (all, kept, due) = (standings.len(), count(list::State::Kept), count(list::State::Due));
        let (overdue, open) = (count(list::State::Overdue), count(list::State::Open));
        let organisational = count(list::State::Organisational);
        match out.language {
            Language::En => format!(
                "{table}\n{all} clauses: {kept} kept, {due} due, {overdue} overdue, {open} open, {organisational} organisational\n"
            ),
            Language::ZhTw => format!(
                "{table}\n條款 {all} 項：遵循 {kept}、待辦 {due}、逾期 {overdue}、未完成 {open}、組織面 {organisational}\n"
            ),
        }
    })?;
    Ok(Exit::Done)
}
