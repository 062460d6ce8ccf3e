//! Who somebody is, and whether they may on a day: by person, not by account. *SQL.*

use jiff::civil::Date;

use crate::{access::persons::Persons, app::House, db::Tx, error::Result, regime::people::Right};

/// A person who may.
pub(super) struct Hand {
    /// Their account.
    pub account: String,
    /// Who they are, `place/person`.
    pub person: String,
}

/// Whoever holds `account` at `place` on `today`, with `right` if one is asked for; none, while any account of the person is
/// stopped.
pub(super) async fn of(
    house: &House,
    tx: &mut Tx,
    (place, account): (&str, &str),
    right: Option<Right>,
    today: Date,
) -> Result<Option<Hand>> {
    let persons = Persons::load(tx, place, today).await?;
    Ok(among(house, &persons, (place, account), right))
}

/// The same among the people of `place` as they are known.
pub(super) fn among(
    house: &House,
    persons: &Persons,
    (place, account): (&str, &str),
    right: Option<Right>,
) -> Option<Hand> {
    let line = persons.able(account, |line| {
        right.is_none_or(|right| line.permits(&house.regime, right))
    });
    line.map(|line| Hand {
        account: account.to_owned(),
        person: format!("{place}/{}", line.person),
    })
}
