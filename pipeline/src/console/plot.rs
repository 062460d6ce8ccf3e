//! Pictures of the console as SVG: margins of the purge, queries a day, outcomes; no script, no inline style, readable in grey. *Pure.*
//!
//! Colours and patterns are classes of the console's style sheet, because its content security policy takes no style from a page.
//! Each picture says in words what it shows (`title`, `desc`): whoever cannot see it, and whoever prints it, reads the same.

use std::fmt::Write;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Language, day::taipei_day};

use crate::{printed::escaped, purge::Margin, roc};

/// The held cohorts of hours, oldest first, each on a bar from its first instant to the legal limit: what has passed, what is due, what is
/// left, with lines where reading ends and where the limit is.
pub fn margins(margins: &[Margin], now: Timestamp, language: Language) -> String {
    let span = |margin: &Margin, until: Timestamp| until.duration_since(margin.from).as_secs_f64() / 3600.0;
    let longest = margins
        .iter()
        .map(|margin| span(margin, margin.gone_by))
        .fold(1.0, f64::max);
    let mut picture = Picture::rows(margins.len() as u32 + 1, MARGINS);
    let mut words = Vec::new();
    let scale = |hours: f64| f64::from(MARGINS.bar) * hours.clamp(0.0, longest) / longest;
    for (row, margin) in (1..).zip(margins) {
        let (due, limit) = (span(margin, margin.due_at), span(margin, margin.gone_by));
        let passed = span(margin, now);
        let name = name(margin, language);
        picture.name(row, &name);
        picture.bar(row, (0.0, scale(limit)), "rest");
        picture.bar(row, (0.0, scale(passed.min(due))), "passed");
        if passed > due {
            picture.bar(row, (scale(due), scale(passed.min(limit))), "overdue");
        }
        let state = state(margin, now, language);
        picture.value(row, &state);
        words.push(format!("{name} {state}"));
    }
    // All cohorts of hours have one window; the last answer of one leaves it so much later than the first.
    if let Some(first) = margins.first() {
        let readable = span(first, first.due_at) - COHORT_HOURS;
        for hours in [readable, span(first, first.gone_by)] {
            picture.mark(scale(hours), &format!("{hours:.0} h"));
        }
    }
    let title = match language {
        Language::En => "Sealed answers and files: hours until they are destroyed",
        Language::ZhTw => "保存中之資料：距銷毀之時數",
    };
    picture.finish(title, &words)
}

/// How many queries there were on each of `days`, as columns.
pub fn queries(days: &[(Date, u64)], language: Language) -> String {
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut picture = Picture::of(COLUMNS, HEIGHT);
    let mut words = Vec::new();
    let slot = f64::from(COLUMNS) / days.len().max(1) as f64;
    for (place, (day, count)) in (0..).zip(days) {
        let (name, label) = match language {
            Language::En => (day.to_string(), day.strftime("%m-%d").to_string()),
            Language::ZhTw => (
                format!("{}月{}日", day.month(), day.day()),
                format!("{}/{}", day.month(), day.day()),
            ),
        };
        let (left, middle) = (slot * f64::from(place), slot * (f64::from(place) + 0.5));
        let tall = f64::from(TALLEST) * *count as f64 / most as f64;
        let top = f64::from(HEIGHT - FOOT) - tall;
        picture.rect((left + slot * 0.2, top), (slot * 0.6, tall), "passed");
        picture.text((middle, HEIGHT - 6), "middle", &label);
        if *count > 0 {
            picture.text((middle, top as u32 - 5), "middle", &count.to_string());
        }
        words.push(format!("{name} {count}"));
    }
    picture.line(
        (0.0, HEIGHT - FOOT),
        (f64::from(COLUMNS), HEIGHT - FOOT),
        "ground",
    );
    let title = match language {
        Language::En => "Queries a day",
        Language::ZhTw => "每日查詢筆數",
    };
    picture.finish(title, &words)
}

