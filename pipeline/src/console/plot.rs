//! Pictures of the console as SVG: margins of the purge, queries a day, outcomes; no script, no inline style, readable in grey. *Pure.*
//!
//! Colours and patterns are classes of the console's style sheet, because its content security policy takes no style from a page.
//! Each picture says in words what it shows (`title`, `desc`): whoever cannot see it, and whoever prints it, reads the same.

use std::fmt::Write;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::Language;

use crate::{printed::escaped, purge::Margin, roc};

/// The held cohorts of hours, oldest first, each on a bar from its first instant to the legal limit: what has passed, what is due, what is
/// left, with a mark where reading ends.
pub fn margins(margins: &[Margin], now: Timestamp, language: Language) -> String {
    let span = |margin: &Margin, until: Timestamp| until.duration_since(margin.from).as_secs_f64() / 3600.0;
    let longest = margins
        .iter()
        .map(|margin| span(margin, margin.gone_by))
        .fold(1.0, f64::max);
    let mut picture = Picture::new(margins.len() as u32);
    let mut words = Vec::new();
    for (at, margin) in margins.iter().enumerate() {
        let scale = |hours: f64| f64::from(WIDTH) * hours.clamp(0.0, longest) / longest;
        let (due, limit) = (span(margin, margin.due_at), span(margin, margin.gone_by));
        let passed = span(margin, now);
        let row = at as u32;
        picture.name(row, &margin.cohort);
        picture.bar(row, (0.0, scale(limit)), "rest");
        picture.bar(row, (0.0, scale(passed.min(due))), "passed");
        if passed > due {
            picture.bar(row, (scale(due), scale(passed.min(limit))), "overdue");
        }
        picture.mark(row, scale(due));
        let state = state(margin, now, language);
        picture.value(row, &state);
        words.push(format!("{} {state}", margin.cohort));
    }
    let title = match language {
        Language::En => "Sealed answers and files: hours until they are destroyed",
        Language::ZhTw => "保存中之資料：距銷毀之時數",
    };
    picture.finish(title, &words)
}

/// How many queries there were on each of `days`.
pub fn queries(days: &[(Date, u64)], language: Language) -> String {
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut picture = Picture::new(days.len() as u32);
    let mut words = Vec::new();
    for (row, (day, count)) in (0..).zip(days) {
        let name = match language {
            Language::En => day.to_string(),
            Language::ZhTw => format!("{}月{}日", day.month(), day.day()),
        };
        picture.name(row, &name);
        picture.bar(
            row,
            (0.0, f64::from(WIDTH) * *count as f64 / most as f64),
            "passed",
        );
        picture.value(row, &count.to_string());
        words.push(format!("{name} {count}"));
    }
    let title = match language {
        Language::En => "Queries a day",
        Language::ZhTw => "每日查詢筆數",
    };
    picture.finish(title, &words)
}

/// How the queries came out: each with its name and its number, one after the other on one bar.
pub fn outcomes(counts: &[(&str, u64)], language: Language) -> String {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut picture = Picture::new(1 + counts.len() as u32);
    let (mut from, mut words) = (0.0, Vec::new());
    for (row, (name, count)) in (1..).zip(counts) {
        let to = from + f64::from(WIDTH) * *count as f64 / total.max(1) as f64;
        let class = SHADES[(row as usize - 1) % SHADES.len()];
        picture.bar(0, (from, to), class);
        from = to;
        picture.name(row, name);
        picture.bar(row, (0.0, f64::from(ROW)), class);
        picture.value(row, &count.to_string());
        words.push(format!("{name} {count}"));
    }
    let title = match language {
        Language::En => "Outcomes",
        Language::ZhTw => "查詢結果",
    };
    picture.finish(title, &words)
}

fn state(margin: &Margin, now: Timestamp, language: Language) -> String {
    let hours = |from: Timestamp, until: Timestamp| until.duration_since(from).as_hours();
    let due = roc::hour(margin.due_at);
    match language {
        Language::En if now > margin.gone_by => format!("LATE {} h", hours(margin.gone_by, now)),
        Language::En if now >= margin.due_at => format!("due since {} h", hours(margin.due_at, now)),
        Language::En => format!("{} h left, {due}", hours(now, margin.due_at)),
        Language::ZhTw if now > margin.gone_by => format!("逾期 {} 小時", hours(margin.gone_by, now)),
        Language::ZhTw if now >= margin.due_at => {
            format!("應銷毀已 {} 小時", hours(margin.due_at, now))
        }
        Language::ZhTw => format!("尚餘 {} 小時（{due}）", hours(now, margin.due_at)),
    }
}

