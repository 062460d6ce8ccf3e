//! Five hundred hostile texts in the fields of every form, by everybody who may fill one in: shown as text, kept as text, told to
//! no log, and never a way in. *Edge.*
//!
//! Each field is given some of them, another part of them each time; `MAYFLY_PAYLOADS=500 cargo test -p e2e --test it
//! console::payloads` gives every field all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    browser::{Browser, Page},
    filled::{Field, Seen, forms, links, unescaped},
    house::{self, first, signed_in},
};
use crate::{
    audit::{CLOSED, VALUE, asked, draw, freeze},
    hostile::payload_list::{COUNT, payloads, silent},
    http::caller::Served,
    support::setting,
};

#[test]
fn hostile_words_in_every_field_of_every_form_are_text() {
    let sandbox = asked(4);
    house::furnish(&sandbox);
    freeze(&sandbox, CLOSED);
    draw(&sandbox, CLOSED, VALUE).expect(0);
    let holders = [
        "004/chen.yl",
        "004/wang.dg",
        "004/hsu.rv",
        "004/hu.head",
        "004/lu.adm",
        "bureau/he.cmp",
        "supervisor/fan.fsc",
    ];
    let firsts = holders.map(|holder| first(&sandbox, CLOSED, holder));
    let served = Served::open(&sandbox, CLOSED, &[]);
    let payloads = payloads();
    let mut trial = Trial {
        each: setting("MAYFLY_PAYLOADS").unwrap_or(EACH).min(COUNT),
        payloads: &payloads,
        turn: 0,
        tried: BTreeMap::new(),
        kept: BTreeSet::new(),
    };
    for (holder, first) in holders.iter().zip(&firsts) {
        let mut browser = signed_in(&served, holder, first);
        while trial.walk(&mut browser) {}
        assert_eq!(browser.open("/").path, "/", "{holder} is no longer signed in");
    }
    for field in EXPECTED {
        assert!(
            trial.tried.contains_key(*field),
            "{field} was not found: {:#?}",
            trial.tried
        );
    }
    for field in KEPT {
        assert!(
            trial.kept.contains(*field),
            "nothing was kept of {field}: {:#?}",
            trial.kept
        );
    }
    let run = served.end();
    silent(&payloads, &run.stderr);
    silent(&payloads, &run.stdout);
    sandbox.at(CLOSED, ["journal"], ["verify"]).expect(0);
}

/// What was tried so far.
struct Trial<'p> {
    /// So many payloads for each field.
    each: usize,
    payloads: &'p [String],
    /// The payload whose turn it is.
    turn: usize,
    /// How often each field of each form was filled, and how often it was taken.
    tried: BTreeMap<String, (u64, u64)>,
    /// Fields of which a text was kept as it is.
    kept: BTreeSet<String>,
}

impl Trial<'_> {
    /// Follows every link from the first page and fills every form that was not filled before; whether there was one.
    fn walk(&mut self, browser: &mut Browser<'_>) -> bool {
        let (mut seen, mut left) = (BTreeSet::new(), vec!["/".to_owned()]);
        let mut has_filled = false;
        while let Some(path) = left.pop() {
            let bare = path.split(['?', '#']).next().unwrap().to_owned();
            if !seen.insert(numberless(&bare)) || !is_page(&bare) {
                continue;
            }
            let page = browser.open(&bare);
            assert!(page.status < 500, "{bare} {}", page.html);
            left.extend(links(&page.html));
            for form in forms(&page.html) {
                has_filled |= self.fill(browser, &page, &form);
            }
        }
        has_filled
    }

    /// Fills each field of `form` in turn, unless that was done.
    fn fill(&mut self, browser: &mut Browser<'_>, page: &Page, form: &Seen) -> bool {
        let action = match form.action.as_str() {
            "" => page.path.split('?').next().unwrap(),
            action => action,
        };
        if ENDING.contains(&action) {
            return false;
        }
        let carries_file = form.fields.iter().any(|field| field.kind == "file");
        let mut has_filled = false;
        for field in form.fields.iter().filter(|field| field.name != "csrf") {
            let key = format!("{} {}", numberless(action), field.name);
            if self.tried.contains_key(&key) {
                continue;
            }
            has_filled = true;
            self.tried.insert(key.clone(), (0, 0));
            for round in 0..self.each {
                let payload = &self.payloads[self.turn * STRIDE % COUNT];
                self.turn += 1;
                let mut fields = filled(form, action, field, payload, round);
                fields.retain(|(name, _)| !carries_file || name != "file");
                let shown = match (carries_file, form.is_post) {
                    (true, _) => Some(browser.post_parts(action, &fields, (&file_name(payload), FILE))),
                    (false, true) => browser.attempt("POST", action, &fields),
                    (false, false) => browser.attempt("GET", action, &fields),
                };
                // What is taken away is no page.
                let Some(shown) = shown else { continue };
                let counts = self.tried.get_mut(&key).unwrap();
                counts.0 += 1;
                counts.1 += u64::from(shown.status < 400);
                judge(&key, payload, &shown);
                if shown.status < 400 && is_kept(&shown, payload) {
                    self.kept.insert(key.clone());
                }
            }
        }
        has_filled
    }
}

