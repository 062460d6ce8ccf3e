//! Looks at configuration, keys, schema, clock, disk, journal and margins, and tells how to mend what is wrong. *Edge.*

pub mod papers;

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use mayfly_retention::{Custody, OsRandomness, custody::Standing};
use serde::Serialize;

use crate::{
    app::House,
    certificate::accounting::account_for_all,
    clock::Clock,
    config::{Config, http_provider::HttpProvider},
    db::{Address, Db, migrate, postgres},
    error::{Error, Result},
    gate,
    journal::archive,
    lockdown::{self, Lockdown},
    places,
    provider::Link,
    purge::{Purger, claimed},
    regime::source::Source,
    roc::taipei,
    transfer,
};

/// Whether a check found everything in order.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It did.
    Good,
    /// It did not.
    Bad,
}

/// One check and what it found.
#[derive(Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: &'static str,
    /// In order or not.
    pub health: Health,
    /// What was found.
    pub finding: String,
    /// The stable code, if something is wrong.
    pub code: Option<&'static str>,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Examines the data directory `dir`, on which a schedule has run or never has (`has_run`); each check is made for itself, so that
/// one fault hides no other.
pub async fn examine(dir: &Path, at: Option<Timestamp>, has_run: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    let config = match Config::open(dir) {
        Ok(config) => config,
        Err(error) => return vec![bad("configuration", &error)],
    };
    checks.push(good(
        "configuration",
        format!(
            "environment {}, regime {}",
            config.environment.name(),
            config.regime
        ),
    ));
    checks.push(check("keys", keyring(&config.keys_dir(dir)), |keys| {
        format!("{} keys made, {} cohorts destroyed", keys.made, keys.destroyed)
    }));
    checks.push(check("custody", custody(dir, &config), |finding| finding));
    checks.push(check("memory", memory(), |finding| finding));
    checks.push(check("schema", schema(dir, &config).await, |()| {
        format!("format {}", migrate::FORMAT)
    }));
    if let Ok(address @ Address::Postgres(_)) = config.database(dir) {
        checks.push(check("server", server(address).await, |finding| finding));
    }
    let paths = Source::read(dir, &config.regime)
        .and_then(|source| source.regime())
        .and_then(|regime| places::check_paths(dir, &config, &regime.classes));
    checks.push(check("places", paths, |()| {
        "everything in the data directory has a record class, or holds no record".into()
    }));
    checks.push(check("clock", clock(dir, &config, at), |finding| finding));
    checks.push(check("disk", disk(dir), |free| {
        format!("{} MiB free", free >> 20)
    }));
    match House::open(dir, at).await {
        Err(error) => checks.push(bad("data directory", &error)),
        Ok(house) => {
            checks.push(check("provider", provider(&house).await, |finding| finding));
            checks.push(check("door", papers::door(&house), |finding| finding));
            checks.push(check("database", database(&house).await, |finding| finding));
            checks.push(check("gate", gate(&house).await, |()| "open".into()));
            checks.push(check("journal", journal(&house).await, |finding| finding));
            checks.push(good("schedule", schedule(has_run)));
            checks.push(check("margins", margins(dir, at), |finding| finding));
            checks.push(check("segments", segments(&house).await, |finding| finding));
        }
    }
    checks
}

fn keyring(keys: &Path) -> Result<Standing> {
    Ok(Custody::open(keys, Arc::new(OsRandomness))?.standing()?)
}

/// How well a key that is destroyed is erased.
fn custody(dir: &Path, config: &Config) -> Result<String> {
    let erasure = Custody::erasure_at(&config.keys_dir(dir));
    config.check_erasure(erasure)?;
    let place = format!("{}: {}", erasure.strength.name(), erasure.reason);
    Ok(match claimed(config.environment, erasure.strength) {
        claimed if claimed == erasure.strength => place,
        claimed => format!(
            "{}: a sandbox accepts any place, so its certificates claim no more; of this place {place}",
            claimed.name()
        ),
    })
}

fn memory() -> Result<String> {
    let Lockdown {
        no_core_dumps,
        locked,
    } = lockdown::look();
    if !no_core_dumps {
        return Err(Error::Bug("core dumps are not off"));
    }
    Ok(if locked {
        "no core dumps, and locked: never swapped out".into()
    } else {
        "no core dumps; not locked, for the host limits that (ulimit -l): keep swap off or encrypted".into()
    })
}

async fn schema(dir: &Path, config: &Config) -> Result<()> {
    let db = Db::open(config.database(dir)?, false).await?;
    migrate::check(&mut *db.reader().await?).await
}

/// What the server must not do: write values, or statements that hold them, into its log.
async fn server(address: Address) -> Result<String> {
    let db = Db::open(address, false).await?;
    let loose = postgres::loose_settings(&mut *db.reader().await?).await?;
    if loose.is_empty() {
        return Ok("PostgreSQL, and it logs no values".into());
    }
    let wanted: Vec<String> = loose
        .iter()
        .map(|loose| format!("{} = {}", loose.setting, loose.wanted))
        .collect();
    Err(Error::Operator {
        code: "DB-LOOSE",
        sentence: format!(
            "the PostgreSQL server is not set as it should be, and may log values: {}",
            wanted.join(", ")
        ),
        remedy: "set them in postgresql.conf as named here, then reload the server; see pipeline/README.md",
    })
}

