//! Another person approves a batch as a whole, or refuses it: bound to its bytes, which they can check for themselves. *Edge.*

use askama::Template;
use axum::extract::{Path, State};

use crate::{
    approval::{self, steps, store::Approval},
    console::{
        form::Form,
        frame::Frame,
        page::{self, Answer},
        reader::Reader,
    },
    http::{door::Shared, problem::Problem},
    run::approve::{self, Bound},
};

#[derive(Template)]
#[template(path = "batch-approval.html")]
struct Waiting<'a> {
    frame: &'a Frame,
    approval: &'a Approval,
    bound: &'a Bound,
    /// Whether the reader is who decides.
    is_theirs: bool,
}

/// What was applied for.
pub(super) async fn page(State(door): State<Shared>, reader: Reader, Path(number): Path<String>) -> Answer {
    let number = parse(&number)?;
    let holder = reader.holder();
    let found = door.act(move |house| async move {
        let (approval, bound) = approve::told(&house, &holder, number).await?;
        let waiting = approval::waiting::for_decision(&house, &holder).await?;
        let is_theirs = waiting.iter().any(|waiting| waiting.number == number);
        Ok((approval, bound, is_theirs))
    });
    let (approval, bound, is_theirs) = found.await?;
    page::shown(&Waiting {
        frame: &reader.frame,
        approval: &approval,
        bound: &bound,
        is_theirs,
    })
}

/// Gives it, or refuses it for a reason.
pub(super) async fn decide(
    State(door): State<Shared>,
    reader: Reader,
    Path(number): Path<String>,
    Form(fields): Form,
) -> Answer {
    let number = parse(&number)?;
    let refused_for = match fields.one("verdict")? {
        "give" => None,
        "refuse" => Some(fields.one("reason")?.trim().to_owned()),
        _ => return Err(Problem::no_form().into()),
    };
    let done = match refused_for {
        None => "given",
        Some(_) => "refused",
    };
    let holder = reader.holder();
    let decided = door.act(move |house| async move {
        approve::told(&house, &holder, number).await?;
        let by = format!("{}/{}", holder.at, holder.account);
        steps::decide(&house, &[number], &by, refused_for.as_deref()).await
    });
    decided.await?;
    Ok(page::after(&format!("/batches?done={done}")))
}

fn parse(number: &str) -> Result<i64, Problem> {
    number.parse().map_err(|_| Problem::no_such_path())
}
