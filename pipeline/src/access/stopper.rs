//! Who stops, and who works on an incident: compliance, an auditor of the supervisor or the provider, or the terminal itself. *SQL.*

use jiff::civil::Date;
use sqlx::AnyConnection;

use super::{OPERATOR, takers::Takers};
use crate::{app::House, error::Result, regime::people::Right};

/// Whoever stops something, as it is entered: the account `by` of the bureau, `PLACE/ACCOUNT` of the supervisor or the provider, with
/// the right to stop on `today`; [`OPERATOR`] is whoever stands at the bureau's terminal, and is asked nothing (D18, D25).
///
/// # Errors
/// `STOP-RIGHT`; those of the database.
pub async fn stopper(house: &House, conn: &mut AnyConnection, by: &str, today: Date) -> Result<String> {
    if by == OPERATOR {
        return Ok(by.to_owned());
    }
    let named = STOPPERS.check(house, conn, by, today).await?;
    Ok(named.strip_prefix("bureau/").map(str::to_owned).unwrap_or(named))
}

const STOPPERS: Takers<'static> = Takers {
    places: &[
        ("bureau", &[Right::Stop]),
        ("supervisor", &[Right::Stop]),
        ("provider", &[Right::Stop]),
    ],
    code: "STOP-RIGHT",
    remedy: "name an account that may stop (--as): compliance at the bureau, or an auditor of the supervisor or the provider; who stands at the terminal leaves --as out",
};
