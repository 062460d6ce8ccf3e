//! `purge plan|run|status`. *Edge.*

use super::{Opening, args::PurgeCommand, out::Out};
use mayfly_retention::purge::Gone;

use crate::{
    error::{Exit, Result},
    purge::{Purger, account},
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: PurgeCommand, out: &Out) -> Result<Exit> {
    let purger = Purger::open(&opening.dir, opening.at)?;
    match command {
        PurgeCommand::Plan => {
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
        PurgeCommand::Run => destroy(opening, &purger, out).await,
        PurgeCommand::Status => {
            let margins = purger.margins()?;
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
    let (answers, unaccounted) = match enter(opening, &gone).await {
        Ok(answers) => (Some(answers), None),
        Err(error) => (None, Some(error)),
    };
    let report = serde_json::json!({
        "due": count, "destroyed": gone.len(), "segments": segments, "answers": answers, "residue": residue,
        "overdue": overdue,
    });
    out.show(&report, || {
        let known = |count: Option<u64>| count.map_or_else(|| "unknown".into(), |count| count.to_string());
        let (residue, answers) = (known(residue), known(answers.and_then(|count| u64::try_from(count).ok())));
        format!(
            "{count} cohorts due, {} destroyed: {segments} sealed objects, {answers} answers; residue {residue}; overdue {overdue}\n",
            gone.len()
        )
    })?;
    match unaccounted {
        Some(error) => Err(error),
        None if residue == Some(0) && overdue == 0 => Ok(Exit::Done),
        None => Ok(Exit::Findings),
    }
}

async fn enter(opening: &Opening, gone: &[Gone]) -> Result<i64> {
    account(&*opening.to_act().await?, gone).await
}
