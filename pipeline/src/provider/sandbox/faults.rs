//! Which faults the sandbox shows, how often, and to whom. *Pure.*

use serde::Deserialize;

use super::{super::Visit, dice::Dice};

/// Fault rates, each per thousand and 0 by default (`[sandbox.faults]` of `mayfly.toml`).
///
/// A fault of a person strikes the same identity numbers each time; the first in this order wins, except that the
/// extras come on top. A fault of the link strikes the same chunks. `late`, `partial`, `truncated`, `lost` and
/// `unreachable` pass: a recall gets through where the question did not.
#[derive(Deserialize, Clone, Default, PartialEq, Eq, Debug)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Chunks: no connection, nothing leaves.
    pub unreachable: u16,
    /// Chunks: the connection ends after all questions have left.
    pub lost: u16,
    /// Chunks: the reply has fewer answers than it says.
    pub truncated: u16,
    /// Persons: the link gives up before the question leaves; so does each recall.
    pub timeout_before: u16,
    /// Persons: the question left and nothing comes back, on recall neither.
    pub timeout_after: u16,
    /// Persons: the question left and nothing comes back until it is recalled.
    pub late: u16,
    /// Persons: left out of the reply without a word, until recalled.
    pub partial: u16,
    /// Persons: the provider declines to answer.
    pub refused: u16,
    /// Persons: another person's answer comes under the query id.
    pub wrong_person: u16,
    /// Persons: a salary that is no number.
    pub bad_cell: u16,
    /// Extra: the answer comes twice, word for word.
    pub duplicate: u16,
    /// Extra: the answer comes twice, and the two differ.
    pub differing: u16,
    /// Extra: an answer about somebody nobody asked for.
    pub extra_person: u16,
    /// Extra: fields that no column takes.
    pub unlisted_fields: u16,
}

/// A fault of the whole link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkFault {
    Unreachable,
    Lost,
    Truncated,
}

/// A fault in the place of a person's answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RowFault {
    TimeoutBefore,
    TimeoutAfter,
    Late,
    Partial,
    Refused,
    WrongPerson,
    BadCell,
}

/// What comes on top of a person's answer.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) duplicate: bool,
    pub(super) differing: bool,
    pub(super) extra_person: bool,
    pub(super) unlisted_fields: bool,
}

/// Decides who is struck.
pub(super) struct FaultDice<'f> {
    seed: u64,
    faults: &'f Faults,
    visit: Visit,
}

impl<'f> FaultDice<'f> {
    /// The decisions of `seed` under `faults` for one visit.
    pub(super) fn new(seed: u64, faults: &'f Faults, visit: Visit) -> Self {
        Self { seed, faults, visit }
    }

    /// What goes wrong with chunk `chunk` as a whole.
    pub(super) fn chunk_fault(&self, chunk: u64) -> Option<ChunkFault> {
        if self.visit == Visit::Recall {
            return None;
        }
        let faults = self.faults;
        let order = [
            (faults.unreachable, 1, ChunkFault::Unreachable),
            (faults.lost, 2, ChunkFault::Lost),
            (faults.truncated, 3, ChunkFault::Truncated),
        ];
        self.first(order, chunk)
    }

    /// What goes wrong with the answer about the person of `subject`.
    pub(super) fn row_fault(&self, subject: u64) -> Option<RowFault> {
        let faults = self.faults;
        let once = |rate| if self.visit == Visit::Ask { rate } else { 0 };
        let order = [
            (faults.timeout_before, 4, RowFault::TimeoutBefore),
            (faults.timeout_after, 5, RowFault::TimeoutAfter),
            (once(faults.late), 6, RowFault::Late),
            (once(faults.partial), 7, RowFault::Partial),
            (faults.refused, 8, RowFault::Refused),
            (faults.wrong_person, 9, RowFault::WrongPerson),
            (faults.bad_cell, 10, RowFault::BadCell),
        ];
        self.first(order, subject)
    }

    /// What comes on top.
    pub(super) fn extras(&self, subject: u64) -> Extras {
        Extras {
            duplicate: self.strikes(self.faults.duplicate, 11, subject),
            differing: self.strikes(self.faults.differing, 12, subject),
            extra_person: self.strikes(self.faults.extra_person, 13, subject),
            unlisted_fields: self.strikes(self.faults.unlisted_fields, 14, subject),
        }
    }

    fn first<F, const N: usize>(&self, order: [(u16, u64, F); N], whom: u64) -> Option<F> {
        order
            .into_iter()
            .find(|(rate, salt, _)| self.strikes(*rate, *salt, whom))
            .map(|(_, _, fault)| fault)
    }

    /// Each kind of fault throws under its own salt: who is struck by one is not likelier to be struck by another.
    fn strikes(&self, per_mille: u16, salt: u64, whom: u64) -> bool {
        per_mille > 0 && Dice::new(self.seed ^ whom.rotate_left(17) ^ (salt << 56)).happens(per_mille.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_thousand_and_strike_the_same_each_time() {
        let faults = Faults {
            refused: 50,
            duplicate: 1000,
            ..Faults::default()
        };
        let dice = FaultDice::new(9, &faults, Visit::Ask);
        let struck = |at: &u64| dice.row_fault(*at) == Some(RowFault::Refused);
        let first: Vec<u64> = (0..20_000).filter(struck).collect();
        assert!((800..1200).contains(&first.len()), "{} of 20,000", first.len());
        assert_eq!(first, (0..20_000).filter(struck).collect::<Vec<_>>());
        assert!((0..1000).all(|at| dice.extras(at).duplicate && !dice.extras(at).differing));
    }

    #[test]
    fn some_faults_pass_on_recall() {
        #[track_caller]
        fn check(faults: Faults, expected: Option<RowFault>) {
            assert!(FaultDice::new(9, &faults, Visit::Ask).row_fault(1).is_some());
            assert!(FaultDice::new(9, &faults, Visit::Recall).row_fault(1) == expected);
        }
        check(
            Faults {
                late: 1000,
                ..Faults::default()
            },
            None,
        );
        check(
            Faults {
                partial: 1000,
                ..Faults::default()
            },
            None,
        );
        check(
            Faults {
                timeout_after: 1000,
                ..Faults::default()
            },
            Some(RowFault::TimeoutAfter),
        );
        check(
            Faults {
                timeout_before: 1000,
                ..Faults::default()
            },
            Some(RowFault::TimeoutBefore),
        );
        let faults = Faults {
            truncated: 1000,
            ..Faults::default()
        };
        assert!(FaultDice::new(9, &faults, Visit::Ask).chunk_fault(1) == Some(ChunkFault::Truncated));
        assert!(FaultDice::new(9, &faults, Visit::Recall).chunk_fault(1).is_none());
    }

    #[test]
    fn settings_are_read_and_unknown_ones_refused() {
        let faults: Faults = serde_json::from_str(r#"{"late": 5, "refused": 2}"#).unwrap();
        assert_eq!(
            faults,
            Faults {
                late: 5,
                refused: 2,
                ..Faults::default()
            }
        );
        assert!(serde_json::from_str::<Faults>(r#"{"latte": 5}"#).is_err());
    }
}
