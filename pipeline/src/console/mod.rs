//! The console: pages that the server writes for each role, and that people use with a browser, by keyboard alone and on paper. *Edge.*
//!
//! A request comes through `reader`, which finds out once whose it is and in which language, and makes the `frame` that every page
//! is set into: head, navigation by rights, messages, foot. `form` reads what a page of ours sends back, `fault` turns every
//! refusal into a page, `page` writes pages with the policy that a browser holds them to. `table` and `plot` are what pages are
//! made of. Each other file is one page, or one family of them: `enter` signing in, the password and the language, `today`
//! what needs somebody now, `incidents` and `incident` what is stopped and why, `approvals` what nobody does alone, `grants` and `holds` among it, with `carry`,
//! which does what was given; `batches` the way of a batch, `consents` what people have agreed to; `sheets` the weekly sheets, `records` the query records, `samples` the monthly self-audit, `item` one of
//! its records, `findings` what it found; `duties` what is due, `people` who may what, `account_review` whether they still should, `accounts` how they stand
//! at the door; `deletion` the certificates, `oversight` the supervisor's view. `theirs` says whose a page is, `memory` what two
//! readings of a page have in common; `taken` and `sent` are how files leave.
//!
//! How to add a page:
//! 1. A file here with the handler and its view-model, `#[derive(Template)]` with `frame: &Frame` and what is shown, all text of it
//!    ready to be read; a template in `pipeline/templates/` that begins `{% extends "layout.html" %}`.
//! 2. The handler takes `Reader` (reader.rs) (signed in, password in order, or sent to where that is mended), asks
//!    `reader.may(Right::…)` only to hide what is not theirs: whether an act is allowed is decided by the use-case, and nowhere twice.
//!    It calls one use-case by `door.act(move |house| async move { … })`, the same that the command line calls, as
//!    `reader.holder()`, and answers `page::shown(&view)`. Whatever it refuses with `?` becomes a page.
//!    Another member's thing is answered like one that is not there.
//! 3. A handler of `POST` takes `Form` (form.rs) as its last argument: it cannot be read without its proof (CSRF). Every `<form
//!    method="post">` says `{{ frame.proof()|safe }}` within. What was done is answered `page::after("/path?done=WORD")` (POST, redirect,
//!    GET), and the word stands with its sentence in `notice.rs`. No personal data in any address: paths name batches, weeks, numbers.
//! 4. Words stand where they are read, in both languages: `{{ frame.say("Today", "今日") }}` in templates, `printed::of` in code. Days and
//!    instants by `frame.day(…)` and `frame.instant(…)`, in years of the republic. A [`Printed`](crate::printed::Printed) that a
//!    command shows becomes a table by `Table::of(&printed, language)`, and `{% include "table.html" %}` draws it.
//! 5. No `style=`, no `<script>`, no inline SVG style: the policy forbids them. What looks new is a class of `console.css`.
//! 6. A line in `routes`, one in `MENU` (frame.rs) with whose it is, and a line in the list of pages that `tests/it/console.rs` visits: it
//!    holds every page to its policy, language and title.

mod account_review;
mod accounts;
mod approvals;
mod batches;
mod carry;
mod consents;
mod deletion;
mod duties;
mod enter;
mod fault;
mod findings;
mod form;
mod frame;
mod grants;
mod holds;
mod incident;
mod incidents;
mod item;
mod memory;
mod notice;
mod oversight;
mod page;
mod people;
pub mod plot;
mod reader;
mod records;
mod remedy;
mod samples;
mod sent;
mod sheets;
mod table;
mod taken;
mod theirs;
mod today;

use std::sync::Arc;

use axum::{
    Extension, Router,
    http::{HeaderMap, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use self::{fault::Fault, memory::Memory};
use crate::http::{Pages, door::Shared, problem::Problem};

pub use self::taken::sweep;

/// The pages, for whoever opens the HTTP door.
pub const PAGES: Pages = Pages(around);

/// Puts the pages around the paths for machines. What is nowhere is told as a page to whoever asks for one.
fn around(machines: Router<Shared>, door: &Shared) -> Router<Shared> {
    let pages = routes()
        .fallback(lost)
        .layer(Extension(Arc::<Memory>::default()))
        .layer(middleware::from_fn_with_state(door.clone(), reader::meet));
    machines
        .reset_fallback()
        .merge(pages)
        .route(&page::style_path(), get(page::style))
}

/// Every page there is.
fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(today::page))
        .route("/sign-in", get(enter::sign_in_page).post(enter::sign_in))
        .route("/sign-out", post(enter::sign_out))
        .route(
            "/password",
            get(enter::password_page).post(enter::change_password),
        )
        .route("/language", post(enter::language))
        .merge(batches::routes())
        .merge(consents::routes())
        .merge(grants::routes())
        .merge(holds::routes())
        .merge(sheets::routes())
        .merge(samples::routes())
        .route("/records", get(records::page).post(records::found))
        .route("/findings", get(findings::page))
        .route("/findings/{number}/{step}", post(findings::advance))
        .merge(of_incidents())
        .merge(of_people())
}

/// What is due, who may what, what was deleted, and all of that at a glance.
fn of_people() -> Router<Shared> {
    Router::new()
        .route("/duties", get(duties::page).post(duties::close))
        .route("/people", get(people::page))
        .route("/people/begin", post(people::begin))
        .route("/people/end", post(people::end))
        .route(
            "/people/review",
            get(account_review::page).post(account_review::check),
        )
        .route("/people/review/close", post(account_review::close))
        .route("/accounts", get(accounts::page))
        .route("/accounts/unlock", post(accounts::unlock))
        .route("/accounts/first", post(accounts::first))
        .route("/accounts/leaked", post(accounts::leaked))
        .route("/deletion", get(deletion::page))
        .route("/deletion/verify", post(deletion::verify))
        .route("/deletion/export", post(deletion::export))
        .route("/deletion/{cohort}", get(deletion::one))
        .route("/oversight", get(oversight::page))
        .route("/oversight/evidence", post(oversight::evidence))
}

/// What is stopped, and what nobody does alone.
fn of_incidents() -> Router<Shared> {
    Router::new()
        .route("/incidents", get(incidents::page).post(incidents::stop))
        .route("/incidents/{number}", get(incident::page))
        .route("/incidents/{number}/measure", post(incident::measure))
        .route("/incidents/{number}/note", post(incident::note))
        .route("/incidents/{number}/close", post(incident::close))
        .route("/incidents/{number}/notice", post(incident::letter))
        .route("/stops/{number}/lift", post(incidents::lift))
        .route("/drill", post(incidents::practise))
        .route("/approvals", get(approvals::page))
        .route("/approvals/{number}", get(approvals::one).post(approvals::decide))
        .route("/approvals/{number}/carry-out", post(approvals::carry_out))
}

async fn lost(uri: Uri, headers: HeaderMap) -> Response {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|accepted| accepted.to_str().ok());
    let is_person = accepts.is_some_and(|accepted| accepted.contains("text/html"));
    match is_person && !uri.path().starts_with("/v1/") {
        true => Fault::from(Problem::no_such_path()).into_response(),
        false => Problem::no_such_path().into_response(),
    }
}
