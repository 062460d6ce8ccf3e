//! Callers who are slow, silent, half gone or many: whoever asks is answered, and the purge runs; and a large upload in little memory. *Edge.*
//!
//! A few hundred callers and a small upload with every run; `MAYFLY_CROWD=10000` and `MAYFLY_UPLOAD_ROWS=1000000` make them what the
//! door is built for (`.ci/upload`).

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use rustix::process::{Resource, getrlimit, setrlimit};

use super::caller::{Served, until};
use crate::{
    batch_file::{BatchRow, batch_file},
    signin::{in_two_hands, staffed},
    support::{NOW, Sandbox, pause, setting},
};

/// As many callers as a process may have descriptors for, if that is fewer than `wanted`; the limit is raised to what it may be.
fn crowd(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let most = usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(512);
    assert!(
        wanted <= most,
        "a process may have {most} more files open here, and not {wanted}"
    );
    wanted
}

/// The purge runs once more, and `/healthz` is answered meanwhile.
fn all_is_well(sandbox: &Sandbox, served: &Served) {
    let trace = sandbox.data().join("passes/purge");
    until("the purge does not run", || trace.exists().then_some(()));
    fs::remove_file(&trace).unwrap();
    until("the purge does not run any more", || {
        assert_eq!(served.say("GET", "/healthz").status, 200);
        trace.exists().then_some(())
    });
}

fn hasty(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_master_data();
    let path = sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("patience_seconds = 5\n{text}\n{settings}")).unwrap();
    sandbox
}

/// Silent ones, ones in the midst of a line, ones that have shut their side, and ones that never take what they are told.
#[test]
fn a_crowd_of_idle_callers_keeps_nobody_out() {
    let callers = crowd(setting("MAYFLY_CROWD").unwrap_or(400));
    let sandbox = hasty("");
    let served = Served::open(&sandbox, NOW, &[]);
    let mut kept = Vec::new();
    for number in 0..callers {
        let mut stream = until("nobody can call any more", || {
            TcpStream::connect(served.place).ok()
        });
        let said: &[u8] = match number % 4 {
            0 => b"",
            1 => b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
            2 => b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
            _ => b"PUT /v1/batches/004-1151102-01 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nx",
        };
        // It may have been told to leave already.
        let _ = stream.write_all(said);
        if number % 8 == 0 {
            let _ = stream.shutdown(Shutdown::Write);
        }
        kept.push(stream);
        if number % 100 == 0 {
            assert_eq!(served.say("GET", "/healthz").status, 200);
        }
    }
    all_is_well(&sandbox, &served);
    drop(kept);
    served.end();
}

/// A byte now and then: headers have to come within their time, whatever comes of them.
#[test]
fn a_caller_who_dribbles_is_left_and_others_are_not() {
    let sandbox = hasty("[http]\nconnections = 4\n");
    let served = Served::open(&sandbox, NOW, &[]);
    let dribble = |head: &'static [u8]| {
        let mut stream = TcpStream::connect(served.place).unwrap();
        std::thread::spawn(move || {
            let _ = stream.write_all(head);
            let mut sent = 0;
            // Far longer than the door waits; the end of it is that the door hangs up.
            for _ in 0..2_400 {
                if stream.write_all(b"x").is_err() {
                    return sent;
                }
                sent += 1;
                pause(0.05);
            }
            sent
        })
    };
    let slow = [
        dribble(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "),
        dribble(b"GET /"),
    ];
    all_is_well(&sandbox, &served);
    for slow in slow {
        let sent = slow.join().unwrap();
        assert!(sent < 2_400, "the door listened to the end of it");
    }
    served.end();
}

/// Lines that are no HTTP, or too much of it: an answer or none, and the door stands.
#[test]
fn what_is_no_request_ends_its_own_connection_alone() {
    let sandbox = hasty("");
    let served = Served::open(&sandbox, NOW, &[]);
    let long = vec![b'a'; 1 << 20];
    let garbage: [&[u8]; 8] = [
        b"\0\0\0\0",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &long,
    ];
    for garbage in garbage {
        let mut stream = TcpStream::connect(served.place).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let _ = stream.write_all(garbage);
        let _ = stream.shutdown(Shutdown::Write);
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("HTTP/1.1 2"), "{said}");
        assert_eq!(served.say("GET", "/healthz").status, 200);
    }
    served.end();
}

/// A batch that is made as it is sent is taken in within 128 MiB of memory, whatever its size.
#[test]
fn a_large_batch_is_taken_in_within_little_memory() {
    let rows: u64 = setting("MAYFLY_UPLOAD_ROWS").unwrap_or(3_000);
    let sandbox = staffed();
    let place = sandbox.path("token");
    let words = [
        "token",
        "make",
        "004/chen.yl",
        "--name",
        "core",
        "--days",
        "1",
        "--out",
    ];
    let words = [&words[..], &[place.to_str().unwrap()]].concat();
    in_two_hands(&sandbox, NOW, &words, ("lu.adm", "wu.head")).expect(0);
    let token = fs::read_to_string(&place).unwrap().trim().to_owned();
    let served = Served::open(&sandbox, NOW, &[]);
    let mut stream = TcpStream::connect(served.place).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(3_600))).unwrap();
    let head = format!(
        "PUT /v1/batches/004-1151102-01 HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    for first in (0..rows).step_by(1_000) {
        let some: Vec<_> = (first..rows.min(first + 1_000)).map(BatchRow::valid).collect();
        let whole = batch_file(&some);
        // The header once.
        let start = match first {
            0 => 0,
            _ => whole.iter().position(|byte| *byte == b'\n').unwrap() + 1,
        };
        let piece = &whole[start..];
        stream
            .write_all(format!("{:x}\r\n", piece.len()).as_bytes())
            .unwrap();
        stream.write_all(piece).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap();
    assert!(said.starts_with("HTTP/1.1 201"), "{said}");
    assert!(said.contains(&format!("\"rows\":{rows}")), "{said}");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    assert!(peak <= 128 << 10, "{rows} rows took {peak} KiB at most");
    served.end();
}
