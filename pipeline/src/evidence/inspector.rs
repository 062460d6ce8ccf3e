//! Who takes evidence of everybody away: compliance at the bureau, and who inspects it for the supervisor or the provider. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use crate::{access::takers::Takers, app::House, error::Result, regime::people::Right};

/// `PLACE/ACCOUNT` of the account `by` that may take evidence away on `today`; `by` is that, or the account alone. An act
/// asks it in its own transaction; what takes long asks a reader before.
///
/// # Errors
/// `EVIDENCE-RIGHT`; those of the database.
pub async fn inspector(house: &House, conn: &mut AnyConnection, by: &str, today: Date) -> Result<String> {
    INSPECTORS.check(house, conn, by, today).await
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
