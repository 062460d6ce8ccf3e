//! One incident (事件): its stop, the stopwatch, its notices and their clocks, what was found and done, how it ended. *Edge.*

use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use jiff::Timestamp;
use mayfly_consent::Language;

use super::{
    fault::Fault,
    form::Form,
    frame::Frame,
    incidents::{Sight, at_bureau, numbered},
    page::{self, Answer},
    reader::Reader,
};
use crate::{
    app::House,
    duty::{forms as duty_forms, state::State as Standing},
    http::door::Shared,
    incident::{
        Nature, close, forms, notice,
        release::{self, Reading},
        report::{self, Report},
        step,
    },
    printed::{instant, of},
};

#[derive(Template)]
#[template(path = "incident.html")]
struct Incident<'a> {
    frame: &'a Frame,
    is_bureau: bool,
    shown: Shown,
}

/// An incident, ready to be read.
struct Shown {
    number: i64,
    is_open: bool,
    facts: Vec<(&'static str, String)>,
    /// The stopwatch: the figure, and what it says.
    watch: Option<(String, String)>,
    notices: Vec<Notice>,
    steps: Vec<[String; 4]>,
    /// What may be noted: word and name.
    kinds: Vec<(String, String)>,
}

/// A notice and its clock.
struct Notice {
    word: String,
    to: String,
    due: String,
    left: String,
    state: String,
    is_late: bool,
    duty: String,
    artefact: String,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Letter<'a> {
    frame: &'a Frame,
    number: i64,
    printed: notice::Printed,
}

/// One incident.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, Path(number): Path<String>) -> Answer {
    let (sight, number) = (Sight::of(&reader)?, numbered(&number)?);
    let (language, now) = (reader.frame.language, reader.frame.now);
    let found = door.act(move |house| async move {
        let report = report::show(&house, number).await?;
        Ok(sight
            .reaches(&report.target)
            .then(|| Shown::of(&house, &report, language, now)))
    });
    let is_bureau = at_bureau(&reader).is_ok();
    page::shown(&Incident {
        frame: &reader.frame,
        is_bureau,
        shown: found.await?.ok_or_else(unknown)?,
    })
}

/// Looks again what is still on the way.
pub(super) async fn measure(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    _: Form,
) -> Answer {
    at_bureau(&reader)?;
    let number = numbered(&number)?;
    door.act(move |house| async move { release::measure(&house, number, LOOK).await })
        .await?;
    Ok(page::after(&format!("/incidents/{number}?done=measured")))
}

/// Adds what was found, done or imposed.
pub(super) async fn note(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    at_bureau(&reader)?;
    let (number, by) = (numbered(&number)?, reader.name());
    let (what, note) = (
        fields.one("what")?.to_owned(),
        fields.one("note")?.trim().to_owned(),
    );
    door.act(move |house| async move { step::add(&house, number, &what, &note, &by).await })
        .await?;
    Ok(page::after(&format!("/incidents/{number}?done=noted")))
}

/// Closes it with the SHA-256 of its report, which stays with the bureau.
pub(super) async fn close(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    at_bureau(&reader)?;
    let (number, by) = (numbered(&number)?, reader.name());
    let outcome = match fields.one("outcome")? {
        "confirmed" => close::Outcome::Confirmed,
        _ => close::Outcome::Unfounded,
    };
    let sha256 = fields.one("sha256")?.trim().to_owned();
    door.act(move |house| async move { close::close_with(&house, number, outcome, &sha256, &by).await })
        .await?;
    Ok(page::after(&format!("/incidents/{number}?done=closed")))
}

/// Prints the notice to one recipient; that it was is in the journal first.
pub(super) async fn letter(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    let (sight, number) = (Sight::of(&reader)?, numbered(&number)?);
    let (to, by, language) = (fields.one("to")?.to_owned(), reader.name(), reader.frame.language);
    let printed = door.act(move |house| async move {
        let report = report::show(&house, number).await?;
        if !sight.reaches(&report.target) {
            return Ok(None);
        }
        notice::print(&house, number, &to, language, &by).await.map(Some)
    });
    page::shown(&Letter {
        frame: &reader.frame,
        number,
        printed: printed.await?.ok_or_else(unknown)?,
    })
}

/// What is answered of another member's incident: as of one that is not there.
fn unknown() -> Fault {
    crate::incident::unknown().into()
}

