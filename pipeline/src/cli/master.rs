//! `member|staff|form import`. *Edge.*

use mayfly_consent::Language;

use super::{Opening, args::ImportCommand, out::Out};
use crate::{
    access::import::{Register, import},
    error::{Exit, Result},
};

pub(super) async fn members(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Members, command, out, ["members", "使用單位"]).await
}

pub(super) async fn staff(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Staff, command, out, ["authorisations", "授權"]).await
}

pub(super) async fn forms(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Forms, command, out, ["forms", "授權書"]).await
}

async fn load(
    opening: &Opening,
    register: Register,
    command: ImportCommand,
    out: &Out,
    [what, named]: [&str; 2],
) -> Result<Exit> {
    let ImportCommand::Import { files } = command;
    let house = opening.to_act().await?;
    let imported = import(&house, register, &files).await?;
    let changed = imported.changed;
    out.show(&imported, || match out.language {
        Language::En => format!("{changed} {what} new or changed\n"),
        Language::ZhTw => format!("{named}：新增或變更 {changed} 筆\n"),
    })?;
    Ok(Exit::Done)
}
