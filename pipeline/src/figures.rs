//! How the house does, in numbers: what watchers draw, without a word of anybody's case. *SQL.*

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use sqlx::Row;

use crate::{
    app::House,
    db::columns::Column,
    duty::{
        list::{self, Filter},
        state::State,
    },
    error::{Error, Result},
    journal::store,
    purge::Purger,
};

/// The numbers of one moment.
#[derive(Clone)]
pub struct Figures {
    /// Hours whose key lives.
    pub cohorts: usize,
    /// Seconds until the first of them has to be gone; none, where none lives.
    pub margin_seconds: Option<i64>,
    /// Seconds for which the oldest of what is due has been due.
    pub oldest_due_seconds: i64,
    /// By institution code.
    pub members: BTreeMap<String, Counts>,
    /// Entries of the journal.
    pub entries: u64,
    /// Seconds for which the oldest entry that no checkpoint covers has waited.
    pub unsigned_seconds: i64,
    /// Duties that are overdue, by place.
    pub overdue: BTreeMap<String, u64>,
}

/// What is on record of a member.
#[derive(Clone, Default)]
pub struct Counts {
    /// Queries.
    pub queries: i64,
    /// Rows by outcome, in the order of [`OUTCOMES`].
    pub outcomes: [i64; 5],
    /// Batches that are accepted and not settled.
    pub running: i64,
}

/// How a row ends.
pub const OUTCOMES: [&str; 5] = ["answered", "no_record", "refused", "failed", "unresolved"];

/// Looks at keys and tables of the data directory `dir`.
///
/// # Errors
/// Whatever keeps them from being read.
pub async fn look(house: &House, dir: &Path, at: Option<Timestamp>) -> Result<Figures> {
    let purger = Purger::open(dir, at)?;
    let margins = purger.margins()?;
    let now = house.clock.now();
    let seconds = |from: Timestamp, to: Timestamp| to.as_second().saturating_sub(from.as_second());
    let margin = margins.iter().map(|margin| margin.gone_by).min();
    let due = margins.iter().filter(|margin| margin.due);
    let oldest = due.map(|margin| margin.due_at).min();
    let members = members(house).await?;
    let mut reader = house.db.reader().await?;
    let entries = store::size(&mut reader).await?;
    let unsigned = store::unsigned_since(&mut reader).await?;
    Ok(Figures {
        cohorts: margins.len(),
        margin_seconds: margin.map(|gone_by| seconds(now, gone_by)),
        oldest_due_seconds: oldest.map_or(0, |due_at| seconds(due_at, now).max(0)),
        members,
        entries,
        unsigned_seconds: unsigned.map_or(0, |since| seconds(since, now).max(0)),
        overdue: overdue(house, now).await?,
    })
}

async fn members(house: &House) -> Result<BTreeMap<String, Counts>> {
    let rows = sqlx::query(
        "SELECT batch.member, CAST(COALESCE(SUM(chunk.row_count - chunk.refused), 0) AS BIGINT),
         CAST(COALESCE(SUM(chunk.answered), 0) AS BIGINT), CAST(COALESCE(SUM(chunk.no_record), 0) AS BIGINT),
         CAST(COALESCE(SUM(chunk.refused), 0) AS BIGINT), CAST(COALESCE(SUM(chunk.failed), 0) AS BIGINT),
         CAST(COALESCE(SUM(chunk.unresolved), 0) AS BIGINT),
         CAST((SELECT COUNT(*) FROM batch open WHERE open.member = batch.member AND open.state = 'accepted') AS BIGINT)
         FROM batch LEFT JOIN chunk ON chunk.batch_no = batch.batch_no GROUP BY batch.member",
    )
    .fetch_all(&mut *house.db.reader().await?)
    .await
    .map_err(Error::database(READ))?;
    let read = |row: &sqlx::any::AnyRow| -> Column<(String, Counts)> {
        let counts = Counts {
            queries: row.try_get(1)?,
            outcomes: [
                row.try_get(2)?,
                row.try_get(3)?,
                row.try_get(4)?,
                row.try_get(5)?,
                row.try_get(6)?,
            ],
            running: row.try_get(7)?,
        };
        Ok((row.try_get(0)?, counts))
    };
    rows.iter()
        .map(|row| read(row).map_err(Error::database(READ)))
        .collect()
}

async fn overdue(house: &House, now: Timestamp) -> Result<BTreeMap<String, u64>> {
    let filter = Filter {
        states: vec![State::Overdue],
        ..Filter::default()
    };
    let mut places = BTreeMap::new();
    for duty in list::list(house, house.today(now), &filter).await? {
        *places.entry(duty.duty.of).or_default() += 1;
    }
    Ok(places)
}

const READ: &str = "count what is on record";
