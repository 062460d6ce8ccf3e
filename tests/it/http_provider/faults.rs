//! What a bad line and a bad provider do to the rows, and what a recall makes of it afterwards. *Edge.*
//!
//! A failure is: a row in another state or with another code than the table has it, a byte of a question that left where
//! none should have, an answer about somebody nobody asked for, a person's number or name in what is printed or logged, a
//! question asked twice.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

use serde_json::{Value, json};

use super::{
    Carrier, NAME, NOWHERE,
    papers::{Authority, LONG},
    rogue::{Conduct, Rogue},
    served::Served,
};
use crate::synthetic::counts;

/// What became of every row.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// Nothing left: failed, and the consent's use is free.
    Unsent,
    /// It may have been carried out: unresolved for want of a reply, until a recall.
    Untold,
    /// A reply that is not believed: unresolved, until a recall.
    Unbelieved,
    /// One row failed with this code; the others are as they should be.
    One(&'static str),
    /// As it should be.
    Well,
}

#[test]
fn while_nothing_has_left_the_rows_have_failed() {
    let stage = Stage::set();
    let soon = "connect_seconds = 1\n";
    stage.check(Conduct::Deaf, soon, End::Unsent, "LINE-READY");
    stage.check(Conduct::Unready, soon, End::Unsent, "LINE-READY");
    stage.check(Conduct::Gone, PATIENT, End::Unsent, "LINE-READY");
    for declined in [
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        stage.check(Conduct::Declines(declined), PATIENT, End::Unsent, "LINE-DECLINED");
    }
    stage.check(
        Conduct::Declines("SSH-2.0-OpenSSH_9.6\r\n"),
        PATIENT,
        End::Unsent,
        "LINE-READY",
    );
    assert_eq!(stage.rogue.heard(), 0);
}

#[test]
fn nobody_but_the_provider_is_asked() {
    let stage = Stage::set();
    let [ours, other] = [&stage.template.authority, &Authority::new()];
    for paper in [
        other.issue(NAME, LONG),
        ours.issue("jcic.example", LONG),
        ours.issue(NAME, [2026, 11, 1]),
    ] {
        stage.rogue.appear(paper.server());
        stage.check(Conduct::Good, PATIENT, End::Unsent, "LINE-TLS");
    }
    assert_eq!(stage.rogue.heard(), 0);
    // The control: with the right one it goes through.
    stage.rogue.appear(ours.issue(NAME, LONG).server());
    stage.check(Conduct::Good, PATIENT, End::Well, "");

    // Nobody listens.
    let carrier = stage.template.again();
    carrier.reach(NOWHERE.parse().unwrap(), PATIENT);
    stage.ends(&carrier, End::Unsent, "LINE-CONNECT");
    // Nor at the first of two addresses.
    let carrier = stage.template.again();
    carrier.reach(stage.rogue.place, PATIENT);
    let settings =
        super::over_tls(stage.rogue.place).replace("[\"127.0.0.1\"]", "[\"127.0.0.2\", \"127.0.0.1\"]");
    carrier.configure(&settings);
    stage.ends(&carrier, End::Well, "");
}

#[test]
fn the_provider_hears_only_those_it_knows() {
    let stage = Stage::set();
    let served = Served::over_tls(&stage.template, &[]);
    let stranger = Authority::new();
    let carrier = stage.template.again();
    stranger
        .issue("bureau.example", LONG)
        .write(&carrier.path(""), "bureau");
    carrier.reach(served.place, PATIENT);
    stage.ends(&carrier, End::Unsent, "LINE-READY");
    assert_eq!(served.ledger(), "");
    // With no certificate at all.
    let roots = stage.template.authority.roots();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = NAME.try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(served.place).unwrap();
    let mut line = rustls::StreamOwned::new(connection, stream);
    let _ = line.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(line.read(&mut [0; 64]).is_err());
    // The control.
    let carrier = stage.template.again();
    carrier.reach(served.place, PATIENT);
    stage.ends(&carrier, End::Well, "");
}