impl Shown {
    fn of(house: &House, report: &Report, language: Language, now: Timestamp) -> Self {
        let name = |en, zh| of(language, en, zh);
        let mut facts = vec![
            (
                name("Kind", "性質"),
                notice::nature(report.nature, language).to_owned(),
            ),
            (
                name("State", "狀態"),
                forms::state(&report.state, language).to_owned(),
            ),
            (name("Of", "對象"), report.target.said(language)),
            (name("What happened", "事由"), report.reason.clone()),
            (name("Known", "知悉時間"), instant(report.known_at, language)),
            (
                name("Opened", "成立時間"),
                format!("{}　{}", instant(report.opened_at, language), report.opened_by),
            ),
            (
                name("Stop", "停用"),
                format!(
                    "{}　{}",
                    report.stop,
                    match report.stopped {
                        true => name("in force", "生效中"),
                        false => name("lifted", "已解除"),
                    }
                ),
            ),
            (
                name("Affects queries from", "影響查詢自"),
                instant(report.affects_from, language),
            ),
        ];
        if let Some(closed) = &report.closed {
            let told = format!("{}　{}", instant(closed.at, language), closed.by);
            facts.push((name("Closed", "結案"), told));
            if !closed.report.is_empty() {
                facts.push((name("Report (SHA-256)", "報告（SHA-256）"), closed.report.clone()));
            }
        }
        let sanctions = house.regime.incident.sanctions.value.keys();
        let kinds = ["finding", "measure"]
            .into_iter()
            .chain(sanctions.map(String::as_str));
        Self {
            number: report.incident,
            is_open: report.closed.is_none(),
            facts,
            watch: report.releases.last().map(|reading| watch(reading, language)),
            notices: report
                .notices
                .iter()
                .map(|notice| Notice::of(notice, language, now))
                .collect(),
            steps: report
                .steps
                .iter()
                .map(|done| {
                    [
                        step_name(&done.what, language),
                        done.note.clone(),
                        done.by.clone(),
                        instant(done.at, language),
                    ]
                })
                .collect(),
            kinds: match report.nature {
                Nature::Drill => Vec::new(),
                Nature::Suspected | Nature::Actual => kinds
                    .map(|word| (word.to_owned(), step_name(word, language)))
                    .collect(),
            },
        }
    }
}

impl Notice {
    fn of(notice: &report::NoticeReport, language: Language, now: Timestamp) -> Self {
        let is_closed = notice.state == Some(Standing::Closed);
        let left = notice.due_at.filter(|_| !is_closed).map(|at| {
            let minutes = at.duration_since(now).as_mins();
            let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
            match (minutes < 0, language) {
                (false, Language::En) => format!("{hours} h {rest} min left"),
                (false, Language::ZhTw) => format!("尚餘 {hours} 小時 {rest} 分"),
                (true, Language::En) => format!("{hours} h {rest} min late"),
                (true, Language::ZhTw) => format!("逾時 {hours} 小時 {rest} 分"),
            }
        });
        Self {
            word: notice.to.clone(),
            to: forms::recipient(&notice.to, language).to_owned(),
            due: notice.due_at.map_or_else(String::new, |at| instant(at, language)),
            left: left.unwrap_or_default(),
            state: match notice.state {
                None => of(language, "its years are over", "已逾保存年限").to_owned(),
                Some(state) => duty_forms::state(state, language).to_owned(),
            },
            is_late: notice.state == Some(Standing::Overdue),
            duty: notice.duty.clone(),
            artefact: notice.artefact.clone().unwrap_or_default(),
        }
    }
}

fn watch(reading: &Reading, language: Language) -> (String, String) {
    let figure = match (reading.elapsed_micros, language) {
        (Some(micros), Language::En) => format!("{:.3} s", micros as f64 / 1e6),
        (Some(micros), Language::ZhTw) => format!("{:.3} 秒", micros as f64 / 1e6),
        (None, _) => of(language, "still running", "計時中").to_owned(),
    };
    (figure, forms::release(reading, language))
}

fn step_name(word: &str, language: Language) -> String {
    match language {
        Language::En => word.to_owned(),
        Language::ZhTw => forms::step(word).to_owned(),
    }
}

/// How long somebody who looks again waits for what is on the way.
const LOOK: Duration = Duration::from_secs(5);
