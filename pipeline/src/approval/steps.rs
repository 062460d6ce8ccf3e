//! The life of an approval: applied for, given or refused, used; each step one journal entry in the act's transaction. *SQL.*

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    Applied, Asked, Step, Warrant, Wish, hands,
    judge::{self, Fault, GIVEN, REFUSED},
    store::{self, Approval},
};
use crate::{
    access::stopping::check_reason,
    app::House,
    db::{Tx, meta},
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act as Entered},
        entry::Kind,
    },
    regime::people::{Act, Party, SecondPerson},
};

/// Asks for a warrant to do what `wish` says, in the transaction of the act. Where the regime wants a second person: with
/// `approval`, that one is used; without, one is applied for, which the caller commits, and does nothing else.
///
/// # Errors
/// `APPROVAL-*`.
pub async fn ask(
    house: &House,
    tx: &mut Tx,
    wish: &Wish,
    approval: Option<i64>,
    now: Timestamp,
) -> Result<Asked> {
    let Some(rule) = house.regime.second_person(wish.act) else {
        return match approval {
            None => Ok(Asked::Granted(free())),
            Some(_) => Err(Fault::Unknown.error()),
        };
    };
    let Some(number) = approval else {
        let approval = draft(house, tx, wish, rule, now).await?;
        return Ok(Asked::Applied(
            apply(house, tx.connection(), wish, approval, now).await?,
        ));
    };
    let approval = store::one(tx.connection(), number).await?;
    let approval = approval.filter(|approval| approval.act == wish.act && approval.desk == wish.desk);
    let approval = approval.ok_or_else(|| Fault::Unknown.error())?;
    judge::use_up(&approval, wish.digest(), now).map_err(Fault::error)?;
    // Both are asked again: what was true when it was given is not true for ever.
    let applied_person = applicant(house, tx, wish, rule, now).await?;
    let (place, account) = split(&approval.decided_by, &approval.desk);
    let hand = giver(house, tx, rule, &approval.desk, (place, account), now).await?;
    let hand = hand.ok_or_else(|| Fault::Giver.error())?;
    judge::same_hands(&approval, &applied_person, &hand.person).map_err(Fault::error)?;
    let approved_by = account.to_owned();
    store::use_up(tx.connection(), number, now).await?;
    enter(
        house,
        tx.connection(),
        &approval,
        &Told::of("used", &approval),
        now,
    )
    .await?;
    Ok(Asked::Granted(Warrant {
        approval: Some(number),
        approved_by,
    }))
}

/// Refuses whoever applies for `act` at `desk` without the right to today, before anything is said of what they ask.
///
/// # Errors
/// `APPROVAL-HANDS`; `DB-*`.
pub async fn check_applicant(
    house: &House,
    tx: &mut Tx,
    act: Act,
    (desk, by): (&str, &str),
    now: Timestamp,
) -> Result<()> {
    let Some(rule) = house.regime.second_person(act) else {
        return Ok(());
    };
    let hand = hands::of(house, tx, (desk, by), rule.does, house.today(now)).await?;
    hand.map(drop).ok_or_else(|| Fault::Applicant.error())
}

/// As [`ask`], for what nobody ever does alone: where the regime does not say who approves it, nobody does it.
///
/// # Errors
/// `APPROVAL-*`.
pub async fn ask_always(
    house: &House,
    tx: &mut Tx,
    wish: &Wish,
    approval: Option<i64>,
    now: Timestamp,
) -> Result<Asked> {
    if house.regime.second_person(wish.act).is_none() {
        return Err(Fault::Unruled.error());
    }
    ask(house, tx, wish, approval, now).await
}

