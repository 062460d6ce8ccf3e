//! Writes a drawn sample as a folder that anybody verifies: its acts and records, the journal, and how to check them. *Edge.*

use std::{fs, path::Path};

use sqlx::AnyConnection;

use super::{
    Month,
    draw::FORMAT,
    drawing::not_drawn,
    frozen, report,
    steps::SampleFile,
    store::{Sample, State},
};
use crate::{
    app::House,
    error::{Error, Result},
    input,
    journal::{
        act::{self, Act},
        archive,
        entry::Kind,
        fault::JournalError,
    },
};

/// Writes the drawn sample of `month` of `member` to the new folder `folder`; `by` is who wanted it, and that is entered
/// in the journal first. Returns how many records the sample has.
///
/// # Errors
/// `SAMPLE-UNFROZEN`, `SAMPLE-UNDRAWN`, `JOURNAL-INPUT` for a folder that is not empty or lies in the data directory.
pub async fn export(house: &House, member: &str, month: Month, folder: &Path, by: &str) -> Result<usize> {
    let mut reader = house.db.reader().await?;
    let sample = frozen(&mut reader, member, month).await?;
    if sample.state != State::Drawn {
        return Err(not_drawn());
    }
    archive::check_target(house, folder)?;
    let there = fs::symlink_metadata(folder).is_ok();
    if there && !fs::read_dir(folder).is_ok_and(|mut children| children.next().is_none()) {
        return Err(Error::journal(JournalError::TargetNotEmpty));
    }
    let reference = format!("sample:{month}");
    let act = Act {
        kind: Kind::Export,
        member,
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    act::enter(house, tx.connection(), &act, &by, house.trusted_now()?).await?;
    tx.commit().await?;
    input::make_folder_for_export(folder)?;
    archive::export(house, &folder.join(JOURNAL)).await?;
    put(folder, "check.py", CHECK)?;
    put(folder, "README", GUIDE)?;
    write(&mut reader, &sample, folder).await
}

/// Writes the file of a drawn `sample` to `folder`, for whoever has entered that in the journal; returns how many records it
/// has.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`, those of the disk.
pub async fn write(conn: &mut AnyConnection, sample: &Sample, folder: &Path) -> Result<usize> {
    let file = SampleFile {
        format: FORMAT.into(),
        member: sample.member.clone(),
        month: sample.month.to_string(),
        items: report::items(conn, sample).await?,
        steps: sample.steps.clone(),
    };
    let text = serde_json::to_string_pretty(&file).map_err(|_| Error::Bug("a sample has no JSON form"))?;
    put(folder, SAMPLE, &format!("{text}\n"))?;
    Ok(file.items.len())
}

fn put(folder: &Path, name: &str, text: &str) -> Result<()> {
    fs::write(folder.join(name), text).map_err(Error::io("write a file of the export"))
}

/// The sample's own file.
pub const SAMPLE: &str = "sample.json";
/// The folder of the journal beside it.
pub(super) const JOURNAL: &str = "journal";
/// The program that draws it again.
pub const CHECK: &str = include_str!("check.py");
const GUIDE: &str = include_str!("export.txt");
