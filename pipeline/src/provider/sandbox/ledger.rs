//! The query ids the sandbox received, one a line, in a file the other side would keep. *Edge.*

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::FileExt,
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

    /// Appends `ids` in one write, so that the lines of several processes do not mix. A process that was killed in the midst
    /// of its own may have left the beginning of a line: it stands alone then, and nobody takes it for a query.
    pub(super) fn receive(&self, visit: Visit, ids: impl Iterator<Item = QueryId>) -> io::Result<()> {
        let word = match visit {
            Visit::Ask => "ask",
            Visit::Recall => "recall",
        };
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&self.path)?;
        let mut lines = String::new();
        if is_torn(&file)? {
            lines.push('\n');
        }
        for id in ids {
            let _ = writeln!(lines, "{word} {id}");
        }
        (&file).write_all(lines.as_bytes())
    }
}

/// Whether the last line has no end.
fn is_torn(file: &File) -> io::Result<bool> {
    let mut last = [b'\n'];
    if let Some(at) = file.metadata()?.len().checked_sub(1) {
        file.read_at(&mut last, at)?;
    }
    Ok(last != [b'\n'])
}
