//! A `serve` with its door open, and somebody who calls there in plain HTTP. *Edge.*

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout},
    time::Duration,
};

use serde_json::Value;

use crate::{
    support::{Run, Sandbox, pause},
    worker::start,
};

/// A `serve` that runs.
pub struct Served {
    process: Option<Child>,
    said: BufReader<ChildStdout>,
    /// Where its door stands.
    pub place: SocketAddr,
}

/// What it answered.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
    pub body: String,
}

impl Served {
    /// Starts one on `sandbox`, at a place that nobody has, and waits until the door is open.
    pub fn open(sandbox: &Sandbox, at: &str, more: &[&str]) -> Self {
        let words = [&["serve", "--listen", "127.0.0.1:0"], more].concat();
        Self::of(start(sandbox, at, words))
    }

    /// Waits until the door of `process` is open.
    pub fn of(mut process: Child) -> Self {
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut document = String::new();
        while !document.trim_end().ends_with('}') {
            assert!(
                said.read_line(&mut document).unwrap() > 0,
                "it ended before its door was open"
            );
        }
        let told: Value = serde_json::from_str(&document).unwrap();
        Self {
            process: Some(process),
            said,
            place: told["http"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// A request without a body.
    pub fn say(&self, method: &str, path: &str) -> Answer {
        self.ask(method, path, &[], b"")
    }

    /// A request.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        self.send(&[request.as_bytes(), body].concat())
    }

    /// Exactly these bytes.
    pub fn raw(&self, text: &str) -> Answer {
        self.send(text.as_bytes())
    }

    fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.place).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        // It may answer, and hang up, before it has read all of it.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::parse(&answer)
    }

    /// Tells it to stop and waits for its end.
    pub fn end(mut self) -> Run {
        let mut process = self.process.take().unwrap();
        let pid = rustix::process::Pid::from_child(&process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let mut stdout = String::new();
        self.said.read_to_string(&mut stdout).unwrap();
        let mut stderr = String::new();
        if let Some(mut told) = process.stderr.take() {
            told.read_to_string(&mut stderr).unwrap();
        }
        let code = process.wait().unwrap().code().unwrap_or(-1);
        Run { code, stdout, stderr }.expect(0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Answer {
    pub fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let bytes = bytes[end + 4..].to_vec();
        Self {
            status,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What it says as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// What `look` sees once it sees something; fails loudly if that takes minutes.
pub fn until<T>(otherwise: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..2_400 {
        if let Some(seen) = look() {
            return seen;
        }
        pause(0.1);
    }
    panic!("{otherwise}");
}
