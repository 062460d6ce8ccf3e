//! A refusal as problem+json (RFC 9457): the code, the sentence and the remedy that the command line would print. *Edge.*

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use mayfly_consent::Language;
use utoipa::ToSchema;

use crate::{
    error::{Error, Exit},
    wording::{self, Wording},
};

/// What a handler answers instead of what it was asked for.
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    remedy: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body<'a> {
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    remedy: &'a str,
}

impl Problem {
    pub(crate) fn no_such_path() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "HTTP-PATH",
            "there is nothing under this path",
            "GET /openapi.json tells the paths there are",
        )
    }

    pub(super) fn no_such_query() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "HTTP-QUERY",
            "the path takes other parameters, or other values of them",
            "GET /openapi.json tells the parameters of each path",
        )
    }

    pub(crate) fn no_such_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HTTP-METHOD",
            "this path does not answer to that method",
            "the header Allow names those it answers to",
        )
    }

    pub(super) fn no_json() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "HTTP-BODY",
            "the body is not the JSON that this path takes, or is too large or too slow",
            "send Content-Type: application/json and the fields that pipeline/README.md names, and no others",
        )
    }

    pub(super) fn no_csv() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "HTTP-BODY",
            "the body is not announced as CSV, in UTF-8 or CP950",
            "send Content-Type: text/csv, with charset=utf-8 or charset=cp950",
        )
    }

    pub(crate) fn broken_off() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "HTTP-BODY",
            "the body broke off, or is too large or too slow; nothing of it was kept",
            "send it again, whole; the limits are in pipeline/README.md",
        )
    }

    /// Not a form that a page of ours sends.
    pub(crate) fn no_form() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "HTTP-BODY",
            "the form is not one that this page sends, or is too large or too slow",
            "open the page again, and fill the form in there",
        )
    }

    /// A form that does not show that it comes from a page of the session.
    pub(crate) fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "HTTP-CSRF",
            "the form does not show that it comes from a page of this session",
            "open the page again, and send the form from there",
        )
    }

    pub(super) fn no_such_batch() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "BATCH-UNKNOWN",
            "there is no batch of that name that you may know of",
            "GET /v1/batches lists those there are",
        )
    }

    pub(crate) fn signed_out() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "SIGNIN-NEEDED",
            "nobody is signed in here, or not any more",
            "sign in; who does nothing for a while is signed out (六(一)4)",
        )
    }

    pub(super) fn not_ours() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "HTTP-CSRF",
            "the request does not show that it comes from a page of this session",
            "send what `GET /v1/session` calls csrf in the header X-CSRF-Token",
        )
    }

    pub(super) fn in_plain() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "HTTP-PLAIN",
            "the proxy tells that a part of the way to it was in plain",
            "call it by https; what was sent in plain may be known to others: change a password, end a token",
        )
    }

    pub(super) fn must_change() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "SIGNIN-CHANGE",
            "the password has to be changed before anything else is done (五(一)4)",
            "change it: POST /v1/password",
        )
    }

    pub(super) fn too_often() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "SIGNIN-OFTEN",
            "from this address too many attempts to sign in have failed within an hour",
            "wait until the hour is over; if it was not you, tell the bureau",
        )
    }

    pub(crate) fn bug() -> Self {
        Self::from(Error::Bug(
            "a request without an address, or a document without a form",
        ))
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

    /// The answer's status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Its code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// What it says in `language`.
    pub(crate) fn wording(&self, language: Language) -> Wording {
        wording::said(self.code, self.detail.clone(), self.remedy.clone(), language)
    }

    /// As `error` is told to people: its status and its wording in `language`.
    pub(crate) fn told(error: &Error, language: Language) -> (StatusCode, Wording) {
        let problem = Self::of(error);
        let wording = match (is_away(error), language) {
            (false, _) => wording::of(error, language),
            // In general: of what stands in the sentence, nothing.
            (true, Language::ZhTw) => Wording {
                sentence: wording::general(error.code())
                    .map_or(AWAY.1, |(sentence, _)| sentence)
                    .to_owned(),
                remedy: LATER.1.to_owned(),
            },
            (true, Language::En) => Wording {
                sentence: problem.detail,
                remedy: problem.remedy,
            },
        };
        (problem.status, wording)
    }

    fn of(error: &Error) -> Self {
        let status = match error.exit() {
            _ if matches!(error.code(), "SIGNIN-REFUSED" | "SIGNIN-NEEDED") => StatusCode::UNAUTHORIZED,
            Exit::Unusable if UNKNOWN.contains(&error.code()) => StatusCode::NOT_FOUND,
            Exit::Usage => StatusCode::BAD_REQUEST,
            Exit::Unusable => StatusCode::UNPROCESSABLE_ENTITY,
            Exit::NotAllowed => StatusCode::FORBIDDEN,
            Exit::NotNow => StatusCode::SERVICE_UNAVAILABLE,
            Exit::Done | Exit::Findings | Exit::Bug => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if is_away(error) {
            return Self::new(status, error.code(), AWAY.0, LATER.0);
        }
        Self::new(status, error.code(), &error.to_string(), &error.remedy())
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
        tracing::debug!(code = error.code(), "a request was refused");
        Self::of(&error)
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
        let mut response = (self.status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let how = HeaderValue::from_static("Session realm=\"mayfly\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
        response
    }
}

/// What the operator has to mend names folders and files of the machine; callers are told the code.
fn is_away(error: &Error) -> bool {
    matches!(error.exit(), Exit::NotNow | Exit::Bug)
}

/// What is not there, or is another member's: nobody is told which.
const UNKNOWN: [&str; 4] = [
    "CNS-MISSING",
    "SHEET-UNKNOWN",
    "SAMPLE-UNKNOWN",
    "CERTIFICATE-UNKNOWN",
];
const AWAY: (&str, &str) = (
    "the house cannot do this now; nothing half-done was kept",
    "系統現在無法辦理；未留下辦到一半的內容",
);
const LATER: (&str, &str) = (
    "try again later; if it stays, tell the operator the code",
    "請稍後再試；若仍如此，請將代碼告知系統管理人員",
);
