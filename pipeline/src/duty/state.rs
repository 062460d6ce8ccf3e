//! What a duty is on a day: open, due, overdue or closed. *Pure.*

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::duties::Duty;
use crate::regime::control::DueRules;

/// The state of a duty on a day.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DutyState)]
pub enum State {
    /// It is there, and there is time.
    Open,
    /// It can be closed, and its last day is near.
    Due,
    /// Its last day is over.
    Overdue,
    /// It was closed.
    Closed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Due, Self::Overdue, Self::Closed];

    /// The state of `duty` on `on`, which was closed on `closed` if it was: as of `now` on the present day, as of the end of any other.
    pub fn of(
        duty: &Duty<'_>,
        closed: Option<Date>,
        (on, now): (Date, Option<Timestamp>),
        rules: &DueRules,
    ) -> Self {
        let near = duty
            .due
            .checked_sub(rules.soon_days.value.days())
            .unwrap_or(Date::MIN);
        let hour_is_over = |at| on == duty.due && now.is_none_or(|now| now > at);
        if closed.is_some_and(|closed| closed <= on) {
            Self::Closed
        } else if on > duty.due || duty.due_at.is_some_and(hour_is_over) {
            Self::Overdue
        } else if on >= near && on >= duty.closable_from() {
            Self::Due
        } else {
            Self::Open
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
