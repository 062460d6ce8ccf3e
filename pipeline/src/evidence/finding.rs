//! What does not verify already when a pack is made: the manifest names it, the README tells it, the rest is there. *Pure.*

use serde::Serialize;

use crate::sheet::Week;

/// A part of a pack that is not what the journal says. It is not in the pack, or says so itself.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Finding {
    /// `sheet` or `review`.
    part: String,
    /// Which: MEMBER/WEEK/ACCOUNT, or MEMBER/MONTH.
    of: String,
    /// The code of what is wrong with it.
    code: String,
}

impl Finding {
    /// Of the weekly sheet of `querier`. Its names come from a table that may have been changed: what no name has is left out.
    pub fn sheet(member: &str, week: Week, querier: &str, code: &str) -> Self {
        Self::new(SHEET, &format!("{member}/{week}/{querier}"), code)
    }

    /// Of the signed review of `month`.
    pub fn review(member: &str, month: &str, code: &str) -> Self {
        Self::new(REVIEW, &format!("{member}/{month}"), code)
    }

    fn new(part: &str, of: &str, code: &str) -> Self {
        let named = |text: &str| -> String {
            let known = |sign: &char| sign.is_ascii_alphanumeric() || "/._-".contains(*sign);
            text.chars().filter(known).take(NAME_CHARS).collect()
        };
        Self {
            part: part.to_owned(),
            of: named(of),
            code: named(code),
        }
    }

    /// Reads exactly what [`Finding::text`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let found = Self::new(words.next()?, words.next()?, words.next()?);
        let is_known = [SHEET, REVIEW].contains(&found.part.as_str());
        (is_known && found.text() == text).then_some(found)
    }

    /// In a line: what, which, and the code.
    pub fn text(&self) -> String {
        format!("{} {} {}", self.part, self.of, self.code)
    }

    /// As whoever verifies the pack is told.
    pub fn told_later(&self) -> String {
        format!(
            "{}: did not verify when the pack was made, as its manifest says",
            self.text()
        )
    }

    /// In Chinese.
    pub fn told(&self) -> String {
        let part = match self.part.as_str() {
            SHEET => "查詢紀錄單",
            _ => "抽核報告",
        };
        format!("{part} {}（{}）", self.of, self.code)
    }

    /// Member and week whose queries are not all on sheets here because of it.
    pub fn week(&self) -> Option<(String, Week)> {
        let mut names = self.of.split('/').filter(|_| self.part == SHEET);
        Some((names.next()?.to_owned(), Week::parse(names.next()?)?))
    }
}

impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

const SHEET: &str = "sheet";
const REVIEW: &str = "review";
/// Longer than any name.
const NAME_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_one_spelling_and_no_text_of_a_table_breaks_its_line() {
        let week = Week::parse("2026-W45").unwrap();
        let found = Finding::sheet("004", week, "chen.yl", "SHEET-CHANGED");
        assert_eq!(found.text(), "sheet 004/2026-W45/chen.yl SHEET-CHANGED");
        assert_eq!(Finding::parse(&found.text()), Some(found.clone()));
        assert!(found.week() == Some(("004".into(), week)));
        let strange = Finding::sheet("004", week, "a\nfiles: 9 ../陳", "SHEET-CHANGED");
        assert_eq!(strange.text(), "sheet 004/2026-W45/afiles9../ SHEET-CHANGED");
        assert_eq!(Finding::parse(&strange.text()), Some(strange));
        let review = Finding::review("004", "2026-11", "REVIEW-CHANGED");
        assert!(review.week().is_none() && review.told().starts_with("抽核報告 004/2026-11"));
        for text in [
            "sheet 004",
            "other 004/2026-W45/x CODE",
            "sheet 004  CODE",
            "sheet 004/2026-W45/x CODE more",
        ] {
            assert!(Finding::parse(text).is_none(), "{text}");
        }
    }
}
