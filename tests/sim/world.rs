//! A data directory on which the real passes run: real keys, real sealed files, real evidence; only the clocks are not. *Edge.*

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use mayfly::{clock::Clock, config::Config, purge::Purger, regime::Regime};
use mayfly_retention::{
    Class, Cohort, Custody, Key32, ObjectId, OsRandomness, Place, Randomness, RetentionError, Vault,
    purge::EvidenceQueue, segment::SegmentReader, time::Trust,
};

use crate::{
    books::Books,
    host::Host,
    oracle::{Doors, Oracle, Verdict},
};

mod faults;
mod passes;

pub use self::{faults::Fault, passes::Cut};

/// What the process that takes answers in, and hands them out, keeps open.
struct Worker {
    clock: Clock,
    custody: Custody,
    vault: Vault,
}

/// The directory, its processes, and the judge.
pub struct World {
    pub host: Host,
    pub oracle: Oracle,
    pub faults: Vec<Fault>,
    dir: PathBuf,
    config: Config,
    regime: Regime,
    worker: Option<Worker>,
    queue: EvidenceQueue,
    /// Keys and open files that somebody holds on to.
    held: Vec<(Arc<Key32>, SegmentReader<fs::File>)>,
    stamps: Vec<(Place, jiff::Timestamp)>,
    listed: usize,
    books: Option<Books>,
}

impl World {
    /// A new data directory below `folder` at the true instant `now`.
    pub fn new(folder: &Path, now: i64, with_books: bool) -> Self {
        let (dir, host) = (folder.join("data"), Host::new(now));
        let books = Books::made(&dir, with_books);
        if books.is_none() {
            // The purge needs no database: settings, keys and sealed files are all it knows.
            Custody::create(&dir.join("keys"), Arc::new(OsRandomness)).unwrap();
            fs::write(dir.join("mayfly.toml"), SETTINGS).unwrap();
        }
        let mut world = Self {
            oracle: Oracle::new(),
            faults: Vec::new(),
            config: Config::open(&dir).unwrap(),
            regime: Regime::jcic_2024().unwrap(),
            worker: None,
            queue: EvidenceQueue::open(&dir),
            held: Vec::new(),
            stamps: Vec::new(),
            listed: 0,
            host,
            dir,
            books,
        };
        world.restart();
        world
    }

    /// The worker's process begins, if the keys can be opened; with it, what a crash left is mended.
    pub fn restart(&mut self) {
        self.worker = None;
        let clock = Clock::over(&self.dir, self.host.read())
            .unwrap_or_else(|_| Clock::over_for_purge(&self.dir, self.host.read()));
        let custody = Custody::open(&self.dir.join("keys"), Arc::new(OsRandomness));
        self.worker = custody.ok().map(|custody| Worker {
            clock,
            custody,
            vault: Vault::open(&self.dir).unwrap(),
        });
        if let Some(books) = &mut self.books {
            books.restart(&self.host);
        }
    }

    /// All processes are killed and the worker begins anew.
    pub fn crash(&mut self) {
        self.held.clear();
        self.restart();
    }

    /// Everybody who looks at the clocks sees what the judge expects.
    pub fn look(&mut self) -> Verdict {
        if self.worker.is_none() {
            self.restart();
        }
        let judged = match &self.worker {
            Some(worker) => worker.clock.read(),
            None => Clock::over_for_purge(&self.dir, self.host.read()).read(),
        };
        let doors = match judged.trust {
            Trust::Good => Doors::Open,
            Trust::Disagree => Doors::Disagree,
            Trust::Lost { .. } => Doors::Lost,
        };
        self.oracle.forgetful = self.has(Fault::ClockStuck) || self.has(Fault::ClockDamaged);
        self.oracle.look(&self.host, doors, judged.now.as_microsecond())
    }

    /// An answer arrives, or a file is handed in; whether it was taken in. `torn`: it is the last thing that the process does.
    pub fn take_in(&mut self, class: Class, torn: bool) -> Result<bool, String> {
        self.look()?;
        let Some(worker) = &self.worker else {
            return Ok(false);
        };
        let Ok(judged) = worker.clock.trusted() else {
            self.oracle.tally.refused += 1;
            return Ok(false);
        };
        let cohort = Cohort::of(class, judged.now);
        let key = match worker.custody.cohort_key(cohort) {
            Ok(key) => key,
            // It fell due after all, in a boot whose clock was ahead; nothing is taken in.
            Err(RetentionError::KeyDestroyed) => return Ok(false),
            Err(_) if self.has(Fault::Keyring) => return Ok(false),
            Err(error) => return Err(format!("taking in: {error}")),
        };
        let place = Place {
            cohort,
            id: ObjectId::random(&OsRandomness).unwrap(),
        };
        if torn {
            let folder = worker.vault.cohort_dir(cohort);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{}.tmp", place.id)), b"half an envelope").unwrap();
            self.crash();
            return Ok(false);
        }
        let segment = worker
            .vault
            .create_segment(place, judged.now, &key, &OsRandomness);
        let stored = segment.and_then(|mut segment| {
            segment.push(place.id.to_string().as_bytes())?;
            segment.commit()
        });
        stored.map_err(|error| format!("sealing: {error}"))?;
        if let Some(books) = &self.books {
            books.record(place, judged.now);
        }
        self.stamps.push((place, judged.now));
        self.oracle
            .sealed(self.host.now(), &cohort.name(), &place.id.to_string())?;
        Ok(true)
    }

