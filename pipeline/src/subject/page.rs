//! The report as a page to print, in 繁體中文. *Pure.*

use mayfly_consent::Language;

use super::{
    paper::{self, CONSENTS, GONE, QUERIES},
    report::Report,
};
use crate::page::Page;

/// The page.
pub fn html(report: &Report) -> String {
    let mut page = Page::new(paper::title(LANGUAGE), LANGUAGE);
    page.facts(paper::facts(report, LANGUAGE));
    page.part(CONSENTS.1, &paper::consents(report, LANGUAGE));
    page.part(QUERIES.1, &paper::queries(report, LANGUAGE));
    page.part(GONE.1, &paper::certificates(report, LANGUAGE));
    page.heading("說明");
    page.notes(paper::notes(LANGUAGE));
    page.seals(["承辦人", "單位主管", "機關首長"], [""; 3]);
    page.finish()
}

const LANGUAGE: Language = Language::ZhTw;
