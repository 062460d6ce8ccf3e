//! Who somebody is, and whether they may on a day: by person, not by account. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use crate::{access::rows, app::House, error::Result, regime::people::Right};

/// Whether whoever holds `account` at `place` may on `today`: as `of`.
pub async fn may(
    house: &House,
    conn: &mut AnyConnection,
    who: (&str, &str),
    right: Option<Right>,
    today: Date,
) -> Result<bool> {
    Ok(of(house, conn, who, right, today).await?.is_some())
}

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
    conn: &mut AnyConnection,
    (place, account): (&str, &str),
    right: Option<Right>,
    today: Date,
) -> Result<Option<Hand>> {
    let lines = rows::of_member(&mut *conn, place).await?;
    let stopped = rows::stopped(conn, place).await?;
    let may = lines.iter().find(|line| {
        line.account == account
            && line.holds_on(today)
            && right.is_none_or(|right| line.permits(&house.regime, right))
    });
    let is_stopped = |person: &str| {
        let mut of_person = lines.iter().filter(|line| line.person == person);
        of_person.any(|line| stopped.contains(&line.account))
    };
    Ok(may.filter(|line| !is_stopped(&line.person)).map(|line| Hand {
        account: account.to_owned(),
        person: format!("{place}/{}", line.person),
    }))
}
