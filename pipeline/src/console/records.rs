//! Query records (查詢紀錄): those of a week or a month, by querier and outcome; to look at and to print (六(一)5). *Edge.*

use askama::Template;
use axum::extract::State;
use mayfly_consent::Language;

use super::{
    fault::{Fault, Told},
    form::{Fields, Form},
    frame::{Frame, RECORD_READERS},
    page::{self, Answer},
    reader::Reader,
    table::Table,
};
use crate::{
    audit::{Month, month_of},
    batch::Outcome,
    error::Result,
    http::door::Shared,
    printed::{Printed, outcome},
    sheet::{
        Week,
        form::{COLUMNS, cells},
        search::{self, Records, Sought},
    },
};

#[derive(Template)]
#[template(path = "records.html")]
struct Page<'a> {
    frame: &'a Frame,
    period: String,
    querier: String,
    /// The outcomes there are, and which is asked for.
    outcomes: Vec<(&'static str, &'static str, bool)>,
    refused: Option<Told>,
    found: Option<Found>,
}

struct Found {
    table: Table,
    count: usize,
    next: Option<u64>,
}

/// The form, empty but for the month that it is.
pub(super) async fn page(reader: Reader) -> Answer {
    reader.member_who_may(&RECORD_READERS)?;
    let month = Month::of(reader.frame.now).to_string();
    page::shown(&Page::of(&reader.frame, month, String::new(), None))
}

/// What was found. It is asked for by a form, so that no account stands in an address, and every reading is an act.
pub(super) async fn found(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    reader.member_who_may(&RECORD_READERS)?;
    let wanted = OUTCOMES
        .into_iter()
        .find(|outcome| Some(outcome.word()) == fields.maybe("outcome"));
    let (period, querier) = (text(&fields, "period")?, text(&fields, "querier")?);
    let mut view = Page::of(&reader.frame, period.clone(), querier.clone(), wanted);
    let sought = sought(period, querier, wanted, fields.maybe("from"));
    let holder = reader.holder();
    let found = match sought {
        Ok(sought) => {
            door.act(move |house| async move { search::search(&house, &holder, sought).await })
                .await
        }
        Err(error) => Err(error),
    };
    match found {
        Ok(found) => view.found = Some(Found::of(&found, reader.frame.language)),
        Err(error) => {
            let told = Fault::from(error).told(reader.frame.language);
            let status = told.status;
            view.refused = Some(told);
            return page::with(status, &view);
        }
    }
    page::shown(&view)
}

impl<'a> Page<'a> {
    fn of(frame: &'a Frame, period: String, querier: String, wanted: Option<Outcome>) -> Self {
        let named = |one: Outcome| {
            (
                one.word(),
                outcome(one.word(), frame.language),
                wanted == Some(one),
            )
        };
        Self {
            frame,
            period,
            querier,
            outcomes: OUTCOMES.into_iter().map(named).collect(),
            refused: None,
            found: None,
        }
    }
}

impl Found {
    fn of(found: &Records, language: Language) -> Self {
        let lines = found.lines.iter().zip(&found.names);
        let mut printed = Printed {
            columns: COLUMNS,
            lines: lines.map(|(line, name)| cells(line, name, language)).collect(),
        };
        for line in &mut printed.lines {
            line[0].clear();
        }
        Self {
            table: Table::of(&printed, language),
            count: found.lines.len(),
            next: found.next,
        }
    }
}

fn sought(period: String, querier: String, outcome: Option<Outcome>, from: Option<&str>) -> Result<Sought> {
    let span = match Week::parse(&period) {
        Some(week) => (week.start(), week.end()),
        None => {
            let month = month_of(&period)?;
            (month.start(), month.end())
        }
    };
    Ok(Sought {
        period,
        span,
        querier: (!querier.is_empty()).then_some(querier),
        outcome,
        from: from.and_then(|from| from.parse().ok()).unwrap_or(0),
    })
}

fn text(fields: &Fields, name: &str) -> std::result::Result<String, Fault> {
    let text = fields.one(name)?.trim();
    Ok(text
        .chars()
        .filter(|character| !character.is_control())
        .take(32)
        .collect())
}

/// What may have become of a query.
const OUTCOMES: [Outcome; 5] = [
    Outcome::Asked,
    Outcome::Answered,
    Outcome::NoRecord,
    Outcome::Failed,
    Outcome::Unresolved,
];
