//! For which unit of a member a querier asked: the one that the querier's authorisation of that day names (D11, 五(一)2). *Pure.*

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Week;
use crate::access::authorisation::Authorisation;

/// The authorisations of a member's accounts, by account and first day.
pub struct Units(BTreeMap<String, Vec<Authorisation>>);

impl Units {
    /// Those of `lines`, the authorisations of all days.
    pub fn of(lines: Vec<Authorisation>) -> Self {
        let mut of_account: BTreeMap<String, Vec<Authorisation>> = BTreeMap::new();
        for line in lines {
            of_account.entry(line.account.clone()).or_default().push(line);
        }
        for lines in of_account.values_mut() {
            lines.sort_by_key(|line| line.from);
        }
        Self(of_account)
    }

    /// The unit for which `account` asked on `day`. Whoever was cut on the day on which they asked asked under the authorisation that
    /// was cut.
    pub fn on(&self, account: &str, day: Date) -> &str {
        let lines = self.0.get(account).map(Vec::as_slice).unwrap_or_default();
        let held = lines.iter().find(|line| line.holds_on(day));
        let last = || lines.iter().rfind(|line| line.from <= day);
        held.or_else(last).map_or("", |line| line.unit.as_str())
    }

    /// Account and unit of each authorisation to query that holds on a day of `week`.
    pub fn held_in(&self, week: Week) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.0.values().flatten();
        let held = lines.filter(move |line| {
            let ends_after = line.to.is_none_or(|to| to > week.first_day() && to > line.from);
            line.query && line.from <= week.last_day() && ends_after
        });
        held.map(|line| (line.account.as_str(), line.unit.as_str()))
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
        Units::of(vec![
            line("moved", "乙部", true, ("2026-11-05", "")),
            line("moved", "甲部", true, ("2024-01-01", "2026-11-05")),
            line("cut", "甲部", true, ("2024-01-01", "2026-11-02")),
            line("withdrawn", "丙部", true, ("2026-11-04", "2026-11-04")),
            line("later", "甲部", true, ("2026-11-09", "")),
            line("other", "甲部", false, ("2024-01-01", "")),
            line("none", "", true, ("2024-01-01", "")),
        ])
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
            assert_eq!(units().on(account, day.parse().unwrap()), unit, "{account} {day}");
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
