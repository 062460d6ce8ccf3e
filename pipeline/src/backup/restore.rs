//! Puts a backup back beside the living keys: nothing that was destroyed since comes back with it. *Edge.*

use std::{fs, path::Path, sync::Arc};

use jiff::Timestamp;
use mayfly_retention::{Class, Custody, OsRandomness, Vault};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    folder::{CLOCK, DATABASE, SETTINGS, SUMS, check, copy, make_folder},
    succeed::{self, Succession},
};
use crate::{
    app::{self, House},
    config::Config,
    db::Address,
    error::{Error, Result},
    ids,
};

/// What a restore did.
#[derive(Serialize)]
pub struct Restored {
    /// Files put back.
    pub files: u64,
    /// Cohorts whose keys have been destroyed, and whose bytes came back and are removed again.
    pub removed: u64,
    /// How the journal goes on, if it was set back.
    pub journal: Option<Succession>,
}

/// Puts the backup `from` back into the data directory `dir`, or takes what lies there as put back by other means, and lets
/// the journal go on. It may be run again after anything stopped it.
///
/// # Errors
/// `BACKUP-DAMAGED`; `RESTORE-OCCUPIED` if a database is there that the backup would replace; `RESTORE-BUSY`;
/// `KEYRING-OLDER`, and whatever opening the data directory says.
pub async fn restore(dir: &Path, at: Option<Timestamp>, from: Option<&Path>) -> Result<Restored> {
    let files = match from {
        Some(from) => put_back(dir, from)?,
        None => 0,
    };
    let config = Config::open(dir)?;
    let keys = config.keys_dir(dir);
    let removed = forget_again(dir, &keys)?;
    let house = House::open_alone(dir, at).await?;
    let journal = succeed::succeed(&house).await?;
    drop(house);
    finish(dir)?;
    if journal.is_some() {
        // Under its new origin, and signed at once: from here on the old one is closed for good.
        let house = House::open(dir, at).await?;
        crate::journal::signing::sign(&house).await?;
    }
    Ok(Restored {
        files,
        removed,
        journal,
    })
}

/// Copies the files of a backup; what is there already stays. The database comes last: with it the directory can be opened.
fn put_back(dir: &Path, from: &Path) -> Result<u64> {
    let names = check(from)?;
    make_folder(dir)?;
    let _alone = app::alone(dir)?;
    if fs::metadata(dir.join(SETTINGS)).is_err() {
        put(dir, from, SETTINGS)?;
    }
    let Address::Sqlite(database) = Config::open(dir)?.database(dir)? else {
        return Err(Error::Operator {
            code: "BACKUP-ENGINE",
            sentence:
                "mayfly.toml or DATABASE_URL names a PostgreSQL server, and the backup holds a database file"
                    .into(),
            remedy: "put the database back with pg_restore and sealed/ by hand, then run `mayfly backup restore`",
        });
    };
    let backup = identity(from)?;
    if database.exists() {
        // This backup's own, which comes last: something stopped us after that.
        if fs::read_to_string(dir.join(BEGUN)).is_ok_and(|begun| begun == backup) {
            return Ok(0);
        }
        return Err(Error::Operator {
            code: "RESTORE-OCCUPIED",
            sentence: "the data directory has a database, which a backup does not replace".into(),
            remedy: "if it still opens, keep its journal with `mayfly journal export DIR`; then move mayfly.db, mayfly.db-wal \
                     and mayfly.db-shm away, and run the command again",
        });
    }
    // A log without its database is not this database's.
    for beside in ["mayfly.db-wal", "mayfly.db-shm"] {
        if dir.join(beside).exists() {
            return Err(Error::Operator {
                code: "RESTORE-OCCUPIED",
                sentence: format!("the data directory has {beside} of another database"),
                remedy: "move it away together with its mayfly.db, and run the command again",
            });
        }
    }
    let mut files = 0;
    let rest = |name: &&String| ![DATABASE, SETTINGS].contains(&name.as_str());
    for name in names.iter().filter(rest) {
        if (name.starts_with("sealed/") || name == CLOCK) && !dir.join(name).exists() {
            put(dir, from, name)?;
            files += 1;
        }
    }
    begin(dir, &backup)?;
    put(dir, from, DATABASE)?;
    Ok(files + 1)
}

/// What tells a backup from others: the hash of its list of hashes.
fn identity(from: &Path) -> Result<String> {
    let sums = fs::read(from.join(SUMS)).map_err(Error::io("read the backup"))?;
    Ok(ids::hex(&Sha256::digest(&sums)))
}

/// Notes, durably, which backup's database is about to be put back.
fn begin(dir: &Path, backup: &str) -> Result<()> {
    let noted = || -> std::io::Result<()> {
        fs::write(dir.join(BEGUN), backup)?;
        fs::File::open(dir.join(BEGUN))?.sync_all()?;
        fs::File::open(dir)?.sync_all()
    };
    noted().map_err(Error::io("note which backup is put back"))
}

/// Forgets it: what is there now is the data directory's own.
fn finish(dir: &Path) -> Result<()> {
    match fs::remove_file(dir.join(BEGUN)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("forget which backup was put back")(error))
        }
        _ => Ok(()),
    }
}

fn put(dir: &Path, from: &Path, name: &str) -> Result<()> {
    let to = dir.join(name);
    if let Some(parent) = to.parent() {
        make_folder(parent)?;
    }
    // Whole or not there, whatever stops us.
    let unfinished = dir.join("mayfly.restore");
    if unfinished.exists() {
        fs::remove_file(&unfinished).map_err(Error::io("put a file back"))?;
    }
    let source = fs::File::open(from.join(name)).map_err(Error::io("read the backup"))?;
    copy(source, &unfinished)?;
    fs::rename(&unfinished, &to).map_err(Error::io("put a file back"))?;
    let parent = to.parent().unwrap_or(dir);
    let parent = fs::File::open(parent).map_err(Error::io("put a file back"))?;
    parent.sync_all().map_err(Error::io("put a file back"))
}

/// Opening the keys applies the list of what was destroyed; its bytes go again before anything else looks at them.
fn forget_again(dir: &Path, keys: &Path) -> Result<u64> {
    let custody = Custody::open(keys, Arc::new(OsRandomness))?;
    let vault = Vault::open(dir)?;
    let mut removed = 0;
    for class in Class::ALL {
        let mut cohorts = vault.list(class)?.cohorts;
        cohorts.dedup();
        for cohort in cohorts {
            if custody.is_destroyed(cohort)? {
                fs::remove_dir_all(vault.cohort_dir(cohort))
                    .map_err(Error::io("remove what has been destroyed"))?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// Which backup is being put back, from before its database is until all is done.
const BEGUN: &str = "mayfly.restoring";
