//! The rejects file: every code of every row that was not answered, a line each, without any cell of the row. *Edge.*

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use mayfly_consent::{Code, Language};

use super::rows;
use crate::{
    app::House,
    batch::{Batch, chunks},
    error::{Error, Result},
    ids, run,
};

/// Sees that there is a place for the file, before anything is done whose rejects it is to hold. What is there is
/// replaced, so neither the batch file itself nor anything of the data directory may be named.
pub fn claim(house: &House, path: &Path, submitted: &Path) -> Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let (there, folder_there) = (path.canonicalize().ok(), folder.canonicalize().ok());
    let replaces = there.is_some() && there == submitted.canonicalize().ok();
    let intrudes = house.dir.canonicalize().is_ok_and(|own| {
        let inside = |place: &Option<PathBuf>| place.as_ref().is_some_and(|place| place.starts_with(&own));
        inside(&there) || inside(&folder_there)
    });
    if replaces || intrudes {
        return Err(Error::Input {
            code: "REJECTS-FILE",
            sentence:
                "the rejects file would replace the batch file or lie in the data directory; nothing was done"
                    .into(),
            remedy: "name a file of its own elsewhere (--rejects FILE.csv)",
        });
    }
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    Err(Error::Input {
        code: "REJECTS-FILE",
        sentence: "there is no folder for the rejects file, or it is a folder itself; nothing was done"
            .into(),
        remedy: "name a file in a folder that exists (--rejects FILE.csv)",
    })
}

/// Writes `line,column,code,message` of the batch named `batch` to `path`; returns how many lines.
pub async fn write(house: &House, batch: &str, path: &Path, language: Language) -> Result<u64> {
    let mut reader = house.db.reader().await?;
    let batch = run::find(&mut reader, batch).await?;
    // A device or a pipe is written to; a file is replaced, so that what another name of it holds stays as it is.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let file = File::options().write(true).open(path);
        let file = file.map_err(Error::io("open the rejects file"))?;
        return write_to(file, house, &mut reader, &batch, language).await;
    }
    let unfinished = Unfinished::beside(path)?;
    let file = File::create_new(&unfinished.0).map_err(Error::io("make the rejects file"))?;
    let lines = write_to(file, house, &mut reader, &batch, language).await?;
    fs::rename(&unfinished.0, path).map_err(Error::io("name the rejects file"))?;
    Ok(lines)
}

/// The file under its temporary name; gone unless it was given its own.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(path: &Path) -> Result<Self> {
        let part = format!(".rejects.{}.part", ids::hex(&ids::random::<8>()?));
        Ok(Self(path.with_file_name(part)))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

async fn write_to(
    file: impl Write,
    house: &House,
    reader: &mut sqlx::AnyConnection,
    batch: &Batch,
    language: Language,
) -> Result<u64> {
    let mut table = csv::Writer::from_writer(file);
    let unwritable = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("write the rejects file")(error),
        _ => Error::Bug("a line of the rejects file cannot be written"),
    };
    table
        .write_record(["line", "column", "code", "message"])
        .map_err(unwritable)?;
    let mut lines = 0;
    for chunk in chunks::of_batch(reader, batch.batch_no).await? {
        for row in rows::of_chunk(house, reader, &chunk).await? {
            let faults = if row.faults.is_empty() {
                row.codes.iter().map(|code| (String::new(), code)).collect()
            } else {
                row.faults
            };
            for (column, code) in faults {
                let cells = [
                    &row.line.to_string(),
                    &column,
                    code.as_str(),
                    &message(code, language),
                ];
                table.write_record(cells).map_err(unwritable)?;
                lines += 1;
            }
        }
    }
    table.flush().map_err(Error::io("write the rejects file"))?;
    Ok(lines)
}

/// A code's sentence and remedy.
pub fn message(code: Code, language: Language) -> String {
    let between = match language {
        Language::En => " ",
        Language::ZhTw => "",
    };
    format!("{}{between}{}", code.sentence(language), code.remedy(language))
}
