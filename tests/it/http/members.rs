//! What members' people and systems do besides batches: consents, what is on record, the feed of events; and nobody another's. *Edge.*

use serde_json::{Value, json};

use super::{
    caller::{Answer, Served, until},
    problem,
};
use crate::{
    batch_file::{BatchRow, batch_file, consents_file},
    signin::{person::Person, staffed},
    support::{NOW, Sandbox},
};

pub(super) const BATCH: &str = "004-1151102-01";
const AHEAD: &str = "T-000077";
/// A week later, when there are sheets.
pub(super) const MONDAY: &str = "2026-11-09T01:00:00+08:00";
pub(super) const WORDS: &str = "Tide-9-Harbour";

pub(super) fn get(served: &Served, person: &Person, path: &str) -> Answer {
    person.ask(served, "GET", path, &Value::Null)
}

/// A body that is CSV, from a page of theirs.
fn send(served: &Served, person: &Person, method: &str, path: &str, body: &[u8]) -> Answer {
    let headers = [
        ("Content-Type", "text/csv"),
        ("Cookie", person.cookie.as_str()),
        ("X-CSRF-Token", person.csrf.as_str()),
    ];
    served.ask(method, path, &headers, body)
}

fn ahead(member: &str) -> Vec<u8> {
    consents_file(member, &[BatchRow::valid(77)])
}

#[test]
fn consents_go_their_way_over_http() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    let chen = Person::settled(&sandbox, &served, ("004/chen.yl", NOW), WORDS);
    let wang = Person::settled(&sandbox, &served, ("004/wang.dg", NOW), WORDS);
    let foreign = Person::settled(&sandbox, &served, ("012/chou.q", NOW), WORDS);
    let hand_in = |person: &Person, body: &[u8]| send(&served, person, "POST", "/v1/consents", body);
    // A member's own lines alone, by people who may query; of a file that is refused nothing is kept.
    problem(&hand_in(&foreign, &ahead("004")), 403, "CONSENT-HANDS");
    problem(&hand_in(&chen, &ahead("012")), 403, "CONSENT-HANDS");
    problem(&hand_in(&wang, &ahead("004")), 403, "CONSENT-HANDS");
    problem(&hand_in(&chen, b"a,b\r\n1,2\r\n"), 422, "FILE-COLUMNS");
    let broken = [ahead("004"), b"\"".to_vec()].concat();
    assert_eq!(hand_in(&chen, &broken).status, 422);
    let path = format!("/v1/consents/{AHEAD}");
    problem(&get(&served, &chen, &path), 404, "CNS-MISSING");

    let taken = hand_in(&chen, &ahead("004"));
    assert_eq!(
        (taken.status, taken.json()),
        (200, json!({ "new": 1, "known": 0 }))
    );
    assert_eq!(
        hand_in(&chen, &ahead("004")).json(),
        json!({ "new": 0, "known": 1 })
    );
    let row = BatchRow::valid(77);
    let (id, name) = (row.cell("subject_id"), row.cell("subject_name"));
    let shown = get(&served, &wang, &path);
    assert_eq!((shown.status, &shown.json()["consent_ref"]), (200, &AHEAD.into()));
    assert!(
        !shown.body.contains(&id) && !shown.body.contains(&name),
        "{}",
        shown.body
    );
    assert!(shown.json()["form_text"].as_str().unwrap().len() > 50);
    let kept = sandbox.at(NOW, ["consent", "show", "004", AHEAD, "--as"], ["chen.yl"]);
    kept.expect(0);

    let outcome = format!("{path}/outcome");
    let became = |person: &Person, word: &str, date: &str| {
        let body = json!({ "outcome": word, "date": date });
        person.ask(&served, "POST", &outcome, &body)
    };
    problem(&became(&foreign, "withdrawn", "2026-11-02"), 404, "CNS-MISSING");
    problem(&became(&wang, "withdrawn", "2026-11-02"), 403, "CONSENT-HANDS");
    problem(&became(&chen, "sold", "2026-11-02"), 422, "IMPORT-CELL");
    problem(&became(&chen, "withdrawn", "2026-11-03"), 422, "IMPORT-CELL");
    problem(
        &chen.ask(&served, "POST", &outcome, &json!({ "outcome": 1 })),
        400,
        "HTTP-BODY",
    );
    assert_eq!(became(&chen, "granted", "2029-02-28").json()["outcomes"], 1);
    problem(&became(&chen, "granted", "2028-02-28"), 422, "IMPORT-CONFLICT");
    assert_eq!(became(&chen, "withdrawn", "2026-11-02").json()["withdrawn"], 1);
    assert_eq!(became(&chen, "withdrawn", "2026-11-02").json()["known"], 1);
    assert!(get(&served, &chen, &path).json()["withdrawn_at"].is_string());
    served.end();
    let entries = crate::synthetic::journal(&sandbox, NOW);
    let of_kind = |kind: &str| entries.iter().filter(|entry| entry.kind == kind).count();
    assert_eq!((of_kind("withdraw"), of_kind("outcome")), (1, 1));
    // Two over HTTP, one by the command line.
    assert_eq!(of_kind("read"), 3);
}

