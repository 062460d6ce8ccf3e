//! The only reader of the wall clock; in a sandbox it may stand at a given instant (`--at`). *Edge.*

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    config::Environment,
    error::{Error, Result},
};

/// The clock of one command. A pass reads it once.
pub struct Clock {
    standing: Option<Timestamp>,
    behind: Option<Timestamp>,
}

impl Clock {
    /// Opens the clock of the data directory `dir`.
    ///
    /// In the sandbox `at` stands for every clock during the command and is remembered: an earlier instant than the
    /// last is refused (exit 2). Without `at`, `stands` (configuration) keeps the clock at the last instant; otherwise
    /// real time is read, and is distrusted while it is behind the last instant (D4). Production refuses `at`.
    pub fn open(dir: &Path, environment: Environment, at: Option<Timestamp>, stands: bool) -> Result<Self> {
        let mark = Mark {
            path: dir.join("clock"),
        };
        let last = mark.read()?;
        if let Some(at) = at {
            if environment == Environment::Production {
                return Err(Error::Usage(
                    "--at is for the sandbox; this data directory is production".into(),
                ));
            }
            if last.is_some_and(|last| at < last) {
                return Err(Error::Usage(
                    "--at is earlier than the last instant this sandbox has seen".into(),
                ));
            }
            if last != Some(at) {
                mark.write(at)?;
            }
            return Ok(Self {
                standing: Some(at),
                behind: None,
            });
        }
        if let (true, Some(last)) = (stands && environment == Environment::Sandbox, last) {
            return Ok(Self {
                standing: Some(last),
                behind: None,
            });
        }
        let now = wall();
        if environment == Environment::Production
            && last.is_none_or(|last| now.duration_since(last).as_secs() >= 60)
        {
            mark.write(now)?;
        }
        Ok(Self {
            standing: None,
            behind: last.filter(|last| now < *last),
        })
    }

    /// The present instant, UTC.
    pub fn now(&self) -> Timestamp {
        self.standing.unwrap_or_else(wall)
    }

    /// The latest instant this data directory has seen, if the clock is behind it now (gate and reads close).
    pub fn behind(&self) -> Option<Timestamp> {
        self.behind.filter(|last| self.now() < *last)
    }

    /// Whether the clock stands still (sandbox).
    pub fn stands(&self) -> bool {
        self.standing.is_some()
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

struct Mark {
    path: PathBuf,
}

impl Mark {
    fn read(&self) -> Result<Option<Timestamp>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| Error::Operator {
                code: "CLOCK-MARK",
                sentence: "the file `clock` of the data directory is damaged".into(),
                remedy: "restore the file from the newest checkpoint's time; it holds one RFC 3339 instant",
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read the file `clock` of the data directory")(error)),
        }
    }

    /// Moves the mark on to `at`; it never goes back, whoever else writes it.
    fn write(&self, at: Timestamp) -> Result<()> {
        let failed = || Error::io("write the file `clock` of the data directory");
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.path.with_extension("lock"));
        let lock = lock.map_err(failed())?;
        lock.lock().map_err(failed())?;
        if self.read()?.is_some_and(|last| last >= at) {
            return Ok(());
        }
        let new = self.path.with_extension("new");
        let mut file = File::create(&new).map_err(failed())?;
        file.write_all(format!("{at}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| std::fs::rename(&new, &self.path))
            .map_err(failed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_sandbox_goes_forward_only_and_production_refuses_at() {
        let folder = tempfile::TempDir::new().unwrap();
        let open = |environment, at, stands| Clock::open(folder.path(), environment, at, stands);
        let noon = at("2026-11-02T04:00:00Z");
        let clock = open(Environment::Sandbox, Some(noon), false).unwrap();
        assert!(clock.now() == noon && clock.stands() && clock.behind().is_none());
        assert!(
            open(Environment::Sandbox, Some(noon), false).is_ok(),
            "an equal instant is accepted"
        );
        let earlier = open(
            Environment::Sandbox,
            Some(at("2026-11-02T03:59:59.999999Z")),
            false,
        );
        assert_eq!(earlier.err().map(|error| error.code()), Some("USAGE"));
        assert_eq!(open(Environment::Sandbox, None, true).unwrap().now(), noon);
        assert_eq!(
            open(Environment::Production, Some(noon), false)
                .err()
                .map(|error| error.code()),
            Some("USAGE")
        );
    }

    #[test]
    fn real_time_behind_the_last_instant_is_distrusted() {
        let folder = tempfile::TempDir::new().unwrap();
        Clock::open(
            folder.path(),
            Environment::Sandbox,
            Some(at("2200-01-01T00:00:00Z")),
            false,
        )
        .unwrap();
        let clock = Clock::open(folder.path(), Environment::Sandbox, None, false).unwrap();
        assert!(clock.behind().is_some() && !clock.stands());
        let clock = Clock::open(folder.path(), Environment::Production, None, false).unwrap();
        assert!(clock.behind().is_some());
    }
}
