//! Reads master data files: CSV with a header of known columns; what is wrong is told with its line. *Edge.*

use std::path::Path;

use jiff::civil::Date;

use crate::error::{Error, Result};

/// A master data file, read whole.
pub struct Table {
    name: String,
    columns: Vec<Option<usize>>,
    lines: Vec<csv::StringRecord>,
}

/// One line of a master data file.
pub struct Line<'t> {
    table: &'t Table,
    cells: &'t csv::StringRecord,
    number: u64,
}

impl Table {
    /// Reads `path`, whose header holds `required` and may hold `optional` columns, in any order.
    pub fn read(path: &Path, required: &[&str], optional: &[&str]) -> Result<Self> {
        let (name, text) = read_text(path)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().map_err(|_| unreadable(&name))?.clone();
        if header.is_empty() {
            return Err(columns(&name, "it has no header line".into(), required));
        }
        for (place, found) in header.iter().enumerate() {
            if !required.contains(&found) && !optional.contains(&found) {
                return Err(columns(
                    &name,
                    format!("its column {} is not known", place + 1),
                    required,
                ));
            }
            if header.iter().take(place).any(|earlier| earlier == found) {
                return Err(columns(
                    &name,
                    format!("the column {found} stands there twice"),
                    required,
                ));
            }
        }
        let place = |wanted: &&str| header.iter().position(|found| found == *wanted);
        if let Some(missing) = required.iter().find(|wanted| place(wanted).is_none()) {
            return Err(columns(
                &name,
                format!("the column {missing} is missing"),
                required,
            ));
        }
        let columns = required.iter().chain(optional).map(place).collect();
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|_| unreadable(&name))?;
            if record.len() != header.len() {
                return Err(Error::Input {
                    code: "IMPORT-COLUMNS",
                    sentence: format!(
                        "{name} line {} has {} cells; the header has {}",
                        lines.len() + 2,
                        record.len(),
                        header.len()
                    ),
                    remedy: "mend the line, then import the file again; nothing of it was taken",
                });
            }
            lines.push(record);
        }
        Ok(Self { name, columns, lines })
    }

    /// All lines in order; the header is line 1.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().zip(2..).map(|(cells, number)| Line {
            table: self,
            cells,
            number,
        })
    }
}

impl<'t> Line<'t> {
    /// The cell of the column at `place` in the list given to [`Table::read`]; empty where the column is absent.
    pub fn cell(&self, place: usize) -> &'t str {
        self.table.columns[place]
            .and_then(|column| self.cells.get(column))
            .unwrap_or("")
    }

    /// A cell that must not be empty and holds at most `limit` characters, none of them a control character.
    pub fn text(&self, place: usize, column: &'static str, limit: usize) -> Result<&'t str> {
        let text = self.optional_text(place, column, limit)?;
        if text.is_empty() {
            Err(self.refuse("IMPORT-CELL", &format!("{column} is empty")))
        } else {
            Ok(text)
        }
    }

    /// As [`Line::text`], but may be empty.
    pub fn optional_text(&self, place: usize, column: &'static str, limit: usize) -> Result<&'t str> {
        let text = self.cell(place);
        if text.chars().count() > limit || text.chars().any(char::is_control) {
            return Err(self.refuse(
                "IMPORT-CELL",
                &format!("{column} is longer than {limit} characters or holds control characters"),
            ));
        }
        Ok(text)
    }

    /// A day, `YYYY-MM-DD`.
    pub fn day(&self, place: usize, column: &'static str) -> Result<Date> {
        self.optional_day(place, column)?.ok_or_else(|| {
            self.refuse(
                "IMPORT-CELL",
                &format!("{column} is empty; a day YYYY-MM-DD is needed"),
            )
        })
    }

    /// As [`Line::day`], but may be empty.
    pub fn optional_day(&self, place: usize, column: &'static str) -> Result<Option<Date>> {
        match self.cell(place) {
            "" => Ok(None),
            cell if cell.len() == 10 => cell
                .parse()
                .map(Some)
                .map_err(|_| self.refuse("IMPORT-CELL", &format!("{column} is not a day YYYY-MM-DD"))),
            _ => Err(self.refuse("IMPORT-CELL", &format!("{column} is not a day YYYY-MM-DD"))),
        }
    }

    /// `Y` or empty.
    pub fn flag(&self, place: usize, column: &'static str) -> Result<bool> {
        match self.cell(place) {
            "Y" => Ok(true),
            "" => Ok(false),
            _ => Err(self.refuse("IMPORT-CELL", &format!("{column} is neither Y nor empty"))),
        }
    }

    /// Refuses this line, and with it the file.
    pub fn refuse(&self, code: &'static str, what: &str) -> Error {
        Error::Input {
            code,
            sentence: format!("{} line {}: {what}", self.table.name, self.number),
            remedy: "mend the line, then import the file again; nothing of it was taken",
        }
    }
}

/// Reads a master data file, UTF-8 of at most 64 MiB; returns its name and its text.
pub fn read_text(path: &Path) -> Result<(String, String)> {
    let name = path
        .file_name()
        .map_or_else(|| "the file".into(), |name| name.to_string_lossy().into_owned());
    let unreadable = |_| Error::Input {
        code: "IMPORT-FILE",
        sentence: format!("{name} is not there, or may not be read by this account"),
        remedy: "check the path and the file's permissions",
    };
    let facts = std::fs::metadata(path).map_err(unreadable)?;
    if !facts.is_file() {
        return Err(Error::Input {
            code: "IMPORT-FILE",
            sentence: format!("{name} is not a file"),
            remedy: "name a file, not a folder or a device",
        });
    }
    if facts.len() > LIMIT_BYTES {
        return Err(Error::Input {
            code: "IMPORT-LIMIT",
            sentence: format!("{name} is larger than 64 MiB"),
            remedy: "cut the file into several and import them one after the other",
        });
    }
    let text = String::from_utf8(std::fs::read(path).map_err(unreadable)?).map_err(|_| Error::Input {
        code: "IMPORT-ENCODING",
        sentence: format!("{name} is not UTF-8"),
        remedy: "save the file as UTF-8, then import it again",
    })?;
    Ok((name, text))
}

fn columns(name: &str, what: String, required: &[&str]) -> Error {
    Error::Input {
        code: "IMPORT-COLUMNS",
        sentence: format!("{name} is not usable: {what}; it needs {}", required.join(",")),
        remedy: "compare the header with \u{201c}Master data files\u{201d} in pipeline/README.md",
    }
}

fn unreadable(name: &str) -> Error {
    Error::Input {
        code: "IMPORT-COLUMNS",
        sentence: format!("{name} is not readable as CSV"),
        remedy: "save the file as CSV (RFC 4180, UTF-8), then import it again",
    }
}

const LIMIT_BYTES: u64 = 64 << 20;
