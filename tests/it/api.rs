//! The way of a batch over HTTP: handed in while it comes, worked by the schedule, read by those whose cases they are. *Edge.*

use std::{
    io::Write,
    net::{Shutdown, TcpStream},
};

use serde_json::Value;

use crate::{
    batch_file::{BatchRow, batch_file},
    http::{
        caller::{Answer, Served, until},
        problem,
    },
    signin::{in_two_hands, person::Person, staffed},
    support::{NOW, Sandbox, files_below},
};

const BATCH: &str = "004-1151102-01";
const CHEN: (&str, &str) = ("004/chen.yl", NOW);
const LIN: (&str, &str) = ("004/lin.ch", NOW);

/// Hands in `body` as `batch`.
fn hand_in(served: &Served, person: &Person, batch: &str, kind: &str, body: &[u8]) -> Answer {
    let headers = [
        ("Content-Type", kind),
        ("Cookie", person.cookie.as_str()),
        ("X-CSRF-Token", person.csrf.as_str()),
    ];
    served.ask("PUT", &format!("/v1/batches/{batch}"), &headers, body)
}

fn get(served: &Served, person: &Person, path: &str) -> Answer {
    person.ask(served, "GET", &format!("/v1/batches{path}"), &Value::Null)
}

/// Sealed files of what was handed in.
fn taken_in(sandbox: &Sandbox) -> usize {
    files_below(&sandbox.data().join("sealed/intake")).len()
}

#[test]
fn a_batch_goes_its_way_over_http() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let chen = Person::settled(&sandbox, &served, CHEN, "Tide-9-Harbour");
    let lin = Person::settled(&sandbox, &served, LIN, "Lamp-7-Orchard");
    let wang = Person::settled(&sandbox, &served, ("004/wang.dg", NOW), "Quill-5-Meadow");
    let foreign = Person::settled(&sandbox, &served, ("012/chou.q", NOW), "Brass-3-Window");
    let rows: Vec<_> = (1..=3).map(BatchRow::valid).collect();
    let file = batch_file(&rows);
    let receipt = hand_in(&served, &chen, BATCH, "text/csv", &file);
    assert_eq!(receipt.status, 201, "{}", receipt.body);
    assert_eq!(
        (&receipt.json()["batch"], &receipt.json()["rows"]),
        (&BATCH.into(), &3.into())
    );
    // The same bytes: the same receipt. Other bytes: a conflict.
    let again = hand_in(&served, &chen, BATCH, "text/csv; charset=utf-8", &file);
    assert_eq!(
        (again.status, &again.json()["sha256"]),
        (200, &receipt.json()["sha256"])
    );
    let other = batch_file(&rows[..2]);
    problem(
        &hand_in(&served, &chen, BATCH, "text/csv", &other),
        422,
        "FILE-CONFLICT",
    );

    let settled = until("the batch is not worked", || {
        let found = get(&served, &chen, &format!("/{BATCH}")).json();
        (found["state"] == "settled").then_some(found)
    });
    let told = |name: &str| settled[name].as_i64().unwrap();
    assert_eq!(told("answered") + told("no_record"), 3, "{settled}");
    let results = get(&served, &chen, &format!("/{BATCH}/results"));
    assert_eq!(results.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(results.header("cache-control"), Some("no-store"));
    assert_eq!(results.body.lines().count(), 4, "{}", results.body);
    assert!(results.body.starts_with("line,case_no,consent_ref,status,"));
    let answers = get(&served, &chen, &format!("/{BATCH}/answers"));
    assert!(answers.body.starts_with("case_no,consent_ref,item,subject_id,"));
    let readings = crate::synthetic::journal(&sandbox, NOW);
    assert_eq!(readings.iter().filter(|entry| entry.kind == "read").count(), 2);
    assert_eq!(readings.iter().filter(|entry| entry.kind == "accept").count(), 1);

    // Nobody else's cases, nobody without the right, nobody of another member.
    problem(
        &get(&served, &lin, &format!("/{BATCH}/answers")),
        403,
        "GRANT-NONE",
    );
    problem(
        &get(&served, &wang, &format!("/{BATCH}/answers")),
        403,
        "DELIVERY-PERSON",
    );
    for path in ["", "/results", "/answers"] {
        problem(
            &get(&served, &foreign, &format!("/{BATCH}{path}")),
            404,
            "BATCH-UNKNOWN",
        );
        problem(
            &served.say("GET", &format!("/v1/batches/{BATCH}{path}")),
            401,
            "SIGNIN-NEEDED",
        );
    }
    served.end();
    let served = Served::open(&sandbox, "2026-11-05T10:00:00+08:00", &[]);
    let chen = Person::sign_in(&served, CHEN.0, "Tide-9-Harbour");
    problem(
        &get(&served, &chen, &format!("/{BATCH}/answers")),
        403,
        "WINDOW-CLOSED",
    );
    served.end();
}

