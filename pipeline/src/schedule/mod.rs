//! The schedule: passes that run by themselves, each in a thread of its own, and somebody else who watches them. *Edge.*
//!
//! A pass takes no arguments: what is to be done follows from the clock and from what is there. `bell` rings for it, on
//! two ropes that know nothing of each other: `tokio-cron-scheduler`, and the waiting of the pass's own thread, which ends
//! by itself after the interval. Cut either, and only the delay changes. `pass` is what is rung for, `heartbeat` the trace
//! that each run leaves, and `watch` a process of its own that reads the traces and closes the gate when one is missing;
//! `question` keeps it from waiting for what hangs.
//!
//! The purge shares nothing with the other passes: no runtime, no database, no lock but the keyring's own.

mod bell;
mod heartbeat;
mod pass;
mod question;
pub mod watch;

use std::{
    path::{Path, PathBuf},
    pin::pin,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
};
use tokio_cron_scheduler::{Job, JobScheduler};

use self::{
    bell::{Bell, Heard, Hearing},
    pass::Pass,
};
use crate::{
    config,
    error::{Error, Result},
};

/// What a schedule works on.
#[derive(Clone)]
pub struct Plan {
    /// The data directory.
    pub dir: PathBuf,
    /// The sandbox's `--at`.
    pub at: Option<Timestamp>,
    /// How long a pass may not run before somebody misses it.
    pub patience: Duration,
    /// Which ropes ring; both, but in a test that cuts one.
    pub ropes: Ropes,
}

/// Which ropes ring.
#[derive(Clone, Copy)]
pub struct Ropes {
    /// The cron scheduler.
    pub cron: bool,
    /// The interval.
    pub interval: bool,
}

/// Runs every pass until the process is told to stop (SIGINT, SIGTERM). The purge has run once before anything else begins
/// but the watcher, who sees when it gets stuck; one that failed is tried again as at any other time. What `open` opens then is
/// closed by `close` at the end, while the passes that run come to theirs.
pub async fn serve<T>(plan: &Plan, open: impl FnOnce() -> T, close: impl AsyncFnOnce(T)) -> Result<()> {
    let mut stop = pin!(told_to_stop()?);
    let mut watcher = Watcher::start(plan);
    if let Err(error) = once_of(plan, Pass::Purge).await {
        failed(Pass::Purge, &error);
    }
    let running = Running::start(plan).await?;
    let opened = open();
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = tokio::time::sleep(WATCHER_LOOK) => watcher.revive(plan),
        }
    }
    tokio::join!(running.stop(), close(opened));
    Ok(())
}

