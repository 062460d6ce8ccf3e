//! Holds an exported sheet, as CSV, against the records it came from. *Edge.*

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
};

use mayfly_consent::Language;

use super::{
    Name,
    export::{MARK, headings},
    form::{self, OUTCOME},
    lines::{self, Next},
    one,
    sign::desk,
    verify::Verified,
};
use crate::{
    app::House,
    error::{Error, Result},
    input,
    printed::guarded,
};

/// Adds to `verified` where the file is not what an export of the sheet would say; outcomes, which may come later, and names,
/// which people change, are left aside.
///
/// # Errors
/// `SHEET-UNKNOWN`, `SHEET-FILE`; those of [`lines::each`].
pub async fn compare(house: &House, name: &Name<'_>, file: &Path, verified: &mut Verified) -> Result<()> {
    let opened = input::open(file).map_err(|_| unusable("cannot be read"))?;
    let mut given = BufReader::new(opened);
    if given.fill_buf().is_ok_and(|bytes| bytes.starts_with(MARK)) {
        given.consume(MARK.len());
    }
    let mut reader = house.db.reader().await?;
    let sheet = one(&mut reader, name).await?;
    if next(&mut given)?.is_none_or(|cells| cells != headings(&sheet.unit)) {
        return Err(unusable("does not begin with the columns of an exported sheet"));
    }
    let desk = desk(house, &mut reader, name.member, house.clock.now()).await?;
    let querier = desk.name_of(&sheet.querier);
    lines::each(house, &mut reader, &sheet, |line| {
        let expected = form::cells(&line, querier, Language::ZhTw);
        match next(&mut given)? {
            None => {
                verified.find(format!("the file ends before line {}", line.place));
                return Ok(Next::Enough);
            }
            Some(cells) if !is_same(&cells, &expected, &sheet.unit) => {
                verified.find(format!(
                    "line {} of the file is not entry {}",
                    line.place, line.entry
                ));
            }
            Some(_) => {}
        }
        Ok(Next::More)
    })
    .await?;
    if next(&mut given)?.is_some() {
        verified.find("the file has lines that are not on the sheet".into());
    }
    Ok(())
}

fn is_same(cells: &[String], expected: &[String; 13], unit: &str) -> bool {
    let aside = [OUTCOME, NAME];
    let (cells, of_unit) = cells.split_at(cells.len().min(expected.len()));
    let unit: &[&str] = if unit.is_empty() { &[] } else { &[&guarded(unit)] };
    cells.len() == expected.len()
        && of_unit == unit
        && (0..)
            .zip(cells.iter().zip(expected))
            .all(|(column, (cell, expected))| aside.contains(&column) || *cell == *guarded(expected))
}

/// The cells of the next line; no cell of a sheet has a line end in it.
fn next(given: &mut impl BufRead) -> Result<Option<Vec<String>>> {
    let mut line = Vec::new();
    let mut limited = given.take(LINE_BYTES_MAX);
    limited
        .read_until(b'\n', &mut line)
        .map_err(|_| unusable("cannot be read"))?;
    if line.is_empty() {
        return Ok(None);
    }
    let mut cells = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line.as_slice());
    let record = cells.records().next().and_then(std::result::Result::ok);
    let record = record.filter(|_| line.ends_with(b"\n"));
    let record = record.ok_or_else(|| unusable("has a line that is none of an exported sheet"))?;
    Ok(Some(record.iter().map(str::to_owned).collect()))
}

fn unusable(why: &str) -> Error {
    Error::Input {
        code: "SHEET-FILE",
        sentence: format!("the file {why}"),
        remedy: "name the CSV file that `mayfly sheet export` wrote",
    }
}

/// Which of the columns is the querier's name.
const NAME: usize = 3;
/// More than a line of a sheet has.
const LINE_BYTES_MAX: u64 = 16 * 1024;
