//! Writes a drawn sample as a folder that anybody verifies: its acts and records, the journal, and how to check them. *Edge.*

use std::path::Path;

use sqlx::AnyConnection;

use super::{
    Month,
    draw::FORMAT,
    drawing::not_drawn,
    frozen, report,
    steps::SampleFile,
    store::{Sample, State},
    taker,
};
use crate::{
    app::House,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        archive,
        entry::Kind,
    },
    output::folder::Staging,
};

/// Writes the drawn sample of `month` of `member` to the new folder `folder` for `by`, who works with it; that is entered
/// in the journal first. Returns how many records the sample has.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `EXPORT-RIGHT`, `SAMPLE-OWN`, `EXPORT-FOLDER`, `GATE-CLOCK`; those of the disk.
pub async fn export(house: &House, member: &str, month: Month, folder: &Path, by: &str) -> Result<usize> {
    let mut reader = house.db.reader().await?;
    let sample = frozen(&mut reader, member, month).await?;
    if sample.state != State::Drawn {
        return Err(not_drawn());
    }
    let now = house.trusted_now()?;
    let today = house.today(now);
    let taker = taker::check(house, &mut reader, member, by, today).await?;
    taker::check_not_looked_at(house, &mut reader, &sample, &taker).await?;
    let staging = Staging::begin(folder, &house.dir)?;
    let reference = format!("sample:{month}");
    let act = Act {
        kind: Kind::Export,
        member,
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    // Rights may have ended while records were looked at.
    let today = house.today(house.trusted_now()?);
    let taker = taker::check(house, tx.connection(), member, &taker, today).await?;
    act::enter(house, tx.connection(), &act, &taker, now).await?;
    tx.commit().await?;
    let journal = archive::export(house, &staging.place(JOURNAL)?).await?;
    staging.put("check.py", CHECK)?;
    staging.put("README", GUIDE)?;
    staging.put("verifier-key", &format!("{}\n", house.signer.verifier().text()))?;
    // It may have been made larger meanwhile: it is what its acts in this journal say.
    let sample = frozen(&mut reader, member, month).await?.until(journal);
    let sample = sample.filter(|sample| sample.state == State::Drawn);
    let sample = sample.ok_or(Error::Bug("the journal lacks the draw of a sample"))?;
    let items = write(&mut reader, &sample, &staging, "").await?;
    staging.name()?;
    Ok(items)
}

/// Writes the file of a drawn `sample`, which has no act that the journal beside it has not, to `folder` of `staging`, which is empty or ends with a slash, for whoever has entered that in the journal; returns how many records it
/// has.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`, those of the disk.
pub async fn write(
    conn: &mut AnyConnection,
    sample: &Sample,
    staging: &Staging,
    folder: &str,
) -> Result<usize> {
    let file = SampleFile {
        format: FORMAT.into(),
        member: sample.member.clone(),
        month: sample.month.to_string(),
        items: report::items(conn, sample).await?,
        steps: sample.steps.clone(),
    };
    staging.put_json(&format!("{folder}{SAMPLE}"), &file)?;
    Ok(file.items.len())
}

/// The sample's own file.
pub const SAMPLE: &str = "sample.json";
/// The folder of the journal beside it.
pub(super) const JOURNAL: &str = "journal";
/// The program that draws it again.
pub const CHECK: &str = include_str!("check.py");
const GUIDE: &str = include_str!("export.txt");
