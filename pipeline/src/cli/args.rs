//! The grammar of the command line (formats.md, "Command line"). *Pure.*

mod account;
mod approval;
mod audit;
mod duty;
mod evidence;
mod grant;
mod incident;
mod kept;
mod people;
mod provider;
mod purge;
mod register;
mod review;
mod sheet;
mod stop;
mod subject;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use mayfly_consent::Language;

pub(super) use self::{
    account::{AccountCommand, HandArguments, TokenCommand},
    approval::ApprovalCommand,
    audit::AuditCommand,
    duty::{CalendarCommand, DutyCommand},
    evidence::EvidenceCommand,
    grant::{GrantCommand, ResultsArguments},
    incident::{IncidentCommand, IncidentTarget, OutcomeArgument},
    kept::{BackupCommand, HoldCommand},
    people::{CheckCommand, HandsArguments, PeopleCommand, Shown},
    provider::ProviderCommand,
    purge::{CertificateCommand, PurgeCommand},
    register::RegisterCommand,
    review::{FindingCommand, ReviewCommand},
    sheet::{SheetArguments, SheetCommand},
    stop::{StopCommand, StopTarget},
    subject::SubjectCommand,
};
use crate::{access::OPERATOR, config::Environment, telemetry::LogLevel};

/// A credit bureau's batch integration pipeline: consented queries to the labour insurer, answers sealed for three
/// days, everything in a journal that outsiders can verify.
#[derive(Parser)]
#[command(name = "mayfly", bin_name = "mayfly", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// The data directory [default: mayfly-data]
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub(super) data: Option<PathBuf>,
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(super) json: bool,
    /// Sandbox only: let every clock stand at this instant (2026-11-02T10:00:00+08:00) during the command
    #[arg(long, global = true, value_name = "INSTANT", help_heading = EVERYWHERE)]
    pub(super) at: Option<Timestamp>,
    /// Language of sentences and remedies: en or zh-TW
    #[arg(long, global = true, value_name = "LANG", default_value = "en", hide_possible_values = true,
          help_heading = EVERYWHERE)]
    pub(super) lang: Lang,
    /// What is logged on standard error: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "warn", hide_possible_values = true,
          help_heading = EVERYWHERE)]
    pub(super) log: LogLevel,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    /// English
    En,
    /// 繁體中文
    #[value(name = "zh-TW", alias = "zh")]
    ZhTw,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::ZhTw => Self::ZhTw,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EnvironmentArgument {
    /// Trials with invented data: --at, the sandbox provider, keys inside the data directory
    Sandbox,
    /// The real thing: keys elsewhere, a real provider, the real clock
    Production,
}

