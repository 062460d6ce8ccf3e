//! What a request brings: who calls from where, its session, and its JSON, read within the limits. *Edge.*

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::{self, Body},
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{door::Shared, problem::Problem};
use crate::signin::{
    enter::{self, Session},
    tokens::{self, Shown},
};

/// From where a request comes, as far as it is known.
#[derive(Clone, Copy)]
pub(crate) struct Caller(pub(crate) IpAddr);

/// The certificate that a caller showed, of the CA that the settings name: its fingerprint.
#[derive(Clone, Copy)]
pub(super) struct Certificate(pub(super) [u8; 32]);

/// Somebody who is signed in, and says so with each act that changes something: their token stands in the cookie, and what
/// proves that the page was ours in a header (CSRF).
pub(super) struct SignedIn {
    pub(super) session: Session,
    /// Theirs in the browser; a member's system has none.
    pub(super) token: Option<Zeroizing<String>>,
    pub(super) address: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(Problem::bug)
    }
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, door: &Shared) -> Result<Self, Problem> {
        let Caller(address) = Caller::from_request_parts(parts, door).await?;
        let address = address.to_string();
        if let Some(bearer) = bearer(&parts.headers) {
            let shown = Shown::Token(bearer);
            let session = door.act(move |house| async move { tokens::resume(&house, &shown).await });
            return Ok(Self {
                session: session.await?,
                token: None,
                address,
            });
        }
        let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
        let Some(token) = token(&parts.headers) else {
            let certificate = parts.extensions.get::<Certificate>();
            let &Certificate(fingerprint) = certificate.ok_or_else(Problem::signed_out)?;
            // A browser would show it for any page of any site.
            if !is_safe && parts.headers.contains_key(header::ORIGIN) {
                return Err(Problem::not_ours());
            }
            let shown = Shown::Certificate(fingerprint);
            let session = door.act(move |house| async move { tokens::resume(&house, &shown).await });
            return Ok(Self {
                session: session.await?,
                token: None,
                address,
            });
        };
        let shown = parts.headers.get(CSRF).and_then(|shown| shown.to_str().ok());
        let shown = shown.map(str::to_owned);
        let (given, from) = (token.clone(), address.clone());
        let sessions = Arc::clone(&door.sessions);
        let session = door.act(move |house| async move {
            if !is_safe && !enter::is_ours(&house, &given, shown.as_deref().unwrap_or("")) {
                return Ok(None);
            }
            let (session, _) = enter::resume(&house, &sessions, &given, &from).await?;
            Ok(Some(session))
        });
        let session = session.await?.ok_or_else(Problem::not_ours)?;
        Ok(Self {
            session,
            token: Some(token),
            address,
        })
    }
}

impl SignedIn {
    /// The token of their browser: a member's system neither signs in nor out, nor has a password.
    pub(super) fn in_a_browser(&self) -> Result<Zeroizing<String>, Problem> {
        self.token.clone().ok_or_else(Problem::signed_out)
    }

    /// Whoever has to change their password does that before anything else.
    pub(super) fn in_order(self) -> Result<Self, Problem> {
        match self.session.must_change {
            true => Err(Problem::must_change()),
            false => Ok(self),
        }
    }
}

/// The JSON of a request. No browser sends its content type for a form of another site.
pub(super) async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.split(';').next().unwrap_or("").trim() == "application/json");
    if !is_json {
        return Err(Problem::no_json());
    }
    let bytes = body::to_bytes(body, JSON_BYTES)
        .await
        .map_err(|_| Problem::no_json())?;
    // It may hold a password.
    let bytes = Zeroizing::new(bytes.to_vec());
    serde_json::from_slice(&bytes).map_err(|_| Problem::no_json())
}

/// The token that a member's system shows.
fn bearer(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = shown.split_once(' ')?;
    let is_ours = scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES;
    is_ours.then(|| Zeroizing::new(token.to_owned()))
}

/// The token of a request's cookie.
pub(crate) fn token(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let ours = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    (ours.len() <= TOKEN_BYTES).then(|| Zeroizing::new(ours.to_owned()))
}

/// A cookie of this host alone, over TLS or on this machine, that no script reads and no other site sends.
pub(crate) fn cookie(token: &str) -> String {
    format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// The same, gone.
pub(crate) fn no_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

const COOKIE: &str = "__Host-mayfly";
const CSRF: &str = "x-csrf-token";
const JSON_BYTES: usize = 16 << 10;
const TOKEN_BYTES: usize = 64;
