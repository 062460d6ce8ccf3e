//! The tables of insured salary grades, each with the day it came into force. *Pure.*

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use serde::Deserialize;

/// The tables this build knows (投保薪資分級表), oldest first. A year's new table is a new entry of the file.
pub(super) fn tables() -> &'static Grades {
    &TABLES
}

/// All known tables.
pub(super) struct Grades {
    tables: Vec<GradeTable>,
}

/// The table of one period.
pub(super) struct GradeTable {
    valid_from: Date,
    ordinary: Vec<u32>,
    part_time: Vec<u32>,
    all: Vec<u32>,
    judges_up_to: u32,
}

impl Grades {
    /// The table in force on `day`; none before the first known one, and the last one goes on until a newer is known.
    pub(super) fn on(&self, day: Date) -> Option<&GradeTable> {
        self.tables.iter().rev().find(|table| table.valid_from <= day)
    }
}

impl GradeTable {
    /// The lowest full-time grade, which is the minimum wage by law (勞工保險條例).
    pub(super) fn floor(&self) -> u32 {
        self.ordinary.first().copied().unwrap_or(0)
    }

    /// The full-time grades, ascending.
    pub(super) fn ordinary(&self) -> &[u32] {
        &self.ordinary
    }

    /// The grades below the floor that part-time work and trainees have, ascending.
    pub(super) fn part_time(&self) -> &[u32] {
        &self.part_time
    }

    /// Whether `salary` is a grade of any kind. Above a table's known part nothing is judged.
    pub(super) fn has(&self, salary: u32) -> bool {
        salary > self.judges_up_to || self.all.binary_search(&salary).is_ok()
    }
}

static TABLES: LazyLock<Grades> = LazyLock::new(|| {
    let file: GradeFile = serde_json::from_str(include_str!("salary_grades.json"))
        .expect("Invariant: the embedded grade file is tested");
    let mut tables: Vec<GradeTable> = file.years.into_values().map(GradeTable::from).collect();
    tables.sort_by_key(|table| table.valid_from);
    Grades { tables }
});

#[derive(Deserialize)]
struct GradeFile {
    years: BTreeMap<String, GradeYear>,
}

#[derive(Deserialize)]
struct GradeYear {
    valid_from: Date,
    ordinary: Vec<u32>,
    sub_minimum: Vec<u32>,
    sheltered_extra: Vec<u32>,
    #[serde(default)]
    occupational: Vec<u32>,
}

impl From<GradeYear> for GradeTable {
    fn from(year: GradeYear) -> Self {
        let sorted = |mut grades: Vec<u32>| {
            grades.sort_unstable();
            grades.dedup();
            grades
        };
        let ordinary = sorted(year.ordinary);
        let part_time = sorted(year.sub_minimum);
        // Without the occupational list, what lies above the ordinary top may well be one of its grades.
        let judges_up_to = if year.occupational.is_empty() {
            ordinary.last().copied().unwrap_or(0)
        } else {
            u32::MAX
        };
        let all = sorted(
            [
                &ordinary[..],
                &part_time,
                &year.sheltered_extra,
                &year.occupational,
            ]
            .concat(),
        );
        Self {
            valid_from: year.valid_from,
            ordinary,
            part_time,
            all,
            judges_up_to,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_table_holds_from_its_day() {
        #[track_caller]
        fn check(day: Date, floor: Option<u32>) {
            assert_eq!(tables().on(day).map(GradeTable::floor), floor, "{day}");
        }
        check(date(2021, 12, 31), None);
        check(date(2022, 1, 1), Some(25_250));
        check(date(2023, 1, 1), Some(26_400));
        check(date(2024, 6, 30), Some(27_470));
        check(date(2025, 12, 31), Some(28_590));
        check(date(2026, 1, 1), Some(29_500));
        check(date(2030, 1, 1), Some(29_500));
    }

    #[test]
    fn grades_of_every_kind_count() {
        #[track_caller]
        fn check(day: Date, salary: u32, expected: bool) {
            assert_eq!(
                tables().on(day).unwrap().has(salary),
                expected,
                "{salary} on {day}"
            );
        }
        let (then, now) = (date(2022, 6, 1), date(2026, 6, 1));
        check(now, 45_800, true);
        check(now, 72_800, true);
        check(now, 28_590, true);
        check(now, 28_800, false);
        check(now, 11_100, true);
        check(now, 6_000, true);
        check(now, 30_000, false);
        check(now, 80_000, false);
        check(then, 28_800, true);
        check(then, 45_801, true);
        check(then, 45_799, false);
    }
}
