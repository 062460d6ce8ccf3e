//! Whose sheets a pack has to have by the registers in it: those of whoever had the right to query on a day of a closed week. *Pure.*
//!
//! Nobody is held to what was entered after the week was over, when its sheets may have been made.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_day;

use super::{asked::Asked, finding::Finding, verified::Findings, weeks::Of};
use crate::{printed::guarded, sheet::Week};

/// Account and unit of a querier, as the registers write them.
pub(super) type Querier = (String, String);

/// The registers of a pack, as far as sheets go.
#[derive(Default)]
pub(super) struct Registers {
    members: Vec<Member>,
    lines: BTreeMap<(String, String, Date), Line>,
    /// The hour of the Monday at which the sheets of each member are made.
    make_hours: BTreeMap<String, i8>,
}

struct Member {
    code: String,
    from: Date,
    to: Option<Date>,
}

/// An authorisation to query.
struct Line {
    unit: String,
    to: Option<Date>,
    /// The day on which it was entered, if the pack says so: it was long ago where it does not.
    entered: Option<Date>,
}

impl Registers {
    /// Reads those of the pack of what is `asked` for; `file` gives the text of the register of a name. Where members have no nil
    /// sheets nobody is in them.
    pub(super) fn read(asked: &Asked, mut file: impl FnMut(&str) -> Option<String>) -> Self {
        let mut registers = Self::default();
        let (from, to) = (asked.from, asked.to);
        each(file(MEMBERS), |row| {
            if let Some(hour) = row(MAKE_HOUR).and_then(|hour| hour.parse().ok()) {
                registers.make_hours.insert(row("code")?, hour);
            }
            if row(NIL_SHEETS)? == "Y" {
                registers.members.push(Member {
                    code: row("code")?,
                    from: day(&row("valid_from")?)?,
                    to: day(&row("valid_to")?),
                });
            }
            Some(())
        });
        let changes = [format!("changes-{from}-{to}.csv"), LATER.to_owned()].map(|name| file(&name));
        let mut ends: BTreeSet<(String, String, Date)> = BTreeSet::new();
        for changes in &changes {
            each(changes.clone(), |row| {
                let of = (row("member")?, row("account")?, day(&row("day")?)?);
                if row("what")? == "end" {
                    ends.insert(of);
                } else if row("query")? == "Y" {
                    let line = Line {
                        unit: row("unit")?,
                        to: None,
                        entered: Some(taipei_day(row("entered_at")?.parse::<Timestamp>().ok()?)),
                    };
                    registers.lines.insert(of, line);
                }
                Some(())
            });
        }
        for ((member, account, from), line) in &mut registers.lines {
            let later = (member.clone(), account.clone(), *from)..;
            let end = ends.range(later).next();
            line.to = end
                .filter(|end| (&end.0, &end.1) == (member, account))
                .map(|end| end.2);
        }
        for on in [from, to] {
            each(file(&format!("authorisations-{on}.csv")), |row| {
                let of = (row("member")?, row("account")?, day(&row("from")?)?);
                let (unit, to) = (row("unit")?, day(&row("to")?));
                if row("query")? == "Y" {
                    let line = registers.lines.entry(of).or_insert(Line {
                        unit,
                        to,
                        entered: None,
                    });
                    line.to = to;
                }
                Some(())
            });
        }
        registers
    }

    /// The hour of the Monday at which the sheets of `member` are made; of a pack that does not say it, the end of that day.
    pub(super) fn make_hour(&self, member: &str) -> i8 {
        self.make_hours.get(member).copied().unwrap_or(HOUR_UNSAID)
    }

    /// The sheets that have to be there, by member and week, in a pack of what is `asked` for that is made at `made_at`, of a house
    /// that was opened on `opened`.
    pub(super) fn due(
        &self,
        asked: &Asked,
        made_at: Timestamp,
        opened: Date,
    ) -> BTreeMap<Of, BTreeSet<Querier>> {
        let mut due: BTreeMap<Of, BTreeSet<Querier>> = BTreeMap::new();
        for member in &self.members {
            let first_line = (member.code.clone(), String::new(), Date::MIN);
            let of_member = || {
                let lines = self.lines.range(first_line.clone()..);
                lines.take_while(|((code, ..), _)| *code == member.code)
            };
            let first = Week::of_day(member.from.max(opened).max(asked.from));
            let weeks = std::iter::successors(Some(first), |week| Some(week.next()));
            for week in weeks.take_while(|week| week.first_day() <= asked.to) {
                let is_member = member.to.is_none_or(|to| to > week.first_day());
                let hour = self.make_hour(&member.code);
                if !is_member || !asked.has_week((&member.code, week), made_at, hour) {
                    continue;
                }
                let held = of_member().filter(|((_, _, from), line)| {
                    let ends_after = line.to.is_none_or(|to| to > week.first_day() && to > *from);
                    let was_known = line.entered.is_none_or(|entered| entered <= week.last_day());
                    *from <= week.last_day() && ends_after && was_known
                });
                let queriers: BTreeSet<Querier> = held
                    .map(|((_, account, _), line)| (account.clone(), line.unit.clone()))
                    .collect();
                if !queriers.is_empty() {
                    due.insert((member.code.clone(), week), queriers);
                }
            }
        }
        due
    }
}

