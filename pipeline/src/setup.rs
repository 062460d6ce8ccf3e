//! Makes an empty data directory: settings, keys, database; all of it or nothing. *Edge.*

use std::{
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use mayfly_retention::{Custody, OsRandomness, Vault};

use crate::{
    config::{self, Environment},
    db::{Db, meta, migrate},
    error::{Error, Result},
    ids, input, journal,
    regime::source::{self, BUILT_IN, Source},
};

/// How a data directory is to be made.
pub struct Plan<'a> {
    /// Where.
    pub dir: &'a Path,
    /// What for.
    pub environment: Environment,
    /// Which rules hold there: a regime of this program, or a file, which is copied into the data directory with the file of
    /// classes beside it.
    pub regime: &'a str,
    /// Where its keys go; `keys` inside the data directory if nothing is said (sandbox only).
    pub keys: Option<&'a Path>,
    /// The address of a PostgreSQL database, to be kept in mayfly.toml; else `DATABASE_URL` names one, else it is a file in
    /// the data directory.
    pub database: Option<&'a str>,
    /// Whether a sandbox's clock stands still between commands.
    pub clock_stands: bool,
    /// Whether keys may lie where overwriting does not erase them (production refuses that otherwise).
    pub accept_weak_erasure: bool,
}

/// Makes the data directory. An existing one that is not empty is refused; if a step fails, what was made is removed.
pub async fn init(plan: &Plan<'_>) -> Result<()> {
    check(plan)?;
    let database = config::database(plan.database.map(str::to_owned), plan.dir)?;
    let mut made = Made { paths: Vec::new() };
    made.folder(plan.dir)?;
    let keys = plan.dir.join(plan.keys.unwrap_or(Path::new("keys")));
    made.folder(&keys)?;
    if plan.environment == Environment::Production && !plan.accept_weak_erasure {
        config::refuse_weak(Custody::erasure_at(&keys))?;
    }
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
    let keyring = Custody::create(&keys, Arc::new(OsRandomness))?
        .standing()?
        .to_string();
    journal::keys::Signer::create(&keys)?;
    Vault::open(plan.dir)?;
    let origin = format!(
        "mayfly/{}/{}",
        plan.environment.name(),
        ids::hex(&ids::random::<8>()?)
    );
    let rules = rules(plan.regime, plan.dir, &mut made)?;
    let settings = config::template(
        plan.environment,
        &rules.0,
        plan.keys.unwrap_or(Path::new("keys")),
        plan.database,
        plan.clock_stands,
        plan.accept_weak_erasure,
    );
    let unfinished = plan.dir.join("mayfly.toml.new");
    made.paths.push(unfinished.clone());
    write_settings(&unfinished, &settings).map_err(Error::io("write mayfly.toml"))?;
    let db = Db::open(database, true).await?;
    let facts = [
        (meta::ENVIRONMENT, plan.environment.name()),
        (meta::REGIME, &rules.1),
        (meta::ORIGIN, &origin),
        (meta::KEYRING, &keyring),
    ];
    migrate::create(&db, &facts).await?;
    // Last of all: without it the directory is not taken for a data directory.
    fs::rename(&unfinished, plan.dir.join("mayfly.toml")).map_err(Error::io("write mayfly.toml"))?;
    made.paths.clear();
    Ok(())
}

/// The name under which the settings know the regime, and its own; a file is copied into the data directory `dir` first.
fn rules(given: &str, dir: &Path, made: &mut Made) -> Result<(String, String)> {
    let file = Path::new(given);
    let name = match given {
        BUILT_IN => BUILT_IN,
        _ => file.file_name().and_then(|name| name.to_str()).unwrap_or(""),
    };
    if name != BUILT_IN && source::is_name(name) {
        let beside = source::classes_name(name);
        for (from, to) in [
            (file.to_path_buf(), name),
            (file.with_file_name(&beside), &beside),
        ] {
            if to == name || from.is_file() {
                let copy = dir.join(to);
                made.paths.push(copy.clone());
                fs::copy(from, copy).map_err(Error::io("copy the regime file"))?;
            }
        }
    }
    let regime = Source::read(dir, name)?.regime()?;
    Ok((name.to_owned(), regime.id))
}

/// Only its owner reads the settings: a database's address may hold a password.
fn write_settings(path: &Path, settings: &str) -> std::io::Result<()> {
    let mut file = fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(settings.as_bytes())?;
    file.sync_all()
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
        if input::inside(&plan.dir.join(keys), plan.dir) {
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
        if existed {
            let closed = fs::Permissions::from_mode(0o700);
            fs::set_permissions(path, closed).map_err(Error::io("close the data directory to others"))?;
        } else {
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
