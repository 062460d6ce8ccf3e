//! A pass of the purge on a world, whole or cut short, and what it must have left. *Edge.*

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use mayfly_retention::{
    Cohort, ObjectId, OsRandomness, Randomness, RetentionError,
    certificate::Actor,
    plan::Due,
    purge::{Gone, residue},
};

use super::{Fault, World};
use crate::oracle::Verdict;

/// How a pass ends before its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Cut {
    /// The process is killed when it draws random bytes for this time.
    Killed(i64),
    /// There are no random bytes this time; the process lives.
    Starved(i64),
    /// It is killed when the keys are destroyed, and nothing was looked at.
    AfterKeys,
    /// It is killed while it removes files.
    AmongFiles,
}

impl World {
    /// A pass of the purge; whether it ended well.
    pub fn purge(&mut self, actor: Actor, cut: Option<Cut>) -> Result<bool, String> {
        self.look()?;
        self.oracle.limit(&self.host)?;
        let randomness: Arc<dyn Randomness> = match cut {
            Some(Cut::Killed(after)) => Arc::new(Brittle::new(after, true)),
            Some(Cut::Starved(after)) => Arc::new(Brittle::new(after, false)),
            _ => Arc::new(OsRandomness),
        };
        let ran = catch_unwind(AssertUnwindSafe(|| self.pass(actor, cut, randomness)));
        self.look_at_the_list()?;
        match ran {
            Err(_) => {
                self.oracle.tally.cuts += 1;
                self.crash();
                Ok(false)
            }
            Ok(Ok(Some(gone))) => {
                self.hold(&gone)?;
                self.certify(&gone)?;
                Ok(true)
            }
            Ok(Ok(None)) => {
                self.oracle.tally.cuts += 1;
                self.crash();
                // Nothing may be certified of which something is left.
                self.certify(&[])?;
                Ok(false)
            }
            Ok(Err(_)) if self.has(Fault::Keyring) || cut.is_some() => Ok(false),
            Ok(Err(why)) => Err(format!("a pass failed with nothing in its way: {why}")),
        }
    }

    fn pass(
        &mut self,
        actor: Actor,
        cut: Option<Cut>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Option<Vec<Gone>>, String> {
        let purger = self.purger(randomness).map_err(|error| error.to_string())?;
        self.oracle.pass_at(&self.host, purger.now().as_microsecond())?;
        let due = purger.plan().map_err(|error| error.to_string())?;
        let first = due.first().map(Due::cohort);
        match (cut, first, &self.worker) {
            (Some(Cut::AfterKeys), _, Some(worker)) => {
                let cohorts: Vec<Cohort> = due.iter().map(Due::cohort).collect();
                worker
                    .custody
                    .destroy_all(&cohorts)
                    .map_err(|error| error.to_string())?;
                Ok(None)
            }
            (Some(Cut::AmongFiles), Some(first), Some(worker)) => {
                let folder = worker.vault.cohort_dir(first);
                let lay = contents(&folder);
                purger.run(due, actor).map_err(|error| error.to_string())?;
                // As a kill would leave it: the evidence is there, and some of the files if there were any.
                if !lay.is_empty() {
                    fs::create_dir(&folder).unwrap();
                }
                let removed = usize::from(lay.len() > 1);
                for (path, content) in lay.into_iter().skip(removed) {
                    fs::write(path, content).unwrap();
                }
                Ok(None)
            }
            _ => purger
                .run(due, actor)
                .map(Some)
                .map_err(|error| error.to_string()),
        }
    }

    /// What a pass must have left: no key, no file, one root.
    fn hold(&mut self, gone: &[Gone]) -> Verdict {
        self.oracle.passed(&self.host)?;
        if gone.is_empty() {
            return Ok(());
        }
        let slots = fs::read(self.dir.join("keys/root.slots")).unwrap();
        let roots = slots.chunks(SLOT).filter(|slot| slot.starts_with(b"mayfly-root"));
        if roots.count() != 1 {
            return Err("keys: the old root is still in its slot".into());
        }
        for gone in gone {
            let cohort = gone.evidence.cohort;
            let worker = self.worker.as_ref();
            let opens = worker.is_some_and(|worker| {
                worker.custody.existing_key(cohort).err() != Some(RetentionError::KeyDestroyed)
            });
            let folder = self
                .dir
                .join("sealed")
                .join(cohort.class().name())
                .join(cohort.name());
            if opens || folder.exists() {
                return Err(format!("keys: something is left of {cohort}"));
            }
            if gone.residue != Some(0) {
                return Err(format!("residue: {cohort} was not counted as gone"));
            }
        }
        Ok(())
    }

    /// The books of what is gone: by the database, or, without one, by the evidence that a certificate would be made of.
    pub(super) fn certify(&mut self, gone: &[Gone]) -> Verdict {
        if self.has(Fault::Books) || self.has(Fault::Keyring) {
            return Ok(());
        }
        if let Some(books) = &mut self.books {
            let sealed = self.dir.join("sealed");
            let account = books.account(gone, &self.host, &mut self.oracle, &sealed);
            let broken = self.faults.contains(&Fault::Evidence);
            return match account {
                // What cannot be read is not certified by guess; the next pass does it.
                Err(_) if broken => Ok(()),
                other => other,
            };
        }
        let Some(worker) = &self.worker else {
            return Ok(());
        };
        for name in self.oracle.uncertified() {
            let cohort = Cohort::parse(&name).unwrap();
            if residue(&worker.vault, cohort) != Some(0) {
                continue;
            }
            let kept = self.queue.of(cohort).unwrap_or_default();
            let seen = gone.iter().find(|gone| gone.evidence.cohort == cohort);
            let objects = match kept.or_else(|| seen.map(|gone| gone.evidence.clone())) {
                Some(evidence) => evidence.objects.iter().map(ObjectId::to_string).collect(),
                // As `account` does: the books, and an empty folder, are all there is.
                None => self.oracle.objects(&name),
            };
            self.oracle.certified(&name, objects)?;
            let _ = self.queue.remove(cohort);
        }
        Ok(())
    }
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Randomness that ends after some draws: with the process, or without an answer.
struct Brittle {
    left: AtomicI64,
    kills: bool,
}

impl Brittle {
    fn new(left: i64, kills: bool) -> Self {
        Self {
            left: AtomicI64::new(left),
            kills,
        }
    }
}

impl Randomness for Brittle {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RetentionError> {
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            0 if self.kills => resume_unwind(Box::new("killed")),
            0 => Err(RetentionError::RandomnessFailed),
            _ => OsRandomness.fill(bytes),
        }
    }
}

const SLOT: usize = 4_096;
