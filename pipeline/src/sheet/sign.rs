//! Signs a sheet and approves it: one entry each, bound to the hash of what was made (六(一)6). *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{
    Name, changed,
    content::{self, ActName, Done},
    desk::Desk,
    entries, one,
    store::{self, Mark, Sheet},
};
use crate::{
    access::persons::Persons,
    app::House,
    db::{Tx, meta},
    error::Result,
    journal::{
        act::{self, Act},
        entry::{Kind, SALT_BYTES},
        signing, span,
    },
};

/// Lets `account` sign the sheet of that name.
///
/// # Errors
/// `SHEET-UNKNOWN`, `SHEET-SIGNED`, `SHEET-PERSON`, `SHEET-RIGHT`, `SHEET-CHANGED`, `GATE-CLOCK`.
pub async fn sign(house: &House, name: &Name<'_>, account: &str) -> Result<Sheet> {
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let conn = tx.connection();
    let mut sheet = one(&mut *conn, name).await?;
    let in_place = acting(house, &mut tx, name.member, now)
        .await?
        .check_signer(&sheet, account)?;
    let conn = tx.connection();
    check_unchanged(house, &mut *conn, &sheet).await?;
    let done = Done::to(&sheet, account, in_place);
    let mark = enter(house, &mut *conn, (&sheet, ActName::Sign), &done, now).await?;
    store::sign(&mut *conn, sheet.number, &mark).await?;
    meta::registers_changed(&mut *conn).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    sheet.signed = Some(mark);
    Ok(sheet)
}

/// Lets `account` approve the sheet of that name, which is signed.
///
/// # Errors
/// As [`sign`], and `SHEET-UNSIGNED`.
pub async fn approve(house: &House, name: &Name<'_>, account: &str) -> Result<Sheet> {
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let conn = tx.connection();
    let mut sheet = one(&mut *conn, name).await?;
    acting(house, &mut tx, name.member, now)
        .await?
        .check_approver(&sheet, account)?;
    let conn = tx.connection();
    check_unchanged(house, &mut *conn, &sheet).await?;
    let done = Done::to(&sheet, account, false);
    let mark = enter(house, &mut *conn, (&sheet, ActName::Approve), &done, now).await?;
    store::approve(&mut *conn, sheet.number, &mark).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    sheet.approved = Some(mark);
    Ok(sheet)
}

/// The people of `member` today, to look at sheets.
///
/// # Errors
/// `DB-*`.
pub async fn desk<'h>(
    house: &'h House,
    conn: &mut AnyConnection,
    member: &str,
    now: Timestamp,
) -> Result<Desk<'h>> {
    Ok(Desk {
        regime: &house.regime,
        persons: Persons::read(conn, member, house.today(now)).await?,
    })
}

/// The same for an act on one, in its transaction.
pub(super) async fn acting<'h>(
    house: &'h House,
    tx: &mut Tx,
    member: &str,
    now: Timestamp,
) -> Result<Desk<'h>> {
    Ok(Desk {
        regime: &house.regime,
        persons: Persons::load(tx, member, house.today(now)).await?,
    })
}

/// Whether the acts on `sheet` that are entered in the journal are about the sheet as it is.
pub(super) async fn is_as_entered(
    house: &House,
    conn: &mut AnyConnection,
    sheet: &Sheet,
    act: ActName,
    entry: u64,
) -> Result<bool> {
    let Some(salted) = act::open(house, &mut *conn, entry).await? else {
        return Ok(false);
    };
    let reference = act.reference(sheet.number);
    let mut is_entered = false;
    span::by_index(conn, entry, entry + 1, |_, entry| {
        is_entered = entry.kind == Kind::Sheet
            && entry.member == sheet.member
            && entry.reference == reference
            && entry.proves(&salted);
    })
    .await?;
    let done: Option<Done> = salted
        .get(SALT_BYTES..)
        .and_then(|json| serde_json::from_slice(json).ok());
    Ok(is_entered && done.is_some_and(|done| done.is_to(sheet)))
}

/// Whether `entries` are those over which the hash of `sheet` is.
pub(super) fn is_content(sheet: &Sheet, entries: &str) -> bool {
    let counted = entries::parse(entries).map(|ranges| entries::count(&ranges));
    counted == Some(sheet.queries) && content::hash(&sheet.of(), sheet.queries, entries) == sheet.sha256
}

async fn check_unchanged(house: &House, conn: &mut AnyConnection, sheet: &Sheet) -> Result<()> {
    let entries = store::entries(&mut *conn, sheet.number).await?;
    let mut unchanged = is_content(sheet, &entries)
        && is_as_entered(house, &mut *conn, sheet, ActName::Make, sheet.make_entry).await?;
    if let Some(mark) = &sheet.signed {
        unchanged = unchanged && is_as_entered(house, conn, sheet, ActName::Sign, mark.entry).await?;
    }
    if unchanged { Ok(()) } else { Err(changed()) }
}

async fn enter(
    house: &House,
    conn: &mut AnyConnection,
    (sheet, act): (&Sheet, ActName),
    done: &Done,
    now: Timestamp,
) -> Result<Mark> {
    let reference = act.reference(sheet.number);
    let act = Act {
        kind: Kind::Sheet,
        member: &sheet.member,
        reference: &reference,
    };
    Ok(Mark {
        by: done.by.clone(),
        at: now,
        entry: act::enter(house, conn, &act, done, now).await?,
    })
}
