//! Reads a form with a file while it comes: its proof first, then its fields, then the file, within the limits of each. *Edge.*

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::BodyDataStream,
    extract::{FromRequest, FromRequestParts, Request},
    http::header,
};
use bytes::Bytes;
use futures_core::Stream;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::{sync::mpsc, time::timeout};
use zeroize::Zeroizing;

use crate::{
    app::House,
    console::{
        fault::Fault,
        form::{self, Fields},
        frame::PROOF,
        reader::Visitor,
    },
    error,
    http::{
        door::Shared,
        problem::Problem,
        upload::{Coming, LONGEST, PIECES, Piece},
    },
};

/// A form whose last field is a file, of which nothing was read yet.
pub(super) struct Upload {
    pub(super) fields: Fields,
    /// The name under which the browser has it, without folders.
    pub(super) file_name: String,
    file: Field<'static>,
    rest: Multipart<'static>,
    meter: Arc<Meter>,
}

impl Upload {
    /// Has `act` take the file in while it comes; what it makes of a file that breaks off is not told.
    pub(super) async fn pass_on<T, F>(
        self,
        door: &Shared,
        act: impl FnOnce(Arc<House>, Coming) -> F + Send + 'static,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = error::Result<T>>,
    {
        let (pieces, coming) = mpsc::channel(PIECES);
        let taking = door.act_at_length(move |house| act(house, Coming::new(coming)));
        let feeding = async { timeout(LONGEST, self.feed(pieces)).await.unwrap_or(false) };
        match tokio::join!(feeding, taking) {
            (false, Err(_)) => Err(Problem::broken_off().into()),
            (_, taken) => Ok(taken?),
        }
    }

    /// Passes the file on; tells whether it came to its end, with nothing after it.
    async fn feed(self, pieces: mpsc::Sender<Piece>) -> bool {
        let (mut file, mut rest) = (self.file, self.rest);
        loop {
            match file.chunk().await {
                Ok(Some(bytes)) if bytes.is_empty() => {}
                Ok(Some(bytes)) => {
                    if pieces.send(Piece::Bytes(bytes)).await.is_err() {
                        return true;
                    }
                }
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        drop(file);
        self.meter.allow(AROUND);
        if !matches!(rest.next_field().await, Ok(None)) {
            return false;
        }
        let _ = pieces.send(Piece::End).await;
        true
    }
}

impl FromRequest<Shared> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, door: &Shared) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, door).await?;
        form::check_site(&parts.headers)?;
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let boundary = kind
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| multer::parse_boundary(kind).ok())
            .ok_or_else(Problem::no_form)?;
        let most = door.act(|house| async move { Ok(house.config.limits.file_bytes) });
        let most = most.await?;
        let meter = Arc::new(Meter::default());
        meter.allow(AROUND);
        let body = Measured {
            body: body.into_data_stream(),
            meter: meter.clone(),
            rests: false,
        };
        let sizes = SizeLimit::new()
            .per_field(FIELD_BYTES)
            .for_field(FILE, most.saturating_add(1));
        let rest = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(sizes));
        let beginning = begin(door, &visitor, rest);
        let (fields, file, rest) = timeout(BEGINNING, beginning)
            .await
            .map_err(|_| Problem::no_form())??;
        meter.allow(most.saturating_add(AROUND));
        let name = file.file_name().unwrap_or("");
        let file_name = name.rsplit(['/', '\\']).next().unwrap_or("").to_owned();
        Ok(Self {
            fields,
            file_name,
            file,
            rest,
            meter,
        })
    }
}

/// Reads up to the file: the proof comes before anything else.
async fn begin(
    door: &Shared,
    visitor: &Visitor,
    mut rest: Multipart<'static>,
) -> Result<(Fields, Field<'static>, Multipart<'static>), Fault> {
    let entered = visitor.entered().cloned();
    let entered = entered.ok_or(Fault::Elsewhere("/sign-in?done=over"))?;
    let mut fields = Vec::new();
    let mut is_proved = false;
    loop {
        let field = rest.next_field().await.map_err(|_| Problem::no_form())?;
        let field = field.ok_or_else(Problem::no_form)?;
        let name = field.name().unwrap_or("").to_owned();
        if !is_proved && name != PROOF {
            return Err(Problem::foreign_form().into());
        }
        if name == FILE {
            return Ok((Fields::of(fields), field, rest));
        }
        let text = Zeroizing::new(field.text().await.map_err(|_| Problem::no_form())?);
        if name == PROOF {
            form::prove(door, entered.clone(), &text).await?;
            is_proved = true;
        } else if fields.len() < FIELDS {
            fields.push((name, text));
        } else {
            return Err(Problem::no_form().into());
        }
    }
}

/// How much of a body came, and how much may.
#[derive(Default)]
struct Meter {
    came: AtomicU64,
    may: AtomicU64,
}

impl Meter {
    /// Lets `more` come than came already.
    fn allow(&self, more: u64) {
        let came = self.came.load(Ordering::Relaxed);
        self.may.store(came.saturating_add(more), Ordering::Relaxed);
    }
}

/// A body of which no more is read than may come, and no more at a time than one piece: whoever cuts it into fields would keep
/// whatever is there.
struct Measured {
    body: BodyDataStream,
    meter: Arc<Meter>,
    rests: bool,
}

impl Stream for Measured {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = ready!(Pin::new(&mut self.body).poll_next(context)) else {
            return Poll::Ready(None);
        };
        let Ok(bytes) = piece else {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        };
        self.rests = true;
        let length = bytes.len() as u64;
        let came = self.meter.came.fetch_add(length, Ordering::Relaxed) + length;
        Poll::Ready(Some(match came <= self.meter.may.load(Ordering::Relaxed) {
            true => Ok(bytes),
            false => Err(io::ErrorKind::InvalidData.into()),
        }))
    }
}

/// The field with the file.
const FILE: &str = "file";
/// How much may stand before a file, and after it.
const AROUND: u64 = 1 << 20;
const FIELD_BYTES: u64 = 1 << 10;
const FIELDS: usize = 8;
/// How long it may take until the file begins.
const BEGINNING: Duration = Duration::from_secs(30);
