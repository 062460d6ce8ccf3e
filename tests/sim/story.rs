//! What happens to a world: answers, bells, clocks, crashes, faults and people, drawn from a seed. *Edge.*

use std::{cmp::Reverse, collections::BinaryHeap, path::Path};

use mayfly_retention::{Class, certificate::Actor};

use crate::{
    chance::Chance,
    host::{DAY, HOUR, MINUTE, SECOND},
    oracle::Verdict,
    tally::Tally,
    world::{Cut, Fault, World},
};

mod answers;
mod weather;

/// How a world is told.
#[derive(Clone, Copy)]
pub struct Telling {
    pub seed: u64,
    pub days: i64,
    /// Whether there is a database.
    pub books: bool,
    /// What the controls do wrong.
    pub wrong: Option<Wrong>,
}

/// What no purge would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// A key is destroyed a second before its time.
    Early,
    /// Nobody purges any more.
    Late,
    /// A sealed file vanishes.
    Lost,
    /// A door stays open although the wall clock is twenty minutes off.
    Open,
}

/// One thing that happens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    /// An answer arrives; whether others follow.
    Answer,
    /// A reply that the provider owed.
    LateReply,
    /// An operator places a hold for an investigation, or lifts one.
    Hold,
    /// The bell of the purge, rung by the schedule.
    Bell,
    /// Somebody reads a segment.
    Read(usize),
    /// A person purges, or only looks.
    Person,
    Weather,
    SetClock(i64),
    Mend(Fault),
    LetGo,
    /// An operator who was called because no door opens any more.
    Called,
}

/// How the wall clock of a world lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clocks {
    /// Right, or far off.
    Exact,
    /// Also a few minutes off, or standing still.
    Creeping,
    /// Also wrong when the machine begins.
    Dead,
}

struct Story {
    world: World,
    chance: Chance,
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    counted: u64,
    end: i64,
    clocks: Clocks,
    /// Mean time between answers.
    pace: i64,
    /// When a pass last ended well.
    purged: i64,
    /// The end for which a bell is put down.
    rings: i64,
    wrong: Option<Wrong>,
    log: Vec<String>,
}

/// Tells one story to its end.
///
/// # Errors
/// What was found wrong, with true time and the last events before.
pub fn tell(folder: &Path, telling: &Telling) -> Result<(Tally, u64), String> {
    let mut chance = Chance::of(telling.seed);
    // Any instant of four years, a leap day among them.
    let begin = 1_767_225_600 * SECOND + chance.between(0, 4 * 365 * DAY);
    let mut story = Story {
        world: World::new(folder, begin, telling.books),
        events: BinaryHeap::new(),
        counted: 0,
        end: begin + telling.days * DAY,
        clocks: chance.of_these(&[
            Clocks::Exact,
            Clocks::Exact,
            Clocks::Exact,
            Clocks::Creeping,
            Clocks::Dead,
        ]),
        // Mostly so that something is nearly always held, and seldom more: each day costs what happens in it.
        pace: DAY * chance.of_these(&[1, 6, 6, 6, 7, 7, 7, 7]),
        purged: begin,
        rings: 0,
        wrong: telling.wrong,
        log: Vec::new(),
        chance,
    };
    match story.run() {
        Ok(()) => {
            let mut tally = story.world.oracle.tally;
            tally.days = telling.days.unsigned_abs();
            Ok((tally, story.trace()))
        }
        Err(why) => {
            let at = jiff::Timestamp::from_microsecond(story.world.host.now()).unwrap();
            let last: Vec<&str> = story
                .log
                .iter()
                .rev()
                .take(LOG)
                .rev()
                .map(String::as_str)
                .collect();
            Err(format!("{why}\n  at {at}, after\n    {}", last.join("\n    ")))
        }
    }
}