/// A warrant to do what `wish` says where its approver, of the same desk, stands by: applied for, given and used in one step,
/// bound to the same hash. Where the regime wants no second person there is no approval.
///
/// # Errors
/// `APPROVAL-HANDS` if they are one person; whether each may is the caller's to ask.
pub async fn attest(
    house: &House,
    tx: &mut Tx,
    wish: &Wish,
    (applied_person, approver, approver_person): (&str, &str, &str),
    now: Timestamp,
) -> Result<Warrant> {
    let Some(rule) = house.regime.second_person(wish.act) else {
        return Ok(free());
    };
    judge::two(applied_person, approver_person).map_err(Fault::error)?;
    let mut approval = open(wish, format!("{}/{applied_person}", wish.desk), rule, now);
    approval.number = meta::take_numbers(tx.connection(), meta::APPROVALS, 1).await?;
    approval.verdict = GIVEN.to_owned();
    approval.decided_by = format!("{}/{approver}", wish.desk);
    approval.decided_person = format!("{}/{approver_person}", wish.desk);
    (approval.decided_at, approval.used_at) = (Some(now), Some(now));
    let mut told = Told::of("attested", &approval);
    told.content = Some(&wish.content);
    let entry = enter(house, tx.connection(), &approval, &told, now).await?;
    (approval.entry, approval.decided_in) = (entry, Some(entry));
    store::insert(tx.connection(), &approval).await?;
    Ok(Warrant {
        approval: Some(approval.number),
        approved_by: approver.to_owned(),
    })
}

/// Gives the approvals `numbers`, or refuses them for `reason`, all or none, as `by`: an account of the desk where they were
/// applied for, or `PLACE/ACCOUNT`.
///
/// # Errors
/// `APPROVAL-*`, `STOP-REASON`, `GATE-CLOCK`.
pub async fn decide(
    house: &House,
    numbers: &[i64],
    by: &str,
    refused_for: Option<&str>,
) -> Result<Vec<Approval>> {
    refused_for.map_or(Ok(()), check_reason)?;
    let (mut decided, mut act) = (Vec::with_capacity(numbers.len()), None);
    let mut tx = house.db.begin().await?;
    // Only now: the approval may have run out while the writer was waited for.
    let now = house.trusted_now()?;
    for number in numbers {
        let approval = store::one(tx.connection(), *number).await?;
        let mut approval = approval.ok_or_else(|| Fault::Unknown.error())?;
        let rule = house.regime.second_person(approval.act);
        let rule = rule.ok_or_else(|| Fault::Unknown.error())?;
        judge::waits(&approval, now).map_err(Fault::error)?;
        let (place, account) = split(by, &approval.desk);
        let hand = giver(house, &mut tx, rule, &approval.desk, (place, account), now).await?;
        let hand = hand.ok_or_else(|| Fault::Approver.error())?;
        judge::decide(&approval, &hand.person, now).map_err(Fault::error)?;
        approval.verdict = if refused_for.is_none() { GIVEN } else { REFUSED }.to_owned();
        approval.decided_by = format!("{place}/{}", hand.account);
        approval.decided_person = hand.person;
        approval.decided_at = Some(now);
        let mut told = Told::of(&approval.verdict, &approval);
        told.reason = refused_for;
        let entry = enter(house, tx.connection(), &approval, &told, now).await?;
        approval.decided_in = Some(*act.get_or_insert(entry));
        store::decide(tx.connection(), &approval).await?;
        decided.push(approval);
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(decided)
}

/// All approvals, or those that somebody still waits for.
pub async fn list(house: &House, all: bool) -> Result<Vec<Approval>> {
    let waiting = (!all).then(|| house.clock.now());
    store::list(&mut *house.db.reader().await?, waiting).await
}

/// The approval `number`, and exactly what is to be done, while the journal still holds it.
///
/// # Errors
/// `APPROVAL-UNKNOWN`, `KEY-*`, `SEAL-*`.
pub async fn show(house: &House, number: i64) -> Result<(Approval, Option<String>)> {
    let mut reader = house.db.reader().await?;
    let approval = store::one(&mut reader, number).await?;
    let approval = approval.ok_or_else(|| Fault::Unknown.error())?;
    let entry = u64::try_from(approval.entry).map_err(|_| Error::Bug("a journal index is below 0"))?;
    let payload = act::open(house, &mut reader, entry).await?;
    let told = payload.and_then(|salted| {
        let told: serde_json::Value = serde_json::from_slice(salted.get(SALT_BYTES..)?).ok()?;
        Some(told.get("content")?.as_str()?.to_owned())
    });
    Ok((approval, told))
}

/// Commits `tx` if the act is only applied for: then that is all that comes of it.
pub async fn applied<T>(house: &House, tx: Tx, applied: Applied) -> Result<Step<T>> {
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Step::Applied(applied))
}

async fn draft(
    house: &House,
    tx: &mut Tx,
    wish: &Wish,
    rule: &SecondPerson,
    now: Timestamp,
) -> Result<Approval> {
    let person = applicant(house, tx, wish, rule, now).await?;
    Ok(open(wish, person, rule, now))
}

