//! Draws the held cohorts and their margins on lines of at most 80 characters, without colour. *Pure.*

use jiff::Timestamp;
use mayfly_consent::Language;

use crate::{printed::of, purge::Margin};

/// A line for each cohort from its first instant to the legal limit, oldest first, with marks where reading ends and where the
/// limit is (72 and 96 hours): all cohorts of hours have one window.
///
/// `=` is time that has passed, `!` time since it was due, `-` time until it is due, `.` what is left to the limit.
pub(super) fn draw(margins: &[Margin], now: Timestamp, language: Language) -> String {
    let Some(first) = margins.first() else {
        return String::new();
    };
    let readable = first.due_at.duration_since(first.from).as_hours() - COHORT_HOURS;
    let limit = first.gone_by.duration_since(first.from).as_hours();
    let mark = readable / HOURS;
    let (marked, limited) = (format!("{readable} h"), format!("{limit} h"));
    let widths = [mark - ZERO.len() as i64, limit / HOURS - mark].map(|width| width.unsigned_abs() as usize);
    let mut text = format!(
        "{:NAME$}{ZERO}{marked:>first$}{limited:>second$}\n",
        "",
        first = widths[0],
        second = widths[1]
    );
    for margin in margins {
        let passed = column(margin.from, now);
        let due = column(margin.from, margin.due_at);
        let limit = column(margin.from, margin.gone_by);
        let bar: String = (0..limit)
            .map(|at| match at {
                _ if at == mark => '|',
                _ if at < passed && at >= due => '!',
                _ if at < passed => '=',
                _ if at < due => '-',
                _ => '.',
            })
            .collect();
        text.push_str(&format!(
            "{:<NAME$}{bar}|  {}\n",
            margin.cohort,
            margin_in_words(margin, now, language)
        ));
    }
    text.push_str(of(
        language,
        "= passed  - until due  ! since due  . left to the limit\n",
        "= 已經過  - 距屆期  ! 屆期後  . 距法定期限\n",
    ));
    text
}

fn margin_in_words(margin: &Margin, now: Timestamp, language: Language) -> String {
    let hours = |from: Timestamp, until: Timestamp| until.duration_since(from).as_hours();
    if now > margin.gone_by {
        let late = hours(margin.gone_by, now).min(HOURS_MAX);
        return format!("{} {late} h", of(language, "LATE", "逾期"));
    }
    match hours(margin.due_at, now) {
        _ if now < margin.due_at => {
            let left = hours(now, margin.due_at).min(HOURS_MAX);
            match language {
                Language::En => format!("{left} h left"),
                Language::ZhTw => format!("尚餘 {left} h"),
            }
        }
        since => format!("{} {since} h", of(language, "DUE", "屆期")),
    }
}

/// Which column of a cohort that begins at `from` the instant `at` falls into.
fn column(from: Timestamp, at: Timestamp) -> i64 {
    at.duration_since(from).as_hours().clamp(0, WIDTH * HOURS) / HOURS
}

/// Hours in a column.
const HOURS: i64 = 2;
/// Columns of a bar at most.
const WIDTH: i64 = 48;
/// Hours of a cohort: the last answer of it leaves the window so much later than the first.
const COHORT_HOURS: i64 = 1;
const ZERO: &str = "0 h";
/// Characters of a name, and the space after it: `answer-2026110202`.
const NAME: usize = 19;
/// More is not told apart.
const HOURS_MAX: i64 = 9_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cohorts_before_and_after_their_time() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let margin = |name: &str, from: &str, due: &str, limit: &str| Margin {
            cohort: name.into(),
            from: at(from),
            due_at: at(due),
            gone_by: at(limit),
            due: false,
        };
        let margins = [
            margin(
                "intake-2026110100",
                "2026-11-01T00:00Z",
                "2026-11-04T01:00Z",
                "2026-11-05T00:00Z",
            ),
            margin(
                "answer-2026110202",
                "2026-11-02T02:00Z",
                "2026-11-05T03:00Z",
                "2026-11-06T02:00Z",
            ),
            margin(
                "answer-2026110503",
                "2026-11-05T03:00Z",
                "2026-11-08T04:00Z",
                "2026-11-09T03:00Z",
            ),
        ];
        let drawn = draw(&margins, at("2026-11-05T10:00:00Z"), Language::En);
        let expected = "\
                   0 h                             72 h        96 h
intake-2026110100  ====================================|!!!!!!!!!!!|  LATE 10 h
answer-2026110202  ====================================|!!!........|  DUE 7 h
answer-2026110503  ===---------------------------------|...........|  66 h left
= passed  - until due  ! since due  . left to the limit
";
        // The first line of a text that goes on loses its indentation.
        assert_eq!(drawn.trim_start(), expected);
        assert!(drawn.lines().all(|line| line.chars().count() <= 80));
    }
}
