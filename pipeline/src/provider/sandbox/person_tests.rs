//! Invented lives are plausible, varied and only grow. *Pure.*

use std::collections::HashSet;

use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 11, 21);

fn lives(count: u64) -> impl Iterator<Item = History> {
    (0..count).map(|number| {
        let mut dice = Dice::new(number ^ 0xbead);
        let birth_date = date(
            1950 + dice.below(58) as i16,
            1 + dice.below(12) as i8,
            1 + dice.below(28) as i8,
        );
        History::of(dice.next(), birth_date, TODAY)
    })
}

#[test]
fn every_kind_of_life_occurs() {
    let (mut lengths, mut kinds, mut marks) = ([0_usize; MOST + 1], [0_usize; 5], [0_usize; 3]);
    for life in lives(20_000) {
        lengths[life.entries().len()] += 1;
        for entry in life.entries() {
            kinds[entry.kind as usize] += 1;
            marks[entry.mark as usize] += 1;
        }
    }
    assert!(
        (600..1000).contains(&lengths[0]),
        "{} of 20,000 without a record",
        lengths[0]
    );
    assert!(lengths.iter().all(|count| *count > 0), "a length does not occur");
    assert!(kinds.iter().all(|count| *count > 500) && marks.iter().all(|count| *count > 500));
    let records: usize = kinds.iter().sum();
    assert!((80_000..130_000).contains(&records), "{records} records");
}

#[test]
fn records_are_in_order_and_make_sense() {
    for life in lives(20_000) {
        let mut open = HashSet::new();
        let mut before = date(2008, 1, 1);
        for entry in life.entries() {
            let key = (entry.unit.serial, entry.unit.union);
            assert!(entry.effective_date >= before && entry.effective_date <= TODAY);
            before = entry.effective_date;
            match entry.kind {
                Kind::Enrol | Kind::Renew | Kind::Transfer => assert!(open.insert(key), "entered twice"),
                Kind::Adjust => assert!(entry.effective_date.day() == 1 && open.contains(&key)),
                Kind::Withdraw => assert!(open.remove(&key) && entry.end_date == Some(entry.effective_date)),
            }
            if let Some(end) = entry.end_date.filter(|_| entry.kind != Kind::Withdraw) {
                assert!(
                    end >= entry.effective_date && open.remove(&key),
                    "left by a transfer"
                );
            }
        }
    }
}

#[test]
fn salaries_are_grades_of_their_day_but_for_a_few() {
    let (mut judged, mut off, mut below) = (0, 0, 0);
    for life in lives(20_000) {
        for entry in life.entries().iter().filter(|entry| entry.kind != Kind::Withdraw) {
            let Some(table) = grades::tables().on(entry.effective_date) else {
                continue;
            };
            judged += 1;
            off += usize::from(!table.has(entry.insured_salary));
            below += usize::from(entry.mark != Mark::PartTime && entry.insured_salary < table.floor());
        }
    }
    assert!(off > 0 && off * 100 < judged, "{off} of {judged} off the grades");
    assert_eq!(below, 0, "only part-time work lies below the floor");
}

#[test]
fn a_later_day_only_adds() {
    for number in 0..3000 {
        let birth_date = date(1985, 5, 5);
        let earlier = History::of(number, birth_date, date(2023, 6, 30));
        let later = History::of(number, birth_date, TODAY);
        assert!(later.entries().len() >= earlier.entries().len());
        for (a, b) in earlier.entries().iter().zip(later.entries()) {
            assert!(a.kind == b.kind && a.effective_date == b.effective_date && a.unit == b.unit);
            assert_eq!(a.insured_salary, b.insured_salary);
        }
    }
}

#[test]
fn the_ends_of_the_calendar_do_no_harm() {
    for birth_date in [Date::MIN, Date::MAX, date(2026, 11, 21), date(1899, 1, 1)] {
        for number in 0..50 {
            let life = History::of(number, birth_date, TODAY);
            assert!(life.entries().iter().all(|entry| entry.effective_date <= TODAY));
            assert!(History::of(number, birth_date, Date::MIN).entries().is_empty());
        }
    }
}
