//! Writes a sheet as files: CSV, workbook, a page to print, and the proof by which outsiders check it. *Edge.*

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;
use sqlx::AnyConnection;

use super::{
    Name,
    desk::Desk,
    form::{self, COLUMNS, UNIT},
    head::Head,
    is_one_of_several,
    lines::{self, Next},
    looked::{check_reader, looked},
    one, page, prove, report,
    sign::desk,
    store::Sheet,
    workbook,
};
use crate::{
    access::members,
    app::House,
    duty::facts,
    error::{Error, Result},
    input,
    journal::{entry::Kind, store as journal_store},
    output::beside::Beside,
    printed::guarded,
};

/// Writes the sheet of that name into `folder` for `account`, which is entered in the journal first; returns the files.
///
/// # Errors
/// `SHEET-UNKNOWN`, `SHEET-RIGHT`, `SHEET-FILE`, `SHEET-CHANGED`, `GATE-CLOCK`.
pub async fn export(house: &House, name: &Name<'_>, folder: &Path, account: &str) -> Result<Vec<PathBuf>> {
    let now = house.trusted_now()?;
    let mut reader = house.db.reader().await?;
    let sheet = one(&mut reader, name).await?;
    let desk = desk(house, &mut reader, name.member, now).await?;
    check_reader(house, &mut reader, (&desk, &sheet), account, now).await?;
    let stem = stem(&mut reader, &sheet).await?;
    let file_error = |sentence: &str| Error::Input {
        code: "SHEET-FILE",
        sentence: sentence.into(),
        remedy: "name another folder, outside the data directory",
    };
    if let Some(why) = input::unfit_for_export(folder, &house.dir) {
        return Err(file_error(why));
    }
    if files(&stem, folder)
        .iter()
        .any(|file| fs::symlink_metadata(file).is_ok())
    {
        return Err(file_error(
            "the folder has a file of this sheet already, and none is replaced",
        ));
    }
    let begun = Beside::begin(folder)?;
    let now = looked(house, Kind::Export, &sheet, account).await?;

    let mut written = write(house, &mut reader, (&sheet, &desk), begun.path(), now).await?;
    let program = begun.path().join(PROGRAM);
    if fs::symlink_metadata(folder.join(PROGRAM)).is_err() {
        fs::write(&program, CHECK).map_err(Error::io("write the program that checks sheets"))?;
        written.push(program);
        return begun.publish(&written);
    }
    let mut files = begun.publish(&written)?;
    files.push(folder.join(PROGRAM));
    Ok(files)
}