impl Story {
    fn run(&mut self) -> Verdict {
        let begin = self.world.host.now();
        self.later(0, Event::Answer);
        self.later(SECOND, Event::Bell);
        self.later(DAY / 2, Event::Weather);
        self.later(DAY / 3, Event::Person);
        self.later(DAY, Event::Hold);
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            // What was to happen while the machine was off, or asleep, happens when it is back.
            let at = at.max(self.world.host.now());
            if at >= self.end {
                break;
            }
            self.world.host.to(at);
            self.log.push(format!(
                "{} {event:?}, {}",
                self.world.host.tell(),
                self.world.oracle.tell()
            ));
            self.happen(event)?;
            self.ring();
        }
        self.world.host.to(self.end.max(begin).max(self.world.host.now()));
        self.come_to_rest()
    }

    fn happen(&mut self, event: Event) -> Verdict {
        match event {
            Event::Answer => self.answer(),
            Event::LateReply => self.receive(Class::Answer),
            Event::Hold => {
                let wait = self.chance.between(2 * DAY, 20 * DAY);
                self.later(wait, Event::Hold);
                self.world.investigate()
            }
            Event::Bell => self.bell(Actor::Schedule),
            Event::Read(segment) => {
                let hold = self.chance.once_in(3);
                if hold {
                    self.later(5 * DAY, Event::LetGo);
                }
                self.world.read(segment, hold)
            }
            Event::Person => {
                let wait = self.chance.between(DAY, 6 * DAY);
                self.later(wait, Event::Person);
                match self.chance.once_in(2) {
                    true => self.world.list(),
                    false => self.bell(Actor::Person("chen.yl".into())),
                }
            }
            Event::Weather => self.weather(),
            Event::SetClock(off) => {
                self.world.host.set(off);
                self.world.look()
            }
            Event::Mend(fault) => {
                self.world.mend(fault);
                self.later(SECOND, Event::Bell);
                self.world.look()
            }
            Event::LetGo => {
                self.world.let_go();
                Ok(())
            }
            Event::Called => self.called(),
        }
    }

    /// Puts down the bell that ends what is held first: within a minute of its end, or later where bells are lost.
    fn ring(&mut self) {
        let Some(due) = self.world.oracle.next_due() else {
            return;
        };
        if self.rings == due || due <= self.world.host.now() {
            return;
        }
        self.rings = due;
        let lost = match self.chance.between(0, 8) {
            0 => self.chance.any_size(MINUTE, 8 * HOUR),
            _ => 0,
        };
        let tick = due + self.chance.between(1, MINUTE) + lost;
        self.at(tick, Event::Bell);
        if self.chance.once_in(6) {
            self.at(tick, Event::Bell);
        }
    }

    fn bell(&mut self, actor: Actor) -> Verdict {
        if self.wrong == Some(Wrong::Late) && self.world.host.now() > self.end - 40 * DAY {
            return self.unpurged();
        }
        let now = self.world.host.now();
        if now - self.purged > 20 * HOUR && self.is_held_up() {
            self.world.oracle.excuse();
        }
        let draws = self.chance.between(0, 4);
        let cut = match self.chance.between(0, 40) {
            0 | 1 => Some(Cut::Killed(draws)),
            2 => Some(Cut::Starved(draws)),
            3 => Some(Cut::AfterKeys),
            4 if !self.world.has(Fault::Evidence) => Some(Cut::AmongFiles),
            _ => None,
        };
        match self.world.purge(actor, cut)? {
            true => self.purged = now,
            // The schedule rings again; how often is not its business.
            false => {
                let wait = if self.is_held_up() { HOUR } else { MINUTE };
                self.later(wait, Event::Bell);
            }
        }
        Ok(())
    }

    /// Whether the story itself keeps passes from ending well, or has until now.
    fn is_held_up(&self) -> bool {
        self.world.has(Fault::Keyring) || self.world.host.now() - self.world.host.booted() < 10 * MINUTE
    }

    /// A bell that nobody hears, in a control.
    fn unpurged(&mut self) -> Verdict {
        self.world.look()?;
        self.world.oracle.limit(&self.world.host)
    }

    /// Nothing new happens; what is held goes, and everything is accounted for.
    fn come_to_rest(&mut self) -> Verdict {
        self.events.clear();
        for fault in self.world.faults.clone() {
            self.world.mend(fault);
        }
        if self.wrong == Some(Wrong::Lost) && !self.world.oracle.segments.is_empty() {
            let last = self.world.oracle.segments.len() - 1;
            if self.world.oracle.segments[last].dead.is_none() {
                self.world.lose(last);
            }
        }
        if self.wrong == Some(Wrong::Early) {
            self.make_early()?;
        }
        if self.wrong == Some(Wrong::Open) {
            self.world.look()?;
            self.world.host.set(20 * MINUTE);
            self.world.restart();
            self.world.oracle.look(
                &self.world.host,
                crate::oracle::Doors::Open,
                self.world.host.wall(),
            )?;
        }
        self.world.host.set(0);
        for hours in 0..40 {
            let next = self.world.host.now() + 2 * HOUR;
            self.world.host.to(next);
            self.log.push(format!("the end, hour {hours}"));
            self.world.oracle.excuse();
            for _ in 0..2 {
                if self.world.purge(Actor::Schedule, None)? {
                    self.purged = next;
                }
            }
            if hours == 3 {
                self.called()?;
            }
            if self.world.oracle.live().next().is_none() {
                break;
            }
        }
        self.world.end()
    }

    fn make_early(&mut self) -> Verdict {
        self.world.host.set(0);
        let segment = self.world.oracle.segments.len();
        if !self.world.take_in(Class::Answer, false)? {
            return Ok(());
        }
        let end = self.world.oracle.segments[segment].at + 72 * HOUR;
        self.world.host.to(end - SECOND);
        self.world.look()?;
        self.world.destroy_by_hand(segment)
    }

    fn later(&mut self, wait: i64, event: Event) {
        self.at(self.world.host.now() + wait, event);
    }

    fn at(&mut self, at: i64, event: Event) {
        self.counted += 1;
        self.events.push(Reverse((at, self.counted, event)));
    }

    /// A number that is another if anything went otherwise.
    fn trace(&self) -> u64 {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for line in &self.log {
            for byte in line.bytes() {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        for segment in &self.world.oracle.segments {
            sum = (sum ^ segment.dead.unwrap_or(0).cast_unsigned()).wrapping_mul(0x0100_0000_01b3);
        }
        sum
    }
}

/// How many events are told of a failure.
const LOG: usize = 12;