/// Rows of a name, a bar and a value.
struct Picture {
    rows: u32,
    svg: String,
}

impl Picture {
    fn new(rows: u32) -> Self {
        Self {
            rows,
            svg: String::new(),
        }
    }

    fn name(&mut self, row: u32, name: &str) {
        self.text(row, (0, "start"), name);
    }

    fn value(&mut self, row: u32, value: &str) {
        self.text(row, (NAME + WIDTH + GAP, "start"), value);
    }

    fn text(&mut self, row: u32, (x, anchor): (u32, &str), text: &str) {
        let y = row * ROW + ROW - 6;
        // Writing to a string does not fail.
        let _ = writeln!(
            self.svg,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        );
    }

    fn bar(&mut self, row: u32, (from, to): (f64, f64), class: &str) {
        let (x, y) = (f64::from(NAME) + from, row * ROW + 3);
        let width = (to - from).max(0.0);
        let height = ROW - 6;
        let _ = writeln!(
            self.svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\"/>"
        );
    }

    fn mark(&mut self, row: u32, at: f64) {
        let x = f64::from(NAME) + at;
        let (top, bottom) = (row * ROW, (row + 1) * ROW);
        let _ = writeln!(
            self.svg,
            "<line class=\"mark\" x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>"
        );
    }

    fn finish(self, title: &str, words: &[String]) -> String {
        let (width, height) = (NAME + WIDTH + GAP + VALUE, self.rows.max(1) * ROW);
        format!(
            "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
             <title>{}</title>\n<desc>{}</desc>\n{}</svg>\n",
            escaped(title),
            escaped(&words.join("; ")),
            self.svg
        )
    }
}

/// Shades of neighbouring parts, as the style sheet knows them.
const SHADES: [&str; 5] = ["shade-1", "shade-2", "shade-3", "shade-4", "shade-5"];
const ROW: u32 = 22;
const NAME: u32 = 170;
const WIDTH: u32 = 480;
const GAP: u32 = 10;
const VALUE: u32 = 170;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn cohort() -> Margin {
        Margin {
            cohort: "answer-2026110202".into(),
            from: at("2026-11-02T02:00Z"),
            due_at: at("2026-11-05T03:00Z"),
            gone_by: at("2026-11-06T02:00Z"),
            due: false,
        }
    }

    #[test]
    fn a_cohort_has_its_bar_until_and_behind_its_time() {
        let drawn = |now| margins(&[cohort()], at(now), Language::En);
        let before = drawn("2026-11-04T02:00:00Z");
        assert!(before.contains("25 h left, 11:00") && !before.contains("overdue"));
        // Half of 96 hours has passed.
        assert!(before.contains("class=\"passed\" x=\"170.0\" y=\"3\" width=\"240.0\""));
        let due = drawn("2026-11-05T10:00:00Z");
        assert!(
            due.contains("due since 7 h")
                && due.contains("class=\"overdue\" x=\"535.0\" y=\"3\" width=\"35.0\"")
        );
        assert!(drawn("2026-11-06T12:00:00Z").contains("LATE 10 h"));
    }

    #[test]
    fn each_picture_says_in_words_what_it_shows() {
        let day: Date = "2026-11-02".parse().unwrap();
        for (picture, words) in [
            (
                margins(&[cohort()], at("2026-11-04T02:00Z"), Language::ZhTw),
                "尚餘 25 小時",
            ),
            (
                queries(&[(day, 120), (day, 60)], Language::ZhTw),
                "11月2日 120; 11月2日 60",
            ),
            (
                outcomes(&[("answered", 3), ("<b>", 1)], Language::En),
                "answered 3; &lt;b&gt; 1",
            ),
        ] {
            assert!(
                picture.contains("<title>") && picture.contains(words),
                "{picture}"
            );
            assert!(
                !picture.contains("style=") && !picture.contains("<b>"),
                "{picture}"
            );
        }
        // Nothing to show is no picture that is not there.
        assert!(queries(&[], Language::En).contains("<svg"));
    }

    #[test]
    fn parts_of_one_bar_touch_and_fill_it() {
        let drawn = outcomes(&[("a", 1), ("b", 3)], Language::En);
        assert!(drawn.contains("class=\"shade-1\" x=\"170.0\" y=\"3\" width=\"120.0\""));
        assert!(drawn.contains("class=\"shade-2\" x=\"290.0\" y=\"3\" width=\"360.0\""));
    }
}
