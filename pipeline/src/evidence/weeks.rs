//! Whether the sheets of each week in a pack are exactly its queries, but for what a sheet claims that is known to be broken. *Pure.*

use std::collections::{BTreeMap, BTreeSet};

use super::{finding::Claims, verified::Findings};
use crate::sheet::{
    Week,
    entries::{self, Range},
    tiling::{Flaw, Tiling},
};

/// Member and week.
pub(super) type Of = (String, Week);

/// The weeks of which a pack has sheets, or says that it lacks some, while the journal is read.
pub(super) struct Weeks {
    tilings: BTreeMap<Of, Tiling>,
    claims: Claims,
    /// How many queries there are of weeks without any sheet.
    absent: BTreeMap<Of, u64>,
}

impl Weeks {
    /// Lays the ranges of the sheets of each week side by side; what is claimed besides in `claims` is of broken sheets that are
    /// not here.
    pub(super) fn new(
        sheets: &BTreeMap<Of, Vec<Vec<Range>>>,
        claims: Claims,
        findings: &mut Findings,
    ) -> Self {
        let mut tilings = BTreeMap::new();
        for (of, ranges) in sheets {
            let (tiling, flaws) = Tiling::new(ranges);
            for flaw in flaws {
                findings.add(|| told(of, &flaw));
            }
            tilings.insert(of.clone(), tiling);
        }
        for of in claims.keys() {
            tilings.entry(of.clone()).or_insert_with(|| Tiling::new(&[]).0);
        }
        Self {
            tilings,
            claims,
            absent: BTreeMap::new(),
        }
    }

    /// Takes the next query of the journal, whose index is `index`; `is_due` says of a week without any sheet whether it has to have one.
    pub(super) fn take(
        &mut self,
        of: Of,
        index: u64,
        is_due: impl FnOnce(&Of) -> bool,
        findings: &mut Findings,
    ) {
        let claims = self.claims.get(&of).map(Vec::as_slice).unwrap_or_default();
        if let Some(tiling) = self.tilings.get_mut(&of) {
            tiling.take(index, |flaw| {
                let is_claimed = claims.iter().any(|ranges| entries::holds(ranges, index));
                // Only a query that is on none of the sheets here can be on the one that is not.
                if !(is_claimed && matches!(flaw, Flaw::Missing(_))) {
                    findings.add(|| told(&of, &flaw));
                }
            });
        } else if is_due(&of) {
            *self.absent.entry(of).or_default() += 1;
        }
    }

    /// Ends: what is left on sheets is of no query. Returns the weeks with queries of which there is no sheet.
    pub(super) fn finish(self, findings: &mut Findings) -> BTreeSet<Of> {
        for (of, tiling) in self.tilings {
            tiling.finish(|flaw| findings.add(|| told(&of, &flaw)));
        }
        for ((member, week), queries) in &self.absent {
            findings.add(|| {
                format!("the sheets of {member}, {week}: none of them is here, and it has {queries} queries")
            });
        }
        self.absent.into_keys().collect()
    }
}

fn told((member, week): &Of, flaw: &Flaw) -> String {
    let what = match flaw {
        Flaw::Doubled(range, _) => format!("entries {} to {} are on two of them", range.first, range.last),
        Flaw::Missing(index) => format!("the query of entry {index} is on none of them"),
        Flaw::Foreign(range, _) => format!("entries {} to {} are no queries of it", range.first, range.last),
    };
    format!("the sheets of {member}, {week}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::finding::{self, Finding};

    fn of() -> Of {
        ("004".into(), Week::parse("2026-W45").unwrap())
    }

    /// The week has queries 10 to 15.
    #[track_caller]
    fn check(sheets: &[&str], broken: &[&str], expected: &[&str]) {
        let ranges: Vec<_> = sheets
            .iter()
            .map(|sheet| entries::parse(sheet).unwrap())
            .collect();
        let sheets = BTreeMap::from_iter((!ranges.is_empty()).then(|| (of(), ranges)));
        let broken = broken
            .iter()
            .map(|claimed| Finding::sheet(("004", of().1), "x", "CODE", claimed));
        let claims = finding::claims(&broken.collect::<Vec<_>>());
        let mut findings = Findings::default();
        let mut weeks = Weeks::new(&sheets, claims, &mut findings);
        for index in 10..=15 {
            weeks.take(of(), index, |_| true, &mut findings);
        }
        weeks.finish(&mut findings);
        let expected: Vec<String> = expected
            .iter()
            .map(|what| format!("the sheets of 004, 2026-W45: {what}"))
            .collect();
        assert_eq!(findings.into_told(), expected);
    }

    #[test]
    fn one_broken_sheet_leaves_the_others_of_its_week_to_be_checked() {
        check(&["10-12", "13-15"], &[], &[]);
        check(&["10-12"], &["13-15"], &[]);
        check(&[], &["10-15"], &[]);
        check(
            &["10-12"],
            &["14-15"],
            &["the query of entry 13 is on none of them"],
        );
        check(
            &["10-12", "12-13"],
            &["14-15"],
            &["entries 12 to 12 are on two of them"],
        );
        check(&["9-12"], &["13-15"], &["entries 9 to 9 are no queries of it"]);
        check(
            &["10-13,16"],
            &["14", "15"],
            &["entries 16 to 16 are no queries of it"],
        );
        // What a broken sheet claims too much is no word against the others, and proves nothing for it.
        check(&["10-12"], &["0-99"], &[]);
        check(&["10-14"], &[""], &["the query of entry 15 is on none of them"]);
        check(&[], &[], &["none of them is here, and it has 6 queries"]);
    }
}
