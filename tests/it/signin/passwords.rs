//! First passwords, what a new one must be, the last three, the fifth failure, and the word that one has leaked. *Edge.*

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::{first_password, in_two_hands, person::Person, staffed, standing};
use crate::{
    http::{caller::Served, problem},
    support::{NOW, Sandbox, files_below},
    synthetic::journal,
};

const CHEN: &str = "004/chen.yl";
const WORDS: [&str; 4] = [
    "Tide-9-Harbour",
    "Lamp-7-Orchard",
    "Quill-5-Meadow",
    "Brass-3-Window",
];

#[test]
fn a_first_password_is_for_its_holder_alone_and_changed_before_anything_else() {
    let sandbox = staffed();
    let first = first_password(&sandbox, NOW, CHEN);
    let notice = sandbox.path("notice-004-chen.yl");
    assert_eq!(
        std::fs::metadata(&notice).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["state"], "first");
    let served = Served::open(&sandbox, NOW, &[]);
    let person = Person::sign_in(&served, CHEN, &first);
    assert_eq!(person.who(&served).json()["must_change"], true);
    let refused = person.ask(&served, "GET", "/v1/batches", &Value::Null);
    problem(&refused, 403, "SIGNIN-CHANGE");

    for (new, says) in [
        ("Tide-9-Harb", "fewer than 12"),
        ("tide-9-harbour", "kinds"),
        ("P@ssw0rd1234", "tried first"),
        ("Chen.YL-Harbour-9", "holds the account"),
        (&first, "one of the last 3"),
    ] {
        let answer = person.change(&served, &first, new);
        problem(&answer, 422, "PASSWORD-RULE");
        assert!(
            answer.body.contains(says) && !answer.body.contains(new),
            "{}",
            answer.body
        );
    }
    let changed = person.changed(&served, &first, WORDS[0]);
    assert_eq!(changed.who(&served).json()["must_change"], false);
    // The session in which it was changed is over, and so is the first password.
    problem(&person.who(&served), 401, "SIGNIN-NEEDED");
    problem(&Person::try_in(&served, CHEN, &first).0, 401, "SIGNIN-REFUSED");
    assert_eq!(
        changed.ask(&served, "GET", "/v1/batches", &Value::Null).status,
        200
    );
    served.end();
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["state"], "open");
}

/// To the second, on the real binary: the first password's hours, and the ninety days.
#[test]
fn passwords_end_to_the_second() {
    let sandbox = staffed();
    let first = first_password(&sandbox, NOW, CHEN);
    let late = first_password(&sandbox, NOW, "004/lin.ch");
    let served = Served::open(&sandbox, "2026-11-05T09:59:59+08:00", &[]);
    let person = Person::sign_in(&served, CHEN, &first);
    person.changed(&served, &first, WORDS[0]);
    served.end();
    let served = Served::open(&sandbox, "2026-11-05T10:00:00+08:00", &[]);
    problem(
        &Person::try_in(&served, "004/lin.ch", &late).0,
        401,
        "SIGNIN-REFUSED",
    );
    served.end();
    for (at, must_change) in [
        ("2027-02-03T09:59:58+08:00", false),
        ("2027-02-03T09:59:59+08:00", true),
    ] {
        let served = Served::open(&sandbox, at, &[]);
        let person = Person::sign_in(&served, CHEN, WORDS[0]);
        assert_eq!(person.who(&served).json()["must_change"], must_change, "{at}");
        served.end();
    }
    assert_eq!(
        standing(&sandbox, "2027-02-03T09:59:59+08:00", "chen.yl")["state"],
        "expired"
    );
}

#[test]
fn a_new_password_is_none_of_the_last_three() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let mut person = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS[0]);
    for pair in WORDS.windows(2).take(2) {
        person = person.changed(&served, pair[0], pair[1]);
    }
    for again in &WORDS[..3] {
        problem(&person.change(&served, WORDS[2], again), 422, "PASSWORD-RULE");
    }
    person = person.changed(&served, WORDS[2], WORDS[3]);
    // The first of them is the fourth before the next.
    person.changed(&served, WORDS[3], WORDS[0]);
    served.end();
}

#[test]
fn the_fifth_failure_locks_and_two_others_unlock() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    Person::settled(&sandbox, &served, (CHEN, NOW), WORDS[0]);
    let unknown = Person::try_in(&served, "004/nobody", WORDS[0]).0;
    let fail = || {
        let (answer, person) = Person::try_in(&served, CHEN, "Wrong-1-Password");
        assert!(person.is_none());
        answer
    };
    // A success begins the count anew.
    for _ in 0..4 {
        fail();
    }
    Person::sign_in(&served, CHEN, WORDS[0]);
    for failure in 1..=5 {
        assert_eq!(standing(&sandbox, NOW, "chen.yl")["state"], "open");
        let refused = fail();
        assert_eq!(standing(&sandbox, NOW, "chen.yl")["failures"], failure);
        // Who is not there, who is wrong and who is locked are told the same.
        assert_eq!((refused.status, &refused.body), (401, &unknown.body));
    }
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["state"], "locked");
    let locked = Person::try_in(&served, CHEN, WORDS[0]).0;
    assert_eq!((locked.status, &locked.body), (401, &unknown.body));
    for holder in [
        "",
        "004",
        "004/",
        "/",
        "x/y/z",
        "004/chen.yl ",
        "999/chen.yl",
        "bureau/nobody",
    ] {
        assert_eq!(
            Person::try_in(&served, holder, WORDS[0]).0.body,
            unknown.body,
            "{holder}"
        );
    }

    let words = ["unlock", CHEN];
    let refused = |by: &str| {
        let words = [
            "--at", NOW, "account", "unlock", CHEN, "--as", by, "--reason", "申請",
        ];
        sandbox.mayfly(words).expect(77).stderr
    };
    assert!(refused("chen.yl").contains("(SIGNIN-HANDS)"));
    assert!(refused("wu.head").contains("(SIGNIN-HANDS)"));
    in_two_hands(&sandbox, NOW, &words, ("lu.adm", "mo.adm")).expect(0);
    Person::sign_in(&served, CHEN, WORDS[0]);
    served.end();
    let again = [
        "--at", NOW, "account", "unlock", CHEN, "--as", "lu.adm", "--reason", "申請",
    ];
    assert!(sandbox.mayfly(again).expect(65).stderr.contains("(ACCOUNT-OPEN)"));
    let kinds: Vec<_> = journal(&sandbox, NOW).iter().map(|entry| entry.kind).collect();
    let count = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
    // Ten sessions and refusals of nobody, nine failures, a refusal while locked; and of the account: a first password, a change,
    // a lock, an unlocking.
    assert!(count("sign_in") >= 20, "{} sign_in", count("sign_in"));
    assert_eq!(count("account") - accounts_imported(&sandbox), 4);
}

