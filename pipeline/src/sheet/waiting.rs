//! The sheets that wait for one person: to be signed, or to be approved, by the rules by which either is judged. *SQL.*

use super::{
    report::{self, Report},
    sign::desk,
    store::{self, Wanted},
};
use crate::{access::people::Holder, app::House, duty::facts, error::Result};

/// A sheet that waits for somebody.
pub struct Waiting {
    /// The sheet.
    pub sheet: Report,
    /// Whether it waits for a signature, and not for an approval.
    pub to_sign: bool,
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
