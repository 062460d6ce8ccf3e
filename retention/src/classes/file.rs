//! The shape of a file of classes, and the line on which each of its parts stands. *Pure.*

use serde::Deserialize;
use toml::Spanned;

use super::ClassFault;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassFile {
    /// Which regime it belongs to.
    pub(super) regime: String,
    /// When what is past its years goes.
    pub(super) night_hour: Spanned<i8>,
    pub(super) class: Vec<ClassPart>,
    #[serde(default)]
    pub(super) derived: Vec<DerivedPart>,
    #[serde(default)]
    pub(super) no_record: Vec<NoRecordPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassPart {
    pub(super) name: Spanned<String>,
    pub(super) what: String,
    pub(super) what_zh: String,
    pub(super) clause: Spanned<String>,
    pub(super) readable_hours: Option<Spanned<u16>>,
    pub(super) gone_by_hours: Option<Spanned<u16>>,
    pub(super) at_least_years: Option<Spanned<i16>>,
    pub(super) keep_years: Option<Spanned<i16>>,
    pub(super) folders: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) table: Vec<TablePart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TablePart {
    pub(super) name: Spanned<String>,
    pub(super) from: Option<String>,
    pub(super) with: Option<String>,
    pub(super) stays: Option<String>,
    pub(super) sealed: Vec<Spanned<String>>,
    pub(super) keyed: Vec<Spanned<String>>,
    pub(super) personal: Vec<Spanned<String>>,
    pub(super) plain: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DerivedPart {
    pub(super) what: String,
    pub(super) place: String,
    pub(super) from: Vec<Spanned<String>>,
    pub(super) removed: Spanned<String>,
    pub(super) clause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoRecordPart {
    pub(super) path: Spanned<String>,
    pub(super) why: Spanned<String>,
}

/// Reads `text` without judging it.
pub(super) fn read(text: &str) -> Result<ClassFile, ClassFault> {
    toml::from_str(text).map_err(|error| ClassFault {
        line: error.span().map_or(1, |span| line(text, span.start)),
        sentence: error.message().lines().next().unwrap_or("unreadable").to_owned(),
        remedy: "compare the line with the explanation at the top of the file, and mend it",
    })
}

/// The line of the byte `offset`, from 1 on.
pub(super) fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
