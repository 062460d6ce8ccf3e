//! Watches the passes from a process of its own, and closes the gate while one that must run does not. *Edge.*
//!
//! `judge_pulse` and `judge_state` decide from facts and are pure. What it finds is told on standard error and written into `DIR/closed`; while that file is there the
//! gate lets nothing out (data comes in only while data can go out), also when the watcher itself has died. The next look
//! that finds nothing removes it.
//!
//! The purge's trace is judged, and the gate closed, before anything is touched that has a lock: a `serve` that was stopped
//! may hold it. Keys and database are asked afterwards, and given up when they do not answer.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::purge::EvidenceQueue;
use serde::Serialize;
use tokio::runtime::Handle;

use super::{
    heartbeat::{self, Trace},
    question::Question,
};
use crate::{
    app::House,
    clock,
    config::Config,
    error::{Error, Result},
    journal::store,
    purge::Purger,
};

/// Something that does not run as it must.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub finding: String,
}

/// What there is to see without a lock.
pub(super) struct Pulse {
    /// The purge's trace.
    pub(super) purge: Option<Trace>,
    /// How long this watcher has been looking: a pass that never ran is missed only after a while.
    pub(super) looking: Duration,
}

/// What keys and database tell, each or the code why that cannot be told.
pub(super) struct State {
    /// What has been waiting for longer than [`Patience::due`].
    pub(super) late: std::result::Result<Late, &'static str>,
    /// How long the oldest unsigned journal entry has been waiting.
    pub(super) unsigned: std::result::Result<Duration, &'static str>,
}

/// How many cohorts have been waiting for longer than they may, by the clock and the files alone.
pub(super) struct Late {
    /// For their destruction.
    pub(super) due: usize,
    /// For their certificate, whatever keeps the evidence from the journal.
    pub(super) uncertified: usize,
}

/// How long may pass before something is noticed.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// Without a pass of the purge.
    pub(super) silence: Duration,
    /// For a cohort that is due.
    pub(super) due: Duration,
    /// For an entry that is not signed.
    pub(super) unsigned: Duration,
    /// Between two looks.
    pub(super) pause: Duration,
    /// For an answer of keys or database.
    pub(super) answer: Duration,
}

impl Patience {
    /// Such that a purge that ends is missed within `all`: after four fifths of it, by a look that comes each tenth, and that
    /// waits no longer than another.
    pub(super) fn of(all: Duration) -> Self {
        Self {
            silence: all * 4 / 5,
            due: all,
            unsigned: UNSIGNED,
            pause: (all / 10).max(SHORTEST_PAUSE),
            answer: (all / 10).max(SHORTEST_ANSWER),
        }
    }
}

/// What is wrong with the purge's trace, if anything is.
pub(super) fn judge_pulse(pulse: &Pulse, patience: Patience) -> Option<Alarm> {
    let alarm = |code, finding: String| Some(Alarm { code, finding });
    match &pulse.purge {
        Some(trace) if trace.age > patience.silence => alarm(
            "PURGE-SILENT",
            format!(
                "the purge has not run for {} seconds: start `mayfly serve`, which runs it each minute",
                trace.age.as_secs()
            ),
        ),
        Some(trace) if trace.outcome != "ok" => alarm(
            "PURGE-FAILED",
            format!("the last pass of the purge ended with {}", trace.outcome),
        ),
        None if pulse.looking > patience.silence => alarm(
            "PURGE-SILENT",
            "the purge has never run: start `mayfly serve`, which runs it each minute".into(),
        ),
        _ => None,
    }
}

