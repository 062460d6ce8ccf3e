//! A refusal as problem+json (RFC 9457): the code, the sentence and the remedy that the command line would print. *Edge.*

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::error::{Error, Exit};

/// What a handler answers instead of what it was asked for.
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    remedy: String,
}

#[derive(Serialize)]
struct Body<'a> {
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    remedy: &'a str,
}

impl Problem {
    pub(super) fn no_such_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "HTTP-PATH",
            "there is nothing under this path",
            "the paths are in pipeline/README.md, \u{201c}HTTP\u{201d}",
        )
    }

    pub(super) fn no_such_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HTTP-METHOD",
            "this path does not answer to that method",
            "the header Allow names those it answers to",
        )
    }

    /// No new query leaves, for the reason `code`. More than that is for those who may look at the machine.
    pub(super) fn not_ready(code: &'static str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            "the house is not in order, and no new query leaves",
            "run `mayfly doctor` on the machine: it says what is wrong and how to mend it",
        )
    }

    fn new(status: StatusCode, code: &'static str, detail: &str, remedy: &str) -> Self {
        Self {
            status,
            code,
            detail: detail.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error.exit() {
            Exit::Usage => StatusCode::BAD_REQUEST,
            Exit::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            Exit::NotAllowed => StatusCode::FORBIDDEN,
            Exit::NotNow => StatusCode::SERVICE_UNAVAILABLE,
            Exit::Done | Exit::Findings | Exit::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        };
        tracing::debug!(code = error.code(), "a request was refused");
        // What the operator has to mend names folders and files of the machine; callers are told the code.
        if matches!(error.exit(), Exit::NotNow | Exit::Bug) {
            let away = "the house cannot do this now; nothing half-done was kept";
            return Self::new(
                status,
                error.code(),
                away,
                "try again later; if it stays, tell the operator the code",
            );
        }
        Self::new(status, error.code(), &error.to_string(), &error.remedy())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        let body = Body {
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            remedy: &self.remedy,
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}
