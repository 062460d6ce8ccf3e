//! The HTTP door: what watchers, verifiers and members' systems ask over the network. *Edge.*
//!
//! `front` is the thread in which it stands, apart from the schedule: neither keeps the other from anything. `crowd` says
//! who has to leave when it is full, `line` is one connection, `shield` the TLS it begins with. `door` is what lies behind it: one house, in which each act
//! runs to its end whether or not anybody waits for it, and `tries` how often an address may fail to sign in. `ask` reads what a
//! request brings, `query` which part of a list it wants. `openapi` tells programs what there is. `problem` turns every refusal into problem+json (RFC 9457) with
//! the codes of the command line. Each other file is one family of paths: `health` whether the house is well, `journal` its
//! checkpoint and tiles, which are public, `session` signing in, `upload`,
//! `batches` and `results` the way of a batch, `consents` that of consents, `records` what is on record, `events` what
//! has happened since somebody last asked; `metrics` tells watchers how the house does. A handler parses, calls one use-case, and answers.

pub(crate) mod ask;
mod batches;
mod consents;
mod crowd;
pub(crate) mod door;
mod events;
pub mod front;
mod health;
mod journal;
mod line;
mod metrics;
mod openapi;
pub(crate) mod problem;
mod query;
mod records;
mod results;
pub(crate) mod session;
mod shield;
mod tries;
pub(crate) mod upload;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use self::{door::Shared, problem::Problem};

/// The pages for people, which a door of another kind puts around the paths for machines.
#[derive(Clone, Copy)]
pub struct Pages(pub(crate) fn(Router<Shared>, &Shared) -> Router<Shared>);

/// Every path there is.
fn router(door: Shared, pages: Pages) -> Router {
    let machines = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(described))
        .route("/metrics", get(metrics::metrics))
        .route("/v1/journal/checkpoint", get(journal::checkpoint))
        .route("/v1/journal/key", get(journal::key))
        .route("/v1/journal/tile/{*place}", get(journal::tile))
        .route(
            "/v1/session",
            get(session::who).post(session::sign_in).delete(session::sign_out),
        )
        .route("/v1/password", post(session::change_password))
        .route("/v1/batches", get(batches::list))
        .route("/v1/batches/{batch}", get(batches::one).put(upload::hand_in))
        .route("/v1/batches/{batch}/results", get(results::results))
        .route("/v1/consents", post(consents::hand_in))
        .route("/v1/consents/{reference}", get(consents::one))
        .route("/v1/consents/{reference}/outcome", post(consents::record))
        .route("/v1/sheets", get(records::sheets))
        .route("/v1/sheets/{week}/{querier}", get(records::sheet))
        .route("/v1/samples", get(records::samples))
        .route("/v1/samples/{month}", get(records::sample))
        .route("/v1/duties", get(records::duties))
        .route("/v1/events", get(events::page))
        .route("/v1/certificates", get(records::certificates))
        .route("/v1/certificates/{cohort}", get(records::certificate))
        .route("/v1/certificates/{cohort}/file", get(records::certificate_file))
        .route("/v1/batches/{batch}/answers", get(results::answers))
        .fallback(|| async { Problem::no_such_path() });
    let Pages(around) = pages;
    around(machines, &door)
        .method_not_allowed_fallback(|| async { Problem::no_such_method() })
        .layer(middleware::map_response(guarded))
        .layer(middleware::from_fn_with_state(door.clone(), metrics::count))
        .with_state(door)
}

/// What the door answers to.
async fn described() -> Result<impl IntoResponse, Problem> {
    let text = openapi::document().to_pretty_json().map_err(|_| Problem::bug())?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "max-age=300"),
    ];
    Ok((headers, text))
}

/// What every answer says to a browser, and that nothing is kept unless the handler says so.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

const GUARDS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];
/// For machines; a page has its own.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
