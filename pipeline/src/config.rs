//! `mayfly.toml`: what an operator may set, read once; nothing else reads the environment. *Edge.*

pub mod exchange;
pub mod http;
pub mod http_provider;
mod limits;

use std::path::{Path, PathBuf};

use mayfly_retention::custody::{Erasure, Strength};
use serde::Deserialize;

use self::exchange::ExchangeProvider;
pub use self::limits::Limits;
use crate::{
    db::Address,
    error::{Error, Result},
    input::inside,
    provider::Faults,
    regime::source,
};

/// What this data directory is for.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Trials: invented data only, `--at` allowed.
    Sandbox,
    /// The real thing.
    Production,
}

impl Environment {
    /// As written in `mayfly.toml` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }
}

/// Where answers come from.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// The built-in deterministic provider.
    Sandbox,
    /// Request and reply files in a pair of folders.
    Exchange,
    /// HTTP, over TLS with certificates on both sides.
    Http,
    /// None yet: nothing can be asked.
    None,
}

/// The settings of one data directory.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Sandbox or production.
    pub environment: Environment,
    /// Where the key files are, relative to the data directory unless absolute.
    pub keys: PathBuf,
    /// Which provider answers.
    pub provider: ProviderKind,
    /// The address of a PostgreSQL database; else `DATABASE_URL` names one; else it is `mayfly.db` in the data directory.
    #[serde(default)]
    database: Option<String>,
    /// The file that holds it instead, and so a password that this one does not.
    #[serde(default)]
    database_file: Option<PathBuf>,
    /// The governing document.
    #[serde(default = "default_regime")]
    pub regime: String,
    /// Whether the sandbox's clock stands still between commands that give `--at`.
    #[serde(default)]
    pub clock_stands: bool,
    /// How long a worker that gives no sign of life keeps its batch, in seconds.
    #[serde(default = "default_lease_seconds")]
    lease_seconds: u32,
    /// After how many seconds a purge that does not run is noticed.
    #[serde(default = "default_patience_seconds")]
    pub patience_seconds: u16,
    /// Whether production takes keys on storage on which overwriting does not erase.
    #[serde(default)]
    accept_weak_erasure: bool,
    /// Limits on what is taken in.
    #[serde(default)]
    pub limits: Limits,
    /// The sandbox provider.
    #[serde(default)]
    pub sandbox: SandboxProvider,
    /// The provider that is reached by files.
    pub exchange: Option<ExchangeProvider>,
    /// The provider that is reached over HTTP.
    pub http_provider: Option<http_provider::HttpProvider>,
    /// The HTTP door.
    #[serde(default)]
    pub http: http::HttpDoor,
}

/// Settings of the sandbox provider.
#[derive(Deserialize, Clone, Default)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxProvider {
    /// The seed of its invented population.
    pub seed: u64,
    /// Where it notes every query id it receives, as the other side would.
    pub ledger: Option<PathBuf>,
    /// Which faults it shows, per thousand.
    pub faults: Faults,
}

impl Config {
    /// Reads `dir/mayfly.toml` and checks that the settings agree with each other.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("mayfly.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => no_data_directory(dir),
            _ => Error::io("read mayfly.toml of the data directory")(error),
        })?;
        let config: Self = toml::from_str(&text).map_err(|error| Error::Operator {
            code: "CONFIG-FILE",
            sentence: format!(
                "mayfly.toml {} is not usable: {}",
                error
                    .span()
                    .map_or_else(String::new, |span| format!("line {}", line_of(&text, span.start))),
                error.message().lines().next().unwrap_or("unreadable")
            ),
            remedy: "mend that line; the keys are explained in pipeline/README.md",
        })?;
        config.check(dir)?;
        Ok(config)
    }

    /// The key directory.
    pub fn keys_dir(&self, dir: &Path) -> PathBuf {
        dir.join(&self.keys)
    }

    /// Refuses keys that could not be erased, in production, unless they are accepted as that.
    ///
    /// # Errors
    /// `CUSTODY-WEAK`.
    pub fn check_erasure(&self, erasure: Erasure) -> Result<()> {
        if self.environment == Environment::Sandbox || self.accept_weak_erasure {
            return Ok(());
        }
        refuse_weak(erasure)
    }

    /// The database of the data directory `dir`.
    pub fn database(&self, dir: &Path) -> Result<Address> {
        match (&self.database, &self.database_file) {
            (Some(_), Some(_)) => Err(contradiction("it names both database and database_file")),
            (None, Some(file)) => database(Some(address_in(&dir.join(file))?), dir),
            (setting, None) => database(setting.clone(), dir),
        }
    }

    /// How long a worker that gives no sign of life keeps its batch, in microseconds.
    pub fn lease_micros(&self) -> i64 {
        i64::from(self.lease_seconds) * 1_000_000
    }

    fn check(&self, dir: &Path) -> Result<()> {
        if self.environment == Environment::Production {
            if self.provider == ProviderKind::Sandbox {
                return Err(contradiction("production does not use the sandbox provider"));
            }
            if inside(&self.keys_dir(dir), dir) {
                return Err(contradiction(
                    "production does not keep its keys inside the data directory",
                ));
            }
            if self.clock_stands {
                return Err(contradiction("production does not run on a standing clock"));
            }
        }
        self.database(dir)?;
        if !(1..=LEASE_SECONDS_MAX).contains(&self.lease_seconds) {
            return Err(contradiction("lease_seconds is not between 1 and 3600"));
        }
        if !(1..=PATIENCE_SECONDS_MAX).contains(&self.patience_seconds) {
            return Err(contradiction("patience_seconds is not between 1 and 300"));
        }
        match &self.exchange {
            Some(exchange) => exchange.check(dir)?,
            None if self.provider == ProviderKind::Exchange => {
                return Err(contradiction(
                    "the provider is the exchange, and the table [exchange] is missing",
                ));
            }
            None => {}
        }
        match &self.http_provider {
            Some(provider) => provider.check(self.environment).map_err(contradiction)?,
            None if self.provider == ProviderKind::Http => {
                return Err(contradiction(
                    "the provider is reached over HTTP, and the table [http_provider] is missing",
                ));
            }
            None => {}
        }
        self.http.place().map_err(contradiction)?;
        if !source::is_name(&self.regime) {
            return Err(contradiction(
                "the regime is neither jcic-2024 nor a file NAME.toml of the data directory",
            ));
        }
        Ok(())
    }
}

