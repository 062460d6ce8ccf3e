//! `member|staff|form import`. *Edge.*

use super::{Opening, args::ImportCommand, out::Out};
use crate::{
    access::import::{Register, import},
    error::{Exit, Result},
};

pub(super) async fn members(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Members, command, out, "members").await
}

pub(super) async fn staff(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Staff, command, out, "authorisations").await
}

pub(super) async fn forms(opening: &Opening, command: ImportCommand, out: &Out) -> Result<Exit> {
    load(opening, Register::Forms, command, out, "forms").await
}

async fn load(
    opening: &Opening,
    register: Register,
    command: ImportCommand,
    out: &Out,
    what: &str,
) -> Result<Exit> {
    let ImportCommand::Import { files } = command;
    let house = opening.to_act().await?;
    let imported = import(&house, register, &files).await?;
    out.show(&imported, || {
        format!("{} {what} new or changed\n", imported.changed)
    })?;
    Ok(Exit::Done)
}
