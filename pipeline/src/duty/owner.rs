//! Who may close a duty on a day: whoever has its owner's role then, and a person's own duty only that person. *Pure.*

use super::duties::Duty;
use crate::{
    access::{authorisation::Authorisation, persons::Persons},
    regime::{
        Regime,
        people::{Party, Right, Role},
    },
};

/// Whether `line` has `role`: in a column of its own, or by name.
pub fn has(line: &Authorisation, role: &Role) -> bool {
    let in_column = match role.rights[..] {
        [Right::Query] => line.query,
        [Right::Approve] => line.approve,
        [Right::Review] => line.review,
        _ => false,
    };
    Party::of(&line.member) == role.at && (in_column || line.roles.contains(&role.id))
}

/// Whether `account` may close `duty` today; `persons` are those of its [`desk`].
/// What a person left behind who cannot close it any more is closed by whoever signs off there.
pub fn may_close(regime: &Regime, duty: &Duty<'_>, persons: &Persons, account: &str) -> bool {
    let Some(role) = role(regime, duty) else {
        return false;
    };
    let has_role = |account: &str| persons.able(account, |line| has(line, role)).is_some();
    let is_own = !duty.account.is_empty() && duty.rule.owner == duty.rule.of;
    if !is_own || has_role(&duty.account) {
        return (!is_own || duty.account == account) && has_role(account);
    }
    persons.may(regime, account, Right::SignOff)
}

/// Where the owners of `duty` are looked up: at the member it is of, the bureau, the supervisor or the provider.
pub fn desk<'d>(regime: &Regime, duty: &'d Duty<'_>) -> &'d str {
    match role(regime, duty).map(|role| role.at) {
        Some(Party::Bureau) => "bureau",
        Some(Party::Supervisor) => "supervisor",
        Some(Party::Provider) => "provider",
        Some(Party::Member) | None => &duty.of,
    }
}

fn role<'r>(regime: &'r Regime, duty: &Duty<'_>) -> Option<&'r Role> {
    regime.roles.iter().find(|role| role.id == duty.rule.owner)
}
