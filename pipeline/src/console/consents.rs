//! Consents (當事人同意): found by number or by person, never in an address; shown with the text agreed to; given an outcome. *Edge.*

use askama::Template;
use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use zeroize::Zeroizing;

use super::{
    form::Form,
    frame::Frame,
    page::{self, Answer},
    reader::Reader,
};
use crate::{
    consents::{
        find::{self, Found},
        outcome,
        show::{self, ShownConsent},
        view::View,
    },
    http::door::Shared,
    ids,
    regime::people::Right,
    subject::applicant,
};

#[derive(Template)]
#[template(path = "consents.html")]
struct Consents<'a> {
    frame: &'a Frame,
    /// What was found, once somebody looked.
    found: Option<Vec<Found>>,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    frame: &'a Frame,
    shown: &'a ShownConsent,
    reference: &'a str,
    sha256: String,
    facts: Vec<(&'static str, String)>,
    /// Whether the reader may say what became of it.
    is_giver: bool,
}

/// The pages of consents.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/consents", get(page))
        .route("/consents/find", post(find))
        .route("/consents/show", post(show))
        .route("/consents/outcome", post(record))
}

async fn page(reader: Reader) -> Answer {
    page::shown(&Consents {
        frame: &reader.frame,
        found: None,
    })
}

async fn find(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let text = Zeroizing::new(format!("{}\n{}", fields.one("id")?, fields.one("birth")?));
    let who = applicant::parse(&text)?;
    let holder = reader.holder();
    let found = door.act(move |house| async move { find::by_subject(&house, &holder, &who).await });
    page::shown(&Consents {
        frame: &reader.frame,
        found: Some(found.await?),
    })
}

async fn show(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let reference = fields.one("reference")?.trim().to_owned();
    let (holder, wanted) = (reader.holder(), reference.clone());
    let shown = door.act(move |house| async move { show::show_to(&house, &holder, &wanted).await });
    let shown = shown.await?;
    let frame = &reader.frame;
    page::shown(&Consent {
        frame,
        reference: &reference,
        sha256: ids::hex(&shown.form.sha256),
        facts: View::of(&shown, false).facts(frame.language),
        is_giver: reader.may(Right::Query),
        shown: &shown,
    })
}

async fn record(State(door): State<Shared>, reader: Reader, Form(fields): Form) -> Answer {
    let field = |name| fields.one(name).map(|text| text.trim().to_owned());
    let (reference, word, day) = (field("reference")?, field("outcome")?, field("date")?);
    let holder = reader.holder();
    let recorded =
        door.act(
            move |house| async move { outcome::record_by(&house, &holder, &reference, (&word, &day)).await },
        );
    let recorded = recorded.await?;
    Ok(page::after(match (recorded.withdrawn, recorded.outcomes) {
        (0, 0) => "/consents?done=no-change",
        (0, _) => "/consents?done=recorded",
        _ => "/consents?done=withdrawn",
    }))
}
