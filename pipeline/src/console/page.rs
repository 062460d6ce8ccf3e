//! Writes pages: their policy, the style sheet that they are held to, and where a reader goes after a form. *Edge.*

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use crate::{error::Error, ids};

/// What a handler of a page answers.
pub(super) type Answer = Result<Response, Fault>;

/// `view` as a page.
pub(super) fn shown(view: &impl Template) -> Answer {
    with(StatusCode::OK, view)
}

/// `view` as a page that says what went wrong.
pub(super) fn with(status: StatusCode, view: &impl Template) -> Answer {
    let html = view
        .render()
        .map_err(|_| Fault::from(Error::Bug("a page could not be written")))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "Cookie"),
    ];
    Ok((status, headers, html).into_response())
}

/// Where the reader goes once a form has done what it asked for.
pub(super) fn after(path: &str) -> Response {
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// The style sheet. Another one has another path.
pub(super) async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE)
}

/// Its path.
pub(super) fn style_path() -> String {
    PATH.clone()
}

static PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = ids::hex(&Sha256::digest(STYLE));
    format!("/console-{}.css", &hash[..16])
});
const STYLE: &str = include_str!("../../templates/console.css");
/// Nothing from elsewhere, nothing that a page brings along: no script at all, and styles only from the one sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
