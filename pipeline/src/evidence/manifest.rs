//! The manifest of a pack: what it is, whose, made when and by whom, and the hash over the list of its files. *Pure.*

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{asked::Asked, finding::Finding};
use crate::{audit::Month, sheet::Week};

/// What the bureau signs.
pub struct Manifest {
    /// The journal's origin.
    pub origin: String,
    /// Which days, and whose.
    pub asked: Asked,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who made it: where they stand, and their account.
    pub made_by: String,
    /// SHA-256 of the public key.
    pub fingerprint: String,
    /// How many entries the journal in it has.
    pub journal: u64,
    /// How many files `SHA256SUMS` lists.
    pub files: u64,
    /// SHA-256 of `SHA256SUMS`.
    pub sums: String,
    /// What did not verify when it was made.
    pub findings: Vec<Finding>,
}

impl Manifest {
    /// Its text: a line each, none of them empty.
    pub fn text(&self) -> String {
        let Asked { from, to, member } = &self.asked;
        let member = member.as_deref().unwrap_or(ALL);
        let head = format!(
            "{FORMAT}\norigin: {}\nfrom: {from}\nto: {to}\nmember: {member}\nmade at: {}\nmade by: {}\npublic key: {}\njournal entries: {}\nfiles: {}\nfiles sha256: {}\n",
            self.origin, self.made_at, self.made_by, self.fingerprint, self.journal, self.files, self.sums
        );
        let findings = self
            .findings
            .iter()
            .map(|found| format!("finding: {}\n", found.text()));
        head + &findings.collect::<String>()
    }

    /// The weeks of members of which a sheet did not verify when it was made.
    pub fn unsound_weeks(&self) -> BTreeSet<(String, Week)> {
        self.findings.iter().filter_map(Finding::week).collect()
    }

    /// Reads exactly what [`Manifest::text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(FORMAT)?.strip_prefix('\n')?.lines();
        let mut cell = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ");
        let origin = cell("origin")?.to_owned();
        let day = |text: &str| text.parse::<Date>().ok();
        let (from, to) = (day(cell("from")?)?, day(cell("to")?)?);
        let member = Some(cell("member")?).filter(|member| *member != ALL);
        let manifest = Self {
            origin,
            asked: Asked {
                from,
                to,
                member: member.map(str::to_owned),
            },
            made_at: cell("made at")?.parse().ok()?,
            made_by: cell("made by")?.to_owned(),
            fingerprint: cell("public key")?.to_owned(),
            journal: cell("journal entries")?.parse().ok()?,
            files: cell("files")?.parse().ok()?,
            sums: cell("files sha256")?.to_owned(),
            findings: lines
                .map(|line| line.strip_prefix("finding: ").and_then(Finding::parse))
                .collect::<Option<_>>()?,
        };
        (manifest.text() == text).then_some(manifest)
    }

    /// Whether the queries of `member` in `week` have to be on sheets in the pack: it has a day of those asked for, and was closed
    /// when the pack was made. Sheets are made on the Monday after, at an hour that the regime says; one day later they are there.
    pub fn has_week(&self, member: &str, week: Week) -> bool {
        self.asked.is_of(member)
            && self.asked.meets(week.first_day(), week.last_day())
            && week.is_closed(self.made_at, CLOSED_HOURS)
    }

    /// Whether a sample of `member` and `month` has to be in the pack once it was drawn.
    pub fn has_month(&self, member: &str, month: Month) -> bool {
        self.asked.is_of(member) && self.asked.meets(month.first_day(), month.last_day())
    }
}

const FORMAT: &str = "mayfly-evidence/1";
const ALL: &str = "all";
/// From the end of a week until its sheets are there whatever the hour at which the regime has them made.
const CLOSED_HOURS: i8 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn november() -> Manifest {
        Manifest {
            origin: "mayfly/sandbox/1".into(),
            asked: Asked {
                from: jiff::civil::date(2026, 11, 1),
                to: jiff::civil::date(2026, 11, 30),
                member: Some("004".into()),
            },
            made_at: "2026-12-01T01:00:00Z".parse().unwrap(),
            made_by: "bureau/lee".into(),
            fingerprint: "ab".into(),
            journal: 12,
            files: 3,
            sums: "cd".into(),
            findings: vec![],
        }
    }

    #[test]
    fn sheets_and_samples_are_expected_of_whom_and_of_when_it_was_asked_and_of_what_was_closed() {
        let mut manifest = november();
        let week = |text: &str| Week::parse(text).unwrap();
        // 2026-W44 ends on November 1, 2026-W49 begins on November 30.
        assert!(manifest.has_week("004", week("2026-W44")) && manifest.has_week("004", week("2026-W48")));
        assert!(!manifest.has_week("012", week("2026-W45")));
        assert!(!manifest.has_week("004", week("2026-W43")));
        assert!(!manifest.has_week("004", week("2026-W49")), "it was under way");
        manifest.made_at = "2026-11-30T15:59:59Z".parse().unwrap();
        assert!(!manifest.has_week("004", week("2026-W48")), "its sheets are made");
        manifest.made_at = "2026-11-30T16:00:00Z".parse().unwrap();
        assert!(manifest.has_week("004", week("2026-W48")));
        manifest.asked.member = None;
        assert!(manifest.has_week("012", week("2026-W45")));
        let month = |text: &str| Month::parse(text).unwrap();
        assert!(manifest.has_month("012", month("2026-11")) && !manifest.has_month("012", month("2026-12")));
    }

    #[test]
    fn a_manifest_has_one_spelling() {
        let manifest = november();
        let text = manifest.text();
        assert!(!text.contains("\n\n") && text.contains("\nmember: 004\n"));
        assert_eq!(Manifest::parse(&text).unwrap().text(), text);
        let found = format!("{text}finding: sheet 004/2026-W45/chen.yl SHEET-CHANGED\n");
        let parsed = Manifest::parse(&found).unwrap();
        assert_eq!((parsed.text(), parsed.unsound_weeks().len()), (found, 1));
        let all = text.replace("member: 004", "member: all");
        assert!(Manifest::parse(&all).unwrap().asked.member.is_none());
        for (from, to) in [
            ("files: 3", "files: 03"),
            ("to: ", "To: "),
            ("\njournal", "\n\njournal"),
            ("cd\n", "cd\nmore\n"),
        ] {
            assert!(Manifest::parse(&text.replace(from, to)).is_none(), "{to}");
        }
    }
}
