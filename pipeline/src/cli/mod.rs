//! The command line: reads the arguments, calls one use-case, shows what came of it. *Edge.*
//!
//! `args` is the grammar, `out` how things are shown, and each other file one group of commands.

mod account;
mod approval;
mod args;
mod audit;
mod backup;
mod batch;
mod certificate;
mod clauses;
mod consent;
mod demo;
mod doctor;
mod duty;
mod evidence;
mod grant;
mod help;
mod hold;
mod incident;
mod journal;
mod master;
mod out;
mod people;
mod progress;
mod provider;
mod purge;
mod reconcile;
mod register;
mod results;
mod review;
mod schedule;
mod sheet;
mod stop;
mod subject;
mod synth;
mod terminal;
mod timeline;
mod usage;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{CommandFactory, FromArgMatches};

use self::{
    args::{Arguments, Command},
    out::Out,
};
use crate::{
    access::known,
    app::House,
    config,
    error::{Error, Exit, Result},
    lockdown, setup, telemetry,
};

/// Runs the command line; the exit codes are those of [`Exit`].
pub fn main() -> ExitCode {
    lockdown::apply();
    telemetry::quiet_panics();
    let lang = usage::language(config::typed());
    let mut grammar = help::of(Arguments::command(), lang.into());
    let parsed = grammar.try_get_matches_from_mut(config::typed());
    let arguments = parsed.and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match arguments.map_err(|error| error.format(&mut grammar)) {
        Ok(arguments) => arguments,
        Err(error) if usage::is_wrong(&error) => {
            let refused = usage::refusal(&error);
            let out = Out::new(false, lang);
            out.error(&refused);
            out.usage(&error);
            return ExitCode::from(refused.exit() as u8);
        }
        Err(help) => {
            // Help and version are no errors; whether the terminal took them is no concern of the exit code.
            let _ = help.print();
            return ExitCode::from(if help.use_stderr() {
                Exit::Usage as u8
            } else {
                Exit::Done as u8
            });
        }
    };
    telemetry::start(arguments.log);
    let out = Out::new(arguments.json, arguments.lang);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(async {
                // A task of its own: a panic in it is a bug with exit code 70, not a torn-down runtime.
                let task = tokio::spawn(run(arguments, out.clone()));
                task.await.unwrap_or(Err(Error::Bug(
                    "a command panicked; the place is on standard error",
                )))
            });
            // What waits for a lock that a stopped process holds does not keep this one from ending.
            runtime.shutdown_timeout(LEAVING);
            ended
        }
        Err(error) => Err(Error::io("start the runtime")(error)),
    };
    match ended {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            out.error(&error);
            ExitCode::from(error.exit() as u8)
        }
    }
}

/// The data directory and instant that the global options name.
struct Opening {
    dir: PathBuf,
    at: Option<jiff::Timestamp>,
}

impl Opening {
    /// How to call us again on the same data directory.
    fn again(&self) -> String {
        match self.dir.to_str() {
            Some("mayfly-data") => "mayfly".into(),
            _ => format!("mayfly --data {}", self.dir.display()),
        }
    }

    /// Opens the data directory for acts: a change of configuration is entered in the journal first.
    async fn to_act(&self) -> Result<Arc<House>> {
        let house = House::open(&self.dir, self.at).await?;
        house.note_configuration().await?;
        Ok(Arc::new(house))
    }

    /// Opens the data directory to look at it.
    async fn to_look(&self) -> Result<Arc<House>> {
        Ok(Arc::new(House::open(&self.dir, self.at).await?))
    }
}

/// Holds an account that an act is put down to against what accounts are made of: it rests in plain columns.
fn attributable(account: &str) -> Result<&str> {
    mayfly_consent::cells::account(account).map_err(|_| {
        Error::Usage(
            "what stands after --as is no account: 1 to 32 of A-Z a-z 0-9 . _ -, and no identity number"
                .into(),
        )
    })
}

