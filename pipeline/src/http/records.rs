//! What is on record, over HTTP: weekly sheets, samples, duties and certificates; each member its own, the bureau and the supervisor how all of them stand. *Edge.*

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{ask::SignedIn, batches::shown, door::Shared, problem::Problem};
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
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let reports = door.act(move |house| async move {
        let wanted = Wanted {
            member: Scope::of(at).member(),
            week: None,
            open: false,
        };
        sheet::report::list(&house, &wanted).await
    });
    Ok(shown(&reports.await?))
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
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let reports = door.act(move |house| async move {
        let scope = Scope::of(at);
        let mut reports = audit::report::list(&house).await?;
        reports.retain(|report| scope.holds(&report.member));
        Ok(reports)
    });
    Ok(shown(&reports.await?))
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

/// The duties of today that are not closed.
pub(super) async fn duties(
    State(door): State<Shared>,
    signed_in: SignedIn,
) -> std::result::Result<Response, Problem> {
    let at = signed_in.in_order()?.session.holder.at;
    let answer = door.act(move |house| async move {
        let filter = Filter {
            states: vec![DutyState::Open, DutyState::Due, DutyState::Overdue],
            member: Scope::of(at).member(),
            ..Filter::default()
        };
        let listed = list::list(&house, house.today(house.clock.now()), &filter).await?;
        let lines: Vec<_> = listed.iter().map(forms::line).collect();
        Ok(shown(&lines))
    });
    Ok(answer.await?)
}

/// The certificates of what was destroyed. They tell hours and counts, and nobody's records: whoever is signed in sees them all.
pub(super) async fn certificates(
    State(door): State<Shared>,
    signed_in: SignedIn,
) -> std::result::Result<Response, Problem> {
    signed_in.in_order()?;
    let answer = door.act(|house| async move {
        let all = stored::all(&mut house.db.reader().await?).await?;
        let told: Vec<_> = all.iter().map(told::told).collect();
        Ok(shown(&told))
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
        let newest = told::newest(&mut house.db.reader().await?, &cohort).await?;
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
