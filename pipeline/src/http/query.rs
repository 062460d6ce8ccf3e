//! What stands after the question mark of a list: which of it, and which page (`after`, `limit`). *Pure.*

use axum::{
    http::{HeaderValue, Uri, header},
    response::Response,
};
use serde::Serialize;

use super::{batches::shown, problem::Problem};

/// What a list is asked for.
pub(super) struct Query {
    path: String,
    given: Vec<(String, String)>,
    limit: Option<usize>,
}

impl Query {
    /// Reads that of `uri`, which may say each of `names`, `after` and `limit` once, and nothing else.
    ///
    /// # Errors
    /// `HTTP-QUERY`.
    pub(super) fn read(uri: &Uri, names: &[&str]) -> Result<Self, Problem> {
        let mut query = Self {
            path: uri.path().to_owned(),
            given: Vec::new(),
            limit: None,
        };
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()) {
            let is_known = ["after", "limit"].iter().chain(names).any(|known| *known == name);
            let is_plain =
                !value.is_empty() && value.len() <= LONGEST && !value.chars().any(char::is_control);
            if !is_known || !is_plain || query.one(&name).is_some() {
                return Err(Problem::no_such_query());
            }
            query.given.push((name.into_owned(), value.into_owned()));
        }
        query.limit = query.word("limit", |limit| {
            let is_number = limit.bytes().all(|byte| byte.is_ascii_digit());
            let limit = limit.parse().ok().filter(|_| is_number)?;
            (1..=LIMIT_MAX).contains(&limit).then_some(limit)
        })?;
        Ok(query)
    }

    /// What it says of `name`.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let found = self.given.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The same, as `parse` reads it.
    ///
    /// # Errors
    /// `HTTP-QUERY` where it is no such thing.
    pub(super) fn word<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let value = self.one(name);
        let read = value.map(|value| parse(value).ok_or_else(Problem::no_such_query));
        read.transpose()
    }

    /// How many a page holds; one more is asked for, which shows whether there is another page.
    pub(super) fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// The first page of `all`, which begins where it was asked to; where there is more, the header `Link` tells under which address, by
    /// the `cursor` of the last that is shown.
    pub(super) fn page<T: Serialize>(&self, mut all: Vec<T>, cursor: impl Fn(&T) -> String) -> Response {
        let most = self.limit.unwrap_or(usize::MAX);
        let is_more = all.len() > most;
        all.truncate(most);
        let mut response = shown(&all);
        let next = all
            .last()
            .filter(|_| is_more)
            .map(|last| self.after(&cursor(last)));
        if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
            response.headers_mut().insert(header::LINK, next);
        }
        response
    }

    fn after(&self, cursor: &str) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let others = self.given.iter().filter(|(name, _)| name != "after");
        pairs.extend_pairs(others).append_pair("after", cursor);
        format!("<{}?{}>; rel=\"next\"", self.path, pairs.finish())
    }
}

/// The largest page.
pub(super) const LIMIT_MAX: usize = 1_000;
/// No value of a list is longer.
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Query> {
        Query::read(&text.parse().unwrap(), &["state"]).ok()
    }

    #[test]
    fn a_list_is_asked_for_by_what_it_knows_and_each_once() {
        assert!(read("/v1/sheets").is_some_and(|query| query.limit().is_none()));
        let query = read("/v1/sheets?state=signed&limit=1000&after=a%2Fb").unwrap();
        assert_eq!(
            (query.one("state"), query.one("after")),
            (Some("signed"), Some("a/b"))
        );
        assert_eq!(query.limit(), Some(1_000));
        for wrong in [
            "member=004",
            "state=",
            "state",
            "limit=0",
            "limit=1001",
            "limit=%2B1",
            "limit=1&limit=2",
            "after=a%00b",
        ] {
            assert!(read(&format!("/v1/sheets?{wrong}")).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_page_tells_where_the_next_begins() {
        let query = read("/v1/sheets?after=x&state=signed&limit=2").unwrap();
        let page = |all: Vec<&'static str>| {
            let response = query.page(all, |item| format!("{item}/1"));
            let link = response.headers().get(header::LINK);
            link.map(|link| link.to_str().unwrap().to_owned())
        };
        let next = "</v1/sheets?state=signed&limit=2&after=b%2F1>; rel=\"next\"";
        assert_eq!(page(vec!["a", "b", "c"]).as_deref(), Some(next));
        assert_eq!(page(vec!["a", "b"]), None);
        assert_eq!(page(vec![]), None);
    }
}
