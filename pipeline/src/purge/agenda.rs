//! What a pass of the years is going to do, read before it begins: `purge plan` shows it, and the pass executes it (D16). *SQL.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mayfly_retention::{Class, Cohort, ending};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{
    hold,
    kinds::Kind,
    left,
    records::{self, Page},
};
use crate::{app::House, error::Result};

/// What a pass does about the classes of years.
#[derive(Serialize)]
pub struct Agenda {
    /// The instant by which it is judged; the pass takes no other.
    pub at: Timestamp,
    /// What is deleted.
    pub records: Vec<Line>,
    /// How many records are at their end and held.
    pub held: u64,
    /// The months whose key is destroyed, oldest first.
    pub months: Vec<String>,
}

/// Records of one month that are deleted.
#[derive(Serialize)]
pub struct Line {
    /// Their table.
    pub table: &'static str,
    /// Their class and month.
    pub month: String,
    /// How many.
    pub records: u64,
    /// Sealed files that they name.
    pub files: u64,
}

impl Agenda {
    /// How many records are deleted.
    pub fn deleted(&self) -> u64 {
        self.records.iter().map(|line| line.records).sum()
    }

    /// Whether there is anything to delete or destroy.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.months.is_empty()
    }

    /// Whether records of `kind` are deleted.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.records.iter().any(|line| line.table == kind.name())
    }

    /// Whether the key of `month` is destroyed.
    pub(super) fn ends(&self, month: Cohort) -> bool {
        self.months.contains(&month.name())
    }
}

/// What is counted of one month and kind.
#[derive(Default)]
struct Sum {
    records: u64,
    files: u64,
    /// Rows among them that name this month's key as the one that sealed them.
    sealed: u64,
}

/// Draws up what a pass at this moment does; `None` with a clock that is not to be trusted: then nothing ends.
pub async fn plan(house: &House, conn: &mut AnyConnection) -> Result<Option<Agenda>> {
    let Ok(judged) = house.clock.trusted() else {
        return Ok(None);
    };
    let today = house.today(judged.now);
    let holds = hold::in_force(conn).await?;
    let mut agenda = Agenda {
        at: judged.now,
        records: Vec::new(),
        held: 0,
        months: Vec::new(),
    };
    let mut due_of: BTreeMap<Cohort, u64> = BTreeMap::new();
    // A batch goes in the pass in which its last chunk goes.
    let mut kept_batches = BTreeSet::new();
    for kind in Kind::ALL {
        let years = house.regime.keep_years(kind.class())?;
        let cut = ending::latest_over(years, today);
        let mut sums: BTreeMap<Cohort, Sum> = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let Page { mut records, last } = records::page_ahead(conn, kind, after.as_deref(), cut).await?;
            match kind {
                Kind::Chunk => {
                    let kept = records
                        .iter()
                        .filter(|chunk| holds.iter().any(|hold| hold.covers(chunk)));
                    kept_batches.extend(kept.map(|chunk| chunk.batch.clone()));
                }
                Kind::Batch => records.retain(|batch| !kept_batches.contains(&batch.batch)),
                _ => {}
            }
            let found = ending::sort(records, &holds, today, years);
            agenda.held += found.held;
            for key in found.due {
                let sum = sums.entry(key.month).or_default();
                sum.records += 1;
                sum.files += u64::from(key.file.is_some());
                sum.sealed += u64::from(key.names_its_month(kind));
            }
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        for (month, sum) in sums {
            *due_of.entry(month).or_default() += sum.sealed;
            agenda.records.push(Line {
                table: kind.name(),
                month: month.name(),
                records: sum.records,
                files: sum.files,
            });
        }
    }
    agenda.months = months(house, conn, &holds, &due_of, judged.now).await?;
    Ok(Some(agenda))
}

/// The months of which nothing will be left that their key sealed, once the rows counted in `due_of` are gone.
async fn months(
    house: &House,
    conn: &mut AnyConnection,
    holds: &[ending::Hold],
    due_of: &BTreeMap<Cohort, u64>,
    now: Timestamp,
) -> Result<Vec<String>> {
    let today = house.today(now);
    let years = |class| house.regime.classes.keep_years(class);
    let living = living(house)?;
    let mut in_use = BTreeSet::new();
    for month in &living {
        let is_over = years(month.class()).is_some_and(|years| ending::month_is_over(*month, years, today));
        if is_over && left::sealed_in(conn, *month).await? > due_of.get(month).copied().unwrap_or(0) {
            in_use.insert(*month);
        }
    }
    let due = ending::months(living, &in_use, holds, today, years);
    Ok(due.iter().map(|due| due.cohort().name()).collect())
}

/// The months that have a key, or files.
pub(super) fn living(house: &House) -> Result<Vec<Cohort>> {
    let mut living = house.custody.cohorts()?;
    for class in Class::ALL.into_iter().filter(|class| !class.is_hours()) {
        living.extend(house.vault.list(class)?.cohorts);
    }
    Ok(living)
}
