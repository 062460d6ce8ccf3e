//! The sheets of one person: those that wait to be signed or approved by them, and those that they may see, by the rules of either. *SQL.*

use super::{
    report::{self, Report},
    sign::desk,
    store::{self, Sheet, Wanted},
    unknown,
};
use crate::{access::people::Holder, app::House, duty::facts, error::Result};

/// A sheet that waits for somebody.
pub struct Waiting {
    /// The sheet.
    pub sheet: Report,
    /// Whether it waits for a signature, and not for an approval.
    pub to_sign: bool,
}

/// A sheet that somebody may see.
pub struct Listed {
    /// The sheet.
    pub sheet: Report,
    /// Whether it waits for their signature.
    pub to_sign: bool,
    /// Whether it waits for their approval.
    pub to_approve: bool,
}

/// The sheets of their member that `holder` may see, of those that are `wanted`, newest week first.
///
/// # Errors
/// `DB-*`.
pub async fn seen_by(house: &House, holder: &Holder, wanted: Wanted) -> Result<Vec<Listed>> {
    let now = house.clock.now();
    let mut reader = house.db.reader().await?;
    let wanted = Wanted {
        member: Some(holder.at.clone()),
        ..wanted
    };
    let sheets = store::list(&mut reader, &wanted).await?;
    let calendar = facts::calendar(&mut reader).await?;
    let desk = desk(house, &mut reader, &holder.at, now).await?;
    let account = &holder.account;
    let seen = sheets
        .iter()
        .filter(|sheet| desk.check_reader(sheet, account).is_ok());
    seen.map(|sheet| {
        Ok(Listed {
            sheet: report::report(house, &calendar, sheet)?,
            to_sign: desk.check_signer(sheet, account).is_ok(),
            to_approve: desk.check_approver(sheet, account).is_ok(),
        })
    })
    .collect()
}

/// The sheet `number` of their member as `holder` sees it, with its first lines and what they may do; that they see them is entered
/// in the journal first.
///
/// # Errors
/// `SHEET-UNKNOWN`, of another member's too; those of [`report::show`].
pub async fn shown_to(house: &House, holder: &Holder, number: i64) -> Result<Listed> {
    let sheet = numbered(house, holder, number).await?;
    let shown = report::show(house, &sheet.name(), Some(&holder.account)).await?;
    let mut reader = house.db.reader().await?;
    let desk = desk(house, &mut reader, &holder.at, house.clock.now()).await?;
    Ok(Listed {
        sheet: shown,
        to_sign: desk.check_signer(&sheet, &holder.account).is_ok(),
        to_approve: desk.check_approver(&sheet, &holder.account).is_ok(),
    })
}

/// The sheet `number` of the member of `holder`.
///
/// # Errors
/// `SHEET-UNKNOWN`, of another member's too; `DB-*`.
pub async fn numbered(house: &House, holder: &Holder, number: i64) -> Result<Sheet> {
    let sheet = store::numbered(&mut *house.db.reader().await?, &holder.at, number).await?;
    sheet.ok_or_else(unknown)
}

/// The sheets that `holder` may sign or approve now, of their member.
///
/// # Errors
/// `DB-*`.
pub async fn for_holder(house: &House, holder: &Holder) -> Result<Vec<Waiting>> {
    let now = house.clock.now();
    let mut reader = house.db.reader().await?;
    let wanted = Wanted {
        member: Some(holder.at.clone()),
        open: true,
        ..Wanted::default()
    };
    let sheets = store::list(&mut reader, &wanted).await?;
    let calendar = facts::calendar(&mut reader).await?;
    let desk = desk(house, &mut reader, &holder.at, now).await?;
    let mut waiting = Vec::new();
    for sheet in &sheets {
        let to_sign = desk.check_signer(sheet, &holder.account).is_ok();
        if to_sign || desk.check_approver(sheet, &holder.account).is_ok() {
            let sheet = report::report(house, &calendar, sheet)?;
            waiting.push(Waiting { sheet, to_sign });
        }
    }
    waiting.sort_by(|one, other| {
        (one.sheet.due, &one.sheet.querier).cmp(&(other.sheet.due, &other.sheet.querier))
    });
    Ok(waiting)
}
