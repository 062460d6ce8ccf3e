//! Keeps the list of destroyed cohorts, which is applied before any key is handed out. *Edge.*

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;

use super::Strength;
use super::files::{DESTROYED, KeyFiles};
use crate::certificate::Actor;
use crate::class::Cohort;
use crate::error::RetentionError;
use crate::object::{parse_hex, write_hex};
use crate::plan::Why;

/// Forty years of hourly cohorts of two classes.
const MAX_LEN: u64 = 256 << 20;

/// A destroyed cohort, as the list beside the keyring has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyedCohort {
    /// Which cohort.
    pub cohort: Cohort,
    /// The commitment of the key it had; `None` if it had none here.
    pub commitment: Option<[u8; 32]>,
    /// How it came to its end; `None` if nobody said.
    pub circumstances: Option<Circumstances>,
}

/// How a cohort came to its end, as its certificate says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The time of the pass that destroyed its key.
    pub at: Timestamp,
    /// How strongly the place of the key forgets.
    pub strength: Strength,
    /// Why it had to go.
    pub why: Why,
    /// What its certificate says besides; `None` until there is one.
    pub certified: Option<Certified>,
    /// Who had it done.
    pub actor: Actor,
}

/// What is known of a destroyed cohort once it is certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The number of its certificate.
    pub number: u64,
    /// The time of the pass that counted no residue.
    pub removed_at: Timestamp,
}

/// Which cohorts were destroyed, with the commitment of the key each had, and how.
pub(super) struct DestroyedList {
    cohorts: BTreeMap<Cohort, Line>,
    /// How long the file was when it was read. It only ever grows, so that another length means another list.
    length: u64,
}

/// What a line says of its cohort; a later one stands for an earlier one.
pub(super) type Line = (Option<[u8; 32]>, Option<Circumstances>);

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
            let (cohort, line) = parse_line(line).ok_or(RetentionError::KeyCorrupt { file: DESTROYED })?;
            cohorts.insert(cohort, line);
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
        cohorts: &[(Cohort, Line)],
    ) -> Result<(), RetentionError> {
        let lines: String = cohorts
            .iter()
            .map(|(cohort, line)| encode_line(*cohort, line))
            .collect();
        files.append(DESTROYED, self.length, lines.as_bytes())?;
        self.length += lines.len() as u64;
        self.cohorts.extend(cohorts.iter().cloned());
        Ok(())
    }

    /// Whether the file has not grown since it was read.
    pub(super) fn is_current(&self, files: &KeyFiles) -> Result<bool, RetentionError> {
        Ok(files.check(DESTROYED)? == self.length)
    }

    pub(super) fn contains(&self, cohort: Cohort) -> bool {
        self.cohorts.contains_key(&cohort)
    }

    /// How many cohorts were destroyed.
    pub(super) fn count(&self) -> u64 {
        self.cohorts.len() as u64
    }

    pub(super) fn all(&self) -> Vec<DestroyedCohort> {
        self.cohorts
            .iter()
            .map(|(cohort, (commitment, circumstances))| DestroyedCohort {
                cohort: *cohort,
                commitment: *commitment,
                circumstances: circumstances.clone(),
            })
            .collect()
    }

    /// The commitment of the key that a destroyed cohort had, if it had one.
    pub(super) fn commitment(&self, cohort: Cohort) -> Option<[u8; 32]> {
        self.cohorts.get(&cohort).and_then(|line| line.0)
    }
}

fn encode_line(cohort: Cohort, (commitment, circumstances): &Line) -> String {
    let mut line = format!("{cohort} ");
    let written = match commitment {
        Some(commitment) => write_hex(&mut line, commitment),
        None => line.write_char('-'),
    };
    let written = written.and_then(|()| match circumstances {
        None => Ok(()),
        Some(circumstances) => {
            let certified = circumstances.certified;
            let certified =
                certified.map(|certified| format!("{} {}", certified.number, certified.removed_at));
            write!(
                line,
                " {} {} {} {} {}",
                circumstances.at,
                circumstances.strength.name(),
                circumstances.why.name(),
                certified.as_deref().unwrap_or("- -"),
                circumstances.actor
            )
        }
    });
    written.expect("Invariant: writing to a string cannot fail");
    line.push('\n');
    line
}

fn parse_line(line: &[u8]) -> Option<(Cohort, Line)> {
    let mut fields = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.splitn(8, ' ');
    let cohort = Cohort::parse(fields.next()?).ok()?;
    let commitment = match fields.next()? {
        "-" => None,
        digits => Some(parse_hex(digits)?),
    };
    let Some(at) = fields.next() else {
        return Some((cohort, (commitment, None)));
    };
    let circumstances = Circumstances {
        at: at.parse().ok()?,
        strength: Strength::parse(fields.next()?)?,
        why: Why::parse(fields.next()?)?,
        certified: match (fields.next()?, fields.next()?) {
            ("-", "-") => None,
            (number, removed_at) => Some(Certified {
                number: number.parse().ok()?,
                removed_at: removed_at.parse().ok()?,
            }),
        },
        actor: Actor::parse(fields.next()?)?,
    };
    Some((cohort, (commitment, Some(circumstances))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_written_and_nothing_else_is() {
        let cohort = Cohort::parse("answer-2026110202").unwrap();
        let destroyed = |certified, actor| Circumstances {
            at: "2026-11-05T03:00:00.25Z".parse().unwrap(),
            strength: Strength::Logical,
            why: Why::Over,
            certified,
            actor,
        };
        let certified = Certified {
            number: 17,
            removed_at: "2026-11-05T03:00:01Z".parse().unwrap(),
        };
        let of = [
            None,
            Some(destroyed(None, Actor::Person("chen.yl".into()))),
            Some(destroyed(Some(certified), Actor::Schedule)),
        ];
        for circumstances in of {
            for commitment in [None, Some([0xab; 32])] {
                let line = (commitment, circumstances.clone());
                let text = encode_line(cohort, &line);
                assert_eq!(parse_line(text.as_bytes()), Some((cohort, line)));
            }
        }
        let malformed: [&[u8]; 9] = [
            b"\n",
            b"answer-2026110202\n",
            b"answer-2026110202 \n",
            b"answer-2026110202 -",
            b"x -\n",
            b"answer-2026110202 - \n",
            b"answer-2026110202 - 2026-11-05T03:00:00Z\n",
            b"answer-2026110202 - 2026-11-05T03:00:00Z logical over - schedule\n",
            b"answer-2026110202 - 2026-11-05T03:00:00Z logical over - - nobody\n",
        ];
        assert!(malformed.iter().all(|line| parse_line(line).is_none()));
    }
}
