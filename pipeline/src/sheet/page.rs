//! A sheet as a page to print: A4, both languages, boxes for seals; modelled on the forms that banks use (六(一)6). *Pure.*

use super::{
    form::COLUMNS,
    head::{Head, Named, SECRET, TITLE},
};
use crate::printed::escaped;

/// The page up to its first line.
pub fn begin(head: &Head<'_>) -> String {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"zh-Hant\">\n<meta charset=\"utf-8\">\n<title>{} {}</title>\n<style>\n{STYLE}{}</style>\n\
         <p class=\"secret\">{} {}</p>\n<h1>{}<br><small>{}</small></h1>\n<table class=\"head\">\n",
        TITLE.0,
        head.sheet.week,
        widths(),
        SECRET.0,
        SECRET.1,
        TITLE.0,
        TITLE.1
    );
    for row in head.facts() {
        text.push_str("<tr>");
        let cell = if row.len() == 1 {
            "<td colspan=\"3\">"
        } else {
            "<td>"
        };
        for (name, value) in row {
            text.push_str(&format!("<th>{}{cell}{}", both(name), escaped(&value)));
        }
        text.push('\n');
    }
    text.push_str("</table>\n<table class=\"lines\">\n<colgroup>");
    // A sheet may have a million lines: a browser that need not look at all of them to lay out the first is told the widths.
    for column in 0..WIDTHS.len() {
        text.push_str(&format!("<col class=\"c{column}\">"));
    }
    text.push_str("</colgroup>\n<thead><tr>");
    for [_, english, chinese] in COLUMNS {
        let name = if english == chinese {
            english.to_owned()
        } else {
            both((chinese, english))
        };
        text.push_str(&format!("<th>{name}"));
    }
    text.push_str("</thead>\n<tbody>\n");
    text
}

/// What the style sheet says of them: no style stands within the page, which a browser may be told to hold it to.
fn widths() -> String {
    let columns = WIDTHS.iter().enumerate();
    let lines: Vec<String> = columns
        .map(|(column, width)| format!(".c{column} {{ width: {width}%; }}\n"))
        .collect();
    lines.concat()
}

fn both((chinese, english): Named) -> String {
    format!("{chinese}<br><small>{english}</small>")
}

/// One line of the page.
pub fn line(cells: &[String; 13]) -> String {
    let mut text = String::from("<tr>");
    for cell in cells {
        text.push_str("<td>");
        text.push_str(&escaped(cell));
    }
    text.push('\n');
    text
}

/// The page after its last line: boxes for seals, and by what the sheet is checked.
pub fn end(head: &Head<'_>) -> String {
    let seals = head.seals();
    let names: String = seals
        .iter()
        .map(|(name, _)| format!("<th>{}", both(*name)))
        .collect();
    let lines = |lines: &[String]| {
        lines
            .iter()
            .map(|line| escaped(line))
            .collect::<Vec<_>>()
            .join("<br>")
    };
    let boxes: String = seals
        .iter()
        .map(|(_, signed)| format!("<td>{}", lines(signed)))
        .collect();
    format!(
        "</tbody>\n</table>\n<table class=\"seals\">\n<tr>{names}\n<tr>{boxes}\n</table>\n<p class=\"note\">{}</p>\n</html>\n",
        lines(&head.notes())
    )
}

/// Widths of the columns, in percent of the page.
const WIDTHS: [u8; 13] = [4, 7, 7, 7, 9, 9, 7, 13, 9, 10, 7, 6, 5];
const STYLE: &str = "\
@page { size: A4 portrait; margin: 12mm 10mm; }
body { font-family: DFKai-SB, BiauKai, \"標楷體\", serif; font-size: 9pt; margin: 0 auto; max-width: 188mm; }
h1 { font-size: 16pt; text-align: center; margin: 0 0 4mm; }
h1 small { font-size: 10pt; }
table { border-collapse: collapse; width: 100%; margin-bottom: 4mm; }
th, td { border: 0.3mm solid #000; padding: 0.6mm 0.8mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: normal; background: #eee; }
.head th { width: 14%; }
.head td { width: 36%; }
.lines { font-size: 7pt; table-layout: fixed; }
.lines small { font-size: 6pt; }
.lines thead { display: table-header-group; }
.lines tr, .seals { break-inside: avoid; }
.seals th { width: 25%; text-align: center; }
.seals td { height: 22mm; text-align: center; }
.secret { position: absolute; margin: 0; border: 0.5mm solid #000; padding: 1mm 3mm; }
.note { font-size: 7pt; overflow-wrap: anywhere; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_markup() {
        let cells = std::array::from_fn(|_| "<b>&\"'".to_owned());
        let text = line(&cells);
        assert_eq!(text.matches('<').count(), 14, "{text}");
        assert!(text.contains("&lt;b&gt;&amp;&quot;&#39;"));
    }
}
