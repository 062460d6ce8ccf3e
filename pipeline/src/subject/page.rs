//! The report as a page to print: A4, 繁體中文, static, nothing loaded from elsewhere. *Pure.*

use mayfly_consent::Language;

use super::{
    paper::{self, CONSENTS, GONE, QUERIES},
    report::Report,
};
use crate::printed::{Printed, escaped};

/// The page.
pub fn html(report: &Report) -> String {
    let title = paper::title(LANGUAGE);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-Hant-TW\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<p class=\"secret\">密件</p>\n<h1>{title}</h1>\n<table class=\"facts\">\n"
    );
    for (name, value) in paper::facts(report, LANGUAGE) {
        page.push_str(&format!("<tr><th>{name}</th><td>{}</td></tr>\n", escaped(&value)));
    }
    page.push_str("</table>\n");
    part(&mut page, CONSENTS.1, &paper::consents(report, LANGUAGE));
    part(&mut page, QUERIES.1, &paper::queries(report, LANGUAGE));
    part(&mut page, GONE.1, &paper::certificates(report, LANGUAGE));
    page.push_str("<h2>說明</h2>\n<ol>\n");
    for note in paper::notes(LANGUAGE) {
        page.push_str(&format!("<li>{}</li>\n", escaped(note)));
    }
    page.push_str("</ol>\n<table class=\"seals\">\n<tr><th>承辦人</th><th>單位主管</th><th>機關首長</th></tr>\n<tr><td></td><td></td><td></td></tr>\n</table>\n</body>\n</html>\n");
    page
}

fn part<const N: usize>(page: &mut String, heading: &str, table: &Printed<N>) {
    page.push_str(&format!("<h2>{heading}</h2>\n"));
    if table.lines.is_empty() {
        page.push_str("<p>無</p>\n");
        return;
    }
    let row = |tag: &str, cells: [&str; N]| {
        let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
        format!("<tr>{}</tr>\n", cells.concat())
    };
    page.push_str("<table>\n<thead>\n");
    page.push_str(&row("th", table.columns.map(|names| names[2])));
    page.push_str("</thead>\n<tbody>\n");
    for line in &table.lines {
        page.push_str(&row("td", line.each_ref().map(String::as_str)));
    }
    page.push_str("</tbody>\n</table>\n");
}

const LANGUAGE: Language = Language::ZhTw;

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
table.seals td { height: 22mm; width: 33%; }
p.secret { text-align: right; font-weight: bold; }
";