/// What is wrong with keys and journal, if anything is.
pub(super) fn judge_state(state: &State, patience: Patience) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut alarm = |code, finding: String| alarms.push(Alarm { code, finding });
    match &state.late {
        Ok(late) => {
            if late.due > 0 {
                alarm(
                    "PURGE-DUE",
                    format!("{} cohorts or plain files are due and not destroyed", late.due),
                );
            }
            if late.uncertified > 0 {
                alarm(
                    "CERTIFICATE-LATE",
                    format!("{} cohorts are destroyed and not certified", late.uncertified),
                );
            }
        }
        Err(code) => alarm(
            "CUSTODY-AWAY",
            format!("the keys or sealed files cannot be read ({code})"),
        ),
    }
    match state.unsigned {
        Ok(age) if age > patience.unsigned => alarm(
            "JOURNAL-LATE",
            format!(
                "entries of the journal have been unsigned for {} seconds",
                age.as_secs()
            ),
        ),
        Ok(_) => {}
        Err(code) => alarm("JOURNAL-AWAY", format!("the journal cannot be read ({code})")),
    }
    alarms
}

/// Who watches one data directory.
pub struct Watch {
    dir: PathBuf,
    at: Option<Timestamp>,
    patience: Patience,
    began: i64,
    late: Question<Result<Late>>,
    unsigned: Question<Result<Duration>>,
}

impl Watch {
    /// A watch over the data directory `dir`.
    pub fn open(dir: &Path, at: Option<Timestamp>) -> Result<Self> {
        let seconds = Config::open(dir)?.patience_seconds;
        Ok(Self {
            dir: dir.to_path_buf(),
            at,
            patience: Patience::of(Duration::from_secs(seconds.into())),
            began: clock::boot_micros(),
            late: Question::new(),
            unsigned: Question::new(),
        })
    }

    /// Keeps watching until something keeps it from it; at once done if somebody else watches already.
    pub async fn keep(&mut self) -> Result<()> {
        let folder = self.dir.join("locks");
        fs::create_dir_all(&folder).map_err(Error::io("make the folder `locks` of the data directory"))?;
        let lock = fs::File::create(folder.join("watch")).map_err(Error::io("open the watcher's lock"))?;
        if lock.try_lock().is_err() {
            return Ok(());
        }
        loop {
            self.look().await?;
            tokio::time::sleep(self.patience.pause).await;
        }
    }

    /// Looks once; closes the gate, or opens what it closed.
    ///
    /// # Errors
    /// `NO-DATA-DIRECTORY` and `CONFIG-*`: then there is no gate to close, for nothing runs on such a directory.
    pub async fn look(&mut self) -> Result<Vec<Alarm>> {
        Config::open(&self.dir)?;
        let pulse = Pulse {
            purge: heartbeat::last(&self.dir, "purge"),
            looking: Duration::from_micros((clock::boot_micros() - self.began).unsigned_abs()),
        };
        let mut alarms: Vec<Alarm> = judge_pulse(&pulse, self.patience).into_iter().collect();
        tell(&alarms);
        if !alarms.is_empty() {
            self.close(&alarms)?;
        }
        let state = judge_state(&self.ask().await, self.patience);
        tell(&state);
        alarms.extend(state);
        if alarms.is_empty() {
            self.open_again()?;
        } else {
            self.close(&alarms)?;
        }
        Ok(alarms)
    }

    async fn ask(&mut self) -> State {
        let (at, due, answer) = (self.at, self.patience.due, self.patience.answer);
        let (dir, there, runtime) = (self.dir.clone(), self.dir.clone(), Handle::current());
        let (late, unsigned) = tokio::join!(
            self.late.ask(answer, move || late(&dir, at, due)),
            self.unsigned
                .ask(answer, move || runtime.block_on(unsigned(&there, at))),
        );
        State {
            late: late
                .ok_or(HELD)
                .and_then(|late| late.map_err(|error| error.code())),
            unsigned: unsigned
                .ok_or(HELD)
                .and_then(|unsigned| unsigned.map_err(|error| error.code())),
        }
    }

    fn open_again(&self) -> Result<()> {
        match fs::remove_file(closed_path(&self.dir)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("open the gate again")(error))
            }
            _ => Ok(()),
        }
    }

    fn close(&self, alarms: &[Alarm]) -> Result<()> {
        let codes: Vec<&str> = alarms.iter().map(|alarm| alarm.code).collect();
        fs::write(closed_path(&self.dir), codes.join(" ") + "\n").map_err(Error::io("close the gate"))
    }
}

