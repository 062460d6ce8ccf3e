//! The door over TLS: members' systems with certificates, certificates that are renewed or missing, and what a proxy tells. *Edge.*

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ChildStderr,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, crypto::aws_lc_rs};
use serde_json::Value;

use super::{
    caller::{Answer, Served, until},
    problem,
};
use crate::{
    batch_file::{BatchRow, batch_file},
    http_provider::papers::{Authority, LONG, Paper},
    signin::{in_two_hands, person::Person, staffed},
    support::{NOW, Sandbox},
};

const HOUSE: &str = "house.example";

/// A house with people whose door speaks TLS, and who signs certificates for it and its callers.
struct Shielded {
    sandbox: Sandbox,
    authority: Authority,
}

impl Shielded {
    fn new() -> Self {
        let sandbox = staffed();
        let authority = Authority::new();
        authority.write(&sandbox.path("ca.pem"));
        authority.issue(HOUSE, LONG).write(&sandbox.path(""), "house");
        configure(
            &sandbox,
            "certificate = \"../house.pem\"\nkey = \"../house.key\"\nclient_ca = \"../ca.pem\"",
        );
        Self { sandbox, authority }
    }

    /// A system with a certificate of `name`, and its file.
    fn system(&self, name: &str) -> (Paper, PathBuf) {
        let paper = self.authority.issue(name, LONG);
        let [file, _] = paper.write(&self.sandbox.path(""), name);
        (paper, file)
    }

    /// `account token make` for `holder` with the certificate `file`.
    fn register(&self, holder: &str, file: &Path) -> crate::support::Run {
        let words = [
            "token",
            "make",
            holder,
            "--name",
            "core",
            "--days",
            "30",
            "--certificate",
            file.to_str().unwrap(),
        ];
        in_two_hands(&self.sandbox, NOW, &words, ("lu.adm", "wu.head"))
    }
}

