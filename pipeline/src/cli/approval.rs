//! `approval list|show|give|refuse`, and what a command says that has only been applied for. *Edge.*

use jiff::Timestamp;
use mayfly_consent::Language;

use super::{Opening, args::ApprovalCommand, attributable, out::Out};
use crate::{
    approval::{Applied, forms, steps, store::Approval},
    error::{Error, Exit, Result},
    printed::{moment, of},
};

pub(super) async fn run(opening: &Opening, command: ApprovalCommand, out: &Out) -> Result<Exit> {
    match command {
        ApprovalCommand::List { all, csv } => {
            let house = opening.to_look().await?;
            let approvals = steps::list(&house, all).await?;
            let now = house.clock.now();
            if csv {
                out.csv(&forms::table(&approvals, now, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let none = of(
                out.language,
                "nobody waits for an approval\n",
                "沒有待核准的申請\n",
            );
            tell(&approvals, now, none, out)?;
        }
        ApprovalCommand::Show { approval } => {
            let house = opening.to_look().await?;
            let (approval, content) = steps::show(&house, approval).await?;
            let now = house.clock.now();
            let value = serde_json::json!({ "approval": forms::line(&approval, now), "content": content });
            out.show(&value, || {
                let table = forms::table(std::slice::from_ref(&approval), now, out.language);
                let exactly = of(out.language, ", of exactly this:", "，核准內容如下：");
                let gone = || of(out.language, "no longer kept", "已不再留存").to_owned();
                format!(
                    "{}\nSHA-256 {}{exactly}\n{}\n",
                    table.text(out.language),
                    crate::ids::hex(&approval.digest),
                    content.as_deref().map_or_else(gone, spread)
                )
            })?;
        }
        ApprovalCommand::Give { approvals, account } => {
            let house = opening.to_act().await?;
            let decided = steps::decide(&house, &approvals, named(&account)?, None).await?;
            tell(&decided, house.clock.now(), "", out)?;
        }
        ApprovalCommand::Refuse {
            approvals,
            reason,
            account,
        } => {
            let house = opening.to_act().await?;
            let decided = steps::decide(&house, &approvals, named(&account)?, Some(&reason)).await?;
            tell(&decided, house.clock.now(), "", out)?;
        }
    }
    Ok(Exit::Done)
}

/// Tells that an act was applied for and not done: not now, so that no script takes it for done.
pub(super) fn applied(opening: &Opening, applied: &Applied, out: &Out) -> Result<Exit> {
    out.show(applied, || {
        let (again, number, until) = (
            opening.again(),
            applied.approval,
            moment(applied.expires_at, out.language),
        );
        match out.language {
            Language::En => format!(
                "not done yet: approval {number} is applied for, until {until}\n\
                 let another person give it: {again} approval give {number} --as ACCOUNT\n\
                 then say the same once more with --approval {number}\n"
            ),
            Language::ZhTw => format!(
                "尚未執行：已申請核准 {number}，有效至 {until}\n\
                 請由另一人核准：{again} approval give {number} --as ACCOUNT\n\
                 核准後，加上 --approval {number} 再次執行同一指令\n"
            ),
        }
    })?;
    Ok(Exit::NotNow)
}

fn tell(approvals: &[Approval], now: Timestamp, none: &str, out: &Out) -> Result<()> {
    let lines: Vec<_> = approvals
        .iter()
        .map(|approval| forms::line(approval, now))
        .collect();
    out.show(&lines, || {
        if approvals.is_empty() {
            return none.to_owned();
        }
        forms::table(approvals, now, out.language).text(out.language)
    })
}

/// An account, or PLACE/ACCOUNT.
fn named(account: &str) -> Result<&str> {
    match account.split_once('/') {
        None => attributable(account),
        Some((place, name)) => {
            let is_place =
                (1..=16).contains(&place.len()) && place.bytes().all(|byte| byte.is_ascii_alphanumeric());
            attributable(name)?;
            is_place.then_some(account).ok_or_else(|| {
                Error::Usage("what stands before / after --as is no place: an institution code, bureau, supervisor or provider".into())
            })
        }
    }
}

/// The content on lines of its own, for people.
fn spread(content: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(content).ok();
    let spread = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    spread.unwrap_or_else(|| content.to_owned())
}
