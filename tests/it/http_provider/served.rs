//! A process of `mayfly provider serve`, as an operator would run it. *Edge.*

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal};

use super::Carrier;
use crate::support::{NOW, pause};

/// The served sandbox; it ends with the test.
pub struct Served {
    child: Child,
    pub place: SocketAddr,
    ledger: PathBuf,
}

impl Served {
    /// Serves over TLS.
    pub fn over_tls(carrier: &Carrier, more: &[&str]) -> Self {
        let path = |name: &str| carrier.path(name).to_str().unwrap().to_owned();
        let tls = [
            "--tls-cert",
            &path("provider.pem"),
            "--tls-key",
            &path("provider.key"),
            "--client-ca",
            &path("ca.pem"),
        ];
        Self::start(carrier, &[&tls, more].concat())
    }

    /// Serves in plain on this machine.
    pub fn in_plain(carrier: &Carrier, more: &[&str]) -> Self {
        Self::start(carrier, more)
    }

    fn start(carrier: &Carrier, more: &[&str]) -> Self {
        let ledger = carrier.path("ledger");
        let mut child = Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"))
            .args([
                "--at",
                NOW,
                "--json",
                "provider",
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--seed",
                "3",
            ])
            .arg("--ledger")
            .arg(&ledger)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The one document it prints: its place.
        let mut text = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !text.contains('}') {
            assert!(out.read_line(&mut text).unwrap() > 0, "it ended: {text}");
        }
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        Self {
            child,
            place: said["listening"].as_str().unwrap().parse().unwrap(),
            ledger,
        }
    }

    /// Each line: `ask ID` or `recall ID`.
    pub fn ledger(&self) -> String {
        fs::read_to_string(&self.ledger).unwrap_or_default()
    }

    /// Asks it to stop, and tells with which code it ended.
    pub fn stop(self) -> Option<i32> {
        self.tell_to_stop();
        self.ended()
    }

    /// Asks it to stop.
    pub fn tell_to_stop(&self) {
        rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits for its end, and tells with which code it came.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until `done`, for at most a minute.
    #[track_caller]
    pub fn until(mut done: impl FnMut() -> bool) {
        for _ in 0..6_000 {
            if done() {
                return;
            }
            pause(0.01);
        }
        panic!("it did not come within a minute");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
