//! Trusted time (D4): within one boot an anchor plus the boot clock, which no step of the wall clock moves. *Pure.*
//!
//! [`judge`] takes what is remembered and what the clocks say, and returns the trusted instant, whether people and the
//! gate may rely on it, and what to remember. Who remembers it, and where, is the caller's business; several processes of
//! one boot may take turns.

use jiff::{SignedDuration, Timestamp};

/// Which boot of which machine: the kernel's random name of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BootId(pub u128);

/// What the clocks of the host say at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// The wall clock, which anybody may set.
    pub wall: Timestamp,
    /// The boot.
    pub boot: BootId,
    /// The boot clock: since the boot, times of suspension included.
    pub since_boot: SignedDuration,
}

/// What is remembered from one judgement to the next, over boots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Memory {
    /// The boot of the anchor.
    pub boot: BootId,
    /// The trusted instant at the anchor.
    pub anchor: Timestamp,
    /// The boot clock at the anchor.
    pub anchored: SignedDuration,
    /// The latest trusted instant there was, in any boot.
    pub high_water: Timestamp,
    /// Whether the anchor is only what time it is at the least: the boot's wall clock was behind `high_water`.
    pub lost: bool,
}

/// How far trusted time may be relied on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// Wall clock and boot clock agree.
    Good,
    /// They disagree by more than [`AGREEMENT`]: gate and reads are closed until they agree, purging goes on.
    Disagree,
    /// The time at boot is unknown: gate and reads are closed.
    Lost {
        /// Whether [`PATIENCE`] is over: then everything held is treated as due, because late is a breach and early is
        /// only an incident.
        all_due: bool,
    },
}

/// What was judged.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// The trusted instant: by it the purge decides.
    pub now: Timestamp,
    /// By it reads decide: the later of trusted instant and wall clock.
    pub reading: Timestamp,
    /// Whether gate and reads are open.
    pub trust: Trust,
    /// What to remember.
    pub memory: Memory,
}

/// Judges what the clocks say.
pub fn judge(remembered: Option<&Memory>, clocks: &Readings) -> Judgement {
    let Some(memory) = remembered else {
        return trusted(clocks, clocks.wall, clocks.wall);
    };
    let same_boot = memory.boot == clocks.boot && clocks.since_boot >= memory.anchored;
    match (same_boot, memory.lost) {
        (true, false) => within_a_boot(memory, clocks),
        (true, true) => while_lost(memory, clocks),
        (false, _) if is_reached(memory.high_water, clocks) => from_now_on(memory.high_water, clocks),
        (false, _) => {
            let begun = Memory {
                boot: clocks.boot,
                anchor: memory.high_water,
                anchored: SignedDuration::ZERO,
                high_water: memory.high_water,
                lost: true,
            };
            while_lost(&begun, clocks)
        }
    }
}

/// The anchor goes on with the boot clock; the wall clock may pull it, slowly, while the two agree.
fn within_a_boot(memory: &Memory, clocks: &Readings) -> Judgement {
    let elapsed = clocks.since_boot.saturating_sub(memory.anchored);
    let now = after(memory.anchor, elapsed);
    let apart = clocks.wall.duration_since(now);
    if apart.abs() > AGREEMENT {
        return Judgement {
            now,
            reading: now.max(clocks.wall),
            trust: Trust::Disagree,
            // The anchor stays, so that what elapses while they disagree is not slewed away afterwards.
            memory: Memory {
                high_water: memory.high_water.max(now),
                ..*memory
            },
        };
    }
    let bound = elapsed / SLEW_PART;
    let now = after(now, apart.clamp(-bound, bound));
    trusted(clocks, now, memory.high_water.max(now))
}

/// Time is at least the high-water mark and what has elapsed since the boot. A wall clock that reaches that can be right
/// again, as one at a new boot is taken for right.
fn while_lost(memory: &Memory, clocks: &Readings) -> Judgement {
    let least = after(memory.anchor, clocks.since_boot.saturating_sub(memory.anchored));
    if is_reached(least, clocks) {
        return from_now_on(least, clocks);
    }
    Judgement {
        now: least,
        reading: least,
        trust: Trust::Lost {
            all_due: clocks.since_boot >= PATIENCE,
        },
        memory: Memory {
            high_water: memory.high_water.max(least),
            ..*memory
        },
    }
}

/// Whether the wall clock is not behind `mark`, but for what the two may be apart: a clock that was some minutes fast pulled
/// time along, and was set right before a boot.
fn is_reached(mark: Timestamp, clocks: &Readings) -> bool {
    after(clocks.wall, AGREEMENT) >= mark
}

/// Time goes on from the wall clock, and never behind `mark`.
fn from_now_on(mark: Timestamp, clocks: &Readings) -> Judgement {
    let now = clocks.wall.max(mark);
    trusted(clocks, now, now)
}

fn trusted(clocks: &Readings, now: Timestamp, high_water: Timestamp) -> Judgement {
    Judgement {
        now,
        reading: now.max(clocks.wall),
        trust: Trust::Good,
        memory: Memory {
            boot: clocks.boot,
            anchor: now,
            anchored: clocks.since_boot,
            high_water,
            lost: false,
        },
    }
}

fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// How far wall clock and trusted time may be apart.
pub const AGREEMENT: SignedDuration = SignedDuration::from_mins(5);
/// How long after a boot whose time is unknown everything held counts as due.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// The wall clock pulls by at most one part in 2,000 of what has elapsed: as fast as a clock daemon slews.
const SLEW_PART: i32 = 2_000;

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
