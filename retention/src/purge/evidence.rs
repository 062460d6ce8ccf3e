//! What a purge found of a cohort, kept on the disk until its certificate is made. *Edge.*
//!
//! A file a cohort, written after the key is destroyed and before anything is removed: so that the counts of a pass that
//! was cut short, or had no database, are those of the certificate in the end.

use std::fmt::Write;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::certificate::{Actor, Strength};
use crate::class::Cohort;
use crate::custody::Circumstances;
use crate::durable;
use crate::error::RetentionError;
use crate::lock;
use crate::object::{ObjectId, parse_hex, write_hex};
use crate::plan::Why;

/// What a purge found of one cohort when its key was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which cohort.
    pub cohort: Cohort,
    /// The commitment of the key that is gone; `None` if there was none.
    pub commitment: Option<[u8; 32]>,
    /// The time of the pass that first had the receipt.
    pub destroyed_at: Timestamp,
    /// How strongly the place of the key forgets.
    pub strength: Strength,
    /// Who had it done.
    pub actor: Actor,
    /// Why it had to go.
    pub why: Why,
    /// The sealed objects that lay there, sorted.
    pub objects: Vec<ObjectId>,
    /// Other commitments that these name, sorted: of keys that were not destroyed here. While there is one, nothing is known
    /// to be erased.
    pub foreign: Vec<[u8; 32]>,
}

/// The evidence for which there is no certificate yet.
pub struct EvidenceQueue {
    dir: PathBuf,
}

impl EvidenceQueue {
    /// Opens the queue of the data directory `dir`; its own folder is made when it is first needed.
    pub fn open(dir: &Path) -> Self {
        Self {
            dir: dir.join("purged"),
        }
    }

    /// Keeps `evidence`, durable on return, unless there is some of the cohort already: the first pass saw most. Only if the key
    /// went now (`key_went`: it was put back after an earlier pass, or that was about single files of a month; or the earlier
    /// pass saw sealed files of this key and had another), the end is that of `evidence`. Returns what is kept.
    ///
    /// # Errors
    /// A disk error. The purge goes on without: what has to go does not wait for room on the disk.
    pub fn keep_first(&self, evidence: Evidence, key_went: bool) -> Result<Evidence, RetentionError> {
        // Two passes of one cohort at once: the second keeps what the first saw.
        let _lock = self.lock()?;
        if let Some(kept) = self.of(evidence.cohort)? {
            let after = kept.clone().and(evidence, key_went);
            if after != kept {
                self.write(&after)?;
            }
            return Ok(after);
        }
        self.write(&evidence)?;
        Ok(evidence)
    }

    /// Keeps `evidence`, durable on return, together with the objects of what is kept of the cohort already: a cohort of
    /// months loses its objects one by one, while its key lives. Returns what is kept.
    ///
    /// # Errors
    /// A disk error: then nothing may be removed.
    pub fn keep_also(&self, mut evidence: Evidence) -> Result<Evidence, RetentionError> {
        let _lock = self.lock()?;
        if let Some(kept) = self.of(evidence.cohort)? {
            evidence.objects.extend(kept.objects);
            evidence.foreign.extend(kept.foreign);
        }
        evidence.objects.sort_unstable();
        evidence.objects.dedup();
        self.write(&evidence)?;
        Ok(evidence)
    }

