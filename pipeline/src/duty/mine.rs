//! The duties that one person may close, as they are now: what the first page of the day is made of. *SQL.*

use super::{
    list::{self, Filter, Listed},
    owner,
    state::State,
};
use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    error::Result,
    regime::people::Party,
};

/// The duties that are not closed today and that `holder` may close, by due day: at a member those of that member.
///
/// # Errors
/// `DUTY-DAY`; `DB-*`.
pub async fn of<'h>(house: &'h House, holder: &Holder) -> Result<Vec<Listed<'h>>> {
    let filter = Filter {
        states: vec![State::Open, State::Due, State::Overdue],
        member: (Party::of(&holder.at) == Party::Member).then(|| holder.at.clone()),
        ..Filter::default()
    };
    let today = house.today(house.clock.now());
    let persons = Persons::read(&mut *house.db.reader().await?, &holder.at, today).await?;
    let mut listed = list::list(house, today, &filter).await?;
    listed.retain(|listed| {
        let duty = &listed.duty;
        owner::desk(&house.regime, duty) == holder.at
            && owner::may_close(&house.regime, duty, &persons, &holder.account)
    });
    Ok(listed)
}
