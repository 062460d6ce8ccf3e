//! A host whose clocks the story sets: true time, a wall clock that may lie, a boot clock that does not. *Pure.*

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use mayfly::clock::Read;
use mayfly_retention::time::{BootId, Readings};

/// Microseconds.
pub const SECOND: i64 = 1_000_000;
/// Microseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds.
pub const DAY: i64 = 24 * HOUR;
/// How long the kernel takes to begin.
const KERNEL: i64 = 8 * SECOND;

/// The machine.
pub struct Host {
    now: i64,
    booted: i64,
    boot: u128,
    wall: Wall,
    shown: Arc<Mutex<Readings>>,
}

enum Wall {
    /// So far from true time.
    Runs(i64),
    /// Stands at an instant.
    Stands(i64),
}

impl Host {
    /// A machine that has just begun, with its wall clock right.
    pub fn new(now: i64) -> Self {
        let mut host = Self {
            now,
            booted: now,
            boot: 1,
            wall: Wall::Runs(0),
            shown: Arc::new(Mutex::new(Readings {
                wall: instant(now),
                boot: BootId(1),
                since_boot: SignedDuration::ZERO,
            })),
        };
        host.to(now + KERNEL);
        host
    }

    /// True time.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// True time, and how far off the wall clock is, for people.
    pub fn tell(&self) -> String {
        let off = SignedDuration::from_micros(self.wall() - self.now);
        format!("{} (wall {off:#})", instant(self.now))
    }

    /// What the wall clock says.
    pub fn wall(&self) -> i64 {
        match self.wall {
            Wall::Runs(off) => self.now + off,
            Wall::Stands(at) => at,
        }
    }

    /// When the machine began.
    pub fn booted(&self) -> i64 {
        self.booted
    }

    /// Which beginning it was.
    pub fn boot(&self) -> u128 {
        self.boot
    }

    /// Time goes on; the boot clock with it, also while the machine sleeps.
    pub fn to(&mut self, now: i64) {
        self.now = now;
        self.show();
    }

    /// Somebody sets the wall clock, so far from true time.
    pub fn set(&mut self, off: i64) {
        self.wall = Wall::Runs(off);
        self.show();
    }

    /// The wall clock stops.
    pub fn freeze(&mut self) {
        self.wall = Wall::Stands(self.wall());
        self.show();
    }

    /// The machine begins anew at `now` with a wall clock so far off.
    pub fn reboot(&mut self, now: i64, off: i64) {
        self.booted = now;
        self.boot += 1;
        self.wall = Wall::Runs(off);
        self.to(now + KERNEL);
    }

    /// A reader of these clocks, for the product.
    pub fn read(&self) -> Read {
        let shown = Arc::clone(&self.shown);
        Box::new(move || *shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Readings {
            wall: instant(self.wall()),
            boot: BootId(self.boot),
            since_boot: SignedDuration::from_micros(self.now - self.booted),
        };
    }
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap()
}
