//! What configuration must not say, certificates that are none, what `doctor` finds, and how the other side is started. *Edge.*

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
};

use super::{
    Carrier, NAME, NOWHERE, over_tls,
    papers::{Authority, LONG},
    served::Served,
};
use crate::support::{NOW, Run};

#[test]
fn settings_that_cannot_be_are_refused_with_a_sentence_and_a_remedy() {
    let carrier = Carrier::of(2);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let good = over_tls(listener.local_addr().unwrap());
    let check = |settings: &str, code: &str, says: &str| {
        carrier.configure(settings);
        refused(&carrier.run(), 75, code, says);
        let doctor = carrier.sandbox.mayfly(["--at", NOW, "doctor"]).expect(1);
        assert!(doctor.stdout.contains(&format!("({code})")), "{}", doctor.stdout);
    };
    let without = |name: &str| {
        let lines = good.lines().filter(|line| !line.starts_with(name));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    check("", "CONFIG-RULE", "[http_provider] is missing");
    check(&without("url"), "CONFIG-FILE", "url");
    check(&without("addresses"), "CONFIG-FILE", "addresses");
    check(&without("ca"), "CONFIG-RULE", "all of ca, certificate and key");
    check(
        &good.replace("https://", "http://"),
        "CONFIG-RULE",
        "names certificates",
    );
    check(
        &good.replace("https://", ""),
        "CONFIG-RULE",
        "url of [http_provider]",
    );
    check(&format!("{good}proxy = \"x\"\n"), "CONFIG-FILE", "proxy");
    let plain = |address: &str| {
        format!("[http_provider]\nurl = \"http://{NAME}/q\"\naddresses = [\"{address}\", \"127.0.0.1\"]\n")
    };
    check(&plain("192.0.2.7"), "CONFIG-RULE", "asks without TLS");

    let path = |name: &str| carrier.path(name);
    check(
        &good.replace("papers/ca.pem", "papers/nobody.pem"),
        "PROVIDER-CERTIFICATE",
        "(`ca`) cannot be read",
    );
    check(
        &good.replace("papers/ca.pem", "papers/bureau.key"),
        "PROVIDER-CERTIFICATE",
        "(`ca`) holds no certificate",
    );
    check(
        &good.replace("papers/bureau.key", "papers/bureau.pem"),
        "KEY-PERMISSIONS",
        "open to other accounts",
    );
    fs::set_permissions(path("bureau.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    check(
        &good.replace("papers/bureau.key", "papers/bureau.pem"),
        "PROVIDER-CERTIFICATE",
        "(`key`) holds no private key",
    );
    check(
        &good.replace("papers/bureau.key", "papers/provider.key"),
        "PROVIDER-CERTIFICATE",
        "not the key of",
    );
    // No key, nor any part of one, is ever shown.
    fs::write(
        path("odd.pem"),
        "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    check(
        &good.replace("papers/bureau.pem", "papers/odd.pem"),
        "PROVIDER-CERTIFICATE",
        "(`certificate`) holds a certificate that cannot be read",
    );
    carrier
        .authority
        .issue("bureau.example", [2026, 11, 1])
        .write(&path(""), "old");
    let old = good.replace("papers/bureau.", "papers/old.");
    check(&old, "PROVIDER-CERTIFICATE", "`certificate` was good until");
    assert!(listener.accept().is_err(), "somebody was connected to");
}

#[test]
fn doctor_tells_whether_it_is_reached_and_until_when() {
    let carrier = Carrier::of(2);
    let served = Served::over_tls(&carrier, &[]);
    let doctor = |settings: &str, code: i32| {
        carrier.configure(settings);
        let run = carrier
            .sandbox
            .mayfly(["--at", NOW, "--json", "doctor"])
            .expect(code);
        let checks = run.json();
        let found = checks
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["what"] == "provider");
        let found = found.unwrap().clone();
        assert_eq!(found["health"], if code == 0 { "good" } else { "bad" });
        found["finding"].as_str().unwrap().to_owned()
    };
    let good = over_tls(served.place);
    let found = doctor(&good, 0);
    assert!(
        found.contains("over TLS") && found.contains("2040-01-01"),
        "{found}"
    );
    // Nothing was asked by looking.
    assert_eq!(served.ledger(), "");
    // Thirty days before the end, and no sooner.
    let ending = good.replace("papers/bureau.", "papers/ending.");
    for (day, is_near) in [([2026, 12, 3], false), ([2026, 12, 2], true)] {
        carrier
            .authority
            .issue("bureau.example", day)
            .write(&carrier.path(""), "ending");
        let found = doctor(&ending, i32::from(is_near));
        assert_eq!(found.contains("(PROVIDER-CERTIFICATE-ENDS)"), is_near, "{found}");
    }
    doctor(&format!("{ending}warn_days = 1\n"), 0);
    // The provider's own too, though that is the provider's to renew.
    let theirs = carrier.authority.issue(NAME, [2026, 12, 2]);
    theirs.write(&carrier.path(""), "provider");
    let other = Served::over_tls(&carrier, &[]);
    let found = doctor(&over_tls(other.place), 1);
    assert!(
        found.contains("the provider's own is good until 2026-12-02"),
        "{found}"
    );
    carrier.configure(&ending);
    carrier.run().expect(0);
    // Files of its own may lie in the data directory.
    for name in ["ca.pem", "bureau.pem", "bureau.key"] {
        fs::copy(carrier.path(name), carrier.sandbox.data().join(name)).unwrap();
    }
    doctor(&good.replace("../papers/", ""), 0);
    for name in ["ca.pem", "bureau.pem", "bureau.key"] {
        fs::remove_file(carrier.sandbox.data().join(name)).unwrap();
    }
    Authority::new()
        .issue("bureau.example", LONG)
        .write(&carrier.path(""), "stranger");
    let found = doctor(&good.replace("papers/bureau.", "papers/stranger."), 1);
    assert!(
        found.contains("(LINE-READY)") && found.contains("(PROVIDER-AWAY)"),
        "{found}"
    );
    let found = doctor(&over_tls(NOWHERE.parse().unwrap()), 1);
    assert!(found.contains("(LINE-CONNECT)"), "{found}");
}

#[test]
fn the_other_side_serves_this_machine_or_those_it_knows() {
    let carrier = Carrier::of(1);
    let serve = |words: &[&str]| {
        let serve = ["--at", NOW, "provider", "serve"];
        carrier.sandbox.mayfly([&serve[..], words].concat())
    };
    for anywhere in ["0.0.0.0:0", "[::]:0"] {
        refused(
            &serve(&["--listen", anywhere]),
            65,
            "PROVIDER-SERVE",
            "beyond this machine",
        );
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    refused(&serve(&["--listen", &taken]), 65, "PROVIDER-SERVE", "is taken");
    let here = ["--listen", "127.0.0.1:0"];
    for wrong in [
        &["--tls-cert", "x"][..],
        &["--client-ca", "x"],
        &["--fault", "late"],
        &["--fault", "latte=1"],
        &["--fault", "late=1", "--fault", "late=2"],
    ] {
        assert_eq!(serve(&[&here[..], wrong].concat()).code, 2, "{wrong:?}");
    }
    let papers = ["--tls-cert", "x", "--tls-key", "x", "--client-ca", "x"];
    refused(
        &serve(&[&here[..], &papers].concat()),
        75,
        "PROVIDER-CERTIFICATE",
        "cannot be read",
    );

    // It hears of no real person, and says so before a byte of one has left; and it takes what it is told to, no more.
    let served = Served::in_plain(&carrier, &[]);
    let good = "POST /q HTTP/1.1\r\nHost: x\r\nMayfly-Environment: sandbox\r\nMayfly-Visit: ask\r\n\
                Mayfly-Chunk: 00000000000000aa\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\
                Expect: 100-continue\r\n\r\n";
    let check = |head: &str, expected: &str| {
        let answer = says(served.place, head);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected} ")),
            "{head}{answer}"
        );
    };
    check(good, "100");
    check(&good.replace("sandbox", "production"), "403");
    check(&good.replace("Mayfly-Environment: sandbox\r\n", ""), "403");
    check(&good.replace("application/json", "text/plain"), "415");
    check(
        &good.replace("Content-Length: 2", "Transfer-Encoding: chunked"),
        "411",
    );
    check(&good.replace(": 2\r", ": 67108865\r"), "413");
    check(&good.replace("ask", "tell"), "400");
    check(&good.replace("00aa", "00AA"), "400");
    check(&good.replace("POST", "PUT"), "405");
    check("GET /q HTTP/1.1\r\nHost: x\r\n\r\n", "204");
    assert_eq!(served.ledger(), "");
    assert_eq!(served.stop(), Some(0));
}

/// The first line that is said to `head`.
fn says(place: SocketAddr, head: &str) -> String {
    let mut line = TcpStream::connect(place).unwrap();
    line.write_all(head.as_bytes()).unwrap();
    let (mut text, mut byte) = (String::new(), [0]);
    while !text.ends_with('\n') && line.read(&mut byte).unwrap() > 0 {
        text.push(byte[0].into());
    }
    text
}

#[track_caller]
fn refused(run: &Run, exit: i32, code: &str, says: &str) {
    assert_eq!((run.code, run.stdout.as_str()), (exit, ""), "{}", run.stderr);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stderr);
    assert!(
        lines[0].ends_with(&format!("({code})")) && lines[0].contains(says),
        "{says}: {}",
        run.stderr
    );
}
