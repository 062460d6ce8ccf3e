//! Checks a file before anything is asked: every problem of every row, by the rules of the gate; nothing of it is kept. *Edge.*

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use mayfly_consent::Code;
use sha2::{Digest, Sha256};

use super::accept::refused;
use crate::{
    access::Registers,
    app::House,
    batch::store,
    error::{Error, Result},
    gate::{CHUNK_ROWS, look::look},
    intake::{BatchName, Chunks, Encoding, FileKind, FileRefusal, Reading},
};

/// What was found out about a file.
pub struct Checked {
    /// SHA-256 of its bytes: what an approval of it is bound to.
    pub sha256: [u8; 32],
    /// Its bytes.
    pub bytes: u64,
    /// Its rows.
    pub rows: i64,
    /// Rows that would be asked about.
    pub passing: i64,
    /// Of each code, how many rows have it.
    pub codes: BTreeMap<&'static str, (Code, i64)>,
    /// What is wrong, by line; no more than [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// How many there are beyond these.
    pub beyond: u64,
    /// Whether a batch of this name was taken in before, and whether of the same bytes.
    pub taken: Option<bool>,
}

/// Something that is wrong with a row. Of its cells it holds nothing.
pub struct Problem {
    /// Its line; the header is 1.
    pub line: u32,
    /// The column; empty: the row.
    pub column: &'static str,
    /// What is wrong.
    pub code: Code,
}

/// Reads `source` to its end as the batch `name`, as it comes, and says what would become of its rows now. A consent that the file
/// itself uses up is seen within some thousand rows, as at the gate within a chunk.
///
/// # Errors
/// `FILE-*`, `GATE-CLOCK`, `DB-*`.
pub async fn check(
    house: &House,
    source: &mut (dyn Read + Send),
    name: &BatchName,
    encoding: Encoding,
) -> Result<Checked> {
    let now = house.trusted_now()?;
    let member = name.member();
    let mut reader = house.db.reader().await?;
    let mut registers = Registers::load(&mut reader, member).await?;
    let mut hashed = Hashed {
        source,
        hash: Sha256::new(),
        bytes: 0,
    };
    let mut checked = Checked::nothing();
    let reading = Reading {
        encoding,
        kind: FileKind::Batch,
        limits: house.config.limits.of_records(),
        chunk_rows: CHUNK_ROWS,
    };
    let key = crate::ids::random()?;
    let begun = tokio::task::block_in_place(|| Chunks::start(&mut hashed, &reading, 0, key));
    let mut chunks = begun.map_err(refused)?;
    while let Some(chunk) = tokio::task::block_in_place(|| chunks.next()) {
        let rows = chunk.map_err(refused)?.rows;
        let screened = look(house, &mut reader, member, &mut registers, &rows, now).await?;
        for (row, screened) in rows.iter().zip(&screened) {
            checked.note(
                row.line,
                screened.faults.iter().map(|fault| (fault.column, fault.code)),
            );
            checked.passing += i64::from(screened.verdict.is_some());
        }
    }
    drop(chunks);
    if checked.rows == 0 {
        return Err(Error::File(FileRefusal::Empty));
    }
    (checked.sha256, checked.bytes) = (hashed.hash.finalize().into(), hashed.bytes);
    let known = store::by_name(&mut reader, &name.to_string()).await?;
    checked.taken = known.map(|known| known.sha256 == checked.sha256);
    Ok(checked)
}

impl Checked {
    fn nothing() -> Self {
        Self {
            sha256: [0; 32],
            bytes: 0,
            rows: 0,
            passing: 0,
            codes: BTreeMap::new(),
            problems: Vec::new(),
            beyond: 0,
            taken: None,
        }
    }

    /// Notes a row and what is wrong with it.
    fn note(&mut self, line: u32, faults: impl Iterator<Item = (&'static str, Code)>) {
        self.rows += 1;
        let mut codes = Vec::new();
        for (column, code) in faults {
            if !codes.contains(&code) {
                codes.push(code);
                self.codes.entry(code.as_str()).or_insert((code, 0)).1 += 1;
            }
            match self.problems.len() < PROBLEMS_MAX {
                true => self.problems.push(Problem { line, column, code }),
                false => self.beyond += 1,
            }
        }
    }
}

/// A source that is hashed on its way.
struct Hashed<'s> {
    source: &'s mut (dyn Read + Send),
    hash: Sha256,
    bytes: u64,
}

impl Read for Hashed<'_> {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(block)?;
        self.hash.update(&block[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

/// So many problems are shown one by one: somebody mends the first of them before they read the others.
pub const PROBLEMS_MAX: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_counts_once_a_row_and_what_is_beyond_the_list_is_counted() {
        let mut checked = Checked::nothing();
        checked.note(
            2,
            [("querier", Code::GatePerson), ("approver", Code::GatePerson)].into_iter(),
        );
        checked.note(3, [].into_iter());
        assert_eq!((checked.rows, checked.problems.len()), (2, 2));
        assert_eq!(checked.codes["GATE-PERSON"].1, 1);
        for line in 4..=2_002 {
            checked.note(line, [("", Code::RowDuplicate)].into_iter());
        }
        assert_eq!((checked.problems.len(), checked.beyond), (PROBLEMS_MAX, 1));
    }
}
