//! The file of record classes: what is held, for how long, by which clause, and in which places (D21). *Pure.*
//!
//! `file` is its shape, `check` refuses what contradicts itself; [`Classes`] is what is left, with one value a period.

mod check;
mod file;

use std::collections::BTreeMap;

use crate::class::{Class, Window};

/// The classes of the credit bureau's plan of July 2024.
pub const JCIC_2024: &str = include_str!("../../classes/jcic-2024.toml");

/// What is wrong with a file of classes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}")]
pub struct ClassFault {
    /// Where.
    pub line: usize,
    /// What.
    pub sentence: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Every record class with its period and its places. The default knows no class and no place.
#[derive(Clone, Default)]
pub struct Classes {
    window: Option<Window>,
    night_hour: i8,
    periods: BTreeMap<Class, Period>,
    tables: BTreeMap<String, Table>,
    folders: BTreeMap<String, Class>,
    derived: Vec<Derived>,
    no_record: Vec<String>,
}

/// How long the records of a class live, and why.
#[derive(Clone)]
pub struct Period {
    /// What the class holds.
    pub what: String,
    /// The same in Chinese.
    pub what_zh: String,
    /// The clauses and decisions that order it.
    pub clause: String,
    /// Years, for a class of years; `None` for one of hours, which [`Classes::window`] rules.
    pub keep_years: Option<i16>,
}

/// A table of the database.
#[derive(Clone)]
pub struct Table {
    /// Whose records it holds.
    pub class: Class,
    /// Each of its columns, and what it holds.
    pub columns: BTreeMap<String, Holds>,
    /// When its rows end.
    pub ends: Ends,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Bytes that only the key of their cohort opens.
    Sealed,
    /// A keyed index or tag.
    Keyed,
    /// Who acted, in plain.
    Personal,
    /// Nothing about a person.
    Plain,
}

/// When the rows of a table end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The class's period after this column.
    From(String),
    /// With the row of this table to which they belong.
    With(String),
    /// Never, for this reason.
    Stays(String),
}

/// Files made from records of other classes.
#[derive(Clone)]
pub struct Derived {
    /// What they are.
    pub what: String,
    /// Where they lie.
    pub place: String,
    /// What they are made from; the earliest deadline of these holds.
    pub from: Vec<Class>,
    /// Who removes them, and when.
    pub removed: String,
    /// The clauses and decisions that order it.
    pub clause: String,
}

impl Classes {
    /// Reads a file of classes.
    ///
    /// # Errors
    /// The first fault: an unknown or missing key, a period below its clause's least or over the legal limit, a window
    /// that does not fit into it, a class or a place that is missing or named twice.
    pub fn parse(text: &str) -> Result<Self, ClassFault> {
        check::check(text, file::read(text)?)
    }

    /// How long answers and submitted files live; `None` only before a file was read.
    pub fn window(&self) -> Option<Window> {
        self.window
    }

    /// The hour in Taipei from which on, once a day, what is past its years goes.
    pub fn night_hour(&self) -> i8 {
        self.night_hour
    }

    /// For how many years records of `class` are kept; `None` for a class of hours.
    pub fn keep_years(&self, class: Class) -> Option<i16> {
        self.periods.get(&class)?.keep_years
    }

    /// Every class with its period.
    pub fn periods(&self) -> impl Iterator<Item = (Class, &Period)> {
        self.periods.iter().map(|(class, period)| (*class, period))
    }

    /// Every table that may be in the database.
    pub fn tables(&self) -> &BTreeMap<String, Table> {
        &self.tables
    }

    /// Files made from answers or submitted files.
    pub fn derived(&self) -> &[Derived] {
        &self.derived
    }

    /// What `column` of `table` holds, if either has a class.
    pub fn column(&self, table: &str, column: &str) -> Option<Holds> {
        self.tables.get(table)?.columns.get(column).copied()
    }

    /// The class of the folder `sealed/NAME`.
    pub fn folder(&self, name: &str) -> Option<Class> {
        self.folders.get(&format!("sealed/{name}")).copied()
    }

    /// Whether the entry `name` of a data directory is known: a folder of records, or one that holds none.
    pub fn knows_entry(&self, name: &str) -> bool {
        self.no_record.iter().any(|known| known == name)
            || self
                .folders
                .keys()
                .any(|folder| folder.split('/').next() == Some(name))
    }
}

#[cfg(test)]
#[path = "classes_tests.rs"]
mod tests;
