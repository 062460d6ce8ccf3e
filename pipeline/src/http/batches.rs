//! Batches over HTTP: `/v1/batches`, for the people of their member; the bureau and the supervisor see states and counts (D25). *Edge.*

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{ask::SignedIn, door::Shared, problem::Problem};
use crate::{
    app::House,
    batch::{Summary, store},
    error,
    run::{self, hands::may_know},
};

/// The batches that whoever asks may know of, with their states and counts.
pub(super) async fn list(State(door): State<Shared>, signed_in: SignedIn) -> Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let summaries = door.act(move |house| async move { summaries(&house, &at).await });
    Ok(shown(&summaries.await?))
}

/// One of them. Another member's is as unknown as one that was never handed in.
pub(super) async fn one(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let summary = door.act(move |house| async move {
        let found = store::by_name(&mut house.db.reader().await?, &batch).await?;
        match found.filter(|found| may_know(&at, found)) {
            Some(_) => run::summary(&house, &batch).await.map(Some),
            None => Ok(None),
        }
    });
    let summary = summary.await?.ok_or_else(Problem::no_such_batch)?;
    Ok(shown(&summary))
}

async fn summaries(house: &House, at: &str) -> error::Result<Vec<Summary>> {
    let mut reader = house.db.reader().await?;
    let mut summaries = Vec::new();
    for batch in store::list(&mut reader, false).await? {
        if may_know(at, &batch) {
            summaries.push(run::summary(house, &batch.batch).await?);
        }
    }
    Ok(summaries)
}

/// `value` as JSON.
pub(super) fn shown(value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