fn configure(sandbox: &Sandbox, http: &str) {
    let settings = sandbox.data().join("mayfly.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let text = text.split("\n[http]").next().unwrap();
    fs::write(&settings, format!("{text}\n[http]\n{http}\n")).unwrap();
}

/// A request over TLS by somebody who trusts `authority` and shows `paper`; `None`: they were not heard.
fn ask(
    place: SocketAddr,
    (authority, paper): (&Authority, Option<&Paper>),
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Answer> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(authority.roots());
    let config = match paper {
        Some(paper) => builder.with_client_auth_cert(vec![paper.certificate()], paper.private_key()),
        None => Ok(builder.with_no_client_auth()),
    };
    let name = HOUSE.try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config.unwrap()), name).unwrap();
    let stream = TcpStream::connect(place).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {HOUSE}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let sent = stream.write_all(&[request.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    match (sent, read) {
        _ if answer.starts_with(b"HTTP/1.1") => Some(Answer::parse(&answer)),
        _ => None,
    }
}

#[test]
fn a_system_is_known_by_its_certificate() {
    let house = Shielded::new();
    let (core, file) = house.system("core.example");
    let (unknown, _) = house.system("unknown.example");
    let registered = house.register("004/chen.yl", &file).expect(0).json();
    assert!(registered["until"].is_string(), "{registered}");
    let served = Served::open(&house.sandbox, NOW, &[]);
    let say = |paper: Option<&Paper>, request: (&str, &str), headers: &[(&str, &str)], body: &[u8]| {
        ask(served.place, (&house.authority, paper), request, headers, body).unwrap()
    };
    let list = ("GET", "/v1/batches");
    assert_eq!(say(Some(&core), ("GET", "/healthz"), &[], b"").status, 200);
    assert_eq!(say(Some(&core), list, &[], b"").json(), serde_json::json!([]));
    // Nobody is anybody without a certificate, or with one that nobody registered.
    problem(&say(None, list, &[], b""), 401, "SIGNIN-NEEDED");
    problem(&say(Some(&unknown), list, &[], b""), 401, "SIGNIN-NEEDED");
    // A public fingerprint is no token.
    let listed = house
        .sandbox
        .mayfly(["--at", NOW, "--json", "account", "token", "list", "004"]);
    let listed = listed.expect(0).json();
    let fingerprint = listed[0]["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(fingerprint.len(), 64);
    for shown in [fingerprint.clone(), format!("mayfly_{fingerprint}")] {
        let bearer = format!("Bearer {shown}");
        problem(
            &say(None, list, &[("Authorization", &bearer)], b""),
            401,
            "SIGNIN-NEEDED",
        );
    }
    // Of another authority: not even heard.
    let stranger = Authority::new().issue("core.example", LONG);
    let heard = ask(served.place, (&house.authority, Some(&stranger)), list, &[], b"");
    assert!(heard.is_none(), "a stranger was heard");
    // In plain, nothing is said at all.
    let mut plain = TcpStream::connect(served.place).unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!String::from_utf8_lossy(&said).contains("HTTP/1.1"));

    let batch = ("PUT", "/v1/batches/004-1151102-01");
    let rows = batch_file(&[BatchRow::valid(1)]);
    let csv = ("Content-Type", "text/csv");
    // A page of another site that a browser with the certificate shows.
    let from_a_page = say(
        Some(&core),
        batch,
        &[csv, ("Origin", "https://else.example")],
        &rows,
    );
    problem(&from_a_page, 403, "HTTP-CSRF");
    assert_eq!(say(Some(&core), batch, &[csv], &rows).status, 201);
    let foreign = ("PUT", "/v1/batches/012-1151102-01");
    problem(&say(Some(&core), foreign, &[csv], &rows), 403, "BATCH-HANDS");
    problem(
        &say(Some(&core), ("GET", "/v1/session"), &[], b""),
        401,
        "SIGNIN-NEEDED",
    );

    // It is one account's; the same account may register it anew, and what was before is over.
    let other = house.register("004/lin.ch", &file).expect(65);
    assert!(other.stderr.contains("(TOKEN-CERTIFICATE)"), "{}", other.stderr);
    house.register("004/chen.yl", &file).expect(0);
    let tokens = |count: usize| {
        let listed = house
            .sandbox
            .mayfly(["--at", NOW, "--json", "account", "token", "list", "004"]);
        let listed: Value = listed.expect(0).json();
        assert_eq!(listed.as_array().unwrap().len(), count, "{listed}");
        listed[0]["token"].to_string()
    };
    let number = tokens(1);
    assert_eq!(say(Some(&core), list, &[], b"").status, 200);
    let end = ["--at", NOW, "account", "token", "end", &number, "--as", "chen.yl"];
    house
        .sandbox
        .mayfly([&end[..], &["--reason", "停用"]].concat())
        .expect(0);
    problem(&say(Some(&core), list, &[], b""), 401, "SIGNIN-NEEDED");
    tokens_none(&house.sandbox);
    served.end();
}

fn tokens_none(sandbox: &Sandbox) {
    let listed = sandbox.mayfly(["--at", NOW, "--json", "account", "token", "list", "004"]);
    assert_eq!(listed.expect(0).json(), serde_json::json!([]));
}

#[test]
fn what_is_no_certificate_is_not_registered() {
    let house = Shielded::new();
    let old = house.authority.issue("old.example", [2026, 11, 1]);
    let [old, key] = old.write(&house.sandbox.path(""), "old");
    let none = house.sandbox.path("none.pem");
    for (file, code) in [(&key, 75), (&none, 75)] {
        let words = [
            "--at",
            NOW,
            "account",
            "token",
            "make",
            "004/chen.yl",
            "--name",
            "core",
        ];
        let more = [
            "--days",
            "30",
            "--as",
            "lu.adm",
            "--reason",
            "介接",
            "--certificate",
        ];
        let words = [&words[..], &more, &[file.to_str().unwrap()]].concat();
        let run = house.sandbox.mayfly(words).expect(code);
        assert!(run.stderr.contains("(TOKEN-CERTIFICATE)"), "{}", run.stderr);
    }
    let over = house.register("004/chen.yl", &old).expect(65);
    assert!(over.stderr.contains("(TOKEN-CERTIFICATE)"), "{}", over.stderr);
    tokens_none(&house.sandbox);
}

/// Its own certificate: one that is renewed serves by itself; one that is missing, or a key that is open, keeps the door shut and
/// nothing else.
#[test]
fn a_door_waits_for_its_certificate_and_takes_the_next_one() {
    let house = Shielded::new();
    let [certificate, key] = ["house.pem", "house.key"].map(|name| house.sandbox.path(name));
    fs::rename(&certificate, house.sandbox.path("away.pem")).unwrap();
    let mut serving = crate::worker::start(&house.sandbox, NOW, ["serve", "--listen", "127.0.0.1:0"]);
    let told = Told::of(serving.stderr.take().unwrap());
    told.wait_for("HTTP-CERTIFICATE");
    let trace = house.sandbox.data().join("passes/checkpoint");
    until("the passes do not run", || trace.exists().then_some(()));
    assert!(house.sandbox.data().join("passes/purge").exists());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    fs::rename(house.sandbox.path("away.pem"), &certificate).unwrap();
    told.wait_for("KEY-PERMISSIONS");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let served = Served::of(serving);
    let health = ("GET", "/healthz");
    let alive = ask(served.place, (&house.authority, None), health, &[], b"");
    assert_eq!(alive.unwrap().status, 200);
    // Of another authority: who trusts that one alone hears it as soon as it serves.
    let next = Authority::new();
    next.issue(HOUSE, LONG).write(&house.sandbox.path(""), "house");
    let alive = until("the renewed certificate does not serve", || {
        ask(served.place, (&next, None), health, &[], b"")
    });
    assert_eq!(alive.status, 200);
    served.end();
    assert!(!told.text().contains("PRIVATE KEY"), "{}", told.text());
}

/// What a process says on standard error, as it says it.
struct Told(Arc<Mutex<String>>);

impl Told {
    fn of(stderr: ChildStderr) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let told = Arc::clone(&text);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                told.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        Self(text)
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    fn wait_for(&self, code: &str) {
        until(code, || self.text().contains(code).then_some(()));
    }
}

#[test]
fn tls_is_configured_whole_or_not_at_all() {
    let sandbox = Sandbox::with_master_data();
    for http in [
        "certificate = \"a.pem\"",
        "key = \"a.key\"",
        "client_ca = \"ca.pem\"",
        "certificate = \"a.pem\"\nkey = \"a.key\"\nproxies = [\"192.0.2.1\"]",
        "listen = \"0.0.0.0:443\"",
    ] {
        configure(&sandbox, http);
        let run = sandbox.mayfly(["--at", NOW, "serve"]).expect(75);
        assert!(run.stderr.contains("(CONFIG-RULE)"), "{http}: {}", run.stderr);
    }
}

/// What a proxy tells of its caller and their line is believed, and of nobody else.
#[test]
fn a_proxy_that_was_called_in_plain_is_told_so() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let plain = [("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "203.0.113.7")];
    assert_eq!(served.ask("GET", "/healthz", &plain, b"").status, 200);
    served.end();
    configure(&sandbox, "proxies = [\"127.0.0.1\"]");
    let served = Served::open(&sandbox, NOW, &[]);
    problem(&served.ask("GET", "/healthz", &plain, b""), 403, "HTTP-PLAIN");
    let chain = [("X-Forwarded-Proto", "https, http")];
    problem(&served.ask("GET", "/v1/batches", &chain, b""), 403, "HTTP-PLAIN");
    let over_tls = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.7")];
    assert_eq!(served.ask("GET", "/healthz", &over_tls, b"").status, 200);
    assert_eq!(served.say("GET", "/healthz").status, 200);
    let _ = Person::settled(&sandbox, &served, ("004/chen.yl", NOW), "Tide-9-Harbour");
    served.end();
}

/// Thirty days before the end of a certificate it is told, on the machine and to watchers, and the house is ready all the same.
#[test]
fn the_end_of_its_certificate_is_told_in_time() {
    let house = Shielded::new();
    let doctor = |code: i32| {
        let run = house
            .sandbox
            .mayfly(["--at", NOW, "--json", "doctor"])
            .expect(code);
        let checks = run.json();
        let mut checks = checks.as_array().unwrap().iter();
        let door = checks.find(|check| check["what"] == "door").unwrap().clone();
        door["finding"].as_str().unwrap().to_owned()
    };
    let found = doctor(0);
    assert!(
        found.contains("over TLS") && found.contains("2040-01-01"),
        "{found}"
    );
    let served = Served::open(&house.sandbox, NOW, &[]);
    let ready = |line: &str| {
        until(line, || {
            let answer = ask(
                served.place,
                (&house.authority, None),
                ("GET", "/readyz"),
                &[],
                b"",
            )?;
            (answer.status == 200 && answer.body == line).then_some(())
        });
    };
    ready("ready\n");
    let renew = |day| {
        let paper = house.authority.issue(HOUSE, day);
        paper.write(&house.sandbox.path(""), "house");
    };
    for (day, is_near) in [([2026, 12, 3], false), ([2026, 12, 2], true)] {
        renew(day);
        let found = doctor(i32::from(is_near));
        assert_eq!(found.contains("(HTTP-CERTIFICATE-ENDS)"), is_near, "{found}");
    }
    ready("ready\nwarning HTTP-CERTIFICATE-ENDS\n");
    configure(
        &house.sandbox,
        "certificate = \"../house.pem\"\nkey = \"../house.key\"\nwarn_days = 1",
    );
    doctor(0);
    renew([2026, 11, 1]);
    let found = doctor(1);
    assert!(
        found.contains("has ended") && found.contains("2026-11-01"),
        "{found}"
    );
    served.end();
}
