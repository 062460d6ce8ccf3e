//! Shows the duties of a day: all that are not closed, or those that somebody asks for. *SQL.*

use jiff::civil::Date;

use super::{
    duties::{self, Duty},
    facts,
    state::State,
    store::Closing,
};
use crate::{
    app::House,
    error::{Error, Result},
};

/// Which duties are asked for; an empty part asks for all.
#[derive(Default)]
pub struct Filter {
    /// In one of these states.
    pub states: Vec<State>,
    /// Owned by this role.
    pub owner: Option<String>,
    /// Whose clause holds this text.
    pub clause: Option<String>,
    /// Of this member, or of `bureau`, `supervisor`, `provider`.
    pub member: Option<String>,
}

/// A duty with what became of it.
pub struct Listed<'r> {
    /// The duty.
    pub duty: Duty<'r>,
    /// Its state on the day.
    pub state: State,
    /// How it was closed, if it was by that day.
    pub closing: Option<Closing>,
}

/// The duties of the day `on` that `filter` asks for, by due day; registers, events and working days as they are known now.
///
/// # Errors
/// `DUTY-RULE` for an unknown role, `MEMBER-UNKNOWN`, `DUTY-DAY`; `DB-*`.
pub async fn list<'h>(house: &'h House, on: Date, filter: &Filter) -> Result<Vec<Listed<'h>>> {
    let mut reader = house.db.reader().await?;
    if let Some(owner) = &filter.owner
        && !house.regime.roles.iter().any(|role| role.id == *owner)
    {
        return Err(unknown_rule("the regime has no role of that name"));
    }
    let now = house.clock.now();
    let today = house.today(now);
    let moment = (on, (on == today).then_some(now));
    let span = facts::span(house, on, today)?;
    let calendar = facts::calendar(&mut reader).await?;
    let codes = match &filter.member {
        Some(code) => vec![code.clone()],
        None => facts::codes(&mut reader).await?,
    };
    let mut listed = Vec::new();
    for code in codes {
        let whose = facts::of(house, &mut reader, &code)
            .await?
            .ok_or_else(unknown_member)?;
        let mut closings = super::store::closings(&mut reader, &code).await?;
        let all = duties::duties_of(&house.regime, &calendar, &whose, span);
        let asked = all.into_iter().filter(|duty| filter.asks_for(duty));
        listed.extend(asked.filter_map(|duty| {
            let closing = closings.remove(&duty.id).or_else(|| met(&duty));
            let closing = closing.filter(|closing| closing.on <= on);
            let closed = closing.as_ref().map(|closing| closing.on);
            let state = State::of(&duty, closed, moment, &house.regime.due);
            filter
                .states
                .contains(&state)
                .then_some(Listed { duty, state, closing })
        }));
    }
    listed.sort_by(|one, other| (one.duty.due, &one.duty.id).cmp(&(other.duty.due, &other.duty.id)));
    Ok(listed)
}

/// The duty of the name `id`, as it is on `on`.
///
/// # Errors
/// `DUTY-UNKNOWN`, `DUTY-DAY`; `DB-*`.
pub async fn show<'h>(house: &'h House, id: &str, on: Date) -> Result<Listed<'h>> {
    find(house, id, on).await?.ok_or_else(unknown)
}

/// As [`show`]; none, if no duty of that name has begun by that day, or its years are over.
///
/// # Errors
/// `DUTY-DAY`; `DB-*`.
pub async fn find<'h>(house: &'h House, id: &str, on: Date) -> Result<Option<Listed<'h>>> {
    let mut parts = id.split('/');
    let (rule, member) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    if !house.regime.duties.iter().any(|known| known.id == rule) {
        return Ok(None);
    }
    let filter = Filter {
        states: State::ALL.into(),
        member: Some(member.to_owned()),
        ..Filter::default()
    };
    let listed = match list(house, on, &filter).await {
        Err(Error::Input {
            code: "MEMBER-UNKNOWN",
            ..
        }) => return Ok(None),
        listed => listed?,
    };
    Ok(listed.into_iter().find(|listed| listed.duty.id == id))
}

/// How a duty is closed that the registers themselves show to be met.
pub(super) fn met(duty: &Duty<'_>) -> Option<Closing> {
    let met = duty.met.clone()?;
    Some(Closing {
        number: 0,
        artefact: met.artefact,
        on: met.on,
        at: met.at,
        by: met.by,
        entry: met.entry,
    })
}

impl Filter {
    fn asks_for(&self, duty: &Duty<'_>) -> bool {
        let owner = self.owner.as_ref().is_none_or(|owner| duty.rule.owner == *owner);
        let clause = self
            .clause
            .as_ref()
            .is_none_or(|clause| duty.rule.clause.contains(clause.as_str()));
        owner && clause
    }
}

pub(super) fn unknown() -> Error {
    Error::Input {
        code: "DUTY-UNKNOWN",
        sentence: "there is no such duty: none of that name has begun by that day, or its years are over"
            .into(),
        remedy: "copy its name from `mayfly duty list --all`",
    }
}

pub(super) fn unknown_member() -> Error {
    Error::Input {
        code: "MEMBER-UNKNOWN",
        sentence: "the member is not in the register".into(),
        remedy: "import the member first (`mayfly member import`), or name bureau, supervisor or provider",
    }
}

pub(super) fn unknown_rule(sentence: &str) -> Error {
    Error::Input {
        code: "DUTY-RULE",
        sentence: sentence.into(),
        remedy: "see \u{201c}Duties\u{201d} in pipeline/README.md for the duties, their events and the roles that own them",
    }
}
