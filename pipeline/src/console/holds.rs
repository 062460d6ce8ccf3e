//! Holds (保留): which records an investigation keeps beyond their end, placing one and lifting it, by two people (四(二)2, D16). *Edge.*

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    incidents::{after_step, at_bureau, numbered},
    page::{self, Answer},
    reader::Reader,
    theirs::Typed,
};
use crate::{
    http::door::Shared,
    printed::{instant, of},
    purge::hold::{self, Hold, Scope},
};

/// The page and what is done on it.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/holds", get(page).post(place))
        .route("/holds/{number}/lift", post(lift))
}

#[derive(Template)]
#[template(path = "holds.html")]
struct Holds<'a> {
    frame: &'a Frame,
    holds: Vec<Line>,
    /// What may be held: a class, and what it is of.
    classes: Vec<(&'static str, String)>,
    typed: Typed,
    refused: Option<Told>,
}

/// A hold, ready to be read.
struct Line {
    number: i64,
    what: String,
    since: String,
    by: String,
    reason: String,
}

async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    shown(&door, &reader, Typed::default(), None).await
}

async fn shown(door: &Shared, reader: &Reader, typed: Typed, refused: Option<Told>) -> Answer {
    at_bureau(reader)?;
    let language = reader.frame.language;
    let read = door.act(move |house| async move {
        let holds = hold::list(&mut *house.db.reader().await?, true).await?;
        let periods = house.regime.classes.periods();
        let years = periods.filter(|(class, _)| !class.is_hours());
        let classes = years.map(|(class, period)| {
            (
                class.name(),
                of(language, &period.what, &period.what_zh).to_owned(),
            )
        });
        Ok((holds, classes.collect::<Vec<_>>()))
    });
    let (holds, classes) = read.await?;
    let line = |hold: Hold| {
        let narrowed = [&hold.scope.month, &hold.scope.member, &hold.scope.batch];
        let narrowed = narrowed.into_iter().flatten().map(|only| format!(" {only}"));
        Line {
            number: hold.hold,
            what: format!("{}{}", hold.scope.class, narrowed.collect::<String>()),
            since: instant(hold.placed_at, language),
            by: hold.placed_by,
            reason: hold.reason,
        }
    };
    let status = refused.as_ref().map(|told| told.status);
    let view = Holds {
        frame: &reader.frame,
        holds: holds.into_iter().map(line).collect(),
        classes,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

/// Applies for one.
async fn place(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    at_bureau(&reader)?;
    let named = |name: &str| {
        let text = fields.maybe(name).map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let scope = Scope {
        class: fields.one("class")?.to_owned(),
        month: named("month"),
        member: named("member"),
        batch: named("batch"),
    };
    let (reason, by) = (fields.one("reason")?.trim().to_owned(), reader.holder().account);
    let step = door.act(move |house| async move { hold::add(&house, &scope, &reason, &by, None).await });
    match step.await {
        Ok(step) => Ok(after_step(&step, "/holds?done=carried-out")),
        Err(error) => {
            let typed = Typed::of(&fields, &["class", "month", "member", "batch", "reason"]);
            let told = Fault::from(error).told(reader.frame.language);
            shown(&door, &reader, typed, Some(told)).await
        }
    }
}

/// Applies for its end.
async fn lift(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    at_bureau(&reader)?;
    let (number, by) = (numbered(&number)?, reader.holder().account);
    let reason = fields.one("reason")?.trim().to_owned();
    let step = door.act(move |house| async move { hold::lift(&house, number, &reason, &by, None).await });
    Ok(after_step(&step.await?, "/holds?done=carried-out"))
}
