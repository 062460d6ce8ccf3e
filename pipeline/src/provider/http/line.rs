//! One visit over one connection: connect, see that the other side is ready, send the questions, take the reply in. *Edge.*

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    super::{Visit, question::Question, reply::Reply},
    fault::LineFault,
    parse, pipe,
    wire::{self, Pieces, QuestionsText},
};
use crate::tls::{self, Validity};

/// Where the other side is and how it is spoken to.
pub(super) struct Peer {
    pub(super) addresses: Vec<SocketAddr>,
    /// The value of `Host`.
    pub(super) host: String,
    pub(super) path: String,
    /// TLS, and the name that its certificate must be for; without it plain text, on this machine.
    pub(super) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    pub(super) environment: &'static str,
    /// How long it may take until the other side is ready for the questions.
    pub(super) connect: Duration,
    /// How long it may take from then until the reply is whole.
    pub(super) reply: Duration,
}

/// What is asked in one visit.
pub(super) struct Asking<'q> {
    pub(super) visit: Visit,
    pub(super) questions: &'q [Question],
    pub(super) asked_at: Timestamp,
}

impl Peer {
    /// Asks; `left` is set before the first byte of a question goes.
    pub(super) async fn ask(&self, asking: &Asking<'_>, left: &mut bool) -> Result<Reply, LineFault> {
        let text = QuestionsText::new(asking.questions, asking.asked_at);
        let chunk = asking
            .questions
            .first()
            .map_or(0, |question| question.query_id.chunk());
        let (put, body) = pipe::body(Some(text.len()));
        let mut request = self
            .request(Method::POST)
            .header(wire::ENVIRONMENT, self.environment)
            .header(wire::VISIT, wire::visit_word(asking.visit))
            .header(wire::CHUNK, wire::chunk_text(chunk))
            .header(header::CONTENT_TYPE, JSON)
            .header(header::ACCEPT_ENCODING, "identity")
            // Nothing of a person goes before the other side has seen our certificate and said that it is ready.
            .header(header::EXPECT, "100-continue")
            .body(body)
            .map_err(|_| LineFault::NotReady)?;
        let (go_on, mut ready) = watch::channel(false);
        hyper::ext::on_informational(&mut request, move |answer| {
            if answer.status() == StatusCode::CONTINUE {
                go_on.send_replace(true);
            }
        });
        let until_ready = async {
            let (mut line, driver) = self.connect().await?.shake_hands().await?;
            let mut answer = Box::pin(async move { line.send_request(request).await });
            let instead = tokio::select! {
                biased;
                answer = &mut answer => answer,
                is_ready = async { ready.wait_for(|ready| *ready).await.is_ok() } => match is_ready {
                    true => return Ok((answer, driver)),
                    // Nothing will say so any more: an answer has come, or the end.
                    false => answer.await,
                },
            };
            Err(match instead {
                Ok(answer) => LineFault::Declined(answer.status().as_u16()),
                Err(_) => LineFault::NotReady,
            })
        };
        let (answer, _driver) = timeout(self.connect, until_ready)
            .await
            .unwrap_or(Err(LineFault::NotReady))?;
        *left = true;
        let rest = async {
            let answer = send(&text, put, answer).await?;
            take_in(answer, chunk, asking.questions.len()).await
        };
        timeout(self.reply, rest).await.unwrap_or(Err(LineFault::Slow))
    }

    /// Whether the other side takes a connection of ours and answers, whatever it says; and until when its certificate is
    /// good. Nobody is asked about.
    pub(super) async fn greet(&self) -> Result<Option<Validity>, LineFault> {
        let request = self.request(Method::GET).body(Empty::<Bytes>::new());
        let request = request.map_err(|_| LineFault::NotReady)?;
        let greeting = async {
            let stream = self.connect().await?;
            let theirs = stream.validity();
            let (mut line, _driver) = stream.shake_hands().await?;
            let answer = line.send_request(request).await;
            answer.map(|_| theirs).map_err(|_| LineFault::NotReady)
        };
        timeout(self.connect, greeting)
            .await
            .unwrap_or(Err(LineFault::NotReady))
    }

