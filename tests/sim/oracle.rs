//! The judge: knows true time, what was sealed and what the clocks said, and none of the product's code. *Pure.*
//!
//! Trusted time may differ from true time where the wall clock did at boot, or pulled while it was less than five minutes
//! off (D4). The judge keeps the bounds of that error, a single point as long as the wall clock was right or far off, and
//! then its judgement is exact to the microsecond:
//!
//! - *early*: a key destroyed before the last answer under it was 72 h old, in a boot whose time was known;
//! - *late*: a pass that ended well and left a key whose cohort was due; anything left 96 h after it was obtained;
//! - *closed* or *open*: a door that should have been the other, by the clocks or by the 72 hours;
//! - *astray*: a trusted instant outside the bounds;
//! - *unaccounted*: a segment in no certificate, in two, or in one with others than lay there.
//!
//! Not a failure: what goes early because nobody knew the time for six hours, or because the clock was ahead at boot (D4
//! promises nothing then), and what was late when the machine came back from a long time off. Both are counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    calendar::name_of,
    host::{HOUR, Host, MINUTE},
    tally::Tally,
};

const READABLE: i64 = 72 * HOUR;
const GONE_BY: i64 = 96 * HOUR;
const PATIENCE: i64 = 6 * HOUR;
const AGREEMENT: i64 = 5 * MINUTE;
/// How old what the product remembers of its clocks may be.
const REMEMBERED: i64 = MINUTE;

/// Before everything.
const NEVER: (i64, i64) = (-(1 << 60), -(1 << 60));

/// What was found wrong.
pub type Verdict = Result<(), String>;

/// What the product says of its clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doors {
    Open,
    Disagree,
    Lost,
}

/// One sealed segment.
pub struct Segment {
    pub object: String,
    pub cohort: String,
    /// True time.
    pub at: i64,
    /// Bounds of what trusted time was off then.
    off: (i64, i64),
    pub dead: Option<i64>,
    certified: bool,
}

/// The reference model.
pub struct Oracle {
    boot: u128,
    lost: bool,
    off: (i64, i64),
    /// Bounds of the latest instant that the product remembers.
    water: (i64, i64),
    /// Whether nothing is late until a pass has ended well, because the machine was off.
    excused: bool,
    /// Whether the product cannot write what it remembers.
    pub forgetful: bool,
    pub segments: Vec<Segment>,
    live: BTreeMap<String, Vec<usize>>,
    destroyed: BTreeSet<String>,
    certified: BTreeSet<String>,
    pub tally: Tally,
}

impl Oracle {
    pub fn new() -> Self {
        Self {
            boot: 0,
            lost: false,
            off: (0, 0),
            water: NEVER,
            excused: false,
            forgetful: false,
            segments: Vec::new(),
            live: BTreeMap::new(),
            destroyed: BTreeSet::new(),
            certified: BTreeSet::new(),
            tally: Tally::default(),
        }
    }

    /// Somebody took away what the product remembers of its clocks: it believes the wall clock once.
    pub fn forget(&mut self) {
        self.water = NEVER;
        self.boot = 0;
    }

    /// The story let no pass run for so long that something may be late now.
    pub fn excuse(&mut self) {
        self.excused = true;
    }

    /// What is known of trusted time, for people.
    pub fn tell(&self) -> String {
        let lost = if self.lost { "lost, " } else { "" };
        format!("{lost}trusted {} to {} µs off", self.off.0, self.off.1)
    }

    /// Whether the time is unknown.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether what the product remembers lies ahead of true time, so that no right clock is believed at the next boot.
    pub fn is_ahead(&self, now: i64) -> bool {
        self.water.1 > now + AGREEMENT
    }

    /// Whether everything held is due because the time was unknown for too long.
    fn all_due(&self, host: &Host) -> bool {
        self.lost && host.now() - host.booted() >= PATIENCE
    }

