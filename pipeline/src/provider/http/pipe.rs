//! Bodies in pieces: what is written here goes out as it is taken, what comes in is read by a parser on its own thread. *Edge.*

use std::{
    convert::Infallible,
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// A body of `len` bytes, or of any number, and where its pieces are put in.
pub(super) fn body(len: Option<u64>) -> (mpsc::Sender<Bytes>, Outgoing) {
    let (put, pieces) = mpsc::channel(DEPTH);
    (put, Outgoing { pieces, left: len })
}

/// What of a body is still to go.
pub(super) struct Outgoing {
    pieces: mpsc::Receiver<Bytes>,
    left: Option<u64>,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = std::task::ready!(self.pieces.poll_recv(context));
        if let (Some(left), Some(piece)) = (&mut self.left, &piece) {
            *left = left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

/// A place to put pieces, and a reader of them for a thread that may wait.
pub(super) fn reader() -> (mpsc::Sender<Bytes>, PieceReader) {
    let (put, pieces) = mpsc::channel(DEPTH);
    let piece = Bytes::new();
    (put, PieceReader { pieces, piece })
}

/// Reads the pieces that are put in, to their end.
pub(super) struct PieceReader {
    pieces: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for PieceReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let taken = self.piece.len().min(into.len());
        if let Some(room) = into.get_mut(..taken) {
            self.piece.copy_to_slice(room);
        }
        Ok(taken)
    }
}

/// Pieces that may wait between the two ends.
const DEPTH: usize = 2;
