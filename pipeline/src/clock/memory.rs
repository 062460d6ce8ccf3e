//! The file `clock`: what trusted time needs from one process, and one boot, to the next. *Edge.*

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mayfly_retention::{
    lock,
    time::{BootId, Judgement, Memory},
};

use crate::error::{Error, Result};

/// What the file holds.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Remembered {
    /// Of the real clocks, once they were read.
    pub(super) memory: Option<Memory>,
    /// The last `--at` of a sandbox. Real clocks and hand-set ones are kept apart: a sandbox may begin in the past.
    pub(super) stood_at: Option<Timestamp>,
}

impl Remembered {
    /// The file's one spelling of it.
    pub(super) fn encode(&self) -> String {
        let mut text = format!("{HEADING}\n");
        if let Some(memory) = &self.memory {
            text.push_str(&format!(
                "boot {:032x}\nanchor {}\nanchored {}\nhigh_water {}\nlost {}\n",
                memory.boot.0,
                memory.anchor,
                memory.anchored.as_nanos(),
                memory.high_water,
                if memory.lost { "yes" } else { "no" },
            ));
        }
        if let Some(at) = self.stood_at {
            text.push_str(&format!("stood_at {at}\n"));
        }
        text
    }

    /// Reads that spelling; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(HEADING)?.strip_prefix('\n')?.lines().peekable();
        let mut value = |name: &str| -> Option<&str> {
            lines
                .next_if(|line| line.split(' ').next() == Some(name))?
                .split_once(' ')
                .map(|(_, value)| value)
        };
        let memory = match value("boot") {
            None => None,
            Some(boot) => Some(Memory {
                boot: BootId(u128::from_str_radix(boot, 16).ok()?),
                anchor: value("anchor")?.parse().ok()?,
                anchored: SignedDuration::from_nanos(value("anchored")?.parse().ok()?),
                high_water: value("high_water")?.parse().ok()?,
                lost: value("lost")? == "yes",
            }),
        };
        let stood_at = match value("stood_at") {
            None => None,
            Some(at) => Some(at.parse().ok()?),
        };
        Some(Self { memory, stood_at }).filter(|parsed| parsed.encode() == text)
    }
}

/// The file of one data directory. Processes take turns under `clock.lock`; it is replaced as a whole.
pub(super) struct ClockFile {
    path: PathBuf,
    patience: Duration,
}

impl ClockFile {
    /// That of `dir`. Whoever holds its lock for longer than `patience` is not waited for: it may be a process that was stopped.
    pub(super) fn of(dir: &Path, patience: Duration) -> Self {
        Self {
            path: dir.join("clock"),
            patience,
        }
    }

    /// What the file holds; nothing, if it is not there.
    pub(super) fn read(&self) -> Result<Remembered> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Remembered::parse(&text).ok_or_else(damaged),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Remembered::default()),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(damaged()),
            Err(error) => Err(Error::io("read the file `clock` of the data directory")(error)),
        }
    }

    /// Judges what any process remembered last, and keeps what has to be remembered of that.
    pub(super) fn note(&self, judge: impl FnOnce(Option<&Memory>) -> Judgement) -> Result<Judgement> {
        self.change(|remembered| {
            let judged = judge(remembered.memory.as_ref());
            remembered.memory = Some(judged.memory);
            judged
        })
    }

    /// Remembers the instant of an `--at`; it never goes back, whoever else writes it.
    pub(super) fn note_standing(&self, at: Timestamp) -> Result<()> {
        if self.read()?.stood_at == Some(at) {
            return Ok(());
        }
        self.change(|remembered| remembered.stood_at = remembered.stood_at.max(Some(at)))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Remembered) -> T) -> Result<T> {
        let failed = || Error::io("write the file `clock` of the data directory");
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.path.with_extension("lock"));
        let lock = lock.map_err(failed())?;
        lock::within(&lock, self.patience).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => held(),
            _ => failed()(error),
        })?;
        let before = self.read()?;
        let mut after = before;
        let changed = change(&mut after);
        if after != before {
            self.write(&after.encode()).map_err(failed())?;
        }
        Ok(changed)
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        let dir = self.path.parent().unwrap_or(Path::new("."));
        File::open(dir)?.sync_all()
    }
}

