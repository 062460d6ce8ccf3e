//! Reading a form's TOML file, field by field, so that an error can name the field and never the value. *Pure.*

use jiff::civil::Date;
use toml::{Table, Value};

use crate::cells;
use crate::error::ConsentError;
use crate::form::Form;

/// The form a file describes, not yet held to D26.
pub(crate) fn read(file: &str) -> Result<Form, ConsentError> {
    let file = file.strip_prefix('\u{FEFF}').unwrap_or(file);
    let mut table = parse_table(file)?;
    if let Some(key) = table.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(ConsentError::FormFieldUnknown {
            line: line_of_key(file, key),
        });
    }
    let text = take_text(&mut table, "text", TEXT_MAX_CHARS)?;
    let form = Form {
        id: take_key(&mut table, "id")?,
        version: take_key(&mut table, "version")?,
        title: take_title(&mut table)?,
        in_force_from: take_date(&mut table, "in_force_from")?.ok_or(MISSING.of("in_force_from"))?,
        in_force_to: take_date(&mut table, "in_force_to")?,
        items: take_list(&mut table, "items", |item| cells::item(item).is_ok())?,
        purposes: take_list(&mut table, "purposes", is_word)?,
        recipients: take_list(&mut table, "recipients", is_word)?,
        notices: take_list(&mut table, "notices", is_word)?,
        valid_days: take_days(&mut table)?,
        sha256: Form::hash(&text),
        text,
    };
    if form.in_force_to.is_some_and(|end| end <= form.in_force_from) {
        return Err(Wrong("is not later than in_force_from").of("in_force_to"));
    }
    Ok(form)
}

fn parse_table(file: &str) -> Result<Table, ConsentError> {
    file.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = file.as_bytes().get(..start).unwrap_or_default();
        ConsentError::FormSyntax {
            line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        }
    })
}

fn line_of_key(file: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        line.split(['=', '.', ']'])
            .next()
            .is_some_and(|start| start.trim_matches(AROUND_KEYS) == key)
    };
    file.lines().position(is_key).map_or(0, |place| place + 1)
}

fn take_key(table: &mut Table, field: &'static str) -> Result<String, ConsentError> {
    let text = take_text(table, field, 32)?;
    if cells::form_key(&text).is_ok() {
        Ok(text)
    } else {
        Err(Wrong("has characters other than A-Z a-z 0-9 . _ -").of(field))
    }
}

fn take_title(table: &mut Table) -> Result<String, ConsentError> {
    let title = take_text(table, "title", 200)?;
    if title.chars().any(char::is_control) {
        Err(Wrong("has control characters").of("title"))
    } else {
        Ok(title)
    }
}

fn take_text(table: &mut Table, field: &'static str, max_chars: usize) -> Result<String, ConsentError> {
    match table.remove(field) {
        None => Err(MISSING.of(field)),
        Some(Value::String(text)) if text.trim().is_empty() => Err(Wrong("is empty").of(field)),
        Some(Value::String(text)) if text.chars().count() > max_chars => Err(Wrong("is too long").of(field)),
        // One of the two databases keeps no such character, and no form needs it.
        Some(Value::String(text)) if text.contains('\0') => Err(Wrong("has a NUL character").of(field)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Wrong("is not a text in quotes").of(field)),
    }
}

/// A day, as a TOML date or as a text.
fn take_date(table: &mut Table, field: &'static str) -> Result<Option<Date>, ConsentError> {
    let written = match table.remove(field) {
        None => return Ok(None),
        Some(Value::Datetime(date)) => date.to_string(),
        Some(Value::String(text)) => text,
        Some(_) => return Err(NOT_A_DAY.of(field)),
    };
    let shaped = written.len() == 10;
    let date = written.parse().ok().filter(|_| shaped);
    date.map(Some).ok_or(NOT_A_DAY.of(field))
}

fn take_list(
    table: &mut Table,
    field: &'static str,
    is_entry: fn(&str) -> bool,
) -> Result<Vec<String>, ConsentError> {
    let entries = match table.remove(field) {
        None => return Err(MISSING.of(field)),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(Wrong("is not a list").of(field)),
    };
    if entries.is_empty() || entries.len() > LIST_MAX {
        return Err(Wrong("has no entry or too many").of(field));
    }
    let read = |entry: Value| match entry {
        Value::String(text) if is_entry(&text) => Ok(text),
        _ => Err(Wrong("has an entry that is not of its kind").of(field)),
    };
    entries.into_iter().map(read).collect()
}

fn take_days(table: &mut Table) -> Result<i64, ConsentError> {
    match table.remove("valid_days") {
        None => Err(MISSING.of("valid_days")),
        Some(Value::Integer(days)) if (1..=VALID_DAYS_MAX).contains(&days) => Ok(days),
        Some(_) => Err(Wrong("is not a number from 1 to 3650").of("valid_days")),
    }
}

/// A name of a purpose, a recipient or a notice.
fn is_word(text: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=40).contains(&text.len()) && text.bytes().all(allowed)
}

/// What is wrong with a field.
struct Wrong(&'static str);

impl Wrong {
    const fn of(&self, field: &'static str) -> ConsentError {
        ConsentError::FormField { field, wrong: self.0 }
    }
}

const MISSING: Wrong = Wrong("is missing");
const NOT_A_DAY: Wrong = Wrong("is not a day written YYYY-MM-DD");
const FIELDS: [&str; 11] = [
    "id",
    "version",
    "title",
    "in_force_from",
    "in_force_to",
    "items",
    "purposes",
    "recipients",
    "notices",
    "valid_days",
    "text",
];
const AROUND_KEYS: [char; 5] = [' ', '\t', '"', '\'', '['];
const TEXT_MAX_CHARS: usize = 100_000;
const LIST_MAX: usize = 100;
const VALID_DAYS_MAX: i64 = 3_650;
