//! `account list|first|unlock|leaked|token`. *Edge.*

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use mayfly_consent::Language;

use super::{
    Opening, approval,
    args::{AccountCommand, HandArguments, TokenCommand},
    of_desk,
    out::Out,
    placed,
};
use crate::{
    access::people::{Holder, Mover},
    approval::Step,
    error::{Error, Exit, Result},
    printed::{moment, of},
    signin::{
        desk, forms,
        tokens::{self, Wanted},
    },
    tls::Known,
};

pub(super) async fn run(opening: &Opening, command: AccountCommand, out: &Out) -> Result<Exit> {
    match command {
        AccountCommand::List { place, csv } => {
            let house = opening.to_look().await?;
            let accounts = desk::list(&house, &place).await?;
            if csv {
                out.csv(&forms::table(&accounts, Language::En).csv())?;
                return Ok(Exit::Done);
            }
            out.show(&accounts, || match accounts.len() {
                0 => of(
                    out.language,
                    "nobody there is authorised today\n",
                    "該處今日無人有授權\n",
                )
                .into(),
                _ => forms::table(&accounts, out.language).text(out.language),
            })?;
            Ok(Exit::Done)
        }
        AccountCommand::First {
            holder,
            out: place,
            hand,
        } => first(opening, &Holder::parse(&holder)?, &place, &hand, out).await,
        AccountCommand::Unlock { holder, hand } => {
            let holder = Holder::parse(&holder)?;
            let house = opening.to_act().await?;
            match desk::unlock(&house, &holder, &mover(&holder, &hand)?).await? {
                Step::Applied(applied) => approval::applied(opening, &applied, out),
                Step::Done(()) => told(out, &holder, ["is unlocked", "已解鎖"]),
            }
        }
        AccountCommand::Token(command) => token(opening, command, out).await,
        AccountCommand::Leaked {
            holder,
            reason,
            account,
        } => {
            let holder = Holder::parse(&holder)?;
            let house = opening.to_act().await?;
            desk::leaked(&house, &holder, of_desk(holder.desk(), &account)?, &reason).await?;
            let what = [
                "opens nothing from now on; its holder needs a first password",
                "即時失效；持有人須重新領取初始密碼",
            ];
            told(out, &holder, what)
        }
    }
}

async fn token(opening: &Opening, command: TokenCommand, out: &Out) -> Result<Exit> {
    match command {
        TokenCommand::Make {
            holder,
            name,
            days,
            out: place,
            certificate,
            hand,
        } => {
            let holder = Holder::parse(&holder)?;
            let certificate = certificate.as_deref().map(Known::read).transpose()?;
            let house = opening.to_act().await?;
            let file = place.as_deref().map(Notice::begin).transpose()?;
            let wanted = Wanted {
                holder: &holder,
                name: &name,
                days,
                certificate,
            };
            match tokens::make(&house, &wanted, &mover(&holder, &hand)?).await? {
                Step::Applied(applied) => approval::applied(opening, &applied, out),
                Step::Done(made) => {
                    if let (Some(file), Some(token)) = (file, &made.token) {
                        file.fill(&format!("{}\n", token.as_str()))?;
                    }
                    let told = serde_json::json!({ "token": made.number, "until": made.until });
                    out.show(&told, || {
                        let (number, until) = (made.number, moment(made.until, out.language));
                        match out.language {
                            Language::En => format!("token {number} serves until {until}\n"),
                            Language::ZhTw => format!("介接憑證 {number} 有效至 {until}\n"),
                        }
                    })?;
                    Ok(Exit::Done)
                }
            }
        }
        TokenCommand::List { place } => {
            let house = opening.to_look().await?;
            let tokens = tokens::list(&house, &place).await?;
            out.show(&tokens, || match tokens.len() {
                0 => of(
                    out.language,
                    "no token serves there\n",
                    "該處沒有有效的介接憑證\n",
                )
                .into(),
                _ => forms::tokens(&tokens, out.language).text(out.language),
            })?;
            Ok(Exit::Done)
        }
        TokenCommand::End {
            token,
            reason,
            account,
        } => {
            let house = opening.to_act().await?;
            tokens::end(&house, token, placed(&account)?, &reason).await?;
            out.show(&serde_json::json!({ "ended": token }), || match out.language {
                Language::En => format!("token {token} is over\n"),
                Language::ZhTw => format!("介接憑證 {token} 已失效\n"),
            })?;
            Ok(Exit::Done)
        }
    }
}

async fn first(
    opening: &Opening,
    holder: &Holder,
    place: &Path,
    hand: &HandArguments,
    out: &Out,
) -> Result<Exit> {
    let house = opening.to_act().await?;
    let notice = Notice::begin(place)?;
    match desk::first(&house, holder, &mover(holder, hand)?).await? {
        Step::Applied(applied) => approval::applied(opening, &applied, out),
        Step::Done(first) => {
            notice.fill(&forms::notice(holder, &first))?;
            let what = [
                "has a first password; hand the notice to its holder alone",
                "已核發初始密碼；通知僅得交付持有人本人",
            ];
            told(out, holder, what)
        }
    }
}

/// The file of a notice, which is new and only its owner's; it goes if nothing comes of it.
struct Notice<'p> {
    place: &'p Path,
    file: Option<std::fs::File>,
}

impl<'p> Notice<'p> {
    fn begin(place: &'p Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = options
            .open(place)
            .map_err(Error::io("make the file of the notice"))?;
        Ok(Self {
            place,
            file: Some(file),
        })
    }

    fn fill(mut self, text: &str) -> Result<()> {
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(Error::io("write the notice"))
    }
}

impl Drop for Notice<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(self.place);
        }
    }
}

fn told(out: &Out, holder: &Holder, what: [&str; 2]) -> Result<Exit> {
    let name = format!("{}/{}", holder.at, holder.account);
    out.show(&serde_json::json!({ "account": name }), || {
        format!("{name} {}\n", of(out.language, what[0], what[1]))
    })?;
    Ok(Exit::Done)
}

fn mover<'a>(holder: &Holder, hand: &'a HandArguments) -> Result<Mover<'a>> {
    Ok(Mover {
        by: of_desk(holder.desk(), &hand.account)?,
        reason: &hand.reason,
        approval: hand.approval,
    })
}
