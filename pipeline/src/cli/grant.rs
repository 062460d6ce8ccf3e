//! `grant add|list|end`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, approval, args::GrantCommand, out::Out, placed};
use crate::{
    approval::Step,
    delivery::{
        forms,
        grant::Scope,
        granting::{self, Use},
    },
    error::{Exit, Result},
    printed::of,
};

pub(super) async fn run(opening: &Opening, command: GrantCommand, out: &Out) -> Result<Exit> {
    match command {
        GrantCommand::Add {
            member,
            batch,
            cases_of,
            from,
            until,
            reason,
            account,
            approval,
        } => {
            let scope = Scope {
                member,
                batch,
                cases_of,
            };
            let wanted = Use {
                scope: &scope,
                from,
                until,
            };
            let house = opening.to_act().await?;
            let by = placed(&account)?;
            let grant = match granting::add(&house, &wanted, &reason, by, approval).await? {
                Step::Done(grant) => grant,
                Step::Applied(applied) => return approval::applied(opening, &applied, out),
            };
            let grants = [grant];
            out.show(&forms::line(&grants[0]), || {
                forms::table(&grants, out.language).text(out.language)
            })?;
        }
        GrantCommand::List { all, csv } => {
            let house = opening.to_look().await?;
            let after = (!all).then(|| house.clock.now());
            let grants = granting::list(&mut *house.db.reader().await?, after).await?;
            if csv {
                out.csv(&forms::table(&grants, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let lines: Vec<_> = grants.iter().map(forms::line).collect();
            out.show(&lines, || match grants.len() {
                0 => of(
                    out.language,
                    "nobody has a grant of answers beyond their own cases\n",
                    "無人獲授權使用本人案件以外的回覆\n",
                )
                .to_owned(),
                _ => forms::table(&grants, out.language).text(out.language),
            })?;
        }
        GrantCommand::End {
            grant,
            reason,
            account,
        } => {
            let house = opening.to_act().await?;
            granting::end(&house, grant, &reason, placed(&account)?).await?;
            out.show(&serde_json::json!({ "ended": grant }), || match out.language {
                Language::En => format!("grant {grant} is over\n"),
                Language::ZhTw => format!("使用授權 {grant} 已終止\n"),
            })?;
        }
    }
    Ok(Exit::Done)
}
