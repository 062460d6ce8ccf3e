//! The feed of events: `/v1/events?after=N&limit=N`, for systems that ask what has happened since they last asked. *Edge.*

use axum::{
    extract::{RawQuery, State},
    response::Response,
};

use super::{ask::SignedIn, batches::shown, door::Shared, problem::Problem};
use crate::feed;

/// What has happened at the place of whoever asks, and nowhere else.
pub(super) async fn page(
    State(door): State<Shared>,
    signed_in: SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let (after, limit) = wanted(query.as_deref().unwrap_or("")).ok_or_else(Problem::no_such_query)?;
    let page = door.act(move |house| async move { feed::page(&house, &at, after, limit).await });
    Ok(shown(&page.await?))
}

/// After which number, and how many at most; `None` where something else is asked.
fn wanted(query: &str) -> Option<(i64, i64)> {
    let (mut after, mut limit) = (0, LIMIT);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let value = Some(value).filter(|_| is_number)?.parse().ok()?;
        match name {
            "after" => after = value,
            "limit" if (1..=LIMIT_MAX).contains(&value) => limit = value,
            _ => return None,
        }
    }
    Some((after, limit))
}

const LIMIT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_two_numbers_or_none() {
        assert_eq!(wanted(""), Some((0, LIMIT)));
        assert_eq!(wanted("after=7"), Some((7, LIMIT)));
        assert_eq!(
            wanted("limit=1000&after=9223372036854775807"),
            Some((i64::MAX, 1000))
        );
        for wrong in [
            "after",
            "after=",
            "after=-1",
            "after=+1",
            "after=9223372036854775808",
            "limit=0",
            "limit=1001",
            "member=004",
            "after=1%20OR%201",
        ] {
            assert_eq!(wanted(wrong), None, "{wrong}");
        }
    }
}
