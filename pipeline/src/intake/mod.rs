//! Responsible for a submitted file until it is rows: cut, decoded, typed, and every fault of every row named. *Pure.*
//!
//! A file is read twice. At acceptance [`scan()`] reads it once from end to end: each block is hashed and handed on to
//! be sealed, the header is checked, the rows are counted, and a file that cannot be used is refused whole
//! ([`FileRefusal`]). Later [`Chunks`] reads the sealed file again and makes [`Row`]s of it, thousands at a time, from
//! its beginning or from where an earlier run stopped. Within a usable file nothing fails: every record becomes
//! exactly one row, with its faults.
//!
//! From the bottom up: `cutter` turns bytes into fields within fixed buffers; `reader` feeds it from a source and
//! counts lines; `encoding` and [`cp950`] turn fields into text; `header` knows which column stands where; `row` types
//! the cells with the parsers of the consent crate; `duplicate` remembers what was asked; `name` is the batch's name.
//! No error or refusal ever holds the content of a cell; the buffers that bytes and text pass through, and the
//! subject's own values, are wiped when dropped.

mod chunk;
pub mod cp950;
mod cutter;
mod duplicate;
mod encoding;
mod file_error;
mod header;
mod name;
mod reader;
mod row;
mod scan;

pub use chunk::{ChunkOfRows, Chunks, Reading};
pub use cutter::{Cut, Fields, Limits};
pub use encoding::Encoding;
pub use file_error::{ColumnFault, EncodingFault, FileRefusal, Limit};
pub use header::{Column, FileKind, Header};
pub use name::BatchName;
pub use reader::{ReadError, Record, RecordReader};
pub use row::Row;
pub use scan::{Scan, scan};