    /// A look at the clocks, which came to `doors` and `trusted`.
    pub fn look(&mut self, host: &Host, doors: Doors, trusted: i64) -> Verdict {
        let (now, wall) = (host.now(), host.wall());
        let off = wall - now;
        if self.boot != host.boot() {
            self.boot = host.boot();
            self.excused |= self.lost;
            self.lost = !believed(wall, self.water, doors)?;
            self.off = match self.lost {
                true => (self.water.0 - host.booted(), self.water.1 - host.booted()),
                false => (wall.max(self.water.0) - now, wall.max(self.water.1) - now),
            };
        } else if self.lost {
            if believed(wall, (now + self.off.0, now + self.off.1), doors)? {
                // How late it had become nobody could know until now.
                self.excused = true;
                self.lost = false;
                self.off = (off.max(self.off.0), off.max(self.off.1));
            }
        } else if (self.off.0 - AGREEMENT..=self.off.1 + AGREEMENT).contains(&off) {
            self.off = (self.off.0.min(off), self.off.1.max(off));
        }
        self.hold_doors(off, doors)?;
        self.hold_trusted(now, trusted)?;
        self.water.1 = self.water.1.max(now + self.off.1);
        if !self.forgetful {
            self.water.0 = self.water.0.max(now + self.off.0 - REMEMBERED);
        }
        Ok(())
    }

    fn hold_doors(&self, off: i64, doors: Doors) -> Verdict {
        let nearest = off.clamp(self.off.0, self.off.1).abs_diff(off).cast_signed();
        let farthest = off
            .abs_diff(self.off.0)
            .max(off.abs_diff(self.off.1))
            .cast_signed();
        let right = match doors {
            Doors::Lost => self.lost,
            Doors::Open => !self.lost && nearest <= AGREEMENT,
            Doors::Disagree => !self.lost && farthest > AGREEMENT,
        };
        match right {
            true => Ok(()),
            false => Err(format!(
                "doors: {doors:?} with the wall clock {off} µs off, trusted {:?}, lost {}",
                self.off, self.lost
            )),
        }
    }

    fn hold_trusted(&self, now: i64, trusted: i64) -> Verdict {
        let astray = trusted - now;
        match (self.off.0..=self.off.1).contains(&astray) {
            true => Ok(()),
            false => Err(format!(
                "astray: trusted time is {astray} µs off, at most {:?}",
                self.off
            )),
        }
    }

    /// The purge has its own look at the clocks.
    pub fn pass_at(&mut self, host: &Host, trusted: i64) -> Verdict {
        self.tally.passes += 1;
        self.hold_trusted(host.now(), trusted)
    }

    /// A segment was sealed.
    pub fn sealed(&mut self, now: i64, cohort: &str, object: &str) -> Verdict {
        let at_most = name_of(cohort, now + self.off.1);
        let at_least = name_of(cohort, now + self.off.0);
        if cohort < at_least.as_str() || cohort > at_most.as_str() {
            return Err(format!(
                "cohort: {cohort} for an answer of {at_least} to {at_most}"
            ));
        }
        if self.destroyed.contains(cohort) {
            return Err(format!("cohort: {cohort} took an answer after its end"));
        }
        self.live
            .entry(cohort.to_owned())
            .or_default()
            .push(self.segments.len());
        self.segments.push(Segment {
            object: object.to_owned(),
            cohort: cohort.to_owned(),
            at: now,
            off: self.off,
            dead: None,
            certified: false,
        });
        self.tally.segments += 1;
        Ok(())
    }

    /// When the first of the living cohorts falls due, in true time as far as the judge knows.
    pub fn next_due(&self) -> Option<i64> {
        let living = self.live.values().flatten().map(|index| &self.segments[*index]);
        living.map(|segment| self.due_at_most(segment) - self.off.0).min()
    }

    /// The latest trusted instant at which the cohort of a segment falls due.
    fn due_at_most(&self, segment: &Segment) -> i64 {
        let trusted = segment.at + segment.off.1;
        trusted - trusted.rem_euclid(HOUR) + HOUR + READABLE
    }

    /// Whether a segment may be read: yes, no, or (`None`) as the product says.
    pub fn may_read(&self, segment: usize, host: &Host) -> Option<bool> {
        let segment = &self.segments[segment];
        let reading = |off: i64| (host.now() + off).max(host.wall());
        let age_at_most = reading(self.off.1) - (segment.at + segment.off.0);
        let age_at_least = reading(self.off.0) - (segment.at + segment.off.1);
        match () {
            () if age_at_least >= READABLE => Some(false),
            () if age_at_most < READABLE && segment.dead.is_none() => Some(true),
            () => None,
        }
    }

