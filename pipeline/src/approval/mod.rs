//! What nobody does alone: applied for by one person, given by another, bound to the hash of what is done, used once. *Pure.*
//!
//! A [`Wish`] is what somebody wants to do, to the last word. `steps` takes it through its life: applied for, given or refused,
//! used; `judge` says what may become of an approval at an instant, `hands` who somebody is and what they may, `waiting` what waits for one of them, `store` keeps
//! approvals, `forms` is how they are shown. The act itself consumes a [`Warrant`], which nobody else can make.

pub mod forms;
mod hands;
pub mod judge;
pub mod steps;
pub mod store;
pub mod waiting;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    regime::people::Act,
};

/// An act that somebody wants to do.
pub struct Wish {
    act: Act,
    desk: String,
    subject: String,
    about: String,
    by: String,
    content: String,
}

/// What a wish is about.
pub struct Matter<'a> {
    /// The act.
    pub act: Act,
    /// Where it is done: an institution code, or `bureau`.
    pub desk: &'a str,
    /// What it is about, in a word: `stop:3`.
    pub subject: &'a str,
    /// Whose own matter it is, `place/person`; empty: nobody's.
    pub about: &'a str,
}

/// Permission to do exactly what was wished: made by a given approval, which is used up by it, or by a regime that asks for
/// none. It is neither cloned nor kept.
///
/// ```compile_fail
/// let warrant = mayfly::approval::Warrant { approval: None, approved_by: String::new() };
/// ```
#[must_use]
pub struct Warrant {
    approval: Option<i64>,
    approved_by: String,
}

/// What came of asking for a warrant.
pub enum Asked {
    /// It may be done.
    Granted(Warrant),
    /// Nobody has approved it yet: this was applied for.
    Applied(Applied),
}

/// What came of an act that may need a second person.
pub enum Step<T> {
    /// It was done.
    Done(T),
    /// It was applied for, and nothing else.
    Applied(Applied),
}

/// An application that was entered.
#[derive(Serialize)]
pub struct Applied {
    /// The number of the approval.
    pub approval: i64,
    /// The act.
    pub act: Act,
    /// What it is about.
    pub subject: String,
    /// SHA-256 of exactly what is to be done.
    pub sha256: String,
    /// From then on it serves no more.
    pub expires_at: Timestamp,
}

impl Wish {
    /// That `by` wants to do `what` for `reason`. Two wishes are the same if each word of them is.
    ///
    /// # Errors
    /// Only our own mistakes.
    pub fn new(matter: &Matter<'_>, by: &str, reason: &str, what: &impl Serialize) -> Result<Self> {
        let content = serde_json::to_string(&Content {
            act: matter.act.name(),
            at: matter.desk,
            by,
            reason,
            what,
        });
        Ok(Self {
            act: matter.act,
            desk: matter.desk.to_owned(),
            subject: matter.subject.to_owned(),
            about: matter.about.to_owned(),
            by: by.to_owned(),
            content: content.map_err(|_| Error::Bug("a wish has no JSON form"))?,
        })
    }

    /// SHA-256 of its content.
    fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.content).into()
    }
}

impl Warrant {
    /// The number of the approval, if one was needed.
    pub fn approval(&self) -> Option<i64> {
        self.approval
    }

    /// The account of whoever approved it; empty if nobody had to.
    pub fn approved_by(&self) -> &str {
        &self.approved_by
    }
}

/// What the hash is over: in this order, without spaces.
#[derive(Serialize)]
struct Content<'a, T> {
    act: &'a str,
    at: &'a str,
    by: &'a str,
    reason: &'a str,
    what: &'a T,
}