/// The house stands, and shows nothing of `payload` but its text; the browser has looked at the page itself.
#[track_caller]
fn judge(key: &str, payload: &str, shown: &Page) {
    assert!(shown.status < 500, "{key} {payload:?}: {}", shown.html);
    let is_code = payload.len() > 3 && payload.contains('<');
    assert!(
        !is_code || !shown.html.contains(payload),
        "{key} {payload:?}: {}",
        shown.html
    );
}

/// Whether the page has `payload`, and that is no word it has in any case.
fn is_kept(shown: &Page, payload: &str) -> bool {
    let text = unescaped(&shown.html);
    let in_json = serde_json::to_string(payload.trim()).unwrap();
    payload.contains(['<', '\'', '='])
        && (text.contains(payload.trim()) || text.contains(in_json.trim_matches('"')))
}

/// The fields as they are sent: `payload` in `aimed`, and what fits in all others.
fn filled(form: &Seen, action: &str, aimed: &Field, payload: &str, round: usize) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for field in &form.fields {
        let is_first = fields.iter().all(|(name, _)| *name != field.name);
        if field.name == aimed.name {
            if is_first {
                fields.push((field.name.clone(), payload.to_owned()));
            }
            continue;
        }
        match field.is_chosen {
            // Every other time something is chosen.
            Some(is_chosen) if !is_chosen && (round.is_multiple_of(2) || !is_first) => {}
            _ => fields.push((field.name.clone(), fitting(action, field))),
        }
    }
    if !form.buttons.is_empty() {
        fields.push(form.buttons[round % form.buttons.len()].clone());
    }
    fields
}

/// A file's name as browsers write it between quotes.
fn file_name(payload: &str) -> String {
    payload
        .replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What stands in it, or what fits there: in this form, or in any.
fn fitting(action: &str, field: &Field) -> String {
    let here = format!("{action} {}", field.name);
    let known = |name: &str| {
        FITTING
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    match known(&here).or_else(|| known(&field.name).filter(|_| field.value.is_empty())) {
        Some(value) => value.to_owned(),
        None => field.value.clone(),
    }
}

/// `path` with each number in it as `N`.
fn numberless(path: &str) -> String {
    let is_number =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parts = path
        .split('/')
        .map(|part| if is_number(part) { "N" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether it is a page of the console: no paper, and nothing that is taken away.
fn is_page(path: &str) -> bool {
    !path.ends_with("/print")
        && !path.rsplit('/').next().unwrap().contains('.')
        && !path.starts_with("/v1")
        && path != "/openapi.json"
}

/// What fits where nothing stands, or in that form whatever stands there.
const FITTING: [(&str, &str); 17] = [
    ("reason", "查核"),
    ("account", "lin.ch"),
    ("cases_of", "lin.ch"),
    ("name", "周虛齊"),
    ("unit", "徵信部"),
    ("from", "2026-12-03"),
    ("on", "2026-12-05"),
    ("remark", "查核"),
    ("note", "查核"),
    ("subject", "004/lin.ch"),
    ("role", "querier"),
    (
        "artefact",
        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
    ),
    ("/incidents kind", "person"),
    ("/accounts/leaked account", "004/mo.adm"),
    ("/people/begin account", "zhou.ql"),
    ("/people/begin person", "P004-77"),
    ("/people/begin from", "2026-12-03"),
];

/// What ends the session, or is tried where somebody signs in.
const ENDING: &[&str] = &["/sign-out", "/password", "/language"];

/// Fields that are found whatever else is.
const EXPECTED: &[&str] = &[
    "/accounts/first reason",
    "/approvals/N reason",
    "/batches/check file",
    "/audit/N/N remark",
    "/consents/find id",
    "/findings/N/correct artefact",
    "/grants reason",
    "/holds reason",
    "/incidents reason",
    "/incidents/N/note note",
    "/people/begin name",
    "/people/end reason",
];

/// Fields whose text is kept and shown on the page that follows.
const KEPT: &[&str] = &[
    "/grants reason",
    "/holds reason",
    "/incidents reason",
    "/people/begin name",
];

/// A file of one line, which is no batch.
const FILE: &[u8] = b"a,b\n";

/// From one payload to the next: no neighbour in the list, and none twice before all had their turn.
const STRIDE: usize = 137;

/// Payloads for each field, of a run that is not asked for more.
const EACH: usize = 25;
