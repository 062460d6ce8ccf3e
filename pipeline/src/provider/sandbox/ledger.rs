//! The query ids the sandbox received, one a line, in a file the other side would keep. *Edge.*

use std::{
    fmt::Write as _,
    fs::OpenOptions,
    io::{self, Write as _},
    path::PathBuf,
};

use super::super::{QueryId, Visit};

/// Appends `ask 7f3a9c0d5e1b2a48-0017` or `recall …` for each query id. It holds no personal data.
pub(super) struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// The ledger at `path`, made at the first question.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Appends `ids` in one write, so that the lines of several processes do not mix.
    pub(super) fn receive(&self, visit: Visit, ids: impl Iterator<Item = QueryId>) -> io::Result<()> {
        let word = match visit {
            Visit::Ask => "ask",
            Visit::Recall => "recall",
        };
        let mut lines = String::new();
        for id in ids {
            let _ = writeln!(lines, "{word} {id}");
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?
            .write_all(lines.as_bytes())
    }
}
