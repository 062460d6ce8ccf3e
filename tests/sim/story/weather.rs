//! What makes life hard: clocks that step, stop and die, machines that end and sleep, disks that fail; and who mends it. *Edge.*

use mayfly_retention::certificate::Actor;

use super::{Clocks, Event, Story};
use crate::{
    host::{DAY, HOUR, MINUTE, SECOND},
    oracle::Verdict,
    world::Fault,
};

impl Story {
    /// Something that makes life hard.
    pub(super) fn weather(&mut self) -> Verdict {
        let wait = self.chance.any_size(6 * HOUR, 12 * DAY);
        self.later(wait, Event::Weather);
        let damaged = self.world.has(Fault::ClockDamaged);
        match self.chance.between(0, 12) {
            0 | 1 if !damaged => self.step(),
            2 if !damaged && self.clocks == Clocks::Creeping => {
                self.world.host.freeze();
                let wait = self.chance.any_size(MINUTE, 2 * DAY);
                self.right_again(wait);
                self.world.look()
            }
            3 | 4 => {
                let outage = self.chance.any_size(10 * SECOND, 8 * HOUR);
                let off = self.at_boot();
                self.reboot(outage, off)
            }
            5 => {
                // Off for days, as over a holiday: what was due meanwhile goes when it is back.
                let outage = self.chance.between(DAY, 6 * DAY);
                self.reboot(outage, 0)
            }
            6 => {
                // Asleep: the boot clock goes on, and no bell rings.
                let back = self.world.host.now() + self.chance.any_size(MINUTE, 8 * HOUR);
                self.world.host.to(back);
                self.world.look()
            }
            7 | 8 => {
                self.world.crash();
                self.later(SECOND, Event::Bell);
                self.world.look()
            }
            _ => {
                let fault = self.chance.of_these(&[
                    Fault::Keyring,
                    Fault::Evidence,
                    Fault::ClockStuck,
                    Fault::ClockDamaged,
                    Fault::Books,
                ]);
                // Without its memory the purge believes the wall clock: D4 promises nothing if that is wrong then.
                let is_right = self.world.host.wall() == self.world.host.now();
                if fault == Fault::ClockDamaged && !(is_right && self.clocks == Clocks::Exact) {
                    return Ok(());
                }
                self.world.fault(fault);
                let wait = self.chance.any_size(MINUTE, 8 * HOUR);
                self.later(wait, Event::Mend(fault));
                self.world.look()
            }
        }
    }

    /// The wall clock steps, and is set right some time later.
    fn step(&mut self) -> Verdict {
        self.world.oracle.tally.steps += 1;
        let sign = self.chance.of_these(&[-1, 1]);
        let off = match self.clocks {
            Clocks::Creeping if self.chance.once_in(2) => self.chance.any_size(SECOND, 5 * MINUTE),
            _ => self.chance.any_size(5 * MINUTE + 1, 10 * 365 * DAY),
        };
        self.world.host.set(sign * off);
        let wait = self.chance.any_size(MINUTE, 4 * DAY);
        self.right_again(wait);
        self.world.look()
    }

    fn right_again(&mut self, wait: i64) {
        self.later(wait, Event::SetClock(0));
        // A step that was large and is over may have come in a boot that was ahead.
        self.later(wait + MINUTE, Event::Called);
    }

    /// How far off the wall clock is when the machine begins.
    fn at_boot(&mut self) -> i64 {
        if self.clocks != Clocks::Dead || self.chance.once_in(2) || self.world.has(Fault::ClockDamaged) {
            return 0;
        }
        let wait = self.chance.any_size(MINUTE, 12 * HOUR);
        self.right_again(wait);
        match self.chance.between(0, 3) {
            // The clock of a dead battery: 1970, or the day the board was made.
            0 => self.chance.of_these(&[0, 1_577_836_800 * SECOND]) - self.world.host.now(),
            1 => -self.chance.any_size(HOUR, 10 * 365 * DAY),
            _ => self.chance.any_size(HOUR, 10 * 365 * DAY),
        }
    }

    fn reboot(&mut self, outage: i64, off: i64) -> Verdict {
        self.world.oracle.tally.boots += 1;
        let back = self.world.host.now() + outage;
        self.world.host.reboot(back, off);
        self.world.oracle.excuse();
        self.world.crash();
        self.world.look()?;
        if self.world.oracle.is_lost() {
            // Shortly before and after the patience is over.
            for at in [6 * HOUR - 1, 6 * HOUR, 6 * HOUR + MINUTE] {
                self.at(self.world.host.booted() + at, Event::Bell);
            }
            self.at(self.world.host.booted() + 7 * HOUR, Event::Called);
        }
        // Start-up purges before anything listens.
        self.bell(Actor::Schedule)
    }

    /// The wall clock is right, and the doors stay closed: after the six hours an operator makes the machine begin anew.
    pub(super) fn called(&mut self) -> Verdict {
        self.world.look()?;
        let host = &self.world.host;
        if !self.world.oracle.is_lost() && !self.world.oracle.is_ahead(host.now() + MINUTE) {
            return Ok(());
        }
        if host.now() - host.booted() < 6 * HOUR + 2 * MINUTE || !self.world.oracle.is_lost() {
            // In a boot that was ahead: the next one, with a right clock, is lost for six hours.
            if !self.world.oracle.is_lost() {
                self.reboot(MINUTE, 0)?;
            }
            self.at(self.world.host.booted() + 7 * HOUR, Event::Called);
            return Ok(());
        }
        self.world.host.set(0);
        self.bell(Actor::Schedule)?;
        if self.world.oracle.live().next().is_some() {
            self.later(HOUR, Event::Called);
            return Ok(());
        }
        self.world.forget_clocks();
        self.world.look()
    }
}
