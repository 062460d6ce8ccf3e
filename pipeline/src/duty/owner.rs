//! Who may close a duty on a day: whoever has its owner's role then, and a person's own duty only that person. *Pure.*

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::duties::Duty;
use crate::{
    access::authorisation::Authorisation,
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

/// Whether `account` may close `duty` on `day`; `people` are those of [`desk`], `stopped` the accounts that are stopped there.
/// What a person left behind who cannot close it any more is closed by whoever signs off there.
pub fn may_close(
    regime: &Regime,
    duty: &Duty<'_>,
    (people, stopped): (&[Authorisation], &BTreeSet<String>),
    account: &str,
    day: Date,
) -> bool {
    let Some(role) = role(regime, duty) else {
        return false;
    };
    let able = |wanted: &str, fits: &dyn Fn(&Authorisation) -> bool| {
        let mut of_account = people
            .iter()
            .filter(|line| line.account == wanted && line.holds_on(day));
        !stopped.contains(wanted) && of_account.any(fits)
    };
    let is_own = !duty.account.is_empty() && duty.rule.owner == duty.rule.of;
    if !is_own || able(&duty.account, &|line| has(line, role)) {
        return (!is_own || duty.account == account) && able(account, &|line| has(line, role));
    }
    able(account, &|line| line.permits(regime, Right::SignOff))
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
