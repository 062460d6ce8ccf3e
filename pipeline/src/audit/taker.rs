//! Who may take a draw, or the report on it, out of the house: who works with it, and never one of whom it may be (D8). *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{Month, review::tables, reviewer, store::Sample};
use crate::{access::takers::Takers, app::House, db::Tx, error::Result, regime::people::Right};

/// `PLACE/ACCOUNT` of the account `by`, which takes a draw of `member`, or the report on it, away on `today`: who reviews, signs off or audits at the
/// member, who audits at the bureau, who inspects for the supervisor or the provider.
///
/// # Errors
/// `EXPORT-RIGHT`; those of the database.
pub async fn check(house: &House, tx: &mut Tx, member: &str, by: &str, today: Date) -> Result<String> {
    let takers = Takers {
        places: &[
            (member, &[Right::Review, Right::SignOff, Right::Audit]),
            ("bureau", &[Right::Audit]),
            ("supervisor", &[Right::Inspect]),
            ("provider", &[Right::Inspect]),
        ],
        code: "EXPORT-RIGHT",
        remedy: "name one of the 授權表 (--as): a reviewer, the unit head or the internal auditor of the member, compliance at the bureau, or an auditor of the supervisor or the provider",
    };
    takers.check(house, tx, by, today).await
}

/// Refuses `taker`, as [`check`] names it, while the review of `sample` is not closed, if that person queried or approved in the
/// month: whoever may be looked at does not know the draw before.
///
/// # Errors
/// `SAMPLE-OWN`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn check_stranger(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    taker: &str,
) -> Result<()> {
    let of: (&str, Month) = (&sample.member, sample.month);
    let Some((place, account)) = taker.split_once('/') else {
        return Ok(());
    };
    // Who drew it was looked at before.
    let is_known = place != sample.member || account == sample.reviewer;
    if is_known || tables::sign_off(&mut *conn, of.0, of.1).await?.is_some() {
        return Ok(());
    }
    reviewer::check_not_in_month(house, conn, of, account).await
}
