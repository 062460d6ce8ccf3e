//! `incident open|list|show|notice|affected|measure|note|close|drill`. *Edge.*

use std::time::Duration;

use super::{
    Opening,
    args::{IncidentCommand, IncidentTarget, OutcomeArgument},
    out::Out,
    placed,
};
use crate::{
    access::stop::Target,
    error::{Exit, Result},
    incident::{
        Nature, affected, close, drill, forms, notice, open,
        release::{self, Reading},
        report, step,
    },
};

pub(super) async fn run(opening: &Opening, command: IncidentCommand, out: &Out) -> Result<Exit> {
    match command {
        IncidentCommand::Open { target } => return opened(opening, target, out).await,
        IncidentCommand::List { open } => {
            let house = opening.to_look().await?;
            let reports = report::list(&house, open).await?;
            out.show(&reports, || match reports.len() {
                0 => "no such incidents\n".to_owned(),
                count => {
                    let table = forms::list(&reports, out.language).text(out.language);
                    format!("{table}\n{count} incidents and drills\n")
                }
            })?;
        }
        IncidentCommand::Show { incident } => {
            let house = opening.to_look().await?;
            let report = report::show(&house, incident).await?;
            out.show(&report, || forms::text(&report, out.language))?;
        }
        IncidentCommand::Notice {
            incident,
            to,
            account,
        } => {
            let account = placed(&account)?;
            let house = opening.to_act().await?;
            let printed = notice::print(&house, incident, &to, out.language, account).await?;
            out.show(&printed, || printed.text.clone())?;
        }
        IncidentCommand::Affected {
            incident,
            from,
            until,
            out: file,
            account,
        } => {
            let wanted = affected::Wanted {
                number: incident,
                from,
                until,
                file: file.as_deref(),
                by: placed(&account)?,
            };
            let house = opening.to_act().await?;
            let found = affected::list(&house, &wanted).await?;
            out.show(&found, || forms::affected(&found, out.language))?;
            return Ok(findings(found.looked_at < found.in_journal));
        }
        IncidentCommand::Measure { incident, wait } => {
            let house = opening.to_act().await?;
            let reading = release::measure(&house, incident, Duration::from_secs(wait)).await?;
            out.show(&reading, || format!("{}\n", forms::release(&reading)))?;
            return Ok(unfinished(&reading));
        }
        IncidentCommand::Note {
            incident,
            what,
            note,
            account,
        } => {
            let house = opening.to_act().await?;
            let number = step::add(&house, incident, &what, &note, placed(&account)?).await?;
            out.show(&serde_json::json!({ "step": number }), || {
                format!("{what} {number} of incident {incident}\n")
            })?;
        }
        IncidentCommand::Close {
            incident,
            outcome,
            report: file,
            account,
        } => {
            let outcome = match outcome {
                OutcomeArgument::Confirmed => close::Outcome::Confirmed,
                OutcomeArgument::Unfounded => close::Outcome::Unfounded,
            };
            let house = opening.to_act().await?;
            close::close(&house, incident, outcome, &file, placed(&account)?).await?;
            let report = report::show(&house, incident).await?;
            out.show(&report, || forms::text(&report, out.language))?;
        }
        IncidentCommand::Drill { account } => {
            let account = placed(&account)?;
            let house = opening.to_act().await?;
            let drilled = drill::drill(&house, account).await?;
            out.show(&drilled, || {
                let duty = match (&drilled.duty, drilled.closed) {
                    (Some(duty), true) => format!("closed {duty}\n"),
                    (Some(duty), false) => format!(
                        "left {duty} as it is: its owner closes it, if it is open, with --artefact drill:{}\n",
                        drilled.drill
                    ),
                    (None, _) => String::new(),
                };
                format!(
                    "drill {}: the stop held {:.6} s after its commit, and is lifted\n{duty}",
                    drilled.drill,
                    drilled.reading.elapsed_micros.unwrap_or(0) as f64 / 1e6
                )
            })?;
        }
    }
    Ok(Exit::Done)
}

async fn opened(opening: &Opening, target: IncidentTarget, out: &Out) -> Result<Exit> {
    let (target, words) = match target {
        IncidentTarget::Member { code, words } => (Target::Member(code), words),
        IncidentTarget::Person { person, words } => (Target::Person(person), words),
        IncidentTarget::Item { item, words } => (Target::Item(item), words),
        IncidentTarget::Link { words } => (Target::Link, words),
    };
    let wanted = open::Opening {
        nature: match words.actual {
            true => Nature::Actual,
            false => Nature::Suspected,
        },
        target,
        reason: &words.reason,
        known_at: words.known,
        affects_from: words.from,
        by: placed(&words.account)?,
        patience: Duration::from_secs(words.wait),
    };
    let house = opening.to_act().await?;
    let (number, reading) = open::open(&house, wanted).await?;
    let report = report::show(&house, number).await?;
    out.show(&report, || forms::text(&report, out.language))?;
    Ok(reading.as_ref().map_or(Exit::Findings, unfinished))
}

fn unfinished(reading: &Reading) -> Exit {
    findings(reading.on_the_way > 0)
}

fn findings(are_there: bool) -> Exit {
    match are_there {
        true => Exit::Findings,
        false => Exit::Done,
    }
}
