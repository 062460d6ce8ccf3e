//! Incidents and stops (事件與停用): what is stopped, the button that stops it, the drill. *Edge.*

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::{Fields, Form},
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
    table::Table,
    theirs::{Typed, nothing},
};
use crate::{
    access::{
        stop::{Stop, Target},
        stopping,
    },
    app::House,
    approval::Step,
    error::Result,
    http::{door::Shared, problem::Problem},
    incident::{
        Nature, drill, forms,
        open::{self, Opening},
        release, report,
    },
    printed::instant,
    regime::people::Right,
};

#[derive(Template)]
#[template(path = "incidents.html")]
struct Incidents<'a> {
    frame: &'a Frame,
    may_stop: bool,
    is_bureau: bool,
    lists: Lists,
    typed: Typed,
    refused: Option<Told>,
}

/// What there is.
struct Lists {
    stops: Vec<Line>,
    table: Table,
    items: Vec<String>,
}

/// A stop in force.
struct Line {
    number: i64,
    what: String,
    since: String,
    by: String,
    reason: String,
}

/// Whose incidents and stops somebody sees.
#[derive(Clone)]
pub(super) enum Sight {
    /// Everybody's.
    All,
    /// Those of their own member.
    Of(String),
}

impl Sight {
    /// Of the reader: at a member, of its head and its auditors.
    pub(super) fn of(reader: &Reader) -> std::result::Result<Self, Fault> {
        match reader.is_of_member() {
            true => {
                reader.only(&[Right::SignOff, Right::Audit])?;
                Ok(Self::Of(reader.holder().at))
            }
            false => {
                reader.only(&[Right::Stop, Right::Audit, Right::Inspect])?;
                Ok(Self::All)
            }
        }
    }

    /// Whether they see what is done to `target`.
    pub(super) fn reaches(&self, target: &Target) -> bool {
        match self {
            Self::All => true,
            Self::Of(member) => target.member() == member,
        }
    }
}

/// What is stopped, and the incidents.
pub(super) async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    shown(&door, &reader, Typed::default(), None).await
}

/// Stops: with an incident, whose clocks begin to run, or alone.
pub(super) async fn stop(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    Sight::of(&reader)?;
    let (target, how) = (target(&fields)?, fields.one("how")? == "incident");
    let nature = match fields.one("nature")? {
        "actual" => Nature::Actual,
        "suspected" => Nature::Suspected,
        _ => return Err(Problem::no_form().into()),
    };
    let (reason, by) = (fields.one("reason")?.trim().to_owned(), reader.name());
    let done = door.act(move |house| async move {
        if !how {
            stopping::place(&house, &target, &reason, &by).await?;
            return Ok(None);
        }
        let opening = Opening {
            nature,
            target,
            reason: &reason,
            known_at: None,
            affects_from: None,
            by: &by,
            patience: release::PATIENCE,
        };
        Ok(Some(open::open(&house, opening).await?.0))
    });
    match done.await {
        Ok(Some(number)) => Ok(page::after(&format!("/incidents/{number}?done=stopped"))),
        Ok(None) => Ok(page::after("/incidents?done=stopped")),
        Err(error) => {
            let typed = Typed::of(&fields, &["kind", "subject", "nature", "reason"]);
            let told = Fault::from(error).told(reader.frame.language);
            shown(&door, &reader, typed, Some(told)).await
        }
    }
}

/// Applies for the lifting of a stop: another person approves it (九(二)4, 十一(二)).
pub(super) async fn lift(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    let number = numbered(&number)?;
    at_bureau(&reader)?;
    let (by, reason) = (reader.holder().account, fields.one("reason")?.trim().to_owned());
    let step = door.act(move |house| async move { stopping::lift(&house, number, &reason, &by, None).await });
    Ok(after_step(&step.await?, "/incidents?done=lifted"))
}

/// Practises a stop that stops nobody, and measures it.
pub(super) async fn practise(State(door): State<Shared>, reader: Reader, _: Form) -> Answer {
    at_bureau(&reader)?;
    let by = reader.name();
    let drilled = door.act(move |house| async move { drill::drill(&house, &by).await });
    let number = drilled.await?.drill;
    Ok(page::after(&format!("/incidents/{number}?done=drilled")))
}

/// Where one goes after an act that may need another person.
pub(super) fn after_step<T>(step: &Step<T>, done: &str) -> Response {
    match step {
        Step::Done(_) => page::after(done),
        Step::Applied(applied) => page::after(&format!("/approvals/{}?done=applied", applied.approval)),
    }
}

/// The number in a path.
pub(super) fn numbered(text: &str) -> std::result::Result<i64, Fault> {
    text.parse().map_err(|_| nothing())
}

/// What is the bureau's own to do, of whom an account alone is named.
pub(super) fn at_bureau(reader: &Reader) -> std::result::Result<(), Fault> {
    match reader.holder().at == "bureau" {
        true => Sight::of(reader).map(drop),
        false => Err(nothing()),
    }
}

async fn shown(door: &Shared, reader: &Reader, typed: Typed, refused: Option<Told>) -> Answer {
    let (sight, language) = (Sight::of(reader)?, reader.frame.language);
    let lists = door.act(move |house| async move { read(&house, &sight, language).await });
    let status = refused.as_ref().map(|told| told.status);
    let view = Incidents {
        frame: &reader.frame,
        may_stop: !reader.is_of_member() && reader.may(Right::Stop),
        is_bureau: reader.holder().at == "bureau" && reader.may(Right::Stop),
        lists: lists.await?,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

async fn read(house: &House, sight: &Sight, language: Language) -> Result<Lists> {
    let mut stops = stopping::list(house, true).await?;
    stops.retain(|stop| sight.reaches(&stop.target));
    let mut reports = report::list(house, false).await?;
    reports.retain(|report| sight.reaches(&report.target));
    let table = Table::of(&forms::list(&reports, language), language);
    Ok(Lists {
        stops: stops.iter().map(|stop| Line::of(stop, language)).collect(),
        table: table.leading(|place| format!("/incidents/{}", reports[place].incident)),
        items: house.regime.items.granted.value.clone(),
    })
}

impl Line {
    fn of(stop: &Stop, language: Language) -> Self {
        Self {
            number: stop.stop,
            what: stop.target.said(language),
            since: instant(stop.placed_at, language),
            by: stop.placed_by.clone(),
            reason: stop.reason.clone(),
        }
    }
}

/// What a form says is to be stopped.
fn target(fields: &Fields) -> std::result::Result<Target, Fault> {
    let subject = || Ok(fields.one("subject")?.trim().to_owned());
    match fields.one("kind")? {
        "member" => subject().map(Target::Member),
        "person" => subject().map(Target::Person),
        "item" => subject().map(Target::Item),
        "link" => Ok(Target::Link),
        _ => Err(Problem::no_form().into()),
    }
}
