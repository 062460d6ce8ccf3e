//! Closes a duty: once, by whoever owns it on that day, with its artefact, and with a journal entry. *SQL.*

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    artefact,
    duties::{self, Cause, Duty},
    facts,
    list::{self, Listed},
    owner,
    state::State,
    store::{self, Closing, NewClosing},
};
use crate::{
    access::{people::Holder, persons::Persons},
    app::House,
    db::{Tx, meta},
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What the journal keeps of a closing.
#[derive(Serialize)]
struct Entered<'a> {
    duty: &'a str,
    clause: &'a str,
    due: Date,
    closed_on: Date,
    artefact: &'a str,
    by: &'a str,
}

/// Closes the duty of the name `id` with `given`, the path of a file or a reference, as `account`, which may stand with its place
/// (`PLACE/ACCOUNT`). It is closed as of now: a
/// closing is never dated back.
///
/// # Errors
/// `DUTY-UNKNOWN`, `DUTY-CLOSED`, `DUTY-OWNER`, `DUTY-EARLY`, `DUTY-ARTEFACT`; `GATE-CLOCK` while the clocks disagree.
pub async fn close<'h>(house: &'h House, id: &str, given: &str, account: &str) -> Result<Listed<'h>> {
    let now = house.trusted_now()?;
    let known = list::show(house, id, house.today(now)).await?;
    let artefact = artefact::read(given, &known.duty.rule.artefact)?;
    let desk = owner::desk(&house.regime, &known.duty);
    let own = account.strip_prefix(desk).and_then(|rest| rest.strip_prefix('/'));
    close_now(house, id, artefact, own.unwrap_or(account), now).await
}

/// As [`close`], by somebody who is not at this machine and stands where `holder` does: `given` is a reference, or the SHA-256 of a
/// file that they keep. What others look after is answered like what is not there.
///
/// # Errors
/// As [`close`].
pub async fn close_far<'h>(house: &'h House, id: &str, given: &str, holder: &Holder) -> Result<Listed<'h>> {
    let now = house.trusted_now()?;
    let known = list::show(house, id, house.today(now)).await?;
    if owner::desk(&house.regime, &known.duty) != holder.at {
        return Err(list::unknown());
    }
    let artefact = artefact::read_far(given, &known.duty.rule.artefact)?;
    close_now(house, id, artefact, &holder.account, now).await
}

async fn close_now<'h>(
    house: &'h House,
    id: &str,
    artefact: String,
    account: &str,
    now: Timestamp,
) -> Result<Listed<'h>> {
    let mut tx = house.db.begin().await?;
    let closed = close_within(house, &mut tx, id, artefact, account, now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(closed)
}

/// As [`close`], in the transaction of the act that makes the artefact, which is given as it is kept.
///
/// # Errors
/// As [`close`]; the caller's transaction must not be committed then.
pub async fn close_within<'h>(
    house: &'h House,
    tx: &mut Tx,
    id: &str,
    artefact: String,
    account: &str,
    now: Timestamp,
) -> Result<Listed<'h>> {
    let today = house.today(now);
    let duty = owned(house, tx, id, account, today).await?;
    if today < duty.closable_from() {
        return Err(Error::Operator {
            code: "DUTY-EARLY",
            sentence: format!(
                "the duty is about a period that is not over: it can be closed from {} on",
                duty.closable_from()
            ),
            remedy: "wait until the period has ended, then close it with what was made of all of it",
        });
    }
    let conn = tx.connection();
    artefact::check(&mut *conn, &duty, &artefact).await?;
    let number = meta::take_numbers(&mut *conn, meta::DUTIES, 1).await?;
    let mut closing = Closing {
        number,
        artefact,
        on: today,
        at: Some(now),
        by: account.to_owned(),
        entry: None,
    };
    closing.entry = Some(enter(house, &mut *conn, &duty, &closing).await?);
    let new = NewClosing {
        duty: id,
        member: &duty.of,
        event: match duty.cause {
            Some(Cause::Raised { number, .. }) => Some(number),
            Some(Cause::Found(_)) | None => None,
        },
        kept_from: duty.counted.max(today),
        closing: &closing,
    };
    store::insert_closing(conn, &new).await?;
    tracing::info!(duty = number, "closed");
    Ok(Listed {
        duty,
        state: State::Closed,
        closing: Some(closing),
    })
}

