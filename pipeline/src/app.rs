//! Opens a data directory and wires its parts together; every use-case works on this one value. *Edge.*

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_day;
use mayfly_retention::{
    Class, Cohort, Custody, Key32, ObjectId, OsRandomness, Place, Vault, custody::Standing,
};
use sha2::{Digest, Sha256};

use crate::{
    clock::Clock,
    config::{Config, Environment, ProviderKind, contradiction, no_data_directory},
    db::{Db, meta, migrate},
    error::{Error, Result},
    ids,
    index::Indexes,
    journal::{
        self,
        act::{self, Act},
        entry::Kind,
    },
    places,
    provider::{Exchange, Http, Link, Sandbox},
    regime::{
        Regime,
        source::{BUILT_IN, Source},
    },
};

/// A data directory in use.
pub struct House {
    /// Where it is.
    pub dir: PathBuf,
    /// Its settings.
    pub config: Config,
    /// Its governing document.
    pub regime: Regime,
    /// Its clock.
    pub clock: Clock,
    /// Its database.
    pub db: Db,
    /// Its keys.
    pub custody: Custody,
    /// Its sealed files.
    pub vault: Vault,
    /// Its keyed indexes.
    pub index: Indexes,
    /// Its journal's name and signing key.
    pub signer: journal::keys::Signer,
    /// Held as long as the house is open; whoever restores a backup waits for nobody, and refuses.
    _open: File,
}

impl House {
    /// Opens the data directory `dir`; `at` is the sandbox's `--at`.
    ///
    /// # Errors
    /// Whatever does not fit together: settings, keys, database, journal, places without a class; `RESTORE-BUSY`.
    pub async fn open(dir: &Path, at: Option<Timestamp>) -> Result<Self> {
        let open = with_others(dir)?;
        let (config, clock) = settings(dir, at)?;
        Self::assemble(dir, config, clock, open)
            .await?
            .not_rewound()
            .await
    }

    /// As [`open`](Self::open), with its settings and by a clock that is there already.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_by(dir: &Path, config: Config, clock: Clock) -> Result<Self> {
        let open = with_others(dir)?;
        Self::assemble(dir, config, clock, open)
            .await?
            .not_rewound()
            .await
    }

    /// Opens the data directory `dir` while nobody else has it open, whatever its journal: for putting it back.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for a journal that was set back.
    pub async fn open_alone(dir: &Path, at: Option<Timestamp>) -> Result<Self> {
        let open = alone(dir)?;
        let (config, clock) = settings(dir, at)?;
        Self::assemble(dir, config, clock, open).await
    }

    async fn not_rewound(self) -> Result<Self> {
        journal::signing::check_not_rewound(&self, &mut *self.db.reader().await?).await?;
        Ok(self)
    }

    async fn assemble(dir: &Path, config: Config, clock: Clock, open: File) -> Result<Self> {
        let keys = config.keys_dir(dir);
        journal::keys::check_closed(dir, "the data directory", journal::keys::DIRECTORY_MODE)?;
        let custody = Custody::open(&keys, Arc::new(OsRandomness))?;
        config.check_erasure(custody.erasure())?;
        let db = Db::open(config.database(dir)?, false).await?;
        let mut reader = db.reader().await?;
        migrate::check(&mut reader).await?;
        check_environment(
            meta::read(&mut reader, meta::ENVIRONMENT).await?,
            config.environment,
        )?;
        // The database first: another process may be making a key, and then notes it there.
        let noted = meta::read(&mut reader, meta::KEYRING).await?;
        check_keyring(&custody.standing()?, noted.as_deref())?;
        let origin = meta::read(&mut reader, meta::ORIGIN)
            .await?
            .ok_or(Error::Bug("the journal has no origin"))?;
        let signer = journal::keys::Signer::open(&keys, origin)?;
        let regime = Source::read(dir, &config.regime)?.regime()?;
        check_regime(meta::read(&mut reader, meta::REGIME).await?, &regime)?;
        places::check_tables(&db, &mut reader, &regime.classes).await?;
        places::check_paths(dir, &config, &regime.classes)?;
        Ok(Self {
            dir: dir.to_path_buf(),
            regime,
            vault: Vault::open(dir)?,
            index: Indexes::new(custody.index_key()),
            config,
            clock,
            db,
            custody,
            signer,
            _open: open,
        })
    }

    /// The provider as configured.
    pub fn link(&self) -> Result<Link> {
        match self.config.provider {
            ProviderKind::Sandbox => {
                let settings = &self.config.sandbox;
                let ledger = settings.ledger.as_ref().map(|path| self.dir.join(path));
                Ok(Link::Sandbox(Sandbox::new(
                    settings.seed,
                    settings.faults.clone(),
                    ledger,
                )))
            }
            ProviderKind::Exchange => {
                let exchange = self.config.exchange.as_ref();
                let exchange = exchange.ok_or(Error::Bug("the exchange has no settings"))?;
                let settings = exchange.settings(&self.dir, self.config.environment);
                Ok(Link::Exchange(Exchange::open(settings)?))
            }
            ProviderKind::Http => {
                let provider = self.config.http_provider.as_ref();
                let provider = provider.ok_or(Error::Bug("the HTTP provider has no settings"))?;
                let settings = provider.settings(&self.dir, self.config.environment);
                let http = Http::open(settings.map_err(contradiction)?, self.clock.now())?;
                Ok(Link::Http(Box::new(http)))
            }
            ProviderKind::None => Err(Error::Operator {
                code: "PROVIDER-NONE",
                sentence: "no provider is configured, so nothing can be asked".into(),
                remedy: "set `provider` in mayfly.toml; accepted batches wait",
            }),
        }
    }

    /// Today in Taipei.
    pub fn today(&self, now: Timestamp) -> Date {
        taipei_day(now)
    }

    /// A place for a new object of `class` at `now`, with its cohort's key, which is durable by now.
    pub fn new_place(&self, class: Class, now: Timestamp) -> Result<(Place, Arc<Key32>)> {
        let cohort = Cohort::of(class, now);
        let key = self.custody.cohort_key(cohort)?;
        Ok((
            Place {
                cohort,
                id: ObjectId::random(&OsRandomness)?,
            },
            key,
        ))
    }

    /// Enters the configuration in the journal, if it is another than the last that was entered.
    pub async fn note_configuration(&self) -> Result<()> {
        let text = std::fs::read(self.dir.join("mayfly.toml")).map_err(Error::io("read mayfly.toml"))?;
        let mut hash = Sha256::new();
        hash.update(&text);
        Source::read(&self.dir, &self.config.regime)?.enter(&mut hash);
        let hash = ids::hex(&hash.finalize());
        let mut reader = self.db.reader().await?;
        if meta::read(&mut reader, meta::CONFIGURATION).await?.as_ref() == Some(&hash) {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        meta::write(tx.connection(), meta::CONFIGURATION, &hash).await?;
        let act = Act {
            kind: Kind::Config,
            member: "",
            reference: "configuration",
        };
        act::enter(self, tx.connection(), &act, &hash, self.clock.now()).await?;
        tx.commit().await?;
        journal::signing::sign(self).await
    }

    /// The trusted instant, for the gate and for what is taken in; refused while the clocks disagree (D4).
    pub fn trusted_now(&self) -> Result<Timestamp> {
        Ok(self.clock.trusted()?.now)
    }

    /// The instant by which reads decide: the later of trusted instant and wall clock; refused while they disagree (D4).
    pub fn reading_now(&self) -> Result<Timestamp> {
        Ok(self.clock.trusted()?.reading)
    }
}

