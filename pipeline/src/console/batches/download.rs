//! A batch's results or answers as a file, encrypted to the member, sent as it is read and kept nowhere. *Edge.*

use axum::extract::{Path, State};

use super::results::theirs;
use crate::{
    console::{form::Form, page::Answer, reader::Reader, sent::sent},
    delivery::files,
    error::Error,
    http::{door::Shared, problem::Problem},
};

/// Sends it.
pub(super) async fn send(
    State(door): State<Shared>,
    reader: Reader,
    Path(batch): Path<String>,
    Form(fields): Form,
) -> Answer {
    let (place, kind) = match fields.one("kind")? {
        "results" => (0, "results"),
        "answers" => (1, "answers"),
        _ => return Err(Problem::no_form().into()),
    };
    let (holder, name) = (reader.holder(), batch.clone());
    let handed = door.act_to_send(move |house| async move {
        theirs(&house, &holder, &name).await?;
        files::hand_out(&house, &name, &holder.account).await
    });
    let ((_, mut held), room) = handed.await?;
    if held.len() != 2 {
        return Err(Error::Bug("a delivery without its two files").into());
    }
    let file = held.swap_remove(place);
    sent(
        (file, room),
        "application/octet-stream",
        &format!("{batch}.{kind}.csv.age"),
    )
}
