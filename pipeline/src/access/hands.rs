//! In whose hands a change of the 授權表 is: who does it, and who approves it, beside them or before (五(一)2, 3, 10). *SQL.*

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{breach::Breach, people::Holder, persons::Persons};
use crate::{
    app::House,
    approval::{Asked, Matter, Warrant, Wish, steps},
    db::Tx,
    error::{Error, Result},
    regime::people::{Act, Right},
};

/// Who does an act, and who approves it: accounts of the same desk.
pub struct Hands<'a> {
    /// Who does it.
    pub by: &'a str,
    /// Another person, who approves it.
    pub approved_by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// Who does an act that another person approves, or is to approve.
pub struct Mover<'a> {
    /// Who does it.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The approval that was given for it; none: one is applied for.
    pub approval: Option<i64>,
}

/// How the second person takes part.
pub(super) enum Second<'a> {
    /// They stand by, and are named with the act.
    Beside(&'a Hands<'a>),
    /// They have approved it, or are to, before it is done.
    Before(&'a Mover<'a>),
}

impl Second<'_> {
    /// Who does it.
    pub(super) fn by(&self) -> &str {
        match self {
            Self::Beside(hands) => hands.by,
            Self::Before(mover) => mover.by,
        }
    }

    /// Why.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::Beside(hands) => hands.reason,
            Self::Before(mover) => mover.reason,
        }
    }

    /// Who approves it, as far as that is known before it is done.
    pub(super) fn approver(&self) -> &str {
        match self {
            Self::Beside(hands) => hands.approved_by,
            Self::Before(_) => "",
        }
    }

    /// Who approved what `warrant` permits, which is used up: a line that begins or ends has its approver from there only.
    pub(super) fn approved_by(&self, warrant: Warrant) -> String {
        match self {
            Self::Beside(hands) => hands.approved_by.to_owned(),
            Self::Before(_) => warrant.approved_by().to_owned(),
        }
    }

    /// Refuses those who have no right to change authorisations at `desk` today, before anything is said of what stands there.
    pub(super) async fn check_rights(
        &self,
        house: &House,
        tx: &mut Tx,
        desk: &str,
        now: Timestamp,
    ) -> Result<()> {
        match self {
            Self::Before(mover) => {
                steps::check_applicant(house, tx, Act::Authorisation, (desk, mover.by), now).await
            }
            Self::Beside(hands) => able(house, tx, desk, hands, house.today(now)).await.map(drop),
        }
    }

    /// Asks for a warrant to do `what` with the authorisation of `holder`, who is `person`. Either way it is bound to the
    /// hash of `what`.
    pub(super) async fn ask(
        &self,
        house: &House,
        tx: &mut Tx,
        (holder, person): (&Holder, &str),
        what: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<Asked> {
        let subject = format!("{}/{}", holder.at, holder.account);
        let about = format!("{}/{person}", holder.at);
        let matter = Matter {
            act: Act::Authorisation,
            desk: holder.desk(),
            subject: &subject,
            about: &about,
        };
        let wish = Wish::new(&matter, self.by(), self.reason(), what)?;
        match self {
            Self::Before(mover) => steps::ask(house, tx, &wish, mover.approval, now).await,
            Self::Beside(hands) => {
                let today = house.today(now);
                let (by, approver) = check(house, tx, (holder, person), hands, today).await?;
                let persons = (by.as_str(), hands.approved_by, approver.as_str());
                Ok(Asked::Granted(
                    steps::attest(house, tx, &wish, persons, now).await?,
                ))
            }
        }
    }
}

/// Whether those who do and approve the act may, and who they are: each has the right today, is not stopped, and the approver is neither who
/// does it nor whom it is about.
async fn check(
    house: &House,
    tx: &mut Tx,
    (holder, person): (&Holder, &str),
    hands: &Hands<'_>,
    today: Date,
) -> Result<(String, String)> {
    let Some((by, approver)) = able(house, tx, holder.desk(), hands, today).await? else {
        return Ok((String::new(), String::new()));
    };
    let is_holder = holder.desk() == holder.at && approver == person;
    if approver == by || is_holder {
        return Err(Breach::OwnApproval.error());
    }
    Ok((by, approver))
}

/// The persons of those who do and approve the act, if each has the right to today; none where the regime wants no second person.
async fn able(
    house: &House,
    tx: &mut Tx,
    desk: &str,
    hands: &Hands<'_>,
    today: Date,
) -> Result<Option<(String, String)>> {
    let Some(rule) = house.regime.second_person(Act::Authorisation) else {
        return Ok(None);
    };
    let persons = Persons::load(tx, desk, today).await?;
    let allowed = |account: &str, right: Option<Right>| {
        persons.able(account, |line| {
            right.is_none_or(|right| line.permits(&house.regime, right))
        })
    };
    let by = allowed(hands.by, rule.does).ok_or_else(|| {
        denied(
            "PEOPLE-HANDS",
            "whoever enters it (--as) has no right to today: accounts are opened and ended by an account administrator",
        )
    })?;
    let approver = allowed(hands.approved_by, rule.approves).ok_or_else(|| {
        denied(
            "PEOPLE-HANDS",
            "whoever approves it (--approved-by) has no right to today: a unit head at a member, compliance at the bureau (五(一)2)",
        )
    })?;
    Ok(Some((by.person.clone(), approver.person.clone())))
}

fn denied(code: &'static str, sentence: &str) -> Error {
    Error::Denied {
        code,
        sentence: sentence.into(),
        remedy: "name two people who have these roles today, `mayfly people table` shows them; the first ones come with `mayfly staff import`",
    }
}
