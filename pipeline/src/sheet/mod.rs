//! Weekly sheets (查詢紀錄單): every query of a querier and week on exactly one, signed and approved (六(一)6, 九(三)1, D11). *SQL.*
//!
//! When a [`week`] is over, [`make`] gives each querier of a member a sheet for each [`mod@unit`] of theirs, a nil sheet where there was nothing to ask. A
//! sheet lists the journal indexes of its queries ([`entries`]); the hash of its [`content`] is entered in the journal, and
//! it never changes afterwards. The querier signs it and an approver approves it ([`sign`]; who may is decided by [`desk`]),
//! each an entry bound to that hash. Whoever leaves a sheet unsigned for too long may not query: the gate asks the registers.
//! [`pass`] does of this what has a date.
//!
//! [`verify`] recomputes from the journal and the sealed records that the sheets of a member and week are exactly its queries
//! of that week ([`tiling`]), and [`compare`] holds an exported file against them. [`report`] is what people see, [`waiting`] what waits for one of them, [`search`] the records of a week or month without their sheets, [`taken`] one file of a sheet, `looked` enters
//! who saw or took one, [`lines`] the records of a sheet as a stream, [`form`] their
//! columns, [`head`] what stands around them, [`export`] writes them as CSV, workbook and printed [`page`], with the [`proof`] that [`prove`] makes, by which an
//! outsider [`check`]s them without the database; [`store`] keeps one row a sheet, [`made`] one a week.
//!
//! Deliberately absent: the outcome of a query is no part of what is signed. It may come later than the sheet, and is shown
//! beside the record as it stands when it is looked at.

pub mod check;
pub mod compare;
pub mod content;
pub mod desk;
pub mod entries;
pub mod export;
pub mod form;
pub mod head;
pub mod lines;
mod looked;
pub mod made;
pub mod make;
pub mod page;
pub mod pass;
pub mod proof;
pub mod prove;
pub mod report;
pub mod search;
pub mod sign;
pub mod store;
pub mod taken;
pub mod tiling;
pub mod unit;
pub mod verify;
pub mod waiting;
pub mod week;
mod workbook;

pub use week::Week;

use sqlx::AnyConnection;

use self::store::Sheet;
use crate::{
    error::{Error, Result},
    printed::hidden,
};

/// What names a sheet.
pub struct Name<'n> {
    /// Institution code.
    pub member: &'n str,
    /// The week.
    pub week: Week,
    /// The querier's account.
    pub querier: &'n str,
    /// The unit for which they asked; `None` names the only sheet that the querier has of that week.
    pub unit: Option<&'n str>,
}

/// The sheet of that name.
///
/// # Errors
/// `SHEET-UNKNOWN`; `SHEET-UNIT` where it is one of several and no unit is named.
pub async fn one(conn: &mut AnyConnection, name: &Name<'_>) -> Result<Sheet> {
    let mut sheets = store::named(conn, name).await?;
    match sheets.len() {
        0 | 1 => sheets.pop().ok_or_else(unknown),
        _ => Err(of_several(&sheets)),
    }
}

/// Whether the querier of `sheet` has another one of that week.
pub async fn is_one_of_several(conn: &mut AnyConnection, sheet: &Sheet) -> Result<bool> {
    let name = Name {
        unit: None,
        ..sheet.name()
    };
    Ok(store::named(conn, &name).await?.len() > 1)
}

fn of_several(sheets: &[Sheet]) -> Error {
    let unit = |sheet: &Sheet| match sheet.unit.as_str() {
        "" => "\"\"".to_owned(),
        unit => hidden(unit),
    };
    let units: Vec<String> = sheets.iter().map(unit).collect();
    Error::Input {
        code: "SHEET-UNIT",
        sentence: format!(
            "the querier has a sheet of that week for each of these units: {}",
            units.join(", ")
        ),
        remedy: "name one of them (`--unit UNIT`, over HTTP `?unit=UNIT`); an empty one is named so, too",
    }
}

fn unknown() -> Error {
    Error::Input {
        code: "SHEET-UNKNOWN",
        sentence: "there is no such sheet".into(),
        remedy: "see `mayfly sheet list`; those of a week are made by `mayfly sheet make MEMBER WEEK`, or by `mayfly serve`",
    }
}

/// The week that a person named.
///
/// # Errors
/// `SHEET-WEEK`.
pub fn week_of(text: &str) -> Result<Week> {
    Week::parse(text).ok_or_else(|| Error::Input {
        code: "SHEET-WEEK",
        sentence: "that is no week".into(),
        remedy: "give the ISO week as YYYY-Www, such as 2026-W45",
    })
}

/// That a sheet is not what its entry in the journal says.
fn changed() -> Error {
    Error::Operator {
        code: "SHEET-CHANGED",
        sentence: "the sheet is not the one whose making is in the journal".into(),
        remedy: "nothing was signed; run `mayfly sheet verify MEMBER WEEK`, and restore the database it names as changed",
    }
}