    fn request(&self, method: Method) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(&self.path)
            .header(header::HOST, &self.host)
            .header(header::CONNECTION, "close")
            .header(header::ACCEPT, JSON)
    }

    async fn connect(&self) -> Result<Stream, LineFault> {
        let stream = self.dial().await?;
        let Some((config, name)) = &self.tls else {
            return Ok(Stream::Plain(stream));
        };
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(name.clone(), stream).await;
        stream
            .map(|stream| Stream::Tls(Box::new(stream)))
            .map_err(|_| LineFault::Tls)
    }

    /// Connects to the first of the addresses that takes a connection in its share of the time.
    async fn dial(&self) -> Result<TcpStream, LineFault> {
        let share = self.connect / u32::try_from(self.addresses.len() + 1).unwrap_or(u32::MAX);
        for address in &self.addresses {
            if let Ok(Ok(stream)) = timeout(share, TcpStream::connect(address)).await {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
        Err(LineFault::Connect)
    }
}

/// A connection, and TLS on it if there is any.
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// From when until when the other side's certificate is good.
    fn validity(&self) -> Option<Validity> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => {
                let certificates = stream.get_ref().1.peer_certificates()?;
                tls::validity(THEIRS, certificates.first()?)
            }
        }
    }

    async fn shake_hands<B>(self) -> Result<(http1::SendRequest<B>, Driver), LineFault>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: std::error::Error + Send + Sync,
    {
        match self {
            Self::Plain(stream) => shake_hands(stream).await,
            Self::Tls(stream) => shake_hands(stream).await,
        }
    }
}

async fn shake_hands<S, B>(stream: S) -> Result<(http1::SendRequest<B>, Driver), LineFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let opened = http1::Builder::new()
        .max_buf_size(BUFFER_BYTES)
        .max_headers(HEADERS_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let (line, connection) = opened.map_err(|_| LineFault::NotReady)?;
    let driver = Driver(tokio::spawn(async move {
        // How it ended is told to whoever waits for an answer.
        let _ = connection.await;
    }));
    Ok((line, driver))
}

/// Moves the bytes; the connection ends with it.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends the questions, and hears how the answer begins, which is not before they all have gone.
async fn send(
    text: &QuestionsText<'_>,
    put: mpsc::Sender<Bytes>,
    answer: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> Result<Response<Incoming>, LineFault> {
    let mut sending = pin!(async move {
        let mut pieces = Pieces::new();
        for part in 0..text.parts() {
            text.write(&mut pieces, part);
            if let Some(piece) = pieces.full()
                && put.send(piece).await.is_err()
            {
                return false;
            }
        }
        put.send(pieces.rest()).await.is_ok()
    });
    let mut answer = pin!(answer);
    let mut has_gone = false;
    let answer = loop {
        tokio::select! {
            biased;
            sent = &mut sending, if !has_gone => {
                has_gone = true;
                if !sent {
                    break answer.as_mut().await;
                }
            }
            answer = &mut answer => break answer,
        }
    };
    let answer = answer.map_err(|_| LineFault::Lost)?;
    match answer.status() {
        StatusCode::OK if has_gone => Ok(answer),
        status => Err(LineFault::Status(status.as_u16())),
    }
}

/// Takes the reply in as it comes.
async fn take_in(answer: Response<Incoming>, chunk: u64, questions: usize) -> Result<Reply, LineFault> {
    if !is_json(answer.headers()) {
        return Err(LineFault::Kind);
    }
    let (put, pieces) = pipe::reader();
    let reading = tokio::task::spawn_blocking(move || parse::read_reply(pieces, chunk, questions));
    let mut room = MAX_REPLY_BYTES.min(REPLY_BYTES + questions * REPLY_BYTES_A_QUESTION);
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| LineFault::Lost)?.into_data() else {
            continue;
        };
        room = room.checked_sub(piece.len()).ok_or(LineFault::Size)?;
        if put.send(piece).await.is_err() {
            break;
        }
    }
    drop(put);
    match reading.await {
        Ok(Ok(reply)) => Ok(reply),
        _ => Err(LineFault::Malformed),
    }
}

/// Whether a body is said to be JSON in UTF-8, neither packed nor otherwise changed.
pub(super) fn is_json(headers: &header::HeaderMap) -> bool {
    let text = |name| {
        headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap_or("?"))
    };
    let mut kinds = text(header::CONTENT_TYPE);
    let kind = kinds
        .next()
        .unwrap_or("")
        .replace([' ', '"'], "")
        .to_ascii_lowercase();
    let is_plain = text(header::CONTENT_ENCODING).all(|coding| coding.eq_ignore_ascii_case("identity"));
    is_plain && kinds.next().is_none() && [JSON, JSON_UTF_8].contains(&kind.as_str())
}

/// What the other side's certificate is called.
const THEIRS: &str = "the provider's own";
pub(super) const JSON: &str = "application/json";
const JSON_UTF_8: &str = "application/json;charset=utf-8";
/// Room for headers, and for the bytes of a body that wait.
const BUFFER_BYTES: usize = 64 << 10;
const HEADERS_MAX: usize = 64;
/// The largest reply of all, and the largest to so many questions.
const MAX_REPLY_BYTES: usize = 256 << 20;
const REPLY_BYTES: usize = 1 << 20;
const REPLY_BYTES_A_QUESTION: usize = 64 << 10;
