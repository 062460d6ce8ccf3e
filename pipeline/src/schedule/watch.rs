//! Watches the passes from a process of its own, and closes the gate while one that must run does not. *Edge.*
//!
//! `judge` decides from facts and is pure. What it finds is told on standard error and written into `DIR/closed`; while that file is there the
//! gate lets nothing out (data comes in only while data can go out), also when the watcher itself has died. The next look
//! that finds nothing removes it.

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

/// What there is to see.
pub(super) struct Facts {
    /// The purge's trace.
    pub(super) purge: Option<Trace>,
    /// How long this watcher has been looking: a pass that never ran is missed only after a while.
    pub(super) looking: Duration,
    /// How many cohorts have been due for longer than [`Patience::due`]; or the code why that cannot be told.
    pub(super) late: std::result::Result<usize, &'static str>,
    /// How many have been destroyed for longer than that and are not certified, whatever keeps the evidence from the journal.
    pub(super) uncertified: usize,
    /// How long the oldest unsigned journal entry has been waiting; or the code why that cannot be told.
    pub(super) unsigned: std::result::Result<Duration, &'static str>,
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
}

/// What is wrong, if anything is.
pub(super) fn judge(facts: &Facts, patience: Patience) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut alarm = |code, finding: String| alarms.push(Alarm { code, finding });
    match &facts.purge {
        Some(trace) if trace.age > patience.silence => alarm(
            "PURGE-SILENT",
            format!("the purge has not run for {} seconds", trace.age.as_secs()),
        ),
        Some(trace) if trace.outcome != "ok" => {
            alarm(
                "PURGE-FAILED",
                format!("the last pass of the purge ended with {}", trace.outcome),
            );
        }
        None if facts.looking > patience.silence => {
            alarm("PURGE-SILENT", "the purge has never run".into());
        }
        _ => {}
    }
    match facts.late {
        Ok(0) => {}
        Ok(late) => alarm("PURGE-DUE", format!("{late} cohorts are due and not destroyed")),
        Err(code) => alarm(
            "CUSTODY-AWAY",
            format!("the keys or sealed files cannot be read ({code})"),
        ),
    }
    if facts.uncertified > 0 {
        alarm(
            "CERTIFICATE-LATE",
            format!("{} cohorts are destroyed and not certified", facts.uncertified),
        );
    }
    match facts.unsigned {
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
    late: Question<Late>,
    unsigned: Question<Duration>,
}

impl Watch {
    /// A watch over the data directory `dir`.
    pub fn open(dir: &Path, at: Option<Timestamp>) -> Result<Self> {
        let seconds = Config::open(dir)?.patience_seconds;
        Ok(Self {
            dir: dir.to_path_buf(),
            at,
            patience: Patience {
                silence: Duration::from_secs(seconds.into()),
                due: Duration::from_secs(seconds.into()),
                unsigned: UNSIGNED,
            },
            began: clock::boot_micros(),
            late: Question::new(),
            unsigned: Question::new(),
        })
    }

    /// Keeps watching until something keeps it from it; at once done if somebody else watches already.
    pub async fn keep(&self) -> Result<()> {
        let folder = self.dir.join("locks");
        fs::create_dir_all(&folder).map_err(Error::io("make the folder `locks` of the data directory"))?;
        let lock = fs::File::create(folder.join("watch")).map_err(Error::io("open the watcher's lock"))?;
        if lock.try_lock().is_err() {
            return Ok(());
        }
        loop {
            self.look().await?;
            tokio::time::sleep(self.pause()).await;
        }
    }

    /// How long to wait between two looks.
    fn pause(&self) -> Duration {
        (self.patience.silence / 5).clamp(Duration::from_millis(200), Duration::from_secs(30))
    }

    /// How long to wait for the keys and for the database: what answers later does not answer.
    fn wait(&self) -> Duration {
        (self.patience.silence / 2).max(Duration::from_secs(10))
    }

