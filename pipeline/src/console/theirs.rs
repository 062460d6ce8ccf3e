//! Whose a page is, what is asked of it in its address, and what was typed into a form that is shown again. *Edge.*

use axum::{extract::FromRequestParts, http::request::Parts};
use jiff::civil::Date;

use super::{fault::Fault, form::Fields, reader::Reader};
use crate::{
    http::problem::Problem,
    regime::people::{Party, Right},
};

/// What an address asks of a page: the part behind `?`.
pub(super) struct Asked(Vec<(String, String)>);

/// What somebody typed, to be shown to them once more.
#[derive(Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Reader {
    /// `PLACE/ACCOUNT`, as use-cases take it that people of several places call.
    pub(super) fn name(&self) -> String {
        let holder = self.holder();
        format!("{}/{}", holder.at, holder.account)
    }

    /// Whether they stand at a member.
    pub(super) fn is_of_member(&self) -> bool {
        Party::of(&self.holder().at) == Party::Member
    }

    /// Whether they have one of `rights` today.
    pub(super) fn may_any(&self, rights: &[Right]) -> bool {
        rights.iter().any(|right| self.may(*right))
    }

    /// Goes on for whoever has one of `rights`; for all others there is no such page.
    pub(super) fn only(&self, rights: &[Right]) -> Result<(), Fault> {
        match self.may_any(rights) {
            true => Ok(()),
            false => Err(nothing()),
        }
    }
}

/// What is answered where there is nothing for this reader.
pub(super) fn nothing() -> Fault {
    Problem::no_such_path().into()
}

impl Asked {
    /// What is asked under `name`, unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// The day under `name`.
    pub(super) fn day(&self, name: &str) -> Result<Option<Date>, Fault> {
        self.text(name).map(day).transpose()
    }
}

/// A day, as a browser sends it.
pub(super) fn day(text: &str) -> Result<Date, Fault> {
    let fits = text.len() == 10;
    let day = text.parse().ok().filter(|_| fits);
    day.ok_or_else(|| Problem::no_form().into())
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or("");
        let pairs = form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.into_owned().collect()))
    }
}

impl Typed {
    /// The fields `names` of `fields`.
    pub(super) fn of(fields: &Fields, names: &[&'static str]) -> Self {
        let typed = |name: &&'static str| {
            let texts = fields.all(name);
            texts.map(|text| ((*name).to_owned(), text.to_owned()))
        };
        Self(names.iter().flat_map(typed).collect())
    }

    /// Whether `value` was among what was chosen in `name`.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, text)| known == name && text == value)
    }

    /// What was typed into `name`; nothing, at first.
    pub(super) fn at(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, text)| text)
    }
}