/// A house a week later in which member 004 has one of everything.
pub(super) fn full() -> Sandbox {
    let sandbox = staffed();
    let file = sandbox.file(
        &format!("{BATCH}.csv"),
        batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]),
    );
    sandbox.batch_run(&file, &[]);
    let consents = sandbox.file("ahead.csv", ahead("004"));
    sandbox.at(NOW, ["consent", "import"], [consents]).expect(0);
    sandbox.mayfly(["--at", NOW, "serve", "--once"]).expect(0);
    sandbox.mayfly(["--at", MONDAY, "serve", "--once"]).expect(0);
    sandbox
}

/// Every path of the document, by somebody of another member with the names of ours: nothing of ours is told, and nothing changes.
#[test]
fn nobody_is_told_or_changes_anything_of_another_member() {
    let sandbox = full();
    let served = Served::open(&sandbox, MONDAY, &[]);
    let own = Person::settled(&sandbox, &served, ("004/chen.yl", MONDAY), WORDS);
    let other = Person::settled(&sandbox, &served, ("012/chou.q", MONDAY), WORDS);
    let bureau = Person::settled(&sandbox, &served, ("bureau/he.cmp", MONDAY), WORDS);
    let sheets = get(&served, &own, "/v1/sheets").json();
    let sheets = sheets.as_array().unwrap();
    assert!(sheets.iter().all(|sheet| sheet["member"] == "004") && !sheets.is_empty());
    let week = sheets[0]["week"].as_str().unwrap().to_owned();
    let samples = get(&served, &own, "/v1/samples").json();
    let month = samples[0]["month"].as_str().unwrap_or("2026-11").to_owned();
    let certificates = get(&served, &own, "/v1/certificates").json();
    let cohort = certificates[0]["cohort"].as_str().unwrap().to_owned();
    let names = [
        ("{batch}", BATCH),
        ("{reference}", AHEAD),
        ("{week}", &week),
        ("{querier}", "chen.yl"),
        ("{month}", &month),
        ("{cohort}", &cohort),
        ("{place}", "0/000"),
    ];
    let state = |served: &Served| {
        let told = ["/v1/batches", "/v1/sheets", "/v1/samples"].map(|path| get(served, &own, path).body);
        (told, get(served, &own, &format!("/v1/consents/{AHEAD}")).json())
    };
    let before = state(&served);
    let document = served.say("GET", "/openapi.json").json();
    let mut asked = 0;
    for (template, methods) in document["paths"].as_object().unwrap() {
        let path = names
            .iter()
            .fold(template.clone(), |path, (name, value)| path.replace(name, value));
        assert!(
            !path.contains('{'),
            "{path} has a parameter that this test does not know"
        );
        // Public, or the door itself.
        let is_public = path.starts_with("/v1/journal/") || !path.starts_with("/v1/");
        if is_public || template == "/v1/session" || template == "/v1/password" {
            continue;
        }
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            let nobody = served.say(&method, &path);
            problem(&nobody, 401, "SIGNIN-NEEDED");
            let answer = match (method.as_str(), template.as_str()) {
                ("GET", _) => get(&served, &other, &path),
                (_, "/v1/consents/{reference}/outcome") => {
                    let body = json!({ "outcome": "withdrawn", "date": "2026-11-02" });
                    other.ask(&served, &method, &path, &body)
                }
                (_, "/v1/consents") => send(&served, &other, &method, &path, &ahead("004")),
                _ => send(
                    &served,
                    &other,
                    &method,
                    &path,
                    &batch_file(&[BatchRow::valid(9)]),
                ),
            };
            for ours in [BATCH, AHEAD, "chen.yl", "lin.ch", "\"004\"", "/004"] {
                assert!(
                    !answer.body.contains(ours),
                    "{method} {path} tells {ours}: {}",
                    answer.body
                );
            }
            // Months and cohorts are theirs as well.
            let is_named = ["{batch}", "{reference}", "{querier}"]
                .iter()
                .any(|name| template.contains(name));
            let refused = [403, 404].contains(&answer.status);
            assert!(
                refused || (!is_named && answer.status == 200),
                "{method} {path}: {}",
                answer.status
            );
            // The bureau knows how things stand, and reads nobody's papers (D25).
            if is_named && template != "/v1/batches/{batch}" {
                let answer = bureau.ask(&served, &method, &path, &Value::Null);
                assert!(
                    answer.status >= 400,
                    "{method} {path} is the bureau's: {}",
                    answer.body
                );
            }
            asked += 1;
        }
    }
    assert!(asked >= 15, "{asked}");
    assert_eq!(state(&served), before);
    // And what nobody else is told, their own people are.
    for path in [
        format!("/v1/batches/{BATCH}"),
        format!("/v1/sheets/{week}/chen.yl"),
        format!("/v1/consents/{AHEAD}"),
        format!("/v1/certificates/{cohort}"),
    ] {
        assert_eq!(get(&served, &own, &path).status, 200, "{path}");
    }
    let duties = get(&served, &own, "/v1/duties").json();
    let duties = duties.as_array().unwrap();
    assert!(!duties.is_empty() && duties.iter().all(|duty| duty["of"] == "004"));
    let all = get(&served, &bureau, "/v1/sheets").json();
    assert!(all.as_array().unwrap().len() > sheets.len());
    served.end();
}

