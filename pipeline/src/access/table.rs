//! Reads master data files: CSV with a header of known columns; what is wrong is told with its line. *Edge.*

use std::{fs::File, io::Read, path::Path};

use jiff::civil::Date;
use mayfly_consent::cells::holds_identity_number;
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    input::{self, Unopened},
    intake::{Cut, Encoding, FileRefusal, Limit, Limits, ReadError, RecordReader},
};

/// A master data file, read line by line: it holds one line, never more.
pub struct Table<R = File> {
    records: RecordReader<R>,
    row: Row,
}

struct Row {
    name: String,
    columns: Vec<Option<usize>>,
    count: usize,
    /// A log has identity numbers in it.
    text: Zeroizing<String>,
    ends: Vec<usize>,
}

/// One line of a master data file.
pub struct Line<'t> {
    row: &'t Row,
    number: u32,
}

impl Table {
    /// Opens `path`, whose header holds `required` and may hold `optional` columns, in any order, and which has at
    /// most `rows` lines below it.
    pub fn open(path: &Path, required: &[&str], optional: &[&str], rows: u32) -> Result<Self> {
        let limits = Limits {
            rows,
            file_bytes: LIMIT_BYTES,
            ..Limits::default()
        };
        Self::read_within(open(path)?, input::name_of(path), (required, optional), limits)
    }
}

impl<R: Read> Table<R> {
    /// As [`open`](Table::open), from a source that is open already and is called `name`, with limits of its own.
    pub fn read_within(
        source: R,
        name: String,
        (required, optional): (&[&str], &[&str]),
        limits: Limits,
    ) -> Result<Self> {
        let mut table = Self {
            records: RecordReader::new(source, Encoding::Utf8, limits),
            row: Row {
                name,
                columns: Vec::new(),
                count: 0,
                text: Zeroizing::new(String::new()),
                ends: Vec::new(),
            },
        };
        if table.advance()?.is_none() {
            return Err(columns(&table.row.name, "it has no header line".into(), required));
        }
        let row = &mut table.row;
        let name = &row.name;
        let header: Vec<&str> = (0..row.ends.len()).map(|place| row.at(place)).collect();
        for (place, found) in header.iter().enumerate() {
            if !required.contains(found) && !optional.contains(found) {
                return Err(columns(
                    name,
                    format!("its column {} is not known", place + 1),
                    required,
                ));
            }
            if header[..place].contains(found) {
                return Err(columns(
                    name,
                    format!("the column {found} stands there twice"),
                    required,
                ));
            }
        }
        let place = |wanted: &&str| header.iter().position(|found| found == wanted);
        if let Some(missing) = required.iter().find(|wanted| place(wanted).is_none()) {
            return Err(columns(
                name,
                format!("the column {missing} is missing"),
                required,
            ));
        }
        row.columns = required.iter().chain(optional).map(place).collect();
        row.count = row.ends.len();
        Ok(table)
    }

    /// The next line; the header is line 1.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        let Some(number) = self.advance()? else {
            return Ok(None);
        };
        let row = &self.row;
        if row.ends.len() == row.count {
            return Ok(Some(Line { row, number }));
        }
        let what = format!("has {} cells; the header has {}", row.ends.len(), row.count);
        Err(unusable(&row.name, number, "IMPORT-COLUMNS", &what))
    }

    /// The source, for what it has gathered.
    pub fn into_source(self) -> R {
        self.records.into_source()
    }

    /// Takes the next record over; returns its number.
    fn advance(&mut self) -> Result<Option<u32>> {
        let Row { name, text, ends, .. } = &mut self.row;
        let name = name.as_str();
        let record = self.records.next_record().map_err(|error| refused(name, error))?;
        let Some(record) = record else {
            return Ok(None);
        };
        let fields = match record.cut {
            Cut::Fields(fields) => fields,
            Cut::TooLong => {
                return Err(unusable(
                    name,
                    record.line,
                    "IMPORT-LIMIT",
                    "is longer than 64 KiB",
                ));
            }
            Cut::TooManyFields => {
                let what = "has more cells than any header";
                return Err(unusable(name, record.line, "IMPORT-COLUMNS", what));
            }
        };
        text.clear();
        ends.clear();
        for field in fields.iter() {
            let cell = str::from_utf8(field)
                .map_err(|_| unusable(name, record.line, "IMPORT-ENCODING", "is not UTF-8"))?;
            text.push_str(cell);
            ends.push(text.len());
        }
        Ok(Some(record.line))
    }
}

