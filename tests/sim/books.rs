//! The database of a world: journal, books and certificates by the product's own accounting, in SQLite. *SQL.*

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use mayfly::{
    access::import::{Register, import},
    app::House,
    approval::{Step, steps},
    certificate::{accounting::account_for_all, stored},
    clock::Clock,
    config::{Config, Environment},
    error::Error,
    purge::{account, hold},
    regime::source::BUILT_IN,
    setup,
};
use mayfly_retention::{Place, certificate::Fault, purge::Gone};
use tokio::runtime::{Builder, Runtime};

use crate::{
    host::Host,
    oracle::{Oracle, Verdict},
};

/// The data directory as a process with the database has it open.
pub struct Books {
    dir: PathBuf,
    runtime: Runtime,
    house: Option<House>,
    /// How many certificates the judge has seen.
    seen: usize,
    /// Holds in force, oldest first.
    holds: VecDeque<i64>,
}

impl Books {
    /// Makes the data directory, with a database if there is to be one.
    pub fn made(dir: &Path, wanted: bool) -> Option<Self> {
        if !wanted {
            return None;
        }
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let plan = setup::Plan {
            dir,
            regime: BUILT_IN,
            environment: Environment::Sandbox,
            keys: None,
            database: None,
            clock_stands: false,
            accept_weak_erasure: false,
        };
        runtime.block_on(setup::init(&plan)).unwrap();
        Some(Self {
            dir: dir.to_path_buf(),
            runtime,
            house: None,
            seen: 0,
            holds: VecDeque::new(),
        })
    }

    /// The process begins anew.
    pub fn restart(&mut self, host: &Host) {
        self.house = None;
        let config = Config::open(&self.dir).unwrap();
        let clock = Clock::over(&self.dir, host.read())
            .unwrap_or_else(|_| Clock::over_for_purge(&self.dir, host.read()));
        self.house = self
            .runtime
            .block_on(House::open_by(&self.dir, config, clock))
            .ok();
    }

