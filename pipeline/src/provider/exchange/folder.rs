//! The pair of folders: files appear whole and synced, are picked up with care, and go when they are no longer needed. *Edge.*

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::SignedDuration;
use mayfly_retention::Cohort;
use rustix::fs::{Access, Mode, OFlags};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::name::{ReplyName, request_tag};
use crate::error::{Error, Result};

/// What configuration says about the exchange.
#[derive(Clone)]
pub struct Settings {
    /// Where request files go.
    pub requests: PathBuf,
    /// Where reply files come.
    pub replies: PathBuf,
    /// The account that answers for the transfers (六(二)1).
    pub operator: String,
    /// How long a reply is waited for.
    pub reply_within: SignedDuration,
    /// Whether this is a sandbox: its files say so.
    pub trial: bool,
}

/// The open pair of folders.
pub struct Exchange {
    settings: Settings,
}

/// A request file that is written and synced and does not have its name yet.
pub struct Staged {
    path: PathBuf,
    name: String,
}

/// A reply file as it was picked up. It is still in its folder.
pub struct PickedUp {
    /// What it is called; another program chose it.
    pub name: String,
    /// SHA-256 of all its bytes.
    pub sha256: [u8; 32],
    /// Their number.
    pub bytes: u64,
    /// Its content, or that it is too large to be read at once.
    pub content: Lot,
    path: PathBuf,
    file: File,
}

/// The content of a file, if that is not more than 32 MiB.
pub enum Lot {
    /// All of it.
    Whole(Zeroizing<Vec<u8>>),
    /// More than any reply may have.
    TooLarge,
}

impl Exchange {
    /// Opens the pair, if both folders are there and may be used.
    pub fn open(settings: Settings) -> Result<Self> {
        usable(&settings.requests, "requests")?;
        usable(&settings.replies, "replies")?;
        Ok(Self { settings })
    }

    /// Who answers for the transfers.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.settings.operator
    }

    /// How long a reply is waited for.
    #[must_use]
    pub fn reply_within(&self) -> SignedDuration {
        self.settings.reply_within
    }

    /// Whether the files are trials.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.settings.trial
    }

    /// Writes a request under a name that nobody takes, and syncs it. `attempt` keeps two writers apart; the hour `origin`,
    /// with whose submitted files it has to go, is in that name and then its modification time, where the purge finds it.
    pub fn stage(&self, name: &str, attempt: u64, origin: Cohort, bytes: &[u8]) -> Result<Staged> {
        let draft = format!(".{name}.{attempt:016x}.{}", origin.name());
        let path = self.settings.requests.join(draft);
        let written = create(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.set_modified(origin.start().into())?;
            file.sync_all()
        });
        if let Err(error) = written {
            // The first error is the one to tell.
            let _ = fs::remove_file(&path);
            return Err(Error::io("write a request file")(error));
        }
        sync(&self.settings.requests)?;
        Ok(Staged {
            path,
            name: name.to_owned(),
        })
    }

    /// Gives a staged request its name: from now on the provider may take it. After an error it certainly has not.
    pub fn place(&self, staged: &Staged) -> Result<()> {
        fs::rename(&staged.path, self.settings.requests.join(&staged.name))
            .map_err(Error::io("give a request file its name"))
    }

    /// Makes the names of placed requests durable.
    pub fn sync_requests(&self) -> Result<()> {
        sync(&self.settings.requests)
    }

    /// Removes this staged request, and no other.
    pub fn discard(&self, staged: &Staged) -> Result<()> {
        gone(&staged.path)
    }

    /// Whether a request of this name was written and never got its name: then it has certainly not been taken.
    pub fn is_staged(&self, name: &str) -> Result<bool> {
        Ok(!self.staged(name)?.is_empty())
    }

    /// Removes what was staged for `name`, whoever did it: its writer can no longer place it.
    pub fn unstage(&self, name: &str) -> Result<()> {
        self.staged(name)?.iter().try_for_each(|path| gone(path))
    }

    /// Removes a request that has been answered and that the provider left in its place.
    pub fn clear_request(&self, name: &str) -> Result<()> {
        gone(&self.settings.requests.join(name))
    }

    /// The file numbers of all requests in the folder, placed and staged.
    pub fn request_tags(&self) -> Result<Vec<u64>> {
        let mut tags: Vec<_> = names(&self.settings.requests)?
            .iter()
            .filter_map(|name| request_tag(name))
            .collect();
        tags.sort_unstable();
        tags.dedup();
        Ok(tags)
    }

    /// The names of all files that are meant as replies, in order.
    pub fn replies(&self) -> Result<Vec<String>> {
        let mut found = names(&self.settings.replies)?;
        found.retain(|name| ReplyName::is_meant(name));
        found.sort_unstable();
        Ok(found)
    }

    /// The replies to the request `tag` of `member`, by their number.
    pub fn replies_to(&self, member: &str, tag: u64) -> Result<Vec<ReplyName>> {
        let mut found: Vec<_> = self
            .replies()?
            .iter()
            .filter_map(|name| ReplyName::parse(name))
            .filter(|name| name.tag == tag && name.member() == member)
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Picks up the file `name`. `None` if it has gone, or is no regular file: a link is never followed, a pipe never
    /// waited for.
    pub fn pick_up(&self, name: &str) -> Result<Option<PickedUp>> {
        let path = self.settings.replies.join(name);
        let failed = || Error::io("read a reply file");
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = match rustix::fs::open(&path, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => {
                return Ok(None);
            }
            Err(error) => return Err(failed()(error.into())),
        };
        let facts = file.metadata().map_err(failed())?;
        if !facts.is_file() {
            return Ok(None);
        }
        let (content, sha256, bytes) = if facts.len() > MAX_FILE_BYTES {
            let (sha256, bytes) = hashed(&mut file).map_err(failed())?;
            (Lot::TooLarge, sha256, bytes)
        } else {
            // The room is made at once: a buffer that grew would leave copies behind. What is appended while it is
            // read is not read; the trailer then is not where it must be.
            let mut content = Zeroizing::new(Vec::with_capacity(facts.len() as usize));
            (&file)
                .take(facts.len())
                .read_to_end(&mut content)
                .map_err(failed())?;
            let (sha256, bytes) = (Sha256::digest(&*content).into(), content.len() as u64);
            (Lot::Whole(content), sha256, bytes)
        };
        Ok(Some(PickedUp {
            name: name.to_owned(),
            sha256,
            bytes,
            content,
            path,
            file,
        }))
    }
}

