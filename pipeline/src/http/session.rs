//! Signing in and out, and changing one's own password: `/v1/session`, `/v1/password`. *Edge.*

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ask::{Caller, SignedIn, cookie, json, no_cookie},
    door::Shared,
    problem::Problem,
};
use crate::{
    access::people::Holder,
    signin::{
        Password, change,
        enter::{self, Attempt, Entered, Session},
    },
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub(super) struct SignIn {
    account: String,
    #[schema(value_type = String, format = Password)]
    password: Password,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub(super) struct Change {
    #[schema(value_type = String, format = Password)]
    old: Password,
    #[schema(value_type = String, format = Password)]
    new: Password,
}

/// What somebody is told who is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct Told<'a> {
    account: &'a str,
    must_change: bool,
    /// What each act that changes something says in `X-CSRF-Token`.
    csrf: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<bool>,
}

/// Signs in. An account that is not of an account's form is nobody's, and is answered like one.
pub(super) async fn sign_in(
    State(door): State<Shared>,
    Caller(address): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let asked: SignIn = json(&headers, body).await?;
    let holder = Holder::parse(&asked.account).unwrap_or_else(|_| nobody());
    let name = format!("{}/{}", holder.at, holder.account);
    let (entered, csrf) = admit(&door, address, holder, asked.password).await?;
    let replaced = Some(entered.replaced);
    Ok(told(&name, &entered, &csrf, replaced))
}

/// Signs `holder` in from `address`, when it is its turn; and what proves that a page is one of the session's.
pub(crate) async fn admit(
    door: &Shared,
    address: IpAddr,
    holder: Holder,
    password: Password,
) -> Result<(Entered, String), Problem> {
    let _turn = door.to_hash(address).await?;
    let from = address.to_string();
    let entered = door
        .act(move |house| async move {
            let attempt = Attempt {
                holder: &holder,
                password: &password,
                address: &from,
            };
            let entered = enter::sign_in(&house, &attempt).await?;
            let csrf = enter::proof(&house, &entered.token);
            Ok((entered, csrf))
        })
        .await;
    Ok(entered.inspect_err(|error| door.note(address, error))?)
}

/// Who is signed in.
pub(super) async fn who(State(door): State<Shared>, signed_in: SignedIn) -> Result<Response, Problem> {
    let session = &signed_in.session;
    let name = format!("{}/{}", session.holder.at, session.holder.account);
    let token = signed_in.in_a_browser()?;
    let csrf = door
        .act(move |house| async move { Ok(enter::proof(&house, &token)) })
        .await?;
    let told = Told {
        account: &name,
        must_change: session.must_change,
        csrf: &csrf,
        replaced: None,
    };
    Ok(shown(&told))
}

/// Signs out.
pub(super) async fn sign_out(State(door): State<Shared>, signed_in: SignedIn) -> Result<Response, Problem> {
    let token = signed_in.in_a_browser()?;
    let address = signed_in.address;
    door.act(move |house| async move { enter::sign_out(&house, &token, &address).await })
        .await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, no_cookie())]).into_response())
}

/// Changes the password of whoever is signed in: the session they did it in is over, and a new one has begun.
pub(super) async fn change_password(
    State(door): State<Shared>,
    Caller(address): Caller,
    signed_in: SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    signed_in.in_a_browser()?;
    let asked: Change = json(&headers, body).await?;
    let session = signed_in.session;
    let name = format!("{}/{}", session.holder.at, session.holder.account);
    let (entered, csrf) = renew(&door, address, Arc::new(session), (asked.old, asked.new)).await?;
    Ok(told(&name, &entered, &csrf, None))
}

/// Changes the password of whoever is in `session` from the first to the second, when it is the turn of `address`.
pub(crate) async fn renew(
    door: &Shared,
    address: IpAddr,
    session: Arc<Session>,
    (old, new): (Password, Password),
) -> Result<(Entered, String), Problem> {
    let _turn = door.to_hash(address).await?;
    let from = address.to_string();
    let changed = door
        .act(move |house| async move {
            let entered = change::change(&house, &session, (&old, &new), &from).await?;
            let csrf = enter::proof(&house, &entered.token);
            Ok((entered, csrf))
        })
        .await;
    Ok(changed.inspect_err(|error| door.note(address, error))?)
}

fn told(account: &str, entered: &Entered, csrf: &str, replaced: Option<bool>) -> Response {
    let told = Told {
        account,
        must_change: entered.must_change,
        csrf,
        replaced,
    };
    let mut response = shown(&told);
    if let Ok(cookie) = cookie(&entered.token).parse() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn shown(told: &Told<'_>) -> Response {
    let text = serde_json::to_string(told).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// An account that nobody has: no institution has such a code.
pub(crate) fn nobody() -> Holder {
    Holder {
        at: String::new(),
        account: String::new(),
    }
}