/// Writes the files of `sheet` into `folder`, which is a staging one, for whoever has entered that in the journal; its acts must be
/// signed.
///
/// # Errors
/// `SHEET-CHANGED`; `KEY-*`, `SEAL-*`, `DB-*`, those of the disk.
pub async fn write(
    house: &House,
    conn: &mut AnyConnection,
    (sheet, desk): (&Sheet, &Desk<'_>),
    folder: &Path,
    now: Timestamp,
) -> Result<Vec<PathBuf>> {
    let files = files(&stem(&mut *conn, sheet).await?, folder);
    let around = Around::of(house, &mut *conn, sheet).await?;
    let head = around.head((sheet, desk), now);
    input::make_folder_for_export(folder)?;
    let mut writing = Writing::begin(folder, &files, &head)?;
    lines::each(house, &mut *conn, sheet, |line| {
        writing.record(&form::cells(&line, head.querier, Language::ZhTw))?;
        Ok(Next::More)
    })
    .await?;
    prove::write(house, conn, sheet, &mut writing.proof).await?;
    writing.finish(&head, &files[1])?;
    Ok(files.into())
}

/// What stands around the lines of a sheet.
pub(super) struct Around {
    member: String,
    due: Date,
    note: String,
}

impl Around {
    pub(super) async fn of(house: &House, conn: &mut AnyConnection, sheet: &Sheet) -> Result<Self> {
        let member = members::one(&mut *conn, &sheet.member).await?;
        let calendar = facts::calendar(&mut *conn).await?;
        let note = journal_store::last_checkpoint(conn, &house.signer.origin).await?;
        Ok(Self {
            member: member.map_or_else(String::new, |member| member.name),
            due: report::due(&house.regime, &calendar, sheet)?,
            note: note.unwrap_or_default(),
        })
    }

    pub(super) fn head<'h>(&'h self, (sheet, desk): (&'h Sheet, &'h Desk<'_>), now: Timestamp) -> Head<'h> {
        Head {
            sheet,
            member: &self.member,
            querier: desk.name_of(&sheet.querier),
            due: self.due,
            at: now,
            checkpoint: self.note.lines().take(3).collect(),
        }
    }
}

/// The name of the files of `sheet`, without their endings: its number is part of it where its querier has another one of that week.
/// A unit is anybody's text, and no part of a path.
async fn stem(conn: &mut AnyConnection, sheet: &Sheet) -> Result<String> {
    let Sheet {
        member,
        week,
        querier,
        number,
        ..
    } = sheet;
    Ok(match is_one_of_several(conn, sheet).await? {
        false => format!("{member}-{week}-{querier}"),
        true => format!("{member}-{week}-{querier}+{number}"),
    })
}

/// The files of the sheet whose files are called `stem`.
fn files(stem: &str, folder: &Path) -> [PathBuf; 4] {
    ENDINGS.map(|ending| folder.join(format!("{stem}.{ending}")))
}

/// The files while they are written, in a folder that gets its names when all of them are whole.
struct Writing {
    csv: Csv<File>,
    page: BufWriter<File>,
    workbook: workbook::Lines,
    proof: BufWriter<File>,
}

impl Writing {
    fn begin(folder: &Path, files: &[PathBuf; 4], head: &Head<'_>) -> Result<Self> {
        let mut writing = Self {
            csv: Csv::begin(create(&files[0])?, &head.sheet.unit)?,
            workbook: workbook::Lines::new(Some(folder), head)?,
            page: BufWriter::new(create(&files[2])?),
            proof: BufWriter::new(create(&files[3])?),
        };
        writing.page(&page::begin(head))?;
        Ok(writing)
    }

    fn record(&mut self, cells: &[String; 13]) -> Result<()> {
        self.csv.record(cells)?;
        self.workbook.push(cells)?;
        self.page(&page::line(cells))
    }

    fn page(&mut self, text: &str) -> Result<()> {
        self.page
            .write_all(text.as_bytes())
            .map_err(Error::io("write the page of a sheet"))
    }

    fn finish(mut self, head: &Head<'_>, book: &Path) -> Result<()> {
        self.page(&page::end(head))?;
        self.csv.finish()?;
        self.page
            .flush()
            .map_err(Error::io("write the page of a sheet"))?;
        self.proof
            .flush()
            .map_err(Error::io("write the proof of a sheet"))?;
        self.workbook.save(head, book)
    }
}

/// The lines of a sheet as CSV; of one with a unit, that is the last cell of each.
pub(super) struct Csv<W: Write> {
    lines: csv::Writer<W>,
    unit: Option<String>,
}

impl<W: Write> Csv<W> {
    pub(super) fn begin(mut file: W, unit: &str) -> Result<Self> {
        // Without the mark, spreadsheets in Taiwan read the file as CP950.
        file.write_all(MARK).map_err(Error::io("write a sheet"))?;
        let mut csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        csv.write_record(headings(unit)).map_err(unwritten)?;
        let unit = Some(unit).filter(|unit| !unit.is_empty());
        Ok(Self {
            lines: csv,
            unit: unit.map(|unit| guarded(unit).into_owned()),
        })
    }

    pub(super) fn record(&mut self, cells: &[String; 13]) -> Result<()> {
        let guarded: Vec<_> = cells.iter().map(|cell| guarded(cell)).collect();
        let cells = guarded.iter().map(|cell| cell.as_bytes());
        self.lines
            .write_record(cells.chain(self.unit.as_deref().map(str::as_bytes)))
            .map_err(unwritten)
    }

    pub(super) fn finish(self) -> Result<W> {
        let whole = self.lines.into_inner();
        whole.map_err(|error| Error::io("write a sheet")(error.into_error()))
    }
}

/// The headings of the CSV of a sheet of `unit`.
pub(super) fn headings(unit: &str) -> Vec<&'static str> {
    let unit = Some(UNIT[2]).filter(|_| !unit.is_empty());
    COLUMNS.iter().map(|names| names[2]).chain(unit).collect()
}

fn create(path: &Path) -> Result<File> {
    let mut options = File::options();
    let owned = options.write(true).create_new(true).mode(0o600);
    owned.open(path).map_err(Error::io("make a file of a sheet"))
}

fn unwritten(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::io("write a sheet")(error),
        _ => Error::Bug("a line of a sheet is no line of CSV"),
    }
}

/// UTF-8's byte order mark.
pub const MARK: &[u8] = "\u{FEFF}".as_bytes();
const ENDINGS: [&str; 4] = ["csv", "xlsx", "html", "proof"];
/// What checks proofs without us; written beside them once.
const PROGRAM: &str = "check-sheet.py";
/// The program itself.
pub const CHECK: &str = include_str!("check-sheet.py");
