//! The only reader of clocks: judges trusted time anew at each reading (D4); in a sandbox it may stand (`--at`). *Edge.*
//!
//! What is judged, and by which rules, is [`mayfly_retention::time`]; here the clocks are read, and what has to be
//! remembered is kept in the data directory's file `clock` (`memory`).

mod memory;

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::time::{BootId, Judgement, Memory, Readings, Trust, judge};

use self::memory::{ClockFile, Remembered};
use crate::{
    config::Environment,
    error::{Error, Result},
};

/// The clock of one process. Each reading judges anew whether time can be trusted.
pub struct Clock {
    hand: Hand,
}

/// Reads the clocks of a host.
pub type Read = Box<dyn Fn() -> Readings + Send + Sync>;

enum Hand {
    /// Wall clock and boot clock both stand (sandbox).
    Standing(Timestamp),
    Running(Box<Running>),
}

impl Clock {
    /// Opens the clock of the data directory `dir`.
    ///
    /// In the sandbox `at` stands for every clock during the command and is remembered: an earlier instant than the
    /// last is refused (exit 2). Without `at`, `stands` (configuration) keeps the clock at the last instant; otherwise
    /// real time is read. Production refuses `at`.
    ///
    /// # Errors
    /// `USAGE`; `CLOCK-MARK` if the file `clock` is damaged; `LOCK-HELD`; what the disk says.
    pub fn open(dir: &Path, environment: Environment, at: Option<Timestamp>, stands: bool) -> Result<Self> {
        let file = ClockFile::of(dir, LOCK_PATIENCE);
        let remembered = file.read()?;
        if let Some(at) = allowed(at, environment, remembered.stood_at)? {
            file.note_standing(at)?;
            return Ok(Self::standing(at));
        }
        let stands = stands && environment == Environment::Sandbox;
        Self::running(Some(file), remembered, stands)
    }

    /// As [`open`](Self::open), for the purge: it goes on although the file `clock` is damaged, in which case the wall
    /// clock is believed, or cannot be written, or a stopped process holds its lock. Late is a breach, early only an
    /// incident (D4).
    ///
    /// # Errors
    /// `USAGE`, as [`open`](Self::open).
    pub fn open_for_purge(
        dir: &Path,
        environment: Environment,
        at: Option<Timestamp>,
        stands: bool,
    ) -> Result<Self> {
        let (file, remembered) = remembered_for_purge(dir);
        if let Some(at) = allowed(at, environment, remembered.stood_at)? {
            if let Some(file) = file {
                // A full disk must not keep what is due.
                let _ = file.note_standing(at);
            }
            return Ok(Self::standing(at));
        }
        let stands = stands && environment == Environment::Sandbox;
        Self::running(file, remembered, stands)
    }

    /// As [`open`](Self::open) for clocks that the caller reads in place of the host's: a simulation moves their hands.
    ///
    /// # Errors
    /// `CLOCK-MARK` if the file `clock` is damaged; what the disk says.
    pub fn over(dir: &Path, read: Read) -> Result<Self> {
        let file = ClockFile::of(dir, LOCK_PATIENCE);
        let remembered = file.read()?;
        Ok(Self::reading(Some(file), remembered, read))
    }

    /// As [`open_for_purge`](Self::open_for_purge) for clocks that the caller reads.
    pub fn over_for_purge(dir: &Path, read: Read) -> Self {
        let (file, remembered) = remembered_for_purge(dir);
        Self::reading(file, remembered, read)
    }

    fn standing(at: Timestamp) -> Self {
        Self {
            hand: Hand::Standing(at),
        }
    }

    fn running(file: Option<ClockFile>, remembered: Remembered, stands: bool) -> Result<Self> {
        if let (true, Some(last)) = (stands, remembered.stood_at) {
            return Ok(Self::standing(last));
        }
        let boot = boot_id()?;
        let read = Box::new(move || Readings {
            wall: wall(),
            boot,
            since_boot: SignedDuration::from_micros(boot_micros()),
        });
        Ok(Self::reading(file, remembered, read))
    }