impl Row {
    fn at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[place]]
    }
}

impl<'t> Line<'t> {
    /// The cell of the column at `place` in the list of columns the table was read with; empty where the column is absent.
    pub fn cell(&self, place: usize) -> &'t str {
        self.row.columns[place].map_or("", |column| self.row.at(column))
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
        if holds_identity_number(text) {
            return Err(self.refuse("IMPORT-CELL", &format!("{column} holds an identity number")));
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
        refuse(&self.row.name, self.number, code, what)
    }
}

/// Reads a text that is not cut into lines, a form; returns its name and its text.
pub fn read_text(path: &Path) -> Result<(String, String)> {
    let name = input::name_of(path);
    let mut bytes = Vec::new();
    open(path)?
        .take(TEXT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(Error::io("read the file"))?;
    if bytes.len() as u64 > TEXT_BYTES {
        return Err(Error::Input {
            code: "IMPORT-LIMIT",
            sentence: format!("{name} is larger than 1 MiB"),
            remedy: "name the form's own file; a form has at most 100,000 characters",
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| not_utf8(&name))?;
    Ok((name, text))
}

fn open(path: &Path) -> Result<File> {
    let name = || input::name_of(path);
    input::open(path).map_err(|why| match why {
        Unopened::Kind => Error::Input {
            code: "IMPORT-FILE",
            sentence: format!("{} is not a file", name()),
            remedy: "name a file, not a folder or a device",
        },
        Unopened::Missing | Unopened::Denied | Unopened::Other => Error::Input {
            code: "IMPORT-FILE",
            sentence: format!("{} is not there, or may not be read by this account", name()),
            remedy: "check the path and the file's permissions",
        },
    })
}

/// Refuses line `number` of the file `name`, and with it the file.
pub fn refuse(name: &str, number: u32, code: &'static str, what: &str) -> Error {
    unusable(name, number, code, &format!(": {what}"))
}

/// The same for a line that cannot be read: `what` goes on from its number.
fn unusable(name: &str, number: u32, code: &'static str, what: &str) -> Error {
    let between = if what.starts_with(':') { "" } else { " " };
    Error::Input {
        code,
        sentence: format!("{name} line {number}{between}{what}"),
        remedy: "mend the line, then import the file again; nothing of it was taken",
    }
}

/// Translates what makes a whole file unreadable.
fn refused(name: &str, error: ReadError) -> Error {
    let refusal = match error {
        ReadError::Refused(refusal) => refusal,
        ReadError::Source(error) => return Error::io("read the file")(error),
    };
    let (code, what, remedy) = match refusal {
        FileRefusal::Limit(Limit::Rows(most)) => ("IMPORT-LIMIT", format!("has more than {most} lines"), CUT),
        FileRefusal::Limit(Limit::FileBytes(most)) => {
            ("IMPORT-LIMIT", format!("is larger than {} MiB", most >> 20), CUT)
        }
        FileRefusal::Limit(_) => ("IMPORT-LIMIT", "has a header line that is no header".into(), CUT),
        FileRefusal::Encoding(_) => return not_utf8(name),
        FileRefusal::Quote { line } => (
            "IMPORT-COLUMNS",
            format!(
                "is not readable as CSV: a double quote is never closed; the line that does not end is {line}"
            ),
            "save the file as CSV (RFC 4180, UTF-8), then import it again",
        ),
        _ => return Error::Bug("a reader of records refused what only a header can be refused for"),
    };
    Error::Input {
        code,
        sentence: format!("{name} {what}"),
        remedy,
    }
}

fn not_utf8(name: &str) -> Error {
    Error::Input {
        code: "IMPORT-ENCODING",
        sentence: format!("{name} is not UTF-8"),
        remedy: "save the file as UTF-8, then import it again",
    }
}

fn columns(name: &str, what: String, required: &[&str]) -> Error {
    Error::Input {
        code: "IMPORT-COLUMNS",
        sentence: format!("{name} is not usable: {what}; it needs {}", required.join(",")),
        remedy: "compare the header with \u{201c}Master data files\u{201d} in pipeline/README.md",
    }
}

const CUT: &str = "cut the file into several and import them one after the other";
const LIMIT_BYTES: u64 = 64 << 20;
const TEXT_BYTES: u64 = 1 << 20;
/// The most lines of a file of members or staff, which are checked before the first is taken.
pub const REGISTER_LINES: u32 = 100_000;
/// The most lines of a file of outcomes, which are taken one by one.
pub const OUTCOME_LINES: u32 = 2_000_000;