/// A member's system shows a token of the person who answers for it, and opens what that person opens on the day.
#[test]
fn a_system_acts_in_the_name_of_who_answers_for_it() {
    let sandbox = staffed();
    let place = sandbox.path("token");
    let words = [
        "token",
        "make",
        CHEN.0,
        "--name",
        "core.batch",
        "--days",
        "90",
        "--out",
        place.to_str().unwrap(),
    ];
    let longer = words.map(|word| if word == "90" { "91" } else { word });
    let refused = [
        &["--at", NOW, "account"],
        &longer[..],
        &["--as", "lu.adm", "--reason", "介接"],
    ]
    .concat();
    assert!(sandbox.mayfly(refused).expect(65).stderr.contains("(TOKEN-TERM)"));
    assert!(!place.exists(), "a file was left");
    let made = in_two_hands(&sandbox, NOW, &words, ("lu.adm", "wu.head")).expect(0);
    let token = std::fs::read_to_string(&place).unwrap().trim().to_owned();
    assert!(token.starts_with("mayfly_") && !made.stdout.contains(&token));
    let say = |served: &Served, method: &str, path: &str, shown: &str, body: &[u8]| {
        let shown = format!("Bearer {shown}");
        served.ask(
            method,
            path,
            &[("Content-Type", "text/csv"), ("Authorization", &shown)],
            body,
        )
    };
    let served = Served::open(&sandbox, NOW, &[]);
    let batch = format!("/v1/batches/{BATCH}");
    let file = batch_file(&[BatchRow::valid(1)]);
    assert_eq!(say(&served, "PUT", &batch, &token, &file).status, 201);
    assert_eq!(say(&served, "GET", &batch, &token, b"").status, 200);
    problem(
        &say(&served, "PUT", "/v1/batches/012-1151102-01", &token, &file),
        403,
        "BATCH-HANDS",
    );
    for wrong in [
        "",
        "x",
        "mayfly_",
        &token[..token.len() - 1],
        &format!("{token}x"),
    ] {
        problem(&say(&served, "GET", &batch, wrong, b""), 401, "SIGNIN-NEEDED");
    }
    // It is no session, and has no password.
    problem(
        &say(&served, "GET", "/v1/session", &token, b""),
        401,
        "SIGNIN-NEEDED",
    );
    problem(
        &say(&served, "DELETE", "/v1/session", &token, b""),
        401,
        "SIGNIN-NEEDED",
    );
    problem(
        &say(&served, "POST", "/v1/password", &token, b"{}"),
        401,
        "SIGNIN-NEEDED",
    );
    served.end();
    for file in files_below(&sandbox.data()) {
        let bytes = std::fs::read(&file).unwrap();
        let holds = bytes
            .windows(token.len())
            .any(|window| window == token.as_bytes());
        assert!(!holds, "{} holds it", file.display());
    }
    // To the second, and by whoever may end it.
    for (at, status) in [
        ("2027-01-31T09:59:59+08:00", 200),
        ("2027-01-31T10:00:00+08:00", 401),
    ] {
        let served = Served::open(&sandbox, at, &[]);
        assert_eq!(
            say(&served, "GET", "/v1/batches", &token, b"").status,
            status,
            "{at}"
        );
        served.end();
    }
    let later = "2027-01-31T10:00:00+08:00";
    std::fs::remove_file(&place).unwrap();
    in_two_hands(&sandbox, later, &words, ("lu.adm", "wu.head")).expect(0);
    let token = std::fs::read_to_string(&place).unwrap().trim().to_owned();
    let listed = sandbox
        .mayfly(["--at", later, "--json", "account", "token", "list", "004"])
        .expect(0)
        .json();
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["account"]),
        (1, &"chen.yl".into())
    );
    let end = |by: &str| {
        let number = listed[0]["token"].to_string();
        sandbox.mayfly([
            "--at", later, "account", "token", "end", &number, "--as", by, "--reason", "停用",
        ])
    };
    let served = Served::open(&sandbox, later, &[]);
    assert!(end("lin.ch").expect(77).stderr.contains("(SIGNIN-HANDS)"));
    assert_eq!(say(&served, "GET", "/v1/batches", &token, b"").status, 200);
    end("chen.yl").expect(0);
    problem(
        &say(&served, "GET", "/v1/batches", &token, b""),
        401,
        "SIGNIN-NEEDED",
    );
    assert!(end("chen.yl").expect(65).stderr.contains("(TOKEN-UNKNOWN)"));
    served.end();
}

