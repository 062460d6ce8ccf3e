//! `provider list|reply`. *Edge.*

use mayfly_consent::Language;
use serde::Serialize;

use super::{Opening, args::ProviderCommand, out::Out};
use crate::{
    clock,
    error::{Exit, Result},
    provider::exchange::{Answered, FileFault, Manner, answer_requests},
    roc::taipei,
    transfer::store::{self, Quarantined, Transfer},
    wording,
};

pub(super) async fn run(opening: &Opening, command: ProviderCommand, out: &Out) -> Result<Exit> {
    match command {
        ProviderCommand::List => list(opening, out).await,
        ProviderCommand::Reply {
            folder,
            seed,
            number,
            fault,
        } => {
            let trial = Manner {
                seed,
                now: opening.at.unwrap_or_else(clock::wall),
                number,
                fault: fault.map(Into::into),
            };
            let Answered {
                replies,
                questions,
                left,
            } = answer_requests(&folder, &trial)?;
            let report = serde_json::json!({ "replies": replies, "questions": questions, "left": left });
            out.show(&report, || {
                let mut text: String = replies.iter().map(|name| format!("{name}\n")).collect();
                text.push_str(&format!("{questions} questions answered with invented records\n"));
                if left > 0 {
                    text.push_str(&format!(
                        "{left} files left alone: no requests, or not of a sandbox\n"
                    ));
                }
                text
            })?;
            Ok(if left > 0 { Exit::Findings } else { Exit::Done })
        }
    }
}

/// What went to and fro.
#[derive(Serialize)]
struct Traffic {
    transfers: Vec<Transfer>,
    quarantined: Vec<Quarantined>,
}

async fn list(opening: &Opening, out: &Out) -> Result<Exit> {
    let house = opening.to_look().await?;
    let mut reader = house.db.reader().await?;
    let traffic = Traffic {
        transfers: store::transfers(&mut reader, MOST).await?,
        quarantined: store::quarantined(&mut reader, MOST).await?,
    };
    out.show(&traffic, || {
        if traffic.transfers.is_empty() && traffic.quarantined.is_empty() {
            return "no file was exchanged yet\n".into();
        }
        let transfers = traffic.transfers.iter().map(transfer);
        transfers
            .chain(
                traffic
                    .quarantined
                    .iter()
                    .map(|file| quarantined(file, out.language)),
            )
            .collect()
    })?;
    Ok(Exit::Done)
}

fn transfer(transfer: &Transfer) -> String {
    let mut line = format!(
        "{}  {:<7} {:<27} {:>7} lines  {:<6} by {}  batch {}\n",
        taipei(transfer.at),
        transfer.direction,
        transfer.file,
        transfer.lines,
        transfer.state,
        transfer.operator,
        transfer.batch
    );
    if transfer.doubled > 0 {
        line.push_str(&format!(
            "  came again {} times, byte for byte\n",
            transfer.doubled
        ));
    }
    line
}

fn quarantined(file: &Quarantined, language: Language) -> String {
    let name = match file.file.as_str() {
        "" => "a file of another name",
        name => name,
    };
    let sentence = match language {
        Language::En => FileFault::parse(&file.reason).map_or("", FileFault::sentence),
        Language::ZhTw => wording::general(&file.reason).map_or("", |(sentence, _)| sentence),
    };
    format!(
        "{}  QUARANTINED {name}: {sentence} ({})  {} bytes, SHA-256 {}\n",
        taipei(file.at),
        file.reason,
        file.bytes,
        file.sha256
    )
}

/// How many lines of each kind are shown.
const MOST: i64 = 1_000;
