//! The content of a sheet in its one spelling, the hash of it, and what the journal keeps of the acts on it. *Pure.*
//!
//! Each index names an entry of the journal, and an entry commits to its query record: so the hash of a list of indexes is
//! the hash of everything on the sheet.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Week, store::Sheet};
use crate::ids;

/// What a sheet is of.
pub struct Of<'o> {
    /// Institution code.
    pub member: &'o str,
    /// The week.
    pub week: Week,
    /// The querier's account.
    pub querier: &'o str,
    /// The unit for which they asked; empty where their authorisation names none.
    pub unit: &'o str,
}

/// SHA-256 of the content of a sheet over `queries` queries, whose journal indexes are `entries`.
pub fn hash(of: &Of<'_>, queries: u64, entries: &str) -> [u8; 32] {
    Sha256::digest(text(of, queries, entries)).into()
}

/// The content of a sheet in its one spelling: six lines, and one more where there is a unit.
pub fn text(of: &Of<'_>, queries: u64, entries: &str) -> String {
    let Of {
        member,
        week,
        querier,
        unit,
    } = of;
    let (format, unit) = match *unit {
        "" => (FORMAT, String::new()),
        unit => (FORMAT_WITH_UNIT, format!("unit {unit}\n")),
    };
    format!(
        "{format}\nmember {member}\nweek {week}\nquerier {querier}\n{unit}queries {queries}\nentries {entries}\n"
    )
}

/// An act on a sheet. Its journal entry is of the kind `sheet`, with `<act>:<number of the sheet>` as its reference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ActName {
    /// It was made.
    Make,
    /// Its querier signed it.
    Sign,
    /// An approver approved it.
    Approve,
}

impl ActName {
    /// The act's name in a reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Sign => "sign",
            Self::Approve => "approve",
        }
    }

    /// The reference of its entry.
    pub fn reference(self, sheet: i64) -> String {
        format!("{}:{sheet}", self.name())
    }
}

/// Payload of each act: what it was done to, and by whom.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The week.
    pub week: String,
    /// The querier's account.
    pub querier: String,
    /// The unit for which they asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How many queries are on the sheet.
    pub queries: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Who did it.
    pub by: String,
    /// Whether it was signed in the place of a querier who could not.
    #[serde(default)]
    pub in_place: bool,
}

impl Done {
    /// What `by` did to `sheet`.
    pub fn to(sheet: &Sheet, by: &str, in_place: bool) -> Self {
        Self {
            week: sheet.week.to_string(),
            querier: sheet.querier.clone(),
            unit: sheet.unit.clone(),
            queries: sheet.queries,
            sha256: ids::hex(&sheet.sha256),
            by: by.to_owned(),
            in_place,
        }
    }

    /// Whether it was done to `sheet` as it is.
    pub fn is_to(&self, sheet: &Sheet) -> bool {
        self.week == sheet.week.to_string()
            && self.querier == sheet.querier
            && self.unit == sheet.unit
            && self.queries == sheet.queries
            && self.sha256 == ids::hex(&sheet.sha256)
    }
}

/// The first line of the content of a sheet without a unit.
pub const FORMAT: &str = "mayfly-sheet/1";
/// The same of one with a unit, whose line is behind the querier's.
pub const FORMAT_WITH_UNIT: &str = "mayfly-sheet/2";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_lines_as_they_are_documented() {
        let of = |unit| Of {
            member: "004",
            week: Week::parse("2026-W45").unwrap(),
            querier: "chen.yl",
            unit,
        };
        let sha256 = |text: &str| <[u8; 32]>::from(Sha256::digest(text));
        let text = "mayfly-sheet/1\nmember 004\nweek 2026-W45\nquerier chen.yl\nqueries 3\nentries 5-6,9\n";
        assert_eq!(hash(&of(""), 3, "5-6,9"), sha256(text));
        assert_ne!(hash(&of(""), 3, "5-6,9"), hash(&of(""), 3, "5-6,8"));
        let text = "mayfly-sheet/2\nmember 004\nweek 2026-W45\nquerier chen.yl\nunit 徵信部\nqueries 3\nentries 5-6,9\n";
        assert_eq!(hash(&of("徵信部"), 3, "5-6,9"), sha256(text));
    }
}