/// The lock of the data directory `dir`, held alone.
///
/// # Errors
/// `RESTORE-BUSY` while anybody has it open.
pub fn alone(dir: &Path) -> Result<File> {
    let lock = open_directory(dir)?;
    lock.try_lock().map_err(|_| busy())?;
    Ok(lock)
}

/// The same lock, held together with others.
fn with_others(dir: &Path) -> Result<File> {
    let lock = open_directory(dir)?;
    lock.try_lock_shared().map_err(|_| busy())?;
    Ok(lock)
}

fn open_directory(dir: &Path) -> Result<File> {
    File::open(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => no_data_directory(dir),
        _ => Error::io("open the data directory")(error),
    })
}

/// The settings of the data directory `dir` and the clock that they ask for.
fn settings(dir: &Path, at: Option<Timestamp>) -> Result<(Config, Clock)> {
    let config = Config::open(dir)?;
    let clock = Clock::open(dir, config.environment, at, config.clock_stands)?;
    Ok((config, clock))
}

fn busy() -> Error {
    Error::Operator {
        code: "RESTORE-BUSY",
        sentence: "a backup is restored while nobody else has the data directory open, and somebody has"
            .into(),
        remedy: "wait until the other command has ended, or end it; then run the command again",
    }
}

fn check_environment(stored: Option<String>, configured: Environment) -> Result<()> {
    if stored.as_deref() == Some(configured.name()) {
        return Ok(());
    }
    Err(Error::Operator {
        code: "CONFIG-RULE",
        sentence: "mayfly.toml names another environment than the data directory was made for".into(),
        remedy: "set `environment` back; a sandbox never becomes production: make a new data directory with `mayfly init`",
    })
}

/// Refuses another regime than the one the house was made under; one that says nothing of it was made under the first there was.
fn check_regime(stored: Option<String>, regime: &Regime) -> Result<()> {
    if stored.as_deref().unwrap_or(BUILT_IN) == regime.id {
        return Ok(());
    }
    Err(Error::Operator {
        code: "CONFIG-RULE",
        sentence: "mayfly.toml names another regime than the data directory was made under".into(),
        remedy: "set `regime` back; an organisation under another regime has a data directory of its own: `mayfly init --regime`",
    })
}

/// Refuses keys that are not those the database has noted, or have come less far.
///
/// # Errors
/// `KEYRING-OLDER`, `KEYRING-FOREIGN`.
pub fn check_keyring(keys: &Standing, noted: Option<&str>) -> Result<()> {
    let noted = noted.and_then(Standing::parse);
    let noted = noted.ok_or(Error::Bug("the database does not say which keys are its own"))?;
    Ok(keys.check_reaches(&noted)?)
}
