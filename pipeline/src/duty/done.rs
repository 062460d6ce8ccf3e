//! What the registers show to be done: sheets that were approved, reviews that were signed off, findings that were closed. *SQL.*
//!
//! Nobody closes such a duty: the act that makes its artefact does, in its own transaction, because this is where it is looked up.

use std::collections::BTreeMap;

use mayfly_consent::day::taipei_day;
use sqlx::{AnyConnection, Row, any::AnyRow};

use super::whose::{Finding, Met, SheetMade};
use crate::{
    db::columns::{Column, day, instant},
    error::{Error, Result},
    ids,
    regime::{
        Regime,
        control::{Every, SHEET},
    },
    sheet::Week,
};

/// The duties of `member` that are done, by name.
///
/// # Errors
/// `DB-*`.
pub async fn of(regime: &Regime, conn: &mut AnyConnection, member: &str) -> Result<BTreeMap<String, Met>> {
    let mut done = BTreeMap::new();
    for rule in &regime.duties {
        match (rule.every, rule.artefact.as_str()) {
            (Every::Week, SHEET) => {
                for ((week, querier), met) in sheets(&mut *conn, member).await? {
                    if let Some(met) = met {
                        done.insert(format!("{}/{member}/{querier}/{week}", rule.id), met);
                    }
                }
            }
            (Every::Month, REVIEW) => {
                for (month, met) in reviews(&mut *conn, member).await? {
                    done.insert(format!("{}/{member}/{month}", rule.id), met);
                }
            }
            _ => {}
        }
    }
    Ok(done)
}

/// The sheets of `member` that were made, by the name of the duty that each closes.
///
/// # Errors
/// `DB-*`.
pub async fn made(
    regime: &Regime,
    conn: &mut AnyConnection,
    member: &str,
) -> Result<BTreeMap<String, SheetMade>> {
    let failed = || Error::database("list the sheets that were made");
    let Some(rule) = regime.sheet_duty().filter(|rule| rule.every == Every::Week) else {
        return Ok(BTreeMap::new());
    };
    let rows = sqlx::query("SELECT week, querier, counts_from FROM sheet WHERE member = $1")
        .bind(member)
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    let sheet = |row: &AnyRow| -> Column<(String, SheetMade)> {
        let (week, account): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let of = Week::parse(&week).ok_or(sqlx::Error::RowNotFound)?;
        let from: String = row.try_get(2)?;
        let name = format!("{}/{member}/{account}/{week}", rule.id);
        let made = SheetMade {
            account,
            week: of.first_day(),
            counts_from: day(&from)?,
        };
        Ok((name, made))
    };
    rows.iter().map(|row| sheet(row).map_err(failed())).collect()
}

/// The findings of `member`, in the order in which they were made.
///
/// # Errors
/// `DB-*`.
pub async fn findings(conn: &mut AnyConnection, member: &str) -> Result<Vec<Finding>> {
    let failed = || Error::database("list findings");
    let rows = sqlx::query(
        "SELECT finding.finding_no, finding.opened_at, finding_step.account, finding_step.stepped_at, finding_step.entry,
         finding_step.artefact FROM finding LEFT JOIN finding_step
         ON finding_step.finding_no = finding.finding_no AND finding_step.step = 'closed'
         WHERE finding.member = $1 ORDER BY finding.finding_no",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let finding = |row: &AnyRow| -> Column<Finding> {
        let is_closed = row.try_get::<Option<i64>, _>(4)?.is_some();
        let sha256: Option<Vec<u8>> = row.try_get(5)?;
        let artefact = format!("sha256:{}", ids::hex(&sha256.unwrap_or_default()));
        Ok(Finding {
            number: row.try_get(0)?,
            day: taipei_day(instant(row.try_get(1)?)?),
            met: match is_closed {
                true => Some(met(row, 2, artefact)?),
                false => None,
            },
        })
    };
    rows.iter().map(|row| finding(row).map_err(failed())).collect()
}

/// Week and querier of the sheets of `member`: by the last approval, where all are approved. Whoever changed units has several of a
/// week, and has done nothing while one of them waits.
async fn sheets(conn: &mut AnyConnection, member: &str) -> Result<BTreeMap<(String, String), Option<Met>>> {
    let failed = || Error::database("list the approved sheets");
    let rows = sqlx::query(
        "SELECT week, querier, sheet_no, approved_by, approved_at, approve_entry FROM sheet
         WHERE member = $1 ORDER BY sheet_no",
    )
    .bind(member)
    .fetch_all(conn)
    .await
    .map_err(failed())?;
    let mut all: BTreeMap<(String, String), Option<Met>> = BTreeMap::new();
    for row in &rows {
        let sheet = |row: &AnyRow| -> Column<((String, String), Option<Met>)> {
            let number: i64 = row.try_get(2)?;
            let met = match row.try_get::<String, _>(3)?.is_empty() {
                true => None,
                false => Some(met(row, 3, format!("{SHEET}:{number}"))?),
            };
            Ok(((row.try_get(0)?, row.try_get(1)?), met))
        };
        let (of, met) = sheet(row).map_err(failed())?;
        all.entry(of)
            .and_modify(|known| *known = known.take().zip(met.clone()).map(|(one, other)| last(one, other)))
            .or_insert(met);
    }
    Ok(all)
}

/// What was met later, by both artefacts.
fn last(one: Met, other: Met) -> Met {
    let artefact = format!("{} {}", one.artefact, other.artefact);
    let last = if one.entry > other.entry { one } else { other };
    Met { artefact, ..last }
}

/// The months of `member` whose review was signed off.
async fn reviews(conn: &mut AnyConnection, member: &str) -> Result<Vec<(String, Met)>> {
    let failed = || Error::database("list the signatures under reviews");
    let rows = sqlx::query("SELECT month, account, signed_at, entry FROM review_sign_off WHERE member = $1")
        .bind(member)
        .fetch_all(conn)
        .await
        .map_err(failed())?;
    let review = |row: &AnyRow| -> Column<(String, Met)> {
        let entry: i64 = row.try_get(3)?;
        Ok((row.try_get(0)?, met(row, 1, format!("{REVIEW}:{entry}"))?))
    };
    rows.iter().map(|row| review(row).map_err(failed())).collect()
}

/// Whose act, when and its entry stand in three columns from `from` on.
fn met(row: &AnyRow, from: usize, artefact: String) -> Column<Met> {
    let at = instant(row.try_get(from + 1)?)?;
    Ok(Met {
        on: taipei_day(at),
        at: Some(at),
        artefact,
        by: row.try_get(from)?,
        entry: row.try_get(from + 2)?,
    })
}

/// What the regime calls the review of a sample.
pub const REVIEW: &str = "review";
