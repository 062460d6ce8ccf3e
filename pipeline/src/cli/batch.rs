//! `batch run|submit|show|list|results` and `work`. *Edge.*

use std::{path::Path, time::Duration};

use mayfly_consent::Language;
use tokio::signal::unix::{SignalKind, signal};

use super::{
    Opening,
    args::{BatchCommand, SubmitArguments},
    of_desk,
    out::{Out, batch_state},
    progress,
};
use crate::{
    app::House,
    batch::{Summary, store},
    delivery::rejects,
    error::{Error, Exit, Result},
    intake::BatchName,
    printed::{self, moment},
    run::{
        self,
        accept::{Accepted, Second, Source, Submission, accept, open},
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
            out.show(&summary, || {
                receipt(&summary, accepted.known, &opening.again(), out.language)
            })?;
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
    let submitter = of_desk(name.member(), &submit.account)?.to_owned();
    let submission = Submission {
        source: Source::File(&submit.file),
        name,
        encoding: submit.encoding.into(),
        submitter: &submitter,
        submitter_ip: TERMINAL,
        second: Second::Rows,
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

fn receipt(summary: &Summary, known: bool, again: &str, language: Language) -> String {
    let of = |en, zh| printed::of(language, en, zh);
    let taken = match known {
        true => of("accepted before:", "先前已受理："),
        false => of("accepted:", "已受理："),
    };
    format!(
        "{taken} {} {}   {} {}   {} {}\n{} {}\nSHA-256  {}\n{}{again} work --once{}{again} batch show {}\n",
        of("batch", "批次"),
        summary.batch,
        of("member", "使用單位"),
        summary.member,
        summary.rows,
        of("rows", "列"),
        of("received", "收件時間"),
        moment(summary.accepted_at, language),
        summary.sha256,
        of("next: ", "接下來："),
        of(", then ", "，然後 "),
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
            let none = "no batch yet; submit one with `mayfly batch run FILE`\n";
            return printed::of(
                out.language,
                none,
                "尚無批次；請以 `mayfly batch run FILE` 送件\n",
            )
            .into();
        }
        let heads = match out.language {
            Language::En => [
                "batch",
                "state",
                "rows",
                "answered",
                "no record",
                "refused",
                "failed",
                "unresolved",
            ],
            Language::ZhTw => [
                "批次",
                "狀態",
                "列數",
                "已回覆",
                "查無資料",
                "不予查詢",
                "查詢失敗",
                "結果未明",
            ],
        };
        let mut text = aligned(&heads.map(str::to_owned));
        for summary in &summaries {
            let counts = &summary.counts;
            let state = batch_state(summary.state, out.language).to_owned();
            let counts = [
                summary.rows,
                counts.answered,
                counts.no_record,
                counts.refused,
                counts.failed,
                counts.unresolved,
            ];
            let [rows, answered, no_record, refused, failed, unresolved] =
                counts.map(|count| count.to_string());
            text.push_str(&aligned(&[
                summary.batch.clone(),
                state,
                rows,
                answered,
                no_record,
                refused,
                failed,
                unresolved,
            ]));
        }
        text
    })?;
    Ok(Exit::Done)
}

/// A line of the list of batches: words to the left, numbers to the right.
fn aligned(cells: &[String; 8]) -> String {
    let mut line = String::new();
    for (column, (cell, wide)) in cells.iter().zip([16, 9, 9, 9, 9, 9, 9, 10]).enumerate() {
        let room = " ".repeat(usize::saturating_sub(wide, printed::width(cell)));
        let words = column < 2;
        if column > 0 {
            line.push(' ');
        }
        line.push_str(&if words {
            format!("{cell}{room}")
        } else {
            format!("{room}{cell}")
        });
    }
    line.push('\n');
    line
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
            out.say(&format!(
                "{} {batch}",
                printed::of(out.language, "settled", "已結清")
            ));
        }
        if once {
            out.show(
                &serde_json::json!({ "batches": batches, "late": round.late, "waiting": round.waiting }),
                || match out.language {
                    Language::En => {
                        format!(
                            "{batches} batches settled, {} late replies taken in\n",
                            round.late
                        )
                    }
                    Language::ZhTw => format!("結清批次 {batches} 個，補收遲到回覆 {} 件\n", round.late),
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
