//! The approvals that wait for one person: to be decided, by the rules by which that is judged, or to be used. *SQL.*

use jiff::Timestamp;

use super::{
    hands, judge, steps,
    store::{self, Approval},
};
use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    error::Result,
};

/// What was applied for and `holder` may give or refuse, oldest first.
///
/// # Errors
/// `DB-*`.
pub async fn for_decision(house: &House, holder: &Holder) -> Result<Vec<Approval>> {
    let now = house.clock.now();
    let mut reader = house.db.reader().await?;
    let persons = Persons::read(&mut reader, &holder.at, house.today(now)).await?;
    let mut waiting = store::list(&mut reader, Some(now)).await?;
    waiting.retain(|approval| may_decide(house, approval, holder, &persons, now));
    Ok(waiting)
}

/// What `holder` applied for and another person gave, and is not used yet.
///
/// # Errors
/// `DB-*`.
pub async fn for_use(house: &House, holder: &Holder) -> Result<Vec<Approval>> {
    let now = house.clock.now();
    let mut given = store::list(&mut *house.db.reader().await?, Some(now)).await?;
    given.retain(|approval| {
        let is_theirs = approval.desk == holder.at && approval.applied_by == holder.account;
        is_theirs && judge::standing(approval, now) == judge::Standing::Given
    });
    Ok(given)
}

fn may_decide(
    house: &House,
    approval: &Approval,
    holder: &Holder,
    persons: &Persons,
    now: Timestamp,
) -> bool {
    let Some(rule) = house.regime.second_person(approval.act) else {
        return false;
    };
    let place = (holder.at.as_str(), holder.account.as_str());
    let hand = hands::among(house, persons, place, rule.approves);
    steps::reaches(rule, &approval.desk, &holder.at)
        && hand.is_some_and(|hand| judge::decide(approval, &hand.person, now).is_ok())
}
