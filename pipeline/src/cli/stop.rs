//! `stop add|lift|list`. *Edge.*

use mayfly_consent::Language;

use super::{
    Opening, approval,
    args::{StopCommand, StopTarget},
    of_desk,
    out::Out,
    placed,
};
use crate::{
    access::{
        stop::{Stop, Target},
        stopping,
    },
    approval::Step,
    error::{Exit, Result},
    printed::{moment, of},
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
                let lift = format!("{again} stop lift {number} --reason WHY --as ACCOUNT");
                match out.language {
                    Language::En => format!("stop {number} holds from now on; lift it with: {lift}\n"),
                    Language::ZhTw => format!("停止 {number} 已生效；解除：{lift}\n"),
                }
            })?;
        }
        StopCommand::Lift {
            stop,
            reason,
            account,
            approval,
        } => {
            let house = opening.to_act().await?;
            let by = of_desk("bureau", &account)?;
            let step = stopping::lift(&house, stop, &reason, by, approval).await?;
            if let Step::Applied(applied) = step {
                return approval::applied(opening, &applied, out);
            }
            out.show(&serde_json::json!({ "lifted": stop }), || match out.language {
                Language::En => format!("stop {stop} is lifted\n"),
                Language::ZhTw => format!("停止 {stop} 已解除\n"),
            })?;
        }
        StopCommand::List { all } => {
            let house = opening.to_look().await?;
            let stops = stopping::list(&house, !all).await?;
            out.show(&stops, || {
                if stops.is_empty() {
                    return of(out.language, "nothing is stopped\n", "沒有停止中的對象\n").into();
                }
                stops.iter().map(|stop| line(stop, out.language)).collect()
            })?;
        }
    }
    Ok(Exit::Done)
}

fn line(stop: &Stop, language: Language) -> String {
    let (number, by, reason) = (stop.stop, &stop.placed_by, &stop.reason);
    let (target, since) = (stop.target.said(language), moment(stop.placed_at, language));
    let mut text = match language {
        Language::En => format!("stop {number}  {target}  since {since}  by {by}: {reason}\n"),
        Language::ZhTw => format!("停止 {number}　{target}　自 {since} 起　{by}：{reason}\n"),
    };
    if let Some((by, at)) = &stop.lifted {
        let at = moment(*at, language);
        text.push_str(&match language {
            Language::En => format!("  lifted {at} by {by}\n"),
            Language::ZhTw => format!("　　解除 {at}　{by}\n"),
        });
    }
    text
}