/// The file over HTTP is, byte for byte, the one of an export.
#[test]
fn a_certificate_is_handed_out_as_it_is_exported() {
    let sandbox = full();
    let folder = sandbox.path("certificates");
    sandbox.at(MONDAY, ["certificate", "export"], [&folder]).expect(0);
    let served = Served::open(&sandbox, MONDAY, &[]);
    let own = Person::settled(&sandbox, &served, ("004/chen.yl", MONDAY), WORDS);
    let all = get(&served, &own, "/v1/certificates").json();
    let mut compared = 0;
    for certificate in all.as_array().unwrap() {
        let cohort = certificate["cohort"].as_str().unwrap();
        let file = get(&served, &own, &format!("/v1/certificates/{cohort}/file"));
        let name = file.header("content-disposition").unwrap();
        let name = name.split('"').nth(1).unwrap();
        assert_eq!(file.bytes, std::fs::read(folder.join(name)).unwrap(), "{name}");
        compared += 1;
    }
    assert!(compared >= 2, "{compared}");
    for unknown in ["answer-2020010101", "x", "..%2fx"] {
        let path = format!("/v1/certificates/{unknown}");
        problem(&get(&served, &own, &path), 404, "CERTIFICATE-UNKNOWN");
    }
    served.end();
}

#[test]
fn the_feed_tells_each_event_once_and_never_one_below_what_was_seen() {
    let sandbox = full();
    let served = Served::open(&sandbox, MONDAY, &[]);
    let own = Person::settled(&sandbox, &served, ("004/chen.yl", MONDAY), WORDS);
    let other = Person::settled(&sandbox, &served, ("012/chou.q", MONDAY), WORDS);
    let page = |person: &Person, query: &str| {
        let page = get(&served, person, &format!("/v1/events{query}"));
        assert_eq!(page.status, 200, "{}", page.body);
        page.json()
    };
    let of = |page: &Value, kind: &str| -> Vec<Value> {
        let events = page["events"].as_array().unwrap().iter();
        let of_kind = events.filter(|event| event["kind"] == kind);
        of_kind.map(|event| event["reference"].clone()).collect()
    };
    let first = page(&own, "");
    assert_eq!(of(&first, "settled"), [BATCH]);
    assert!(
        of(&first, "withdrawn").is_empty() && !of(&first, "due").is_empty(),
        "{first}"
    );
    let seen = first["next"].as_i64().unwrap();
    assert_eq!(
        page(&own, &format!("?after={seen}")),
        json!({ "events": [], "next": seen })
    );

    // What happens now comes after, also when somebody else was told of something meanwhile.
    let theirs = page(&other, "");
    assert!(of(&theirs, "settled").is_empty() && theirs["next"].as_i64().unwrap() > seen);
    let body = json!({ "outcome": "withdrawn", "date": "2026-11-09" });
    let path = format!("/v1/consents/{AHEAD}/outcome");
    assert_eq!(own.ask(&served, "POST", &path, &body).status, 200);
    let rows = batch_file(&[BatchRow::valid_on("2026-11-09", "2026-11-08", 5)]);
    let handed_in = send(&served, &own, "PUT", "/v1/batches/004-1151109-01", &rows);
    assert_eq!(handed_in.status, 201, "{}", handed_in.body);
    until("the batch is not told", || {
        let told = page(&own, &format!("?after={seen}"));
        (of(&told, "settled") == ["004-1151109-01"]).then_some(())
    });
    let then = page(&own, &format!("?after={seen}"));
    assert_eq!(of(&then, "withdrawn"), [AHEAD]);
    assert!(of(&page(&other, ""), "withdrawn").is_empty());

    // One at a time they are the same ones.
    let (mut after, mut alone) = (0, Vec::new());
    loop {
        let next = page(&own, &format!("?limit=1&after={after}"));
        let Some(event) = next["events"].as_array().unwrap().first() else {
            break;
        };
        assert!(event["event"].as_i64().unwrap() > after);
        after = next["next"].as_i64().unwrap();
        alone.push(event.clone());
    }
    assert_eq!(Value::Array(alone), page(&own, "?limit=1000")["events"]);
    for wrong in ["?after=x", "?limit=0", "?limit=1001", "?member=012", "?after=-1"] {
        let refused = get(&served, &own, &format!("/v1/events{wrong}"));
        problem(&refused, 400, "HTTP-QUERY");
    }
    served.end();
    sandbox
        .mayfly(["--at", MONDAY, "--json", "journal", "verify"])
        .expect(0);
}

