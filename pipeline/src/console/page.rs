//! Writes pages: their policy, the style sheet that they are held to, and where a reader goes after a form. *Edge.*

use std::sync::LazyLock;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::prelude::{BASE64_STANDARD, Engine};
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

/// A page to print as the house writes it, which brings one style sheet along; nothing else may happen on it.
pub(super) fn paper(html: String) -> Answer {
    let style = html.split("<style>").nth(1);
    let style = style.and_then(|rest| rest.split("</style>").next());
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.unwrap_or("")));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| Error::Bug("a policy is no header"))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, html).into_response())
}

/// A file to keep, of that kind and name; the name is one of ours and holds nothing of anybody.
pub(super) fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Answer {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, kept_as(name)?),
    ];
    Ok((headers, bytes).into_response())
}

/// That a browser keeps it as a file of that name.
pub(super) fn kept_as(name: &str) -> Result<HeaderValue, Error> {
    let kept = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    kept.map_err(|_| Error::Bug("the name of a file is no header"))
}

/// A workbook, as a kind of file.
pub(super) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

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
