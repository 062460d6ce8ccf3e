//! Shows a consent as it was given, with the whole text of its form, years later (四(二)3(4)). *Edge.*

use jiff::Timestamp;
use mayfly_consent::{Claim, Form, Retention, Terms, store as consent_store};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{hands, outcome::keep_until};
use crate::{
    access::people::Holder,
    app::House,
    error::{Error, Result},
    gate::seal,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// A consent in full.
pub struct ShownConsent {
    /// The member.
    pub member: String,
    /// What was submitted.
    pub claim: Claim,
    /// The form version, with its text.
    pub form: Form,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// What became of the credit: the word and its day.
    pub outcome: Option<(String, String)>,
    /// Until when it is kept.
    pub kept: Retention,
}

/// Opens the consent `reference` of `member` for `account`, after entering in the journal that it was read, and
/// whether without masks (`full`).
pub async fn show(
    house: &House,
    member: &str,
    reference: &str,
    account: &str,
    full: bool,
) -> Result<ShownConsent> {
    read(house, (member, reference), account, full, None).await
}

/// The same with masks for `by`, who is signed in: a consent of their own member, if they may.
///
/// # Errors
/// `CONSENT-HANDS`, `CNS-MISSING`.
pub async fn show_to(house: &House, by: &Holder, reference: &str) -> Result<ShownConsent> {
    read(house, (&by.at, reference), &by.account, false, Some(by)).await
}

async fn read(
    house: &House,
    (member, reference): (&str, &str),
    account: &str,
    full: bool,
    by: Option<&Holder>,
) -> Result<ShownConsent> {
    let now = house.reading_now()?;
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    if let Some(by) = by {
        hands::check_reader(house, &mut *conn, by, house.today(now)).await?;
    }
    let (consent_no, shown) =
        open(house, &mut *conn, member, reference)
            .await?
            .ok_or_else(|| Error::Input {
                code: "CNS-MISSING",
                sentence: "no consent of this number is registered for the member".into(),
                remedy: "check the member code and the consent's number; both are as the member wrote them",
            })?;
    let reference = format!("consent:{consent_no}");
    let act = Act {
        kind: Kind::Read,
        member,
        reference: &reference,
    };
    act::enter(
        house,
        conn,
        &act,
        &Reading {
            account,
            what: if full { "consent, unmasked" } else { "consent" },
        },
        now,
    )
    .await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(shown)
}

/// The consent `reference` of `member`, for whoever has entered in the journal that it is read; `None`: not kept any more.
///
/// # Errors
/// `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn stored(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    reference: &str,
) -> Result<Option<ShownConsent>> {
    let found = open(house, conn, member, reference).await?;
    Ok(found.map(|(_, shown)| shown))
}

/// The consent and its number.
async fn open(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    reference: &str,
) -> Result<Option<(i64, ShownConsent)>> {
    let Some(stored) = consent_store::one(&mut *conn, member, reference).await? else {
        return Ok(None);
    };
    let claim = seal::open(house, member, &stored)?;
    let Terms::Given(given) = &claim.terms else {
        return Err(Error::Bug("a kept consent without its terms"));
    };
    let forms = consent_store::load_forms(conn).await?;
    let version = given.form_id.as_deref().zip(given.form_version.as_deref());
    let form = version
        .and_then(|(id, version)| forms.find(id, version))
        .ok_or(Error::Bug("a kept consent without its form"))?;
    let shown = ShownConsent {
        member: member.to_owned(),
        form: (**form).clone(),
        registered_at: stored.registered_at,
        withdrawn_at: stored.row.withdrawn_at,
        outcome: stored
            .row
            .outcome
            .map(|outcome| (outcome.as_str().to_owned(), outcome.day().to_string())),
        kept: keep_until(house, stored.row.outcome)?,
        claim,
    };
    Ok(Some((stored.row.consent_no, shown)))
}

#[derive(Serialize)]
struct Reading<'a> {
    account: &'a str,
    what: &'a str,
}
