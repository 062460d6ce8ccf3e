//! Enters that somebody sees or takes a sheet, whose right to it is asked in the same transaction. *SQL.*

use jiff::Timestamp;

use super::{sign::acting, store::Sheet};
use crate::{
    app::House,
    error::Result,
    journal::{
        act::{self, Act},
        entry::Kind,
        signing,
    },
};

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
    acting(house, &mut tx, &sheet.member, now)
        .await?
        .check_reader(sheet, account)?;
    act::enter(house, tx.connection(), &act, &account, now).await?;
    tx.commit().await?;
    signing::sign(house).await?;
    Ok(now)
}
