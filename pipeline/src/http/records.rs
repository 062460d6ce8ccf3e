//! What is on record, over HTTP: weekly sheets, samples, duties and certificates; each member its own, the bureau and the supervisor how all of them stand. *Edge.*

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use mayfly_retention::Class;

use super::{ask::SignedIn, batches::shown, door::Shared, problem::Problem, query::Query};
use crate::{
    audit::{self, month_of},
    certificate::{export, stored, told},
    duty::{
        forms,
        list::{self, Filter},
        state::State as DutyState,
    },
    regime::people::Party,
    sheet::{self, Name, store::Wanted, week_of},
};

/// The weekly sheets and how far each has come.
pub(super) async fn sheets(
    State(door): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let query = Query::read(&uri, &["week", "querier", "state"])?;
    let state = |word: &str| {
        sheet::store::State::ALL
            .into_iter()
            .find(|state| state.word() == word)
    };
    let wanted = Wanted {
        member: Scope::of(at).member(),
        week: query.word("week", sheet::Week::parse)?,
        querier: query.one("querier").map(str::to_owned),
        state: query.word("state", state)?,
        open: false,
        after: query.word("after", number)?,
        limit: query.limit().map(one_more),
    };
    let reports = door.act(move |house| async move { sheet::report::list(&house, &wanted).await });
    Ok(query.page(reports.await?, |report| report.sheet.to_string()))
}

/// One of their own member with its lines, which is entered as read; `?unit=` says which, where its querier has one for each of
/// several units.
pub(super) async fn sheet(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path((week, querier)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> std::result::Result<Response, Problem> {
    let holder = signed_in.in_order()?.session.holder;
    let unit = unit(query.as_deref().unwrap_or("")).ok_or_else(Problem::no_such_query)?;
    let report = door.act(move |house| async move {
        let name = Name {
            member: &holder.at,
            week: week_of(&week)?,
            querier: &querier,
            unit: unit.as_deref(),
        };
        sheet::report::show(&house, &name, Some(&holder.account)).await
    });
    Ok(shown(&report.await?))
}

/// The unit that is asked for, if one is; `None` where something else is asked.
fn unit(query: &str) -> Option<Option<String>> {
    let mut unit = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "unit" if unit.is_none() => unit = Some(value.into_owned()),
            _ => return None,
        }
    }
    Some(unit)
}

/// The monthly samples and how far each has come.
pub(super) async fn samples(
    State(door): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let query = Query::read(&uri, &["month", "state"])?;
    let month = query
        .word("month", audit::Month::parse)?
        .map(|month| month.to_string());
    let state = |word: &str| {
        audit::store::State::ALL
            .into_iter()
            .find(|state| state.word() == word)
    };
    let state = query.word("state", state)?.map(audit::store::State::word);
    let after = query.word("after", pair)?;
    let reports = door.act(move |house| async move {
        let scope = Scope::of(at);
        let mut reports = audit::report::list(&house).await?;
        reports.retain(|report| {
            let is_asked = month.as_ref().is_none_or(|month| report.month == *month)
                && state.is_none_or(|state| report.state == state);
            // Newest month first, then by member.
            let is_after = after.as_ref().is_none_or(|(month, member)| {
                report.month < *month || (report.month == *month && report.member > *member)
            });
            scope.holds(&report.member) && is_asked && is_after
        });
        Ok(reports)
    });
    Ok(query.page(reports.await?, |report| {
        format!("{}/{}", report.month, report.member)
    }))
}

/// The sample of their own member of that month; once it is drawn with its records, which is entered as read.
pub(super) async fn sample(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(month): Path<String>,
) -> std::result::Result<Response, Problem> {
    let holder = signed_in.in_order()?.session.holder;
    let report = door.act(move |house| async move {
        let month = month_of(&month)?;
        let told = audit::report::show(&house, &holder.at, month, None).await?;
        if told.state != audit::store::State::Drawn.word() {
            return Ok(told);
        }
        audit::report::show(&house, &holder.at, month, Some(&holder.account)).await
    });
    Ok(shown(&report.await?))
}

