//! The other side of the HTTP provider, for trials: the sandbox, with its faults, behind the same interface. *Edge.*

use std::{future::Future, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderMap},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    line::{JSON, is_json},
    parse,
    pipe::{self, Outgoing},
    wire::{self, Pieces},
};
use crate::{
    clock,
    error::{Error, Result},
    provider::{AskError, Faults, QueryId, Question, Reply, Sandbox, Visit},
    tls::{Files, Moment, Papers},
};

/// How the served sandbox answers.
pub struct Manners {
    /// The seed of its invented population.
    pub seed: u64,
    /// Where it notes each query id that it receives.
    pub ledger: Option<PathBuf>,
    /// Which faults it shows.
    pub faults: Faults,
}

/// Where it is served, and with what certificates.
pub struct Served {
    /// Address and port; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Its certificates; without them it serves this machine alone, in plain text.
    pub files: Option<Files>,
    /// The instant by which certificates are judged; else by the wall clock.
    pub at: Option<Timestamp>,
}

/// Serves until `stop`, then ends what has begun, for at most `GRACE`. `opened` is told where it stands.
///
/// # Errors
/// `PROVIDER-SERVE`: without certificates beyond this machine, or the place is taken; `PROVIDER-CERTIFICATE`.
pub async fn serve(
    served: Served,
    manners: Manners,
    stop: impl Future<Output = ()>,
    opened: impl FnOnce(SocketAddr) -> Result<()>,
) -> Result<()> {
    if served.files.is_none() && !served.listen.ip().is_loopback() {
        return Err(refused(
            "without certificates nothing is served beyond this machine; nothing was done",
        ));
    }
    let now = || served.at.unwrap_or_else(clock::wall);
    let moment = Moment::new(now());
    let tls = match &served.files {
        None => None,
        Some(files) => {
            let config = Papers::read(files, super::CERTIFICATE)?.answering(Arc::clone(&moment))?;
            Some(TlsAcceptor::from(Arc::new(config)))
        }
    };
    let listener = TcpListener::bind(served.listen).await;
    let listener = listener.map_err(|_| refused("the address is taken, or not of this machine"))?;
    opened(
        listener
            .local_addr()
            .map_err(Error::io("learn our own address"))?,
    )?;
    let sandbox = Arc::new(Sandbox::new(manners.seed, manners.faults, manners.ledger));
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let (closing, close) = watch::channel(false);
    let mut lines = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = lines.join_next() => continue,
            () = &mut stop => break,
        };
        let (Ok((stream, _)), Ok(seat)) = (accepted, Arc::clone(&room).try_acquire_owned()) else {
            // Too many at once, or no descriptor is left: whoever came is hung up on.
            sleep(BREATH).await;
            continue;
        };
        moment.set(now());
        let (tls, sandbox, close) = (tls.clone(), Arc::clone(&sandbox), close.clone());
        lines.spawn(async move {
            let _seat = seat;
            line(stream, tls, sandbox, close).await;
        });
    }
    drop(listener);
    let _ = closing.send(true);
    let _ = timeout(GRACE, async { while lines.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn line(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    sandbox: Arc<Sandbox>,
    close: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return speak(stream, sandbox, close).await;
    };
    // Who is not of our CA is not heard.
    if let Ok(Ok(stream)) = timeout(HELLO, tls.accept(stream)).await {
        speak(stream, sandbox, close).await;
    }
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    sandbox: Arc<Sandbox>,
    close: watch::Receiver<bool>,
) {
    let service = service_fn(|request| answer(request, Arc::clone(&sandbox)));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HELLO)
        .max_headers(HEADERS_MAX)
        .keep_alive(false);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => {}
        () = closed(close) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn closed(mut close: watch::Receiver<bool>) {
    let _ = close.wait_for(|closing| *closing).await;
}

/// What is said instead of a reply.
enum No {
    /// This status, and nothing else.
    Status(StatusCode),
    /// Nothing: the connection ends.
    HangUp,
}

/// The connection ends here, which is what it is for.
#[derive(thiserror::Error, Debug)]
#[error("hang up")]
struct HangUp;

async fn answer(
    request: Request<Incoming>,
    sandbox: Arc<Sandbox>,
) -> std::result::Result<Response<Outgoing>, HangUp> {
    match replied(request, sandbox).await {
        Ok(answer) => Ok(answer),
        Err(No::Status(status)) => Ok(said(status, pipe::body(Some(0)).1)),
        Err(No::HangUp) => Err(HangUp),
    }
}

async fn replied(
    request: Request<Incoming>,
    sandbox: Arc<Sandbox>,
) -> std::result::Result<Response<Outgoing>, No> {
    match *request.method() {
        Method::POST => {}
        Method::GET => return Err(No::Status(StatusCode::NO_CONTENT)),
        _ => return Err(No::Status(StatusCode::METHOD_NOT_ALLOWED)),
    }
    // All of this before the first byte of a body is asked for: who polls it says that he is ready.
    let (visit, chunk) = heading(request.headers()).map_err(No::Status)?;
    if sandbox.is_unreachable(visit, chunk) {
        return Err(No::HangUp);
    }
    let body = request.into_body();
    let (asked_at, questions) = timeout(BODY, questions(body, chunk))
        .await
        .unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
        .map_err(No::Status)?;
    let asked = tokio::task::spawn_blocking(move || sandbox.visit(visit, &questions, asked_at)).await;
    let reply = match asked {
        Ok(Ok(reply)) => reply,
        Ok(Err(AskError::Lost)) => return Err(No::HangUp),
        _ => return Err(No::Status(StatusCode::INTERNAL_SERVER_ERROR)),
    };
    let (put, body) = pipe::body(None);
    tokio::spawn(write(reply, chunk, put));
    Ok(said(StatusCode::OK, body))
}

fn said(status: StatusCode, body: Outgoing) -> Response<Outgoing> {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    if status == StatusCode::OK {
        let kind = header::HeaderValue::from_static(JSON);
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    let none = header::HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, none);
    answer
}

/// What the headers say: which visit, and about which chunk.
fn heading(headers: &HeaderMap) -> std::result::Result<(Visit, u64), StatusCode> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Real persons have no business here.
    if text(wire::ENVIRONMENT) != Some(wire::SANDBOX) {
        return Err(StatusCode::FORBIDDEN);
    }
    if !is_json(headers) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let bytes = text("content-length").and_then(|bytes| bytes.parse::<usize>().ok());
    match bytes {
        None => return Err(StatusCode::LENGTH_REQUIRED),
        Some(bytes) if bytes > MAX_BODY_BYTES => return Err(StatusCode::PAYLOAD_TOO_LARGE),
        Some(_) => {}
    }
    let visit = match text(wire::VISIT) {
        Some("ask") => Visit::Ask,
        Some("recall") => Visit::Recall,
        _ => return Err(StatusCode::BAD_REQUEST),
    };
    let chunk = text(wire::CHUNK).and_then(|chunk| QueryId::parse(&format!("{chunk}-0000")));
    Ok((visit, chunk.ok_or(StatusCode::BAD_REQUEST)?.chunk()))
}

