//! Who somebody is at the HTTP door: passwords, locks and sessions (五(一)4, 5, 7, 10, 六(一)4; D13). *Pure.*
//!
//! The clause's numbers are the regime's; `rules` says what a password must be and how long it serves, `judge` what becomes of an
//! attempt and of a session at an instant: both are pure. `verifier` turns a password into what is kept of it. `enter` lets
//! people in and out, `change` is what they do to their own password, `desk` what others do to it: a first password, the
//! lifting of a lock, the word that one has leaked. `sessions` is what a door remembers of them from one request to the next. `tokens` are what members' systems show instead. `store` keeps it all.
//!
//! An account is one of the 授權表, and serves on the days it stands there: nobody is registered here a second time. An
//! account that nobody has, one whose password is wrong, one that is locked: they all get the same answer after the same work.

pub mod change;
pub mod desk;
pub mod enter;
pub mod forms;
pub mod judge;
pub mod rules;
pub mod sessions;
pub mod store;
pub mod tokens;
pub mod verifier;

use serde::Deserialize;
use zeroize::Zeroizing;

/// A password that somebody gave, erased when it is dropped. It is never shown, logged or kept.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Password {
    /// Takes `text` for one.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Its characters.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