/// How the queries came out: each with its name and its number, one after the other on one bar.
pub fn outcomes(counts: &[(&str, u64)], language: Language) -> String {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut picture = Picture::rows(2 + counts.len() as u32, OUTCOMES);
    let whole = f64::from(COLUMNS);
    let (mut from, mut words) = (0.0, Vec::new());
    for (row, (name, count)) in (2..).zip(counts) {
        let to = from + whole * *count as f64 / total.max(1) as f64;
        let class = SHADES[(row as usize - 2) % SHADES.len()];
        picture.rect((from, 3.0), (to - from, f64::from(2 * ROW - 12)), class);
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

/// What a cohort is, for people: its kind and the hour in Taipei in which it came in.
fn name(margin: &Margin, language: Language) -> String {
    let kind = margin.cohort.split('-').next().unwrap_or("");
    let kind = match (kind, language) {
        ("answer", Language::En) => "answers",
        ("answer", Language::ZhTw) => "回覆",
        ("intake", Language::En) => "batch files",
        ("intake", Language::ZhTw) => "申請檔",
        (kind, _) => kind,
    };
    format!("{kind} {}", hour(margin.from, language))
}

fn state(margin: &Margin, now: Timestamp, language: Language) -> String {
    let hours = |from: Timestamp, until: Timestamp| until.duration_since(from).as_hours();
    let due = hour(margin.due_at, language);
    match language {
        Language::En if now > margin.gone_by => format!("LATE {} h", hours(margin.gone_by, now)),
        Language::En if now >= margin.due_at => format!("due since {} h", hours(margin.due_at, now)),
        Language::En => format!("{} h left, until {due}", hours(now, margin.due_at)),
        Language::ZhTw if now > margin.gone_by => format!("逾期 {} 小時", hours(margin.gone_by, now)),
        Language::ZhTw if now >= margin.due_at => {
            format!("應銷毀已 {} 小時", hours(margin.due_at, now))
        }
        Language::ZhTw => format!("尚餘 {} 小時（至 {due}）", hours(now, margin.due_at)),
    }
}

/// Day and hour in Taipei, without the year.
fn hour(at: Timestamp, language: Language) -> String {
    let day = taipei_day(at);
    let time = roc::hour(at);
    match language {
        Language::En => format!("{} {time}", day.strftime("%m-%d")),
        Language::ZhTw => format!("{}月{}日 {time}", day.month(), day.day()),
    }
}

/// How wide names, bars and values are.
#[derive(Clone, Copy)]
struct Widths {
    name: u32,
    bar: u32,
    value: u32,
}

/// A drawing, of rows of a name, a bar and a value, or free.
struct Picture {
    widths: Widths,
    size: (u32, u32),
    svg: String,
}

impl Picture {
    fn rows(rows: u32, widths: Widths) -> Self {
        let width = widths.name + widths.bar + GAP + widths.value;
        Self {
            widths,
            size: (width, rows.max(1) * ROW),
            svg: String::new(),
        }
    }

    fn of(width: u32, height: u32) -> Self {
        Self {
            widths: OUTCOMES,
            size: (width, height),
            svg: String::new(),
        }
    }

    fn name(&mut self, row: u32, name: &str) {
        self.text((0.0, row * ROW + ROW - 6), "start", name);
    }

    fn value(&mut self, row: u32, value: &str) {
        let x = f64::from(self.widths.name + self.widths.bar + GAP);
        self.text((x, row * ROW + ROW - 6), "start", value);
    }

    fn bar(&mut self, row: u32, (from, to): (f64, f64), class: &str) {
        let place = (f64::from(self.widths.name) + from, f64::from(row * ROW + 3));
        self.rect(place, (to - from, f64::from(ROW - 6)), class);
    }

    /// A line through all rows but the first, where it has its name.
    fn mark(&mut self, at: f64, name: &str) {
        let x = f64::from(self.widths.name) + at;
        self.text((x, ROW - 8), "middle", name);
        self.line((x, ROW - 2), (x, self.size.1), "mark");
    }

    // Writing to a string does not fail.

    fn text(&mut self, (x, y): (f64, u32), anchor: &str, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.svg,
            "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
        let (width, height) = (width.max(0.0), height.max(0.0));
        let _ = writeln!(
            self.svg,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        );
    }

    fn line(&mut self, (x1, y1): (f64, u32), (x2, y2): (f64, u32), class: &str) {
        let _ = writeln!(
            self.svg,
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1}\" x2=\"{x2:.1}\" y2=\"{y2}\"/>"
        );
    }

    fn finish(self, title: &str, words: &[String]) -> String {
        let (width, height) = self.size;
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
/// Hours of a cohort.
const COHORT_HOURS: f64 = 1.0;
const ROW: u32 = 24;
const GAP: u32 = 12;
/// The page's whole width.
const MARGINS: Widths = Widths {
    name: 170,
    bar: 620,
    value: 310,
};
/// Half of it, as [`COLUMNS`].
const OUTCOMES: Widths = Widths {
    name: 120,
    bar: 30,
    value: 358,
};
const COLUMNS: u32 = 520;
const HEIGHT: u32 = 168;
const TALLEST: u32 = 120;
/// Where the columns stand, from below.
const FOOT: u32 = 24;

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
        assert!(
            before.contains("25 h left, until 11-05 11:00")
                && before.contains("answers 11-02 10:00")
                && !before.contains("overdue")
        );
        // Reading ends after 72 hours, and half of 96 has passed.
        assert!(before.contains(">72 h</text>") && before.contains(">96 h</text>"));
        assert!(before.contains("class=\"passed\" x=\"170.0\" y=\"27.0\" width=\"310.0\""));
        let due = drawn("2026-11-05T10:00:00Z");
        assert!(
            due.contains("due since 7 h")
                && due.contains("class=\"overdue\" x=\"641.5\" y=\"27.0\" width=\"45.2\"")
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
        assert!(drawn.contains("class=\"shade-1\" x=\"0.0\" y=\"3.0\" width=\"130.0\""));
        assert!(drawn.contains("class=\"shade-2\" x=\"130.0\" y=\"3.0\" width=\"390.0\""));
    }
}