#[test]
fn once_it_may_have_left_it_is_unresolved_until_a_recall() {
    let stage = Stage::set();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://{}/\r\nContent-Length: 0\r\n\r\n",
        elsewhere.local_addr().unwrap()
    );
    let redirect: &'static str = redirect.leak();
    for said in [
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        redirect,
    ] {
        stage.check(Conduct::Says(said), PATIENT, End::Untold, "LINE-STATUS");
    }
    assert!(elsewhere.accept().is_err(), "a redirect was followed");
    let hurry = "connect_seconds = 60\nreply_seconds = 1\n";
    stage.check(Conduct::Silent, hurry, End::Untold, "LINE-SLOW");
    stage.check(Conduct::Drips, hurry, End::Untold, "LINE-SLOW");
    stage.check(Conduct::Impatient, PATIENT, End::Untold, "LINE-LOST");
    for bytes in [0, 1, 700, usize::MAX] {
        stage.check(Conduct::Resets(bytes), PATIENT, End::Untold, "LINE-LOST");
    }
    let early = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
    stage.check(Conduct::Interrupts(early), PATIENT, End::Untold, "LINE-STATUS");
}

#[test]
fn a_reply_that_does_not_add_up_is_not_believed_until_a_recall() {
    let stage = Stage::set();
    for bytes in [0, 1, 60, 61, 300, 777, 1500] {
        stage.check(Conduct::Cuts(bytes), PATIENT, End::Unbelieved, "LINE-REPLY");
    }
    stage.check(Conduct::Floods, PATIENT, End::Unbelieved, "LINE-SIZE");
    for headers in [
        "Content-Type: text/html",
        "Content-Type: application/json; charset=big5",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
        "Content-Type: application/json\r\nContent-Type: text/plain",
        "Server: x",
    ] {
        stage.check(Conduct::Calls(headers), PATIENT, End::Unbelieved, "LINE-KIND");
    }
    let another: fn(&str) -> String = |reply| reply.replacen("{\"chunk\":\"", "{\"chunk\":\"f", 1);
    let more: fn(&str) -> String = |reply| format!("{reply}{reply}");
    for change in [another, more] {
        stage.check(Conduct::Writes(change), PATIENT, End::Unbelieved, "LINE-REPLY");
    }
    // Well-formed, and one answer short of what it says.
    let short: fn(&str) -> String = |reply| reply.replacen("\"count\":", "\"count\":1", 1);
    stage.check(Conduct::Writes(short), PATIENT, End::Unbelieved, "");
}

#[test]
fn of_another_person_nothing_is_kept() {
    let stage = Stage::set();
    fn with(reply: &str, answer: &str) -> String {
        let one_more = format!("\"count\":{}", ROWS + 1);
        let reply = reply.replacen(&format!("\"count\":{ROWS}"), &one_more, 1);
        reply.replacen("\"answers\":[", &format!("\"answers\":[{answer},"), 1)
    }
    let twice: fn(&str) -> String = |reply| with(reply, &first_answer(reply));
    stage.check(Conduct::Writes(twice), PATIENT, End::Well, "");
    let stranger: fn(&str) -> String = |reply| {
        let answer = first_answer(reply).replacen("\"query_id\":\"", "\"query_id\":\"0", 1);
        with(reply, &answer.replace("-0000\"", "-000\""))
    };
    stage.check(Conduct::Writes(stranger), PATIENT, End::Well, "");
    let wrong: fn(&str) -> String = |reply| {
        let answer = first_answer(reply);
        let at = answer.find("\"subject_id\":\"").unwrap() + 14;
        let other = format!("{}A123456789{}", &answer[..at], &answer[at + 10..]);
        reply.replacen(&answer, &other, 1)
    };
    stage.check(Conduct::Writes(wrong), PATIENT, End::One("PRV-MISMATCH"), "");
    let contradicted: fn(&str) -> String = |reply| {
        let answer = first_answer(reply);
        with(reply, &answer.replacen("\"finding\":\"", "\"finding\":\"re", 1))
    };
    stage.check(
        Conduct::Writes(contradicted),
        PATIENT,
        End::One("PRV-INTEGRITY"),
        "",
    );
    let unlisted: fn(&str) -> String = |reply| {
        reply.replace(
            "\"finding\":",
            "\"phone\":\"0912345678\",\"address\":{\"city\":[\"x\"]},\"finding\":",
        )
    };
    stage.check(Conduct::Writes(unlisted), PATIENT, End::Well, "");
}