    fn reading(file: Option<ClockFile>, remembered: Remembered, read: Read) -> Self {
        Self {
            hand: Hand::Running(Box::new(Running::new(file, remembered, read))),
        }
    }

    /// The trusted instant, UTC, whether or not gate and reads are open: by it the purge decides and what happens is
    /// dated.
    pub fn now(&self) -> Timestamp {
        self.read().now
    }

    /// What the clocks say now, for the purge: also when it cannot be remembered.
    pub fn read(&self) -> Judgement {
        self.look().0
    }

    /// What the clocks say now, and how far it can be relied on.
    ///
    /// # Errors
    /// What the disk says, if it has to be remembered and cannot.
    pub fn judge(&self) -> Result<Judgement> {
        let (judged, kept) = self.look();
        kept.map(|()| judged)
    }

    /// As [`judge`](Self::judge), for the gate and for reads, which are closed unless the clocks agree (D4).
    ///
    /// # Errors
    /// `GATE-CLOCK`, or as [`judge`](Self::judge).
    pub fn trusted(&self) -> Result<Judgement> {
        let judged = self.judge()?;
        match distrust(judged.trust) {
            None => Ok(judged),
            Some((sentence, remedy)) => Err(Error::Operator {
                code: "GATE-CLOCK",
                sentence: format!("{sentence}; nothing is asked or read"),
                remedy,
            }),
        }
    }

    /// Whether the clock stands still (sandbox).
    pub fn stands(&self) -> bool {
        matches!(self.hand, Hand::Standing(_))
    }

    fn look(&self) -> (Judgement, Result<()>) {
        match &self.hand {
            Hand::Standing(at) => (still(*at, Trust::Good), Ok(())),
            Hand::Running(running) => running.look(),
        }
    }
}

/// Real clocks, and what was judged of them last.
struct Running {
    /// `None` if it is damaged and the purge goes on without it.
    file: Option<ClockFile>,
    /// The last `--at` of a sandbox.
    stood_at: Option<Timestamp>,
    read: Read,
    kept: Mutex<Kept>,
}

impl Running {
    fn new(file: Option<ClockFile>, remembered: Remembered, read: Read) -> Self {
        Self {
            file,
            stood_at: remembered.stood_at,
            read,
            kept: Mutex::new(Kept {
                memory: remembered.memory,
                saved: remembered.memory,
                trust: None,
            }),
        }
    }

    /// Judges the clocks; if that has to be remembered now, from what all processes remember together.
    fn look(&self) -> (Judgement, Result<()>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Read behind the lock: an earlier reading than the remembered one would look like another boot.
        let clocks = (self.read)();
        if let Some(ahead) = self.stood_at.filter(|last| clocks.wall < *last) {
            return (still(ahead, Trust::Lost { all_due: false }), Ok(()));
        }
        let judged = judge(kept.memory.as_ref(), &clocks);
        let Some(file) = self.file.as_ref().filter(|_| kept.must_save(&judged)) else {
            kept.memory = Some(judged.memory);
            kept.trust = Some(judged.trust);
            return (judged, Ok(()));
        };
        match file.note(|memory| judge(memory, &(self.read)())) {
            Ok(judged) => {
                *kept = Kept {
                    memory: Some(judged.memory),
                    saved: Some(judged.memory),
                    trust: Some(judged.trust),
                };
                (judged, Ok(()))
            }
            Err(error) => {
                kept.memory = Some(judged.memory);
                (judged, Err(error))
            }
        }
    }
}

struct Kept {
    memory: Option<Memory>,
    /// What the file holds, as far as this process knows.
    saved: Option<Memory>,
    /// What was found last.
    trust: Option<Trust>,
}

