//! The passes: what each does, how often, and the trace it leaves. *Edge.*

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use mayfly_retention::certificate::Actor;
use tokio::runtime::Handle;

use super::heartbeat;
use crate::{
    app::House,
    audit,
    error::{Error, Result},
    journal::signing,
    purge::{Purger, account, years},
    run::{Progress, worker},
    sheet,
};

/// Something that is done again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pass {
    /// Destroys what is due. Needs the clock, the keys and the sealed files, nothing else.
    Purge,
    /// Enters in the journal what was destroyed, and certifies what is gone.
    Evidence,
    /// Once a night: ends what is past its years, and the keys of months of which nothing is left.
    Years,
    /// Commits to values of the running month, freezes the month before on the 1st, draws what is overdue.
    Sample,
    /// Makes the sheets of the week before, on Mondays.
    Sheet,
    /// Signs the journal.
    Checkpoint,
    /// Works batches that wait, and settles what was unresolved.
    Work,
}

impl Pass {
    /// All of them; the purge first.
    pub(super) const ALL: [Self; 7] = [
        Self::Purge,
        Self::Evidence,
        Self::Years,
        Self::Sample,
        Self::Sheet,
        Self::Checkpoint,
        Self::Work,
    ];

    /// What its thread and its trace are called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Purge => "purge",
            Self::Evidence => "evidence",
            Self::Years => "years",
            Self::Sample => "sample",
            Self::Sheet => "sheet",
            Self::Checkpoint => "checkpoint",
            Self::Work => "work",
        }
    }

    /// How long its thread waits for a bell: every pass runs several times before somebody misses it (a minute, 20 and
    /// 5 seconds where `patience` is five minutes).
    pub(super) fn interval(self, patience: Duration) -> Duration {
        match self {
            Self::Purge | Self::Evidence | Self::Years | Self::Sample | Self::Sheet => patience / 5,
            Self::Checkpoint => patience / 15,
            Self::Work => patience / 60,
        }
    }

    /// When the cron scheduler rings for it (seconds first, UTC).
    pub(super) fn cron(self) -> &'static str {
        match self {
            Self::Purge => "0 * * * * *",
            Self::Evidence => "10 * * * * *",
            // Whether this night's is still to come is asked at each bell, so that neither a missed one nor a house that
            // was shut at that hour costs a day.
            Self::Years => "30 * * * * *",
            // What is due follows from the date; a bell that was missed on the 1st is made up for by the next.
            Self::Sample => "40 * * * * *",
            // As the sample: a Monday that was missed is made up for.
            Self::Sheet => "50 * * * * *",
            Self::Checkpoint => "*/20 * * * * *",
            Self::Work => "*/5 * * * * *",
        }
    }

    /// Runs it once and leaves its trace, whatever came of it.
    pub(super) fn run(self, dir: &Path, at: Option<Timestamp>, runtime: &Handle) -> Result<()> {
        self.with_trace(dir, || match self {
            Self::Purge => purge(dir, at),
            Self::Evidence => runtime.block_on(evidence(dir, at)),
            Self::Years => runtime.block_on(years(dir, at)),
            Self::Sample => runtime.block_on(sample(dir, at)),
            Self::Sheet => runtime.block_on(sheets(dir, at)),
            Self::Checkpoint => runtime.block_on(checkpoint(dir, at)),
            Self::Work => runtime.block_on(work(dir, at)),
        })
    }

    /// Does `act` as this pass. A panic is a trouble like any other.
    fn with_trace(self, dir: &Path, act: impl FnOnce() -> Result<()>) -> Result<()> {
        let ran = catch_unwind(AssertUnwindSafe(act));
        let ran = ran.unwrap_or(Err(Error::Bug("a pass panicked; the place is on standard error")));
        heartbeat::beat(dir, self.name(), ran.as_ref().err().map_or("ok", Error::code))?;
        ran
    }
}

fn purge(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    let purger = Purger::open(dir, at)?;
    // Keys that cannot be destroyed keep no plain file, and the other way round.
    let destroyed = purger.plan().and_then(|due| purger.run(due, Actor::Schedule));
    let swept = purger.sweep(&purger.files(), &Actor::Schedule);
    destroyed?;
    nothing_left(swept.is_clean())
}

async fn evidence(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    let house = House::open(dir, at).await?;
    // What lay there is told by the evidence that the purge left.
    nothing_left(account(&house, &[]).await?.held_back.is_empty())
}

async fn years(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    let house = House::open(dir, at).await?;
    if !years::is_due(&house, &mut *house.db.reader().await?).await? {
        return Ok(());
    }
    house.trusted_now()?;
    let (ended, accounted) = years::pass(&house, Actor::Schedule).await?;
    nothing_left(ended.is_clean() && accounted.held_back.is_empty())
}

fn nothing_left(is_clean: bool) -> Result<()> {
    if is_clean {
        return Ok(());
    }
    Err(Error::Operator {
        code: "PURGE-RESIDUE",
        sentence: "files of a destroyed cohort, sealed or plain, are still there or cannot be counted, or its books cannot be read".into(),
        remedy: "see `mayfly purge run`, which names the cohorts; remove what keeps the files there",
    })
}

async fn sheets(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    sheet::pass::pass(&House::open(dir, at).await?).await
}

async fn sample(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    audit::pass::pass(&House::open(dir, at).await?).await
}

async fn checkpoint(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    signing::sign(&House::open(dir, at).await?).await
}

async fn work(dir: &Path, at: Option<Timestamp>) -> Result<()> {
    let house = Arc::new(House::open(dir, at).await?);
    house.note_configuration().await?;
    let unwatched = |_: i64, _: Arc<Progress>| ();
    let round = worker::round(&house, unwatched).await?;
    round.trouble.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_trouble_like_any_other_and_leaves_its_trace() {
        let folder = tempfile::TempDir::new().unwrap();
        let left = || heartbeat::last(folder.path(), "purge").map(|trace| trace.outcome);
        let ran = Pass::Purge.with_trace(folder.path(), || panic!("as planned"));
        assert_eq!(ran.err().map(|error| error.code()), Some("BUG"));
        assert_eq!(left(), Some("BUG".into()));
        assert!(Pass::Purge.with_trace(folder.path(), || Ok(())).is_ok());
        assert_eq!(left(), Some("ok".into()));
    }

    #[test]
    fn every_pass_has_two_ropes_and_a_name_of_its_own() {
        let names: std::collections::HashSet<_> = Pass::ALL.map(Pass::name).into();
        assert_eq!(names.len(), Pass::ALL.len());
        assert_eq!(Pass::ALL[0], Pass::Purge);
        for pass in Pass::ALL {
            let longest = pass.interval(Duration::from_secs(300));
            assert!(longest <= Duration::from_secs(60), "{}", pass.name());
            assert!(
                tokio_cron_scheduler::Job::new(pass.cron(), |_, _| ()).is_ok(),
                "{}",
                pass.name()
            );
        }
    }
}