impl PickedUp {
    /// Hands all its bytes to `take`, block by block.
    pub fn stream(&mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if let Lot::Whole(content) = &self.content {
            return content.chunks(BLOCK).try_for_each(take);
        }
        let failed = || Error::io("read a reply file");
        self.file.seek(SeekFrom::Start(0)).map_err(failed())?;
        let mut block = Zeroizing::new(vec![0; BLOCK]);
        loop {
            match self.file.read(&mut block).map_err(failed())? {
                0 => return Ok(()),
                count => take(&block[..count])?,
            }
        }
    }

    /// Removes it from its folder, unless another file has taken its name meanwhile.
    pub fn remove(&self) -> Result<()> {
        let failed = || Error::io("remove a reply file that was taken");
        let ours = self.file.metadata().map_err(failed())?;
        match fs::symlink_metadata(&self.path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => gone(&self.path),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed()(error)),
        }
    }
}

/// Refuses a folder that is not there or that this account may not use.
fn usable(folder: &Path, which: &str) -> Result<()> {
    let refuse = |what: &str| {
        Err(Error::Operator {
            code: "EXCHANGE-FOLDER",
            sentence: format!("the folder `{which}` of the exchange {what}"),
            remedy: "make the folder, or name the right one under [exchange] in mayfly.toml; the account that runs mayfly must be able to read and write it",
        })
    };
    if !folder.exists() {
        return refuse("is not there");
    }
    if !folder.is_dir() {
        return refuse("is no folder");
    }
    match rustix::fs::access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Ok(()),
        Err(_) => refuse("may not be read and written by this account"),
    }
}

impl Exchange {
    fn staged(&self, name: &str) -> Result<Vec<PathBuf>> {
        let prefix = format!(".{name}.");
        let found = names(&self.settings.requests)?.into_iter();
        Ok(found
            .filter(|name| name.starts_with(&prefix))
            .map(|name| self.settings.requests.join(name))
            .collect())
    }
}

/// The names in a folder; those that are no text are nobody's here.
fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = || Error::io("list a folder of the exchange");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        found.extend(entry.map_err(failed())?.file_name().into_string());
    }
    Ok(found)
}

/// A new file that its owner writes and the folder's group, which the transfer service belongs to, reads.
pub(super) fn create(path: &Path) -> std::io::Result<File> {
    File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o640)
        .open(path)
}

fn gone(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync(path.parent().unwrap_or(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("remove a file of the exchange")(error)),
    }
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::io("sync a folder of the exchange"))
}

fn hashed(file: &mut File) -> std::io::Result<([u8; 32], u64)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok((hash.finalize().into(), bytes)),
            count => {
                hash.update(&block[..count]);
                bytes += count as u64;
            }
        }
    }
}

/// The largest reply file that is read: a chunk's 4,096 persons with more than fifty change records each.
pub(super) const MAX_FILE_BYTES: u64 = 32 << 20;
const BLOCK: usize = 1 << 16;
