//! A signed review as a page to print: static HTML, A4, no script, nothing loaded from elsewhere. *Pure.*

use std::fmt::Write;

use mayfly_consent::Language;

use super::{
    paper::{self, headings, instant, of},
    report::Review,
};
use crate::printed::{Printed, escaped};

/// The page in `language`.
pub fn html(review: &Review, language: Language) -> String {
    let title = escaped(&paper::title(review, language));
    let lang = of(language, "en", "zh-Hant-TW");
    let secret = of(language, "Confidential", "密件");
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<p class=\"secret\">{secret}</p>\n<h1>{title}</h1>\n<table class=\"facts\">\n"
    );
    for (name, value) in paper::facts(review, language) {
        row(&mut page, "th", "td", [name, &value]);
    }
    page.push_str("</table>\n");
    part(&mut page, headings::CHANCES, &paper::chances(review), language);
    part(
        &mut page,
        headings::RECORDS,
        &paper::records(review, language),
        language,
    );
    part(
        &mut page,
        headings::FINDINGS,
        &paper::findings(review, language),
        language,
    );
    part(
        &mut page,
        headings::PACES,
        &paper::paces(&review.paces, language),
        language,
    );
    let _ = write!(
        page,
        "<h2>{}</h2>\n<pre>",
        of(language, headings::PROOF.0, headings::PROOF.1)
    );
    for line in paper::proof(review, language) {
        let _ = writeln!(page, "{}", escaped(&line));
    }
    page.push_str("</pre>\n");
    seals(&mut page, review, language);
    page.push_str("</body>\n</html>\n");
    page
}

fn part<const N: usize>(page: &mut String, heading: (&str, &str), table: &Printed<N>, language: Language) {
    // Writing to a string does not fail.
    let _ = writeln!(page, "<h2>{}</h2>", of(language, heading.0, heading.1));
    if table.lines.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", of(language, "none", "無"));
        return;
    }
    page.push_str("<table>\n<thead>\n");
    row(
        page,
        "th",
        "th",
        table.columns.map(|names| of(language, names[1], names[2])),
    );
    page.push_str("</thead>\n<tbody>\n");
    for line in &table.lines {
        row(page, "td", "td", line.each_ref().map(String::as_str));
    }
    page.push_str("</tbody>\n</table>\n");
}

/// The row of seals (核章欄): who signed by the system, and room for ink.
fn seals(page: &mut String, review: &Review, language: Language) {
    let signed = format!(
        "{} {}",
        review.signed.account,
        instant(review.signed.signed_at, language)
    );
    let reviewers: Vec<&str> = review
        .reviewers
        .iter()
        .map(|(account, _)| account.as_str())
        .collect();
    page.push_str("<table class=\"seals\">\n");
    let names = [
        of(language, "Reviewer", "覆核人員"),
        of(language, "Unit head", "單位主管"),
        of(language, "Head of institution", "機構首長"),
    ];
    row(page, "th", "th", names);
    row(page, "td", "td", [&reviewers.join(" "), &signed, ""]);
    page.push_str("</table>\n");
}

fn row<const N: usize>(page: &mut String, first: &str, other: &str, cells: [&str; N]) {
    page.push_str("<tr>");
    for (at, cell) in cells.into_iter().enumerate() {
        let tag = if at == 0 { first } else { other };
        let _ = write!(page, "<{tag}>{}</{tag}>", escaped(cell));
    }
    page.push_str("</tr>\n");
}

const STYLE: &str = "@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt \"DFKai-SB\", \"BiauKai\", \"Noto Serif CJK TC\", serif; color: #000; background: #fff; margin: 0 auto; max-width: 273mm; }
h1 { font-size: 15pt; text-align: center; }
h2 { font-size: 12pt; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 8pt; }
th, td { border: 1px solid #000; padding: 1mm; text-align: left; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
table.facts { width: auto; font-size: 10pt; }
table.seals { margin-top: 6mm; font-size: 10pt; }
table.seals td { height: 22mm; vertical-align: top; width: 33%; }
pre { font-size: 8pt; white-space: pre-wrap; overflow-wrap: anywhere; }
p.secret { text-align: right; font-weight: bold; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_markup() {
        assert_eq!(
            escaped("<b>&\"'\u{202E}x\n</b>"),
            "&lt;b&gt;&amp;&quot;&#39;x&lt;/b&gt;"
        );
        let mut page = String::new();
        row(&mut page, "th", "td", ["a", "<script>"]);
        assert_eq!(page, "<tr><th>a</th><td>&lt;script&gt;</td></tr>\n");
    }
}
