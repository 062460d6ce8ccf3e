//! Keeps the list of destroyed cohorts, which is applied before any key is handed out. *Edge.*

use std::collections::BTreeMap;
use std::fmt::Write;

use super::files::{DESTROYED, KeyFiles};
use crate::class::Cohort;
use crate::error::RetentionError;
use crate::object::{parse_hex, write_hex};

/// Forty years of hourly cohorts of two classes.
const MAX_LEN: u64 = 64 << 20;

/// Which cohorts were destroyed, and the commitment of the key each had.
pub(super) struct DestroyedList {
    cohorts: BTreeMap<Cohort, Option<[u8; 32]>>,
    /// How long the file was when it was read. It only ever grows, so that another length means another list.
    length: u64,
}

impl DestroyedList {
    /// Reads the list. A last line without its end was never acknowledged: it does not count, and is cut off.
    pub(super) fn read(files: &KeyFiles) -> Result<Self, RetentionError> {
        let content = files.read(DESTROYED, MAX_LEN)?;
        let whole = content
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |last| last + 1);
        let mut cohorts = BTreeMap::new();
        for line in content[..whole].split_inclusive(|byte| *byte == b'\n') {
            let (cohort, commitment) =
                parse_line(line).ok_or(RetentionError::KeyCorrupt { file: DESTROYED })?;
            cohorts.insert(cohort, commitment);
        }
        if whole < content.len() {
            files.append(DESTROYED, whole as u64, b"")?;
        }
        Ok(Self {
            cohorts,
            length: whole as u64,
        })
    }

    /// Appends cohorts and waits for the disk; from then on no process hands out their keys.
    pub(super) fn append(
        &mut self,
        files: &KeyFiles,
        cohorts: &[(Cohort, Option<[u8; 32]>)],
    ) -> Result<(), RetentionError> {
        let lines: String = cohorts
            .iter()
            .map(|(cohort, commitment)| encode_line(*cohort, commitment.as_ref()))
            .collect();
        files.append(DESTROYED, self.length, lines.as_bytes())?;
        self.length += lines.len() as u64;
        self.cohorts.extend(cohorts.iter().copied());
        Ok(())
    }

    /// Whether the file has not grown since it was read.
    pub(super) fn is_current(&self, files: &KeyFiles) -> Result<bool, RetentionError> {
        Ok(files.check(DESTROYED)? == self.length)
    }

    pub(super) fn contains(&self, cohort: Cohort) -> bool {
        self.cohorts.contains_key(&cohort)
    }

    pub(super) fn all(&self) -> Vec<super::DestroyedCohort> {
        self.cohorts
            .iter()
            .map(|(cohort, commitment)| (*cohort, *commitment))
            .collect()
    }

    /// The commitment of the key that a destroyed cohort had, if it had one.
    pub(super) fn commitment(&self, cohort: Cohort) -> Option<[u8; 32]> {
        self.cohorts.get(&cohort).copied().flatten()
    }
}

fn encode_line(cohort: Cohort, commitment: Option<&[u8; 32]>) -> String {
    let mut line = format!("{cohort} ");
    let written = match commitment {
        Some(commitment) => write_hex(&mut line, commitment),
        None => line.write_char('-'),
    };
    written.expect("Invariant: writing to a string cannot fail");
    line.push('\n');
    line
}

fn parse_line(line: &[u8]) -> Option<(Cohort, Option<[u8; 32]>)> {
    let (cohort, commitment) = std::str::from_utf8(line)
        .ok()?
        .strip_suffix('\n')?
        .split_once(' ')?;
    let commitment = match commitment {
        "-" => None,
        digits => Some(parse_hex(digits)?),
    };
    Some((Cohort::parse(cohort).ok()?, commitment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_written_and_nothing_else_is() {
        let cohort = Cohort::parse("answer-2026110202").unwrap();
        for commitment in [None, Some([0xab; 32])] {
            let line = encode_line(cohort, commitment.as_ref());
            assert_eq!(parse_line(line.as_bytes()), Some((cohort, commitment)));
        }
        let malformed: [&[u8]; 6] = [
            b"\n",
            b"answer-2026110202\n",
            b"answer-2026110202 \n",
            b"answer-2026110202 -",
            b"x -\n",
            b"answer-2026110202 - \n",
        ];
        assert!(malformed.iter().all(|line| parse_line(line).is_none()));
    }
}