/// What is said where `dir` is none.
pub(crate) fn no_data_directory(dir: &Path) -> Error {
    Error::Operator {
        code: "NO-DATA-DIRECTORY",
        sentence: format!(
            "{} is not a mayfly data directory: it has no mayfly.toml",
            dir.display()
        ),
        remedy: "make one with `mayfly --data DIR init --environment sandbox`, or name the right one with --data",
    }
}

/// The database that `setting` names, or else the environment (`DATABASE_URL`), or else the embedded one of `dir`.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one reader of the environment"
)]
pub fn database(setting: Option<String>, dir: &Path) -> Result<Address> {
    let from_environment = setting.is_none();
    let named = match setting {
        Some(setting) => Some(setting),
        None => std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
    };
    let embedded = dir.join(EMBEDDED);
    if from_environment && named.is_some() && embedded.exists() {
        return Err(Error::Operator {
            code: "CONFIG-RULE",
            sentence: format!(
                "DATABASE_URL names a server, but this data directory has a database of its own, {}",
                embedded.display()
            ),
            remedy: "unset DATABASE_URL to use the data directory's own, or name another data directory with --data",
        });
    }
    Address::parse(named.as_deref(), dir).map_err(|_| {
        contradiction(
            "the database that it or DATABASE_URL names is not an address postgres://\u{2026} with a host, a port, an sslmode and parameters that are understood",
        )
    })
}

/// The address that `file` holds.
fn address_in(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    match text.trim() {
        "" => Err(Error::Operator {
            code: "CONFIG-RULE",
            sentence: format!(
                "the file that database_file names, {}, cannot be read, or holds nothing",
                file.display()
            ),
            remedy: "put the address of the database there, in a file that this account may read and no other",
        }),
        address => Ok(address.to_owned()),
    }
}

/// The words of our own command line as they were typed, our name first.
pub fn typed() -> impl Iterator<Item = std::ffi::OsString> {
    std::env::args_os()
}

/// This very program, to start it once more.
pub fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// Where the system keeps what is there for a moment only.
pub fn passing_folder() -> PathBuf {
    std::env::temp_dir()
}

/// Refuses a place where a destroyed key may stay on the disk.
pub fn refuse_weak(erasure: Erasure) -> Result<()> {
    if erasure.strength != Strength::Weak {
        return Ok(());
    }
    Err(Error::Operator {
        code: "CUSTODY-WEAK",
        sentence: format!(
            "production does not keep keys where a destroyed one may stay on the disk: {}",
            erasure.reason
        ),
        remedy: "move the key directory to ext4 or xfs on a disk of its own, or set accept_weak_erasure = true (init: --accept-weak-erasure): every certificate then says so",
    })
}

/// The text of a new `mayfly.toml`.
pub fn template(
    environment: Environment,
    regime: &str,
    keys: &Path,
    database: Option<&str>,
    clock_stands: bool,
    accept_weak_erasure: bool,
) -> String {
    let provider = match environment {
        Environment::Sandbox => "sandbox",
        Environment::Production => "none",
    };
    let keys = keys
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    let mut text = format!(
        "# Settings of this data directory; every key is explained in pipeline/README.md.\n\
         environment = \"{}\"\n\
         keys = \"{keys}\"          # key files; in production outside the data directory\n\
         provider = \"{provider}\"\n\
         regime = \"{regime}\"\n",
        environment.name(),
    );
    if let Some(address) = database {
        let address = address.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("database = \"{address}\"\n"));
    }
    if accept_weak_erasure {
        text.push_str(
            "accept_weak_erasure = true    # a destroyed key may stay on the disk; certificates say so\n",
        );
    }
    if clock_stands {
        text.push_str("clock_stands = true    # the clock stays at the last --at\n");
    }
    text
}

fn default_lease_seconds() -> u32 {
    60
}

fn default_patience_seconds() -> u16 {
    PATIENCE_SECONDS_MAX
}

fn default_regime() -> String {
    source::BUILT_IN.into()
}

pub(crate) fn contradiction(sentence: &str) -> Error {
    Error::Operator {
        code: "CONFIG-RULE",
        sentence: format!("mayfly.toml is refused: {sentence}"),
        remedy: "change the setting in mayfly.toml; the rules are in pipeline/README.md",
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// The embedded database's file.
const EMBEDDED: &str = "mayfly.db";
const LEASE_SECONDS_MAX: u32 = 3600;
/// Five minutes: nothing that stops the purge goes unnoticed for longer.
const PATIENCE_SECONDS_MAX: u16 = 300;
