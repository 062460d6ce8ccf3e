//! `/metrics` in the text format of Prometheus: how the house does, in numbers that tell nobody's case. *Edge.*
//!
//! No label but an institution's code, an outcome, a class of paths and a status. It is answered to this machine, and to the addresses
//! that the settings name; for everybody else there is nothing under this path.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{ask::Caller, door::Shared, problem::Problem};
use crate::figures::{self, Figures};

/// What was counted since the door was opened.
#[derive(Default)]
pub(super) struct Counters(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    requests: BTreeMap<(&'static str, u16), u64>,
    failures: u64,
}

impl Counters {
    /// Somebody failed to sign in.
    pub(super) fn sign_in_failed(&self) {
        self.lock().failures += 1;
    }

    fn answered(&self, class: &'static str, status: u16) {
        *self.lock().requests.entry((class, status)).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts each request by the class of its path and the status of its answer.
pub(super) async fn count(State(door): State<Shared>, request: Request, next: Next) -> Response {
    let class = class(request.uri().path());
    let response = next.run(request).await;
    door.counters.answered(class, response.status().as_u16());
    response
}

/// How the house does.
pub(super) async fn metrics(
    State(door): State<Shared>,
    Caller(address): Caller,
) -> Result<Response, Problem> {
    if !may_see(&door, address) {
        return Err(Problem::no_such_path());
    }
    let figures = door.figures().await;
    let mut text = Text::default();
    text.gauge("mayfly_up", "whether keys and database could be read: 1 or 0");
    text.value(&[], u8::from(figures.is_some()));
    if let Some(figures) = figures {
        house(&mut text, &figures);
    }
    counted(&mut text, &door.counters.lock());
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text.0).into_response())
}

fn may_see(door: &Shared, address: IpAddr) -> bool {
    address.is_loopback() || door.metrics.iter().any(|known| known.to_canonical() == address)
}

fn house(text: &mut Text, figures: &Figures) {
    text.gauge(
        "mayfly_live_cohorts",
        "hours of files and answers whose key lives",
    );
    text.value(&[], figures.cohorts);
    if let Some(margin) = figures.margin_seconds {
        let what = "seconds until the first of them has to be gone; negative: the legal limit has passed";
        text.gauge("mayfly_purge_margin_seconds", what);
        text.value(&[], margin);
    }
    let what = "seconds for which the oldest of what is due has been due; 0: nothing is";
    text.gauge("mayfly_purge_oldest_due_seconds", what);
    text.value(&[], figures.oldest_due_seconds);
    text.gauge("mayfly_queries", "queries that are on record, by member");
    for (member, counts) in &figures.members {
        text.value(&[("member", member)], counts.queries);
    }
    text.gauge(
        "mayfly_outcomes",
        "rows that are on record, by member and outcome",
    );
    for (member, counts) in &figures.members {
        for (outcome, count) in figures::OUTCOMES.iter().zip(counts.outcomes) {
            text.value(&[("member", member), ("outcome", outcome)], count);
        }
    }
    text.gauge(
        "mayfly_batches_running",
        "batches that are accepted and not settled, by member",
    );
    for (member, counts) in &figures.members {
        text.value(&[("member", member)], counts.running);
    }
    text.gauge("mayfly_journal_entries", "entries of the journal");
    text.value(&[], figures.entries);
    let what = "seconds for which the oldest entry that no checkpoint covers has waited; 0: none does";
    text.gauge("mayfly_journal_unsigned_seconds", what);
    text.value(&[], figures.unsigned_seconds);
    text.gauge("mayfly_duties_overdue", "duties that are overdue today, by place");
    for (place, count) in &figures.overdue {
        text.value(&[("member", place)], count);
    }
}

fn counted(text: &mut Text, counted: &Counted) {
    text.counter(
        "mayfly_http_requests_total",
        "requests answered since the door was opened, by class of path and status",
    );
    for ((class, status), count) in &counted.requests {
        text.value(&[("class", class), ("status", &status.to_string())], count);
    }
    text.counter(
        "mayfly_signin_failures_total",
        "failures to sign in since the door was opened",
    );
    text.value(&[], counted.failures);
}

/// Lines as Prometheus reads them.
#[derive(Default)]
struct Text(String, &'static str);

impl Text {
    fn gauge(&mut self, name: &'static str, what: &str) {
        self.begin(name, "gauge", what);
    }

    fn counter(&mut self, name: &'static str, what: &str) {
        self.begin(name, "counter", what);
    }

    fn begin(&mut self, name: &'static str, kind: &str, what: &str) {
        self.1 = name;
        // Writing to a string does not fail.
        let _ = write!(self.0, "# HELP {name} {what}\n# TYPE {name} {kind}\n");
    }

    fn value(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", value.replace(['\\', '"', '\n'], "")))
            .collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "{}{labels} {value}", self.1);
    }
}

/// The class of a path: never a name that somebody gave.
fn class(path: &str) -> &'static str {
    let mut parts = path.split('/').skip(1);
    let first = parts.next().unwrap_or("");
    let part = if first == "v1" {
        parts.next().unwrap_or("")
    } else {
        first
    };
    CLASSES
        .iter()
        .find(|class| **class == part)
        .copied()
        .unwrap_or("other")
}

const CLASSES: [&str; 15] = [
    "healthz",
    "readyz",
    "openapi.json",
    "metrics",
    "journal",
    "session",
    "password",
    "batches",
    "consents",
    "sheets",
    "samples",
    "duties",
    "certificates",
    "events",
    "console",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_counted_by_its_class_and_not_by_its_name() {
        for (path, expected) in [
            ("/healthz", "healthz"),
            ("/v1/batches/004-1151102-01/results", "batches"),
            ("/v1/events", "events"),
            ("/v1", "other"),
            ("/", "other"),
            ("/A123456789", "other"),
            ("", "other"),
        ] {
            assert_eq!(class(path), expected, "{path}");
        }
    }

    #[test]
    fn a_label_holds_its_line() {
        let mut text = Text::default();
        text.gauge("a", "b");
        text.value(&[("member", "0\n\"4")], 1);
        text.value(&[], -2);
        assert_eq!(text.0, "# HELP a b\n# TYPE a gauge\na{member=\"04\"} 1\na -2\n");
    }
}