/// Entries of the kind `account` that the imports of a fresh sandbox make.
fn accounts_imported(_: &Sandbox) -> usize {
    let fresh = staffed();
    let entries = journal(&fresh, NOW);
    entries.iter().filter(|entry| entry.kind == "account").count()
}

#[test]
fn nobody_gives_themselves_a_password_or_does_it_alone() {
    let sandbox = staffed();
    let try_first = |holder: &str, by: &str| {
        let place = sandbox.path("notice");
        let run = sandbox.mayfly([
            "--at",
            NOW,
            "account",
            "first",
            holder,
            "--out",
            place.to_str().unwrap(),
            "--as",
            by,
            "--reason",
            "申請",
        ]);
        assert!(!place.exists(), "a notice was left");
        run
    };
    assert!(
        try_first("004/lu.adm", "lu.adm")
            .expect(77)
            .stderr
            .contains("(SIGNIN-HANDS)")
    );
    assert!(
        try_first(CHEN, "wang.dg")
            .expect(77)
            .stderr
            .contains("(SIGNIN-HANDS)")
    );
    assert!(
        try_first("012/chou.q", "lu.adm")
            .expect(77)
            .stderr
            .contains("(SIGNIN-HANDS)")
    );
    assert!(
        try_first("004/tsai.ex", "lu.adm")
            .expect(65)
            .stderr
            .contains("(PEOPLE-UNKNOWN)")
    );
    try_first(CHEN, "lu.adm").expect(75);
    // Neither who applied nor who is given it approves it.
    for own in ["lu.adm", "chen.yl"] {
        let run = sandbox.at(NOW, ["approval", "give", "--as", own], ["1"]);
        assert!(run.expect(77).stderr.contains("(APPROVAL-SELF)"), "{own}");
    }
}

#[test]
fn a_password_that_has_leaked_opens_nothing() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let person = Person::settled(&sandbox, &served, (CHEN, NOW), WORDS[0]);
    let leaked = |by: &str| {
        let words = [
            "--at", NOW, "account", "leaked", CHEN, "--as", by, "--reason", "遺失",
        ];
        sandbox.mayfly(words)
    };
    assert!(leaked("lin.ch").expect(77).stderr.contains("(SIGNIN-HANDS)"));
    assert_eq!(person.who(&served).status, 200);
    leaked("chen.yl").expect(0);
    problem(&person.who(&served), 401, "SIGNIN-NEEDED");
    problem(&Person::try_in(&served, CHEN, WORDS[0]).0, 401, "SIGNIN-REFUSED");
    assert_eq!(standing(&sandbox, NOW, "chen.yl")["state"], "leaked");
    Person::settled(&sandbox, &served, (CHEN, NOW), WORDS[1]);
    leaked("lu.adm").expect(0);
    let first = first_password(&sandbox, NOW, CHEN);
    let person = Person::sign_in(&served, CHEN, &first);
    problem(&person.change(&served, &first, WORDS[1]), 422, "PASSWORD-RULE");
    served.end();
}

/// Neither passwords nor tokens rest anywhere, nor does the log tell them, at its loudest.
#[test]
fn nothing_secret_is_kept_or_said() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &["--log", "trace"]);
    let first = first_password(&sandbox, NOW, CHEN);
    let new = Person::sign_in(&served, CHEN, &first);
    let person = new.changed(&served, &first, WORDS[0]);
    // Somebody who types the password where the account belongs.
    Person::try_in(&served, "004/Typed.Here-9", "x");
    person.ask(&served, "DELETE", "/v1/session", &Value::Null);
    let token = |person: &Person| person.cookie.split_once('=').unwrap().1.to_owned();
    let secrets = [
        first,
        WORDS[0].to_owned(),
        "Typed.Here-9".to_owned(),
        token(&new),
        token(&person),
        person.csrf.clone(),
    ];
    let said = served.end();
    assert!(!said.stderr.is_empty(), "the log says nothing at all");
    let holds = |bytes: &[u8], secret: &str| {
        bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    };
    for secret in &secrets {
        assert!(!holds(said.stderr.as_bytes(), secret) && !holds(said.stdout.as_bytes(), secret));
        for file in files_below(&sandbox.data()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!holds(&bytes, secret), "{} holds it", file.display());
        }
    }
    assert!(
        holds(WORDS[0].as_bytes(), &secrets[1]),
        "the search finds nothing"
    );
}
