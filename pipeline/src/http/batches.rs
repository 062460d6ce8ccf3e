//! Batches over HTTP: `/v1/batches`, for the people of their member; the bureau and the supervisor see states and counts (D25). *Edge.*

use axum::{
    extract::{Path, State},
    http::{Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{ask::SignedIn, door::Shared, problem::Problem, query::Query};
use crate::{
    batch::store,
    run::{self, hands::may_know},
};

/// The batches that whoever asks may know of, with their states and counts, newest first.
pub(super) async fn list(
    State(door): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
) -> Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let query = Query::read(&uri, &["state"])?;
    let settled = query.word("state", |word| match word {
        "settled" => Some(true),
        "accepted" => Some(false),
        _ => None,
    })?;
    let after = query.one("after").map(str::to_owned);
    let most = query.limit().map_or(usize::MAX, |limit| limit + 1);
    let summaries = door.act(move |house| async move {
        let mut batches = store::list(&mut *house.db.reader().await?, false).await?;
        batches.retain(|batch| may_know(&at, batch));
        if let Some(after) = after {
            match batches.iter().position(|batch| batch.batch == after) {
                Some(place) => drop(batches.drain(..=place)),
                None => return Ok(None),
            }
        }
        batches.retain(|batch| settled.is_none_or(|settled| batch.settled == settled));
        batches.truncate(most);
        let mut summaries = Vec::new();
        for batch in &batches {
            summaries.push(run::summary(&house, &batch.batch).await?);
        }
        Ok(Some(summaries))
    });
    let summaries = summaries.await?.ok_or_else(Problem::no_such_batch)?;
    Ok(query.page(summaries, |summary| summary.batch.clone()))
}

/// One of them. Another member's is as unknown as one that was never handed in.
pub(super) async fn one(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let summary = door.act(move |house| async move {
        let found = store::by_name(&mut *house.db.reader().await?, &batch).await?;
        match found.filter(|found| may_know(&at, found)) {
            Some(_) => run::summary(&house, &batch).await.map(Some),
            None => Ok(None),
        }
    });
    let summary = summary.await?.ok_or_else(Problem::no_such_batch)?;
    Ok(shown(&summary))
}

/// `value` as JSON.
pub(super) fn shown(value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
