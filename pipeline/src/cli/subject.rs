//! `subject report`. *Edge.*

use std::{
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

use super::{Opening, args::SubjectCommand, attributable, out::Out};
use crate::{
    error::{Exit, Result},
    input,
    subject::{
        applicant::{self, Applicant},
        hand::{self, Entered},
    },
};

pub(super) async fn run(opening: &Opening, command: SubjectCommand, out: &Out) -> Result<Exit> {
    let SubjectCommand::Report {
        subject,
        proof,
        reference,
        received,
        duty,
        out: folder,
        account,
    } = command;
    let by = attributable(&account)?;
    let who = read(&subject)?;
    let house = opening.to_act().await?;
    let entered = Entered {
        proof: &proof,
        reference: &reference,
        received,
        duty: duty.as_deref(),
        by,
    };
    let handed = hand::hand(&house, &who, &entered, &folder).await?;
    out.show(&handed, || {
        let (folder, again) = (folder.display(), opening.again());
        let mut text = format!(
            "{} consents and {} queries told in {folder}\nwhen it is handed over, by {}: {again} duty close {} --artefact {folder}/report.html --as {by}\n",
            handed.consents, handed.queries, handed.due, handed.duty
        );
        if handed.other_birth > 0 {
            text.push_str(&format!(
                "{} consents under this number have another birth date; nothing of them was told: find out whose they are\n",
                handed.other_birth
            ));
        }
        text
    })?;
    Ok(Exit::Done)
}

/// Reads who asks, from the file or standard input.
fn read(path: &Path) -> Result<Applicant> {
    let mut text = Zeroizing::new(String::with_capacity(BYTES_READ as usize));
    let read = match path.to_str() {
        Some("-") => io::stdin().take(BYTES_READ).read_to_string(&mut text),
        _ => {
            let file = input::open(path).map_err(|_| applicant::unusable())?;
            file.take(BYTES_READ).read_to_string(&mut text)
        }
    };
    read.map_err(|_| applicant::unusable())?;
    applicant::parse(&text)
}

/// More than two lines have; what is longer has not the form.
const BYTES_READ: u64 = 256;
