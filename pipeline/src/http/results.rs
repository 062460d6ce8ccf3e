//! Reading results: a person's own rows of a batch, within the window, and each reading an entry of the journal (D25). *Edge.*

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};

use super::{ask::SignedIn, door::Shared, problem::Problem};
use crate::{
    app::House,
    batch::store,
    delivery::own::{self, OwnRows},
    error::Result,
    signin::enter::Session,
};

/// What became of the rows that whoever asks has queried or has a grant for: the columns of a results file.
pub(super) async fn results(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> std::result::Result<Response, Problem> {
    let session = signed_in.in_order()?.session;
    let table = door.act(move |house| async move {
        match read(&house, &session, &batch).await? {
            Some(own) => own.results(&house).map(Some),
            None => Ok(None),
        }
    });
    csv(table.await?)
}

/// Their answers: the columns of an answers file.
pub(super) async fn answers(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> std::result::Result<Response, Problem> {
    let session = signed_in.in_order()?.session;
    let table = door.act(move |house| async move {
        let own = read(&house, &session, &batch).await?;
        Ok(own.map(|own| own.answers()))
    });
    csv(table.await?)
}

/// The rows; none of another member's batch, where an account of the same name may be somebody else's.
async fn read(house: &House, session: &Session, batch: &str) -> Result<Option<OwnRows>> {
    let found = store::by_name(&mut *house.db.reader().await?, batch).await?;
    match found.filter(|found| found.member == session.holder.at) {
        Some(found) => own::read(house, &found.batch, &session.holder.account)
            .await
            .map(Some),
        None => Ok(None),
    }
}

fn csv(table: Option<Vec<u8>>) -> std::result::Result<Response, Problem> {
    let table = table.ok_or_else(Problem::no_such_batch)?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table).into_response())
}
