//! `subject report`. *Edge.*

use std::{
    io::{self, Read},
    path::Path,
};

use mayfly_consent::Language;
use zeroize::Zeroizing;

use super::{Opening, args::SubjectCommand, of_desk, out::Out};
use crate::{
    error::{Exit, Result},
    input, printed,
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
    let by = of_desk("bureau", &account)?;
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
        let (consents, queries, others) = (handed.consents, handed.queries, handed.other_birth);
        let due = printed::day(handed.due, out.language);
        let close = format!("{again} duty close {} --artefact {folder}/report.html --as {by}", handed.duty);
        let mut text = match out.language {
            Language::En => format!(
                "{consents} consents and {queries} queries told in {folder}\nwhen it is handed over, by {due}: {close}\n"
            ),
            Language::ZhTw => format!(
                "{folder} 載有當事人同意 {consents} 筆、查詢 {queries} 筆\n應於 {due} 前交付；交付後結案：{close}\n"
            ),
        };
        if others > 0 {
            text.push_str(&match out.language {
                Language::En => format!(
                    "{others} consents under this number have another birth date; nothing of them was told: find out whose they are\n"
                ),
                Language::ZhTw => format!(
                    "另有 {others} 筆當事人同意為同一身分證號而出生日期不同，未予告知：請查明屬於何人\n"
                ),
            });
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
