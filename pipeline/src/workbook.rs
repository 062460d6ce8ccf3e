//! Tables as a workbook (XLSX): a worksheet each, every cell a text, so that none is a formula. *Edge.*

use std::path::Path;

use mayfly_consent::Language;
use rust_xlsxwriter::{Workbook, XlsxError};

use crate::{
    error::{Error, Result},
    printed::{Printed, guarded},
};

/// A workbook under way.
pub struct Book {
    workbook: Workbook,
    language: Language,
}

impl Book {
    /// An empty one, whose headings are in `language`.
    pub fn new(language: Language) -> Self {
        Self {
            workbook: Workbook::new(),
            language,
        }
    }

    /// Adds a worksheet of the name `name`, at most 31 characters, with `table`.
    ///
    /// # Errors
    /// A bug: a name that no worksheet can have, or more lines than one holds.
    pub fn add<const N: usize>(&mut self, name: &str, table: &Printed<N>) -> Result<()> {
        let place = match self.language {
            Language::En => 1,
            Language::ZhTw => 2,
        };
        let page = self.workbook.add_worksheet();
        page.set_name(name).map_err(failed)?;
        page.set_freeze_panes(1, 0).map_err(failed)?;
        let heading = table.columns.map(|names| names[place].to_owned());
        for (row, line) in (0..).zip([&heading].into_iter().chain(&table.lines)) {
            for (column, cell) in (0..).zip(line) {
                // A spreadsheet that edits the cell must not take it for a formula either.
                page.write_string(row, column, guarded(cell)).map_err(failed)?;
            }
        }
        page.autofit();
        Ok(())
    }

    /// Writes the file `path`.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(mut self, path: &Path) -> Result<()> {
        self.workbook.save(path).map_err(failed)
    }

    /// The bytes of its file.
    ///
    /// # Errors
    /// A bug.
    pub fn bytes(mut self) -> Result<Vec<u8>> {
        self.workbook.save_to_buffer().map_err(failed)
    }
}

/// What the library says may name a path; the kind is enough.
fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::io("write a workbook")(error),
        _ => Error::Bug("a workbook could not be put together"),
    }
}