    /// Enters a sealed object in the books, in the table that asks for the least beside it.
    pub fn record(&self, place: Place, at: Timestamp) {
        let Some(house) = &self.house else {
            return;
        };
        self.runtime.block_on(async {
            let mut tx = house.db.begin().await.unwrap();
            sqlx::query(
                "INSERT INTO quarantine (file_name, sha256, file_bytes, reason, operator, quarantined_at,
                    answer_cohort, answer_object)
                 VALUES ('', $1, 1, 'XCH-FORM', 'simulation', $2, $3, $4)",
            )
            .bind(vec![0_u8; 32])
            .bind(at.as_microsecond())
            .bind(place.cohort.name())
            .bind(place.id.to_string())
            .execute(tx.connection())
            .await
            .unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// Places a hold on records of years, which keeps no answer; two at most, then the oldest is lifted. Answers and submitted files
    /// are never held. Nobody places or lifts one while the clocks disagree. Returns how many were placed or lifted.
    pub fn hold(&mut self) -> Result<u64, String> {
        let Some(house) = &self.house else {
            return Ok(0);
        };
        let scope = |class: &str| hold::Scope {
            class: class.to_owned(),
            month: None,
            member: None,
            batch: None,
        };
        let (holds, runtime) = (&mut self.holds, &self.runtime);
        for class in ["answer", "intake"] {
            match runtime.block_on(hold::add(house, &scope(class), WHY, "he.cmp", None)) {
                Err(error) if error.code() == "HOLD-ANSWER" => {}
                _ => return Err(format!("hold: records of {class} are held")),
            }
        }
        let done = match holds.front() {
            Some(oldest) if holds.len() == 2 => {
                runtime.block_on(lift(house, *oldest)).map(|()| holds.pop_front())
            }
            _ => {
                let placed = runtime.block_on(place(house, &scope("query")));
                placed.map(|number| {
                    holds.push_back(number);
                    None
                })
            }
        };
        match done {
            Ok(_) => Ok(1),
            Err(error) if error.code() == "GATE-CLOCK" => Ok(0),
            Err(error) => Err(format!("hold: {error}")),
        }
    }

    /// Accounts for what is gone, and shows the judge the certificates that are new.
    pub fn account(&mut self, gone: &[Gone], host: &Host, oracle: &mut Oracle, sealed: &Path) -> Verdict {
        if self.house.is_none() {
            self.restart(host);
        }
        let Some(house) = &self.house else {
            return Ok(());
        };
        let all = self.runtime.block_on(async {
            let accounted = account(house, gone).await?;
            let all = stored::all(&mut *house.db.reader().await?).await?;
            Ok::<_, mayfly::error::Error>((accounted, all))
        });
        let (accounted, all) = all.map_err(|error| format!("accounting: {error}"))?;
        let left = |name: &str| {
            let class = name.split('-').next().unwrap_or_default();
            let lying = std::fs::read_dir(sealed.join(class).join(name));
            lying.is_ok_and(|mut files| files.next().is_some())
        };
        if let Some(held) = accounted.held_back.iter().find(|held| !left(&held.cohort)) {
            return Err(format!(
                "accounting: {} is held back and nothing is left of it",
                held.cohort
            ));
        }
        for stored in &all[self.seen..] {
            let facts = &stored.certificate.facts;
            let name = facts.cohort.name();
            if left(&name) {
                return Err(format!(
                    "certificate: {name} is certified and something is left of it"
                ));
            }
            let made = oracle.objects(&name);
            let counts = [
                facts.segments.expected,
                facts.segments.destroyed,
                facts.segments.removed,
            ];
            if counts != [made.len() as u64; 3] || facts.residue != Some(0) {
                return Err(format!(
                    "unaccounted: {name} is certified with {counts:?} segments, {} were made",
                    made.len()
                ));
            }
            let excused = oracle.tally.incidents > 0;
            if facts
                .faults()
                .iter()
                .any(|fault| *fault != Fault::Early || !excused)
            {
                return Err(format!("certificate: {name} contradicts itself"));
            }
            oracle.certified(&name, made)?;
        }
        self.seen = all.len();
        Ok(())
    }

    /// Certificates and live cohorts account for every segment ever made.
    pub fn end(&mut self) -> Verdict {
        let Some(house) = &self.house else {
            return Err("accounting: the database does not open".into());
        };
        let accounting = self.runtime.block_on(async {
            let mut reader = house.db.reader().await.unwrap();
            account_for_all(house, &mut reader).await.unwrap()
        });
        match accounting.findings.first() {
            None => Ok(()),
            Some(finding) => Err(format!("unaccounted: {finding}")),
        }
    }
}

/// Places a hold that another person approves.
async fn place(house: &House, scope: &hold::Scope) -> Result<i64, Error> {
    people(house).await?;
    match hold::add(house, scope, WHY, "he.cmp", None).await? {
        Step::Done(_) => Err(Error::Bug("a hold was placed by one person")),
        Step::Applied(applied) => {
            steps::decide(house, &[applied.approval], "jin.cmp", None).await?;
            done(hold::add(house, scope, WHY, "he.cmp", Some(applied.approval)).await?)
        }
    }
}

/// Lifts one in the same way.
async fn lift(house: &House, number: i64) -> Result<(), Error> {
    match hold::lift(house, number, WHY, "he.cmp", None).await? {
        Step::Done(()) => Err(Error::Bug("a hold was lifted by one person")),
        Step::Applied(applied) => {
            steps::decide(house, &[applied.approval], "jin.cmp", None).await?;
            done(hold::lift(house, number, WHY, "he.cmp", Some(applied.approval)).await?)
        }
    }
}

fn done<T>(step: Step<T>) -> Result<T, Error> {
    match step {
        Step::Done(done) => Ok(done),
        Step::Applied(_) => Err(Error::Bug("an approval that was given was applied for again")),
    }
}

/// Two people of the bureau; once they are there, this changes nothing.
async fn people(house: &House) -> Result<(), Error> {
    let book = house.dir.join("..").join("bureau.csv");
    std::fs::write(&book, BUREAU).unwrap();
    import(house, Register::Staff, &[book]).await?;
    Ok(())
}

const BUREAU: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
bureau,he.cmp,何虛規,專責人員,,,,1970-01-01,board,,,J-11,法遵部,,compliance
bureau,jin.cmp,金虛章,專責人員,,,,1970-01-01,board,,,J-12,法遵部,,compliance
";
const WHY: &str = "an investigation of the simulation";
