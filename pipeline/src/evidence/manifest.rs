//! The manifest of a pack: what it is, whose, made when and by whom, and the hashes over the lists of its files and of what did not verify. *Pure.*

use jiff::{Timestamp, civil::Date};

use super::asked::Asked;
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
    /// How many parts did not verify when it was made.
    pub findings: u64,
    /// SHA-256 of the file that lists them.
    pub findings_hash: String,
}

impl Manifest {
    /// Its text: a line each, none of them empty. However much is in the pack, it stays within what a note may have.
    pub fn text(&self) -> String {
        let Asked { from, to, member } = &self.asked;
        let member = member.as_deref().unwrap_or(ALL);
        format!(
            "{FORMAT}\norigin: {}\nfrom: {from}\nto: {to}\nmember: {member}\nmade at: {}\nmade by: {}\npublic key: {}\njournal entries: {}\nfiles: {}\nfiles sha256: {}\nfindings: {}\nfindings sha256: {}\n",
            self.origin,
            self.made_at,
            self.made_by,
            self.fingerprint,
            self.journal,
            self.files,
            self.sums,
            self.findings,
            self.findings_hash
        )
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
            findings: cell("findings")?.parse().ok()?,
            findings_hash: cell("findings sha256")?.to_owned(),
        };
        (manifest.text() == text).then_some(manifest)
    }

    /// Whether the queries of `member` in `week` have to be on sheets in the pack, as [`Asked::has_week`] says for when it was made.
    pub fn has_week(&self, member: &str, week: Week, make_hour: i8) -> bool {
        self.asked.has_week((member, week), self.made_at, make_hour)
    }

    /// Whether a sample of `member` and `month` has to be in the pack once it was drawn.
    pub fn has_month(&self, member: &str, month: Month) -> bool {
        self.asked.is_of(member) && self.asked.meets(month.first_day(), month.last_day())
    }
}

const FORMAT: &str = "mayfly-evidence/1";
const ALL: &str = "all";

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
            findings: 1,
            findings_hash: "ef".into(),
        }
    }

    #[test]
    fn sheets_and_samples_are_expected_of_whom_and_of_when_it_was_asked_and_of_what_was_closed() {
        let mut manifest = november();
        let week = |text: &str| Week::parse(text).unwrap();
        // 2026-W44 ends on November 1, 2026-W49 begins on November 30.
        assert!(
            manifest.has_week("004", week("2026-W44"), 1) && manifest.has_week("004", week("2026-W48"), 1)
        );
        assert!(!manifest.has_week("012", week("2026-W45"), 1));
        assert!(!manifest.has_week("004", week("2026-W43"), 1));
        assert!(!manifest.has_week("004", week("2026-W49"), 1), "it was under way");
        manifest.made_at = "2026-11-29T16:59:59Z".parse().unwrap();
        assert!(
            !manifest.has_week("004", week("2026-W48"), 1),
            "its sheets are not made yet"
        );
        manifest.made_at = "2026-11-29T17:00:00Z".parse().unwrap();
        assert!(manifest.has_week("004", week("2026-W48"), 1));
        assert!(
            !manifest.has_week("004", week("2026-W48"), 2),
            "they are made later"
        );
        manifest.asked.member = None;
        assert!(manifest.has_week("012", week("2026-W45"), 1));
        let month = |text: &str| Month::parse(text).unwrap();
        assert!(manifest.has_month("012", month("2026-11")) && !manifest.has_month("012", month("2026-12")));
    }

    #[test]
    fn a_manifest_has_one_spelling() {
        let manifest = november();
        let text = manifest.text();
        assert!(!text.contains("\n\n") && text.contains("\nmember: 004\n"));
        assert_eq!(Manifest::parse(&text).unwrap().text(), text);
        assert!(text.ends_with("\nfindings: 1\nfindings sha256: ef\n"));
        let all = text.replace("member: 004", "member: all");
        assert!(Manifest::parse(&all).unwrap().asked.member.is_none());
        for (from, to) in [
            ("files: 3", "files: 03"),
            ("to: ", "To: "),
            ("\njournal", "\n\njournal"),
            ("ef\n", "ef\nmore\n"),
            ("findings: 1", "findings: one"),
        ] {
            assert!(Manifest::parse(&text.replace(from, to)).is_none(), "{to}");
        }
    }
}
