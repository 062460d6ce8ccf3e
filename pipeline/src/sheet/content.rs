//! The content of a sheet in its one spelling, the hash of it, and what the journal keeps of the acts on it. *Pure.*
//!
//! Each index names an entry of the journal, and an entry commits to its query record: so the hash of a list of indexes is
//! the hash of everything on the sheet.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Name, store::Sheet};
use crate::ids;

/// SHA-256 of the content of a sheet over `queries` queries, whose journal indexes are `entries`.
pub fn hash(name: &Name<'_>, queries: u64, entries: &str) -> [u8; 32] {
    Sha256::digest(text(name, queries, entries)).into()
}

/// The content of a sheet in its one spelling: six lines.
pub fn text(name: &Name<'_>, queries: u64, entries: &str) -> String {
    let Name {
        member,
        week,
        querier,
    } = name;
    format!(
        "{FORMAT}\nmember {member}\nweek {week}\nquerier {querier}\nqueries {queries}\nentries {entries}\n"
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
            && self.queries == sheet.queries
            && self.sha256 == ids::hex(&sheet.sha256)
    }
}

/// The first line of the content.
pub const FORMAT: &str = "mayfly-sheet/1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Week;

    #[test]
    fn the_hash_is_that_of_the_lines_as_they_are_documented() {
        let name = Name {
            member: "004",
            week: Week::parse("2026-W45").unwrap(),
            querier: "chen.yl",
        };
        let text = "mayfly-sheet/1\nmember 004\nweek 2026-W45\nquerier chen.yl\nqueries 3\nentries 5-6,9\n";
        assert_eq!(hash(&name, 3, "5-6,9"), <[u8; 32]>::from(Sha256::digest(text)));
        assert_ne!(hash(&name, 3, "5-6,9"), hash(&name, 3, "5-6,8"));
    }
}
