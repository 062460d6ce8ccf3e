//! `provider list|reply|serve`. *Edge.*

use mayfly_consent::Language;
use serde::Serialize;

use super::{Opening, args::ProviderCommand, out::Out};
use crate::{
    clock,
    error::{Error, Exit, Result},
    printed::{moment, of},
    provider::{
        Faults,
        exchange::{Answered, FileFault, Manner, answer_requests},
        http::{self, Files, Manners, Served},
    },
    schedule,
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
                text.push_str(&match out.language {
                    Language::En => format!("{questions} questions answered with invented records\n"),
                    Language::ZhTw => format!("以虛構紀錄回覆查詢 {questions} 筆\n"),
                });
                if left > 0 {
                    text.push_str(&match out.language {
                        Language::En => {
                            format!("{left} files left alone: no requests, or not of a sandbox\n")
                        }
                        Language::ZhTw => format!("未處理檔案 {left} 個：不是查詢檔，或不屬於沙箱\n"),
                    });
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
            let files = match (client_ca, tls_cert, tls_key) {
                (Some(ca), Some(certificate), Some(key)) => Some(Files { ca, certificate, key }),
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
                out.show(&report, || match out.language {
                    Language::En => format!("the sandbox provider listens at {place}; stop with Ctrl-C\n"),
                    Language::ZhTw => format!("沙箱之資料提供機關於 {place} 接聽；以 Ctrl-C 停止\n"),
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
            return of(out.language, "no file was exchanged yet\n", "尚未交換任何檔案\n").into();
        }
        let transfers = traffic.transfers.iter().map(|sent| transfer(sent, out.language));
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

fn transfer(transfer: &Transfer, language: Language) -> String {
    let (at, file, lines) = (moment(transfer.at, language), &transfer.file, transfer.lines);
    let (operator, batch, doubled) = (&transfer.operator, &transfer.batch, transfer.doubled);
    let (direction, state) = (transfer.direction.as_str(), transfer.state.as_str());
    let mut line = match language {
        Language::En => format!(
            "{at}  {direction:<7} {file:<27} {lines:>7} lines  {state:<6} by {operator}  batch {batch}\n"
        ),
        Language::ZhTw => {
            let direction = match direction {
                "request" => "查詢檔",
                "reply" => "回覆檔",
                direction => direction,
            };
            let state = match state {
                "sent" => "已送出",
                "unsent" => "未送出",
                "taken" => "已收取",
                state => state,
            };
            format!("{at}  {direction} {file:<27} {lines:>7} 行  {state}　承辦人 {operator}　批次 {batch}\n")
        }
    };
    if doubled > 0 {
        line.push_str(&match language {
            Language::En => format!("  came again {doubled} times, byte for byte\n"),
            Language::ZhTw => format!("　　又收到 {doubled} 次，內容完全相同\n"),
        });
    }
    line
}

fn quarantined(file: &Quarantined, language: Language) -> String {
    let name = match file.file.as_str() {
        "" => of(language, "a file of another name", "名稱不符之檔案"),
        name => name,
    };
    let sentence = match language {
        Language::En => FileFault::parse(&file.reason).map_or("", FileFault::sentence),
        Language::ZhTw => wording::general(&file.reason).map_or("", |(sentence, _)| sentence),
    };
    let (at, reason) = (moment(file.at, language), &file.reason);
    let (bytes, sha256) = (file.bytes, &file.sha256);
    match language {
        Language::En => {
            format!("{at}  QUARANTINED {name}: {sentence} ({reason})  {bytes} bytes, SHA-256 {sha256}\n")
        }
        Language::ZhTw => {
            format!("{at}  已隔離 {name}：{sentence} ({reason})　{bytes} 位元組，SHA-256 {sha256}\n")
        }
    }
}

/// How many lines of each kind are shown.
const MOST: i64 = 1_000;
