//! Tables for people: aligned text for a terminal, and CSV that a spreadsheet takes for text whatever its cells say. *Pure.*

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Language, cells::holds_identity_number, day::taipei_day};

use crate::roc;

/// A table: names of columns for machines, for readers of English and for those of Chinese, and its lines.
pub struct Printed<const N: usize> {
    /// The columns.
    pub columns: [[&'static str; 3]; N],
    /// The lines.
    pub lines: Vec<[String; N]>,
}

impl<const N: usize> Printed<N> {
    /// Lines of aligned columns, with a heading; columns that are empty throughout are left out.
    pub fn text(&self, language: Language) -> String {
        let name = match language {
            Language::En => 1,
            Language::ZhTw => 2,
        };
        let shown: Vec<usize> = (0..N)
            .filter(|column| self.lines.iter().any(|line| !line[*column].is_empty()))
            .collect();
        let heading: [String; N] = self.columns.map(|names| names[name].to_owned());
        let all = || [&heading].into_iter().chain(&self.lines);
        let widths: Vec<usize> = shown
            .iter()
            .map(|column| all().map(|line| width(&line[*column])).max().unwrap_or(0))
            .collect();
        let mut text = String::new();
        for line in all() {
            let start = text.len();
            for (column, most) in shown.iter().zip(&widths) {
                let cell = &line[*column];
                text.push_str(cell);
                text.extend(std::iter::repeat_n(' ', most - width(cell) + 2));
            }
            let end = text[start..].trim_end().len();
            text.truncate(start + end);
            text.push('\n');
        }
        text
    }

    /// CSV (RFC 4180, CRLF) with the names for machines. A cell that a spreadsheet would take for a formula begins with `'`.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let names = self.columns.map(|names| names[0].to_owned());
        for line in [&names].into_iter().chain(&self.lines) {
            let cells: Vec<String> = line.iter().map(|text| cell(text)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

/// A cell of a CSV for people: no formula, and quoted where it must be.
pub fn cell(text: &str) -> String {
    quoted(&guarded(text))
}

/// A text of somebody else's as people may see it: nothing of one that holds an identity number.
pub fn hidden(text: &str) -> String {
    match holds_identity_number(text) {
        true => MASK.into(),
        false => text.to_owned(),
    }
}

/// What became of a query, by its name in the records.
pub fn outcome(name: &'static str, language: Language) -> &'static str {
    match (name, language) {
        ("asked", Language::ZhTw) => "已送查",
        ("answered", Language::ZhTw) => "已回覆",
        ("no_record", Language::ZhTw) => "查無資料",
        ("failed", Language::ZhTw) => "查詢失敗",
        ("unresolved", Language::ZhTw) => "結果未明",
        (name, _) => name,
    }
}

/// How a consent was given, by its name in the records.
pub fn channel(name: &str, language: Language) -> &str {
    match (name, language) {
        ("electronic", Language::ZhTw) => "線上",
        ("paper", Language::ZhTw) => "書面",
        (name, _) => name,
    }
}

/// What stands in place of what is hidden whole.
pub const MASK: &str = "***";

/// A cell that no spreadsheet takes for a formula, signs of full width included.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULAS) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A day for people: in years of the republic for readers of Chinese.
pub fn day(day: Date, language: Language) -> String {
    match language {
        Language::En => day.to_string(),
        Language::ZhTw => format!(
            "{}/{:02}/{:02}",
            i32::from(day.year()) - ROC_EPOCH,
            day.month(),
            day.day()
        ),
    }
}

/// An instant in Taipei: day and time to the second.
pub fn instant(at: Timestamp, language: Language) -> String {
    let time = jiff::tz::offset(8).to_datetime(at).strftime("%H:%M:%S");
    format!("{} {time}", day(taipei_day(at), language))
}

/// An instant in a sentence for people (D22).
pub fn moment(at: Timestamp, language: Language) -> String {
    match language {
        Language::En => roc::taipei(at),
        Language::ZhTw => roc::republic(at),
    }
}

/// An instant in a table for people: for readers of English as a command line takes it.
pub fn stamp(at: Timestamp, language: Language) -> String {
    match language {
        Language::En => roc::offset(at),
        Language::ZhTw => instant(at, language),
    }
}

/// One of the two.
pub fn of<'t>(language: Language, en: &'t str, zh: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::ZhTw => zh,
    }
}

/// Text that is no markup, whatever it says; characters that are not to be seen are left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Signs that turn the reading order would show another text than there is.
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
            control if control.is_control() => {}
            plain => out.push(plain),
        }
    }
    out
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Columns of a terminal that `text` takes: two for each of the wide characters.
pub fn width(text: &str) -> usize {
    text.chars()
        .map(|character| match character {
            '\u{1100}'..='\u{115F}'
            | '\u{2E80}'..='\u{A4CF}'
            | '\u{AC00}'..='\u{D7A3}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{FE30}'..='\u{FE6F}'
            | '\u{FF00}'..='\u{FF60}'
            | '\u{FFE0}'..='\u{FFE6}'
            | '\u{20000}'..='\u{3FFFD}' => 2,
            _ => 1,
        })
        .sum()
}

const FORMULAS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
const ROC_EPOCH: i32 = 1911;

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[[&str; 3]]) -> Printed<3> {
        Printed {
            columns: [
                ["name", "Name", "姓名"],
                ["unit", "Unit", "單位"],
                ["from", "From", "起日"],
            ],
            lines: cells.iter().map(|line| line.map(str::to_owned)).collect(),
        }
    }

    #[test]
    fn columns_are_aligned_by_what_they_take_on_a_terminal() {
        let printed = table(&[["陳虛玲", "", "115/01/01"], ["x", "", ""]]);
        assert_eq!(
            printed.text(Language::ZhTw),
            "姓名    起日\n陳虛玲  115/01/01\nx\n"
        );
        assert_eq!(printed.text(Language::En), "Name    From\n陳虛玲  115/01/01\nx\n");
        assert_eq!(table(&[]).text(Language::En), "\n");
    }

    #[test]
    fn no_cell_is_a_formula_and_no_cell_breaks_its_line() {
        let printed = table(&[["=1+1", "a,b", "say \"x\""], ["＠SUM", "a-b", "-1"]]);
        assert_eq!(
            printed.csv(),
            "name,unit,from\r\n'=1+1,\"a,b\",\"say \"\"x\"\"\"\r\n'＠SUM,a-b,'-1\r\n"
        );
        for sign in FORMULAS {
            assert!(guarded(&format!("{sign}1")).starts_with('\''));
        }
    }

    #[test]
    fn days_are_in_years_of_the_republic_for_readers_of_chinese() {
        let on = jiff::civil::date(2026, 1, 2);
        assert_eq!(
            (day(on, Language::ZhTw), day(on, Language::En)),
            ("115/01/02".into(), "2026-01-02".into())
        );
    }
}
