//! `stop add|lift|list`. *Edge.*

use super::{
    Opening, approval,
    args::{StopCommand, StopTarget},
    attributable,
    out::Out,
    placed,
};
use crate::{
    access::{stop::Target, stopping},
    approval::Step,
    error::{Exit, Result},
    roc::taipei,
};

pub(super) async fn run(opening: &Opening, command: StopCommand, out: &Out) -> Result<Exit> {
    match command {
        StopCommand::Add { target } => {
            let house = opening.to_act().await?;
            let (target, why) = match target {
                StopTarget::Member { code, why } => (Target::Member(code), why),
                StopTarget::Person { person, why } => (Target::Person(person), why),
                StopTarget::Item { item, why } => (Target::Item(item), why),
                StopTarget::Link { why } => (Target::Link, why),
            };
            let account = placed(&why.account)?;
            let number = stopping::place(&house, &target, &why.reason, account).await?;
            out.show(&serde_json::json!({ "stop": number }), || {
                let again = opening.again();
                format!(
                    "stop {number} holds from now on; lift it with: {again} stop lift {number} --reason WHY --as ACCOUNT\n"
                )
            })?;
        }
        StopCommand::Lift {
            stop,
            reason,
            account,
            approval,
        } => {
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            let step = stopping::lift(&house, stop, &reason, by, approval).await?;
            if let Step::Applied(applied) = step {
                return approval::applied(opening, &applied, out);
            }
            out.show(&serde_json::json!({ "lifted": stop }), || {
                format!("stop {stop} is lifted\n")
            })?;
        }
        StopCommand::List { all } => {
            let house = opening.to_look().await?;
            let stops = stopping::list(&house, !all).await?;
            out.show(&stops, || {
                if stops.is_empty() {
                    return "nothing is stopped\n".into();
                }
                let mut text = String::new();
                for stop in &stops {
                    let (kind, subject) = stop.target.columns();
                    text.push_str(&format!(
                        "stop {}  {kind} {subject}  since {}  by {}: {}\n",
                        stop.stop,
                        taipei(stop.placed_at),
                        stop.placed_by,
                        stop.reason
                    ));
                    if let Some((by, at)) = &stop.lifted {
                        text.push_str(&format!("  lifted {} by {by}\n", taipei(*at)));
                    }
                }
                text
            })?;
        }
    }
    Ok(Exit::Done)
}
