//! How sessions begin and end: one a person, after their idle time, at their longest, with the authorisation, by a stop. *Edge.*

use serde_json::{Value, json};

use super::{
    person::{JSON, Person},
    staffed, standing,
};
use crate::{
    http::{caller::Served, problem},
    support::NOW,
};

const CHEN: &str = "004/chen.yl";
const WORDS: &str = "Tide-9-Harbour";

#[test]
fn a_person_has_one_session_and_leaves_it() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let one = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS);
    let (answer, other) = Person::try_in(&served, CHEN, WORDS);
    let other = other.unwrap();
    assert_eq!(answer.json()["replaced"], true);
    problem(&one.who(&served), 401, "SIGNIN-NEEDED");
    let who = other.who(&served).json();
    assert_eq!(
        (&who["account"], &who["must_change"]),
        (&CHEN.into(), &false.into())
    );
    // Two people are signed in at one time.
    let third = Person::settled(&sandbox, &served, ("012/chou.q", NOW), "Lamp-7-Orchard");
    assert_eq!((other.who(&served).status, third.who(&served).status), (200, 200));
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["signed_in"], true);

    let out = other.ask(&served, "DELETE", "/v1/session", &Value::Null);
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    problem(&other.who(&served), 401, "SIGNIN-NEEDED");
    assert_eq!(third.who(&served).status, 200);
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["signed_in"], false);
    served.end();
}

/// What changes something shows that a page of this session sent it; and no form of another site is JSON.
#[test]
fn no_other_site_acts_for_somebody_who_is_signed_in() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let person = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS);
    let other = Person::settled(&sandbox, &served, ("004/lin.ch", NOW), "Lamp-7-Orchard");
    let cookie = ("Cookie", person.cookie.as_str());
    for csrf in [
        "",
        "x",
        &other.csrf,
        &person.csrf.to_uppercase(),
        &person.csrf[1..],
    ] {
        let headers = [JSON, cookie, ("X-CSRF-Token", csrf)];
        problem(
            &served.ask("DELETE", "/v1/session", &headers, b""),
            403,
            "HTTP-CSRF",
        );
        problem(
            &served.ask("POST", "/v1/password", &headers, b"{}"),
            403,
            "HTTP-CSRF",
        );
    }
    problem(
        &served.ask("DELETE", "/v1/session", &[cookie], b""),
        403,
        "HTTP-CSRF",
    );
    assert_eq!(person.who(&served).status, 200);
    let body = json!({ "account": CHEN, "password": WORDS }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let headers = [("Content-Type", kind)];
        problem(
            &served.ask("POST", "/v1/session", &headers, body.as_bytes()),
            400,
            "HTTP-BODY",
        );
    }
    for body in [
        "",
        "{",
        "[]",
        "{\"account\":1}",
        &format!("{{\"account\":\"{}\"}}", "x".repeat(40_000)),
    ] {
        problem(
            &served.ask("POST", "/v1/session", &[JSON], body.as_bytes()),
            400,
            "HTTP-BODY",
        );
    }
    assert_eq!(person.who(&served).status, 200);
    served.end();
}

/// To the second, on the real binary: fifteen minutes without an act, and ten hours with acts.
#[test]
fn a_session_that_is_idle_or_long_ends_to_the_second() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let person = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS);
    served.end();
    for (at, status) in [
        ("2026-11-02T10:14:59+08:00", 200),
        ("2026-11-02T10:29:58+08:00", 200),
        ("2026-11-02T10:44:58+08:00", 401),
    ] {
        let served = Served::open(&sandbox, at, &[]);
        assert_eq!(person.who(&served).status, status, "{at}");
        served.end();
    }
    let served = Served::open(&sandbox, "2026-11-02T10:44:58+08:00", &[]);
    let person = Person::sign_in(&served, CHEN, WORDS);
    served.end();
    let mut at: jiff::Timestamp = "2026-11-02T10:44:58+08:00".parse().unwrap();
    // An act every fourteen minutes would keep it for ever: forty-two of them are within ten hours.
    for _ in 0..42 {
        at += jiff::SignedDuration::from_mins(14);
    }
    // Between them nothing is asked of the door: the column is set as each of them would have.
    let seen = at.as_microsecond();
    let set = format!("UPDATE session SET seen_at = {seen}");
    sandbox.database.ask(&sandbox.data(), &set);
    for (at, status) in [
        ("2026-11-02T20:44:57+08:00", 200),
        ("2026-11-02T20:44:58+08:00", 401),
    ] {
        let served = Served::open(&sandbox, at, &[]);
        assert_eq!(person.who(&served).status, status, "{at}");
        served.end();
    }
}

