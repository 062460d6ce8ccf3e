//! Responsible for invented batches with their master data, for load and demonstration: a function of order and seed. *Pure.*
//!
//! Nobody in them lives: identity numbers are drawn, names are put together from common characters, addresses come
//! from the ranges kept for documentation. [`write_batch`] writes the batch file, [`write_consents`] the
//! consents sent ahead of it, [`master`] the members and the 授權表 it needs; the form is given. `draft` makes the cells of one valid row, `fault` spoils one of them on
//! purpose, `chance` is the repeatable die, `people` the lists that names are drawn from.

mod chance;
mod draft;
mod fault;
pub mod master;
mod people;

use std::io::{self, Write};

use jiff::Timestamp;
use mayfly_consent::Form;
use mayfly_consent::day::taipei_day;

use crate::intake::{BatchName, Column, FileKind, FileRefusal};
use draft::Draft;
pub use fault::Fault;

/// What to invent.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The member that submits, three digits.
    pub member: &'a str,
    /// How many rows.
    pub rows: u32,
    /// The same seed, moment and number of rows give the same bytes; other seeds give other persons and consents.
    pub seed: u64,
    /// The moment at which the batch is to be valid: every row was approved in the four hours before it.
    pub now: Timestamp,
    /// How many rows of a hundred are spoilt, 0 to 100; each kind of fault in turn.
    pub faults_percent: u8,
    /// Whether the consents of the rows that are not spoilt are sent ahead ([`write_consents`]): their consent cells
    /// in the batch file are empty then. A spoilt row brings its own.
    pub ahead: bool,
    /// The form that the subjects agreed to; it has to be in force at `now`.
    pub form: &'a Form,
}

impl Order<'_> {
    /// The batch's name: number 01 of the day.
    ///
    /// # Errors
    ///
    /// `FILE-NAME` when the member is not three digits.
    pub fn batch_name(&self) -> Result<BatchName, FileRefusal> {
        BatchName::resolve("".as_ref(), Some(self.member), Some("01"), taipei_day(self.now))
    }

    /// The fault of the row at `index` (from 0): a hundredth part more or less, exactly as many as ordered in all.
    fn fault(&self, index: u32) -> Option<Fault> {
        let spoilt_before = |rows: u64| rows * u64::from(self.faults_percent.min(100)) / 100;
        let number = spoilt_before(u64::from(index));
        (spoilt_before(u64::from(index) + 1) > number).then(|| Fault::in_turn(number))
    }
}

/// Writes the batch file: UTF-8, English header, every column.
///
/// # Errors
///
/// Those of `out`.
pub fn write_batch(order: &Order<'_>, out: &mut impl Write) -> io::Result<()> {
    let names = Column::ALL
        .iter()
        .filter(|&&column| FileKind::Batch.allows(column));
    writeln!(
        out,
        "{}",
        names.map(|column| column.english()).collect::<Vec<_>>().join(",")
    )?;
    let mut draft = Draft::new(order);
    let mut lines = Vec::with_capacity(BUFFER_BYTES + 4096);
    for index in 0..order.rows {
        match order.fault(index) {
            None => {
                draft.invent(index);
                if order.ahead {
                    draft.empty_consent();
                }
                draft.write(&mut lines);
            }
            Some(fault) => fault.spoil(&mut draft, index, &mut lines),
        }
        if lines.len() >= BUFFER_BYTES {
            out.write_all(&lines)?;
            lines.clear();
        }
    }
    out.write_all(&lines)
}

/// Writes the file of consents that the member sends ahead of the batch: those of the rows that are not spoilt.
///
/// # Errors
///
/// Those of `out`.
pub fn write_consents(order: &Order<'_>, out: &mut impl Write) -> io::Result<()> {
    let columns: Vec<Column> = Column::ALL
        .iter()
        .copied()
        .filter(|&column| FileKind::Consents.allows(column))
        .collect();
    let names: Vec<&str> = columns.iter().map(|column| column.english()).collect();
    writeln!(out, "{}", names.join(","))?;
    let mut draft = Draft::new(order);
    let mut lines = Vec::with_capacity(BUFFER_BYTES + 4096);
    for index in (0..order.rows).filter(|&index| order.fault(index).is_none()) {
        draft.invent(index);
        draft.write_columns(&columns, &mut lines);
        if lines.len() >= BUFFER_BYTES {
            out.write_all(&lines)?;
            lines.clear();
        }
    }
    out.write_all(&lines)
}

const BUFFER_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests;
