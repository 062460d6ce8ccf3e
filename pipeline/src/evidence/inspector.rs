//! Who takes a pack away: compliance, or an auditor of the supervisor or the provider. *SQL.*

use jiff::civil::Date;

use crate::{access::office, app::House, db::Tx, error::Result, regime::people::Right};

/// `PLACE/ACCOUNT` of the account `by` that may take evidence away on `today`; `by` is that, or the account alone. It is asked
/// in the transaction of the act.
///
/// # Errors
/// `EVIDENCE-RIGHT`; those of the database.
pub async fn inspector(house: &House, tx: &mut Tx, by: &str, today: Date) -> Result<String> {
    match office::holder(house, tx.connection(), by, &INSPECTORS, today).await? {
        Ok((place, account)) => Ok(format!("{place}/{account}")),
        Err(unfit) => Err(unfit.refused(
            "EVIDENCE-RIGHT",
            "this account has no right to take evidence away today",
            "name an account on the 授權表 (--as): compliance at the bureau, or an auditor of the supervisor or the provider",
        )),
    }
}

/// The places whose people may take evidence away, and the right that lets them.
const INSPECTORS: [(&str, Right); 3] = [
    ("bureau", Right::Audit),
    ("supervisor", Right::Inspect),
    ("provider", Right::Inspect),
];