/// A leaver is out at the midnight of their last day, and whoever is stopped at once.
#[test]
fn who_leaves_or_is_stopped_is_out_at_that_instant() {
    let sandbox = staffed();
    let before = "2026-11-02T23:59:59+08:00";
    let served = Served::open(&sandbox, "2026-11-02T23:50:00+08:00", &[]);
    let at = "2026-11-02T23:50:00+08:00";
    let chen = Person::settled(&sandbox, &served, (CHEN, at), WORDS);
    let lin = Person::settled(&sandbox, &served, ("004/lin.ch", at), "Lamp-7-Orchard");
    served.end();
    let hands = ["--as", "lu.adm", "--approved-by", "wu.head", "--reason", "離職"];
    let end = ["--at", at, "people", "end", CHEN, "--on", "2026-11-03"];
    sandbox.mayfly([&end[..], &hands].concat()).expect(0);
    let served = Served::open(&sandbox, before, &[]);
    assert_eq!((chen.who(&served).status, lin.who(&served).status), (200, 200));
    served.end();
    let served = Served::open(&sandbox, "2026-11-03T00:00:00+08:00", &[]);
    problem(&chen.who(&served), 401, "SIGNIN-NEEDED");
    problem(&Person::try_in(&served, CHEN, WORDS).0, 401, "SIGNIN-REFUSED");
    assert_eq!(lin.who(&served).status, 200);
    let stop = [
        "stop",
        "add",
        "person",
        "004/lin.ch",
        "--reason",
        "調查",
        "--as",
        "he.cmp",
    ];
    let stopped = sandbox.mayfly([&["--at", "2026-11-03T00:00:00+08:00"], &stop[..]].concat());
    assert_eq!(stopped.code, 0, "{}", stopped.stderr);
    problem(&lin.who(&served), 401, "SIGNIN-NEEDED");
    problem(
        &Person::try_in(&served, "004/lin.ch", "Lamp-7-Orchard").0,
        401,
        "SIGNIN-REFUSED",
    );
    served.end();
}

/// States and counts: a member's own, everybody's for the bureau; answers are in none of them.
#[test]
fn a_member_knows_of_its_own_batches_and_of_no_others() {
    let sandbox = staffed();
    let rows = [crate::batch_file::BatchRow::valid(1)];
    let file = sandbox.file("004-1151102-01.csv", crate::batch_file::batch_file(&rows));
    sandbox.batch_run(&file, &[]);
    let served = Served::open(&sandbox, NOW, &[]);
    let own = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS);
    let other = Person::settled(&sandbox, &served, ("012/chou.q", NOW), "Lamp-7-Orchard");
    let bureau = Person::settled(&sandbox, &served, ("bureau/he.cmp", NOW), "Quill-5-Meadow");
    let list = |person: &Person| person.ask(&served, "GET", "/v1/batches", &Value::Null).json();
    let one = |person: &Person, batch: &str| {
        person.ask(&served, "GET", &format!("/v1/batches/{batch}"), &Value::Null)
    };
    assert_eq!(list(&own)[0]["batch"], "004-1151102-01");
    assert_eq!(list(&own)[0]["answered"], 1);
    assert_eq!((list(&other), list(&bureau)), (json!([]), list(&own)));
    assert_eq!(one(&own, "004-1151102-01").json(), list(&own)[0]);
    assert_eq!(one(&bureau, "004-1151102-01").status, 200);
    let foreign = one(&other, "004-1151102-01");
    problem(&foreign, 404, "BATCH-UNKNOWN");
    assert_eq!(foreign.body, one(&other, "012-1151102-77").body);
    problem(&served.say("GET", "/v1/batches"), 401, "SIGNIN-NEEDED");
    served.end();
}
