//! The HTTP door of the real binary: where it stands, what it says, whom it lets in and how it closes. *Edge.*

pub mod caller;
mod members;
mod pages;
mod robust;
mod tls;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use self::caller::{Answer, Served, until};
use crate::support::{NOW, Sandbox, files_below};

#[test]
fn the_door_tells_health_and_the_public_journal() {
    let sandbox = Sandbox::with_master_data();
    let served = Served::open(&sandbox, NOW, &[]);
    let alive = served.say("GET", "/healthz");
    assert_eq!((alive.status, alive.body.as_str()), (200, "alive\n"));
    assert_eq!(alive.header("cache-control"), Some("no-store"));
    for guard in [
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
    ] {
        assert!(alive.header(guard).is_some(), "{guard}");
    }
    let ready = until("it is never ready", || {
        Some(served.say("GET", "/readyz")).filter(|answer| answer.status == 200)
    });
    assert_eq!(ready.body, "ready\n");

    let nothing = served.say("GET", "/v1/nothing");
    problem(&nothing, 404, "HTTP-PATH");
    problem(&served.say("POST", "/healthz"), 405, "HTTP-METHOD");
    assert_eq!(served.say("POST", "/healthz").header("allow"), Some("GET,HEAD"));
    for path in [
        "tile/0/x",
        "tile/9/000",
        "tile/0/999",
        "tile/entries/../key",
        "tile/0/000.p/257",
    ] {
        problem(
            &served.say("GET", &format!("/v1/journal/{path}")),
            404,
            "HTTP-PATH",
        );
    }
    let key = served.say("GET", "/v1/journal/key");
    // What the door serves is, byte for byte, what an export of the same checkpoint has.
    served.end();
    let folder = sandbox.path("journal");
    sandbox.at(NOW, ["journal", "export"], [&folder]).expect(0);
    let guide = std::fs::read_to_string(folder.join("README")).unwrap();
    assert!(!key.body.trim().is_empty() && guide.contains(key.body.trim()));
    let served = Served::open(&sandbox, NOW, &[]);
    let mut tiles = 0;
    for file in files_below(&folder) {
        let place = file.strip_prefix(&folder).unwrap().to_str().unwrap();
        if place == "checkpoint" || place.starts_with("tile/") {
            let answer = served.say("GET", &format!("/v1/journal/{place}"));
            assert_eq!(answer.status, 200, "{place}");
            if place != "checkpoint" {
                assert_eq!(answer.bytes, std::fs::read(&file).unwrap(), "{place}");
                assert_eq!(
                    answer.header("cache-control"),
                    Some("max-age=31536000, immutable")
                );
                tiles += 1;
            } else {
                assert_eq!(answer.header("cache-control"), Some("max-age=5"));
            }
        }
    }
    assert!(tiles >= 2, "{tiles} tiles were served");
    served.end();
}

/// The document as it is checked in; and of each thing it tells the door knows path and method.
#[test]
fn the_door_answers_to_what_its_document_tells() {
    let sandbox = Sandbox::with_master_data();
    let served = Served::open(&sandbox, NOW, &[]);
    until("it is never ready", || {
        (served.say("GET", "/readyz").status == 200).then_some(())
    });
    let document = served.say("GET", "/openapi.json");
    assert_eq!(document.header("content-type"), Some("application/json"));
    crate::golden::compare("openapi.json", &format!("{}\n", document.body));
    let told = document.json();
    let mut asked = 0;
    for (path, methods) in told["paths"].as_object().unwrap() {
        let path = path
            .replace("{place}", "0/000")
            .replace("{batch}", "004-1151102-01")
            .replace("{reference}", "T-000001")
            .replace("{week}", "2026-W45")
            .replace("{querier}", "chen.yl")
            .replace("{month}", "2026-11")
            .replace("{cohort}", "answer-2026110202");
        for method in methods.as_object().unwrap().keys() {
            let answer = served.say(&method.to_uppercase(), &path);
            let unknown = [404, 405].contains(&answer.status) && answer.body.contains("HTTP-METHOD");
            let nothing = answer.body.contains("HTTP-PATH") && !path.contains("/tile/");
            assert!(
                answer.status < 500 && !unknown && !nothing,
                "{method} {path}: {}",
                answer.body
            );
            asked += 1;
        }
    }
    assert!(asked >= 28, "{asked}");
    served.end();
}

