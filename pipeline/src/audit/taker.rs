//! Who may take a draw, or the report on it, out of the house: who works with it, and never one of whom it may be (D8). *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{Month, review::tables, reviewer, store::Sample};
use crate::{access::takers::Takers, app::House, error::Result, regime::people::Right};

/// `PLACE/ACCOUNT` of the account `by`, which takes a draw of `member`, or the report on it, away on `today`: who reviews, signs
/// off or audits at the member, who audits at the bureau, who inspects for the supervisor or the provider.
///
/// # Errors
/// `EXPORT-RIGHT`; those of the database.
pub async fn check(
    house: &House,
    conn: &mut AnyConnection,
    member: &str,
    by: &str,
    today: Date,
) -> Result<String> {
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
    takers.check(house, conn, by, today).await
}

/// Refuses `taker`, as [`check`] names it, who may be looked at in the review of `sample`: an account of the member whose person
/// queried or approved in the month, while the review is open. Whoever is reviewed does not know the draw before it closes
/// (D8); other places' people, and who drew it, of whom this was asked then, are none of these.
///
/// # Errors
/// `SAMPLE-OWN`; `KEY-*`, `SEAL-*`, `DB-*`.
pub async fn check_not_looked_at(
    house: &House,
    conn: &mut AnyConnection,
    sample: &Sample,
    taker: &str,
) -> Result<()> {
    let of: (&str, Month) = (&sample.member, sample.month);
    let Some(account) = of_member(taker, of.0) else {
        return Ok(());
    };
    let is_open = tables::sign_off(&mut *conn, of.0, of.1).await?.is_none();
    if is_open && account != sample.reviewer {
        reviewer::check_not_in_month(house, conn, of, account).await?;
    }
    Ok(())
}

/// The account of `taker`, `PLACE/ACCOUNT`, if that place is `member`.
fn of_member<'t>(taker: &'t str, member: &str) -> Option<&'t str> {
    taker.strip_prefix(member)?.strip_prefix('/')
}