fn held() -> Error {
    Error::Operator {
        code: "LOCK-HELD",
        sentence: "another process holds the lock of the file `clock` and does not give it back".into(),
        remedy: "see who it is with `fuser -v DIR/clock.lock`; continue that process or end it, then run the same command again",
    }
}

fn damaged() -> Error {
    Error::Operator {
        code: "CLOCK-MARK",
        sentence: "the file `clock` of the data directory is damaged".into(),
        remedy: "set the wall clock right, then remove the file: it is made anew, and the wall clock is believed once",
    }
}

const HEADING: &str = "mayfly-clock-v1";

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered() -> Remembered {
        let at = |text: &str| text.parse().unwrap();
        Remembered {
            memory: Some(Memory {
                boot: BootId(0x0f),
                anchor: at("2026-11-02T02:00:00.123456789Z"),
                anchored: SignedDuration::from_micros(61_000_001),
                high_water: at("2026-11-02T02:00:01Z"),
                lost: false,
            }),
            stood_at: Some(at("2026-11-02T02:00:00Z")),
        }
    }

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let whole = remembered();
        let text = whole.encode();
        assert_eq!(
            text,
            "mayfly-clock-v1\nboot 0000000000000000000000000000000f\nanchor 2026-11-02T02:00:00.123456789Z\n\
             anchored 61000001000\nhigh_water 2026-11-02T02:00:01Z\nlost no\nstood_at 2026-11-02T02:00:00Z\n"
        );
        let lost = whole.memory.map(|memory| Memory { lost: true, ..memory });
        for remembered in [
            whole,
            Remembered {
                memory: None,
                ..whole
            },
            Remembered {
                stood_at: None,
                ..whole
            },
            Remembered {
                memory: lost,
                ..whole
            },
            Remembered::default(),
        ] {
            assert!(Remembered::parse(&remembered.encode()) == Some(remembered));
        }
    }

    #[test]
    fn anything_else_is_damage() {
        let text = remembered().encode();
        for end in 0..text.len() {
            let cut = &text[..end];
            let whole = [HEADING.len() + 1, text.find("stood_at").unwrap()];
            assert_eq!(Remembered::parse(cut).is_some(), whole.contains(&end), "{end}");
        }
        for (from, to) in [
            ("v1", "v2"),
            ("lost no", "lost perhaps"),
            ("boot 0", "boot "),
            ("anchored ", "anchored +"),
            ("Z\nanchored", "Z\r\nanchored"),
            ("stood_at", "\nstood_at"),
            ("anchor 2026", "anchor 02026"),
        ] {
            assert!(text.contains(from));
            assert!(Remembered::parse(&text.replace(from, to)).is_none(), "{to}");
        }
        assert!(Remembered::parse("2026-11-02T02:00:00Z\n").is_none());
    }

    #[test]
    fn processes_take_turns_and_no_instant_goes_back() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = ClockFile::of(folder.path(), Duration::from_secs(30));
        assert!(file.read().unwrap() == Remembered::default());
        let (early, late) = (
            Timestamp::from_second(1).unwrap(),
            Timestamp::from_second(2).unwrap(),
        );
        file.note_standing(late).unwrap();
        file.note_standing(early).unwrap();
        assert_eq!(file.read().unwrap().stood_at, Some(late));
        let threads: Vec<_> = (1..=8)
            .map(|second| {
                let file = ClockFile::of(folder.path(), Duration::from_secs(30));
                std::thread::spawn(move || {
                    file.note_standing(Timestamp::from_second(10 * second).unwrap())
                        .unwrap();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(
            file.read().unwrap().stood_at,
            Some(Timestamp::from_second(80).unwrap())
        );
    }
}
