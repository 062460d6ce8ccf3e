//! `provider list|reply|serve`. *Edge.*

use mayfly_consent::Language;
use serde::Serialize;

use super::{Opening, args::ProviderCommand, out::Out};
use crate::{
    clock,
    error::{Error, Exit, Result},
    provider::{
        Faults,
        exchange::{Answered, FileFault, Manner, answer_requests},
        http::{self, Manners, Served},
    },
    roc::taipei,
    schedule,
    tls::Files,
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
        ProviderCommand::Serve {
            listen,
            tls_cert,
            tls_key,
            client_ca,
            seed,
            ledger,
            fault,
        } => {
            let files = match (&client_ca, tls_cert, tls_key) {
                (Some(_), Some(certificate), Some(key)) => Some(Files {
                    ca: client_ca,
                    certificate,
                    key,
                }),
                _ => None,
            };
            let served = Served {
                listen,
                files,
                at: opening.at,
            };
            let manners = Manners {
                seed,
                ledger,
                faults: faults(&fault)?,
            };
            let stop = schedule::told_to_stop()?;
            let opened = |place| {
                let report = serde_json::json!({ "listening": place });
                out.show(&report, || {
                    format!("the sandbox provider listens at {place}; stop with Ctrl-C\n")
                })
            };
            http::serve(served, manners, stop, opened).await?;
            Ok(Exit::Done)
        }
    }
}

/// The faults that `KIND=RATE` arguments name, as the settings file would read them.
fn faults(arguments: &[String]) -> Result<Faults> {
    toml::from_str(&arguments.join("\n")).map_err(|_| {
        Error::Usage("what stands after --fault is not KIND=RATE: a fault of the sandbox provider, once, and 0 to 1000".into())
    })
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