/// From the call on the process does not end at SIGINT or SIGTERM, but the returned future does.
pub fn told_to_stop() -> Result<impl Future<Output = ()>> {
    let failed = || Error::io("listen for the signal to stop");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Runs every pass once, the purge first; returns what came of each, by its name.
pub async fn once(plan: &Plan) -> Vec<(&'static str, Result<()>)> {
    let mut ran = Vec::new();
    for pass in Pass::ALL {
        ran.push((pass.name(), once_of(plan, pass).await));
    }
    ran
}

async fn once_of(plan: &Plan, pass: Pass) -> Result<()> {
    let (plan, runtime) = (plan.clone(), Handle::current());
    tokio::task::spawn_blocking(move || pass.run(&plan.dir, plan.at, &runtime))
        .await
        .unwrap_or(Err(Error::Bug("a pass panicked")))
}

/// Leaves the trace of a purge that somebody ran by hand: it is as good as one of the schedule's. Where it cannot be left, on
/// a full disk for one, the watcher misses the purge, and that is all.
pub fn purged_by_hand(dir: &Path, outcome: &'static str) {
    if let Err(error) = heartbeat::beat(dir, Pass::Purge.name(), outcome) {
        // What came of the purge itself is what a person has to read.
        tracing::debug!(code = error.code(), "the trace of the purge could not be left");
    }
}

/// Whether a schedule has ever run on the data directory `dir`.
pub fn has_run(dir: &Path) -> bool {
    heartbeat::last(dir, Pass::Checkpoint.name()).is_some()
}

/// The threads of all passes.
struct Running {
    bells: Vec<Bell>,
    threads: Vec<JoinHandle<()>>,
    cron: Option<JobScheduler>,
}

impl Running {
    async fn start(plan: &Plan) -> Result<Self> {
        let mut running = Self {
            bells: Vec::new(),
            threads: Vec::new(),
            cron: None,
        };
        let mut rung = Vec::new();
        for pass in Pass::ALL {
            let (bell, hearing) = bell::hang();
            let (plan, runtime) = (plan.clone(), Handle::current());
            let thread = thread::Builder::new()
                .name(pass.name().into())
                .spawn(move || keep_running(pass, &plan, &hearing, &runtime))
                .map_err(Error::io("start the thread of a pass"))?;
            running.threads.push(thread);
            running.bells.push(bell.clone());
            rung.push((pass, bell));
        }
        if plan.ropes.cron {
            // A scheduler that cannot be had costs its own rope and nothing else.
            running.cron = match cron(&rung).await {
                Ok(cron) => Some(cron),
                Err(_) => {
                    tracing::error!("the cron scheduler did not start; the interval rings alone");
                    None
                }
            };
        }
        Ok(running)
    }

    /// Lets every pass end that runs, for a while, and then ends.
    async fn stop(mut self) {
        if let Some(cron) = &mut self.cron {
            let _ = cron.shutdown().await;
        }
        self.cron = None;
        self.bells.iter().for_each(Bell::stop);
        let threads = std::mem::take(&mut self.threads);
        let ended = tokio::task::spawn_blocking(move || {
            threads.into_iter().for_each(|thread| {
                let _ = thread.join();
            })
        });
        // A pass that is stuck does not hold up the end; whatever it did not commit is done by the next process.
        let _ = tokio::time::timeout(STOP_PATIENCE, ended).await;
    }
}

/// Runs `pass` each time it is rung for, whatever became of it before.
fn keep_running(pass: Pass, plan: &Plan, hearing: &Hearing, runtime: &Handle) {
    let interval = plan.ropes.interval.then_some(pass.interval(plan.patience));
    loop {
        match hearing.listen(interval) {
            Heard::Stop => return,
            Heard::Rung | Heard::Silence => {}
        }
        // A pass that fails has left its trace, and is run again at the next bell: there is no limit to that.
        if let Err(error) = pass.run(&plan.dir, plan.at, runtime) {
            failed(pass, &error);
        }
    }
}

fn failed(pass: Pass, error: &Error) {
    tracing::error!(pass = pass.name(), code = error.code(), "a pass failed");
}

/// Lets the cron scheduler ring; what it calls does nothing but that.
async fn cron(
    bells: &[(Pass, Bell)],
) -> std::result::Result<JobScheduler, tokio_cron_scheduler::JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for (pass, bell) in bells {
        let bell = Arc::new(bell.clone());
        let job = Job::new_async(pass.cron(), move |_, _| {
            let bell = bell.clone();
            Box::pin(async move { bell.ring() })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

/// The process that watches: `mayfly watch`, begun again whenever it has ended.
struct Watcher {
    process: Option<Child>,
}

impl Watcher {
    fn start(plan: &Plan) -> Self {
        let mut watcher = Self { process: None };
        watcher.revive(plan);
        watcher
    }

    fn revive(&mut self, plan: &Plan) {
        let lives = self
            .process
            .as_mut()
            .is_some_and(|process| matches!(process.try_wait(), Ok(None)));
        if lives {
            return;
        }
        let started = config::own_program().and_then(|program| {
            let mut command = Command::new(program);
            command
                .arg("--data")
                .arg(&plan.dir)
                .stdin(Stdio::null())
                .stdout(Stdio::null());
            if let Some(at) = plan.at {
                command.arg("--at").arg(at.to_string());
            }
            command.arg("watch").spawn()
        });
        match started {
            Ok(process) => self.process = Some(process),
            Err(_) => tracing::error!("the watcher could not be started"),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It has nothing to lose: it only reads, and what it wrote last stands.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// How long a stop waits for passes that run.
const STOP_PATIENCE: Duration = Duration::from_secs(7);
/// How often it is looked whether the watcher lives.
const WATCHER_LOOK: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stopwatch;

    /// Each rope alone rings for every pass; a pass that fails is rung for again, and leaves its trace each time. Cron rings
    /// for the purge at the full minute: both are waited for at once.
    #[test]
    fn either_rope_is_enough() {
        thread::scope(|both| {
            for (cron, interval) in [(true, false), (false, true)] {
                both.spawn(move || check(Ropes { cron, interval }));
            }
        });
    }

    fn check(ropes: Ropes) {
        let folder = tempfile::TempDir::new().unwrap();
        let plan = Plan {
            dir: folder.path().to_path_buf(),
            at: None,
            patience: Duration::from_secs(60),
            ropes,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let running = Running::start(&plan).await.unwrap();
            let watch = Stopwatch::start();
            let ran = |pass: &Pass| heartbeat::last(folder.path(), pass.name()).is_some();
            let mut traces = 0;
            while traces < 2 || !Pass::ALL.iter().all(ran) {
                if let Some(trace) = heartbeat::last(folder.path(), "work").filter(|_| traces < 2) {
                    assert_eq!(trace.outcome, "NO-DATA-DIRECTORY");
                    std::fs::remove_file(folder.path().join("passes/work")).unwrap();
                    traces += 1;
                }
                let Ropes { cron, interval } = ropes;
                let silent = Pass::ALL.iter().find(|pass| !ran(pass));
                assert!(
                    watch.seconds() < 300.0,
                    "cron {cron}, interval {interval}: nobody rang for {}",
                    silent.map_or("work again", |pass| pass.name())
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            running.stop().await;
        });
    }
}
