//! `people table|changes|begin|end|check|tasks`. *Edge.*

use std::path::Path;

use mayfly_consent::Language;

use super::{
    Opening, approval,
    args::{CheckCommand, HandsArguments, PeopleCommand, Shown},
    of_desk,
    out::Out,
    placed,
};
use crate::{
    access::{
        authorisation::Authorisation,
        export::{self, Which},
        forms,
        people::{self, Beginning, Hands, Holder, Mover},
    },
    accounts::{
        self,
        review::{self, Review},
        store::Verdict,
        tasks,
    },
    app::House,
    approval::Step,
    error::{Exit, Result},
    printed::{day, of},
};

pub(super) async fn run(opening: &Opening, command: PeopleCommand, out: &Out) -> Result<Exit> {
    match command {
        PeopleCommand::Table { on, shown } => {
            if shown.out.is_some() {
                let house = opening.to_act().await?;
                let on = on.unwrap_or_else(|| house.today(house.clock.now()));
                return files(&house, &Which::Table(on), &shown, out).await;
            }
            let house = opening.to_look().await?;
            let on = on.unwrap_or_else(|| house.today(house.clock.now()));
            let lines = people::table(&house, on, shown.member.as_deref()).await?;
            if shown.csv {
                out.csv(&forms::table(&lines, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let value = serde_json::json!({ "on": on, "people": forms::table_lines(&lines) });
            out.show(&value, || match lines.len() {
                0 => match out.language {
                    Language::En => format!("nobody is authorised on {on}\n"),
                    Language::ZhTw => format!("{} 無人有授權\n", day(on, out.language)),
                },
                count => {
                    let table = forms::table(&lines, &house.regime, out.language).text(out.language);
                    match out.language {
                        Language::En => format!("{table}\n{count} authorisations on {on}\n"),
                        Language::ZhTw => format!("{table}\n{} 授權 {count} 筆\n", day(on, out.language)),
                    }
                }
            })?;
        }
        PeopleCommand::Changes { from, to, shown } => {
            if shown.out.is_some() {
                let house = opening.to_act().await?;
                return files(&house, &Which::Changes(from, to), &shown, out).await;
            }
            let house = opening.to_look().await?;
            let changes = people::changes(&house, from, to, shown.member.as_deref()).await?;
            if shown.csv {
                out.csv(&forms::changes(&changes, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            let value =
                serde_json::json!({ "from": from, "to": to, "changes": forms::change_lines(&changes) });
            out.show(&value, || match changes.len() {
                0 => match out.language {
                    Language::En => format!("nothing changed from {from} to {to}\n"),
                    Language::ZhTw => format!(
                        "{} 至 {} 無異動\n",
                        day(from, out.language),
                        day(to, out.language)
                    ),
                },
                count => {
                    let table = forms::changes(&changes, &house.regime, out.language).text(out.language);
                    match out.language {
                        Language::En => format!("{table}\n{count} changes from {from} to {to}\n"),
                        Language::ZhTw => {
                            let (from, to) = (day(from, out.language), day(to, out.language));
                            format!("{table}\n{from} 至 {to} 異動 {count} 筆\n")
                        }
                    }
                }
            })?;
        }
        PeopleCommand::Begin {
            holder,
            roles,
            from,
            to,
            name,
            title,
            person,
            unit,
            level,
            hands,
        } => {
            let beginning = Beginning {
                holder: Holder::parse(&holder)?,
                roles,
                name,
                title,
                person,
                unit,
                level,
                from,
                to,
            };
            let house = opening.to_act().await?;
            let line = match &hands.approved_by {
                Some(approver) => {
                    people::begin(&house, &beginning, &two(&beginning.holder, &hands, approver)?).await?
                }
                None => match people::begin_approved(&house, &beginning, &mover(&beginning.holder, &hands)?)
                    .await?
                {
                    Step::Done(line) => line,
                    Step::Applied(applied) => return approval::applied(opening, &applied, out),
                },
            };
            let sentence = match out.language {
                Language::En => format!("{holder} is authorised from {from} on"),
                Language::ZhTw => format!("{holder} 自 {} 起授權", day(from, out.language)),
            };
            tell(out, &line, &sentence)?;
        }
        PeopleCommand::End { holder, on, hands } => {
            let holder_of = Holder::parse(&holder)?;
            let house = opening.to_act().await?;
            let line = match &hands.approved_by {
                Some(approver) => {
                    people::end(&house, &holder_of, on, &two(&holder_of, &hands, approver)?).await?
                }
                None => {
                    match people::end_approved(&house, &holder_of, on, &mover(&holder_of, &hands)?).await? {
                        Step::Done(line) => line,
                        Step::Applied(applied) => return approval::applied(opening, &applied, out),
                    }
                }
            };
            let open = tasks::open_with(&house, &holder_of).await?.len();
            let again = opening.again();
            tell(
                out,
                &line,
                &match (open, out.language) {
                    (0, Language::En) => format!("{holder} is not authorised any more from {on} on"),
                    (0, Language::ZhTw) => format!("{holder} 自 {} 起終止授權", day(on, out.language)),
                    (open, Language::En) => format!(
                        "{holder} is not authorised any more from {on} on\n{open} tasks are open with it: {again} people tasks {holder}"
                    ),
                    (open, Language::ZhTw) => format!(
                        "{holder} 自 {} 起終止授權\n尚有 {open} 項未了事項：{again} people tasks {holder}",
                        day(on, out.language)
                    ),
                },
            )?;
        }
        PeopleCommand::Check(command) => return check(opening, command, out).await,
        PeopleCommand::Tasks { holder } => {
            let holder = Holder::parse(&holder)?;
            let house = opening.to_look().await?;
            let open = tasks::open_with(&house, &holder).await?;
            out.show(&open, || match open.len() {
                0 => of(
                    out.language,
                    "nothing is open with this account\n",
                    "此帳號沒有未了事項\n",
                )
                .into(),
                count => {
                    let table = accounts::forms::tasks(&open, &house.regime, out.language).text(out.language);
                    format!("{table}\n{count} {}\n", of(out.language, "tasks", "項"))
                }
            })?;
        }
    }
    Ok(Exit::Done)
}

fn mover<'a>(holder: &Holder, hands: &'a HandsArguments) -> Result<Mover<'a>> {
    Ok(Mover {
        by: of_desk(holder.desk(), &hands.account)?,
        reason: &hands.reason,
        approval: hands.approval,
    })
}

async fn check(opening: &Opening, command: CheckCommand, out: &Out) -> Result<Exit> {
    let (holder, verdict, remark, account) = match command {
        CheckCommand::List { member, csv } => {
            let house = opening.to_look().await?;
            let review = review::show(&house, &member).await?;
            if csv {
                out.csv(&accounts::forms::table(&review, &house.regime, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            reviewed(&house, &review, out)?;
            return Ok(Exit::Done);
        }
        CheckCommand::Close { member, account } => {
            let house = opening.to_act().await?;
            accounts::close::close(&house, &member, of_desk(&member, &account)?).await?;
            let review = review::show(&house, &member).await?;
            reviewed(&house, &review, out)?;
            return Ok(Exit::Done);
        }
        CheckCommand::Keep {
            holder,
            remark,
            account,
        } => (holder, Verdict::Keep, remark, account),
        CheckCommand::Change {
            holder,
            remark,
            account,
        } => (holder, Verdict::Change, remark, account),
    };
    let holder_of = Holder::parse(&holder)?;
    let house = opening.to_act().await?;
    let by = of_desk(&holder_of.at, &account)?;
    let check = accounts::check::check(&house, &holder_of, verdict, &remark, by).await?;
    out.show(&check, || match (out.language, verdict) {
        (Language::En, verdict) => format!("{holder}: {}\n", verdict.name()),
        (Language::ZhTw, Verdict::Keep) => format!("{holder}：維持\n"),
        (Language::ZhTw, Verdict::Change) => format!("{holder}：應異動\n"),
    })?;
    Ok(Exit::Done)
}

fn reviewed(house: &House, review: &Review, out: &Out) -> Result<()> {
    out.show(&accounts::forms::line(review, &house.regime), || {
        let table = accounts::forms::table(review, &house.regime, out.language);
        let (text, count, duty) = (table.text(out.language), table.lines.len(), &review.duty);
        match (out.language, review.closed) {
            (Language::En, true) => format!("{text}\n{count} accounts; {duty} is closed\n"),
            (Language::En, false) => format!("{text}\n{count} accounts; {duty} is open\n"),
            (Language::ZhTw, true) => format!("{text}\n帳號 {count} 個；{duty} 已結案\n"),
            (Language::ZhTw, false) => format!("{text}\n帳號 {count} 個；{duty} 未結案\n"),
        }
    })
}

/// Writes a table as files.
async fn files(house: &House, which: &Which, shown: &Shown, out: &Out) -> Result<Exit> {
    let folder = shown.out.as_deref().unwrap_or(Path::new("."));
    let by = placed(shown.account.as_deref().unwrap_or_default())?;
    let files = export::export(house, which, shown.member.as_deref(), folder, by).await?;
    out.show(&serde_json::json!({ "files": files }), || {
        let lines: Vec<String> = files.iter().map(|file| format!("{}\n", file.display())).collect();
        lines.concat()
    })?;
    Ok(Exit::Done)
}

fn two<'a>(holder: &Holder, hands: &'a HandsArguments, approver: &'a str) -> Result<Hands<'a>> {
    Ok(Hands {
        by: of_desk(holder.desk(), &hands.account)?,
        approved_by: of_desk(holder.desk(), approver)?,
        reason: &hands.reason,
    })
}

fn tell(out: &Out, line: &Authorisation, sentence: &str) -> Result<()> {
    let lines = std::slice::from_ref(line);
    out.show(&forms::table_lines(lines)[0], || format!("{sentence}\n"))
}
