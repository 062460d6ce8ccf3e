//! Adds to an incident what was found, what was done, and what was imposed on the member (十一(二)); nothing is changed. *SQL.*

use serde::Serialize;

use super::{
    open_one,
    store::{self, Step},
};
use crate::{
    access::{stopper::handler, stopping::check_reason},
    app::House,
    db::meta,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// Adds `note` to the incident `number` as `what`: a finding, a measure, or a sanction of the regime.
///
/// # Errors
/// `INCIDENT-UNKNOWN`, `INCIDENT-CLOSED`, `INCIDENT-STEP`, `INCIDENT-SANCTION`, `STOP-REASON`, `STOP-RIGHT`.
pub async fn add(house: &House, number: i64, what: &str, note: &str, by: &str) -> Result<i64> {
    let is_sanction = house.regime.incident.sanctions.value.contains_key(what);
    if !is_sanction && !FACTS.contains(&what) {
        return Err(Error::Input {
            code: "INCIDENT-STEP",
            sentence:
                "an incident has findings, measures and the regime's sanctions, and nothing of that name"
                    .into(),
            remedy: "name finding, measure, warning, suspension or revocation",
        });
    }
    check_reason(note)?;
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let by = &handler(house, &mut tx, by, house.today(now)).await?;
    let conn = tx.connection();
    let incident = open_one(&mut *conn, number).await?;
    let member = incident.target.member();
    if is_sanction && member.is_empty() {
        return Err(Error::Input {
            code: "INCIDENT-SANCTION",
            sentence: "a sanction is imposed on a member, and this incident is of none".into(),
            remedy: "record what was done as a measure, or open an incident of the member",
        });
    }
    let step_no = meta::take_numbers(&mut *conn, meta::INCIDENT_STEPS, 1).await?;
    let reference = format!("incident:{number}");
    let act = Act {
        kind: Kind::Incident,
        member,
        reference: &reference,
    };
    let entered = Entered { what, note, by };
    let entry = act::enter(house, &mut *conn, &act, &entered, now).await?;
    let step = Step {
        number: step_no,
        what: what.to_owned(),
        note: note.to_owned(),
        by: by.to_owned(),
        at: now,
        entry: journal::store::column(entry)?,
    };
    store::insert_step(conn, number, &step).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(step_no)
}

#[derive(Serialize)]
struct Entered<'a> {
    what: &'a str,
    note: &'a str,
    by: &'a str,
}

/// What was found.
pub const FINDING: &str = "finding";
/// What was done.
pub const MEASURE: &str = "measure";
const FACTS: [&str; 2] = [FINDING, MEASURE];