impl Kept {
    /// The file is written when trust changes, and once a minute at most otherwise.
    fn must_save(&self, judged: &Judgement) -> bool {
        let (Some(saved), new) = (self.saved.as_ref(), &judged.memory) else {
            return true;
        };
        (saved.boot, saved.lost) != (new.boot, new.lost)
            || self.trust.is_some_and(|last| last != judged.trust)
            || new.high_water.duration_since(saved.high_water) >= SAVE_EVERY
    }
}

/// The instant of real time, for a data directory that does not exist yet.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the wall clock"
)]
pub fn wall() -> Timestamp {
    Timestamp::now()
}

/// Microseconds of the boot clock, which no step of the wall clock moves and which goes on while the host sleeps: for
/// the leases of workers, also in a sandbox whose clock stands.
pub fn boot_micros() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

/// Measures how long a piece of work took, for progress lines only.
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(
        clippy::disallowed_methods,
        reason = "elapsed time for people; decides nothing"
    )]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Refuses an `--at` that no clock of the data directory `dir` would take, before anything is begun.
///
/// # Errors
/// `USAGE`.
pub fn check_at(dir: &Path, environment: Environment, at: Option<Timestamp>) -> Result<()> {
    let (_, remembered) = remembered_for_purge(dir);
    allowed(at, environment, remembered.stood_at).map(drop)
}

/// The instant of `--at`, if it may be given here.
fn allowed(
    at: Option<Timestamp>,
    environment: Environment,
    last: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    if at.is_some() && environment == Environment::Production {
        return Err(Error::Usage(
            "--at is for the sandbox; this data directory is production".into(),
        ));
    }
    if at.zip(last).is_some_and(|(at, last)| at < last) {
        return Err(Error::Usage(
            "--at is earlier than the last instant this sandbox has seen".into(),
        ));
    }
    Ok(at)
}

/// What is remembered, and where; nothing and nowhere, if the file is damaged: the purge goes on without it.
fn remembered_for_purge(dir: &Path) -> (Option<ClockFile>, Remembered) {
    let file = ClockFile::of(dir, PURGE_LOCK_PATIENCE);
    match file.read() {
        Ok(remembered) => (Some(file), remembered),
        Err(_) => (None, Remembered::default()),
    }
}

/// Why the clocks are not trusted, and what to do about it.
fn distrust(trust: Trust) -> Option<(&'static str, &'static str)> {
    Some(match trust {
        Trust::Good => return None,
        Trust::Disagree => (
            "the wall clock and the boot clock are more than 5 minutes apart",
            "set the wall clock right; if it is right already, restart the host, and the boot clock begins anew",
        ),
        Trust::Lost { all_due: false } => (
            "the wall clock is behind an instant this data directory has already seen",
            "set the wall clock right (a sandbox: give --at an instant no earlier than the last), then try again; after \
             6 hours all that is held is destroyed",
        ),
        Trust::Lost { all_due: true } => (
            "the wall clock has been behind what this data directory has seen for 6 hours, so all that is held is due",
            "set the wall clock right, then try again; what was destroyed is asked for anew",
        ),
    })
}

/// A judgement by a standing clock, which is nothing to remember.
fn still(at: Timestamp, trust: Trust) -> Judgement {
    let clocks = Readings {
        wall: at,
        boot: BootId(0),
        since_boot: SignedDuration::ZERO,
    };
    Judgement {
        trust,
        ..judge(None, &clocks)
    }
}

/// The kernel's random name of this boot.
fn boot_id() -> Result<BootId> {
    let text = std::fs::read_to_string(BOOT_ID).map_err(Error::io("read the name of this boot"))?;
    let digits = text.trim().replace('-', "");
    u128::from_str_radix(&digits, 16)
        .map(BootId)
        .map_err(|_| Error::Bug("the name of this boot is no number"))
}

const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// How long somebody else may hold the lock of the file `clock`, who has it for two syncs.
const LOCK_PATIENCE: Duration = Duration::from_secs(15);
const PURGE_LOCK_PATIENCE: Duration = Duration::from_secs(2);
const SAVE_EVERY: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests;
