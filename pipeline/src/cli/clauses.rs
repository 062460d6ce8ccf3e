//! `clauses`. *Edge.*

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
        format!(
            "{table}\n{} clauses: {} kept, {} due, {} overdue, {} open, {} organisational\n",
            standings.len(),
            count(list::State::Kept),
            count(list::State::Due),
            count(list::State::Overdue),
            count(list::State::Open),
            count(list::State::Organisational)
        )
    })?;
    Ok(Exit::Done)
}
