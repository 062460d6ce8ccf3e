//! Reads the forms that pages of ours send: within the limits, from no other site, and with the proof of the session. *Edge.*

use axum::{
    body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header},
};
use zeroize::Zeroizing;

use super::{fault::Fault, frame::PROOF, reader::Visitor};
use crate::{
    http::{door::Shared, problem::Problem},
    signin::{Password, enter},
};

/// A form of somebody who is signed in, sent from a page of their session.
pub(super) struct Form(pub(super) Fields);

/// A form that anybody may send from a page of ours: to sign in, to choose a language.
pub(super) struct OpenForm(pub(super) Fields);

/// What was filled in. It may hold a password: it is erased when it is dropped.
pub(super) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// The field `name`, which every form of this kind has.
    pub(super) fn one(&self, name: &str) -> Result<&str, Fault> {
        self.maybe(name).ok_or_else(|| Problem::no_form().into())
    }

    /// The field `name`, if it was sent.
    pub(super) fn maybe(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.as_str())
    }

    /// Every field `name`: the boxes of it that were ticked.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.0.iter().filter(move |(known, _)| known == name);
        found.map(|(_, text)| text.as_str())
    }

    /// The field `name` as a password.
    pub(super) fn password(&self, name: &str) -> Result<Password, Fault> {
        Ok(Password::new(self.one(name)?.to_owned()))
    }
}

impl FromRequest<Shared> for Form {
    type Rejection = Fault;

    async fn from_request(request: Request, door: &Shared) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, door).await?;
        let Some(entered) = visitor.entered().cloned() else {
            return Err(Fault::Elsewhere("/sign-in?done=over"));
        };
        let fields = read(&parts.headers, body).await?;
        let shown = fields.maybe(PROOF).unwrap_or("").to_owned();
        let is_ours =
            door.act(move |house| async move { Ok(enter::is_ours(&house, &entered.token, &shown)) });
        match is_ours.await? {
            true => Ok(Self(fields)),
            false => Err(Problem::foreign_form().into()),
        }
    }
}

impl FromRequest<Shared> for OpenForm {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        Ok(Self(read(&parts.headers, body).await?))
    }
}

async fn read(headers: &HeaderMap, body: body::Body) -> Result<Fields, Fault> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // What browsers say of where a request comes from; whoever says nothing is no browser, and carries nobody's cookie.
    if text(header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site != "same-origin" && site != "none")
    {
        return Err(Problem::foreign_form().into());
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or("");
    if kind.split(';').next().unwrap_or("").trim() != "application/x-www-form-urlencoded" {
        return Err(Problem::no_form().into());
    }
    let bytes = body::to_bytes(body, FORM_BYTES)
        .await
        .map_err(|_| Problem::no_form())?;
    let bytes = Zeroizing::new(bytes.to_vec());
    let pairs = form_urlencoded::parse(&bytes);
    let fields = pairs.map(|(name, text)| (name.into_owned(), Zeroizing::new(text.into_owned())));
    Ok(Fields(fields.collect()))
}

/// A form is no larger.
const FORM_BYTES: usize = 64 << 10;