/// The duties of today that are not closed, or those in one state.
pub(super) async fn duties(
    State(door): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let query = Query::read(&uri, &["state", "owner", "clause"])?;
    let state = |word: &str| DutyState::ALL.into_iter().find(|state| state.name() == word);
    let after = query.word("after", |after| {
        let (due, id) = pair(after)?;
        Some((due.parse::<Date>().ok()?, id))
    })?;
    let filter = Filter {
        states: match query.word("state", state)? {
            Some(state) => vec![state],
            None => vec![DutyState::Open, DutyState::Due, DutyState::Overdue],
        },
        member: Scope::of(at).member(),
        owner: query.one("owner").map(str::to_owned),
        clause: query.one("clause").map(str::to_owned),
    };
    let answer = door.act(move |house| async move {
        let mut listed = list::list(&house, house.today(house.clock.now()), &filter).await?;
        listed.retain(|listed| {
            let duty = &listed.duty;
            after
                .as_ref()
                .is_none_or(|(due, id)| (duty.due, &duty.id) > (*due, id))
        });
        let lines = listed.iter().map(forms::line).collect();
        Ok(query.page(lines, forms::cursor))
    });
    Ok(answer.await?)
}

/// The certificates of what was destroyed. They tell hours and counts, and nobody's records: whoever is signed in sees them all.
pub(super) async fn certificates(
    State(door): State<Shared>,
    signed_in: SignedIn,
    uri: Uri,
) -> std::result::Result<Response, Problem> {
    signed_in.in_order()?;
    let query = Query::read(&uri, &["class", "state"])?;
    let class = query
        .word("class", |name| Class::parse(name).ok())?
        .map(Class::name);
    let state = query.word("state", |word| {
        ["deleted", "erased"].into_iter().find(|known| *known == word)
    })?;
    let wanted = stored::Wanted {
        class: class.unwrap_or(""),
        state: state.unwrap_or(""),
        after: query.word("after", number)?.unwrap_or(0),
        limit: query.limit().map_or(i64::MAX, one_more),
    };
    let answer = door.act(move |house| async move {
        let found = stored::page(&mut *house.db.reader().await?, &wanted).await?;
        let told: Vec<_> = found.iter().map(told::told).collect();
        Ok(query.page(told, |told| told.number.to_string()))
    });
    Ok(answer.await?)
}

/// The newest of a cohort.
pub(super) async fn certificate(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(cohort): Path<String>,
) -> std::result::Result<Response, Problem> {
    signed_in.in_order()?;
    let answer = door.act(move |house| async move {
        let newest = told::newest(&mut *house.db.reader().await?, &cohort).await?;
        Ok(shown(&told::told(&newest)))
    });
    Ok(answer.await?)
}

/// The same as its file in an export, byte for byte.
pub(super) async fn certificate_file(
    State(door): State<Shared>,
    signed_in: SignedIn,
    Path(cohort): Path<String>,
) -> std::result::Result<Response, Problem> {
    let by = signed_in.in_order()?.session.holder;
    let exported = door.act(move |house| async move { export::one(&house, &cohort, &by).await });
    let (file, stored) = exported.await?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = ([(header::CONTENT_TYPE, kind)], stored.note).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A page holds `limit`; one more shows whether there is another.
fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// A number as a cursor says it.
fn number(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Two parts, as a cursor of two says them.
fn pair(text: &str) -> Option<(String, String)> {
    let (first, second) = text.split_once('/')?;
    Some((first.to_owned(), second.to_owned()))
}

/// Whose records somebody may know of.
enum Scope {
    /// One place's own: a member's, or, for the provider, none of any member.
    Own(String),
    /// How all of them stand.
    All,
}

impl Scope {
    fn of(at: String) -> Self {
        match Party::of(&at) {
            Party::Member | Party::Provider => Self::Own(at),
            Party::Bureau | Party::Supervisor => Self::All,
        }
    }

    /// The one member, if it is one.
    fn member(self) -> Option<String> {
        match self {
            Self::Own(member) => Some(member),
            Self::All => None,
        }
    }

    fn holds(&self, member: &str) -> bool {
        match self {
            Self::Own(own) => own == member,
            Self::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_one_unit_or_none() {
        assert_eq!(unit(""), Some(None));
        assert_eq!(unit("unit="), Some(Some(String::new())));
        assert_eq!(
            unit("unit=%E5%BE%B5%E4%BF%A1%E9%83%A8"),
            Some(Some("徵信部".into()))
        );
        for wrong in ["unit=a&unit=b", "member=004", "unit=a&x"] {
            assert_eq!(unit(wrong), None, "{wrong}");
        }
    }
}