    /// Looks once; closes the gate, or opens what it closed.
    ///
    /// # Errors
    /// `NO-DATA-DIRECTORY` and `CONFIG-*`: then there is no gate to close, for nothing runs on such a directory.
    pub async fn look(&self) -> Result<Vec<Alarm>> {
        Config::open(&self.dir)?;
        let (dir, at, due) = (self.dir.clone(), self.at, self.patience.due);
        let late = self.late.answer(self.wait(), move || late(&dir, at, due));
        let (dir, at, runtime) = (self.dir.clone(), self.at, Handle::current());
        let ask = move || runtime.block_on(unsigned(&dir, at));
        let unsigned = self.unsigned.answer(self.wait(), ask);
        let (late, unsigned) = tokio::join!(late, unsigned);
        let facts = Facts {
            purge: heartbeat::last(&self.dir, "purge"),
            looking: Duration::from_micros((clock::boot_micros() - self.began).unsigned_abs()),
            uncertified: late.as_ref().map_or(0, |late| late.uncertified),
            late: late.map(|late| late.due).map_err(|error| error.code()),
            unsigned: unsigned.map_err(|error| error.code()),
        };
        let alarms = judge(&facts, self.patience);
        for alarm in &alarms {
            tracing::error!(code = alarm.code, "{}", alarm.finding);
        }
        self.close(&alarms)?;
        Ok(alarms)
    }

    fn close(&self, alarms: &[Alarm]) -> Result<()> {
        let path = closed_path(&self.dir);
        if alarms.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::io("open the gate again")(error))
                }
                _ => Ok(()),
            };
        }
        let codes: Vec<&str> = alarms.iter().map(|alarm| alarm.code).collect();
        fs::write(&path, codes.join(" ") + "\n").map_err(Error::io("close the gate"))
    }
}

/// How many cohorts have been waiting for longer than they may, by the clock and the files alone.
struct Late {
    /// For their destruction.
    due: usize,
    /// For their certificate.
    uncertified: usize,
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
    let since = store::unsigned_since(&mut house.db.reader().await?).await?;
    let age = since.map_or(0, |since| house.clock.now().duration_since(since).as_secs());
    Ok(Duration::from_secs(age.max(0).unsigned_abs()))
}

/// Where it stands that the gate is closed.
fn closed_path(dir: &Path) -> PathBuf {
    dir.join("closed")
}

/// How long an entry of the journal may stay unsigned.
const UNSIGNED: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_run_is_noticed() {
        const PATIENCE: Patience = Patience {
            silence: Duration::from_secs(300),
            due: Duration::from_secs(300),
            unsigned: Duration::from_secs(60),
        };
        let good = || Facts {
            purge: Some(Trace {
                age: Duration::from_secs(59),
                outcome: "ok".into(),
            }),
            looking: Duration::from_secs(1_000),
            late: Ok(0),
            uncertified: 0,
            unsigned: Ok(Duration::from_secs(60)),
        };
        #[track_caller]
        fn check(facts: Facts, expected: &[&str]) {
            let codes: Vec<&str> = judge(&facts, PATIENCE).iter().map(|alarm| alarm.code).collect();
            assert_eq!(codes, expected);
        }
        let trace = |seconds, outcome: &str| {
            Some(Trace {
                age: Duration::from_secs(seconds),
                outcome: outcome.into(),
            })
        };
        check(good(), &[]);
        check(
            Facts {
                purge: trace(300, "ok"),
                ..good()
            },
            &[],
        );
        check(
            Facts {
                purge: trace(301, "ok"),
                ..good()
            },
            &["PURGE-SILENT"],
        );
        check(
            Facts {
                purge: trace(1, "DISK-FULL"),
                ..good()
            },
            &["PURGE-FAILED"],
        );
        check(
            Facts {
                purge: None,
                ..good()
            },
            &["PURGE-SILENT"],
        );
        check(
            Facts {
                purge: None,
                looking: Duration::from_secs(300),
                ..good()
            },
            &[],
        );
        check(
            Facts {
                late: Ok(2),
                ..good()
            },
            &["PURGE-DUE"],
        );
        check(
            Facts {
                uncertified: 1,
                ..good()
            },
            &["CERTIFICATE-LATE"],
        );
        check(
            Facts {
                late: Err("KEY-MISSING"),
                ..good()
            },
            &["CUSTODY-AWAY"],
        );
        check(
            Facts {
                unsigned: Ok(Duration::from_secs(61)),
                ..good()
            },
            &["JOURNAL-LATE"],
        );
        check(
            Facts {
                purge: None,
                late: Err("KEY-MISSING"),
                unsigned: Err("DB-AWAY"),
                ..good()
            },
            &["PURGE-SILENT", "CUSTODY-AWAY", "JOURNAL-AWAY"],
        );
    }
}
