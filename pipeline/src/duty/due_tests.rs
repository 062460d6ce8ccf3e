//! The day of a sheet and that of its duty, over a year with its holidays. *Pure.*

use jiff::{SignedDuration, ToSpan};

use super::{
    calendar::Calendar,
    duties::{
        duties_of,
        tests::{querier, until, whose},
    },
};
use crate::{
    regime::Regime,
    sheet::{Week, report, store::Sheet},
};

/// Every week of a year with its holidays, made on Monday or late, under rules that move from a rest day and that do not: a sheet
/// is due when the duty is that it closes.
#[test]
fn a_sheet_is_due_when_its_duty_is() {
    let mut regime = Regime::jcic_2024().unwrap();
    let calendar = Calendar::new([(jiff::civil::date(2026, 11, 16), false)]);
    let mut moved = 0;
    for moves in [false, true] {
        let place = regime
            .duties
            .iter()
            .position(|rule| rule.id == "weekly_sheet")
            .unwrap();
        regime.duties[place].moves = moves;
        let mut week = Week::parse("2026-W01").unwrap();
        while week <= Week::parse("2026-W53").unwrap() {
            for late in [0, 3, 20] {
                let mut member = whose("004", "2025-12-29", None);
                member.people = vec![querier("a", "2025-12-29", None)];
                let monday = week
                    .end()
                    .saturating_add(SignedDuration::from_hours(1 + 24 * late))
                    .unwrap();
                let sheet = Sheet {
                    number: 1,
                    member: "004".into(),
                    week,
                    querier: "a".into(),
                    queries: 0,
                    sha256: [0; 32],
                    made_at: monday,
                    make_entry: 1,
                    signed: None,
                    approved: None,
                };
                let name = format!("weekly_sheet/004/a/{week}");
                member.made.insert(name.clone(), sheet.counts_from());
                let all = duties_of(&regime, &calendar, &member, until("2027-01-05"));
                let duty = all.iter().find(|duty| duty.id == name).unwrap();
                let due = report::due(&regime, &calendar, &sheet).unwrap();
                assert_eq!(due, duty.due, "{name}, {late} days late");
                let counted = week.last_day() + (7 + late).days();
                assert_eq!(duty.counted, counted, "{name}, {late} days late");
                moved += u32::from(due != counted);
                assert!(moves || due == counted);
            }
            week = week.next();
        }
    }
    assert!(moved > 100, "{moved}");
}
