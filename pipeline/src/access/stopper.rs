//! Who stops, and who works on an incident: compliance, others' auditors, or the terminal itself. *SQL.*

use jiff::civil::Date;

use super::{OPERATOR, takers::Takers};
use crate::{app::House, db::Tx, error::Result, regime::people::Right};

/// Whoever stops something, as it is entered: the account `by` of the bureau, `PLACE/ACCOUNT` of the supervisor or the
/// provider, with the right to stop on `today`, asked in the transaction of the act; [`OPERATOR`] is whoever stands at the
/// bureau's terminal, and is asked nothing (D18, D25).
///
/// # Errors
/// `STOP-RIGHT`; those of the database.
pub async fn stopper(house: &House, tx: &mut Tx, by: &str, today: Date) -> Result<String> {
    if by == OPERATOR {
        return Ok(by.to_owned());
    }
    let named = STOPPERS.check(house, tx.connection(), by, today).await?;
    Ok(bare(named))
}

/// As [`stopper`], of what is the bureau's own to do about an incident: others only stop (九(二)4, 十一(二)).
///
/// # Errors
/// `STOP-RIGHT`; those of the database.
pub async fn handler(house: &House, tx: &mut Tx, by: &str, today: Date) -> Result<String> {
    if by == OPERATOR {
        return Ok(by.to_owned());
    }
    let named = HANDLERS.check(house, tx.connection(), by, today).await?;
    Ok(bare(named))
}

fn bare(named: String) -> String {
    named.strip_prefix("bureau/").map(str::to_owned).unwrap_or(named)
}

const HANDLERS: Takers<'static> = Takers {
    places: &[("bureau", &[Right::Stop])],
    code: "STOP-RIGHT",
    remedy: "name an account of the bureau's compliance (--as); who stands at the terminal leaves --as out",
};

const STOPPERS: Takers<'static> = Takers {
    places: &[
        ("bureau", &[Right::Stop]),
        ("supervisor", &[Right::Stop]),
        ("provider", &[Right::Stop]),
    ],
    code: "STOP-RIGHT",
    remedy: "name an account that may stop (--as): compliance at the bureau, or an auditor of the supervisor or the provider; who stands at the terminal leaves --as out",
};
