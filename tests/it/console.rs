//! The console of the real binary, by a browser without JavaScript: signing in, the language, the first page, and what holds for
//! every page; `house` whose people they are, and each other file one family of pages. *Edge.*

mod audited;
mod batches;
pub mod browser;
mod consents;
mod deletion;
mod duties;
mod filled;
pub mod house;
mod incidents;
mod payloads;
mod people;
mod sheets;
mod today;
mod twice;

use self::browser::{Browser, sound};
use crate::{
    http::caller::{Served, until},
    signin::{first_password, staffed},
    support::NOW,
};

const CHEN: &str = "004/chen.yl";
const WORDS: &str = "Tide-9-Harbour";

/// Every page that opens without more, for whoever has signed in: a new page is added here.
const PAGES: &[&str] = &[
    "/",
    "/password",
    "/batches",
    "/consents",
    "/approvals",
    "/incidents",
    "/duties",
    "/people",
    "/people/review",
    "/accounts",
    "/deletion",
    "/oversight",
    "/records",
    "/sheets",
    "/audit",
    "/findings",
    "/grants",
    "/holds",
];

#[test]
fn somebody_signs_in_changes_the_first_password_and_sees_today_in_both_languages() {
    let sandbox = staffed();
    let first = first_password(&sandbox, NOW, CHEN);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut browser = Browser::new(&served);
    // Nobody is signed in: every page leads to where one does.
    for path in PAGES.iter().copied() {
        assert_eq!(browser.open(path).path, "/sign-in", "{path}");
    }
    let page = browser.sign_in(CHEN, "no, not that one");
    assert_eq!(page.status, 401);
    page.says(&["SIGNIN-REFUSED", "role=\"alert\""]);
    let page = browser.sign_in(CHEN, &first);
    assert_eq!(page.path, "/password");
    page.says(&["請先設定您自己的密碼", "陳虛玲", "登出"]);
    // Before it is changed, there is no other page.
    assert_eq!(browser.open("/").path, "/password");
    let page = browser.open("/password");
    let differ = browser.send(
        &page,
        "/password",
        &[("old", &first), ("new", WORDS), ("again", "another")],
    );
    assert_eq!(differ.status, 422);
    differ.says(&["兩次輸入的新密碼不同"]);
    let weak = browser.send(
        &page,
        "/password",
        &[("old", &first), ("new", "short"), ("again", "short")],
    );
    assert_eq!(weak.status, 422);
    weak.says(&["PASSWORD-RULE"]);
    let fields = [("old", first.as_str()), ("new", WORDS), ("again", WORDS)];
    let page = browser.send(&page, "/password", &fields);
    assert_eq!(page.path, "/?done=password");
    page.says(&[
        "密碼已變更",
        "今日",
        "民國115年11月2日",
        "徵信專員",
        "待您辦理",
        "測試環境",
    ]);
    // Nobody is told what they typed.
    assert!(!weak.html.contains("short") && !page.html.contains(WORDS));
    browser.speak("en");
    let page = browser.open("/");
    page.says(&["Today", "What needs you now", "Sign out", "陳虛玲"]);
    let page = browser.send(&page, "/sign-out", &[]);
    assert_eq!(page.path, "/sign-in?done=signed-out");
    page.says(&["You are signed out."]);
    assert_eq!(browser.open("/").path, "/sign-in");
    served.end();
}

/// A new session ends the one before it, on a page as elsewhere; what is sent from the old one is not done.
#[test]
fn one_person_has_one_session_and_a_page_that_is_over_does_nothing() {
    let sandbox = staffed();
    let first = first_password(&sandbox, NOW, CHEN);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut one = Browser::new(&served);
    let page = one.settle(CHEN, &first, WORDS);
    let mut other = Browser::new(&served);
    let entered = other.sign_in(CHEN, WORDS);
    assert_eq!(entered.path, "/?done=replaced");
    let over = one.send(&page, "/sign-out", &[]);
    assert_eq!(over.path, "/sign-in?done=over");
    assert_eq!(other.open("/").path, "/");
    served.end();
}

/// A form is sent from a page of the session, or nothing is done.
#[test]
fn a_form_of_another_page_or_site_does_nothing() {
    let sandbox = staffed();
    let first = first_password(&sandbox, NOW, CHEN);
    let served = Served::open(&sandbox, NOW, &[]);
    let mut browser = Browser::new(&served);
    let page = browser.settle(CHEN, &first, WORDS);
    let no_proof = browser.post("/sign-out", &[]);
    let wrong = browser.post("/sign-out", &[("csrf".into(), "A".repeat(43))]);
    for refused in [no_proof, wrong] {
        assert_eq!(refused.status, 403);
        refused.says(&["HTTP-CSRF"]);
    }
    let form = page.form("/sign-out").unwrap();
    let proof = form.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let cookies = browser.cookies();
    let send = |site: &str, kind: &str| {
        let headers = [
            ("Cookie", cookies.as_str()),
            ("Sec-Fetch-Site", site),
            ("Content-Type", kind),
        ];
        served.ask("POST", "/sign-out", &headers, format!("csrf={proof}").as_bytes())
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(send("cross-site", form).status, 403);
    assert_eq!(send("same-site", form).status, 403);
    assert_eq!(send("same-origin", "text/plain").status, 400);
    assert_eq!(browser.open("/").path, "/", "it was done");
    assert_eq!(send("same-origin", form).status, 303);
    assert_eq!(browser.open("/").path, "/sign-in");
    served.end();
}

/// Whoever mistypes a path is told so as a page; a machine is told as before; the style sheet is there and is kept.
#[test]
fn people_are_told_in_pages_and_machines_in_problems() {
    let sandbox = staffed();
    let served = Served::open(&sandbox, NOW, &[]);
    until("it is never ready", || {
        (served.say("GET", "/readyz").status == 200).then_some(())
    });
    let mut browser = Browser::new(&served);
    let lost = browser.open("/nowhere/%3Cb%3E");
    assert_eq!(lost.status, 404);
    lost.says(&["HTTP-PATH"]);
    assert!(!lost.html.contains("<b>/") && !lost.html.contains("/<b>"));
    crate::http::problem(&served.say("GET", "/nowhere"), 404, "HTTP-PATH");
    let accept = [("Accept", "text/html")];
    crate::http::problem(&served.ask("GET", "/v1/nowhere", &accept, b""), 404, "HTTP-PATH");

    let page = served.say("GET", "/sign-in");
    sound(&page, false);
    let sheet = page.body.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
    let sheet = served.say("GET", sheet.split('"').next().unwrap());
    assert_eq!(sheet.status, 200);
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(sheet.header("cache-control").unwrap().contains("immutable"));

    // The language leads back to a page of ours only.
    let back = |to: &str| {
        let body = format!("to=en&back={to}");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = served.ask("POST", "/language", &headers, body.as_bytes());
        answer.header("location").unwrap().to_owned()
    };
    assert_eq!(back("%2Fsign-in"), "/sign-in");
    assert_eq!(back("%2F%2Felsewhere.example"), "/");
    assert_eq!(back("https%3A%2F%2Felsewhere.example"), "/");
    served.end();
}
