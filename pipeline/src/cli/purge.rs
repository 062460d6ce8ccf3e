//! `purge plan|run|status`. *Edge.*

use mayfly_retention::{certificate::Actor, purge::Gone};

use super::{Opening, args::PurgeCommand, attributable, hold, out::Out, timeline};
use crate::{
    error::{Exit, Result},
    purge::{
        Accounted, Purger, account,
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
        PurgeCommand::Run { account } => destroy(opening, &purger()?, attributable(&account)?, out).await,
        PurgeCommand::Status { timeline } => {
            let purger = purger()?;
            let margins = purger.margins()?;
            out.show(&margins, || {
                if margins.is_empty() {
                    return "nothing is held\n".into();
                }
                if timeline || out.is_at_terminal() {
                    return timeline::draw(&margins, purger.now());
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

async fn destroy(opening: &Opening, purger: &Purger, account: &str, out: &Out) -> Result<Exit> {
    let due = purger.plan()?;
    let (count, overdue) = (due.len(), purger.overdue(&due));
    let gone = purger.run(due, Actor::Person(account.into()))?;
    let segments: usize = gone.iter().map(|gone| gone.evidence.objects.len()).sum();
    let residue: Option<u64> = gone.iter().map(|gone| gone.residue).sum();
    // The keys are gone by now, whatever becomes of the evidence; that waits for the database if it has to.
    let (accounted, ended, unaccounted) = match enter(opening, &gone, account).await {
        Ok((accounted, ended)) => (Some(accounted), Some(ended), None),
        Err(error) => (None, None, Some(error)),
    };
    let accounted = accounted.as_ref();
    let held_back = accounted.map_or(&[][..], |accounted| &accounted.held_back);
    // What an earlier pass left counts as long as it is there.
    let residue = held_back
        .iter()
        .try_fold(residue.unwrap_or(0), |most, held| Some(most.max(held.residue?)))
        .filter(|_| residue.is_some());
    let report = serde_json::json!({
        "due": count, "destroyed": gone.len(), "segments": segments, "answers": accounted.map(|done| done.answers),
        "residue": residue, "overdue": overdue, "certified": accounted.map(|done| done.certified),
        "held_back": held_back, "incidents": accounted.map(|done| done.incidents), "years": ended,
    });
    out.show(&report, || {
        let known = |count: Option<u64>| count.map_or_else(|| "unknown".into(), |count| count.to_string());
        let answers = accounted.and_then(|done| u64::try_from(done.answers).ok());
        let mut text = format!(
            "{count} cohorts due, {} destroyed: {segments} sealed objects, {} answers; residue {}; overdue {overdue}; {} certified\n",
            gone.len(),
            known(answers),
            known(residue),
            known(accounted.map(|done| done.certified as u64))
        );
        for held in held_back {
            let why = match held.why {
                Some(why) => why.to_owned(),
                None => format!("{} files are left", known(held.residue)),
            };
            text.push_str(&format!(
                "finding: {} is destroyed and not certified: {why}\n",
                held.cohort
            ));
        }
        text + &ended.as_ref().map_or_else(String::new, years)
    })?;
    if let Some(error) = unaccounted {
        return Err(error);
    }
    let incidents = accounted.map_or(0, |done| done.incidents);
    let is_clean = residue == Some(0)
        && overdue == 0
        && held_back.is_empty()
        && incidents == 0
        && ended.is_none_or(|ended| ended.is_clean());
    Ok(if is_clean { Exit::Done } else { Exit::Findings })
}

/// Enters what was destroyed, then ends what is past its years, which needs the database.
async fn enter(opening: &Opening, gone: &[Gone], actor: &str) -> Result<(Accounted, Ended)> {
    let house = opening.to_act().await?;
    let accounted = account(&house, gone).await?;
    let (ended, of_months) = years::pass(&house, Actor::Person(actor.into())).await?;
    Ok((accounted.and(of_months), ended))
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