    /// An operator holds what may be held, and tries to hold what may not; or lifts the oldest hold.
    pub fn investigate(&mut self) -> Verdict {
        let Some(books) = self.books.as_mut().filter(|_| self.faults.is_empty()) else {
            return Ok(());
        };
        self.oracle.tally.holds += books.hold()?;
        Ok(())
    }

    /// Somebody wants to read a segment, as `Permit::allows` lets them; and perhaps holds on to it.
    pub fn read(&mut self, segment: usize, hold: bool) -> Verdict {
        self.look()?;
        let Some(worker) = &self.worker else {
            return Ok(());
        };
        self.oracle.tally.reads += 1;
        let Ok(judged) = worker.clock.trusted() else {
            return Ok(());
        };
        let (place, obtained_at) = self.stamps[segment];
        let allowed = judged.reading < self.regime.expires_at(obtained_at);
        if self
            .oracle
            .may_read(segment, &self.host)
            .is_some_and(|may| may != allowed)
        {
            return Err(format!("window: reading {} was allowed: {allowed}", place.cohort));
        }
        let opened = worker
            .custody
            .existing_key(place.cohort)
            .and_then(|key| key.ok_or(RetentionError::ObjectMissing))
            .and_then(|key| Ok((Arc::clone(&key), worker.vault.open_segment(place, &key)?)));
        match (opened, self.oracle.segments[segment].dead) {
            (Ok((key, reader)), None) => {
                let record = reader.record(0).map_err(|error| format!("reading: {error}"))?;
                if record.as_slice() != place.id.to_string().as_bytes() {
                    return Err("reading: another answer came out".into());
                }
                if hold && self.held.len() < HELD_MAX {
                    self.held.push((key, reader));
                }
                Ok(())
            }
            (Ok(_), Some(_)) => Err(format!("reading: {} opens after its end", place.cohort)),
            (Err(_), Some(_)) => Ok(()),
            (Err(_), None) if self.has(Fault::Keyring) => Ok(()),
            (Err(error), None) => Err(format!("reading: {} does not open: {error}", place.cohort)),
        }
    }

    /// Whoever held on to a key or a file lets go.
    pub fn let_go(&mut self) {
        self.held.clear();
    }

    /// A person lists what is due, and changes nothing.
    pub fn list(&mut self) -> Verdict {
        self.look()?;
        let Ok(purger) = self.purger(Arc::new(OsRandomness)) else {
            return Ok(());
        };
        let due = purger.plan().map_err(|error| format!("listing: {error}"))?;
        let margins = purger.margins().map_err(|error| format!("listing: {error}"))?;
        let shown = margins.iter().filter(|margin| margin.due).count();
        match shown == due.len() && purger.plan().is_ok_and(|again| again == due) {
            true => self.look_at_the_list(),
            false => Err("listing: the plan and the margins differ".into()),
        }
    }

    fn purger(&self, randomness: Arc<dyn Randomness>) -> mayfly::error::Result<Purger> {
        let clock = Clock::over_for_purge(&self.dir, self.host.read());
        Purger::open_by(&self.dir, &self.config, &clock, randomness)
    }

    /// The list of the destroyed, read from the disk, line by line, as far as it is new.
    fn look_at_the_list(&mut self) -> Verdict {
        let list = fs::read_to_string(self.dir.join("keys/destroyed")).unwrap();
        // A line that has the number of a certificate destroys nothing.
        let destroys = |line: &&str| line.split(' ').nth(5).is_none_or(|number| number == "-");
        for line in list[self.listed..].lines().filter(destroys) {
            let cohort = line.split(' ').next().unwrap_or_default();
            self.oracle.destroyed(&self.host, cohort)?;
        }
        self.listed = list.len();
        Ok(())
    }

    /// The end of the story.
    pub fn end(&mut self) -> Verdict {
        self.certify(&[])?;
        self.oracle.ended()?;
        match &mut self.books {
            Some(books) => books.end(),
            None => Ok(()),
        }
    }

    /// A wrong act that no purge would do, for the controls: the judge must object.
    pub fn destroy_by_hand(&mut self, segment: usize) -> Verdict {
        if let Some(worker) = &self.worker {
            worker
                .custody
                .destroy(self.stamps[segment].0.cohort)
                .map_err(|error| error.to_string())?;
        }
        self.look_at_the_list()
    }

    /// Another: a segment vanishes.
    pub fn lose(&mut self, segment: usize) {
        let place = self.stamps[segment].0;
        if let Some(worker) = &self.worker {
            fs::remove_file(
                worker
                    .vault
                    .cohort_dir(place.cohort)
                    .join(format!("{}.seg", place.id)),
            )
            .unwrap();
        }
    }
}

/// What `mayfly init` writes, in short.
const SETTINGS: &str = "environment = \"sandbox\"\nkeys = \"keys\"\nprovider = \"sandbox\"\n";
const HELD_MAX: usize = 4;
