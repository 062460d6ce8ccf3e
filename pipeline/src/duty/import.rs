//! Takes local working and rest days in, which differ from the offices' calendar: a whole file or nothing. *SQL.*

use std::path::Path;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use super::store;
use crate::{
    access::table::{REGISTER_LINES, Table},
    app::House,
    error::Result,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
};

/// What an import changed.
#[derive(Serialize)]
pub struct Imported {
    /// Days that are new or changed.
    pub changed: u64,
}

/// What the journal keeps of it.
#[derive(Serialize)]
struct Entered<'a> {
    days: &'a [Local],
    by: &'a str,
}

#[derive(Serialize, Clone)]
struct Local {
    day: Date,
    is_workday: bool,
    note: String,
}

/// Imports the days of the file at `path`, entered by `by`. A day that is long past is not changed any more: what was overdue
/// stays so.
///
/// # Errors
/// `IMPORT-*`, `DUTY-CALENDAR`; `GATE-CLOCK`.
pub async fn import(house: &House, path: &Path, by: &str) -> Result<Imported> {
    let now = house.trusted_now()?;
    let back = house.regime.due.local_back_days.value;
    let earliest = house.today(now).checked_sub(back.days()).unwrap_or(Date::MIN);
    let mut tx = house.db.begin().await?;
    let conn = tx.connection();
    let known = store::local_days(&mut *conn).await?;
    let mut changed = Vec::new();
    let mut table = Table::open(path, &COLUMNS, &[], REGISTER_LINES)?;
    while let Some(line) = table.next_line()? {
        let day = line.day(0, "date")?;
        let is_workday = match line.cell(1) {
            "0" => false,
            "1" => true,
            _ => return Err(line.refuse("IMPORT-CELL", "is_workday is neither 0 nor 1")),
        };
        let note = line.optional_text(2, "note", 50)?;
        if known
            .get(&day)
            .is_some_and(|(works, said)| *works == is_workday && said == note)
        {
            continue;
        }
        if day < earliest {
            let what = format!("a day that is more than {back} days past is not changed any more");
            return Err(line.refuse("DUTY-CALENDAR", &what));
        }
        if changed.iter().any(|local: &Local| local.day == day) {
            return Err(line.refuse("DUTY-CALENDAR", "the day stands there twice"));
        }
        store::put_local_day(&mut *conn, day, is_workday, note).await?;
        changed.push(Local {
            day,
            is_workday,
            note: note.to_owned(),
        });
    }
    if !changed.is_empty() {
        let act = Act {
            kind: Kind::Import,
            member: "",
            reference: "working-days",
        };
        act::enter(house, &mut *conn, &act, &Entered { days: &changed, by }, now).await?;
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    Ok(Imported {
        changed: changed.len() as u64,
    })
}

const COLUMNS: [&str; 3] = ["date", "is_workday", "note"];
