//! `consent import|outcome|show`. *Edge.*

use super::{
    Opening,
    args::{ConsentCommand, EncodingArgument},
    attributable,
    out::Out,
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
            out.show(&imported, || {
                format!(
                    "{} consents new, {} known already\n",
                    imported.new, imported.known
                )
            })?;
        }
        ConsentCommand::Outcome { file } => {
            let recorded = outcome::record(&house, &file).await?;
            out.show(&recorded, || {
                format!(
                    "{} outcomes recorded, {} consents withdrawn, {} lines known already\n",
                    recorded.outcomes, recorded.withdrawn, recorded.known
                )
            })?;
        }
        ConsentCommand::Show {
            member,
            reference,
            account,
            full,
        } => {
            let shown = show::show(&house, &member, &reference, attributable(&account)?, full).await?;
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
