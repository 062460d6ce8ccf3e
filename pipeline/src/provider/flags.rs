//! The flags of an answer's lines, derived from what the lines say: warnings, never refusals. *Pure.*

use super::{
    change::{Change, Kind},
    grades::Grades,
};

/// The flags of one line, each a bit in the order of [`WORDS`].
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags(u8);

/// Derives the flags of every line of one answer into `out`, replacing what it held.
///
/// `union`: the unit is a trade union or fishermen's association, where the salary is no employment wage ·
/// `part_time`, `arrears`: the remark says so · `off_grade`: no grade of the table in force on the effective date ·
/// `below_minimum`: below the lowest full-time grade of that table · `open_units>1`: on each line of an open unit when
/// the person has several. A withdrawal repeats an older salary, which is not judged, and so are days before the first
/// known table.
pub(super) fn derive(changes: &[Change<'_>], grades: &Grades, out: &mut Vec<Flags>) {
    out.clear();
    out.extend(changes.iter().map(|change| {
        let mut flags = Flags::default();
        flags.set(UNION, is_union(change.unit_name));
        for mark in change.remark.split([' ', '\u{3000}', '、', ';', ',', '，', '；']) {
            flags.set(PART_TIME, mark == "部分工時");
            flags.set(ARREARS, matches!(mark, "F" | "D"));
        }
        if let (Some(salary), Some(table), true) = (
            change.insured_salary,
            grades.on(change.effective_date),
            change.kind != Kind::Withdraw,
        ) {
            flags.set(OFF_GRADE, !table.has(salary));
            flags.set(BELOW_MINIMUM, salary < table.floor());
        }
        flags
    }));
    mark_open_units(changes, out);
}

impl Flags {
    /// The words of the flags that are set, in the order of the specification.
    pub(super) fn words(self) -> impl Iterator<Item = &'static str> {
        WORDS
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| (self.0 >> bit) & 1 == 1)
            .map(|(_, word)| word)
    }

    /// Whether none is set.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn set(&mut self, bit: u8, on: bool) {
        self.0 |= u8::from(on) << bit;
    }
}

/// 職業工會 and 漁會 are insurance units too; lenders look for the ending.
fn is_union(unit_name: &str) -> bool {
    let name = unit_name.trim_end();
    name.ends_with("工會") || name.ends_with("漁會")
}

fn mark_open_units(changes: &[Change<'_>], out: &mut [Flags]) {
    let mut first_open = None;
    let several = changes.iter().enumerate().any(|(at, change)| {
        is_last_of_its_unit(changes, at)
            && is_open(change)
            && *first_open.get_or_insert(change.unit_no) != change.unit_no
    });
    if !several {
        return;
    }
    for (at, change) in changes.iter().enumerate() {
        if is_last_of_its_unit(changes, at) && is_open(change) {
            for (flags, other) in out.iter_mut().zip(changes) {
                flags.set(OPEN_UNITS, other.unit_no == change.unit_no);
            }
        }
    }
}

/// Whether no other line of the unit is later; on one day, the line that closes the unit is the last.
fn is_last_of_its_unit(changes: &[Change<'_>], at: usize) -> bool {
    let mine = &changes[at];
    !changes.iter().any(|other| {
        other.unit_no == mine.unit_no
            && (other.effective_date, !is_open(other)) > (mine.effective_date, !is_open(mine))
    })
}

fn is_open(change: &Change<'_>) -> bool {
    change.kind != Kind::Withdraw && change.end_date.is_none()
}

const UNION: u8 = 0;
const PART_TIME: u8 = 1;
const ARREARS: u8 = 2;
const OFF_GRADE: u8 = 3;
const OPEN_UNITS: u8 = 4;
const BELOW_MINIMUM: u8 = 5;
const WORDS: [&str; 6] = [
    "union",
    "part_time",
    "arrears",
    "off_grade",
    "open_units>1",
    "below_minimum",
];

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;
    use crate::provider::grades;

    fn change(unit_no: &'static str, kind: Kind, effective_date: Date) -> Change<'static> {
        Change {
            unit_no,
            unit_name: "蜉露工坊",
            kind,
            effective_date,
            end_date: None,
            insured_salary: Some(45_800),
            remark: "",
        }
    }

    #[track_caller]
    fn check(changes: &[Change<'_>], expected: &[&str]) {
        let mut flags = Vec::new();
        derive(changes, grades::tables(), &mut flags);
        let words: Vec<_> = flags
            .iter()
            .map(|flags| flags.words().collect::<Vec<_>>().join(";"))
            .collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn lines_are_judged_by_what_they_say() {
        let base = || change("99000001A", Kind::Enrol, date(2026, 3, 1));
        check(&[base()], &[""]);
        check(
            &[Change {
                unit_name: "蜉露市織露業職業工會",
                ..base()
            }],
            &["union"],
        );
        check(
            &[Change {
                unit_name: "螢渚區漁會 ",
                ..base()
            }],
            &["union"],
        );
        check(
            &[Change {
                unit_name: "工會用品行",
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                remark: "不適用就業保險",
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                remark: "部分工時、F",
                ..base()
            }],
            &["part_time;arrears"],
        );
        check(
            &[Change {
                remark: "D",
                ..base()
            }],
            &["arrears"],
        );
        check(
            &[Change {
                remark: "DF",
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                insured_salary: Some(30_000),
                ..base()
            }],
            &["off_grade"],
        );
        check(
            &[Change {
                insured_salary: Some(28_590),
                ..base()
            }],
            &["below_minimum"],
        );
        check(
            &[Change {
                insured_salary: Some(28_800),
                ..base()
            }],
            &["off_grade;below_minimum"],
        );
        check(
            &[Change {
                insured_salary: Some(28_800),
                kind: Kind::Withdraw,
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                insured_salary: Some(28_800),
                effective_date: date(2024, 3, 1),
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                insured_salary: Some(21_900),
                effective_date: date(2016, 3, 1),
                ..base()
            }],
            &[""],
        );
        check(
            &[Change {
                insured_salary: None,
                ..base()
            }],
            &[""],
        );
    }

    #[test]
    fn open_units_are_counted_at_the_end_of_the_history() {
        let (a, b) = ("99000001A", "99000002B");
        let enrol = |unit, month| change(unit, Kind::Enrol, date(2026, month, 1));
        let leave = |unit, month| change(unit, Kind::Withdraw, date(2026, month, 1));
        check(&[enrol(a, 1), enrol(b, 2)], &["open_units>1", "open_units>1"]);
        check(&[enrol(b, 2), enrol(a, 1)], &["open_units>1", "open_units>1"]);
        check(&[enrol(a, 1), enrol(b, 2), leave(a, 3)], &["", "", ""]);
        check(&[leave(a, 3), enrol(b, 2), enrol(a, 1)], &["", "", ""]);
        check(&[enrol(a, 1), leave(a, 1), enrol(b, 2)], &["", "", ""]);
        check(
            &[enrol(a, 1), change(a, Kind::Adjust, date(2026, 4, 1))],
            &["", ""],
        );
        check(
            &[enrol(a, 1), leave(a, 2), enrol(a, 3), enrol(b, 4)],
            &["open_units>1"; 4],
        );
        let left = Change {
            end_date: Some(date(2026, 5, 31)),
            ..enrol(a, 1)
        };
        check(&[left, change(b, Kind::Transfer, date(2026, 6, 1))], &["", ""]);
    }
}
