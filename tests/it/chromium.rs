//! The console in a real browser: people click and type their way, in both languages, and nothing is complained about. *Edge.*
//!
//! `stage` is a house with one browser that its people use in turn; `members`, `bureau` and `desk` are the ways of each role
//! through its pages. Screenshots and what comes from the printer are kept in `target/tmp/console`, to be looked at.

mod bureau;
mod desk;
mod driver;
mod members;
mod stage;

use self::driver::{Driver, ENTER, TAB};
use crate::{
    http::caller::{Served, until},
    support::{NOW, Sandbox},
};

const WORDS: &str = "Tide-9-Harbour";

/// Somebody at `place`, with a browser of their own.
struct Person {
    driver: Driver,
    base: String,
}

impl Person {
    fn new(served: &Served, language: &str) -> Self {
        let driver = Driver::start();
        // A name, as people type it: cookies that only TLS may carry are carried on this machine too.
        let base = format!("http://localhost:{}", served.place.port());
        driver.open(&format!("{base}/sign-in"));
        driver.click(&format!(".language button[value=\"{language}\"]"));
        Self { driver, base }
    }

    /// Signs in by keyboard alone.
    fn sign_in(&self, holder: &str, password: &str) {
        let (place, account) = holder.split_once('/').unwrap();
        self.driver.open(&format!("{}/sign-in", self.base));
        self.driver.click("#place");
        self.driver
            .keys(&format!("{place}{TAB}{account}{TAB}{password}{ENTER}"));
        until("the sign-in leads nowhere", || {
            (self.driver.path() != "/sign-in").then_some(())
        });
    }

    /// Changes the password, and goes on to the first page.
    fn change(&self, old: &str, new: &str) {
        self.driver.fill("#old", old);
        self.driver.fill("#new", new);
        self.driver.fill("#again", new);
        self.driver.click("button.main");
        until("the password is not changed", || {
            (self.driver.path() == "/?done=password").then_some(())
        });
    }

    /// Nothing on the page is complained about, by the browser or by whoever looks for barriers.
    #[track_caller]
    fn is_content(&self) {
        let barriers = self.driver.barriers();
        assert!(barriers.is_empty(), "{} {barriers:#?}", self.driver.path());
        let complaints = self.driver.complaints();
        assert!(complaints.is_empty(), "{} {complaints:#?}", self.driver.path());
    }
}

/// The demonstration's folder, whose people have first passwords.
fn demonstration() -> (Sandbox, Vec<(String, String)>) {
    let sandbox = Sandbox::in_memory();
    let _ = std::fs::remove_dir_all(sandbox.data());
    sandbox.mayfly(["demo"]).expect(0);
    let passwords = std::fs::read_to_string(sandbox.data().join("fixtures/passwords.txt")).unwrap();
    let people = passwords.lines().map(|line| {
        let (account, password) = line.split_once("  ").unwrap();
        (account.to_owned(), password.to_owned())
    });
    let people: Vec<_> = people.collect();
    (sandbox, people)
}

/// Each role signs in, changes the first password, sees Today in both languages, and signs out.
#[test]
fn every_role_signs_in_and_sees_today() {
    let (sandbox, people) = demonstration();
    assert_eq!(people.len(), 10);
    let served = Served::open(&sandbox, NOW, &[]);
    for (holder, first) in &people {
        let person = Person::new(&served, "zh-TW");
        let name = holder.replace('/', "-");
        let is_shown = holder == "004/chen.yl";
        if is_shown {
            person.driver.keep("sign-in.zh-TW");
            person.is_content();
        }
        person.sign_in(holder, first);
        assert_eq!(person.driver.path(), "/password", "{holder}");
        if is_shown {
            person.driver.keep("password.zh-TW");
            person.is_content();
        }
        person.change(first, WORDS);
        let text = person.driver.text();
        assert!(
            text.contains("今日") && text.contains("民國115年11月2日"),
            "{text}"
        );
        person.driver.keep(&format!("today.{name}.zh-TW"));
        person.driver.click(".language button[value=\"en\"]");
        until("the language stays", || {
            person.driver.text().contains("What needs you now").then_some(())
        });
        person.driver.keep(&format!("today.{name}.en"));
        person.is_content();
        person.driver.click(".own button");
        until("nobody is signed out", || {
            person.driver.path().starts_with("/sign-in").then_some(())
        });
        if is_shown {
            person.driver.keep("signed-out.en");
        }
        person.is_content();
    }
    served.end();
}

/// What the test above relies on: what a page's policy forbids and what is a barrier are told; and what is refused is on the page.
#[test]
fn what_a_policy_forbids_is_complained_about() {
    let (sandbox, people) = demonstration();
    let served = Served::open(&sandbox, NOW, &[]);
    let person = Person::new(&served, "en");
    person
        .driver
        .run("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')");
    let complaints = person.driver.complaints();
    assert!(
        complaints
            .iter()
            .any(|said| said.contains("Content Security Policy")),
        "{complaints:#?}"
    );
    person.driver.open(&format!("{}/sign-in", person.base));
    person.driver.fill("#place", "004");
    person.driver.fill("#account", &people[0].0[4..]);
    person.driver.fill("#password", "not this one");
    person.driver.click("button.main");
    until("nobody is refused", || {
        person.driver.text().contains("SIGNIN-REFUSED").then_some(())
    });
    person.driver.keep("refused.en");
    served.end();
}
