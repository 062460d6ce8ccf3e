//! One connection: how long it may take over its headers and its body, and how it ends. *Edge.*

use std::{
    net::IpAddr,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, response::IntoResponse};
use http_body_util::Limited;
use hyper::{
    Method, Request,
    body::{Body as Frames, Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Notify, watch},
    time::{Sleep, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    ask::{Caller, Certificate},
    crowd::Crowd,
    problem::Problem,
};
use crate::{clock::boot_micros, config::http::HttpDoor, tls::fingerprint};

/// Everybody who is in, and how each is told to leave.
pub(super) type Guests = Arc<Mutex<Crowd<Arc<Notify>>>>;

/// Serves `stream` until its caller hangs up, is told to make way, or the door closes: then what has begun is ended.
pub(super) async fn serve(
    (stream, peer, tls): (TcpStream, IpAddr, Option<TlsAcceptor>),
    (settings, largest): (Arc<HttpDoor>, usize),
    router: Router,
    guests: Guests,
    closing: watch::Receiver<bool>,
) {
    let way_out = Arc::new(Notify::new());
    let entered = lock(&guests).enter(Arc::clone(&way_out), boot_micros());
    let Some((number, leaver)) = entered else { return };
    if let Some(leaver) = leaver {
        leaver.notify_one();
    }
    let stay = Arc::new(Stay { guests, number });
    let Some(tls) = tls else {
        return speak(
            (stream, peer, None),
            (settings, largest),
            router,
            (stay, way_out),
            closing,
        )
        .await;
    };
    let greeting = tokio::select! {
        greeting = timeout(HEADERS, tls.accept(stream)) => greeting,
        () = way_out.notified() => return,
        () = closed(closing.clone()) => return,
    };
    // Whoever shows a certificate that is not of our CA is not heard.
    let Ok(Ok(stream)) = greeting else { return };
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let shown = shown.map(|certificate| Certificate(fingerprint(certificate)));
    speak(
        (stream, peer, shown),
        (settings, largest),
        router,
        (stay, way_out),
        closing,
    )
    .await;
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    (stream, peer, shown): (S, IpAddr, Option<Certificate>),
    (settings, largest): (Arc<HttpDoor>, usize),
    router: Router,
    (stay, way_out): (Arc<Stay>, Arc<Notify>),
    closing: watch::Receiver<bool>,
) {
    let served = Arc::clone(&stay);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let turn = Turn::begin(&served);
        let forwarded = joined(&request, "x-forwarded-for");
        let was_plain = settings.was_plain(peer, &joined(&request, "x-forwarded-proto"));
        let extensions = request.extensions_mut();
        extensions.insert(Caller(settings.caller(peer, &forwarded)));
        if let Some(shown) = shown {
            extensions.insert(shown);
        }
        let most = match (request.method(), request.uri().path()) {
            (&Method::PUT, path) if path.starts_with(BATCHES) => largest,
            (&Method::POST, CONSENTS) => largest.min(CONSENTS_BYTES),
            _ => BODY_BYTES,
        };
        let answering = hyper::service::Service::call(
            &TowerToHyperService::new(router.clone()),
            request.map(|body| Body::new(Limited::new(Patient::new(body), most))),
        );
        async move {
            let answer = match was_plain {
                true => Ok(Problem::in_plain().into_response()),
                false => answering.await,
            };
            answer.map(|answer| answer.map(|body| Answer { body, _turn: turn }))
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADERS_MAX);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => {}
        () = way_out.notified() => {}
        () = closed(closing) => {
            connection.as_mut().graceful_shutdown();
            // Whoever keeps the door waits for us for a while, and then for nobody.
            let _ = connection.await;
        }
    }
}

/// All lines of the header `name`, as one.
fn joined(request: &Request<Incoming>, name: &str) -> String {
    let lines = request.headers().get_all(name).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

async fn closed(mut closing: watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}

fn lock(guests: &Guests) -> std::sync::MutexGuard<'_, Crowd<Arc<Notify>>> {
    guests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Somebody is in as long as this lives.
struct Stay {
    guests: Guests,
    number: u64,
}

impl Drop for Stay {
    fn drop(&mut self) {
        lock(&self.guests).leave(self.number);
    }
}

/// A request is being served as long as this lives.
struct Turn(Arc<Stay>);

impl Turn {
    fn begin(stay: &Arc<Stay>) -> Self {
        lock(&stay.guests).note(stay.number, true, boot_micros());
        Self(Arc::clone(stay))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.0.guests).note(self.0.number, false, boot_micros());
    }
}

/// The body of an answer: the request is served until its last byte has gone.
struct Answer {
    body: Body,
    _turn: Turn,
}

impl Frames for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request, each piece of which has to come within [`PIECE`].
struct Patient {
    body: Incoming,
    patience: Pin<Box<Sleep>>,
}

impl Patient {
    fn new(body: Incoming) -> Self {
        Self {
            body,
            patience: Box::pin(sleep(PIECE)),
        }
    }
}

impl Frames for Patient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(piece) => {
                self.patience = Box::pin(sleep(PIECE));
                Poll::Ready(piece.map(|piece| piece.map_err(axum::Error::new)))
            }
            Poll::Pending => self.patience.as_mut().poll(cx).map(|()| {
                Some(Err(axum::Error::new(std::io::Error::from(
                    std::io::ErrorKind::TimedOut,
                ))))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How long a caller may take over the headers of a request, or stay silent between two.
const HEADERS: Duration = Duration::from_secs(10);
const HEADER_BYTES: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// How long each piece of a body may take.
const PIECE: Duration = Duration::from_secs(15);
/// Where batches are handed in, which may be as large as the settings say.
const BATCHES: &str = "/v1/batches/";
/// Where consents are handed in, which are held in memory as they come.
const CONSENTS: &str = "/v1/consents";
const CONSENTS_BYTES: usize = 8 << 20;
/// No other body is larger, whoever reads it and however.
const BODY_BYTES: usize = 64 << 10;