async fn apply(
    house: &House,
    conn: &mut AnyConnection,
    wish: &Wish,
    mut approval: Approval,
    now: Timestamp,
) -> Result<Applied> {
    approval.number = meta::take_numbers(&mut *conn, meta::APPROVALS, 1).await?;
    let mut told = Told::of("applied", &approval);
    told.content = Some(&wish.content);
    let entry = enter(house, &mut *conn, &approval, &told, now).await?;
    approval.entry = entry;
    store::insert(conn, &approval).await?;
    Ok(Applied {
        approval: approval.number,
        act: approval.act,
        sha256: ids::hex(&approval.digest),
        expires_at: approval.expires_at,
        subject: approval.subject,
    })
}

/// An approval of `wish` that nobody has decided on.
fn open(wish: &Wish, person: String, rule: &SecondPerson, now: Timestamp) -> Approval {
    let expires_at = now.saturating_add(SignedDuration::from_hours(rule.valid_hours));
    Approval {
        number: 0,
        act: wish.act,
        desk: wish.desk.clone(),
        subject: wish.subject.clone(),
        about: wish.about.clone(),
        digest: wish.digest(),
        applied_by: wish.by.clone(),
        applied_person: person,
        applied_at: now,
        expires_at: expires_at.unwrap_or(Timestamp::MAX),
        verdict: String::new(),
        decided_by: String::new(),
        decided_person: String::new(),
        decided_at: None,
        decided_in: None,
        used_at: None,
        entry: 0,
    }
}

/// Whoever wants it, if they may today.
async fn applicant(
    house: &House,
    tx: &mut Tx,
    wish: &Wish,
    rule: &SecondPerson,
    now: Timestamp,
) -> Result<String> {
    let today = house.today(now);
    let hand = hands::of(house, tx, (&wish.desk, &wish.by), rule.does, today).await?;
    Ok(hand.ok_or_else(|| Fault::Applicant.error())?.person)
}

/// Whoever decides or has decided, if they may today: of the same desk, or where a right is asked for that another authority has, of that.
async fn giver(
    house: &House,
    tx: &mut Tx,
    rule: &SecondPerson,
    desk: &str,
    (place, account): (&str, &str),
    now: Timestamp,
) -> Result<Option<hands::Hand>> {
    match reaches(rule, desk, place) {
        true => hands::of(house, tx, (place, account), rule.approves, house.today(now)).await,
        false => Ok(None),
    }
}

/// Whether people of `place` decide by `rule` what was applied for at `desk`.
pub(super) fn reaches(rule: &SecondPerson, desk: &str, place: &str) -> bool {
    let of_members = [desk, place]
        .iter()
        .any(|place| Party::of(place) == Party::Member);
    place == desk || !(of_members || rule.approves.is_none())
}

/// Place and account that `by` names.
fn split<'b>(by: &'b str, desk: &'b str) -> (&'b str, &'b str) {
    by.split_once('/').unwrap_or((desk, by))
}

fn free() -> Warrant {
    Warrant {
        approval: None,
        approved_by: String::new(),
    }
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    approval: &Approval,
    told: &Told<'_>,
    now: Timestamp,
) -> Result<i64> {
    let reference = format!("approval:{}", approval.number);
    let act = Entered {
        kind: Kind::Approval,
        member: match Party::of(&approval.desk) {
            Party::Member => &approval.desk,
            _ => "",
        },
        reference: &reference,
    };
    let entry = act::enter(house, conn, &act, told, now).await?;
    journal::store::column(entry)
}

/// What the journal keeps of a step.
#[derive(Serialize)]
struct Told<'a> {
    step: &'a str,
    approval: i64,
    act: &'a str,
    at: &'a str,
    subject: &'a str,
    sha256: String,
    applied_by: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    decided_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    expires_at: Timestamp,
    /// Exactly what is to be done; the hash is over its UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(step: &'a str, approval: &'a Approval) -> Self {
        Self {
            step,
            approval: approval.number,
            act: approval.act.name(),
            at: &approval.desk,
            subject: &approval.subject,
            sha256: ids::hex(&approval.digest),
            applied_by: &approval.applied_by,
            decided_by: &approval.decided_by,
            reason: None,
            expires_at: approval.expires_at,
            content: None,
        }
    }
}

const SALT_BYTES: usize = journal::entry::SALT_BYTES;
