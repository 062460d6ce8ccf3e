//! `batch run|submit|show|list|results` and `work`. *Edge.*

use std::{path::Path, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

use super::{
    Opening,
    args::{BatchCommand, SubmitArguments},
    attributable,
    out::Out,
    progress,
};
use crate::{
    app::House,
    batch::{Summary, store},
    delivery::rejects,
    error::{Error, Exit, Result},
    intake::BatchName,
    roc::taipei,
    run::{
        self,
        accept::{Accepted, Source, Submission, accept, open},
        worker,
    },
};

pub(super) async fn run(opening: &Opening, command: BatchCommand, out: &Out) -> Result<Exit> {
    match command {
        BatchCommand::Run { submit, rejects } => run_batch(opening, &submit, rejects.as_deref(), out).await,
        BatchCommand::Submit { submit } => {
            let house = opening.to_act().await?;
            let accepted = take_in(&house, &submit).await?;
            let summary = run::summary(&house, &accepted.batch.batch).await?;
            out.show(&summary, || receipt(&summary, accepted.known, &opening.again()))?;
            Ok(Exit::Done)
        }
        BatchCommand::Show { batch } => {
            let house = opening.to_look().await?;
            let summary = run::summary(&house, &batch).await?;
            out.show(&summary, || out.summary(&summary))?;
            Ok(Exit::Done)
        }
        BatchCommand::List => list(opening, out).await,
        BatchCommand::Results(results) => super::results::run(opening, &results, out).await,
    }
}

async fn run_batch(
    opening: &Opening,
    submit: &SubmitArguments,
    rejects_file: Option<&Path>,
    out: &Out,
) -> Result<Exit> {
    let house = opening.to_act().await?;
    if let Some(path) = rejects_file {
        rejects::claim(&house, path, &submit.file)?;
    }
    let accepted = take_in(&house, submit).await?;
    let batch = accepted.batch;
    worker::finish(&house, &batch.batch, progress::watch(out)).await?;
    if let Some(path) = rejects_file {
        rejects::write(&house, &batch.batch, path, out.language).await?;
    }
    let summary = run::summary(&house, &batch.batch).await?;
    out.show(&summary, || out.summary(&summary))?;
    Ok(exit_of(&summary))
}

/// Accepts what the arguments name.
pub(super) async fn take_in(house: &House, submit: &SubmitArguments) -> Result<Accepted> {
    // Before its name is judged: a name that is wrong because nothing is there is no matter of names.
    drop(open(&submit.file)?);
    let today = house.today(house.clock.now());
    let name = BatchName::resolve(
        &submit.file,
        submit.member.as_deref(),
        submit.batch_no.as_deref(),
        today,
    )
    .map_err(Error::File)?;
    let submission = Submission {
        source: Source::File(&submit.file),
        name,
        encoding: submit.encoding.into(),
        submitter: attributable(&submit.account)?,
        submitter_ip: TERMINAL,
    };
    accept(house, submission).await
}

fn exit_of(summary: &Summary) -> Exit {
    let counts = &summary.counts;
    if counts.refused + counts.failed + counts.unresolved > 0 {
        Exit::Findings
    } else {
        Exit::Done
    }
}

fn receipt(summary: &Summary, known: bool, again: &str) -> String {
    format!(
        "{} batch {}   member {}   {} rows\nreceived {}\nSHA-256  {}\nnext: {again} work --once, then {again} batch show {}\n",
        if known { "accepted before:" } else { "accepted:" },
        summary.batch,
        summary.member,
        summary.rows,
        taipei(summary.accepted_at),
        summary.sha256,
        summary.batch
    )
}

async fn list(opening: &Opening, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let mut reader = house.db.reader().await?;
    let mut summaries = Vec::new();
    for batch in store::list(&mut reader, false).await? {
        summaries.push(run::summary(&house, &batch.batch).await?);
    }
    out.show(&summaries, || {
        if summaries.is_empty() {
            return "no batch yet; submit one with `mayfly batch run FILE`\n".into();
        }
        let mut text = format!(
            "{:<16} {:<9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n",
            "batch", "state", "rows", "answered", "no record", "refused", "failed", "unresolved"
        );
        for summary in &summaries {
            let counts = &summary.counts;
            text.push_str(&format!(
                "{:<16} {:<9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10}\n",
                summary.batch,
                summary.state,
                summary.rows,
                counts.answered,
                counts.no_record,
                counts.refused,
                counts.failed,
                counts.unresolved
            ));
        }
        text
    })?;
    Ok(Exit::Done)
}

pub(super) async fn work(opening: &Opening, once: bool, out: &Out) -> Result<Exit> {
    let house = opening.to_act().await?;
    let stopped = || Error::io("listen for the signal to stop");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(stopped())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(stopped())?;
    loop {
        let round = worker::round(&house, progress::watch(out)).await?;
        let batches = round.settled.len();
        for batch in &round.settled {
            out.say(&format!("settled {batch}"));
        }
        if once {
            out.show(
                &serde_json::json!({ "batches": batches, "late": round.late, "waiting": round.waiting }),
                || {
                    format!(
                        "{batches} batches settled, {} late replies taken in\n",
                        round.late
                    )
                },
            )?;
            return match round.trouble {
                Some(error) => Err(error),
                None if round.waiting > 0 => Err(worker::is_waiting(round.waiting)),
                None => Ok(Exit::Done),
            };
        }
        if let Some(error) = round.trouble {
            out.error(&error);
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = interrupt.recv() => return Ok(Exit::Done),
            _ = terminate.recv() => return Ok(Exit::Done),
        }
    }
}

/// How a terminal of this host is entered as an address: the loopback.
const TERMINAL: &str = "127.0.0.1";
/// How long `work` waits before it looks again.
const PAUSE: Duration = Duration::from_secs(2);