fn tell(alarms: &[Alarm]) {
    for alarm in alarms {
        tracing::error!(code = alarm.code, "{}", alarm.finding);
    }
}

fn late(dir: &Path, at: Option<Timestamp>, patience: Duration) -> Result<Late> {
    let purger = Purger::open(dir, at)?;
    let queue = EvidenceQueue::open(dir);
    let longest = SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX);
    let mut uncertified = 0;
    for cohort in queue.cohorts()? {
        let evidence = queue.of(cohort)?;
        let waits = evidence.map(|evidence| purger.now().duration_since(evidence.destroyed_at));
        uncertified += usize::from(waits.is_some_and(|waits| waits > longest));
    }
    Ok(Late {
        due: purger.due_for(patience)?,
        uncertified,
    })
}

/// How long the oldest unsigned entry of the journal has been waiting.
async fn unsigned(dir: &Path, at: Option<Timestamp>) -> Result<Duration> {
    let house = House::open(dir, at).await?;
    let since = store::unsigned_since(&mut *house.db.reader().await?).await?;
    let age = since.map_or(0, |since| house.clock.now().duration_since(since).as_secs());
    Ok(Duration::from_secs(age.max(0).unsigned_abs()))
}

/// Where it stands that the gate is closed.
fn closed_path(dir: &Path) -> PathBuf {
    dir.join("closed")
}

/// Why there is no answer.
const HELD: &str = "LOCK-HELD";
/// How long an entry of the journal may stay unsigned.
const UNSIGNED: Duration = Duration::from_secs(60);
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// A slow disk is no held lock.
const SHORTEST_ANSWER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purge_that_does_not_run_is_noticed_in_time() {
        let patience = Patience::of(Duration::from_secs(300));
        let longest = patience.silence + patience.pause + patience.answer;
        assert_eq!(longest, Duration::from_secs(300));
        #[track_caller]
        fn check(purge: Option<(u64, &str)>, looking: u64, expected: Option<&str>) {
            let purge = purge.map(|(seconds, outcome)| Trace {
                age: Duration::from_secs(seconds),
                outcome: outcome.into(),
            });
            let pulse = Pulse {
                purge,
                looking: Duration::from_secs(looking),
            };
            let alarm = judge_pulse(&pulse, Patience::of(Duration::from_secs(300)));
            assert_eq!(alarm.map(|alarm| alarm.code), expected);
        }
        check(Some((59, "ok")), 1_000, None);
        check(Some((240, "ok")), 1_000, None);
        check(Some((241, "ok")), 0, Some("PURGE-SILENT"));
        check(Some((1, "DISK-FULL")), 0, Some("PURGE-FAILED"));
        check(None, 240, None);
        check(None, 241, Some("PURGE-SILENT"));
    }

    #[test]
    fn keys_and_journal_that_are_away_or_late_are_noticed() {
        #[track_caller]
        fn check(
            late: std::result::Result<(usize, usize), &'static str>,
            unsigned: std::result::Result<u64, &'static str>,
            expected: &[&str],
        ) {
            let late = late.map(|(due, uncertified)| Late { due, uncertified });
            let unsigned = unsigned.map(Duration::from_secs);
            let alarms = judge_state(&State { late, unsigned }, Patience::of(Duration::from_secs(300)));
            let codes: Vec<&str> = alarms.iter().map(|alarm| alarm.code).collect();
            assert_eq!(codes, expected);
        }
        check(Ok((0, 0)), Ok(60), &[]);
        check(Ok((2, 0)), Ok(0), &["PURGE-DUE"]);
        check(Ok((0, 1)), Ok(0), &["CERTIFICATE-LATE"]);
        check(Err("KEY-MISSING"), Ok(0), &["CUSTODY-AWAY"]);
        check(Ok((0, 0)), Ok(61), &["JOURNAL-LATE"]);
        check(Err(HELD), Err("DB-AWAY"), &["CUSTODY-AWAY", "JOURNAL-AWAY"]);
    }
}
