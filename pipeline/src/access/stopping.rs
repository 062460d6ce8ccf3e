//! Places and lifts stops, with their journal entries; a stop holds from its commit on (D18). *SQL.*

use jiff::Timestamp;
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    stop::{self, Stop, Target},
    stopper::stopper,
};
use crate::{
    app::House,
    approval::{Asked, Matter, Step, Warrant, Wish, steps},
    db::meta,
    error::{Error, Result},
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::people,
};

/// Places a stop of `target` as `by` (`stopper::stopper`); returns its number. It holds for every item that has not left when it is
/// committed.
///
/// # Errors
/// `STOP-REASON`, `STOP-TARGET`, `STOP-RIGHT`.
pub async fn place(house: &House, target: &Target, reason: &str, by: &str) -> Result<i64> {
    let mut tx = house.db.begin().await?;
    let now = house.clock.now();
    let by = stopper(house, &mut tx, by, house.today(now)).await?;
    let (number, _) = place_within(house, tx.connection(), target, (reason, &by), now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(number)
}

/// As [`place`], in the transaction of the act that it is part of; returns its number and its journal index.
///
/// # Errors
/// `STOP-REASON`, `STOP-TARGET`; the caller's transaction must not be committed then.
pub async fn place_within(
    house: &House,
    conn: &mut AnyConnection,
    target: &Target,
    (reason, by): (&str, &str),
    now: Timestamp,
) -> Result<(i64, u64)> {
    check_reason(reason)?;
    check(house, &mut *conn, target).await?;
    let number = stop::place(&mut *conn, target, reason, by, now).await?;
    meta::registers_changed(&mut *conn).await?;
    let (kind, subject) = target.columns();
    let reference = format!("stop:{number}");
    let act = Act {
        kind: Kind::Stop,
        member: target.member(),
        reference: &reference,
    };
    let entered = Entered {
        kind,
        subject,
        reason,
        by,
    };
    let entry = act::enter(house, conn, &act, &entered, now).await?;
    tracing::info!(stop = number, kind, "stopped");
    Ok((number, entry))
}

/// Lifts the stop `number` with `approval`, or applies for one where the regime wants a second person for it.
///
/// # Errors
/// `STOP-UNKNOWN`, `STOP-REASON`, `APPROVAL-*`, `GATE-CLOCK`.
pub async fn lift(
    house: &House,
    number: i64,
    reason: &str,
    by: &str,
    approval: Option<i64>,
) -> Result<Step<()>> {
    check_reason(reason)?;
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let stop = in_force(tx.connection(), number).await?;
    let reference = format!("stop:{number}");
    let matter = Matter {
        act: people::Act::LiftStop,
        desk: "bureau",
        subject: &reference,
        about: "",
    };
    let wish = Wish::new(&matter, by, reason, &stop)?;
    let warrant = match steps::ask(house, &mut tx, &wish, approval, now).await? {
        Asked::Granted(warrant) => warrant,
        Asked::Applied(applied) => return steps::applied(house, tx, applied).await,
    };
    take_away(
        house,
        tx.connection(),
        &stop,
        (reason, by),
        Ground::Approved(warrant),
        now,
    )
    .await?;
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Done(()))
}

/// Ends the stop `number` of a drill, in the transaction of the act that it is part of: it stops nobody, and one person ends it.
///
/// # Errors
/// `STOP-UNKNOWN`.
pub async fn lift_drill(
    house: &House,
    conn: &mut AnyConnection,
    number: i64,
    (reason, by): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    let stop = in_force(&mut *conn, number).await?;
    take_away(house, conn, &stop, (reason, by), Ground::Drill, now).await
}

/// Why a stop may end.
enum Ground {
    /// Whoever had to approve it has.
    Approved(Warrant),
    /// It is a drill's.
    Drill,
}

async fn take_away(
    house: &House,
    conn: &mut AnyConnection,
    stop: &Stop,
    (reason, by): (&str, &str),
    ground: Ground,
    now: Timestamp,
) -> Result<()> {
    let approval = match (ground, &stop.target) {
        (Ground::Approved(warrant), _) => warrant.approval(),
        (Ground::Drill, Target::Drill(_)) => None,
        (Ground::Drill, _) => {
            return Err(Error::Bug(
                "a stop that stops somebody was lifted as that of a drill",
            ));
        }
    };
    stop::lift(&mut *conn, stop.stop, by, now).await?;
    meta::registers_changed(&mut *conn).await?;
    let reference = format!("stop:{}", stop.stop);
    let act = Act {
        kind: Kind::Lift,
        member: "",
        reference: &reference,
    };
    let lifted = Lifted {
        kind: "lift",
        reason,
        by,
        approval,
    };
    act::enter(house, conn, &act, &lifted, now).await?;
    Ok(())
}

async fn in_force(conn: &mut AnyConnection, number: i64) -> Result<Stop> {
    let all = stop::list(conn, true).await?;
    let stop = all.into_iter().find(|stop| stop.stop == number);
    stop.ok_or_else(|| stop::unknown(number))
}

/// All stops; `in_force` leaves out the lifted ones.
pub async fn list(house: &House, in_force: bool) -> Result<Vec<Stop>> {
    stop::list(&mut *house.db.reader().await?, in_force).await
}

/// A reason rests in a plain column: short, and without anybody's identity number.
pub fn check_reason(reason: &str) -> Result<()> {
    let fits = (1..=200).contains(&reason.chars().count()) && !reason.chars().any(char::is_control);
    if fits && !mayfly_consent::cells::holds_identity_number(reason) {
        return Ok(());
    }
    Err(Error::Input {
        code: "STOP-REASON",
        sentence: "the reason is empty, longer than 200 characters, or holds an identity number or control characters".into(),
        remedy: "say in a few words why, and name no person in it",
    })
}

/// A stop of somebody who is not in the registers would stop nobody: it is refused, so that a slip of the pen shows.
async fn check(house: &House, conn: &mut AnyConnection, target: &Target) -> Result<()> {
    let known = match target {
        Target::Link | Target::Drill(_) => true,
        Target::Item(item) => house.regime.items.granted.value.contains(item),
        Target::Member(code) => super::members::one(conn, code).await?.is_some(),
        Target::Person(person) => match person.split_once('/') {
            Some((member, account)) => super::rows::of_member(conn, member)
                .await?
                .iter()
                .any(|line| line.account == account),
            None => false,
        },
    };
    if known {
        return Ok(());
    }
    Err(Error::Input {
        code: "STOP-TARGET",
        sentence: "there is no such member, person or item, so the stop would stop nobody".into(),
        remedy: "name a member by its code, a person as MEMBER/ACCOUNT, an item by its code",
    })
}

#[derive(Serialize)]
struct Entered<'a> {
    kind: &'a str,
    subject: &'a str,
    reason: &'a str,
    by: &'a str,
}

#[derive(Serialize)]
struct Lifted<'a> {
    kind: &'a str,
    reason: &'a str,
    by: &'a str,
    approval: Option<i64>,
}
