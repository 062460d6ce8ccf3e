//! What pages to print have in common: head, facts, tables, boxes for seals (核章欄); A4, static, nothing loaded from elsewhere. *Pure.*

use std::fmt::Write;

use mayfly_consent::Language;

use crate::printed::{Printed, escaped};

/// A page while it is written. What is given as a text is never markup, whatever it says.
pub struct Page {
    html: String,
    language: Language,
}

impl Page {
    /// A confidential page (密件) of this title.
    pub fn new(title: &str, language: Language) -> Self {
        let title = escaped(title);
        let (lang, secret) = match language {
            Language::En => ("en", "Confidential"),
            Language::ZhTw => ("zh-Hant-TW", "密件"),
        };
        Self {
            html: format!(
                "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<p class=\"secret\">{secret}</p>\n<h1>{title}</h1>\n"
            ),
            language,
        }
    }

    /// Names and values, one below the other.
    pub fn facts<'t>(&mut self, facts: impl IntoIterator<Item = (&'t str, String)>) {
        self.push("<table class=\"facts\">\n");
        for (name, value) in facts {
            self.row("th", "td", [name, &value]);
        }
        self.push("</table>\n");
    }

    /// Names and values in one line.
    pub fn line(&mut self, facts: &[(&str, String)]) {
        self.push("<p>");
        for (name, value) in facts {
            self.push(&format!("{}：{}　", escaped(name), escaped(value)));
        }
        self.push("</p>\n");
    }

    /// A heading.
    pub fn heading(&mut self, text: &str) {
        self.push(&format!("<h2>{}</h2>\n", escaped(text)));
    }

    /// A table under its heading, or that there is nothing to list.
    pub fn part<const N: usize>(&mut self, heading: &str, table: &Printed<N>) {
        self.heading(heading);
        if table.lines.is_empty() {
            self.push(&format!("<p>{}</p>\n", self.none()));
        } else {
            self.table(table);
        }
    }

    /// A table, whose heading is repeated on each sheet of paper.
    pub fn table<const N: usize>(&mut self, table: &Printed<N>) {
        let name = match self.language {
            Language::En => 1,
            Language::ZhTw => 2,
        };
        self.push("<table>\n<thead>\n");
        self.row("th", "th", table.columns.map(|names| names[name]));
        self.push("</thead>\n<tbody>\n");
        for line in &table.lines {
            self.row("td", "td", line.each_ref().map(String::as_str));
        }
        if table.lines.is_empty() {
            self.push(&format!("<tr><td colspan=\"{N}\">{}</td></tr>\n", self.none()));
        }
        self.push("</tbody>\n</table>\n");
    }

    /// Numbered notes.
    pub fn notes<'t>(&mut self, notes: impl IntoIterator<Item = &'t str>) {
        self.push("<ol>\n");
        for note in notes {
            self.push(&format!("<li>{}</li>\n", escaped(note)));
        }
        self.push("</ol>\n");
    }

    /// Lines as they stand.
    pub fn verbatim<'t>(&mut self, lines: impl IntoIterator<Item = &'t str>) {
        self.push("<pre>");
        for line in lines {
            self.push(&format!("{}\n", escaped(line)));
        }
        self.push("</pre>\n");
    }

    /// The row of seals: whose they are, who signed by the system, and room for ink.
    pub fn seals<const N: usize>(&mut self, names: [&str; N], signed: [&str; N]) {
        self.push("<table class=\"seals\">\n");
        self.row("th", "th", names);
        self.row("td", "td", signed);
        self.push("</table>\n");
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
        self.push("</body>\n</html>\n");
        self.html
    }

    fn row<const N: usize>(&mut self, first: &str, other: &str, cells: [&str; N]) {
        self.push("<tr>");
        for (at, cell) in cells.into_iter().enumerate() {
            let tag = if at == 0 { first } else { other };
            // Writing to a string does not fail.
            let _ = write!(self.html, "<{tag}>{}</{tag}>", escaped(cell));
        }
        self.push("</tr>\n");
    }

    fn none(&self) -> &'static str {
        match self.language {
            Language::En => "none",
            Language::ZhTw => "無",
        }
    }

    fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }
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
table.seals { margin-top: 6mm; font-size: 10pt; table-layout: fixed; break-inside: avoid; }
table.seals td { height: 22mm; vertical-align: top; }
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
        let mut page = Page::new("<i>", Language::En);
        page.facts([("a", "<script>".to_owned())]);
        let html = page.finish();
        assert!(html.contains("<tr><th>a</th><td>&lt;script&gt;</td></tr>\n") && !html.contains("<i>"));
    }
}