/// As [`attributable`], for what people of several places do: `PLACE/ACCOUNT`, or the account alone.
fn placed(account: &str) -> Result<&str> {
    let (place, name) = account.split_once('/').unwrap_or(("bureau", account));
    attributable(name)?;
    let is_member = place.len() == 3 && place.bytes().all(|byte| byte.is_ascii_digit());
    if !is_member && !["bureau", "supervisor", "provider"].contains(&place) {
        return Err(Error::Usage(
            "what stands before the / after --as is no place: an institution code, bureau, supervisor or provider".into(),
        ));
    }
    Ok(account)
}

/// As [`placed`], for what the people of `desk` do: the account alone, if the place before it is that one. Of another place it stays
/// as it stands: nobody of the desk has such an account, so that the act itself says who may.
fn of_desk<'a>(desk: &str, account: &'a str) -> Result<&'a str> {
    Ok(known::own(placed(account)?, desk))
}

async fn run(arguments: Arguments, out: Out) -> Result<Exit> {
    let default = match arguments.command {
        Command::Demo => crate::demo::DIR,
        _ => "mayfly-data",
    };
    let opening = Opening {
        dir: arguments.data.unwrap_or_else(|| default.into()),
        at: arguments.at,
    };
    match arguments.command {
        Command::Demo => demo::run(opening, &out).await,
        Command::Init {
            environment,
            regime,
            keys,
            database,
            accept_weak_erasure,
        } => {
            let plan = setup::Plan {
                dir: &opening.dir,
                environment: environment.into(),
                regime: &regime,
                keys: keys.as_deref(),
                database: database.as_deref(),
                clock_stands: false,
                accept_weak_erasure,
            };
            setup::init(&plan).await?;
            out.made(&opening.dir, &opening.again());
            Ok(Exit::Done)
        }
        Command::Member(command) => master::members(&opening, command, &out).await,
        Command::Staff(command) => master::staff(&opening, command, &out).await,
        Command::People(command) => people::run(&opening, command, &out).await,
        Command::Grant(command) => grant::run(&opening, command, &out).await,
        Command::Account(command) => account::run(&opening, command, &out).await,
        Command::Approval(command) => approval::run(&opening, command, &out).await,
        Command::Form(command) => master::forms(&opening, command, &out).await,
        Command::Consent(command) => consent::run(&opening, command, &out).await,
        Command::Batch(command) => batch::run(&opening, command, &out).await,
        Command::Work { once } => batch::work(&opening, once, &out).await,
        Command::Journal(command) => journal::run(&opening, command, &out).await,
        Command::Purge(command) => purge::run(&opening, command, &out).await,
        Command::Certificate(command) => certificate::run(&opening, command, &out).await,
        Command::Audit(command) => audit::run(&opening, command, &out).await,
        Command::Sheet(command) => sheet::run(&opening, command, &out).await,
        Command::Duty(command) => duty::run(&opening, command, &out).await,
        Command::Register(command) => register::run(&opening, command, &out).await,
        Command::Evidence(command) => evidence::run(&opening, command, &out).await,
        Command::Subject(command) => subject::run(&opening, command, &out).await,
        Command::Clauses { id, csv } => clauses::run(&opening, &id, csv, &out).await,
        Command::Backup(command) => backup::run(&opening, command, &out).await,
        Command::Stop(command) => stop::run(&opening, command, &out).await,
        Command::Incident(command) => incident::run(&opening, command, &out).await,
        Command::Provider(command) => provider::run(&opening, command, &out).await,
        Command::Serve { once, listen } => schedule::serve(&opening, once, listen, &out).await,
        Command::Watch { once } => schedule::watch(&opening, once, &out).await,
        Command::Doctor => doctor::run(&opening, &out).await,
        Command::Synth(command) => synth::run(&opening, command, &out),
    }
}

/// How long the end of a command waits for work that nobody waits for any more.
const LEAVING: std::time::Duration = std::time::Duration::from_secs(2);
/// Two cores: one for the database, one for the rest.
const WORKERS: usize = 2;
