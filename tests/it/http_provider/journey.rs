//! What should happen: asked over TLS, and the same in the end, byte for byte, as with the built-in sandbox. *Edge.*

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use super::{Carrier, served::Served};
use crate::{
    judge::judge,
    support::NOW,
    synthetic::{BATCH, counts, delivered, journal},
};

#[test]
fn a_batch_over_tls_ends_as_one_of_the_built_in_sandbox() {
    let (carrier, twin) = Carrier::with_twin(ROWS, 3, FAULTS);
    twin.run().expect(1);
    let faults: Vec<_> = FAULTS.lines().flat_map(|fault| ["--fault", fault]).collect();
    let served = Served::over_tls(&carrier, &faults);
    carrier.reach(served.place, "");
    carrier.run().expect(1);
    check_as(&carrier, &twin);
    let codes = carrier.shown()["codes"].clone();
    for code in [
        "PRV-MISMATCH",
        "PRV-TIMEOUT",
        "PRV-REFUSED",
        "PRV-INTEGRITY",
        "PRV-UNKNOWN",
    ] {
        assert!(codes[code].as_u64() > Some(0), "{code}: {codes}");
    }
    // What passes on a recall passes here too, under the ids that there are.
    let late = carrier.work().expect(0).json()["late"].clone();
    assert_eq!(late, twin.work().expect(0).json()["late"]);
    assert!(late.as_u64() > Some(0));
    check_as(&carrier, &twin);
    let (results, _) = delivered(&carrier.sandbox, NOW, BATCH);
    let ledger = served.ledger();
    let reached = |query: &str| ledger.contains(query);
    for result in &results {
        // What the other side says that it did not take, it did not take.
        let untaken = result.status == "failed" && result.codes == "PRV-TIMEOUT";
        let refused = result.status == "refused";
        assert_eq!(
            reached(&result.query) && !refused,
            !untaken && !refused,
            "line {}",
            result.line
        );
    }
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn without_faults_every_question_is_asked_once() {
    let (carrier, twin) = Carrier::with_twin(ROWS, 0, "");
    let plain = carrier.copy();
    twin.run().expect(0);
    let served = Served::over_tls(&carrier, &[]);
    carrier.reach(served.place, "");
    carrier.run().expect(0);
    check_as(&carrier, &twin);
    let (results, _) = delivered(&carrier.sandbox, NOW, BATCH);
    let ledger = served.ledger();
    judge(ROWS, &results, &ledger, &journal(&carrier.sandbox, NOW)).unwrap();
    assert!(ledger.lines().all(|line| line.starts_with("ask ")));

    // The same in plain, which a sandbox may on one machine.
    let served = Served::in_plain(&plain, &[]);
    plain.configure(&format!(
        "[http_provider]\nurl = \"http://localhost:{}/q\"\naddresses = [\"127.0.0.1\"]\n",
        served.place.port()
    ));
    plain.run().expect(0);
    check_as(&plain, &twin);
}

/// What has begun when it is told to stop is ended; nothing begins after that.
#[test]
fn the_other_side_ends_what_it_has_begun() {
    let carrier = Carrier::of(1);
    for _ in 0..TRIES {
        if is_served_to_the_end(&carrier) {
            return;
        }
    }
    panic!("in {TRIES} tries the machine always took longer than what has begun is waited for");
}

/// Stops it in the midst of a request; false if nothing was answered, as when the machine stood still for ten seconds.
fn is_served_to_the_end(carrier: &Carrier) -> bool {
    let served = Served::in_plain(carrier, &[]);
    let before = served.ledger().lines().count();
    let questions: &[u8] = include_bytes!("../../../fixtures/vectors/http/questions.json");
    let head = format!(
        "POST /q HTTP/1.1\r\nHost: x\r\nMayfly-Environment: sandbox\r\nMayfly-Visit: ask\r\nMayfly-Chunk: 7f3a9c0d5e1b2a48\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        questions.len()
    );
    let mut line = TcpStream::connect(served.place).unwrap();
    line.write_all(head.as_bytes()).unwrap();
    let mut ready = [0; 25];
    line.read_exact(&mut ready).unwrap();
    assert_eq!(&ready, b"HTTP/1.1 100 Continue\r\n\r\n");
    line.write_all(&questions[..100]).unwrap();
    served.tell_to_stop();
    Served::until(|| TcpStream::connect(served.place).is_err());
    let mut answer = String::new();
    let sent = line.write_all(&questions[100..]);
    if sent.and_then(|()| line.read_to_string(&mut answer)).is_err() || answer.is_empty() {
        return false;
    }
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"count\":3"),
        "{answer}"
    );
    assert_eq!(served.ledger().lines().count(), before + 3);
    assert_eq!(served.ended(), Some(0));
    true
}

#[track_caller]
fn check_as(carrier: &Carrier, twin: &Carrier) {
    assert_eq!(counts(&carrier.shown()), counts(&twin.shown()));
    let (ours, theirs) = (carrier.delivered(), twin.delivered());
    assert!(ours.0 == theirs.0, "the results differ");
    assert!(ours.1 == theirs.1, "the answers differ");
    carrier
        .sandbox
        .mayfly(["--at", NOW, "journal", "verify"])
        .expect(0);
}

const TRIES: usize = 10;
/// Two chunks.
const ROWS: u64 = 4_200;
/// Every fault of a person; those of a chunk would leave too little of two.
const FAULTS: &str = "timeout_before = 20
timeout_after = 20
late = 20
partial = 20
refused = 20
wrong_person = 20
bad_cell = 20
duplicate = 20
differing = 20
extra_person = 20
unlisted_fields = 20";
