//! What does not verify already when a pack is made: a file of the pack lists it, under a hash in the manifest, and the rest is there. *Pure.*

use std::collections::BTreeMap;

use serde::Serialize;

use crate::sheet::{
    Week,
    entries::{self, Range},
};

/// A part of a pack that is not what the journal says. It is not in the pack, or says so itself.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub struct Finding {
    /// `sheet` or `review`.
    part: String,
    /// Which: MEMBER/WEEK/ACCOUNT, with the sheet's number behind it where the account has several of that week; or MEMBER/MONTH.
    of: String,
    /// The code of what is wrong with it.
    code: String,
    /// Of a sheet: the journal indexes that it claims to be of, in their one spelling; empty if none, or if that cannot be read.
    claimed: String,
}

/// What sheets claim that are known not to be in the pack, by member and week.
pub type Claims = BTreeMap<(String, Week), Vec<Vec<Range>>>;

/// The file that lists `findings`: its format, and a line each.
pub fn list(findings: &[Finding]) -> String {
    let lines: String = findings.iter().map(Finding::line).collect();
    format!("{FORMAT}\n{lines}")
}

/// Reads exactly what [`list`] writes.
pub fn parse(text: &str) -> Option<Vec<Finding>> {
    let lines = text.strip_prefix(FORMAT)?.strip_prefix('\n')?;
    lines.split_inclusive('\n').map(Finding::parse).collect()
}

/// What the sheets among `findings` claim. Weeks of a sheet that claims nothing are among them; one that was never there claims none.
pub fn claims(findings: &[Finding]) -> Claims {
    let mut claims = Claims::new();
    for found in findings.iter().filter(|found| found.code != MISSING) {
        if let Some((of, ranges)) = found.week().zip(entries::parse(&found.claimed)) {
            claims.entry(of).or_default().push(ranges);
        }
    }
    claims
}

impl Finding {
    /// Of the weekly sheet of `querier`, whose queries have the indexes `claimed`. All of it comes from a table that may have been
    /// changed: what no name has is left out, and so are indexes in another spelling.
    pub fn sheet((member, week): (&str, Week), querier: &str, code: &str, claimed: &str) -> Self {
        let known = entries::parse(claimed).map_or("", |_| claimed);
        Self {
            claimed: known.to_owned(),
            ..Self::new(SHEET, &format!("{member}/{week}/{querier}"), code)
        }
    }

