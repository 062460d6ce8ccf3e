//! Never early, never forgotten: records and months at their end, over all dates, against a plain count of days. *Pure.*

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn record(key: usize, cohort: Cohort, from: Option<Date>, member: &str) -> Record<usize> {
    Record {
        key,
        cohort,
        from,
        member: member.into(),
        batch: String::new(),
    }
}

fn month(name: &str) -> Cohort {
    Cohort::parse(name).unwrap()
}

fn hold(class: Class) -> Hold {
    Hold {
        class,
        month: None,
        member: None,
        batch: None,
    }
}

#[test]
fn five_years_end_with_their_last_day() {
    let check = |from: Date, last: Date| {
        assert!(!is_over(from, 5, last), "{from} is not over on {last}");
        assert!(is_over(from, 5, last.tomorrow().unwrap()));
    };
    check(date(2026, 11, 2), date(2031, 11, 2));
    check(date(2024, 2, 29), date(2029, 2, 28));
    check(date(2023, 2, 28), date(2028, 2, 28));
    assert!(!is_over(Date::MAX, 5, Date::MAX));
}

#[test]
fn a_month_is_over_after_its_last_day_in_taipei() {
    // 23:59 UTC on 30 November is 1 December in Taipei.
    let november = month("query-202611");
    assert!(!month_is_over(november, 5, date(2031, 12, 1)));
    assert!(month_is_over(november, 5, date(2031, 12, 2)));
    assert_eq!(month_due_at(november, 5).to_string(), "2031-12-01T16:00:00Z");
    assert!(!month_is_over(month("answer-2026110202"), 5, date(2099, 1, 1)));
}

#[test]
fn a_hold_keeps_what_it_covers_and_nothing_else() {
    let november = month("query-202611");
    let old = Some(date(2026, 11, 2));
    let records = || {
        let mut records = vec![
            record(0, november, old, "004"),
            record(1, november, old, "812"),
            record(2, month("query-202610"), old, "004"),
            record(3, november, None, "004"),
            record(4, november, Some(date(2031, 1, 1)), "004"),
        ];
        records[1].batch = "812-1151102-01".into();
        records
    };
    let check = |holds: &[Hold], due: &[usize], held| {
        let ending = sort(records(), holds, date(2031, 11, 3), 5);
        assert_eq!((ending.due.as_slice(), ending.held, ending.open), (due, held, 1));
    };
    check(&[], &[0, 1, 2], 0);
    check(&[hold(Class::Query)], &[], 3);
    check(&[hold(Class::Consent)], &[0, 1, 2], 0);
    let narrowed = |change: fn(&mut Hold)| {
        let mut narrowed = hold(Class::Query);
        change(&mut narrowed);
        [narrowed]
    };
    check(
        &narrowed(|hold| hold.month = Some(Cohort::parse("query-202610").unwrap())),
        &[0, 1],
        1,
    );
    check(&narrowed(|hold| hold.member = Some("004".into())), &[1], 2);
    check(
        &narrowed(|hold| hold.batch = Some("812-1151102-01".into())),
        &[0, 2],
        1,
    );
}

/// A record of the model: the day it was made, the day its period runs from (later or never), and its member.
fn made() -> impl Strategy<Value = (i32, Option<i32>, bool)> {
    (0..1_500i32, proptest::option::of(0..1_500i32), any::<bool>())
}

proptest! {
    #[test]
    fn the_cut_is_where_the_periods_end(days in 0..20_000i32, years in 0..40i16, around in -3..3i32) {
        let today = date(1990, 1, 1).checked_add(days.days()).unwrap();
        let cut = latest_over(years, today);
        prop_assert!(is_over(cut, years, today));
        prop_assert!(!is_over(cut.tomorrow().unwrap(), years, today));
        let near = cut.checked_add(around.days()).unwrap();
        prop_assert_eq!(is_over(near, years, today), near <= cut);
    }

    /// Passes on rising days over whatever was made: every record goes on the first pass after its own end, never
    /// before, and never while it is held; a month's key goes when its last record has gone and its own five years are
    /// over, never before; and in the end nothing is left but what is open or held.
    #[test]
    fn never_early_never_kept_and_holds_hold(
        made in proptest::collection::vec(made(), 0..30),
        steps in proptest::collection::vec(1..400i32, 1..20),
        held_member in any::<bool>(),
    ) {
        let begin = date(2026, 1, 1);
        let day = |offset: i32| begin.checked_add(offset.days()).unwrap();
        let cohort = |offset| Cohort::of(Class::Query, day(offset).to_zoned(tz::TimeZone::UTC).unwrap().timestamp());
        let mut rows: Vec<Record<usize>> = made.iter().enumerate().map(|(key, (on, later, first))| {
            record(key, cohort(*on), later.map(|later| day(on + later)), if *first { "004" } else { "812" })
        }).collect();
        let mut keys: BTreeSet<Cohort> = rows.iter().map(|row| row.cohort).collect();
        let holds: Vec<Hold> = if held_member {
            vec![Hold { member: Some("004".into()), ..hold(Class::Query) }]
        } else {
            vec![]
        };
        let is_held = |row: &Record<usize>| held_member && row.member == "004";
        // The reference: five years later by the calendar, spelled as numbers.
        let last = |from: Date| {
            let leap = from.month() == 2 && from.day() == 29;
            (from.year() + 5, from.month(), if leap && (from.year() + 5) % 4 != 0 { 28 } else { from.day() })
        };
        let over = |from: Date, today: Date| last(from) < (today.year(), today.month(), today.day());
        let mut passed = 0;
        for step in steps.into_iter().chain([5_000]) {
            passed += step;
            let today = day(passed);
            let due: BTreeSet<usize> = sort(rows.clone(), &holds, today, 5).due.into_iter().collect();
            for row in &rows {
                let ought = row.from.is_some_and(|from| over(from, today)) && !is_held(row);
                prop_assert_eq!(due.contains(&row.key), ought);
            }
            rows.retain(|row| !due.contains(&row.key));
            let in_use: BTreeSet<Cohort> = rows.iter().map(|row| row.cohort).collect();
            for gone in months(keys.clone(), &in_use, &holds, today, |_| Some(5)) {
                let gone = gone.cohort();
                prop_assert!(keys.remove(&gone));
                prop_assert!(rows.iter().all(|row| row.cohort != gone), "a key went before its rows");
                prop_assert!(over(taipei_day(gone.last_instant()), today), "a key went before its years");
            }
        }
        prop_assert!(rows.iter().all(|row| row.from.is_none() || is_held(row)));
        if !held_member {
            let in_use: BTreeSet<Cohort> = rows.iter().map(|row| row.cohort).collect();
            prop_assert_eq!(keys, in_use);
        }
    }
}
