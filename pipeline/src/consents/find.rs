//! Finds the consents of a person at one member: by whoever may read them there, and on record. *SQL.*

use jiff::Timestamp;
use serde::Serialize;

use super::hands;
use crate::{
    access::people::Holder,
    app::House,
    error::Result,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    subject::{applicant::Applicant, find},
};

/// A consent that was found.
pub struct Found {
    /// Its number, the member's own.
    pub reference: String,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

/// The consents of `who` at `by`'s own member, after entering that they were looked for.
///
/// # Errors
/// `CONSENT-HANDS`, `GATE-CLOCK`, `DB-*`.
pub async fn by_subject(house: &House, by: &Holder, who: &Applicant) -> Result<Vec<Found>> {
    let now = house.reading_now()?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    hands::check_reader(house, &mut *conn, by, house.today(now)).await?;
    let held = find::consents(house, &mut *conn, who).await?;
    let own = held.consents.into_iter().filter(|(member, _)| *member == by.at);
    let found: Vec<Found> = own
        .map(|(_, stored)| Found {
            reference: stored.row.consent_ref,
            registered_at: stored.registered_at,
            withdrawn_at: stored.row.withdrawn_at,
        })
        .collect();
    let act = Act {
        kind: Kind::Read,
        member: &by.at,
        reference: "consents",
    };
    let looking = Looking {
        account: &by.account,
        what: "consents of a person",
        found: found.len(),
    };
    act::enter(house, conn, &act, &looking, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(found)
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Looking<'a> {
    account: &'a str,
    what: &'a str,
    found: usize,
}