#[test]
fn the_door_says_not_ready_when_the_gate_is_closed_and_tells_no_more() {
    let sandbox = Sandbox::with_master_data();
    let served = Served::open(&sandbox, NOW, &[]);
    let ready = |status| move |answer: &Answer| answer.status == status;
    let keys = sandbox.data().join("keys");
    std::fs::rename(&keys, sandbox.path("away")).unwrap();
    let closed = until("missing keys are not noticed", || {
        Some(served.say("GET", "/readyz")).filter(ready(503))
    });
    let told = closed.json();
    assert!(told["code"].as_str().is_some_and(|code| !code.is_empty()));
    assert!(!closed.body.contains(sandbox.data().to_str().unwrap()) && !closed.body.contains("keys"));
    assert_eq!(served.say("GET", "/healthz").status, 200);
    std::fs::rename(sandbox.path("away"), &keys).unwrap();
    until("it is never ready again", || {
        Some(served.say("GET", "/readyz")).filter(ready(200))
    });
    served.end();
}

#[test]
fn in_plain_the_door_stands_on_this_machine_only() {
    let sandbox = Sandbox::empty();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "nowhere"] {
        let run = sandbox
            .mayfly(["--at", NOW, "serve", "--listen", listen])
            .expect(2);
        assert!(run.stderr.contains("(USAGE)"), "{}", run.stderr);
    }
    assert!(!sandbox.data().join("passes").exists(), "something ran");
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[http]\nlisten = \"0.0.0.0:80\"\n")).unwrap();
    let run = sandbox.mayfly(["--at", NOW, "serve"]).expect(75);
    assert!(run.stderr.contains("(CONFIG-RULE)"), "{}", run.stderr);
}

/// A door that cannot stand where it should is told and tried again; the purge runs meanwhile.
#[test]
fn a_place_that_is_taken_keeps_nothing_else_from_running() {
    let sandbox = Sandbox::with_master_data();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap();
    let serving = crate::worker::start(&sandbox, NOW, ["serve", "--listen", &place.to_string()]);
    let trace = sandbox.data().join("passes/checkpoint");
    until("the passes do not run", || trace.exists().then_some(()));
    assert!(sandbox.data().join("passes/purge").exists());
    drop(taken);
    let served = Served::of(serving);
    assert_eq!(served.place, place);
    assert_eq!(served.say("GET", "/healthz").status, 200);
    let said = served.end();
    assert!(said.stderr.contains("HTTP-PLACE"), "{}", said.stderr);
}

/// More callers than may be in, who say nothing or stop in the midst of a word: whoever asks is answered, and the purge runs.
#[test]
fn a_crowd_that_says_nothing_keeps_nobody_out() {
    let sandbox = Sandbox::with_master_data();
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let crowded = format!("patience_seconds = 5\n{text}\n[http]\nconnections = 8\n");
    std::fs::write(&settings, crowded).unwrap();
    let served = Served::open(&sandbox, NOW, &[]);
    let crowd: Vec<TcpStream> = (0..96)
        .map(|number| {
            let mut stream = TcpStream::connect(served.place).unwrap();
            if number % 2 == 0 {
                stream
                    .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
                    .unwrap();
            }
            stream
        })
        .collect();
    for _ in 0..24 {
        assert_eq!(served.say("GET", "/healthz").status, 200);
    }
    let trace = sandbox.data().join("passes/purge");
    std::fs::remove_file(&trace).unwrap();
    until("the purge does not run", || trace.exists().then_some(()));
    // Nobody stays who does not come to the end of the headers.
    for mut stream in crowd {
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
    }
    served.end();
}

#[test]
fn what_is_too_large_is_refused() {
    let sandbox = Sandbox::with_master_data();
    let served = Served::open(&sandbox, NOW, &[]);
    let long = "x".repeat(20 << 10);
    let answer = served.raw(&format!(
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: {long}\r\n\r\n"
    ));
    assert_eq!(answer.status, 431);
    let many: String = (0..100).map(|number| format!("X-{number}: 1\r\n")).collect();
    let answer = served.raw(&format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{many}\r\n"));
    assert_eq!(answer.status, 431);
    assert_eq!(
        served.say("GET", &format!("/{}", "y".repeat(4 << 10))).status,
        404
    );
    served.end();
}

/// It ends while callers are in, one of them in the midst of a word.
#[test]
fn the_door_closes_while_callers_are_in() {
    let sandbox = Sandbox::with_master_data();
    let served = Served::open(&sandbox, NOW, &[]);
    let _silent = TcpStream::connect(served.place).unwrap();
    let mut slow = TcpStream::connect(served.place).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHo").unwrap();
    served.end().expect(0);
    sandbox
        .mayfly(["--at", NOW, "--json", "journal", "verify"])
        .expect(0);
}

#[track_caller]
pub fn problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let told = answer.json();
    assert_eq!((&told["status"], &told["code"]), (&status.into(), &code.into()));
    assert!(told["detail"].is_string() && told["remedy"].is_string() && told["title"].is_string());
}