fn clock(dir: &Path, config: &Config, at: Option<Timestamp>) -> Result<String> {
    let clock = Clock::open(dir, config.environment, at, config.clock_stands)?;
    let judged = clock.trusted()?;
    let trust = if clock.stands() {
        "standing, as --at has set it"
    } else {
        "trusted: wall clock and boot clock agree"
    };
    Ok(format!("{}, {trust}", taipei(judged.now)))
}

fn disk(dir: &Path) -> Result<u64> {
    let facts = rustix::fs::statvfs(dir).map_err(|error| Error::io("look at the disk")(error.into()))?;
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    if free >= DISK_FLOOR {
        return Ok(free);
    }
    Err(Error::Operator {
        code: "DISK-FULL",
        sentence: format!(
            "only {} MiB are free on the disk of the data directory",
            free >> 20
        ),
        remedy: "free space; a batch of 200,000 rows takes about 500 MiB",
    })
}

/// The provider: whether one over HTTP is there and its certificates are good, how many files of an exchange did not add up.
async fn provider(house: &House) -> Result<String> {
    match house.link()? {
        Link::Sandbox(_) => Ok("configured".into()),
        Link::Http(http) => {
            let settings = house.config.http_provider.as_ref();
            let warning = settings.map(HttpProvider::warning).unwrap_or_default();
            http.look(house.clock.now(), warning).await
        }
        Link::Exchange(_) => {
            let most = 1_000;
            let quarantined = transfer::store::quarantined(&mut *house.db.reader().await?, most)
                .await?
                .len();
            Ok(match quarantined {
                0 => "configured, an exchange of files; none is in quarantine".into(),
                _ => format!(
                    "configured, an exchange of files; {quarantined} in quarantine: see `mayfly provider list`"
                ),
            })
        }
    }
}

/// Whether every page of the database file is what it was written as; a server looks after its own.
async fn database(house: &House) -> Result<String> {
    let mut reader = house.db.reader().await?;
    if matches!(house.db.address(), Address::Postgres(_)) {
        return Ok("on a server, which checks its own pages".into());
    }
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut *reader)
        .await
        .map_err(Error::database("check the pages"))?;
    if found == "ok" {
        return Ok("every page is readable and in its place".into());
    }
    Err(Error::Operator {
        code: "DATA-DAMAGED",
        sentence: "pages of mayfly.db are damaged".into(),
        remedy: "stop the link (`mayfly stop add link`), keep the data directory as it is, and restore the newest backup",
    })
}

async fn gate(house: &House) -> Result<()> {
    gate::health::check(house, &mut *house.db.reader().await?, house.clock.now()).await
}

async fn journal(house: &House) -> Result<String> {
    let verified = archive::verify(house).await?;
    match verified.findings.first() {
        None => Ok(format!(
            "{} entries, {} signed; verifier key {}",
            verified.entries, verified.signed, verified.key
        )),
        Some(finding) => Err(crate::journal::signing::damaged(finding)),
    }
}

async fn segments(house: &House) -> Result<String> {
    account_for_all(house, &mut *house.db.reader().await?)
        .await?
        .verdict()
}

/// One that has run and does not any more is the watcher's to tell.
fn schedule(has_run: bool) -> String {
    if has_run {
        "has run; `mayfly watch --once` tells whether it runs now".into()
    } else {
        "has never run here, so that nothing goes by itself: start `mayfly serve`, or run `mayfly purge run` every few minutes".into()
    }
}

fn margins(dir: &Path, at: Option<Timestamp>) -> Result<String> {
    let purger = Purger::open(dir, at)?;
    let files = purger.files();
    if !files.is_empty() || files.may_be_more() {
        return Err(Error::Operator {
            code: "PURGE-DUE",
            sentence: match files.may_be_more() {
                true => "a folder of the exchange cannot be listed, so nobody knows what lies there in plain"
                    .into(),
                false => format!("{} plain files of the exchange are due for removal", files.len()),
            },
            remedy: "run `mayfly purge run`; see that this account may read and write the folders of the exchange",
        });
    }
    let margins = purger.margins()?;
    let Some(oldest) = margins.first() else {
        return Ok("nothing is held".into());
    };
    if !oldest.due {
        return Ok(format!(
            "{} cohorts held, the oldest is due {}",
            margins.len(),
            taipei(oldest.due_at)
        ));
    }
    Err(Error::Operator {
        code: "PURGE-DUE",
        sentence: format!(
            "{} has been due for destruction since {}",
            oldest.cohort,
            taipei(oldest.due_at)
        ),
        remedy: "run `mayfly purge run`",
    })
}

fn check<T>(what: &'static str, found: Result<T>, say: impl FnOnce(T) -> String) -> Check {
    match found {
        Ok(found) => good(what, say(found)),
        Err(error) => bad(what, &error),
    }
}

fn good(what: &'static str, finding: String) -> Check {
    Check {
        what,
        health: Health::Good,
        finding,
        code: None,
        remedy: None,
    }
}

fn bad(what: &'static str, error: &Error) -> Check {
    Check {
        what,
        health: Health::Bad,
        finding: format!("{error} ({})", error.code()),
        code: Some(error.code()),
        remedy: Some(error.remedy()),
    }
}

/// Below this a batch may not fit.
const DISK_FLOOR: u64 = 512 << 20;
