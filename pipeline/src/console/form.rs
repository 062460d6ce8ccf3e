//! Reads the forms that pages of ours send: within the limits, from no other site, and with the proof of the session. *Edge.*

use axum::{
    body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Uri, header},
};
use zeroize::Zeroizing;

use super::{
    fault::Fault,
    frame::PROOF,
    reader::{Entered, Visitor},
};
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
    /// Of a form that was sent in parts.
    pub(super) fn of(fields: Vec<(String, Zeroizing<String>)>) -> Self {
        Self(fields)
    }

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
        prove(door, entered, fields.maybe(PROOF).unwrap_or("")).await?;
        Ok(Self(fields))
    }
}

/// Refuses what does not show the proof of the session of whoever is signed in.
pub(super) async fn prove(door: &Shared, entered: Entered, shown: &str) -> Result<(), Fault> {
    let shown = shown.to_owned();
    let is_ours = door.act(move |house| async move { Ok(enter::is_ours(&house, &entered.token, &shown)) });
    match is_ours.await? {
        true => Ok(()),
        false => Err(Problem::foreign_form().into()),
    }
}

/// Refuses what a browser says comes from elsewhere; whoever says nothing is no browser, and carries nobody's cookie.
pub(super) fn check_site(headers: &HeaderMap) -> Result<(), Fault> {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    match site.is_some_and(|site| site != "same-origin" && site != "none") {
        true => Err(Problem::foreign_form().into()),
        false => Ok(()),
    }
}

impl FromRequest<Shared> for OpenForm {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        Ok(Self(read(&parts.headers, body).await?))
    }
}

/// What the address asks for under `name`; empty, if nothing.
pub(super) fn asked(uri: &Uri, name: &str) -> String {
    let query = uri.query().unwrap_or("");
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(known, _)| known == name);
    found.map_or_else(String::new, |(_, text)| text.trim().to_owned())
}

async fn read(headers: &HeaderMap, body: body::Body) -> Result<Fields, Fault> {
    check_site(headers)?;
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
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