/// Numbers, each explained, and nobody in them; to this machine and whom the settings name.
#[test]
fn the_metrics_tell_how_the_house_does_and_nobody_s_case() {
    let sandbox = staffed();
    let rows = batch_file(&[BatchRow::valid(1), BatchRow::valid(2)]);
    sandbox.batch_run(&sandbox.file(&format!("{BATCH}.csv"), rows), &[]);
    let served = Served::open(&sandbox, NOW, &[]);
    until("it is never ready", || {
        (served.say("GET", "/readyz").status == 200).then_some(())
    });
    let refused = Person::try_in(&served, "004/chen.yl", "Wrong-1-Password").0;
    problem(&refused, 401, "SIGNIN-REFUSED");
    let told = served.say("GET", "/metrics");
    assert_eq!(told.status, 200);
    assert!(
        told.header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    let specification = crate::support::fixtures().join("../pipeline/README.md");
    let specification = std::fs::read_to_string(specification).unwrap();
    let mut count = 0;
    for line in told.body.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).unwrap();
        let is_told = ["`", "{"].map(|end| specification.contains(&format!("`{name}{end}")));
        assert!(is_told.contains(&true), "{name} is not explained");
        count += 1;
    }
    assert!(count >= 12, "{}", told.body);
    for line in [
        "mayfly_up 1",
        "mayfly_purge_oldest_due_seconds 0",
        "mayfly_queries{member=\"004\"} 2",
        "mayfly_batches_running{member=\"004\"} 0",
        "mayfly_journal_unsigned_seconds 0",
        "mayfly_signin_failures_total 1",
        "mayfly_http_requests_total{class=\"session\",status=\"401\"} 1",
    ] {
        let is_there = told.body.lines().any(|said| said == line);
        assert!(is_there, "{line} is not in\n{}", told.body);
    }
    let number = |name: &str| -> i64 {
        let mut lines = told.body.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse().unwrap()
    };
    // The hour of the file and the hour of the answers.
    assert_eq!(number("mayfly_live_cohorts "), 2);
    let margin = number("mayfly_purge_margin_seconds ");
    assert!((95 * 3_600..=97 * 3_600).contains(&margin), "{margin}");
    for personal in ["chen", "T-0000", BATCH, "A1"] {
        assert!(!told.body.contains(personal), "{personal}: {}", told.body);
    }
    served.end();

    let settings = sandbox.data().join("mayfly.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let named = "[http]\nproxies = [\"127.0.0.1\"]\nmetrics = [\"203.0.113.7\"]\n";
    std::fs::write(&settings, format!("{text}\n{named}")).unwrap();
    let served = Served::open(&sandbox, NOW, &[]);
    let from = |address: &str| served.ask("GET", "/metrics", &[("X-Forwarded-For", address)], b"");
    problem(&from("203.0.113.8"), 404, "HTTP-PATH");
    assert_eq!(from("203.0.113.7").status, 200);
    assert_eq!(served.say("GET", "/metrics").status, 200);
    served.end();
}
