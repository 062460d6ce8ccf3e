//! `purge hold add|lift|list`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, approval, args::HoldCommand, of_desk, out::Out};
use crate::{
    approval::Step,
    error::{Exit, Result},
    printed::{moment, of},
    purge::hold::{self, Hold, Scope},
};

pub(super) async fn run(opening: &Opening, command: HoldCommand, out: &Out) -> Result<Exit> {
    match command {
        HoldCommand::Add {
            class,
            month,
            member,
            batch,
            reason,
            account,
            approval,
        } => {
            let scope = Scope {
                class,
                month,
                member,
                batch,
            };
            let house = opening.to_act().await?;
            let by = of_desk("bureau", &account)?;
            let number = match hold::add(&house, &scope, &reason, by, approval).await? {
                Step::Done(number) => number,
                Step::Applied(applied) => return approval::applied(opening, &applied, out),
            };
            out.show(&serde_json::json!({ "hold": number }), || {
                let again = opening.again();
                let lift = format!("{again} purge hold lift {number} --reason WHY");
                match out.language {
                    Language::En => format!("hold {number} keeps them from now on; lift it with: {lift}\n"),
                    Language::ZhTw => format!("保留 {number} 已生效；解除：{lift}\n"),
                }
            })?;
        }
        HoldCommand::Lift {
            hold,
            reason,
            account,
            approval,
        } => {
            let house = opening.to_act().await?;
            let by = of_desk("bureau", &account)?;
            if let Step::Applied(applied) = hold::lift(&house, hold, &reason, by, approval).await? {
                return approval::applied(opening, &applied, out);
            }
            out.show(&serde_json::json!({ "lifted": hold }), || match out.language {
                Language::En => format!("hold {hold} is lifted\n"),
                Language::ZhTw => format!("保留 {hold} 已解除\n"),
            })?;
        }
        HoldCommand::List { all } => {
            let house = opening.to_look().await?;
            let holds = hold::list(&mut *house.db.reader().await?, !all).await?;
            out.show(&holds, || {
                if holds.is_empty() {
                    return of(
                        out.language,
                        "nothing is held beyond its end\n",
                        "沒有逾期保留的紀錄\n",
                    )
                    .into();
                }
                holds.iter().map(|hold| line(hold, out.language)).collect()
            })?;
        }
    }
    Ok(Exit::Done)
}

fn line(hold: &Hold, language: Language) -> String {
    let scope = &hold.scope;
    let narrowed: String = [&scope.month, &scope.member, &scope.batch]
        .into_iter()
        .flatten()
        .map(|only| format!(" {only}"))
        .collect();
    let (number, class) = (hold.hold, &scope.class);
    let (by, reason, since) = (&hold.placed_by, &hold.reason, moment(hold.placed_at, language));
    let mut line = match language {
        Language::En => format!("hold {number}  {class}{narrowed}  since {since}  by {by}: {reason}\n"),
        Language::ZhTw => format!("保留 {number}　{class}{narrowed}　自 {since} 起　{by}：{reason}\n"),
    };
    if let Some((by, at)) = &hold.lifted {
        let at = moment(*at, language);
        line.push_str(&match language {
            Language::En => format!("  lifted {at} by {by}\n"),
            Language::ZhTw => format!("　　解除 {at}　{by}\n"),
        });
    }
    line
}