    /// The evidence of `cohort`. A file that is none is as good as none: it is put there whole or not at all.
    ///
    /// # Errors
    /// A disk error.
    pub fn of(&self, cohort: Cohort) -> Result<Option<Evidence>, RetentionError> {
        let file = match fs::File::open(self.dir.join(cohort.name())) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(RetentionError::disk(READ, &error)),
        };
        let mut text = Vec::new();
        file.take(BYTES_MAX)
            .read_to_end(&mut text)
            .map_err(|error| RetentionError::disk(READ, &error))?;
        let text = String::from_utf8(text).ok();
        Ok(text
            .and_then(|text| Evidence::decode(&text))
            .filter(|kept| kept.cohort == cohort))
    }

    /// The cohorts of which there is evidence, sorted.
    ///
    /// # Errors
    /// A disk error.
    pub fn cohorts(&self) -> Result<Vec<Cohort>, RetentionError> {
        let mut cohorts: Vec<Cohort> = (self.files()?.iter())
            .filter_map(|path| Cohort::parse(path.file_name()?.to_str()?).ok())
            .collect();
        cohorts.sort_unstable();
        Ok(cohorts)
    }

    /// Forgets the evidence of `cohort`: its certificate is made.
    ///
    /// # Errors
    /// A disk error.
    pub fn remove(&self, cohort: Cohort) -> Result<(), RetentionError> {
        durable::remove(&self.dir.join(cohort.name()), WRITE).map(|_| ())
    }

    /// Removes what a process left that ended while it wrote evidence.
    ///
    /// # Errors
    /// A disk error.
    pub fn tidy(&self) -> Result<(), RetentionError> {
        if self.unfinished()?.is_empty() {
            return Ok(());
        }
        let _lock = self.lock()?;
        for path in self.unfinished()? {
            durable::remove(&path, WRITE)?;
        }
        Ok(())
    }

    fn unfinished(&self) -> Result<Vec<PathBuf>, RetentionError> {
        let mut paths = self.files()?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "new"));
        Ok(paths)
    }

    fn files(&self) -> Result<Vec<PathBuf>, RetentionError> {
        match fs::read_dir(&self.dir) {
            Ok(listed) => Ok(listed.filter_map(|entry| Some(entry.ok()?.path())).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(RetentionError::disk(READ, &error)),
        }
    }

    /// The lock under which evidence is written; free when the returned file is closed. A process that was stopped while it
    /// held it does not keep what has to go: without the lock there is no evidence, as without room on the disk.
    fn lock(&self) -> Result<fs::File, RetentionError> {
        durable::create_dir(&self.dir, WRITE)?;
        let lock = fs::File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.dir.join("lock"));
        let lock = lock.map_err(|error| RetentionError::disk(WRITE, &error))?;
        lock::within(&lock, PATIENCE).map_err(|error| RetentionError::disk(WRITE, &error))?;
        Ok(lock)
    }

    fn write(&self, evidence: &Evidence) -> Result<(), RetentionError> {
        let name = evidence.cohort.name();
        durable::stage(&self.dir, &name, evidence.encode().as_bytes(), WRITE)?;
        durable::publish(&self.dir, &name, WRITE)
    }
}

impl Evidence {
    /// This, and what a later pass saw of the same cohort.
    fn and(mut self, later: Self, key_went: bool) -> Self {
        self.foreign.extend(later.foreign);
        let is_of = |commitment| move |other: &[u8; 32]| Some(*other) == commitment;
        if key_went || self.foreign.iter().any(is_of(later.commitment)) {
            self.foreign.extend(self.commitment);
            self.commitment = later.commitment;
            (self.destroyed_at, self.strength) = (later.destroyed_at, later.strength);
            (self.actor, self.why) = (later.actor, later.why);
        }
        let commitment = self.commitment;
        self.foreign.retain(|other| !is_of(commitment)(other));
        self.foreign.sort_unstable();
        self.foreign.dedup();
        self
    }

    /// What a certificate says of its end, if it is known to be one.
    pub fn circumstances(&self) -> Option<Circumstances> {
        self.foreign.is_empty().then(|| Circumstances {
            at: self.destroyed_at,
            strength: self.strength,
            why: self.why,
            certified: None,
            actor: self.actor.clone(),
        })
    }

    fn encode(&self) -> String {
        let mut commitment = String::from("-");
        if let Some(bytes) = &self.commitment {
            commitment.clear();
            write_hex(&mut commitment, bytes).expect("Invariant: writing to a string cannot fail");
        }
        let mut text = format!(
            "{MARK}\n{}\n{commitment}\n{}\n{}\n{}\n{}\n",
            self.cohort,
            self.destroyed_at,
            self.strength.name(),
            self.actor,
            self.why.name()
        );
        for object in &self.objects {
            writeln!(text, "{object}").expect("Invariant: writing to a string cannot fail");
        }
        for commitment in &self.foreign {
            text.push_str(FOREIGN);
            write_hex(&mut text, commitment).expect("Invariant: writing to a string cannot fail");
            text.push('\n');
        }
        text.push_str(END);
        text
    }

    fn decode(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix(END)?.split_terminator('\n');
        lines.next().filter(|mark| *mark == MARK)?;
        let mut evidence = Self {
            cohort: Cohort::parse(lines.next()?).ok()?,
            commitment: match lines.next()? {
                "-" => None,
                digits => Some(parse_hex(digits)?),
            },
            destroyed_at: lines.next()?.parse().ok()?,
            strength: Strength::parse(lines.next()?)?,
            actor: Actor::parse(lines.next()?)?,
            why: Why::parse(lines.next()?)?,
            objects: Vec::new(),
            foreign: Vec::new(),
        };
        for line in lines {
            match line.strip_prefix(FOREIGN) {
                Some(digits) => evidence.foreign.push(parse_hex(digits)?),
                None => evidence.objects.push(ObjectId::parse(line).ok()?),
            }
        }
        Some(evidence)
    }
}

