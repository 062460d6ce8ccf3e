//! Carries out what was applied for and given, by the use-case that was asked: in the same words, or the approval does not serve. *Edge.*

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    access::{
        people::{self, Beginning, Holder, Mover},
        stopping,
    },
    app::House,
    approval::{Step, judge::Fault, store::Approval},
    delivery::{
        grant::Scope,
        granting::{self, Use},
    },
    error::{Error, Result},
    purge::hold,
    regime::people::{Act, Party, Right},
    signin::{desk, forms},
};

/// What came of it.
pub(super) enum Carried {
    /// It is done.
    Done,
    /// A first password, on the notice that is handed to its holder alone.
    First(Zeroizing<String>),
}

/// Whether acts of that kind are carried out here.
pub(super) fn is_known(act: Act) -> bool {
    matches!(
        act,
        Act::LiftStop | Act::Unlock | Act::FirstPassword | Act::Authorisation | Act::AnswerGrant | Act::Hold
    )
}

/// That there is no such approval, for whoever asks.
pub(super) fn not_theirs() -> Error {
    Fault::Unknown.error()
}

/// What an approval is bound to, as far as it is read here.
#[derive(Deserialize)]
struct Content {
    reason: String,
    what: serde_json::Value,
}

/// A line of the 授權表 that is to begin.
#[derive(Deserialize)]
struct Line {
    unit: String,
    name: String,
    title: String,
    person: String,
    query: bool,
    approve: bool,
    review: bool,
    roles: Vec<String>,
    level: String,
    from: Date,
    to: Option<Date>,
}

/// A use of answers that is to begin.
#[derive(Deserialize)]
struct Wanted {
    scope: Scope,
    from: Option<Timestamp>,
    until: Timestamp,
}

/// Does what `approval` was given for, as whoever applied for it.
///
/// # Errors
/// Those of the act; `APPROVAL-UNKNOWN` where what was applied for is no longer kept.
pub(super) async fn carry_out(house: &House, approval: &Approval, content: Option<&str>) -> Result<Carried> {
    let content = content.ok_or_else(not_theirs)?;
    let content: Content = serde_json::from_str(content).map_err(|_| not_theirs())?;
    let mover = Mover {
        by: &approval.applied_by,
        reason: &content.reason,
        approval: Some(approval.number),
    };
    let subject = approval.subject.as_str();
    match approval.act {
        Act::LiftStop => {
            let number = subject
                .strip_prefix("stop:")
                .and_then(|number| number.parse().ok());
            let number = number.ok_or_else(not_theirs)?;
            let lifted = stopping::lift(house, number, mover.reason, mover.by, mover.approval);
            done(lifted.await?)
        }
        Act::Unlock => done(desk::unlock(house, &Holder::parse(subject)?, &mover).await?),
        Act::FirstPassword => {
            let holder = Holder::parse(subject)?;
            match desk::first(house, &holder, &mover).await? {
                Step::Done(first) => Ok(Carried::First(forms::notice(&holder, &first))),
                Step::Applied(_) => Err(applied_again()),
            }
        }
        Act::Authorisation => authorise(house, Holder::parse(subject)?, &content, &mover).await,
        Act::AnswerGrant => {
            let wanted = Wanted::deserialize(&content.what).map_err(|_| not_theirs())?;
            let wanted = Use {
                scope: &wanted.scope,
                from: wanted.from,
                until: wanted.until,
            };
            done(granting::add(house, &wanted, mover.reason, mover.by, mover.approval).await?)
        }
        Act::Hold => match subject.strip_prefix("hold:").map(str::parse) {
            Some(number) => {
                let number = number.map_err(|_| not_theirs())?;
                done(hold::lift(house, number, mover.reason, mover.by, mover.approval).await?)
            }
            None => {
                let scope = hold::Scope::deserialize(&content.what).map_err(|_| not_theirs())?;
                done(hold::add(house, &scope, mover.reason, mover.by, mover.approval).await?)
            }
        },
        Act::Token | Act::BreakGlass | Act::Export | Act::Batch => Err(not_theirs()),
    }
}

async fn authorise(house: &House, holder: Holder, content: &Content, mover: &Mover<'_>) -> Result<Carried> {
    if let Some([_, _, day]) = content.what.as_array().map(Vec::as_slice) {
        let day = day
            .as_str()
            .and_then(|day| day.parse().ok())
            .ok_or_else(not_theirs)?;
        return done(people::end_approved(house, &holder, day, mover).await?);
    }
    let line = Line::deserialize(&content.what).map_err(|_| not_theirs())?;
    let columns = [
        (line.query, Right::Query),
        (line.approve, Right::Approve),
        (line.review, Right::Review),
    ];
    let columns = columns.into_iter().filter(|(given, _)| *given);
    let mut roles: Vec<String> = columns
        .filter_map(|(_, right)| house.regime.member_role(right))
        .filter(|role| role.at == Party::of(&holder.at))
        .map(|role| role.id.clone())
        .collect();
    roles.extend(line.roles);
    let beginning = Beginning {
        holder,
        roles,
        name: Some(line.name),
        title: Some(line.title),
        person: Some(line.person),
        unit: Some(line.unit),
        level: Some(line.level),
        from: line.from,
        to: line.to,
    };
    done(people::begin_approved(house, &beginning, mover).await?)
}

fn done<T>(step: Step<T>) -> Result<Carried> {
    match step {
        Step::Done(_) => Ok(Carried::Done),
        Step::Applied(_) => Err(applied_again()),
    }
}

fn applied_again() -> Error {
    Error::Bug("with an approval, another one was applied for")
}
