//! Handing in a batch: `PUT /v1/batches/BATCH`, taken in while it comes, and nothing of it if it does not come to its end. *Edge.*

use std::{
    io::{self, Read},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use tokio::{sync::mpsc, time::timeout};

use super::{ask::SignedIn, batches::shown, door::Shared, problem::Problem};
use crate::{
    app::House,
    batch::Summary,
    error::{Error, Result},
    intake::{BatchName, Encoding},
    run::{
        self,
        accept::{Second, Source, Submission, accept},
        hands,
    },
};

/// Takes in what is sent as the batch of that name: 201 with its receipt, or 200 where the same bytes were taken in before.
pub(super) async fn hand_in(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> std::result::Result<Response, Problem> {
    let signed_in = signed_in.in_order()?;
    let encoding = encoding(&headers).ok_or_else(Problem::no_csv)?;
    let name = BatchName::parse(&batch).map_err(|refusal| Problem::from(Error::File(refusal)))?;
    let (pieces, coming) = mpsc::channel(PIECES);
    let SignedIn { session, address, .. } = signed_in;
    let taking = door.act_at_length(move |house| async move {
        hands::check_giver(&house, &session.holder, &name).await?;
        take_in(
            &house,
            name,
            encoding,
            (&session.holder.account, &address),
            coming,
        )
        .await
    });
    let feeding = async { timeout(LONGEST, feed(body, pieces)).await.unwrap_or(false) };
    let (is_whole, taken) = tokio::join!(feeding, taking);
    let (summary, known) = match taken {
        Err(_) if !is_whole => return Err(Problem::broken_off()),
        taken => taken?,
    };
    let status = match known {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    let mut response = shown(&summary);
    *response.status_mut() = status;
    Ok(response)
}

async fn take_in(
    house: &House,
    name: BatchName,
    encoding: Encoding,
    (submitter, submitter_ip): (&str, &str),
    coming: mpsc::Receiver<Piece>,
) -> Result<(Summary, bool)> {
    let mut coming = Coming::new(coming);
    let submission = Submission {
        source: Source::Stream(&mut coming),
        name,
        encoding,
        submitter,
        submitter_ip,
        second: Second::Rows,
    };
    let accepted = accept(house, submission).await?;
    let summary = run::summary(house, &accepted.batch.batch).await?;
    Ok((summary, accepted.known))
}

/// What comes of a body.
pub(crate) enum Piece {
    Bytes(Bytes),
    /// There is no more: only then was it whole.
    End,
}

/// Passes `body` on as it comes; whoever takes it in and wants no more has hung up. Tells whether it did not break off: one that
/// does has no end.
pub(super) async fn feed(mut body: Body, pieces: mpsc::Sender<Piece>) -> bool {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        if let Ok(bytes) = frame.into_data()
            && pieces.send(Piece::Bytes(bytes)).await.is_err()
        {
            return true;
        }
    }
    let _ = pieces.send(Piece::End).await;
    true
}

/// The body as a file is read.
pub(crate) struct Coming {
    coming: mpsc::Receiver<Piece>,
    piece: Bytes,
    is_over: bool,
}

impl Coming {
    pub(crate) fn new(coming: mpsc::Receiver<Piece>) -> Self {
        Self {
            coming,
            piece: Bytes::new(),
            is_over: false,
        }
    }
}

impl Read for Coming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.is_over {
            match self.coming.blocking_recv() {
                Some(Piece::Bytes(bytes)) => self.piece = bytes,
                Some(Piece::End) => self.is_over = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let taken = self.piece.split_to(out.len().min(self.piece.len()));
        out[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}

/// How the body is encoded, by its content type `text/csv`: UTF-8 unless it says `charset=cp950`. Never guessed.
pub(super) fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let kind = headers
        .get(header::CONTENT_TYPE)?
        .to_str()
        .ok()?
        .to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    if parts.next() != Some("text/csv") {
        return None;
    }
    match parts.find_map(|part| part.strip_prefix("charset=")) {
        None => Some(Encoding::Utf8),
        Some(charset) => Encoding::parse(charset.trim_matches('"')),
    }
}

/// Pieces that wait to be taken in: the caller waits with them.
pub(crate) const PIECES: usize = 4;
/// How long a batch may take to come in.
pub(crate) const LONGEST: Duration = Duration::from_secs(3_600);
