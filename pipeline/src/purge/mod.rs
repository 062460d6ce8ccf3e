//! The purge: cohorts whose time is over lose their key, then their bytes (四(二)2, 八(二)(三), D3). *Edge.*
//!
//! It needs the clock, the keys and the sealed files, nothing else: [`Purger`] opens no database. What was destroyed is
//! then entered in the journal by [`account`], now or, when the database is away, at the next opportunity: the one act
//! that does not wait for the journal.
//!
//! `years` is the other pass: records of year-long classes, which do need the database, at their own end; `records` deletes
//! them, `hold` keeps them for an investigation.

pub mod hold;
mod records;
pub mod years;

use std::{collections::HashSet, path::Path, sync::Arc};

use jiff::Timestamp;
use mayfly_retention::{
    Class, Cohort, Custody, OsRandomness, Vault, Window,
    plan::{Due, plan},
    purge::{Gone, destroy, held},
};
use serde::Serialize;
use sqlx::{AnyConnection, Row};

use crate::{
    app::House,
    clock::Clock,
    config::Config,
    error::{Error, Result},
    ids,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    regime::Regime,
};

/// What the purge needs, and nothing more.
pub struct Purger {
    custody: Custody,
    vault: Vault,
    window: Window,
    now: Timestamp,
}

/// One held cohort and its margins.
#[derive(Serialize)]
pub struct Margin {
    /// The cohort.
    pub cohort: String,
    /// When it may and must be destroyed.
    pub due_at: Timestamp,
    /// The legal limit.
    pub gone_by: Timestamp,
    /// Whether it is due now.
    pub due: bool,
}

impl Purger {
    /// Opens the keys and the sealed files of the data directory `dir`.
    pub fn open(dir: &Path, at: Option<Timestamp>) -> Result<Self> {
        let config = Config::open(dir)?;
        let clock = Clock::open(dir, config.environment, at, config.clock_stands)?;
        Ok(Self {
            custody: Custody::open(&config.keys_dir(dir), Arc::new(OsRandomness))?,
            vault: Vault::open(dir)?,
            window: Regime::jcic_2024()?.retention_window()?,
            now: clock.now(),
        })
    }

    /// The cohorts that are due, oldest first: exactly the value that [`Purger::run`] executes.
    pub fn plan(&self) -> Result<Vec<Due>> {
        Ok(plan(held(&self.custody, &self.vault)?, self.now, self.window))
    }

    /// Destroys what `due` names.
    pub fn run(&self, due: Vec<Due>) -> Result<Vec<Gone>> {
        let gone = destroy(&self.custody, &self.vault, due)?;
        tracing::info!(cohorts = gone.len(), "destroyed");
        Ok(gone)
    }

    /// Held cohorts and their margins, oldest first.
    pub fn margins(&self) -> Result<Vec<Margin>> {
        let mut cohorts = held(&self.custody, &self.vault)?;
        cohorts.retain(|cohort| cohort.class().is_hours());
        cohorts.sort_unstable_by_key(|cohort| (cohort.start(), *cohort));
        cohorts.dedup();
        Ok(cohorts
            .into_iter()
            .map(|cohort| Margin {
                cohort: cohort.name(),
                due_at: cohort.due_at(self.window),
                gone_by: cohort.destroy_by(self.window),
                due: self.now >= cohort.due_at(self.window),
            })
            .collect())
    }

    /// How many of the due cohorts are past the legal limit.
    pub fn overdue(&self, due: &[Due]) -> usize {
        due.iter()
            .filter(|due| self.now >= due.cohort().destroy_by(self.window))
            .count()
    }
}

/// Enters every destroyed cohort in the journal that is not there yet, and empties the database's log; returns how many
/// answers they held.
///
/// # Errors
/// `PURGE-LOG` when another process reads from the log for too long: everything else is done then.
pub async fn account(house: &House, gone: &[Gone]) -> Result<i64> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let known = entered(tx.connection()).await?;
    let mut answers = 0;
    for (cohort, commitment) in house.custody.destroyed()? {
        let name = cohort.name();
        if known.contains(&name) {
            continue;
        }
        let counted = gone.iter().find(|gone| gone.cohort == cohort);
        let evidence = Evidence {
            commitment: commitment.map(|bytes| ids::hex(&bytes)),
            segments: counted.map(|gone| gone.segments as i64),
            residue: counted.and_then(|gone| gone.residue).map(|count| count as i64),
            answers: held_answers(tx.connection(), cohort).await?,
            destroyed_at: now,
            cohort: &name,
        };
        answers += evidence.answers;
        let act = Act {
            kind: Kind::Destruction,
            member: "",
            reference: &name,
        };
        let entry = act::enter(house, tx.connection(), &act, &evidence, now).await?;
        insert(tx.connection(), &evidence, commitment, entry).await?;
    }
    tx.commit().await?;
    journal::signing::sign(house).await?;
    empty_log(house).await?;
    Ok(answers)
}

async fn empty_log(house: &House) -> Result<()> {
    if house.db.empty_log().await? {
        return Ok(());
    }
    Err(Error::Operator {
        code: "PURGE-LOG",
        sentence: "the keys are destroyed and entered in the journal, but another process reads the database's log, so it \
                   could not be emptied"
            .into(),
        remedy: "run `mayfly purge run` again when that process has ended",
    })
}

/// What the journal keeps of a destruction; no personal data.
#[derive(Serialize)]
struct Evidence<'a> {
    cohort: &'a str,
    commitment: Option<String>,
    segments: Option<i64>,
    residue: Option<i64>,
    answers: i64,
    destroyed_at: Timestamp,
}

/// The cohorts whose destruction is in the journal.
async fn entered(conn: &mut AnyConnection) -> Result<HashSet<String>> {
    let rows = sqlx::query("SELECT cohort FROM destruction")
        .fetch_all(conn)
        .await
        .map_err(Error::database("look up the destructions"))?;
    rows.iter()
        .map(|row| row.try_get(0))
        .collect::<std::result::Result<_, _>>()
        .map_err(Error::database("look up the destructions"))
}

async fn held_answers(conn: &mut AnyConnection, cohort: Cohort) -> Result<i64> {
    if cohort.class() != Class::Answer {
        return Ok(0);
    }
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(answered), 0) AS BIGINT) FROM (
             SELECT chunk.answered - COALESCE((SELECT SUM(late_answer.answered) FROM late_answer
                    WHERE late_answer.chunk_no = chunk.chunk_no), 0) AS answered
             FROM chunk WHERE chunk.answer_cohort = $1
             UNION ALL
             SELECT answered FROM late_answer WHERE answer_cohort = $1
         ) AS sealed",
    )
    .bind(cohort.name())
    .fetch_one(conn)
    .await
    .map_err(Error::database("count answers"))?;
    row.try_get(0).map_err(Error::database("count answers"))
}

async fn insert(
    conn: &mut AnyConnection,
    evidence: &Evidence<'_>,
    commitment: Option<[u8; 32]>,
    entry: u64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO destruction (cohort, commitment, segments, residue, answers, destroyed_at, entry)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(evidence.cohort)
    .bind(commitment.map_or_else(Vec::new, Vec::from))
    .bind(evidence.segments)
    .bind(evidence.residue)
    .bind(evidence.answers)
    .bind(evidence.destroyed_at.as_microsecond())
    .bind(i64::try_from(entry).map_err(|_| Error::Bug("a journal index beyond 2^63"))?)
    .execute(conn)
    .await
    .map_err(Error::database("keep a destruction"))?;
    Ok(())
}