/// A querier as the registers write one.
pub(super) fn querier(account: &str, unit: &str) -> Querier {
    (account.to_owned(), guarded(unit).into_owned())
}

/// Which sheets are `due` and are neither `there` nor `known` not to be, as a pack lists them when it is made: one for each account.
pub(super) fn missing(
    due: &BTreeMap<Of, BTreeSet<Querier>>,
    there: &BTreeMap<Of, BTreeSet<Querier>>,
    known: &[Finding],
) -> Vec<Finding> {
    let nobody = BTreeSet::new();
    let mut missing = Vec::new();
    for (of @ (member, week), due) in due {
        let absent = due.difference(there.get(of).unwrap_or(&nobody));
        let accounts: BTreeSet<&str> = absent.map(|(account, _)| account.as_str()).collect();
        let unknown = |account: &&str| !known.iter().any(|found| found.is_of(of, account));
        let found = |account| Finding::missing((member, *week), account);
        missing.extend(accounts.into_iter().filter(unknown).map(found));
    }
    missing
}

/// Adds to `findings` which sheets are `due` and are neither `there` nor `known` not to be.
pub(super) fn compare(
    due: &BTreeMap<Of, BTreeSet<Querier>>,
    there: &BTreeMap<Of, BTreeSet<Querier>>,
    known: &[Finding],
    findings: &mut Findings,
) {
    let nobody = BTreeSet::new();
    for (of, due) in due {
        let is_known = |(account, _): &&Querier| known.iter().any(|found| found.is_of(of, account));
        let absent = due.difference(there.get(of).unwrap_or(&nobody));
        let absent: Vec<&Querier> = absent.filter(|one| !is_known(one)).collect();
        if !absent.is_empty() {
            findings.add(|| told(of, &absent));
        }
    }
}

fn told((member, week): &Of, absent: &[&Querier]) -> String {
    let named = |(account, unit): &&Querier| match unit.as_str() {
        "" => account.clone(),
        unit => format!("{account} ({unit})"),
    };
    let mut names: Vec<String> = absent.iter().take(NAMED_MAX).map(named).collect();
    let more = absent.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        names.push(format!("+{more}"));
    }
    format!(
        "the sheets of {member}, {week}: those of {} are not here, who had the right to query",
        names.join(", ")
    )
}