const MARK: &str = "mayfly purge evidence 1";
const FOREIGN: &str = "foreign ";
const END: &str = "end\n";
const READ: &str = "read the evidence of a purge";
const WRITE: &str = "keep the evidence of a purge";
/// Longer than one cohort's evidence takes another process.
const PATIENCE: Duration = Duration::from_secs(2);
/// A million sealed objects of one hour.
const BYTES_MAX: u64 = 33 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Evidence {
        Evidence {
            cohort: Cohort::parse("answer-2026110202").unwrap(),
            commitment: Some([7; 32]),
            destroyed_at: "2026-11-05T03:00:00.25Z".parse().unwrap(),
            strength: Strength::Logical,
            actor: Actor::Person("chen.yl".into()),
            why: Why::TimeLost,
            objects: (0..3).map(|i| ObjectId::new([i; 16])).collect(),
            foreign: vec![[8; 32], [9; 32]],
        }
    }

    #[test]
    fn evidence_is_read_as_it_was_written_and_not_when_it_is_cut() {
        let mut examples = vec![example()];
        examples.push(Evidence {
            commitment: None,
            actor: Actor::Schedule,
            why: Why::Over,
            objects: Vec::new(),
            foreign: Vec::new(),
            ..example()
        });
        for evidence in examples {
            let text = evidence.encode();
            assert_eq!(Evidence::decode(&text), Some(evidence));
            for end in 0..text.len() {
                assert_eq!(Evidence::decode(&text[..end]), None);
            }
        }
    }

    #[test]
    fn the_end_is_when_the_key_of_the_files_went() {
        let folder = tempfile::tempdir().unwrap();
        let queue = EvidenceQueue::open(folder.path());
        let first = Evidence {
            commitment: None,
            foreign: vec![[7; 32]],
            ..example()
        };
        assert_eq!(first.circumstances(), None);
        queue.keep_first(first.clone(), true).unwrap();
        let again = Evidence {
            objects: Vec::new(),
            foreign: Vec::new(),
            ..first.clone()
        };
        assert_eq!(queue.keep_first(again, false), Ok(first.clone()));
        let last = Evidence {
            destroyed_at: "2026-11-08T03:00:00Z".parse().unwrap(),
            objects: Vec::new(),
            foreign: Vec::new(),
            ..example()
        };
        let kept = queue.keep_first(last.clone(), false).unwrap();
        assert_eq!(kept.objects, first.objects);
        assert_eq!(kept.circumstances().unwrap().at, last.destroyed_at);
        assert_eq!(queue.of(last.cohort), Ok(Some(kept)));
        let put_back = Evidence {
            destroyed_at: "2026-11-09T03:00:00Z".parse().unwrap(),
            ..last
        };
        let kept = queue.keep_first(put_back, true).unwrap();
        assert_eq!(kept.destroyed_at.to_string(), "2026-11-09T03:00:00Z");
        assert_eq!(kept.objects, first.objects);
    }

    #[test]
    fn what_the_first_pass_saw_stays_until_it_is_certified() {
        let folder = tempfile::tempdir().unwrap();
        let queue = EvidenceQueue::open(folder.path());
        assert_eq!(queue.cohorts(), Ok(Vec::new()));
        assert_eq!(queue.keep_first(example(), true), Ok(example()));
        let later = Evidence {
            objects: Vec::new(),
            ..example()
        };
        assert_eq!(queue.keep_first(later.clone(), false), Ok(example()));
        assert_eq!(queue.cohorts(), Ok(vec![example().cohort]));
        let more = Evidence {
            objects: [9, 2].map(|i| ObjectId::new([i; 16])).to_vec(),
            ..example()
        };
        let all = [0, 1, 2, 9].map(|i| ObjectId::new([i; 16]));
        assert_eq!(queue.keep_also(more).unwrap().objects, all);
        assert_eq!(queue.of(example().cohort).unwrap().unwrap().objects, all);
        queue.remove(example().cohort).unwrap();
        queue.remove(example().cohort).unwrap();
        assert_eq!(queue.of(example().cohort), Ok(None));
    }

    #[test]
    fn what_a_write_that_was_cut_short_left_goes_and_evidence_stays() {
        let folder = tempfile::tempdir().unwrap();
        let queue = EvidenceQueue::open(folder.path());
        queue.tidy().unwrap();
        queue.keep_first(example(), true).unwrap();
        let left = folder.path().join("purged/answer-2026110203.new");
        fs::write(&left, "mayfly purge ev").unwrap();
        queue.tidy().unwrap();
        assert!(!left.exists());
        assert_eq!(queue.of(example().cohort), Ok(Some(example())));
    }
}
