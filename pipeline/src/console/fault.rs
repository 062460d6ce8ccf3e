//! A refusal as a page: code, sentence and remedy in the reader's language, with the status that machines are told. *Edge.*

use std::sync::Arc;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use mayfly_consent::Language;

use super::{frame::Frame, page, remedy::for_page};
use crate::{error::Error, http::problem::Problem, wording::Wording};

/// What a handler of a page answers instead of it. It becomes a page where the reader's language is known (`reader::meet`).
#[derive(Clone)]
pub(super) enum Fault {
    Error(Arc<Error>),
    Problem(Arc<Problem>),
    /// Something is to be mended there first.
    Elsewhere(&'static str),
}

/// What a refusal says.
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) wording: Wording,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct Refused<'a> {
    frame: &'a Frame,
    told: &'a Told,
}

impl Fault {
    /// What it says in `language`.
    pub(super) fn told(&self, language: Language) -> Told {
        let mut told = self.as_written(language);
        told.wording.remedy = for_page(&told.wording.remedy, language);
        told
    }

    fn as_written(&self, language: Language) -> Told {
        match self {
            Self::Error(error) => {
                let (status, wording) = Problem::told(error, language);
                Told {
                    status,
                    code: error.code(),
                    wording,
                }
            }
            Self::Problem(problem) => Told {
                status: problem.status(),
                code: problem.code(),
                wording: problem.wording(language),
            },
            Self::Elsewhere(_) => Fault::from(Problem::signed_out()).as_written(language),
        }
    }

    /// The whole page.
    pub(super) fn page(&self, frame: &Frame) -> Response {
        if let Self::Elsewhere(path) = self {
            return page::after(path);
        }
        let told = &self.told(frame.language);
        page::with(told.status, &Refused { frame, told }).unwrap_or_else(|_| told.status.into_response())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        tracing::debug!(code = error.code(), "a page was refused");
        Self::Error(Arc::new(error))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Problem(Arc::new(problem))
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = self.told(Language::En).status;
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