async fn questions(
    mut body: Incoming,
    chunk: u64,
) -> std::result::Result<(Timestamp, Vec<Question>), StatusCode> {
    let (put, pieces) = pipe::reader();
    let reading = tokio::task::spawn_blocking(move || parse::read_questions(pieces, chunk));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        if let Ok(piece) = frame.into_data()
            && put.send(piece).await.is_err()
        {
            break;
        }
    }
    drop(put);
    match reading.await {
        Ok(Ok(questions)) => Ok(questions),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

/// Writes the reply as it is taken.
async fn write(reply: Reply, chunk: u64, put: mpsc::Sender<Bytes>) {
    // Whoever has hung up needs no more of it.
    let _ = pieces(&reply, chunk, &put).await;
}

async fn pieces(
    reply: &Reply,
    chunk: u64,
    put: &mpsc::Sender<Bytes>,
) -> std::result::Result<(), mpsc::error::SendError<Bytes>> {
    let mut text = Pieces::new();
    wire::write_head(&mut text, chunk, reply);
    let mut is_first = true;
    for answer in reply.answers() {
        wire::write_answer(&mut text, is_first, answer);
        for (place, change) in answer.changes().enumerate() {
            wire::write_change(&mut text, place == 0, &change);
        }
        wire::write_answer_end(&mut text);
        is_first = false;
        if let Some(piece) = text.full() {
            put.send(piece).await?;
        }
    }
    for silence in reply.silences() {
        wire::write_silence(&mut text, is_first, silence);
        is_first = false;
        if let Some(piece) = text.full() {
            put.send(piece).await?;
        }
    }
    wire::write_end(&mut text);
    put.send(text.rest()).await
}

fn refused(sentence: &str) -> Error {
    Error::Input {
        code: "PROVIDER-SERVE",
        sentence: sentence.into(),
        remedy: "name a free address of this machine, 127.0.0.1 without certificates, or give --tls-cert, --tls-key and --client-ca",
    }
}

/// How long what has begun is waited for at the end.
const GRACE: Duration = Duration::from_secs(10);
/// How long somebody may take to say hello, in TLS and in HTTP.
const HELLO: Duration = Duration::from_secs(10);
/// How long somebody may take over the questions.
const BODY: Duration = Duration::from_secs(60);
const BREATH: Duration = Duration::from_millis(50);
const CONNECTIONS: usize = 64;
const HEADERS_MAX: usize = 64;
/// The largest chunk, with names of the longest in the longest form.
const MAX_BODY_BYTES: usize = 64 << 20;
