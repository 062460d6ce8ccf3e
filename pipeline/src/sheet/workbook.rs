//! A sheet as a workbook: every cell is a text, so that none is a formula; written to a file as it grows. *Edge.*

use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::{
    error::{Error, Result},
    printed::guarded,
};

/// A workbook whose lines are written one by one.
pub(super) struct Lines {
    workbook: Workbook,
    heading: [String; 13],
    pages: usize,
    row: u32,
}

impl Lines {
    /// An empty one with a heading; what has no room in memory rests, without a name, in `folder`.
    pub(super) fn new(folder: &Path, heading: [String; 13]) -> Result<Self> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder).map_err(failed)?;
        let mut lines = Self {
            workbook,
            heading,
            pages: 0,
            row: 0,
        };
        lines.turn()?;
        Ok(lines)
    }

    /// Adds a line.
    pub(super) fn push(&mut self, cells: &[String; 13]) -> Result<()> {
        if self.row == PAGE_ROWS {
            self.turn()?;
        }
        self.write(cells)
    }

    /// Writes the file `path`.
    pub(super) fn save(mut self, path: &Path) -> Result<()> {
        self.workbook.save(path).map_err(failed)
    }

    /// Begins a worksheet: one holds a million rows.
    fn turn(&mut self) -> Result<()> {
        self.pages += 1;
        let page = self
            .workbook
            .add_worksheet_with_constant_memory()
            .map_err(failed)?;
        page.set_name(format!("查詢紀錄單 {}", self.pages))
            .map_err(failed)?;
        self.row = 0;
        let heading = self.heading.clone();
        self.write(&heading)
    }

    fn write(&mut self, cells: &[String; 13]) -> Result<()> {
        let page = self
            .workbook
            .worksheet_from_index(self.pages - 1)
            .map_err(failed)?;
        for (column, cell) in (0..).zip(cells) {
            // A spreadsheet that edits the cell must not take it for a formula either.
            page.write_string(self.row, column, guarded(cell))
                .map_err(failed)?;
        }
        self.row += 1;
        Ok(())
    }
}

/// What the library says may name a path; the kind is enough.
fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::io("write a workbook")(error),
        _ => Error::Bug("a workbook could not be put together"),
    }
}

/// Rows of one worksheet; the format's limit is a little more.
const PAGE_ROWS: u32 = 1_000_000;
