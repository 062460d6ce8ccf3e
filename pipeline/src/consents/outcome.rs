//! What became of the credit a consent was given for, and withdrawals (D15, D16): from outcome files. *SQL.*

use std::path::Path;

use jiff::Timestamp;
use mayfly_consent::{
    Outcome, Retention,
    outcome::retain_until,
    store::{self as consent_store, ConsentRow},
};
use mayfly_retention::Class;
use serde::Serialize;
use sqlx::AnyConnection;
use utoipa::ToSchema;

use super::hands;
use crate::{
    access::{
        people::Holder,
        table::{Line, OUTCOME_LINES, Table},
    },
    app::House,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What an outcome file changed.
#[derive(Serialize, Default, ToSchema)]
#[schema(as = Recorded)]
pub struct Recorded {
    /// Consents whose outcome is new or lengthened.
    pub outcomes: i64,
    /// Consents withdrawn: from this moment on nothing is asked on them.
    pub withdrawn: i64,
    /// Lines that changed nothing.
    pub known: i64,
}

/// Records the outcomes of `path`; the first line that contradicts the register refuses the file.
pub async fn record(house: &House, path: &Path) -> Result<Recorded> {
    let now = house.trusted_now()?;
    let columns = ["member", "consent_ref", "outcome", "date"];
    let mut table = Table::open(path, &columns, &[], OUTCOME_LINES)?;
    let mut tx = house.db.begin().await?;
    let mut recorded = Recorded::default();
    while let Some(line) = table.next_line()? {
        record_line(house, tx.connection(), &line, now, &mut recorded).await?;
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(recorded)
}

/// Records what became of the consent `reference`: the word and its day, as `by` says who is signed in. Of their own member alone.
///
/// # Errors
/// `CONSENT-HANDS`, `CNS-MISSING`, `IMPORT-CELL`, `IMPORT-CONFLICT`.
pub async fn record_by(house: &House, by: &Holder, reference: &str, said: (&str, &str)) -> Result<Recorded> {
    let now = house.trusted_now()?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    hands::check_giver(house, &mut *conn, by, house.today(now)).await?;
    let mut recorded = Recorded::default();
    let refuse = |code, what: &str| Error::Input {
        code,
        sentence: what.to_owned(),
        remedy: "check the consent's number, the word and its day; nothing was changed",
    };
    take(
        house,
        conn,
        (&by.at, reference),
        said,
        now,
        &mut recorded,
        &refuse,
    )
    .await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(recorded)
}

/// Until when a consent with this outcome is kept, and whether that is open.
pub fn keep_until(house: &House, outcome: Option<Outcome>) -> Result<Retention> {
    Ok(retain_until(
        outcome,
        house.regime.keep_years(Class::Consent)?,
        None,
    ))
}

async fn record_line(
    house: &House,
    conn: &mut AnyConnection,
    line: &Line<'_>,
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    let member = line.text(0, "member", 3)?;
    let reference = line.text(1, "consent_ref", 40)?;
    let said = (line.cell(2), line.cell(3));
    let refuse = |code, what: &str| line.refuse(code, what);
    take(house, conn, (member, reference), said, now, recorded, &refuse).await
}

/// Takes what is `said` of a consent: the word and its day.
async fn take(
    house: &House,
    conn: &mut AnyConnection,
    (member, reference): (&str, &str),
    (word, day): (&str, &str),
    now: Timestamp,
    recorded: &mut Recorded,
    refuse: &(dyn Fn(&'static str, &str) -> Error + Sync),
) -> Result<()> {
    let outcome =
        Outcome::parse(word, day).map_err(|error| refuse("IMPORT-CELL", &format!("failed to {error}")))?;
    if !matches!(outcome, Outcome::Granted { .. }) && outcome.day() > house.today(now) {
        return Err(refuse(
            "IMPORT-CELL",
            "a refusal or withdrawal is dated in the future",
        ));
    }
    let stored = consent_store::one(&mut *conn, member, reference)
        .await?
        .ok_or_else(|| {
            refuse(
                "CNS-MISSING",
                "no consent of this number is registered for the member",
            )
        })?;
    let consent = stored.row;
    match outcome {
        Outcome::Withdrawn { .. } => withdraw(house, conn, member, &consent, outcome, now, recorded).await,
        _ if consent.outcome == Some(outcome) => {
            recorded.known += 1;
            Ok(())
        }
        _ if may_follow(consent.outcome, outcome) => {
            consent_store::set_outcome(&mut *conn, consent.consent_no, consent.outcome, outcome).await?;
            enter(house, conn, Kind::Outcome, member, &consent, outcome, now).await?;
            recorded.outcomes += 1;
            Ok(())
        }
        _ => Err(refuse(
            "IMPORT-CONFLICT",
            "the consent has another outcome already, or would be kept shorter",
        )),
    }
}

/// An end of credit may move on, never back: keeping is lengthened, never shortened (D16).
fn may_follow(known: Option<Outcome>, new: Outcome) -> bool {
    match (known, new) {
        (None | Some(Outcome::Withdrawn { .. }), _) => true,
        (Some(Outcome::Granted { credit_end: old }), Outcome::Granted { credit_end: new }) => new > old,
        _ => false,
    }
}

async fn withdraw(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    consent: &ConsentRow,
    outcome: Outcome,
    now: Timestamp,
    recorded: &mut Recorded,
) -> Result<()> {
    if consent.withdrawn_at.is_some() {
        recorded.known += 1;
        return Ok(());
    }
    consent_store::set_withdrawn(&mut *conn, consent.consent_no, now).await?;
    if consent.outcome.is_none() {
        consent_store::set_outcome(&mut *conn, consent.consent_no, None, outcome).await?;
    }
    enter(house, conn, Kind::Withdraw, member, consent, outcome, now).await?;
    recorded.withdrawn += 1;
    Ok(())
}

/// What the journal keeps of an outcome.
#[derive(Serialize)]
struct Entered<'a> {
    consent_ref: &'a str,
    outcome: &'a str,
    day: String,
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    kind: Kind,
    member: &str,
    consent: &ConsentRow,
    outcome: Outcome,
    now: Timestamp,
) -> Result<()> {
    let reference = format!("consent:{}", consent.consent_no);
    let payload = Entered {
        consent_ref: &consent.consent_ref,
        outcome: outcome.as_str(),
        day: outcome.day().to_string(),
    };
    act::enter(
        house,
        conn,
        &Act {
            kind,
            member,
            reference: &reference,
        },
        &payload,
        now,
    )
    .await?;
    Ok(())
}
