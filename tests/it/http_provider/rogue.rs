//! A provider that misbehaves: it stands before a good one, in TLS, and spoils what goes through it. *Edge.*

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Carrier, served::Served};

/// What it does.
#[derive(Clone)]
pub enum Conduct {
    /// Passes everything on.
    Good,
    /// Takes the connection and never says a word.
    Deaf,
    /// Hears the headers and never says that it is ready.
    Unready,
    /// Hears the headers and hangs up.
    Gone,
    /// Answers the headers with these words, and never hears a question.
    Declines(&'static str),
    /// Hears the questions and answers with these words.
    Says(&'static str),
    /// Hears the questions and is silent.
    Silent,
    /// Hears some of the questions and hangs up.
    Impatient,
    /// Hears half of the questions and answers with these words.
    Interrupts(&'static str),
    /// Passes the reply on byte by byte, and slowly.
    Drips,
    /// Passes on so many bytes of a reply that it says is longer, and hangs up.
    Resets(usize),
    /// Passes on so many bytes of the reply as if they were all.
    Cuts(usize),
    /// Passes on what this makes of the reply.
    Writes(fn(&str) -> String),
    /// Passes the reply on with these headers in place of its own.
    Calls(&'static str),
    /// Passes on no reply but a text without end.
    Floods,
}

/// The misbehaving provider; it ends with the test.
pub struct Rogue {
    pub place: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    behind: SocketAddr,
    tls: Mutex<Arc<ServerConfig>>,
    conduct: Mutex<Conduct>,
    /// Bodies of questions that came, as far as they did.
    heard: Mutex<Vec<Vec<u8>>>,
    is_over: AtomicBool,
}

impl Rogue {
    /// Stands before `served`, with the certificate `provider.pem` of `carrier`'s authority.
    pub fn before(served: &Served, carrier: &Carrier) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap();
        let paper = carrier.authority.issue(super::NAME, super::LONG);
        let shared = Arc::new(Shared {
            behind: served.place,
            tls: Mutex::new(paper.server()),
            conduct: Mutex::new(Conduct::Good),
            heard: Mutex::new(Vec::new()),
            is_over: AtomicBool::new(false),
        });
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if shared.is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    // Whatever goes wrong in there is what it is for.
                    thread::spawn(move || _ = shared.serve(stream.unwrap()));
                }
            }
        });
        Self {
            place,
            shared,
            thread: Some(thread),
        }
    }

    pub fn behave(&self, conduct: Conduct) {
        *self.shared.conduct.lock().unwrap() = conduct;
    }

    /// Takes another certificate.
    pub fn appear(&self, tls: Arc<ServerConfig>) {
        *self.shared.tls.lock().unwrap() = tls;
    }

    /// How many bytes of questions it heard since it was last asked.
    pub fn heard(&self) -> usize {
        self.shared
            .heard
            .lock()
            .unwrap()
            .drain(..)
            .map(|body| body.len())
            .sum()
    }
}

impl Drop for Rogue {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.place);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Line = StreamOwned<ServerConnection, TcpStream>;

impl Shared {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let conduct = self.conduct.lock().unwrap().clone();
        stream.set_read_timeout(Some(PATIENCE))?;
        if let Conduct::Deaf = conduct {
            return wait_for_end(stream);
        }
        let tls = ServerConnection::new(self.tls.lock().unwrap().clone()).unwrap();
        let mut line = StreamOwned::new(tls, stream);
        let head = until_blank_line(&mut line)?;
        match conduct {
            Conduct::Unready => return wait_for_end(line),
            Conduct::Gone => return Ok(()),
            Conduct::Declines(words) => {
                line.write_all(words.as_bytes())?;
                line.flush()?;
                return wait_for_end(line);
            }
            _ => {}
        }
        if !head.starts_with("POST") {
            return line.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        }
        let length: usize = header(&head, "content-length").parse().unwrap();
        line.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        line.flush()?;
        let hears = match conduct {
            Conduct::Impatient => 1,
            Conduct::Interrupts(_) => length / 2,
            _ => length,
        };
        let mut body = vec![0; hears];
        let read = line.read_exact(&mut body);
        self.heard.lock().unwrap().push(body.clone());
        read?;
        match conduct {
            Conduct::Impatient => return line.sock.shutdown(Shutdown::Both),
            Conduct::Says(words) | Conduct::Interrupts(words) => {
                line.write_all(words.as_bytes())?;
                line.flush()?;
                return wait_for_end(line);
            }
            Conduct::Silent => return wait_for_end(line),
            Conduct::Floods => return flood(&mut line),
            _ => {}
        }
        let reply = self.pass_on(&head, &body)?;
        spoil(&mut line, &conduct, &reply)?;
        line.conn.send_close_notify();
        line.flush()
    }

    /// What the good provider behind says to the same request.
    fn pass_on(&self, head: &str, body: &[u8]) -> std::io::Result<String> {
        let mut line = TcpStream::connect(self.behind)?;
        line.write_all(head.as_bytes())?;
        until_blank_line(&mut line)?;
        line.write_all(body)?;
        let mut answer = String::new();
        line.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Ok(unchunked(body))
    }
}

/// Writes `reply` as `conduct` has it.
fn spoil(line: &mut Line, conduct: &Conduct, reply: &str) -> std::io::Result<()> {
    let plain = |length: usize| {
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
    };
    let rewritten;
    let (head, body) = match conduct {
        Conduct::Resets(bytes) => (
            plain(reply.len() + 1),
            &reply.as_bytes()[..*bytes.min(&reply.len())],
        ),
        Conduct::Cuts(bytes) => (plain(*bytes), &reply.as_bytes()[..*bytes]),
        Conduct::Writes(change) => {
            rewritten = change(reply);
            assert_ne!(rewritten, reply, "nothing was changed");
            (plain(rewritten.len()), rewritten.as_bytes())
        }
        Conduct::Calls(headers) => (
            format!(
                "HTTP/1.1 200 OK\r\n{headers}\r\nContent-Length: {}\r\n\r\n",
                reply.len()
            ),
            reply.as_bytes(),
        ),
        _ => (plain(reply.len()), reply.as_bytes()),
    };
    line.write_all(head.as_bytes())?;
    if let Conduct::Drips = conduct {
        for byte in body {
            line.write_all(&[*byte])?;
            line.flush()?;
            crate::support::pause(0.05);
        }
        return Ok(());
    }
    line.write_all(body)?;
    line.flush()
}

fn flood(line: &mut Line) -> std::io::Result<()> {
    line.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"answers\":[{\"x\":\"")?;
    loop {
        line.write_all(&[b'x'; 16 << 10])?;
    }
}

fn until_blank_line(line: &mut impl Read) -> std::io::Result<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        line.read_exact(&mut byte)?;
        text.push(byte[0]);
    }
    Ok(String::from_utf8(text).unwrap())
}

fn header(head: &str, name: &str) -> String {
    let values = head.lines().filter_map(|line| line.split_once(": "));
    let mut found = values.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    found
        .next()
        .map(|(_, value)| value.to_owned())
        .unwrap_or_default()
}

/// The text of a body that came in chunks.
fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    loop {
        let (length, rest) = body.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return text;
        }
        text.push_str(&rest[..length]);
        body = &rest[length + 2..];
    }
}

/// Waits until the other side hangs up.
fn wait_for_end(mut line: impl Read) -> std::io::Result<()> {
    let mut bytes = [0; 1024];
    while line.read(&mut bytes)? > 0 {}
    Ok(())
}

/// Longer than any test lets it wait.
const PATIENCE: Duration = Duration::from_secs(120);