/// The faults of a whole chunk, as the served sandbox shows them; those of a person are `journey`'s.
#[test]
fn a_chunk_may_not_reach_it_or_its_reply_may_not_come_back() {
    let stage = Stage::set();
    for (fault, end, code) in [
        ("unreachable=1000", End::Unsent, "LINE-READY"),
        ("lost=1000", End::Untold, "LINE-LOST"),
        ("truncated=1000", End::Unbelieved, ""),
    ] {
        let carrier = stage.template.again();
        let served = Served::over_tls(&carrier, &["--fault", fault]);
        carrier.reach(served.place, PATIENT);
        stage.ends(&carrier, end, code);
        let reached = served.ledger().lines().count() as u64;
        assert_eq!(reached, if end == End::Unsent { 0 } else { ROWS }, "{fault}");
        assert_eq!(carrier.work().expect(0).json()["late"], reached);
        if end != End::Unsent {
            stage.is_well(&carrier);
        }
    }
}

/// The first answer of a reply.
fn first_answer(reply: &str) -> String {
    let begin = reply.find("[{").unwrap() + 1;
    let end = reply.find("},{\"query_id\"").unwrap() + 1;
    reply[begin..end].to_owned()
}

/// A batch, the same one answered by the built-in sandbox, and a provider that can be told to misbehave.
struct Stage {
    template: Carrier,
    /// Counts, results and answers of the same batch when the built-in sandbox answers it.
    twin: (Value, (String, String)),
    secrets: Vec<String>,
    rogue: Rogue,
    _served: Served,
}

impl Stage {
    fn set() -> Self {
        let (template, twin) = Carrier::with_twin(ROWS, 0, "");
        twin.run().expect(0);
        let served = Served::in_plain(&template, &[]);
        let rogue = Rogue::before(&served, &template);
        Self {
            secrets: template.secrets(),
            template,
            twin: (counts(&twin.shown()), twin.delivered()),
            rogue,
            _served: served,
        }
    }

    /// Runs the batch against a provider of this conduct, looks how its rows ended, then lets it be good and recalls.
    #[track_caller]
    fn check(&self, conduct: Conduct, settings: &str, end: End, code: &str) {
        self.rogue.behave(conduct);
        let carrier = self.template.again();
        carrier.reach(self.rogue.place, settings);
        self.ends(&carrier, end, code);
        self.rogue.behave(Conduct::Good);
        carrier.reach(self.rogue.place, PATIENT);
        let late = carrier.work().expect(0).json()["late"].clone();
        match end {
            End::Untold | End::Unbelieved => {
                assert_eq!(late, ROWS);
                self.is_well(&carrier);
            }
            _ => assert_eq!(late, 0),
        }
    }

    #[track_caller]
    fn ends(&self, carrier: &Carrier, end: End, code: &str) {
        let run = carrier.run().expect(if end == End::Well { 0 } else { 1 });
        let said = format!("{}{}", run.stdout, run.stderr);
        let told = self.secrets.iter().find(|secret| said.contains(secret.as_str()));
        assert!(told.is_none(), "a person is named: {said}");
        match code {
            "" => assert!(!said.contains("LINE-"), "{said}"),
            code => assert!(said.contains(&format!("\"code\":\"{code}\"")), "{code}: {said}"),
        }
        let summary = carrier.shown();
        let whole = |state: &str, code: &str| {
            assert_eq!(
                (&summary[state], &summary["codes"]),
                (&json!(ROWS), &json!({ code: ROWS }))
            );
        };
        match end {
            End::Unsent => whole("failed", "PRV-TIMEOUT"),
            End::Untold => whole("unresolved", "PRV-TIMEOUT"),
            End::Unbelieved => whole("unresolved", "PRV-INTEGRITY"),
            End::One(code) => {
                assert_eq!(
                    (&summary["failed"], &summary["codes"]),
                    (&json!(1), &json!({ code: 1 }))
                );
                let (ours, theirs) = (carrier.delivered().1, &self.twin.1.1);
                let kept = ours.lines().filter(|line| theirs.contains(line)).count();
                assert!(
                    kept > 1 && kept == ours.lines().count(),
                    "an answer nobody asked for"
                );
            }
            End::Well => self.is_well(carrier),
        }
    }

    #[track_caller]
    fn is_well(&self, carrier: &Carrier) {
        assert_eq!(counts(&carrier.shown()), self.twin.0);
        assert!(carrier.delivered() == self.twin.1, "results or answers differ");
    }
}

const ROWS: u64 = 12;
/// As long as a loaded machine may need.
const PATIENT: &str = "connect_seconds = 60\nreply_seconds = 600\n";
