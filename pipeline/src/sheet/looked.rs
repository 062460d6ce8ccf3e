//! Enters that somebody sees or takes a sheet, whose right to it is asked in the same transaction. *SQL.*

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{desk::Desk, sign::acting, store::Sheet};
use crate::{
    access::takers::Takers,
    app::House,
    error::Result,
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
    regime::people::{Party, Right},
};

/// Refuses `by` as one who sees `sheet`: an account of the member that may ([`Desk::check_reader`]), or `PLACE/ACCOUNT` of whoever
/// may take its evidence away (compliance of the bureau, an auditor of the supervisor or the provider).
///
/// # Errors
/// `SHEET-RIGHT`; `DB-*`.
pub(super) async fn check_reader(
    house: &House,
    conn: &mut AnyConnection,
    (desk, sheet): (&Desk<'_>, &Sheet),
    by: &str,
    now: Timestamp,
) -> Result<()> {
    match by.split_once('/') {
        None => desk.check_reader(sheet, by),
        Some((place, account)) if Party::of(place) == Party::Member => {
            match place == sheet.member {
                true => desk.check_reader(sheet, account),
                // Nobody of one member sees a sheet of another, whatever they are called there.
                false => desk.check_reader(sheet, by),
            }
        }
        Some(_) => INSPECTORS
            .check(house, conn, by, house.today(now))
            .await
            .map(|_| ()),
    }
}

/// Enters an act of `kind` on `sheet` by `account`, and returns its instant.
///
/// # Errors
/// `SHEET-RIGHT`, `GATE-CLOCK`; those of the database and the journal.
pub(super) async fn looked(house: &House, kind: Kind, sheet: &Sheet, account: &str) -> Result<Timestamp> {
    let reference = format!("sheet:{}", sheet.number);
    let act = Act {
        kind,
        member: &sheet.member,
        reference: &reference,
    };
    let mut tx = house.db.begin().await?;
    let now = house.trusted_now()?;
    let desk = acting(house, &mut tx, &sheet.member, now).await?;
    check_reader(house, tx.connection(), (&desk, sheet), account, now).await?;
    act::enter(house, tx.connection(), &act, &account, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(now)
}

const INSPECTORS: Takers<'static> = Takers {
    places: &[
        ("bureau", &[Right::Audit]),
        ("supervisor", &[Right::Inspect]),
        ("provider", &[Right::Inspect]),
    ],
    code: "SHEET-RIGHT",
    remedy: "name an account on the 授權表 (--as): bureau/ACCOUNT of compliance, or supervisor/ACCOUNT or provider/ACCOUNT of an auditor there",
};