/// As [`close_within`]; none, if it is not for `account` to close now with that: then nothing is written, and what the caller did stands.
///
/// # Errors
/// `DB-*`, `KEY-*`; the caller's transaction must not be committed then.
pub async fn close_if_open_and_own<'h>(
    house: &'h House,
    tx: &mut Tx,
    id: &str,
    artefact: String,
    account: &str,
    now: Timestamp,
) -> Result<Option<Listed<'h>>> {
    match close_within(house, tx, id, artefact, account, now).await {
        Err(error) if BEFORE_WRITING.contains(&error.code()) => Ok(None),
        closed => closed.map(Some),
    }
}

/// Refuses `account` unless it could close the duty of the name `id` on `today`, if it had the artefact: for an act that makes
/// it, and says nothing of what is missing to anybody else.
///
/// # Errors
/// `DUTY-UNKNOWN`, `DUTY-CLOSED`, `DUTY-OWNER`; those of the database.
pub async fn check_owner(house: &House, tx: &mut Tx, id: &str, account: &str, today: Date) -> Result<()> {
    owned(house, tx, id, account, today).await?;
    Ok(())
}

/// The duty of the name `id`, which is open, and is for `account` to close on `today`.
async fn owned<'h>(house: &'h House, tx: &mut Tx, id: &str, account: &str, today: Date) -> Result<Duty<'h>> {
    let duty = open_duty(house, tx.connection(), id, today).await?;
    let desk = owner::desk(&house.regime, &duty);
    let persons = Persons::load(tx, desk, today).await?;
    if owner::may_close(&house.regime, &duty, &persons, account) {
        return Ok(duty);
    }
    Err(Error::Denied {
        code: "DUTY-OWNER",
        sentence: "this account does not own the duty today: it has not the role, has been stopped, or the duty is another person's"
            .into(),
        remedy: "name with --as an account that has the owner's role today; `mayfly duty show` names the role, `mayfly people table` its holders",
    })
}

/// The duty of the name `id`, which nobody has closed and no register shows to be met.
async fn open_duty<'h>(
    house: &'h House,
    conn: &mut AnyConnection,
    id: &str,
    today: Date,
) -> Result<Duty<'h>> {
    let member = id.split('/').nth(1).ok_or_else(list::unknown)?;
    let whose = facts::of(house, &mut *conn, member).await?;
    let whose = whose.ok_or_else(list::unknown)?;
    let calendar = facts::calendar(&mut *conn).await?;
    let span = facts::span(house, today, today)?;
    let duties = duties::duties_of(&house.regime, &calendar, &whose, span);
    let found = duties.into_iter().find(|duty| duty.id == id);
    let duty = found.ok_or_else(list::unknown)?;
    let closings = store::closings(conn, &duty.of).await?;
    if closings.contains_key(id) || list::met(&duty).is_some_and(|met| met.on <= today) {
        return Err(Error::Input {
            code: "DUTY-CLOSED",
            sentence: "the duty is closed already, and what closed it stands".into(),
            remedy: "see `mayfly duty show` for its artefact and who closed it",
        });
    }
    Ok(duty)
}

async fn enter(house: &House, conn: &mut AnyConnection, duty: &Duty<'_>, closing: &Closing) -> Result<i64> {
    let reference = format!("duty:{}", closing.number);
    let act = Act {
        kind: Kind::Duty,
        member: &duty.of,
        reference: &reference,
    };
    let entered = Entered {
        duty: &duty.id,
        clause: &duty.rule.clause,
        due: duty.due,
        closed_on: closing.on,
        artefact: &closing.artefact,
        by: &closing.by,
    };
    let at = closing.at.ok_or(Error::Bug("a closing without its instant"))?;
    let entry = act::enter(house, conn, &act, &entered, at).await?;
    journal::store::column(entry)
}

/// What is found before anything is written.
const BEFORE_WRITING: [&str; 5] = [
    "DUTY-UNKNOWN",
    "DUTY-CLOSED",
    "DUTY-OWNER",
    "DUTY-EARLY",
    "DUTY-ARTEFACT",
];
