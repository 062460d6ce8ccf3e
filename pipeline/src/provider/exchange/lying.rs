//! Which plain files lie in the pair of folders, and since which hour: for the purge, which has neither database nor key. *Edge.*
//!
//! A request says twice how old it is: its modification time is the hour in which its batch was taken in, and its header when
//! it was made; the earlier counts. What is staged has that hour in its name as well, from before it has content. A reply is
//! as old as its modification time, which is when the transfer service wrote it.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use mayfly_retention::{Class, Cohort};
use rustix::fs::{Mode, OFlags};

use super::{
    folder::Settings,
    frame::Header,
    layout::HEADER,
    name::{ReplyName, is_part_of_reply, request_tag},
};

/// A plain file of the exchange.
pub struct Lying {
    path: PathBuf,
    cohort: Cohort,
    name: Option<String>,
}

/// The plain files of one folder.
pub struct Folder {
    /// Of which class what they hold is.
    pub class: Class,
    /// The files; `None` if the folder cannot be listed.
    pub files: Option<Vec<Lying>>,
}

/// What lies in both folders. A folder that is not there holds nothing.
#[must_use]
pub fn lying(settings: &Settings) -> [Folder; 2] {
    [
        Folder {
            class: Class::Intake,
            files: listed(&settings.requests, request).ok(),
        },
        Folder {
            class: Class::Answer,
            files: listed(&settings.replies, reply).ok(),
        },
    ]
}

impl Lying {
    /// The hour with which it has to go.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// What it is called, if the name has our form: any other could hold anything.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Removes it. One that has gone meanwhile is no error.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Makes removals in both folders durable, as far as that can be.
pub fn sync_folders(settings: &Settings) {
    for folder in [&settings.requests, &settings.replies] {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

fn listed(folder: &Path, read: impl Fn(&Path, &str, &Metadata) -> Option<Lying>) -> io::Result<Vec<Lying>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // A name that is no text is nobody's here.
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let facts = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            facts => facts?,
        };
        if facts.is_file() {
            found.extend(read(&path, name, &facts));
        }
    }
    found.sort_unstable_by_key(|file| (file.cohort.start(), file.cohort));
    Ok(found)
}

/// A request of ours, placed or staged.
fn request(path: &Path, name: &str, facts: &Metadata) -> Option<Lying> {
    request_tag(name)?;
    let staged_for = name.rsplit('.').next().and_then(|last| Cohort::parse(last).ok());
    let known = [
        staged_for
            .filter(|cohort| cohort.class() == Class::Intake)
            .map(|cohort| cohort.start()),
        written(facts),
        made_at(path),
    ];
    let oldest = known.into_iter().flatten().min()?;
    Some(Lying {
        path: path.into(),
        cohort: Cohort::of(Class::Intake, oldest),
        name: Some(name.into()),
    })
}

/// A reply that nobody has read, or a part of one.
fn reply(path: &Path, name: &str, facts: &Metadata) -> Option<Lying> {
    if !ReplyName::is_meant(name) && !is_part_of_reply(name) {
        return None;
    }
    Some(Lying {
        path: path.into(),
        cohort: Cohort::of(Class::Answer, written(facts)?),
        name: ReplyName::parse(name).map(|name| name.text()),
    })
}

fn written(facts: &Metadata) -> Option<Timestamp> {
    Timestamp::try_from(facts.modified().ok()?).ok()
}

/// What the header of a request says, if it has one.
fn made_at(path: &Path) -> Option<Timestamp> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    let mut line = [0; HEADER.width()];
    file.read_exact(&mut line).ok()?;
    Some(Header::read(&line)?.made_at)
}
