//! A register as a page to print: A4, 繁體中文, boxes for seals; modelled on the forms that banks use (五(一)2). *Pure.*

use std::fmt::Write;

use crate::printed::{Printed, escaped};

/// The page of `table` under `title`, with `facts` above it: names and values.
pub fn html<const N: usize>(title: &str, facts: &[(&str, String)], table: &Printed<N>) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-Hant-TW\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<p class=\"secret\">密件</p>\n<h1>{title}</h1>\n<p>"
    );
    for (name, value) in facts {
        // Writing to a string does not fail.
        let _ = write!(page, "{name}：{}　", escaped(value));
    }
    page.push_str("</p>\n<table>\n<thead>\n");
    row(&mut page, "th", table.columns.map(|names| names[2]));
    page.push_str("</thead>\n<tbody>\n");
    for line in &table.lines {
        row(&mut page, "td", line.each_ref().map(String::as_str));
    }
    if table.lines.is_empty() {
        let _ = writeln!(page, "<tr><td colspan=\"{N}\">無</td></tr>");
    }
    page.push_str("</tbody>\n</table>\n<table class=\"seals\">\n");
    row(&mut page, "th", ["承辦人", "覆核", "單位主管", "機構首長"]);
    row(&mut page, "td", [""; 4]);
    page.push_str("</table>\n</body>\n</html>\n");
    page
}

fn row<const N: usize>(page: &mut String, tag: &str, cells: [&str; N]) {
    let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
    let _ = writeln!(page, "<tr>{}</tr>", cells.concat());
}

const STYLE: &str = "@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt \"DFKai-SB\", \"BiauKai\", \"Noto Serif CJK TC\", serif; color: #000; background: #fff; margin: 0 auto; max-width: 273mm; }
h1 { font-size: 15pt; text-align: center; }
table { border-collapse: collapse; width: 100%; font-size: 8pt; }
th, td { border: 1px solid #000; padding: 1mm; text-align: left; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
table.seals { margin-top: 6mm; font-size: 10pt; }
table.seals td { height: 22mm; width: 25%; }
p.secret { text-align: right; font-weight: bold; }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_cells_as_they_are_and_none_as_markup() {
        let table = |lines: Vec<[String; 2]>| Printed {
            columns: [["name", "Name", "姓名"], ["unit", "Unit", "單位"]],
            lines,
        };
        let facts = [("基準日", "115/11/02".to_owned())];
        let page = html("授權表", &facts, &table(vec![["<b>".into(), "徵信部".into()]]));
        assert!(
            page.contains("<tr><td>&lt;b&gt;</td><td>徵信部</td></tr>") && page.contains("基準日：115/11/02")
        );
        assert!(page.contains("<tr><th>姓名</th><th>單位</th></tr>") && page.contains("單位主管"));
        assert!(html("授權表", &facts, &table(vec![])).contains("<td colspan=\"2\">無</td>"));
    }
}
