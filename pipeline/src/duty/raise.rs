//! Enters an event that a duty follows from: a change of staff, an incident, data that are used up. *SQL.*

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    facts,
    list::{self, Listed},
    owner,
    store::{self, NewEvent},
    whose::{Event, Whose},
};
use crate::{
    access::{known, stopping::check_reason},
    app::House,
    db::meta,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::{
        control::{DutyRule, Every},
        people::Party,
    },
};

/// What happened, and whose duty follows.
pub struct Raise<'r> {
    /// The rule's name in the regime.
    pub rule: &'r str,
    /// When it happened, in Taipei.
    pub day: Date,
    /// Institution code, `bureau`, or `MEMBER/ACCOUNT` where the duty is a person's.
    pub of: &'r str,
    /// What it is about, in a few words.
    pub reason: &'r str,
    /// Who enters it.
    pub by: &'r str,
    /// Until when there is time, where hours are counted and not days.
    pub due_at: Option<Timestamp>,
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Entered<'a> {
    rule: &'a str,
    of: &'a str,
    account: &'a str,
    event_day: Date,
    reason: &'a str,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
}

/// Enters the event; the duty that follows is there at once.
///
/// # Errors
/// `DUTY-RULE`, `DUTY-WHOSE`, `DUTY-DAY`, `MEMBER-UNKNOWN`, `STOP-REASON`, `PEOPLE-ABSENT`; `GATE-CLOCK`.
pub async fn raise<'h>(house: &'h House, raise: &Raise<'_>) -> Result<Listed<'h>> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let whose = raise.of.split_once('/').map_or(raise.of, |(place, _)| place);
    known::check(&mut tx, raise.by, &[whose, "bureau"], house.today(now)).await?;
    let duty = raise_within(house, tx.connection(), raise, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    list::show(house, &duty, house.today(now)).await
}

/// As [`raise`], in the transaction of the act that is the event; returns the name of the duty that follows.
///
/// # Errors
/// As [`raise`]; the caller's transaction must not be committed then.
pub async fn raise_within(
    house: &House,
    conn: &mut AnyConnection,
    raise: &Raise<'_>,
    now: Timestamp,
) -> Result<String> {
    let today = house.today(now);
    check_reason(raise.reason)?;
    let rule = house.regime.duties.iter().find(|rule| rule.id == raise.rule);
    let rule = rule.filter(|rule| rule.every == Every::Event).ok_or_else(|| {
        list::unknown_rule("the regime has no duty of that name that follows from an event")
    })?;
    let (code, account) = raise.of.split_once('/').unwrap_or((raise.of, ""));
    let whose = facts::of(house, &mut *conn, code).await?;
    let whose = whose.ok_or_else(list::unknown_member)?;
    check_whose(house, rule, &whose, account)?;
    let earliest = whose.first.max(facts::span(house, today, today)?.due_from);
    if raise.day > today || raise.day < earliest {
        return Err(Error::Input {
            code: "DUTY-DAY",
            sentence: format!(
                "an event is entered when it has happened: not before it, and from {earliest} on for this member or party"
            ),
            remedy: "give the day on which it happened; what is to come is entered on its day",
        });
    }
    let number = meta::take_numbers(&mut *conn, meta::DUTIES, 1).await?;
    let event = Event {
        number,
        rule: rule.id.clone(),
        account: account.to_owned(),
        day: raise.day,
        reason: raise.reason.to_owned(),
        due_at: raise.due_at,
    };
    let reference = format!("duty:{number}");
    let act = Act {
        kind: Kind::DutyRaised,
        member: code,
        reference: &reference,
    };
    let entered = Entered {
        rule: &rule.id,
        of: code,
        account,
        event_day: raise.day,
        reason: raise.reason,
        by: raise.by,
        due_at: raise.due_at,
    };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let new = NewEvent {
        event: &event,
        member: code,
        at: now,
        by: raise.by,
        entry: journal::store::column(entry)?,
    };
    store::insert_event(conn, &new).await?;
    tracing::info!(duty = number, "raised");
    Ok(format!("{}/{}/{}.{number}", rule.id, raise.of, raise.day))
}

fn check_whose(house: &House, rule: &DutyRule, whose: &Whose, account: &str) -> Result<()> {
    let party = Party::of(&whose.code);
    let fits = match rule.of.as_str() {
        "member" => party == Party::Member && account.is_empty(),
        "bureau" => party == Party::Bureau && account.is_empty(),
        role => house.regime.role(role, party).is_some_and(|role| {
            let mut lines = whose.people.iter();
            lines.any(|line| line.account == account && owner::has(line, role))
        }),
    };
    if fits {
        return Ok(());
    }
    Err(Error::Input {
        code: "DUTY-WHOSE",
        sentence:
            "such a duty is not that one's: it is a member's, the bureau's or a person's, as the regime says"
                .into(),
        remedy: "name with --of an institution code, bureau, or MEMBER/ACCOUNT; \u{201c}Duties\u{201d} in pipeline/README.md says which",
    })
}
