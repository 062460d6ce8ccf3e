//! The purge: cohorts whose time is over lose their key, then their bytes (四(二)2, 八(二)(三), D3). *Edge.*
//!
//! It needs the clock, the keys and the sealed files, nothing else: [`Purger`] opens no database. What was destroyed is
//! then accounted for by [`account`], now or, when the database is away, at the next opportunity: entered in the journal,
//! the one act that does not wait for it, and certified once nothing is left. `trace` is what every pass leaves.
//!
//! `derived` are plain files that were made from what is held, which go with it.
//!
//! `years` is the other pass: records of year-long classes, which do need the database, at their own end; `agenda` is what
//! it is going to do, `kinds` are what ends, `records` deletes them, `left` looks for what is left, `months` counts what was deleted of each month,
//! `hold` keeps records for an investigation.

pub mod agenda;
pub mod hold;
mod kinds;
mod left;
mod months;
mod records;
pub mod years;

mod account;
mod derived;
mod draw;
mod trace;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::{
    Cohort, Custody, OsRandomness, Randomness, Vault, Window,
    certificate::{Actor, Strength},
    plan::{Due, is_due, plan},
    purge::{EvidenceQueue, Gone, Pass, destroy, held},
    time::Trust,
};
use serde::Serialize;

use self::derived::Derived;
pub use self::{
    account::{Accounted, HeldBack, account},
    derived::{DueFiles, Swept},
};

use crate::{
    app::House,
    clock::Clock,
    config::{Config, Environment},
    error::Result,
    regime::{Regime, source::Source},
};

/// What the purge needs, and nothing more.
pub struct Purger {
    custody: Custody,
    vault: Vault,
    queue: EvidenceQueue,
    dir: PathBuf,
    derived: Derived,
    window: Window,
    now: Timestamp,
    all_due: bool,
    strength: Strength,
}

/// One held cohort and its margins.
#[derive(Serialize)]
pub struct Margin {
    /// The cohort.
    pub cohort: String,
    /// The first instant it may hold something of.
    pub from: Timestamp,
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
        let clock = Clock::open_for_purge(dir, config.environment, at, config.clock_stands)?;
        Self::open_by(dir, &config, &clock, Arc::new(OsRandomness))
    }

    /// As [`open`](Self::open), by a clock and a source of randomness that are there already.
    pub fn open_by(
        dir: &Path,
        config: &Config,
        clock: &Clock,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self> {
        let clock = clock.read();
        let custody = Custody::open(&config.keys_dir(dir), randomness)?;
        Ok(Self {
            vault: Vault::open(dir)?,
            queue: EvidenceQueue::open(dir),
            dir: dir.to_path_buf(),
            derived: Derived::of(dir, config),
            window: window(dir, config)?,
            now: clock.now,
            all_due: clock.trust == Trust::Lost { all_due: true },
            strength: strength(config.environment, &custody),
            custody,
        })
    }

    /// The time of this pass, read once.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The cohorts that are due, oldest first: exactly the value that [`Purger::run`] executes.
    pub fn plan(&self) -> Result<Vec<Due>> {
        Ok(plan(
            held(&self.custody, &self.vault)?,
            self.now,
            self.window,
            self.all_due,
        ))
    }

    /// Destroys what `due` names; certificates will say that `actor` had it done.
    pub fn run(&self, due: Vec<Due>, actor: Actor) -> Result<Vec<Gone>> {
        let pass = Pass {
            at: self.now,
            actor,
            strength: self.strength,
        };
        let gone = destroy(&self.custody, &self.vault, &self.queue, &pass, due)?;
        tracing::info!(cohorts = gone.len(), "destroyed");
        Ok(gone)
    }

    /// The plain files that are due, oldest first: exactly the value that [`Purger::sweep`] executes.
    pub fn files(&self) -> DueFiles {
        self.derived.due(self.now, self.window, self.all_due)
    }

    /// Removes the plain files that `due` names, for `actor`. Nothing keeps it from going on: what stayed is counted.
    pub fn sweep(&self, due: &DueFiles, actor: &Actor) -> Swept {
        self.derived.remove(&self.dir, due, self.now, actor);
        let still = self.files();
        Swept {
            due: due.len(),
            left: (!still.may_be_more()).then_some(still.len()),
        }
    }

    /// Held cohorts and their margins, oldest first.
    pub fn margins(&self) -> Result<Vec<Margin>> {
        let held = held(&self.custody, &self.vault)?;
        Ok(margins(held, self.window, (self.now, self.all_due)))
    }

    /// How many cohorts and plain files have been due for longer than `patience`.
    pub fn due_for(&self, patience: Duration) -> Result<usize> {
        let patience = SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX);
        let late = |due: &&Due| self.now.duration_since(due.cohort().due_at(self.window)) > patience;
        let since = self.now.checked_sub(patience).unwrap_or(Timestamp::MIN);
        Ok(self.plan()?.iter().filter(late).count() + self.files().since(since, self.window))
    }

    /// How many of the due cohorts are past the legal limit.
    pub fn overdue(&self, due: &[Due]) -> usize {
        due.iter()
            .filter(|due| self.now >= due.cohort().destroy_by(self.window))
            .count()
    }
}

/// As [`Purger::margins`], of a house that is open.
///
/// # Errors
/// `KEY-*`; those of the disk.
pub fn margins_of(house: &House) -> Result<Vec<Margin>> {
    let read = house.clock.read();
    let held = held(&house.custody, &house.vault)?;
    let moment = (read.now, read.trust == Trust::Lost { all_due: true });
    Ok(margins(held, house.regime.retention_window()?, moment))
}

fn margins(mut cohorts: Vec<Cohort>, window: Window, (now, all_due): (Timestamp, bool)) -> Vec<Margin> {
    cohorts.retain(|cohort| cohort.class().is_hours());
    cohorts.sort_unstable_by_key(|cohort| (cohort.start(), *cohort));
    cohorts.dedup();
    let margin = |cohort: Cohort| Margin {
        cohort: cohort.name(),
        from: cohort.start(),
        due_at: cohort.due_at(window),
        gone_by: cohort.destroy_by(window),
        due: is_due(cohort, now, window, all_due),
    };
    cohorts.into_iter().map(margin).collect()
}

/// What certificates may claim of keys in a place of `strength`: in a sandbox, which accepts any file system, the least.
pub fn claimed(environment: Environment, strength: Strength) -> Strength {
    match environment {
        Environment::Sandbox => Strength::Weak,
        Environment::Production => strength,
    }
}

fn strength(environment: Environment, custody: &Custody) -> Strength {
    claimed(environment, custody.strength())
}

/// How long what is held lives here. Rules that cannot be read keep no purge: the longest that any may allow holds then.
fn window(dir: &Path, config: &Config) -> Result<Window> {
    let own = Source::read(dir, &config.regime).and_then(|source| source.regime()?.retention_window());
    own.or_else(|_| Regime::jcic_2024()?.retention_window())
}
