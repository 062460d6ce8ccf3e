//! Reads whose duties there can be: each member, the bureau and the other parties, with their people and events. *SQL.*

use jiff::{ToSpan, civil::Date};
use mayfly_retention::Class;
use sqlx::AnyConnection;

use super::{calendar::Calendar, done, duties::Span, store, whose::Whose};
use crate::{
    access::{members, rows},
    app::House,
    error::{Error, Result},
    journal::{self, batch::entries, entry::Entry},
    regime::people::Party,
};

/// The codes of everybody who can have duties: the bureau, the other parties, each member.
pub async fn codes(conn: &mut AnyConnection) -> Result<Vec<String>> {
    let mut codes: Vec<String> = PARTIES.map(str::to_owned).into();
    codes.extend(members::codes(conn).await?);
    Ok(codes)
}

/// What the duties of `code` follow from; `None` if there is no such member. A member's begin with its membership, but not
/// before this house was opened: what was due before that, other books show.
pub async fn of(house: &House, conn: &mut AnyConnection, code: &str) -> Result<Option<Whose>> {
    let opened = opened(house, &mut *conn).await?;
    let member = match Party::of(code) {
        Party::Member => match members::one(&mut *conn, code).await? {
            Some(member) => Some(member),
            None => return Ok(None),
        },
        Party::Bureau | Party::Supervisor | Party::Provider => None,
    };
    let last = member.as_ref().and_then(|member| member.valid_to);
    Ok(Some(Whose {
        code: code.to_owned(),
        first: member
            .as_ref()
            .map_or(opened, |member| member.valid_from.max(opened)),
        last: last.map(|to| to.yesterday().unwrap_or(Date::MIN)),
        recipients: member
            .as_ref()
            .map_or_else(Vec::new, |member| member.age_recipients.clone()),
        control_rules: member.and_then(|member| member.control_rules),
        papers: store::papers(&mut *conn, code).await?,
        people: rows::of_member(&mut *conn, code).await?,
        events: store::events(&mut *conn, code).await?,
        findings: done::findings(&mut *conn, code).await?,
        done: done::of(&house.regime, &mut *conn, code).await?,
        made: done::made(&house.regime, conn, code).await?,
    }))
}

/// The working days as they are known.
pub async fn calendar(conn: &mut AnyConnection) -> Result<Calendar> {
    let local = store::local_days(conn).await?;
    Ok(Calendar::new(
        local.into_iter().map(|(day, (works, _))| (day, works)),
    ))
}

/// The duties that are looked at on `on`: those that have begun, and were due in the years that are kept as of `today`.
///
/// # Errors
/// `DUTY-DAY` for a day before these years, or as far ahead.
pub fn span(house: &House, on: Date, today: Date) -> Result<Span> {
    let years = house.regime.keep_years(Class::Review)?;
    let due_from = today.checked_sub(years.years()).unwrap_or(Date::MIN);
    if on < due_from {
        return Err(Error::Input {
            code: "DUTY-DAY",
            sentence: format!("closings of duties are kept for {years} years, and that day is before them"),
            remedy: "name a day of the years that are kept",
        });
    }
    if on > today.saturating_add(years.years()) {
        return Err(Error::Input {
            code: "DUTY-DAY",
            sentence: format!("duties are foreseen for {years} years, and that day is after them"),
            remedy: "name an earlier day (--on)",
        });
    }
    Ok(Span {
        due_from,
        begun_by: on,
    })
}

/// The day of the first journal entry, in Taipei; today before there is one.
///
/// # Errors
/// `JOURNAL-DAMAGED`, `DB-*`.
pub async fn opened(house: &House, conn: &mut AnyConnection) -> Result<Date> {
    let piece = journal::store::piece(conn, 0).await?;
    let first = piece.as_ref().and_then(|piece| entries(&piece.body).next());
    let at = match first {
        None => house.clock.now(),
        Some(line) => {
            let entry = line.ok().and_then(|line| Entry::parse(line).ok());
            let damaged = || journal::signing::damaged("its first entry is not of its form");
            entry.map(|entry| entry.at).ok_or_else(damaged)?
        }
    };
    Ok(house.today(at))
}

const PARTIES: [&str; 3] = ["bureau", "supervisor", "provider"];
