//! Who takes evidence of everybody away: compliance at the bureau, and who inspects it for the supervisor or the provider. *SQL.*

use jiff::civil::Date;

use crate::{access::takers::Takers, app::House, db::Tx, error::Result, regime::people::Right};

/// `PLACE/ACCOUNT` of the account `by` that may take evidence away on `today`; `by` is that, or the account alone. It is asked
/// in the transaction of the act.
///
/// # Errors
/// `EVIDENCE-RIGHT`; those of the database.
pub async fn inspector(house: &House, tx: &mut Tx, by: &str, today: Date) -> Result<String> {
    INSPECTORS.check(house, tx.connection(), by, today).await
}

const INSPECTORS: Takers<'static> = Takers {
    places: &[
        ("bureau", &[Right::Audit]),
        ("supervisor", &[Right::Inspect]),
        ("provider", &[Right::Inspect]),
    ],
    code: "EVIDENCE-RIGHT",
    remedy: "name an account on the 授權表 (--as): compliance at the bureau, or an auditor of the supervisor or the provider",
};
