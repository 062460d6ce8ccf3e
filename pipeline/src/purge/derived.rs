//! Plain files made from what is held, requests and replies of an exchange: they go with the hour they came from (八(二)2, D5). *Edge.*
//!
//! As the cohorts they are found by what lies there and trusted time alone, and their removal is noted in `purged/files` before
//! it, for the journal, which [`enter`] brings up to date when the database is there.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Write},
    path::Path,
};

use jiff::Timestamp;
use mayfly_retention::{Cohort, Window, certificate::Actor, plan::is_due};
use serde::Serialize;

use crate::{
    app::House,
    config::Config,
    error::{Error, Result},
    journal::{
        act::{self, Act},
        entry::Kind,
    },
    provider::exchange::{Folder, Lying, Settings, lying, sync_folders},
};

/// The plain files that are due: what `purge run` removes.
#[derive(Default)]
pub struct DueFiles {
    files: Vec<Lying>,
    /// Whether both folders could be listed.
    is_whole: bool,
}

/// What became of the plain files that were due.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swept {
    /// How many were due.
    pub due: usize,
    /// How many of these are still there, and of others that are due meanwhile; `None` if a folder cannot be listed.
    pub left: Option<usize>,
}

/// The folders of an exchange, if the settings name them.
pub(super) struct Derived {
    exchange: Option<Settings>,
}

impl Derived {
    pub(super) fn of(dir: &Path, config: &Config) -> Self {
        let settings = config.exchange.as_ref();
        Self {
            exchange: settings.map(|exchange| exchange.settings(dir, config.environment)),
        }
    }

    /// What is due at `now`, oldest first.
    pub(super) fn due(&self, now: Timestamp, window: Window, all_due: bool) -> DueFiles {
        let folders = self.folders();
        let is_whole = folders.iter().all(|folder| folder.files.is_some());
        let files = folders.into_iter().filter_map(|folder| folder.files).flatten();
        DueFiles {
            files: files
                .filter(|file| must_go(file.cohort(), now, window, all_due))
                .collect(),
            is_whole,
        }
    }

    /// Removes what is `due`, noting that first; one that stays keeps no other.
    pub(super) fn remove(&self, dir: &Path, due: &DueFiles, now: Timestamp, actor: &Actor) {
        if due.files.is_empty() {
            return;
        }
        // Without room for the note they go all the same.
        if note(dir, due, now, actor).is_err() {
            tracing::error!("the removal of plain files could not be noted for the journal");
        }
        let stayed = due.files.iter().filter(|file| file.remove().is_err()).count();
        if let Some(settings) = &self.exchange {
            sync_folders(settings);
        }
        tracing::info!(due = due.files.len(), stayed, "plain files removed");
    }

    /// How many files of `cohort` are there; `None` if they cannot be counted.
    pub(super) fn left(&self, cohort: Cohort) -> Option<u64> {
        let mut folders = self.folders().into_iter();
        let Some(folder) = folders.find(|folder| folder.class == cohort.class()) else {
            return Some(0);
        };
        let files = folder.files?;
        Some(files.iter().filter(|file| file.cohort() == cohort).count() as u64)
    }

    fn folders(&self) -> Vec<Folder> {
        self.exchange
            .as_ref()
            .map_or_else(Vec::new, |settings| lying(settings).into())
    }
}

impl DueFiles {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether a folder could not be listed, so that there may be more.
    #[must_use]
    pub fn may_be_more(&self) -> bool {
        !self.is_whole
    }

    /// How many were due at `at` already.
    pub(super) fn since(&self, at: Timestamp, window: Window) -> usize {
        let due = self.files.iter().map(|file| file.cohort().due_at(window));
        due.filter(|due| *due < at).count()
    }
}

impl Swept {
    /// Whether nothing that must be gone is there, as far as anybody knows.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.left == Some(0)
    }
}

/// Whether a file of `cohort` has to go. The modification time of a reply is another host's: one that lies ahead tells that the
/// clocks differ, not that ours was wrong.
fn must_go(cohort: Cohort, now: Timestamp, window: Window, all_due: bool) -> bool {
    match cohort.class() {
        mayfly_retention::Class::Answer => all_due || now >= cohort.due_at(window),
        _ => is_due(cohort, now, window, all_due),
    }
}

fn note(dir: &Path, due: &DueFiles, now: Timestamp, actor: &Actor) -> std::io::Result<()> {
    let folder = dir.join("purged");
    fs::create_dir_all(&folder)?;
    let mut lines = String::new();
    for file in &due.files {
        let name = file.name().unwrap_or("-");
        lines.push_str(&format!("{now} {actor} {} {name}\n", file.cohort()));
    }
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(folder.join(NOTED))?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// Enters in the journal which plain files were removed since the last time; after a crash some may be entered twice.
///
/// # Errors
/// Those of the database and the disk: the note stays for the next time.
pub(super) async fn enter(house: &House) -> Result<()> {
    let failed = || Error::io("read which plain files were removed");
    let folder = house.dir.join("purged");
    let (noted, taken) = (folder.join(NOTED), folder.join(TAKEN));
    if !taken.exists() {
        match fs::rename(&noted, &taken) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            done => done.map_err(failed())?,
        }
    }
    let mut text = String::new();
    File::open(&taken)
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(failed())?;
    let lines: Vec<&str> = text.lines().collect();
    let mut tx = house.db.begin().await?;
    for files in lines.chunks(FILES_AN_ENTRY) {
        let act = Act {
            kind: Kind::Deletion,
            member: "",
            reference: "derived:exchange",
        };
        act::enter(
            house,
            tx.connection(),
            &act,
            &Entered { files },
            house.clock.now(),
        )
        .await?;
    }
    tx.commit().await?;
    fs::remove_file(&taken).map_err(failed())
}

/// What the journal keeps of plain files that were removed: when, by whom, of which hour, and the name if it is ours.
#[derive(Serialize)]
struct Entered<'a> {
    files: &'a [&'a str],
}

const NOTED: &str = "files";
const TAKEN: &str = "files.entering";
const FILES_AN_ENTRY: usize = 500;
