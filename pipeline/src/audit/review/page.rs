//! A signed review as a page to print. *Pure.*

use mayfly_consent::Language;

use super::{
    paper::{self, headings},
    report::Review,
};
use crate::{
    page::Page,
    printed::{instant, of},
};

/// The page in `language`.
pub fn html(review: &Review, language: Language) -> String {
    let heading = |names: (&'static str, &'static str)| of(language, names.0, names.1);
    let mut page = Page::new(&paper::title(review, language), language);
    page.facts(paper::facts(review, language));
    page.part(heading(headings::CHANCES), &paper::chances(review));
    page.part(heading(headings::RECORDS), &paper::records(review, language));
    page.part(heading(headings::FINDINGS), &paper::findings(review, language));
    page.part(heading(headings::PACES), &paper::paces(&review.paces, language));
    page.heading(heading(headings::PROOF));
    page.verbatim(paper::proof(review, language).iter().map(String::as_str));
    let reviewers: Vec<&str> = review
        .reviewers
        .iter()
        .map(|(account, _)| account.as_str())
        .collect();
    let signed = review.signed.as_ref().map_or_else(
        || of(language, "NOT SIGNED OFF", "未簽核").to_owned(),
        |signed| format!("{} {}", signed.account, instant(signed.signed_at, language)),
    );
    page.seals(
        [
            of(language, "Reviewer", "覆核人員"),
            of(language, "Unit head", "單位主管"),
            of(language, "Head of institution", "機構首長"),
        ],
        [&reviewers.join(" "), &signed, ""],
    );
    page.finish()
}
