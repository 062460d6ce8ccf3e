//! Keeps sealed objects in a tree of files named by class, cohort and id. *Edge.*
//!
//! `DIR/sealed/<class>/<cohort>/<object id>.seg`: a purge finds all that a destroyed key sealed by the cohort's name
//! alone. A file appears under its name only when it is whole and on the disk; until then it is a locked draft
//! (`draft`), and what a crash leaves of a draft is removed at the next opening.

mod draft;
mod writer;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::class::{Class, Cohort};
use crate::container;
use crate::durable;
use crate::envelope::Opener;
use crate::error::RetentionError;
use crate::header::{HEADER, Header, Kind};
use crate::object::{ObjectId, Place};
use crate::secret::{Key32, Randomness};
use crate::segment::SegmentReader;
use crate::source::ReadAt;

use draft::Draft;

pub use writer::{SegmentWriter, VaultWriter};

const READ: &str = "read the vault";
const WRITE: &str = "write to the vault";
/// How many directories are remembered as durable before all are forgotten and synced again.
const REMEMBERED: usize = 1_024;

/// An open tree of sealed files. Several processes may use one tree.
pub struct Vault {
    sealed: PathBuf,
    /// Cohort directories whose entries this process knows to be on the disk.
    durable: Mutex<BTreeSet<Cohort>>,
}

/// What the vault holds of one class.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Every cohort that has a directory, empty ones included, sorted.
    pub cohorts: Vec<Cohort>,
    /// Every stored object, sorted.
    pub objects: Vec<Place>,
    /// Files that are being written.
    pub drafts: Vec<PathBuf>,
    /// What this program did not put here, or somebody moved.
    pub strays: Vec<PathBuf>,
}

impl Vault {
    /// Opens the vault in `dir`, making its directories if need be, and removes the drafts that nobody is writing.
    ///
    /// # Errors
    /// A disk error.
    pub fn open(dir: &Path) -> Result<Self, RetentionError> {
        let vault = Self {
            sealed: dir.join("sealed"),
            durable: Mutex::default(),
        };
        for class in Class::ALL {
            durable::create_dir(&vault.class_dir(class), WRITE)?;
        }
        durable::sync_dir(&vault.sealed, WRITE)?;
        durable::sync_dir(dir, WRITE)?;
        for class in Class::ALL {
            // A folder that cannot be read keeps nobody from the others; its purge tells.
            for cohort in vault.cohort_names(class).unwrap_or_default() {
                for (name, path) in entries(&vault.cohort_dir(cohort)).unwrap_or_default() {
                    if draft_id(&name).is_some() {
                        draft::remove_abandoned(&path)?;
                    }
                }
            }
        }
        Ok(vault)
    }

    /// Begins a segment, which is sealed while it is written.
    ///
    /// # Errors
    /// [`RetentionError::ObjectExists`]; [`RetentionError::RandomnessFailed`]; [`RetentionError::DiskFull`],
    /// [`RetentionError::DiskReadOnly`] or another disk error, after which nothing is left of it.
    pub fn create_segment(
        &self,
        place: Place,
        created_at: Timestamp,
        cohort_key: &Key32,
        randomness: &dyn Randomness,
    ) -> Result<SegmentWriter, RetentionError> {
        SegmentWriter::start(self.draft(place)?, place, created_at, cohort_key, randomness)
    }

    /// Begins a large object, such as a submitted file, that is sealed while it is written.
    ///
    /// # Errors
    /// As [`create_segment`](Self::create_segment).
    pub fn create_stream(
        &self,
        place: Place,
        created_at: Timestamp,
        cohort_key: &Key32,
        randomness: &dyn Randomness,
    ) -> Result<VaultWriter, RetentionError> {
        VaultWriter::start(self.draft(place)?, place, created_at, cohort_key, randomness)
    }

    /// Opens a stored segment.
    ///
    /// # Errors
    /// [`RetentionError::ObjectMissing`], or as [`SegmentReader::open`].
    pub fn open_segment(
        &self,
        place: Place,
        cohort_key: &Key32,
    ) -> Result<SegmentReader<File>, RetentionError> {
        SegmentReader::open(self.open_file(place)?, place, cohort_key)
    }

    /// Opens a stored stream.
    ///
    /// # Errors
    /// [`RetentionError::ObjectMissing`], or as [`container::open_stream`].
    pub fn open_stream(
        &self,
        place: Place,
        cohort_key: &Key32,
    ) -> Result<Opener<BufReader<File>>, RetentionError> {
        container::open_stream(
            BufReader::new(self.open_file(place)?),
            Kind::Stream,
            place,
            cohort_key,
        )
    }

