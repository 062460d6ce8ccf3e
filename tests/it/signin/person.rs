//! Somebody with a browser: keeps a cookie and shows what a page of theirs would. *Edge.*

use serde_json::{Value, json};

use super::first_password;
use crate::{
    http::caller::{Answer, Served},
    support::Sandbox,
};

/// Somebody who is signed in, or was.
#[derive(Clone)]
pub struct Person {
    pub cookie: String,
    pub csrf: String,
}

impl Person {
    /// Signs in; the answer, and who they are if they are in.
    pub fn try_in(served: &Served, holder: &str, password: &str) -> (Answer, Option<Self>) {
        let body = json!({ "account": holder, "password": password }).to_string();
        let answer = served.ask("POST", "/v1/session", &[JSON], body.as_bytes());
        let person = Self::of(&answer);
        (answer, person)
    }

    /// Signs in who may.
    #[track_caller]
    pub fn sign_in(served: &Served, holder: &str, password: &str) -> Self {
        let (answer, person) = Self::try_in(served, holder, password);
        person.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.body))
    }

    /// Somebody with a password of their own: a first one was given at `at`, and changed to `password`.
    pub fn settled(sandbox: &Sandbox, served: &Served, (holder, at): (&str, &str), password: &str) -> Self {
        let first = first_password(sandbox, at, holder);
        let new = Self::sign_in(served, holder, &first);
        let changed = new.change(served, &first, password);
        Self::of(&changed).unwrap_or_else(|| panic!("{}", changed.body))
    }

    fn of(answer: &Answer) -> Option<Self> {
        let cookie = answer.header("set-cookie").filter(|_| answer.status == 200)?;
        for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.split("; ").any(|given| given == part), "{part}: {cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
        Some(Self { cookie, csrf })
    }

    /// A request of theirs from a page of ours.
    pub fn ask(&self, served: &Served, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [JSON, ("Cookie", &self.cookie), ("X-CSRF-Token", &self.csrf)];
        served.ask(method, path, &headers, body.as_bytes())
    }

    /// Who they are.
    pub fn who(&self, served: &Served) -> Answer {
        self.ask(served, "GET", "/v1/session", &Value::Null)
    }

    /// Changes their password.
    pub fn change(&self, served: &Served, old: &str, new: &str) -> Answer {
        let body = json!({ "old": old, "new": new });
        self.ask(served, "POST", "/v1/password", &body)
    }

    /// Changes their password, and goes on in the session that begins with it.
    #[track_caller]
    pub fn changed(&self, served: &Served, old: &str, new: &str) -> Self {
        let answer = self.change(served, old, new);
        Self::of(&answer).unwrap_or_else(|| panic!("{}", answer.body))
    }
}

pub const JSON: (&str, &str) = ("Content-Type", "application/json");
