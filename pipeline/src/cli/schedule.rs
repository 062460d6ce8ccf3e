//! `serve` and `watch`. *Edge.*

use std::time::Duration;

use super::{Opening, out::Out};
use crate::{
    config::Config,
    error::{Exit, Result},
    schedule::{self, Plan, Ropes, watch::Watch},
};

pub(super) async fn serve(opening: &Opening, once: bool, out: &Out) -> Result<Exit> {
    // No database is opened here: one that is away when the machine starts must not keep the purge from running.
    let patience = Config::open(&opening.dir)?.patience_seconds;
    let plan = Plan {
        patience: Duration::from_secs(patience.into()),
        dir: opening.dir.clone(),
        at: opening.at,
        ropes: Ropes {
            cron: true,
            interval: true,
        },
    };
    if once {
        schedule::once(&plan).await?;
        out.say("every pass has run once");
    } else {
        out.say("serving; stop with Ctrl-C");
        schedule::serve(&plan).await?;
    }
    Ok(Exit::Done)
}

pub(super) async fn watch(opening: &Opening, once: bool, out: &Out) -> Result<Exit> {
    let mut watch = Watch::open(&opening.dir, opening.at)?;
    if !once {
        watch.keep().await?;
        return Ok(Exit::Done);
    }
    let alarms = watch.look().await?;
    out.show(&alarms, || {
        if alarms.is_empty() {
            let mut text = String::from("nothing is wrong; the gate is open\n");
            if !schedule::has_run(&opening.dir) {
                text.push_str("but no schedule has ever run here, so that nothing goes by itself: start `mayfly serve`\n");
            }
            return text;
        }
        let lines = alarms
            .iter()
            .map(|alarm| format!("{}  {}\n", alarm.code, alarm.finding));
        lines
            .chain(["the gate is closed until `mayfly watch --once` finds nothing\n".into()])
            .collect()
    })?;
    Ok(if alarms.is_empty() {
        Exit::Done
    } else {
        Exit::Findings
    })
}
