//! A house with its door open, and one browser that its people use in turn; every page that they see is looked at. *Edge.*

use std::{cell::RefCell, collections::BTreeMap};

use super::driver::{ALT, Driver, ENTER, TAB};
use crate::{
    console::house,
    http::caller::{Served, until},
    support::{Sandbox, pause},
};

const WORDS: &str = "Tide-9-Harbour";

/// The house.
pub struct Stage {
    pub sandbox: Sandbox,
    pub driver: Driver,
    pub served: Served,
    base: String,
    /// The first passwords that nobody has changed yet.
    firsts: RefCell<BTreeMap<String, String>>,
}

impl Stage {
    /// Opens the door of `sandbox` at `at` to `holders`, who have first passwords.
    pub fn open(sandbox: Sandbox, at: &str, holders: &[&str]) -> Self {
        let firsts = holders.iter().map(|holder| {
            let first = house::first(&sandbox, at, holder);
            ((*holder).to_owned(), first)
        });
        let firsts = RefCell::new(firsts.collect());
        let served = Served::open(&sandbox, at, &[]);
        let base = format!("http://localhost:{}", served.place.port());
        let driver = Driver::start();
        driver.open(&format!("{base}/sign-in"));
        driver.click(".language button[value=\"zh-TW\"]");
        Self {
            sandbox,
            driver,
            served,
            base,
            firsts,
        }
    }

    /// Whoever sits there signs out, and `holder` signs in.
    #[track_caller]
    pub fn enter(&self, holder: &str) {
        // Paper has no such button.
        if !self.driver.has("header.top") {
            self.go("/");
        }
        if self.driver.has(".own button") {
            self.click(".own button", "/sign-in");
        }
        self.go("/sign-in");
        let first = self.firsts.borrow_mut().remove(holder);
        let (place, account) = holder.split_once('/').unwrap();
        let password = first.as_deref().unwrap_or(WORDS);
        self.driver.click("#place");
        self.driver
            .keys(&format!("{place}{TAB}{account}{TAB}{password}{ENTER}"));
        self.arrive(if first.is_some() { "/password" } else { "/" });
        if let Some(first) = first {
            self.driver.fill("#old", &first);
            self.driver.fill("#new", WORDS);
            self.driver.fill("#again", WORDS);
            self.click("button.main", "/?done=password");
        }
    }

    /// Opens `path`.
    pub fn go(&self, path: &str) {
        self.driver.open(&format!("{}{path}", self.base));
    }

    /// Clicks on what `css` finds, and arrives at a page whose path begins with `path`.
    #[track_caller]
    pub fn click(&self, css: &str, path: &str) {
        self.leave(|| self.driver.click(css));
        self.arrive(path);
    }

    /// Presses `key` with Alt, which is an access key of the page, and arrives at `path`.
    #[track_caller]
    pub fn press(&self, key: &str, path: &str) {
        self.leave(|| self.driver.chord(ALT, key));
        self.arrive(path);
    }

    /// Does what leads to another page, again if the browser took no notice: it drops what comes before a page is painted. What
    /// it did take notice of may last; done twice, it would be the next page that is left.
    #[track_caller]
    fn leave(&self, act: impl Fn()) {
        self.driver.run(
            "window.isStillHere = true; window.addEventListener('beforeunload', () => { window.isLeaving = true })",
        );
        let is = |what: &str| self.driver.run(&format!("return {what}")) == true;
        for _ in 0..3 {
            act();
            for _ in 0..50 {
                if is("window.isStillHere !== true") {
                    return;
                }
                if is("window.isLeaving === true") {
                    let left = || is("window.isStillHere !== true").then_some(());
                    return until("the next page never comes", left);
                }
                pause(0.1);
            }
        }
        panic!("{} is not left", self.driver.path());
    }

    /// Waits until the page is one whose path begins with `path`, of `/` itself.
    #[track_caller]
    pub fn arrive(&self, path: &str) {
        until(&format!("nobody arrives at {path}"), || {
            let here = self.driver.path();
            let is_there = match path {
                "/" => here == "/" || here.starts_with("/?"),
                _ => here.starts_with(path),
            };
            is_there.then_some(())
        });
    }

    /// The page says all of `words`.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        until(&format!("{} does not say {words:?}", self.driver.path()), || {
            let text = self.driver.text();
            words.iter().all(|word| text.contains(word)).then_some(())
        });
    }

    /// Looks at a page in both languages, and goes on in Chinese: nothing is complained about, nothing is beyond its edge.
    #[track_caller]
    pub fn see(&self, name: &str) {
        self.seen(name);
        let here = self.driver.path();
        self.leave(|| self.driver.click(".language button[value=\"en\"]"));
        self.speaks("en");
        self.is_content();
        self.driver.keep(&format!("{name}.en"));
        self.leave(|| self.driver.click(".language button[value=\"zh-TW\"]"));
        self.speaks("zh-Hant-TW");
        // What was just done is said once.
        assert_eq!(self.driver.path().split('?').next(), here.split('?').next());
    }

    /// Looks at a page that is the answer to a form, and is in one language only.
    #[track_caller]
    pub fn seen(&self, name: &str) {
        let barriers = self.driver.barriers();
        assert!(barriers.is_empty(), "{name} {barriers:#?}");
        self.is_content();
        self.driver.keep(&format!("{name}.zh-TW"));
    }

    /// The same of a page that is a refusal, by its status too, which the browser tells as it is.
    #[track_caller]
    pub fn refused(&self, name: &str) {
        let complaints = self.driver.complaints();
        let is_one = complaints.len() == 1 && complaints[0].contains("responded with a status of 4");
        assert!(is_one || complaints.is_empty(), "{name} {complaints:#?}");
        assert!(self.driver.has("main .refused"), "{name} is no refusal");
        self.seen(name);
    }

    /// Prints the page.
    #[track_caller]
    pub fn print(&self, name: &str) {
        let paper = self.driver.print(name);
        assert!(paper.starts_with(b"%PDF-") && paper.len() > 10_000, "{name}");
    }

    #[track_caller]
    fn speaks(&self, language: &str) {
        let lang = format!("html[lang=\"{language}\"]");
        until("the language stays", || self.driver.has(&lang).then_some(()));
    }

    #[track_caller]
    fn is_content(&self) {
        let complaints = self.driver.complaints();
        assert!(complaints.is_empty(), "{} {complaints:#?}", self.driver.path());
        assert!(self.driver.fits(), "{} is too wide", self.driver.path());
    }
}
