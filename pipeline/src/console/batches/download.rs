//! A batch's results or answers as a file, encrypted to the member, sent as it is read and kept nowhere. *Edge.*

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::IntoResponse,
};
use bytes::Bytes;
use futures_core::Stream;
use tokio::sync::mpsc;

use super::results::theirs;
use crate::{
    console::{form::Form, page::Answer, reader::Reader},
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
    let handed = door.act_at_length(move |house| async move {
        theirs(&house, &holder, &name).await?;
        files::hand_out(&house, &name, &holder.account).await
    });
    let (_, mut held) = handed.await?;
    if held.len() != 2 {
        return Err(Error::Bug("a delivery without its two files").into());
    }
    let file = held.swap_remove(place);
    let length = file.metadata().map_err(Error::io("read the result file"))?.len();
    let headers = [
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{batch}.{kind}.csv.age\""),
        ),
    ];
    Ok((headers, Body::from_stream(Pieces::of(file))).into_response())
}

/// A file, piece by piece.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Pieces {
    fn of(mut file: File) -> Self {
        let (pieces, coming) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = match file.read(&mut piece) {
                    Ok(0) => return,
                    Ok(read) => Ok(read),
                    Err(error) => Err(error),
                };
                let is_over = read.is_err();
                let piece = read.map(|read| Bytes::from(piece).slice(..read));
                if pieces.blocking_send(piece).is_err() || is_over {
                    return;
                }
            }
        });
        Self(coming)
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

const PIECE: usize = 64 << 10;
