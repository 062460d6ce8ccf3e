//! Use of answers beyond one's own cases (使用授權): who has it until when, applying for it, ending it early (六(二)2). *Edge.*

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};
use jiff::SignedDuration;

use super::{
    fault::{Fault, Told},
    form::Form,
    frame::Frame,
    incidents::{after_step, numbered},
    page::{self, Answer},
    reader::Reader,
    table::Table,
    theirs::{Typed, nothing},
};
use crate::{
    delivery::{
        forms,
        grant::Scope,
        granting::{self, Use},
    },
    error::Result,
    http::{door::Shared, problem::Problem},
    regime::people::Right,
};

/// The page and what is done on it.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/grants", get(page).post(apply))
        .route("/grants/{number}/end", post(end))
}

#[derive(Template)]
#[template(path = "grants.html")]
struct Grants<'a> {
    frame: &'a Frame,
    may_apply: bool,
    longest: i64,
    /// Those that are not over, by number.
    numbers: Vec<i64>,
    table: Table,
    typed: Typed,
    refused: Option<Told>,
}

/// Who sees the grants of a member.
pub(super) const READERS: [Right; 4] = [Right::Query, Right::Approve, Right::SignOff, Right::Audit];

async fn page(State(door): State<Shared>, reader: Reader) -> Answer {
    shown(&door, &reader, Typed::default(), None).await
}

async fn shown(door: &Shared, reader: &Reader, typed: Typed, refused: Option<Told>) -> Answer {
    let member = reader.member_who_may(&READERS)?;
    let language = reader.frame.language;
    let read = door.act(move |house| async move {
        let mut grants = granting::list(&mut *house.db.reader().await?, Some(house.clock.now())).await?;
        grants.retain(|grant| grant.scope.member == member);
        let numbers = grants.iter().map(|grant| grant.number).collect();
        let table = Table::of(&forms::table(&grants, language), language);
        Ok((numbers, table, house.regime.answer_grant.valid_hours.value))
    });
    let (numbers, table, longest) = read.await?;
    let status = refused.as_ref().map(|told| told.status);
    let view = Grants {
        frame: &reader.frame,
        may_apply: reader.may(Right::Query),
        longest,
        numbers,
        table,
        typed,
        refused,
    };
    page::with(status.unwrap_or_default(), &view)
}

/// Applies for one, which begins when it is carried out.
async fn apply(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let member = reader.member_who_may(&[Right::Query])?;
    let named = |name: &str| fields.maybe(name).map(str::trim).filter(|text| !text.is_empty());
    let scope = Scope {
        member,
        batch: named("batch").map(str::to_owned),
        cases_of: named("cases_of").map(str::to_owned),
    };
    let hours: u16 = fields.one("hours")?.parse().map_err(|_| Problem::no_form())?;
    let (reason, by) = (fields.one("reason")?.trim().to_owned(), reader.holder().account);
    let step = door.act(move |house| async move {
        let wanted = Use {
            scope: &scope,
            from: None,
            until: house.clock.now() + SignedDuration::from_hours(hours.into()),
        };
        granting::add(&house, &wanted, &reason, &by, None).await
    });
    match step.await {
        Ok(step) => Ok(after_step(&step, "/grants?done=carried-out")),
        Err(error) => {
            let typed = Typed::of(&fields, &["batch", "cases_of", "hours", "reason"]);
            let told = Fault::from(error).told(reader.frame.language);
            shown(&door, &reader, typed, Some(told)).await
        }
    }
}

/// Ends one of the member's.
async fn end(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    let member = reader.member_who_may(&READERS)?;
    let (number, by) = (numbered(&number)?, reader.holder().account);
    let reason = fields.one("reason")?.trim().to_owned();
    let ended: Result<bool> = door
        .act(move |house| async move {
            let grants = granting::list(&mut *house.db.reader().await?, Some(house.clock.now())).await?;
            let mut theirs = grants.iter().filter(|grant| grant.scope.member == member);
            if !theirs.any(|grant| grant.number == number) {
                return Ok(false);
            }
            granting::end(&house, number, &reason, &by).await?;
            Ok(true)
        })
        .await;
    match ended? {
        true => Ok(page::after("/grants?done=grant-ended")),
        false => Err(nothing()),
    }
}
