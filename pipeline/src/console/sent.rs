//! A file without a name, sent to whoever takes it away as it is read: nothing of it stays here. *Edge.*

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use bytes::Bytes;
use futures_core::Stream;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::page::{self, Answer};
use crate::error::Error;

/// Sends `file` from where it is read next, as a file of that kind and name; the name is one of ours and holds nothing of anybody. `room` is
/// given back when all is sent, or whoever took it has gone.
pub(super) fn sent((file, room): (File, OwnedSemaphorePermit), kind: &'static str, name: &str) -> Answer {
    let length = file
        .metadata()
        .map_err(Error::io("read the file to be sent"))?
        .len();
    let headers = [
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, page::kept_as(name)?),
    ];
    Ok((headers, Body::from_stream(Pieces::of(file, room))).into_response())
}

/// A file, piece by piece.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Pieces {
    fn of(mut file: File, room: OwnedSemaphorePermit) -> Self {
        let (pieces, coming) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            let _room = room;
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
