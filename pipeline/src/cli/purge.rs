//! `purge plan|run|status`. *Edge.*

use super::{Opening, args_kept::PurgeCommand, hold, out::Out};
use mayfly_retention::purge::Gone;

use crate::{
    error::{Exit, Result},
    purge::{
        Purger, account,
        years::{self, Ended},
    },
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: PurgeCommand, out: &Out) -> Result<Exit> {
    let purger = || Purger::open(&opening.dir, opening.at);
    match command {
        PurgeCommand::Hold(command) => hold::run(opening, command, out).await,
        PurgeCommand::Plan => {
            let purger = purger()?;
            let due = purger.plan()?;
            let names: Vec<String> = due.iter().map(|due| due.cohort().name()).collect();
            out.show(
                &serde_json::json!({ "due": names.len(), "cohorts": names, "overdue": purger.overdue(&due) }),
                || {
                    if names.is_empty() {
                        "nothing is due\n".into()
                    } else {
                        format!("due, oldest first:\n  {}\n", names.join("\n  "))
                    }
                },
            )?;
            Ok(Exit::Done)
        }
        PurgeCommand::Run => destroy(opening, &purger()?, out).await,
        PurgeCommand::Status => {
            let margins = purger()?.margins()?;
            out.show(&margins, || {
                if margins.is_empty() {
                    return "nothing is held\n".into();
                }
                let mut text = String::new();
                for margin in &margins {
                    let state = if margin.due { "DUE since" } else { "due" };
                    text.push_str(&format!(
                        "{:<20} {state} {}   gone by {}\n",
                        margin.cohort,
                        taipei(margin.due_at),
                        taipei(margin.gone_by)
                    ));
                }
                text
            })?;
            Ok(if margins.iter().any(|margin| margin.due) {
                Exit::Findings
            } else {
                Exit::Done
            })
        }
    }
}

async fn destroy(opening: &Opening, purger: &Purger, out: &Out) -> Result<Exit> {
    let due = purger.plan()?;
    let (count, overdue) = (due.len(), purger.overdue(&due));
    let gone = purger.run(due)?;
    let segments: u64 = gone.iter().map(|gone| gone.segments).sum();
    let residue: Option<u64> = gone.iter().map(|gone| gone.residue).sum();
    // The keys are gone by now, whatever becomes of the evidence; that waits for the database if it has to.
    let (answers, ended, unaccounted) = match enter(opening, &gone).await {
        Ok((answers, ended)) => (Some(answers), Some(ended), None),
        Err(error) => (None, None, Some(error)),
    };
    let report = serde_json::json!({
        "due": count, "destroyed": gone.len(), "segments": segments, "answers": answers, "residue": residue,
        "overdue": overdue, "years": ended,
    });
    out.show(&report, || {
        let known = |count: Option<u64>| count.map_or_else(|| "unknown".into(), |count| count.to_string());
        let (residue, answers) = (known(residue), known(answers.and_then(|count| u64::try_from(count).ok())));
        format!(
            "{count} cohorts due, {} destroyed: {segments} sealed objects, {answers} answers; residue {residue}; overdue {overdue}\n",
            gone.len()
        ) + &ended.as_ref().map_or_else(String::new, years)
    })?;
    match unaccounted {
        Some(error) => Err(error),
        None if residue == Some(0) && overdue == 0 && ended.is_none_or(|ended| ended.is_clean()) => {
            Ok(Exit::Done)
        }
        None => Ok(Exit::Findings),
    }
}

/// Enters what was destroyed, then ends what is past its years, which needs the database.
async fn enter(opening: &Opening, gone: &[Gone]) -> Result<(i64, Ended)> {
    let house = opening.to_act().await?;
    let answers = account(&house, gone).await?;
    let (ended, months) = years::pass(&house).await?;
    if !months.is_empty() {
        account(&house, &months).await?;
    }
    Ok((answers, ended))
}

/// A line about the classes of years, if there is anything to say.
fn years(ended: &Ended) -> String {
    if ended.deleted + ended.held + ended.months == 0 {
        return String::new();
    }
    let residue = ended
        .residue
        .map_or_else(|| "unknown".into(), |count| count.to_string());
    format!(
        "at the end of their years: {} records deleted with {} sealed files, {} held, {} months' keys destroyed; residue {residue}\n",
        ended.deleted, ended.files, ended.held, ended.months
    )
}
