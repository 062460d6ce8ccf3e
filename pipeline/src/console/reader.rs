//! Whose request it is and in which language, found out once; and where those are sent who have to sign in first. *Edge.*

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use mayfly_consent::Language;
use zeroize::Zeroizing;

use super::{
    fault::Fault,
    frame::{Frame, Who},
    notice,
};
use crate::{
    access::people::Holder,
    app::House,
    config::Environment,
    error::{Error, Result},
    http::{
        ask::{self, Caller},
        door::Shared,
        problem::Problem,
    },
    regime::people::{Party, Right},
    signin::{
        enter::{self, Session},
        sessions::Sessions,
    },
};

/// Whoever opens a page, signed in or not.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) frame: Arc<Frame>,
    pub(super) address: IpAddr,
    entered: Option<Entered>,
}

/// Somebody who is signed in, with a password of their own.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) frame: Arc<Frame>,
    session: Arc<Session>,
}

/// Somebody's session.
#[derive(Clone)]
pub(super) struct Entered {
    pub(super) session: Arc<Session>,
    pub(super) token: Arc<Zeroizing<String>>,
}

impl Visitor {
    /// Their session, if they have one.
    pub(super) fn entered(&self) -> Option<&Entered> {
        self.entered.as_ref()
    }

    /// Their session; or they are sent to where they sign in.
    pub(super) fn signed_in(&self) -> std::result::Result<&Entered, Fault> {
        self.entered.as_ref().ok_or(Fault::Elsewhere("/sign-in"))
    }
}

impl Reader {
    /// Who they are for a use-case: where they stand, and the account as which they act.
    pub(super) fn holder(&self) -> Holder {
        self.session.holder.clone()
    }

    /// The member whose pages they read: pages of members only are answered as if they were not there to everybody else.
    pub(super) fn member(&self) -> std::result::Result<String, Fault> {
        match Party::of(&self.session.holder.at) {
            Party::Member => Ok(self.session.holder.at.clone()),
            _ => Err(Problem::no_such_path().into()),
        }
    }

    /// As [`Self::member`], of pages that are theirs who may one of `rights`.
    pub(super) fn member_who_may(&self, rights: &[Right]) -> std::result::Result<String, Fault> {
        self.only(rights)?;
        self.member()
    }

    /// Whether they may, today: to show what is theirs. Whether an act is allowed, the use-case decides.
    pub(super) fn may(&self, right: Right) -> bool {
        self.frame.who.as_ref().is_some_and(|who| who.may(right))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Fault> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| Error::Bug("a page outside of its frame").into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> std::result::Result<Self, Fault> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let session = visitor.signed_in()?.session.clone();
        if session.must_change {
            return Err(Fault::Elsewhere("/password"));
        }
        Ok(Self {
            frame: visitor.frame,
            session,
        })
    }
}

/// Finds out who asks, hands that on, and makes a page of what was refused.
pub(super) async fn meet(State(door): State<Shared>, mut request: Request, next: Next) -> Response {
    let (mut frame, token) = stranger(&request);
    let Some(Caller(address)) = request.extensions().get::<Caller>().copied() else {
        return Fault::from(Error::Bug("a request without an address")).page(&frame);
    };
    let from = address.to_string();
    let sessions = Arc::clone(&door.sessions);
    let known = door.act(move |house| async move { known(&house, &sessions, token, &from).await });
    let entered = match known.await {
        Ok(known) => {
            (frame.now, frame.is_sandbox) = (known.now, known.is_sandbox);
            known.entered.map(|(entered, who, csrf)| {
                (frame.who, frame.csrf) = (Some(who), csrf);
                entered
            })
        }
        Err(error) => return Fault::from(error).page(&frame),
    };
    let frame = Arc::new(frame);
    request.extensions_mut().insert(Visitor {
        frame: frame.clone(),
        address,
        entered,
    });
    let response = next.run(request).await;
    match response.extensions().get::<Fault>() {
        Some(fault) => fault.page(&frame),
        None => response,
    }
}

/// What is known of a request before anything is asked of the house.
fn stranger(request: &Request) -> (Frame, Option<Zeroizing<String>>) {
    let (uri, headers) = (request.uri(), request.headers());
    let query = uri.query().unwrap_or("");
    let mut asked = form_urlencoded::parse(query.as_bytes());
    let done = asked.find(|(name, _)| name == "done");
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    let frame = Frame {
        language: language(headers),
        path: uri.path().to_owned(),
        here: here
            .split("done=")
            .next()
            .unwrap_or("/")
            .trim_end_matches(['?', '&'])
            .to_owned(),
        now: jiff::Timestamp::UNIX_EPOCH,
        is_sandbox: false,
        who: None,
        csrf: String::new(),
        notice: done.and_then(|(_, word)| notice::of(&word)),
    };
    (frame, ask::token(headers))
}

/// What the house knows of a request.
struct Known {
    now: jiff::Timestamp,
    is_sandbox: bool,
    entered: Option<(Entered, Who, String)>,
}

async fn known(
    house: &House,
    sessions: &Sessions,
    token: Option<Zeroizing<String>>,
    address: &str,
) -> Result<Known> {
    let now = house.clock.now();
    let mut known = Known {
        now,
        is_sandbox: house.config.environment == Environment::Sandbox,
        entered: None,
    };
    let Some(token) = token else { return Ok(known) };
    let (session, persons) = match enter::resume(house, sessions, &token, address).await {
        Err(error) if error.code() == "SIGNIN-NEEDED" => return Ok(known),
        session => session?,
    };
    let (at, account) = (&session.holder.at, &session.holder.account);
    let line = persons.now(account);
    let may = |right: &Right| persons.may(&house.regime, account, *right);
    let who = Who {
        at: at.clone(),
        account: account.clone(),
        name: line.map_or_else(String::new, |line| line.name.clone()),
        title: line.map_or_else(String::new, |line| line.title.clone()),
        rights: Right::ALL.into_iter().filter(may).collect(),
        must_change: session.must_change,
    };
    let csrf = enter::proof(house, &token);
    let entered = Entered {
        session: Arc::new(session),
        token: Arc::new(token),
    };
    known.entered = Some((entered, who, csrf));
    Ok(known)
}

/// The language that a reader chose; Chinese for whoever has not.
fn language(headers: &HeaderMap) -> Language {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let chosen = pairs.find_map(|pair| pair.trim().strip_prefix(LANGUAGE)?.strip_prefix('='));
    match chosen {
        Some("en") => Language::En,
        _ => Language::ZhTw,
    }
}

/// The cookie that keeps it: nothing secret, and nothing of anybody's.
pub(super) const LANGUAGE: &str = "__Host-mayfly-language";