    /// A cohort appeared in the list of the destroyed.
    pub fn destroyed(&mut self, host: &Host, cohort: &str) -> Verdict {
        if !self.destroyed.insert(cohort.to_owned()) {
            return Err(format!("destroyed: {cohort} twice"));
        }
        let known = !self.all_due(host);
        for index in self.live.remove(cohort).unwrap_or_default() {
            let segment = &mut self.segments[index];
            segment.dead = Some(host.now());
            let age = host.now() - segment.at;
            let ahead = segment.at + segment.off.1 - (host.now() + self.off.0);
            if ahead > HOUR {
                // Sealed in an hour that is still to come: the clock was ahead, and has been set right since.
                self.tally.incidents += 1;
            } else if age < READABLE - (self.off.1 - segment.off.0) {
                if known {
                    return Err(format!(
                        "early: {cohort} destroyed {} µs before the end of its window",
                        READABLE - age
                    ));
                }
                self.tally.incidents += 1;
            } else if age < READABLE - 2 * AGREEMENT {
                // The clock was ahead at boot, and believed.
                self.tally.incidents += 1;
            }
        }
        Ok(())
    }

    /// A pass ended well.
    pub fn passed(&mut self, host: &Host) -> Verdict {
        let trusted = host.now() + self.off.0;
        for (cohort, segments) in &self.live {
            let is_due = |index: &usize| {
                let segment = &self.segments[*index];
                let began = segment.at + segment.off.0;
                let is_ahead = began - began.rem_euclid(HOUR) - (host.now() + self.off.1) > HOUR;
                is_ahead || trusted >= self.due_at_most(segment)
            };
            if self.all_due(host) || segments.iter().any(is_due) {
                return Err(format!("late: {cohort} was due and a pass has left it"));
            }
        }
        self.excused &= self.lost;
        self.limit(host)
    }

    /// Nothing is held beyond the limit while the machine is on and its clock was right.
    pub fn limit(&mut self, host: &Host) -> Verdict {
        let now = host.now();
        for segment in self.live.values().flatten().map(|index| &self.segments[*index]) {
            let late = now - segment.at - GONE_BY - (segment.off.1 - self.off.0).max(0);
            if late < 0 {
                continue;
            }
            if !self.lost && !self.excused {
                return Err(format!(
                    "late: {} is held {late} µs beyond the limit",
                    segment.cohort
                ));
            }
            self.tally.long_off += 1;
        }
        Ok(())
    }

    /// A certificate of `cohort` names these objects.
    pub fn certified(&mut self, cohort: &str, mut objects: Vec<String>) -> Verdict {
        if !self.destroyed.contains(cohort) {
            return Err(format!("certificate: {cohort} is not destroyed"));
        }
        if !self.certified.insert(cohort.to_owned()) {
            return Err(format!("unaccounted: {cohort} has two certificates"));
        }
        let made = self
            .segments
            .iter_mut()
            .filter(|segment| segment.cohort == cohort);
        let mut lay: Vec<String> = made
            .map(|segment| {
                segment.certified = true;
                segment.object.clone()
            })
            .collect();
        lay.sort();
        objects.sort();
        self.tally.certificates += 1;
        match objects == lay {
            true => Ok(()),
            false => Err(format!(
                "unaccounted: {cohort} counts {} segments, {} were made",
                objects.len(),
                lay.len()
            )),
        }
    }

    /// The objects of a cohort that were ever made.
    pub fn objects(&self, cohort: &str) -> Vec<String> {
        let made = self.segments.iter().filter(|segment| segment.cohort == cohort);
        made.map(|segment| segment.object.clone()).collect()
    }

    /// The cohorts that are destroyed and have no certificate.
    pub fn uncertified(&self) -> Vec<String> {
        self.destroyed.difference(&self.certified).cloned().collect()
    }

    /// The cohorts with a key.
    pub fn live(&self) -> impl Iterator<Item = &str> {
        self.live.keys().map(String::as_str)
    }

    /// At the end every segment is in a certificate, and nothing lives.
    pub fn ended(&self) -> Verdict {
        if let Some(cohort) = self.live().next() {
            return Err(format!("late: {cohort} is alive at the end"));
        }
        match self.segments.iter().find(|segment| !segment.certified) {
            None => Ok(()),
            Some(segment) => Err(format!(
                "unaccounted: a segment of {} is in no certificate",
                segment.cohort
            )),
        }
    }
}

/// Whether a wall clock is believed that must not be behind `mark`; where the bounds leave it open, as the product says.
fn believed(wall: i64, mark: (i64, i64), doors: Doors) -> Result<bool, String> {
    let latest = wall + AGREEMENT;
    match (latest >= mark.1, latest < mark.0) {
        (true, _) if doors == Doors::Lost => Err("doors: a right clock is not believed".into()),
        (true, _) => Ok(true),
        (_, true) if doors != Doors::Lost => Err("doors: a clock that is behind is believed".into()),
        (_, true) => Ok(false),
        _ => Ok(doors != Doors::Lost),
    }
}
