//! Makes a backup: database, sealed files, settings, and none of the keys. *SQL.*

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::folder::{CLOCK, DATABASE, README, SETTINGS, Writing, sealed};
use crate::{
    app::House,
    db::Address,
    error::{Error, Result},
    input,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
        store,
    },
};

/// What a backup holds, and what it does not.
#[derive(Serialize)]
pub struct Created {
    /// When it was made.
    pub at: Timestamp,
    /// Its files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Journal entries in it, all signed.
    pub entries: u64,
    /// What was left out on purpose.
    pub left_out: [&'static str; 4],
}

/// Makes a backup of the data directory in the new folder `folder`. Members' batches may run meanwhile: the database is
/// copied as it is at one moment, and sealed files are only ever added or purged.
///
/// # Errors
/// `BACKUP-ENGINE` where the database is on a server; `BACKUP-FOLDER`; `FILE-IO`, `DB-*`.
pub async fn create(house: &House, folder: &Path) -> Result<Created> {
    let now = house.trusted_now()?;
    let Address::Sqlite(_) = house.db.address() else {
        return Err(Error::Operator {
            code: "BACKUP-ENGINE",
            sentence: "the database is on a PostgreSQL server, which this command does not copy".into(),
            remedy: "copy it with pg_dump and sealed/ with it, never the key directory; put both back with pg_restore, then \
                     run `mayfly backup restore`",
        });
    };
    if input::inside(folder, &house.dir) {
        return Err(Error::Input {
            code: "BACKUP-FOLDER",
            sentence: "the folder of the backup lies in the data directory".into(),
            remedy: "name a folder elsewhere, best on another disk",
        });
    }
    let mut writing = Writing::begin(folder)?;
    note(house, now).await?;
    // The database first: a file that it names is there, or was purged since.
    house.db.copy_to(&writing.path(DATABASE)).await?;
    writing.adopt(DATABASE)?;
    for (path, name) in sealed(&house.dir, &house.vault)? {
        writing.copy(&path, &name)?;
    }
    for name in [SETTINGS, CLOCK] {
        writing.copy(&house.dir.join(name), name)?;
    }
    let entries = store::size(&mut *house.db.reader().await?).await?;
    writing.write(README, &readme(house, now))?;
    let (files, bytes) = (writing.files, writing.bytes);
    writing.finish()?;
    Ok(Created {
        at: now,
        files,
        bytes,
        entries,
        left_out: LEFT_OUT,
    })
}

/// Enters the copy in the journal and signs: what the backup holds is signed to its last entry but those of others.
async fn note(house: &House, now: Timestamp) -> Result<()> {
    let mut tx = house.db.begin().await?;
    let act = Act {
        kind: Kind::Export,
        member: "",
        reference: "backup",
    };
    act::enter(house, tx.connection(), &act, &"backup", now).await?;
    tx.commit().await?;
    journal::signing::sign(house).await
}

fn readme(house: &House, now: Timestamp) -> String {
    format!(
        "A backup of a mayfly data directory, made {now}.\n\
         Journal: {}\n\n\
         Nothing in here can be read without the key directory, which is not in here and must never be: a copy of root.slots\n\
         and keyring opens what is destroyed later. Check the files with `sha256sum -c SHA256SUMS`; put them back with\n\
         `mayfly --data DIR backup restore THIS-FOLDER` beside the living key directory.\n",
        house.signer.verifier().text()
    )
}

/// What is never in a backup, and what to do about it.
const LEFT_OUT: [&str; 4] = [
    "root.slots, keyring, destroyed, last_checkpoint, last_certificate: a copy of them would open what is destroyed later; never copy them",
    "journal.key, index.key: they open nothing that is sealed; keep one copy of each in a safe, apart from every backup",
    "purged: evidence of what was destroyed and is not certified yet; its certificate is made here, not from a copy",
    "locks, passes, closed: what runs now, and whether it does",
];