impl From<EnvironmentArgument> for Environment {
    fn from(argument: EnvironmentArgument) -> Self {
        match argument {
            EnvironmentArgument::Sandbox => Self::Sandbox,
            EnvironmentArgument::Production => Self::Production,
        }
    }
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make ./mayfly-demo, take one real batch through every stage, and say what to look at next
    Demo,
    /// Make an empty data directory with keys and database
    Init {
        /// What it is for
        #[arg(long)]
        environment: EnvironmentArgument,
        /// The rules that hold there, for good: a regime of this program (jcic-2024), or a file NAME.toml of your own
        #[arg(long, value_name = "NAME|FILE", default_value = "jcic-2024")]
        regime: String,
        /// Where the keys go: in production a folder outside the data directory; in a sandbox `keys` inside it, if not given
        #[arg(long, value_name = "DIR")]
        keys: Option<PathBuf>,
        /// A PostgreSQL database to keep in mayfly.toml; else DATABASE_URL names one, else it is a file in the data directory
        #[arg(long, value_name = "postgres://\u{2026}")]
        database: Option<String>,
        /// Accept a key directory on which overwriting may not erase; certificates say so
        #[arg(long)]
        accept_weak_erasure: bool,
    },
    /// Member institutions
    #[command(subcommand)]
    Member(ImportCommand),
    /// The authorisation table (授權表): who may query, approve and review, from when to when
    #[command(subcommand)]
    Staff(ImportCommand),
    /// People and their roles: the tables, and what begins and ends
    #[command(subcommand)]
    People(PeopleCommand),
    /// Accounts at the HTTP door: first passwords, locks, and the word that one has leaked
    #[command(subcommand)]
    Account(AccountCommand),
    /// What nobody does alone: given or refused by another person, for exactly what was applied for
    #[command(subcommand)]
    Approval(ApprovalCommand),
    /// Who may use which answers that are not their own cases', and until when
    #[command(subcommand)]
    Grant(GrantCommand),
    /// Consent forms (授權書): one TOML file a version
    #[command(subcommand)]
    Form(ImportCommand),
    /// Consents: sent ahead of a batch, their outcomes, and what they were given on
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// Batches: accept, run, look at, deliver
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Work accepted batches to their end, and settle what is unresolved
    Work {
        /// Stop when nothing is left to do
        #[arg(long)]
        once: bool,
    },
    /// The journal of everything that happened
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Destroy answers and submitted files whose 72 hours are over
    #[command(subcommand)]
    Purge(PurgeCommand),
    /// Deletion certificates: the signed proof that a cohort is gone
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// The monthly sample of a member's query records: frozen, drawn, recomputed by anybody
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Weekly sheets of queries (查詢紀錄單): made, signed, approved, and proved to be complete
    #[command(subcommand)]
    Sheet(SheetCommand),
    /// Everything with a due date, and what closed it
    #[command(subcommand)]
    Duty(DutyCommand),
    /// Papers that have to be on file, were sent, received, asked for or answered, and the duties that follow
    #[command(subcommand)]
    Register(RegisterCommand),
    /// The folder of evidence that an examiner takes away, and its verification
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// What a person who proves who they are is told of themselves
    #[command(subcommand)]
    Subject(SubjectCommand),
    /// Each clause with the control that carries it, the test that shows it, and its state
    Clauses {
        /// Only those whose id begins so, such as JCIC-9.3
        #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
        id: String,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// Backups without keys: they open nothing
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Stop a member, a person, an item or the whole link
    #[command(subcommand)]
    Stop(StopCommand),
    /// Incidents: stopped with one command, measured, notified, closed; and the monthly drill
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// The provider: files that were exchanged, and its other side for trials
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Run the schedule (purge, evidence, checkpoints, waiting batches) and open the HTTP door, until told to stop
    Serve {
        /// Run every pass once, then end; no door is opened
        #[arg(long)]
        once: bool,
        /// Where the HTTP door stands, or off [default: [http] listen in mayfly.toml, else 127.0.0.1:8720]
        #[arg(long, value_name = "IP:PORT", conflicts_with = "once")]
        listen: Option<String>,
    },
    /// Watch the schedule from a process of its own, and close the gate while something does not run
    Watch {
        /// Look once, then end
        #[arg(long)]
        once: bool,
    },
    /// What is wrong with this data directory, and how to mend it
    Doctor,
    /// Invent data for load and demonstration
    #[command(subcommand)]
    Synth(SynthCommand),
}

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Load files, all of them or, if one is refused, none; loading a file again changes nothing
    #[command(after_help = MASTER_FILES)]
    Import {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum ConsentCommand {
    /// Register consents ahead of the batches that refer to them
    Import {
        /// The files: CSV with the consent columns of a batch file and member,subject_id,subject_name,birth_date
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How their text is encoded: utf8 or cp950
        #[arg(long, default_value = "utf8", hide_possible_values = true)]
        encoding: EncodingArgument,
    },
    /// Record what became of the credit, or that a consent was withdrawn
    Outcome {
        /// A CSV with member,consent_ref,outcome,date; outcome is granted (date: end of credit), refused or withdrawn
        file: PathBuf,
    },
    /// Print a consent with the whole text it was given on
    Show {
        /// Institution code, such as 004
        member: String,
        /// The member's number of the consent (consent_ref)
        reference: String,
        /// Who looks at it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
        /// Without masks: the subject's number, name and birth date, and the source telephone
        #[arg(long)]
        full: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EncodingArgument {
    /// UTF-8, with or without a byte order mark
    Utf8,
    /// CP950 (Big5 as Windows writes it)
    Cp950,
}

#[derive(Args)]
pub(super) struct SubmitArguments {
    /// The batch file, named <member 3>-<ROC date 7>-<batch no. 2>.csv
    pub(super) file: PathBuf,
    /// Who submits it
    #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
    pub(super) account: String,
    /// Institution code, in place of the one in the file's name
    #[arg(long, value_name = "CODE")]
    pub(super) member: Option<String>,
    /// Batch number (01, or 1151102-01), in place of the one in the file's name
    #[arg(long, value_name = "NO")]
    pub(super) batch_no: Option<String>,
    /// How the file's text is encoded: utf8 or cp950; it is never guessed
    #[arg(long, default_value = "utf8", hide_possible_values = true)]
    pub(super) encoding: EncodingArgument,
}

#[derive(Subcommand)]
pub(super) enum BatchCommand {
    /// Accept, screen, gate, ask, seal and settle, in one go; the same file again gives the same receipt
    Run {
        #[command(flatten)]
        submit: SubmitArguments,
        /// Write line,column,code,message for every row that was not answered
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
    },
    /// Accept only, and print the receipt; `mayfly work` does the rest
    Submit {
        #[command(flatten)]
        submit: SubmitArguments,
    },
    /// What became of a batch
    Show {
        /// Batch id, such as 004-1151102-01
        batch: String,
    },
    /// All batches, newest first
    List,
    /// Deliver results and answers to the member's age recipients, or show a person their own rows
    Results(ResultsArguments),
}

#[derive(Subcommand)]
pub(super) enum JournalCommand {
    /// Verify the journal of this data directory, or an exported folder with nothing but the public key
    Verify {
        /// A folder that `journal export` wrote
        #[arg(requires = "key")]
        folder: Option<PathBuf>,
        /// The verifier key, as `journal verify` and `doctor` print it, or a file that holds it
        #[arg(long, value_name = "PUBLIC", requires = "folder")]
        key: Option<String>,
    },
    /// Write a folder that stock transparency-log tools read
    Export {
        /// A new folder
        folder: PathBuf,
    },
    /// Print the proof that one query, or one entry, is in the journal
    Proof {
        /// A query id as in a results file, or the number of an entry
        which: String,
    },
}

#[derive(Subcommand)]
pub(super) enum SynthCommand {
    /// An invented batch with its master data, ready to import and run
    Batch {
        /// How many rows
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        rows: u32,
        /// The same seed gives the same files
        #[arg(long)]
        seed: u64,
        /// Percentage of rows with a fault
        #[arg(long, value_name = "PCT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
        faults: u8,
        /// Write the consents into a file of their own, to be imported ahead; the rows only refer to them
        #[arg(long)]
        ahead: bool,
        /// Where to write
        #[arg(long, value_name = "DIR", default_value = "mayfly-synth")]
        out: PathBuf,
    },
}

const EXIT_CODES: &str = "Exit codes: 0 done · 1 done, with refusals or findings · 2 usage · 65 unusable input, nothing was done · \
70 a bug · 75 not now, try again · 77 not allowed";

const EVERYWHERE: &str = "Options of every command";

const MASTER_FILES: &str = "\
members (CSV): code,name,valid_from,valid_to,age_recipients and, if wanted, control_rules_version,control_rules_date
staff (CSV):   member,account,name,title,query,approve,review,from,approved_by,to,ended_by and, if wanted, person,unit,level,roles
forms (TOML):  id, version, title, in_force_from, in_force_to?, items, purposes, recipients, notices, valid_days, text
Days are YYYY-MM-DD and half-open; rights are Y or empty; recipients are separated by spaces. More in pipeline/README.md.";