/// Offers the cells of each line of a register by the names of their columns; a line that is not of that form is passed over.
fn each(text: Option<String>, mut take: impl FnMut(&dyn Fn(&str) -> Option<String>) -> Option<()>) {
    let text = text.unwrap_or_default();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let Ok(names) = table.headers().cloned() else {
        return;
    };
    for record in table.records().map_while(std::result::Result::ok) {
        let cell = |name: &str| {
            let place = names.iter().position(|known| known == name)?;
            record.get(place).map(str::to_owned)
        };
        let _ = take(&cell);
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

/// The register of members, whose column of this name says that whoever asked nothing has a sheet.
pub(super) const MEMBERS: &str = "members.csv";
/// That column.
pub(super) const NIL_SHEETS: &str = "nil_sheets";
/// The one that says at which hour of the Monday after a week its sheets are made.
pub(super) const MAKE_HOUR: &str = "make_hour";
/// Where it does not say that: one day after the week.
const HOUR_UNSAID: i8 = 24;
/// Changes of authorisations of days until the last of those asked for that were entered after it.
pub(super) const LATER: &str = "changes-entered-later.csv";
/// Accounts that are named one by one.
const NAMED_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            from: jiff::civil::date(2026, 11, 4),
            to: jiff::civil::date(2026, 11, 22),
            member: None,
        }
    }

    const TABLE: &str = "member,unit,account,query,from,to\n";
    const CHANGES: &str = "day,what,member,unit,account,query,entered_at\n";

    #[track_caller]
    fn check(files: &[(&str, String)], opened: &str, expected: &[&str]) {
        let file = |name: &str| {
            files
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, text)| text.clone())
        };
        let registers = Registers::read(&asked(), file);
        let made_at = "2026-12-01T01:00:00Z".parse().unwrap();
        let due = registers.due(&asked(), made_at, opened.parse().unwrap());
        let told = |((member, week), queriers): (&Of, &BTreeSet<Querier>)| {
            let of: Vec<String> = queriers
                .iter()
                .map(|(account, unit)| format!("{account}:{unit}"))
                .collect();
            format!("{member} {week} {}", of.join(" "))
        };
        assert_eq!(due.iter().map(told).collect::<Vec<_>>(), expected);
    }

    fn members(nil: &str) -> (&'static str, String) {
        let text = format!(
            "code,valid_from,valid_to,nil_sheets\n004,2024-01-01,,{nil}\n012,2026-11-16,2026-11-23,{nil}\n"
        );
        ("members.csv", text)
    }

    #[test]
    fn whoever_had_the_right_on_a_day_of_a_closed_week_has_a_sheet_for_each_unit() {
        let first = format!(
            "{TABLE}004,甲,stays,Y,2024-01-01,\n004,甲,moves,Y,2024-01-01,2026-11-12\n004,甲,approves,,2024-01-01,\n"
        );
        let last = format!(
            "{TABLE}004,甲,stays,Y,2024-01-01,\n004,乙,moves,Y,2026-11-12,\n012,,other,Y,2024-01-01,\n"
        );
        // One who came and went in between is in no table of a day, and one was withdrawn before it began.
        let changes = format!(
            "{CHANGES}2026-11-10,begin,004,丙,short,Y,2026-11-10T09:00:00+08:00\n\
             2026-11-15,end,004,丙,short,Y,2026-11-10T09:00:00+08:00\n\
             2026-11-11,begin,004,丙,none,Y,2026-11-10T09:00:00+08:00\n\
             2026-11-11,end,004,丙,none,Y,2026-11-10T09:00:00+08:00\n"
        );
        let files = [
            members("Y"),
            ("authorisations-2026-11-04.csv", first),
            ("authorisations-2026-11-22.csv", last),
            ("changes-2026-11-04-2026-11-22.csv", changes),
        ];
        check(
            &files,
            "2026-11-02",
            &[
                "004 2026-W45 moves:甲 stays:甲",
                "004 2026-W46 moves:乙 moves:甲 short:丙 stays:甲",
                "004 2026-W47 moves:乙 stays:甲",
                "012 2026-W47 other:",
            ],
        );
        // No week before the house was opened, and none where nil sheets are not made.
        check(&files[..2], "2026-11-16", &["004 2026-W47 stays:甲"]);
        check(&[members(""), files[1].clone()], "2026-11-02", &[]);
        check(&[], "2026-11-02", &[]);
    }

    #[test]
    fn nobody_is_held_to_what_was_entered_when_the_sheets_were_made() {
        let table = format!("{TABLE}004,甲,late,Y,2024-01-01,\n");
        let entered = |at: &str| {
            let later = format!("{CHANGES}2024-01-01,begin,004,甲,late,Y,{at}\n");
            [
                members("Y"),
                ("authorisations-2026-11-04.csv", table.clone()),
                (LATER, later),
            ]
        };
        check(&entered("2026-11-25T09:00:00+08:00"), "2026-11-02", &[]);
        check(
            &entered("2026-11-16T00:00:00+08:00"),
            "2026-11-02",
            &["004 2026-W47 late:甲"],
        );
        check(
            &entered("2026-11-15T23:59:59+08:00"),
            "2026-11-02",
            &["004 2026-W46 late:甲", "004 2026-W47 late:甲"],
        );
    }

    #[test]
    fn sheets_are_due_from_the_hour_on_at_which_they_are_made_and_the_pack_lists_whose_are_missing() {
        let check = |hour: &str, made_at: &str, expected: &[&str]| {
            let members =
                format!("code,valid_from,valid_to,nil_sheets,make_hour\n004,2024-01-01,,Y,{hour}\n");
            let table = format!(
                "{TABLE}004,甲,there,Y,2024-01-01,\n004,甲,gone,Y,2024-01-01,\n004,甲,broken,Y,2024-01-01,\n"
            );
            let file = |name: &str| match name {
                "members.csv" => Some(members.clone()),
                "authorisations-2026-11-22.csv" => Some(table.clone()),
                _ => None,
            };
            let registers = Registers::read(&asked(), file);
            let opened = jiff::civil::date(2026, 11, 16);
            let due = registers.due(&asked(), made_at.parse().unwrap(), opened);
            let of = ("004".to_owned(), Week::parse("2026-W47").unwrap());
            let there = BTreeMap::from([(of, BTreeSet::from([querier("there", "甲")]))]);
            let known = [Finding::sheet(
                ("004", Week::parse("2026-W47").unwrap()),
                "broken",
                "SHEET-CHANGED",
                "",
            )];
            let found = missing(&due, &there, &known);
            assert_eq!(found.iter().map(Finding::text).collect::<Vec<_>>(), expected);
        };
        let gone = ["sheet 004/2026-W47/gone SHEET-MISSING"];
        check("1", "2026-11-22T16:59:59Z", &[]);
        check("1", "2026-11-22T17:00:00Z", &gone);
        check("2", "2026-11-22T17:00:00Z", &[]);
        // A pack of before that was said.
        check("", "2026-11-23T15:59:59Z", &[]);
        check("", "2026-11-23T16:00:00Z", &gone);
    }

    #[test]
    fn a_unit_is_found_as_a_spreadsheet_may_show_it() {
        assert_eq!(querier("a", "=甲"), ("a".into(), "'=甲".into()));
        let one = querier("a", "甲");
        let many = [&one; 22];
        let said = told(&("004".into(), Week::parse("2026-W45").unwrap()), &many);
        assert!(
            said.contains("a (甲), a (甲)") && said.contains(", +2 are not here"),
            "{said}"
        );
    }
}