    /// Reads the plaintext header of a stored object.
    ///
    /// # Errors
    /// [`RetentionError::ObjectMissing`], or as [`Header::parse`].
    pub fn header(&self, place: Place) -> Result<Header, RetentionError> {
        let mut bytes = [0; HEADER];
        self.open_file(place)?
            .read_exact_at(&mut bytes, 0)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => RetentionError::SealBroken,
                _ => RetentionError::disk(READ, &error),
            })?;
        Header::parse(&bytes)
    }

    /// Removes a stored object for good; tells whether it was there.
    ///
    /// # Errors
    /// A disk error; then it may still be there.
    pub fn remove(&self, place: Place) -> Result<bool, RetentionError> {
        let dir = self.cohort_dir(place.cohort);
        let removed = durable::remove(&dir.join(file_name(place.id)), WRITE)?;
        if removed {
            durable::sync_dir(&dir, WRITE)?;
        }
        Ok(removed)
    }

    /// Whether an object is stored there.
    ///
    /// # Errors
    /// A disk error: then nobody knows.
    pub fn holds(&self, place: Place) -> Result<bool, RetentionError> {
        let path = self.cohort_dir(place.cohort).join(file_name(place.id));
        path.try_exists()
            .map_err(|error| RetentionError::disk(READ, &error))
    }

    /// Lists what lies under a class, by file names alone. A directory that vanishes meanwhile counts as empty.
    ///
    /// # Errors
    /// A disk error.
    pub fn list(&self, class: Class) -> Result<Listing, RetentionError> {
        let mut listing = Listing::default();
        for (name, path) in entries(&self.class_dir(class))? {
            match Cohort::parse(&name) {
                Ok(cohort) if cohort.class() == class && path.is_dir() => {
                    listing.cohorts.push(cohort);
                    entries(&path)?
                        .into_iter()
                        .for_each(|(name, path)| listing.add_file(cohort, &name, path));
                }
                _ => listing.strays.push(path),
            }
        }
        listing.cohorts.sort_unstable();
        listing.objects.sort_unstable();
        Ok(listing)
    }

    /// The cohorts of a class under whose name there is something, sorted; nothing of it is looked at.
    ///
    /// # Errors
    /// A disk error.
    pub fn cohort_names(&self, class: Class) -> Result<Vec<Cohort>, RetentionError> {
        let entries = entries(&self.class_dir(class))?.into_iter();
        let mut cohorts: Vec<Cohort> = entries
            .filter_map(|(name, _)| Cohort::parse(&name).ok())
            .filter(|cohort| cohort.class() == class)
            .collect();
        cohorts.sort_unstable();
        Ok(cohorts)
    }

    /// The stored objects of one cohort, sorted.
    ///
    /// # Errors
    /// A disk error.
    pub fn objects(&self, cohort: Cohort) -> Result<Vec<ObjectId>, RetentionError> {
        let entries = entries(&self.cohort_dir(cohort))?.into_iter();
        let mut objects: Vec<ObjectId> = entries.filter_map(|(name, _)| object_id(&name)).collect();
        objects.sort_unstable();
        Ok(objects)
    }

    /// Waits until the disk knows of the cohorts that were removed from a class.
    ///
    /// # Errors
    /// A disk error.
    pub(crate) fn make_removals_durable(&self, class: Class) -> Result<(), RetentionError> {
        durable::sync_dir(&self.class_dir(class), WRITE)
    }

    /// Where a cohort's objects lie.
    pub fn cohort_dir(&self, cohort: Cohort) -> PathBuf {
        self.class_dir(cohort.class()).join(cohort.name())
    }

    fn class_dir(&self, class: Class) -> PathBuf {
        self.sealed.join(class.name())
    }

    fn draft(&self, place: Place) -> Result<Draft, RetentionError> {
        let dir = self.cohort_dir(place.cohort);
        self.make_durable(place.cohort, &dir)?;
        Draft::create(dir, place.id)
    }

    /// Makes a cohort's directory, and sees once per process that its entry is on the disk, whoever made it.
    fn make_durable(&self, cohort: Cohort, dir: &Path) -> Result<(), RetentionError> {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        if durable.contains(&cohort) && dir.is_dir() {
            return Ok(());
        }
        durable::create_dir(dir, WRITE)?;
        durable::sync_dir(&self.class_dir(cohort.class()), WRITE)?;
        if durable.len() >= REMEMBERED {
            durable.clear();
        }
        durable.insert(cohort);
        Ok(())
    }

    fn open_file(&self, place: Place) -> Result<File, RetentionError> {
        let path = self.cohort_dir(place.cohort).join(file_name(place.id));
        File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => RetentionError::ObjectMissing,
            _ => RetentionError::disk(READ, &error),
        })
    }
}

impl Listing {
    fn add_file(&mut self, cohort: Cohort, name: &str, path: PathBuf) {
        if let Some(id) = object_id(name) {
            self.objects.push(Place { cohort, id });
        } else if draft_id(name).is_some() {
            self.drafts.push(path);
        } else {
            self.strays.push(path);
        }
    }
}

/// The object whose file has this name.
fn object_id(name: &str) -> Option<ObjectId> {
    ObjectId::parse(name.strip_suffix(".seg")?).ok()
}

/// The object whose draft has this name.
fn draft_id(name: &str) -> Option<ObjectId> {
    ObjectId::parse(name.strip_suffix(".tmp")?).ok()
}

fn file_name(id: ObjectId) -> String {
    format!("{id}.seg")
}

/// The entries of a directory; a name that is no UTF-8 is none of ours and comes out as such.
fn entries(dir: &Path) -> Result<Vec<(String, PathBuf)>, RetentionError> {
    let failed = |e: std::io::Error| RetentionError::disk(READ, &e);
    let listed = match std::fs::read_dir(dir) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    listed
        .map(|entry| {
            entry
                .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
                .map_err(failed)
        })
        .collect()
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
