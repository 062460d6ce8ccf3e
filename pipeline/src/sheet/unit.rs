//! For which unit of a member a querier asked: the one that the querier's authorisation of that moment names (D11, 五(一)2). *Pure.*
//!
//! Authorisations begin and end on days. Where one ends and another begins on the day on which both were entered, what was asked before
//! was asked under the first: it goes by the instant at which the change was entered.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_day;

use super::Week;
use crate::access::authorisation::Authorisation;

/// The authorisations of a member's accounts, by account and first day.
pub struct Units(BTreeMap<String, Vec<Line>>);

/// When beginnings and ends of authorisations were entered, by account and first day.
#[derive(Default)]
pub struct Entered {
    /// The beginning.
    pub begun: BTreeMap<(String, Date), Timestamp>,
    /// The end, the last time that was said.
    pub ended: BTreeMap<(String, Date), Timestamp>,
}

struct Line {
    of: Authorisation,
    begun: Option<Timestamp>,
    ended: Option<Timestamp>,
}

impl Units {
    /// Those of `lines`, the authorisations of all days; `entered` knows of the days that are asked for.
    pub fn of(lines: Vec<Authorisation>, entered: &Entered) -> Self {
        let mut of_account: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in lines {
            let key = (line.account.clone(), line.from);
            of_account.entry(line.account.clone()).or_default().push(Line {
                begun: entered.begun.get(&key).copied(),
                ended: entered.ended.get(&key).copied(),
                of: line,
            });
        }
        for lines in of_account.values_mut() {
            lines.sort_by_key(|line| line.of.from);
        }
        Self(of_account)
    }

    /// The unit for which `account` asked at `at`. Whoever was cut on the day on which they asked asked under the authorisation that
    /// was cut.
    pub fn at(&self, account: &str, at: Timestamp) -> &str {
        let day = taipei_day(at);
        let lines = self.0.get(account).map(Vec::as_slice).unwrap_or_default();
        let held = lines.iter().find(|line| line.holds_at(at));
        let last = || lines.iter().rfind(|line| line.of.from <= day);
        held.or_else(last).map_or("", |line| line.of.unit.as_str())
    }

    /// Account and unit of each authorisation to query that holds on a day of `week`.
    pub fn held_in(&self, week: Week) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.0.values().flatten().map(|line| &line.of);
        let held = lines.filter(move |line| {
            let ends_after = line.to.is_none_or(|to| to > week.first_day() && to > line.from);
            line.query && line.from <= week.last_day() && ends_after
        });
        held.map(|line| (line.account.as_str(), line.unit.as_str()))
    }
}

impl Line {
    /// Whether it held at `at`: on its first day from when it was entered on, and on the day of its end until that was entered.
    fn holds_at(&self, at: Timestamp) -> bool {
        let day = taipei_day(at);
        let has_begun = match self.of.from {
            from if from == day => self.begun.is_none_or(|begun| begun <= at),
            from => from < day,
        };
        let is_over = match self.of.to {
            Some(to) if to == day => self.ended.is_none_or(|ended| ended <= at),
            Some(to) => to < day,
            None => false,
        };
        has_begun && !is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(account: &str, unit: &str, query: bool, (from, to): (&str, &str)) -> Authorisation {
        let day = |text: &str| text.parse::<Date>().unwrap();
        Authorisation {
            member: "004".into(),
            account: account.into(),
            name: "虛構".into(),
            title: String::new(),
            query,
            approve: false,
            review: false,
            roles: vec![],
            from: day(from),
            approved_by: "head".into(),
            to: Some(to).filter(|to| !to.is_empty()).map(day),
            ended_by: String::new(),
            person: account.into(),
            unit: unit.into(),
            level: String::new(),
        }
    }

    fn units() -> Units {
        let lines = vec![
            line("moved", "乙部", true, ("2026-11-05", "")),
            line("moved", "甲部", true, ("2024-01-01", "2026-11-05")),
            line("cut", "甲部", true, ("2024-01-01", "2026-11-02")),
            line("withdrawn", "丙部", true, ("2026-11-04", "2026-11-04")),
            line("later", "甲部", true, ("2026-11-09", "")),
            line("other", "甲部", false, ("2024-01-01", "")),
            line("none", "", true, ("2024-01-01", "")),
        ];
        Units::of(lines, &Entered::default())
    }

    #[test]
    fn the_unit_is_that_of_the_authorisation_of_the_day() {
        for (account, day, unit) in [
            ("moved", "2026-11-04", "甲部"),
            ("moved", "2026-11-05", "乙部"),
            ("moved", "2027-11-05", "乙部"),
            ("cut", "2026-11-01", "甲部"),
            ("cut", "2026-11-02", "甲部"),
            ("withdrawn", "2026-11-04", "丙部"),
            ("later", "2026-11-08", ""),
            ("none", "2026-11-02", ""),
            ("nobody", "2026-11-02", ""),
        ] {
            let noon = format!("{day}T12:00:00+08:00").parse().unwrap();
            assert_eq!(units().at(account, noon), unit, "{account} {day}");
        }
    }

    #[test]
    fn what_was_asked_before_a_change_was_entered_that_day_is_of_the_unit_before() {
        let at = |text: &str| format!("2026-11-05T{text}+08:00").parse::<Timestamp>().unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let lines = vec![
            line("moved", "甲部", true, ("2024-01-01", "2026-11-05")),
            line("moved", "乙部", true, ("2026-11-05", "")),
        ];
        let entered = Entered {
            begun: [(("moved".to_owned(), day("2026-11-05")), at("11:00:10"))].into(),
            ended: [(("moved".to_owned(), day("2024-01-01")), at("11:00:00"))].into(),
        };
        let units = Units::of(lines, &entered);
        for (asked, unit) in [
            ("00:00:00", "甲部"),
            ("10:59:59", "甲部"),
            ("11:00:10", "乙部"),
            ("23:59:59", "乙部"),
        ] {
            assert_eq!(units.at("moved", at(asked)), unit, "{asked}");
        }
    }

    #[test]
    fn whoever_had_the_right_for_two_units_in_a_week_is_held_to_both() {
        let held = |week: &str| -> Vec<String> {
            let units = units();
            let held = units.held_in(Week::parse(week).unwrap());
            held.map(|(account, unit)| format!("{account} {unit}")).collect()
        };
        assert_eq!(held("2026-W45"), ["moved 甲部", "moved 乙部", "none "]);
        assert_eq!(held("2026-W46"), ["later 甲部", "moved 乙部", "none "]);
        assert_eq!(held("2026-W44"), ["cut 甲部", "moved 甲部", "none "]);
    }
}
