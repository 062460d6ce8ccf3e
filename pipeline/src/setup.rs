//! Makes an empty data directory: settings, keys, database; all of it or nothing. *Edge.*

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use mayfly_retention::{Custody, OsRandomness, Vault};

use crate::{
    config::{self, Environment},
    db::{Db, meta, migrate},
    error::{Error, Result},
    ids, journal,
};

/// How a data directory is to be made.
pub struct Plan<'a> {
    /// Where.
    pub dir: &'a Path,
    /// What for.
    pub environment: Environment,
    /// Where its keys go; `keys` inside the data directory if nothing is said (sandbox only).
    pub keys: Option<&'a Path>,
    /// Whether a sandbox's clock stands still between commands.
    pub clock_stands: bool,
}

/// Makes the data directory. An existing one that is not empty is refused; if a step fails, what was made is removed.
pub async fn init(plan: &Plan<'_>) -> Result<()> {
    check(plan)?;
    let mut made = Made { paths: Vec::new() };
    made.folder(plan.dir)?;
    let keys = plan.dir.join(plan.keys.unwrap_or(Path::new("keys")));
    made.folder(&keys)?;
    made.paths.extend(
        [
            "mayfly.toml",
            "mayfly.db",
            "mayfly.db-wal",
            "mayfly.db-shm",
            "sealed",
        ]
        .map(|name| plan.dir.join(name)),
    );
    Custody::create(&keys, Arc::new(OsRandomness))?;
    journal::keys::Signer::create(&keys)?;
    Vault::open(plan.dir)?;
    let db = Db::open(plan.dir, true).await?;
    migrate::create(&db).await?;
    let origin = format!(
        "mayfly/{}/{}",
        plan.environment.name(),
        ids::hex(&ids::random::<8>()?)
    );
    let mut tx = db.begin().await?;
    meta::write(tx.connection(), meta::ENVIRONMENT, plan.environment.name()).await?;
    meta::write(tx.connection(), meta::ORIGIN, &origin).await?;
    tx.commit().await?;
    // Last of all: without it the directory is not taken for a data directory.
    let settings = config::template(
        plan.environment,
        plan.keys.unwrap_or(Path::new("keys")),
        plan.clock_stands,
    );
    fs::write(plan.dir.join("mayfly.toml"), settings).map_err(Error::io("write mayfly.toml"))?;
    made.paths.clear();
    Ok(())
}

fn check(plan: &Plan<'_>) -> Result<()> {
    let refuse = |sentence: &str, remedy| {
        Err(Error::Input {
            code: "INIT-REFUSED",
            sentence: sentence.into(),
            remedy,
        })
    };
    if fs::read_dir(plan.dir).is_ok_and(|mut children| children.next().is_some()) {
        return refuse(
            "the folder is not empty, so no data directory is made there",
            "name a new folder with --data DIR, or open the one that is there",
        );
    }
    if plan.environment == Environment::Production {
        let Some(keys) = plan.keys else {
            return refuse(
                "production does not keep its keys inside the data directory",
                "name a folder on another disk with --keys DIR",
            );
        };
        if config::inside(&plan.dir.join(keys), plan.dir) {
            return refuse(
                "production does not keep its keys inside the data directory",
                "name a folder outside the data directory with --keys DIR",
            );
        }
    }
    Ok(())
}

/// What has been made so far; removed again unless everything succeeds.
struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, path: &Path) -> Result<()> {
        let existed = path.is_dir();
        // Nobody else on the host looks in, whatever the umask says.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(Error::io("make the data directory"))?;
        if !existed {
            self.paths.push(path.to_path_buf());
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in &self.paths {
            // Whatever cannot be removed is told by the error that brought us here.
            let _ = if path.is_dir() {
                fs::remove_dir_all(path)
            } else {
                fs::remove_file(path)
            };
        }
    }
}
