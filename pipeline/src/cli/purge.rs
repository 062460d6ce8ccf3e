//! `purge plan|run|status`. *Edge.*

use mayfly_retention::{certificate::Actor, plan::Due, purge::Gone};

use super::{Opening, args::PurgeCommand, attributable, hold, out::Out, timeline};
use crate::{
    error::{Error, Exit, Result},
    purge::{
        Accounted, DueFiles, Purger, Swept, account,
        agenda::{self, Agenda},
        years::{self, Ended},
    },
    roc::taipei,
    schedule,
};

pub(super) async fn run(opening: &Opening, command: PurgeCommand, out: &Out) -> Result<Exit> {
    let purger = || Purger::open(&opening.dir, opening.at);
    match command {
        PurgeCommand::Hold(command) => hold::run(opening, command, out).await,
        PurgeCommand::Plan => {
            let purger = purger()?;
            let due = purger.plan()?;
            let files = purger.files();
            show_plan(opening, &purger, &due, &files, out).await?;
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

/// What is due, of hours by the clock and the files alone, of years as far as the database tells.
async fn show_plan(
    opening: &Opening,
    purger: &Purger,
    due: &[Due],
    files: &DueFiles,
    out: &Out,
) -> Result<()> {
    let names: Vec<String> = due.iter().map(|due| due.cohort().name()).collect();
    let years = agenda(opening).await;
    let report = serde_json::json!({
        "due": names.len(), "cohorts": names, "files": files.len(), "overdue": purger.overdue(due),
        "years": years.as_ref().ok(), "unknown": years.as_ref().err().map(Error::code),
    });
    out.show(&report, || {
        let is_nothing = matches!(&years, Ok(agenda) if agenda.as_ref().is_none_or(Agenda::is_empty));
        if names.is_empty() && files.is_empty() && is_nothing {
            return "nothing is due\n".into();
        }
        let mut text = String::new();
        if !names.is_empty() {
            text.push_str(&format!("due, oldest first:\n  {}\n", names.join("\n  ")));
        }
        if !files.is_empty() {
            text.push_str(&format!("due: {} plain files of the exchange\n", files.len()));
        }
        match &years {
            Err(error) => text.push_str(&format!(
                "of the classes of years nothing is known: the database cannot be read ({})\n",
                error.code()
            )),
            Ok(agenda) => agenda.iter().for_each(|agenda| text.push_str(&lines(agenda))),
        }
        text
    })
}

/// The agenda of the years; `None` inside while the clock is not to be trusted.
async fn agenda(opening: &Opening) -> Result<Option<Agenda>> {
    let house = opening.to_look().await?;
    agenda::plan(&house, &mut house.db.reader().await?).await
}

fn lines(agenda: &Agenda) -> String {
    let mut text = String::new();
    for line in &agenda.records {
        text.push_str(&format!(
            "at the end of their years: {:>7} of {:<16} {} with {} sealed files\n",
            line.records, line.table, line.month, line.files
        ));
    }
    for month in &agenda.months {
        text.push_str(&format!("at the end of its years: the key of {month}\n"));
    }
    text
}

async fn destroy(opening: &Opening, purger: &Purger, account: &str, out: &Out) -> Result<Exit> {
    let (due, files) = (purger.plan(), purger.files());
    let (count, overdue) = due
        .as_ref()
        .map_or((0, 0), |due| (due.len(), purger.overdue(due)));
    let actor = Actor::Person(account.into());
    let gone = due.and_then(|due| purger.run(due, actor.clone()));
    let swept = purger.sweep(&files, &actor);
    // As a pass of the schedule leaves it: who watches sees that it ran.
    let outcome = match &gone {
        Ok(_) if swept.is_clean() => "ok",
        Ok(_) => "PURGE-RESIDUE",
        Err(error) => error.code(),
    };
    schedule::purged_by_hand(&opening.dir, outcome);
    let gone = gone?;
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
        "held_back": held_back, "files": swept, "incidents": accounted.map(|done| done.incidents), "years": ended,
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
        text.push_str(&plain(swept));
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
        && swept.is_clean()
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

/// A line about the plain files of the exchange, if there is anything to say.
fn plain(swept: Swept) -> String {
    match (swept.due, swept.left) {
        (0, Some(0)) => String::new(),
        (due, Some(0)) => format!("{due} plain files of the exchange removed\n"),
        (due, Some(left)) => {
            format!(
                "finding: of {due} plain files of the exchange that were due {left} are left; see that this account may write its folders\n"
            )
        }
        (_, None) => {
            "finding: a folder of the exchange cannot be listed, so nobody knows what lies there in plain\n"
                .into()
        }
    }
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