#[test]
fn what_is_not_a_batch_of_theirs_is_not_taken_in() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let chen = Person::settled(&sandbox, &served, CHEN, "Tide-9-Harbour");
    let wang = Person::settled(&sandbox, &served, ("004/wang.dg", NOW), "Quill-5-Meadow");
    let file = batch_file(&[BatchRow::valid(1)]);
    let say = |batch: &str, kind: &str, body: &[u8]| hand_in(&served, &chen, batch, kind, body);
    problem(&say("012-1151102-01", "text/csv", &file), 403, "BATCH-HANDS");
    problem(
        &hand_in(&served, &wang, BATCH, "text/csv", &file),
        403,
        "BATCH-HANDS",
    );
    for name in ["004-1151302-01", "x", "004-1151102-001", "..%2f..%2fx"] {
        problem(&say(name, "text/csv", &file), 422, "FILE-NAME");
    }
    for kind in ["application/json", "text/csv; charset=big5", "text/plain", ""] {
        problem(&say(BATCH, kind, &file), 400, "HTTP-BODY");
    }
    problem(&say(BATCH, "text/csv", b""), 422, "FILE-EMPTY");
    problem(
        &say(BATCH, "text/csv", b"a,b,c\r\n1,2,3\r\n"),
        422,
        "FILE-COLUMNS",
    );
    problem(
        &say(BATCH, "text/csv; charset=cp950", &[0xff; 64]),
        422,
        "FILE-ENCODING",
    );
    let headers = [("Content-Type", "text/csv"), ("Cookie", chen.cookie.as_str())];
    let unproved = served.ask("PUT", &format!("/v1/batches/{BATCH}"), &headers, &file);
    problem(&unproved, 403, "HTTP-CSRF");
    assert_eq!(get(&served, &chen, "").json(), serde_json::json!([]));
    assert_eq!(taken_in(&sandbox), 0);
    served.end();
}

/// Whoever disappears in the midst of it has handed in nothing, also where what came would be a batch by itself.
#[test]
fn a_batch_that_breaks_off_leaves_nothing() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let chen = Person::settled(&sandbox, &served, CHEN, "Tide-9-Harbour");
    let rows: Vec<_> = (1..=40).map(BatchRow::valid).collect();
    let file = batch_file(&rows);
    let part = batch_file(&rows[..20]);
    let head = format!(
        "PUT /v1/batches/{BATCH} HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nCookie: {}\r\nX-CSRF-Token: {}\r\n",
        chen.cookie, chen.csrf
    );
    let chunk = format!("{:x}\r\n", part.len());
    for begun in [
        [
            format!("{head}Content-Length: {}\r\n\r\n", file.len()).as_bytes(),
            &part,
        ]
        .concat(),
        [
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}").as_bytes(),
            &part,
        ]
        .concat(),
        [
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}").as_bytes(),
            &part,
            b"\r\n",
        ]
        .concat(),
    ] {
        for how in [Shutdown::Write, Shutdown::Both] {
            let mut stream = TcpStream::connect(served.place).unwrap();
            stream.write_all(&begun).unwrap();
            stream.shutdown(how).unwrap();
            drop(stream);
        }
    }
    // When something else has been taken in after them, they have ended.
    let after = batch_file(&[BatchRow::valid(99)]);
    until("those who broke off hold the door", || {
        let accepted = hand_in(&served, &chen, "004-1151102-02", "text/csv", &after);
        assert!([201, 503].contains(&accepted.status), "{}", accepted.body);
        (accepted.status == 201).then_some(())
    });
    until("something was left of what broke off", || {
        (taken_in(&sandbox) <= 1).then_some(())
    });
    let names: Vec<_> = get(&served, &chen, "")
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|batch| batch["batch"].clone())
        .collect();
    assert_eq!(names, ["004-1151102-02"]);
    // And the number is free for the whole of it.
    assert_eq!(hand_in(&served, &chen, BATCH, "text/csv", &file).status, 201);
    served.end();
}

/// The settings' own limit holds while it comes, announced or not.
#[test]
fn a_batch_that_is_too_large_is_refused_as_it_comes() {
    let sandbox = staffed();
    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[limits]\nfile_bytes = 20000\n")).unwrap();
    let served = Served::open(&sandbox, NOW, &[]);
    let chen = Person::settled(&sandbox, &served, CHEN, "Tide-9-Harbour");
    let rows: Vec<_> = (1..=400).map(BatchRow::valid).collect();
    let large = hand_in(&served, &chen, BATCH, "text/csv", &batch_file(&rows));
    assert!([400, 413, 422].contains(&large.status), "{}", large.status);
    assert_eq!(
        (get(&served, &chen, "").json(), taken_in(&sandbox)),
        (serde_json::json!([]), 0)
    );
    assert_eq!(
        hand_in(&served, &chen, BATCH, "text/csv", &batch_file(&rows[..2])).status,
        201
    );
    served.end();
}
