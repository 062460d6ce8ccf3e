//! The day of a sheet and that of its duty, over a year with its holidays. *Pure.*

use jiff::{SignedDuration, ToSpan};

use super::{
    calendar::Calendar,
    duties::{
        duties_of,
        tests::{querier, until, whose},
    },
    whose::SheetMade,
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
                    unit: String::new(),
                    queries: 0,
                    sha256: [0; 32],
                    made_at: monday,
                    make_entry: 1,
                    signed: None,
                    approved: None,
                };
                let name = format!("weekly_sheet/004/a/{week}");
                let made = SheetMade {
                    account: "a".into(),
                    week: week.first_day(),
                    counts_from: sheet.counts_from(),
                };
                member.made.insert(name.clone(), made);
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

/// Who has a sheet has its duty, also where no day of the week is in an authorisation; and nobody has it twice.
#[test]
fn a_sheet_has_its_duty_whatever_days_the_role_had() {
    let regime = Regime::jcic_2024().unwrap();
    let mut member = whose("004", "2026-10-26", None);
    // One cut on the Monday, one on the day on which it began, one there all the week, one with a line of its own never.
    member.people = vec![
        querier("cut", "2026-10-26", Some("2026-11-02")),
        querier("never", "2026-11-02", Some("2026-11-02")),
        querier("there", "2026-10-26", None),
    ];
    for (account, counts_from) in [
        ("cut", "2026-11-08"),
        ("never", "2026-11-08"),
        ("there", "2026-11-08"),
        ("gone", "2026-11-11"),
    ] {
        let made = SheetMade {
            account: account.into(),
            week: "2026-11-02".parse().unwrap(),
            counts_from: counts_from.parse().unwrap(),
        };
        let name = format!("weekly_sheet/004/{account}/2026-W45");
        member.made.insert(name, made);
    }
    let of_week = |day: &str| -> Vec<String> {
        let all = duties_of(&regime, &Calendar::new([]), &member, until(day));
        let sheets = all
            .iter()
            .filter(|duty| duty.rule.id == "weekly_sheet" && duty.period.name == "2026-W45");
        sheets
            .map(|duty| format!("{} {}", duty.id, duty.counted))
            .collect()
    };
    assert_eq!(
        of_week("2026-11-09"),
        [
            "weekly_sheet/004/cut/2026-W45 2026-11-15",
            "weekly_sheet/004/never/2026-W45 2026-11-15",
            "weekly_sheet/004/there/2026-W45 2026-11-15",
            "weekly_sheet/004/gone/2026-W45 2026-11-18",
        ]
    );
    assert!(of_week("2026-11-01").is_empty());
}