    /// Of the weekly sheet of `querier` that has to be there by the registers, and is not.
    pub fn missing(of: (&str, Week), querier: &str) -> Self {
        Self::sheet(of, querier, MISSING, "")
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
            claimed: String::new(),
        }
    }

    /// Reads exactly what [`Finding::line`] writes.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_suffix('\n')?.split(' ');
        let mut found = Self::new(words.next()?, words.next()?, words.next()?);
        found.claimed = match words.next()? {
            NONE => String::new(),
            claimed => claimed.to_owned(),
        };
        let is_known = match found.part.as_str() {
            SHEET => found.week().is_some() && entries::parse(&found.claimed).is_some(),
            part => part == REVIEW && found.claimed.is_empty(),
        };
        (is_known && found.line() == line).then_some(found)
    }

    /// In the file: as [`Finding::text`], and what it claims, or `-`.
    fn line(&self) -> String {
        let claimed = Some(self.claimed.as_str()).filter(|claimed| !claimed.is_empty());
        format!("{} {}\n", self.text(), claimed.unwrap_or(NONE))
    }

    /// In a line: what, which, and the code.
    pub fn text(&self) -> String {
        format!("{} {} {}", self.part, self.of, self.code)
    }

    /// As whoever verifies the pack is told.
    pub fn told_later(&self) -> String {
        format!(
            "{}: did not verify when the pack was made, as its list of findings says",
            self.text()
        )
    }

    /// In Chinese.
    pub fn told(&self) -> String {
        let part = match self.part.as_str() {
            SHEET if self.code == MISSING => "應有而未見之查詢紀錄單",
            SHEET => "查詢紀錄單",
            _ => "抽核報告",
        };
        format!("{part} {}（{}）", self.of, self.code)
    }

    /// Whether it is of a sheet of `account` and that week; one whose account is nobody's name may be anybody's.
    pub fn is_of(&self, of: &(String, Week), account: &str) -> bool {
        let whose = self.of.split('/').nth(2).unwrap_or_default();
        self.week().is_some_and(|week| week == *of) && (whose.is_empty() || whose == account)
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

const FORMAT: &str = "mayfly-findings/1";
const SHEET: &str = "sheet";
const REVIEW: &str = "review";
/// A sheet that has to be there, and is in no table either.
const MISSING: &str = "SHEET-MISSING";
/// In place of indexes: there are none.
const NONE: &str = "-";
/// Longer than any name.
const NAME_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn week() -> Week {
        Week::parse("2026-W45").unwrap()
    }

    #[test]
    fn a_finding_has_one_spelling_and_no_text_of_a_table_breaks_its_line() {
        let of = ("004", week());
        let found = Finding::sheet(of, "chen.yl", "SHEET-CHANGED", "3-5,9");
        assert_eq!(found.text(), "sheet 004/2026-W45/chen.yl SHEET-CHANGED");
        let review = Finding::review("004", "2026-11", "REVIEW-CHANGED");
        assert!(review.week().is_none() && review.told().starts_with("抽核報告 004/2026-11"));
        let strange = Finding::sheet(of, "a\nfiles: 9 ../陳", "SHEET-CHANGED", "9,3\nsheet");
        assert_eq!(strange.text(), "sheet 004/2026-W45/afiles9../ SHEET-CHANGED");
        let w45 = ("004".to_owned(), week());
        assert!(found.is_of(&w45, "chen.yl") && !found.is_of(&w45, "lin.ch"));
        assert!(!found.is_of(&("012".to_owned(), week()), "chen.yl") && !review.is_of(&w45, "chen.yl"));
        let of_two = Finding::sheet(of, "chen.yl/12", "SHEET-CHANGED", "");
        assert!(
            of_two.is_of(&w45, "chen.yl") && Finding::sheet(of, "***", "SHEET-CHANGED", "").is_of(&w45, "x")
        );
        let all = [found, review, strange];
        let text = list(&all);
        assert_eq!(
            text,
            "mayfly-findings/1\nsheet 004/2026-W45/chen.yl SHEET-CHANGED 3-5,9\nreview 004/2026-11 REVIEW-CHANGED -\n\
             sheet 004/2026-W45/afiles9../ SHEET-CHANGED -\n"
        );
        assert!(parse(&text).is_some_and(|read| read == all));
        assert!(parse(&list(&[])).is_some_and(|none| none.is_empty()));
        assert!(parse("").is_none() && parse(FORMAT).is_none());
        for text in [
            "sheet 004/2026-W45/x CODE",
            "sheet 004/2026-W45/x CODE -",
            "sheet 004/2026-W45/x CODE\n",
            "sheet 004/2026-W45/x CODE \n",
            "sheet 004/2026-W45/x CODE 5-3\n",
            "sheet 004/2026-W45/x CODE - more\n",
            "sheet 004/W45/x CODE -\n",
            "sheet 004/2026-W45/x  CODE -\n",
            "other 004/2026-W45/x CODE -\n",
            "review 004/2026-11 CODE 3\n",
            "\n",
        ] {
            assert!(parse(&format!("{FORMAT}\n{text}")).is_none(), "{text}");
        }
    }

    #[test]
    fn what_the_sheets_of_a_week_claim_is_told_together() {
        let found = ["3-5", "", "9"].map(|claimed| Finding::sheet(("004", week()), "x", "CODE", claimed));
        let review = Finding::review("004", "2026-11", "CODE");
        let missing = Finding::missing(("012", week()), "x");
        assert!(
            missing
                .told()
                .starts_with("應有而未見之查詢紀錄單 012/2026-W45/x")
        );
        let all = claims(&[&found[..], &[review, missing]].concat());
        let of = &all[&("004".to_owned(), week())];
        assert_eq!((all.len(), of.len()), (1, 3));
        let claimed = |index| of.iter().any(|ranges| entries::holds(ranges, index));
        assert_eq!([2, 3, 5, 9, 10].map(claimed), [false, true, true, true, false]);
    }
}
