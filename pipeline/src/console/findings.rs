//! Findings (缺失): what reviews found, and each to its end: corrected by one, closed by another, in time (九(三)2, D12). *Edge.*

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Uri,
};

use super::{
    form::{self as forms, Form},
    frame::{AUDITORS, Frame},
    page::{self, Answer},
    reader::Reader,
};
use crate::{
    audit::review::{
        finding::{self, Finding, Step},
        form,
    },
    http::{door::Shared, problem::Problem},
    printed::{day, instant, of},
    regime,
};

#[derive(Template)]
#[template(path = "findings.html")]
struct Findings<'a> {
    frame: &'a Frame,
    is_all: bool,
    closes: bool,
    findings: Vec<Line>,
}

struct Line {
    number: i64,
    month: String,
    state: &'static str,
    opened: String,
    due: String,
    is_overdue: bool,
    about: Option<(u64, String)>,
    steps: Vec<(&'static str, String, String, String)>,
    to_correct: bool,
    to_close: bool,
}

/// The findings of the reader's member.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, uri: Uri) -> Answer {
    let member = reader.member()?;
    let is_all = !forms::asked(&uri, "all").is_empty();
    let language = reader.frame.language;
    let findings = door.act(move |house| async move {
        let findings = finding::list(&house, Some(&member)).await?;
        let titles = &house.regime.reviews()?.titles.value;
        let line = |found: &Finding| Line {
            number: found.finding_no,
            month: found.month.clone(),
            state: form::state(found.state, language),
            opened: instant(found.opened_at, language),
            due: day(found.due, language),
            is_overdue: found.overdue,
            about: found.about.as_ref().map(|about| {
                let reasons: Vec<String> = about
                    .reasons
                    .iter()
                    .map(|reason| regime::word(titles, reason, language))
                    .collect();
                (about.query_entry, reasons.join(of(language, ", ", "、")))
            }),
            steps: (found.steps.iter())
                .map(|step| {
                    let word = match step.step.as_str() {
                        "closed" => of(language, "closed", "結案"),
                        _ => of(language, "corrected", "改正"),
                    };
                    (
                        word,
                        step.by.clone(),
                        instant(step.at, language),
                        step.artefact.clone(),
                    )
                })
                .collect(),
            to_correct: found.state == "open",
            to_close: found.state == "corrected",
        };
        let mut lines: Vec<Line> = findings
            .iter()
            .filter(|finding| is_all || finding.state != "closed")
            .map(line)
            .collect();
        lines.sort_by_key(|line| (!line.is_overdue, line.number));
        Ok(lines)
    });
    let frame = &reader.frame;
    page::shown(&Findings {
        frame,
        is_all,
        closes: AUDITORS[..2].iter().any(|right| reader.may(*right)),
        findings: findings.await?,
    })
}

/// A step of one of them.
pub(super) async fn advance(
    State(door): State<Shared>,
    reader: Reader,
    Path((number, step)): Path<(String, String)>,
    Form(fields): Form,
) -> Answer {
    let member = reader.member()?;
    let no_path = || super::fault::Fault::from(Problem::no_such_path());
    let number: i64 = number.parse().map_err(|_| no_path())?;
    let (step, done) = match step.as_str() {
        "correct" => (Step::Correct, "corrected"),
        "close" => (Step::Close, "finding-closed"),
        _ => return Err(no_path()),
    };
    let digest = fields.maybe("artefact").unwrap_or("").trim().to_ascii_lowercase();
    let account = reader.holder().account;
    let advanced = door.act(move |house| async move {
        // The numbers of findings are the house's; another member's is as if it were not there.
        finding::check_of(&house, &member, number).await?;
        finding::advance_with(&house, number, step, digest, &account)
            .await
            .map(|_| ())
    });
    advanced.await?;
    Ok(page::after(&format!("/findings?all=1&done={done}")))
}
