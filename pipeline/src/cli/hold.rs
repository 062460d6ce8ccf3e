//! `purge hold add|lift|list`. *Edge.*

use super::{Opening, approval, args::HoldCommand, attributable, out::Out};
use crate::{
    approval::Step,
    error::{Exit, Result},
    purge::hold::{self, Hold, Scope},
    roc::taipei,
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
            let by = attributable(&account)?;
            let number = match hold::add(&house, &scope, &reason, by, approval).await? {
                Step::Done(number) => number,
                Step::Applied(applied) => return approval::applied(opening, &applied, out),
            };
            out.show(&serde_json::json!({ "hold": number }), || {
                let again = opening.again();
                format!(
                    "hold {number} keeps them from now on; lift it with: {again} purge hold lift {number} --reason WHY\n"
                )
            })?;
        }
        HoldCommand::Lift {
            hold,
            reason,
            account,
            approval,
        } => {
            let house = opening.to_act().await?;
            let by = attributable(&account)?;
            if let Step::Applied(applied) = hold::lift(&house, hold, &reason, by, approval).await? {
                return approval::applied(opening, &applied, out);
            }
            out.show(&serde_json::json!({ "lifted": hold }), || {
                format!("hold {hold} is lifted\n")
            })?;
        }
        HoldCommand::List { all } => {
            let house = opening.to_look().await?;
            let holds = hold::list(&mut house.db.reader().await?, !all).await?;
            out.show(&holds, || {
                if holds.is_empty() {
                    return "nothing is held beyond its end\n".into();
                }
                holds.iter().map(line).collect()
            })?;
        }
    }
    Ok(Exit::Done)
}

fn line(hold: &Hold) -> String {
    let scope = &hold.scope;
    let narrowed: String = [&scope.month, &scope.member, &scope.batch]
        .into_iter()
        .flatten()
        .map(|only| format!(" {only}"))
        .collect();
    let mut line = format!(
        "hold {}  {}{narrowed}  since {}  by {}: {}\n",
        hold.hold,
        scope.class,
        taipei(hold.placed_at),
        hold.placed_by,
        hold.reason
    );
    if let Some((by, at)) = &hold.lifted {
        line.push_str(&format!("  lifted {} by {by}\n", taipei(*at)));
    }
    line
}
