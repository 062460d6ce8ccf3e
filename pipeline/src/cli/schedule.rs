//! `serve` and `watch`. *Edge.*

use std::time::Duration;

use mayfly_consent::Language;

use serde::Serialize;

use super::{Opening, out::Out};
use crate::{
    clock,
    config::Config,
    console,
    error::{Error, Exit, Result},
    http::front::{self, Front},
    printed::{of, width},
    schedule::{self, Plan, Ropes, watch::Watch},
    wording,
};

pub(super) async fn serve(opening: &Opening, once: bool, listen: Option<String>, out: &Out) -> Result<Exit> {
    // No database is opened here: one that is away when the machine starts must not keep the purge from running.
    let config = Config::open(&opening.dir)?;
    clock::check_at(&opening.dir, config.environment, opening.at)?;
    let settings = config.http.clone().at(listen);
    let scheme = if settings.is_tls() { "https" } else { "http" };
    let place = settings.place().map_err(|wrong| Error::Usage(wrong.into()))?;
    let plan = Plan {
        patience: Duration::from_secs(config.patience_seconds.into()),
        dir: opening.dir.clone(),
        at: opening.at,
        ropes: Ropes {
            cron: true,
            interval: true,
        },
    };
    if once {
        let ran = schedule::once(&plan).await;
        let outcome = |ran: &Result<()>| ran.as_ref().err().map_or("ok", Error::code);
        let passes: Vec<Ran> = ran
            .iter()
            .map(|(pass, ran)| Ran {
                pass,
                outcome: outcome(ran),
            })
            .collect();
        out.show(&passes, || {
            let lines = passes.iter().map(|ran| {
                let pass = pass_name(ran.pass, out.language);
                let room = " ".repeat(usize::saturating_sub(12, width(pass)));
                let outcome = match ran.outcome {
                    "ok" => of(out.language, "ok", "完成"),
                    code => code,
                };
                format!("{pass}{room} {outcome}\n")
            });
            lines.collect()
        })?;
        ran.into_iter().try_for_each(|(_, ran)| ran)?;
    } else {
        out.say(of(
            out.language,
            "serving; stop with Ctrl-C",
            "服務執行中；以 Ctrl-C 停止",
        ));
        let said = out.clone();
        let (dir, at) = (opening.dir.clone(), opening.at);
        let largest_upload = usize::try_from(config.limits.file_bytes).unwrap_or(usize::MAX);
        let open = || {
            let plan = |place| front::Plan {
                settings,
                place,
                dir,
                at,
                pages: console::PAGES,
                largest_upload,
            };
            place.map(|place| {
                console::sweep();
                Front::open(plan(place), move |at| {
                    // Whether somebody reads it does not change that it is open.
                    let _ = said.show(&serde_json::json!({ "http": at }), || match said.language {
                        Language::En => format!("the HTTP door is open: {scheme}://{at}/\n"),
                        Language::ZhTw => format!("HTTP 服務已開啟：{scheme}://{at}/\n"),
                    });
                })
            })
        };
        schedule::serve(&plan, open, async |front: Option<Front>| {
            if let Some(front) = front {
                front.close().await;
            }
        })
        .await?;
    }
    Ok(Exit::Done)
}

/// What came of one pass: `ok`, or a code.
#[derive(Serialize)]
struct Ran {
    pass: &'static str,
    outcome: &'static str,
}

pub(super) async fn watch(opening: &Opening, once: bool, out: &Out) -> Result<Exit> {
    let mut watch = Watch::open(&opening.dir, opening.at)?;
    if !once {
        let stop = schedule::told_to_stop()?;
        tokio::select! {
            kept = watch.keep() => kept?,
            () = stop => {}
        }
        return Ok(Exit::Done);
    }
    let alarms = watch.look().await?;
    out.show(&alarms, || {
        if alarms.is_empty() {
            let mut text = String::from(of(
                out.language,
                "nothing is wrong; the gate is open\n",
                "沒有異常；關卡開啟中\n",
            ));
            if !schedule::has_run(&opening.dir) {
                text.push_str(of(
                    out.language,
                    "but no schedule has ever run here, so that nothing goes by itself: start `mayfly serve`\n",
                    "但排程從未在此執行，一切不會自動進行：請啟動 `mayfly serve`\n",
                ));
            }
            return text;
        }
        let lines = alarms
            .iter()
            .map(|alarm| {
                let said = wording::said(alarm.code, alarm.finding.clone(), String::new(), out.language);
                format!("{}  {}\n", alarm.code, said.sentence)
            });
        lines
            .chain([of(
                out.language,
                "the gate is closed until `mayfly watch --once` finds nothing\n",
                "關卡已關閉；`mayfly watch --once` 查無異常後開啟\n",
            )
            .into()])
            .collect()
    })?;
    Ok(if alarms.is_empty() {
        Exit::Done
    } else {
        Exit::Findings
    })
}

fn pass_name(word: &str, language: Language) -> &str {
    match (word, language) {
        ("purge", Language::ZhTw) => "銷毀",
        ("evidence", Language::ZhTw) => "刪除佐證",
        ("years", Language::ZhTw) => "年限屆滿",
        ("sample", Language::ZhTw) => "抽核樣本",
        ("sheet", Language::ZhTw) => "查詢紀錄單",
        ("checkpoint", Language::ZhTw) => "軌跡簽章",
        ("work", Language::ZhTw) => "批次處理",
        (word, _) => word,
    }
}
