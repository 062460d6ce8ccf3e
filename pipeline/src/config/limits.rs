//! `[limits]` of `mayfly.toml`: how much is taken in at once. *Pure.*

use serde::Deserialize;

/// Limits on what is taken in; beyond them a file is refused whole (`FILE-LIMIT`).
#[derive(Deserialize, Clone)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Rows of one batch.
    pub rows: u32,
    /// Bytes of one batch file.
    pub file_bytes: u64,
    /// Bytes of one row.
    pub row_bytes: usize,
}

impl Limits {
    /// The limits as the parser wants them.
    pub fn of_records(&self) -> crate::intake::Limits {
        crate::intake::Limits {
            record_bytes: self.row_bytes,
            rows: self.rows,
            file_bytes: self.file_bytes,
            ..crate::intake::Limits::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 2_000_000,
            file_bytes: 4 << 30,
            row_bytes: 64 << 10,
        }
    }
}
