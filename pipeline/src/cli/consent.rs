//! `consent import|outcome|show`. *Edge.*

use mayfly_consent::Language;

use super::{
    Opening,
    args::{ConsentCommand, EncodingArgument},
    out::Out,
    placed,
};
use crate::{
    consents::{import, outcome, show, view::View},
    error::{Exit, Result},
    intake::Encoding,
};

pub(super) async fn run(opening: &Opening, command: ConsentCommand, out: &Out) -> Result<Exit> {
    let house = opening.to_act().await?;
    match command {
        ConsentCommand::Import { files, encoding } => {
            let imported = import::import(&house, &files, encoding.into()).await?;
            let (new, known) = (imported.new, imported.known);
            out.show(&imported, || match out.language {
                Language::En => format!("{new} consents new, {known} known already\n"),
                Language::ZhTw => format!("新登錄當事人同意 {new} 筆，先前已登錄 {known} 筆\n"),
            })?;
        }
        ConsentCommand::Outcome { file } => {
            let recorded = outcome::record(&house, &file).await?;
            let (outcomes, withdrawn, known) = (recorded.outcomes, recorded.withdrawn, recorded.known);
            out.show(&recorded, || match out.language {
                Language::En => format!(
                    "{outcomes} outcomes recorded, {withdrawn} consents withdrawn, {known} lines known already\n"
                ),
                Language::ZhTw => {
                    format!("登錄授信結果 {outcomes} 筆，撤回同意 {withdrawn} 筆，先前已登錄 {known} 行\n")
                }
            })?;
        }
        ConsentCommand::Show {
            member,
            reference,
            account,
            full,
        } => {
            let shown = show::show(&house, &member, &reference, placed(&account)?, full).await?;
            let view = View::of(&shown, full);
            out.show(&view, || view.text(out.language))?;
        }
    }
    Ok(Exit::Done)
}

impl From<EncodingArgument> for Encoding {
    fn from(argument: EncodingArgument) -> Self {
        match argument {
            EncodingArgument::Utf8 => Self::Utf8,
            EncodingArgument::Cp950 => Self::Cp950,
        }
    }
}
