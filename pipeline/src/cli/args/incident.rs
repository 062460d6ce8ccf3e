//! The grammar of `incident`. *Pure.*

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum IncidentCommand {
    /// Open an incident: it is stopped at once, and what still left is measured
    Open {
        #[command(subcommand)]
        target: IncidentTarget,
    },
    /// Incidents and drills, newest first
    List {
        /// Only those that have not ended
        #[arg(long)]
        open: bool,
    },
    /// One of them: its stop, its notices with their clocks, what still left, what was found and done
    Show {
        /// Its number
        incident: i64,
    },
    /// Print the notice to a recipient, without personal data, in the language of --lang
    Notice {
        /// Its number
        incident: i64,
        /// supervisor, provider or bureau
        to: String,
        /// Who has it printed: compliance, the unit head or internal auditor of the member concerned, supervisor or provider;
        /// PLACE/ACCOUNT where two places have an account of that name
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// The queries of its window and whom they were about: masked, under handles
    Affected {
        /// Its number
        incident: i64,
        /// From then on, in place of its own beginning
        #[arg(long, value_name = "INSTANT")]
        from: Option<Timestamp>,
        /// Before then, in place of its stop
        #[arg(long, value_name = "INSTANT")]
        until: Option<Timestamp>,
        /// Write all of them into this new CSV file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Who has them listed: an account that may take evidence away
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Look again at what left after its stop
    Measure {
        /// Its number
        incident: i64,
        /// How many seconds it is waited for what is on the way
        #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=600))]
        wait: u64,
    },
    /// Add a finding, a measure or a sanction
    Note {
        /// Its number
        incident: i64,
        /// finding, measure, warning, suspension or revocation
        what: String,
        /// In a few words
        #[arg(long)]
        note: String,
        /// Who adds it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// Close it with its report; its stop stays
    Close {
        /// Its number
        incident: i64,
        /// How it came out
        #[arg(long)]
        outcome: OutcomeArgument,
        /// The file of the report; its SHA-256 is kept
        #[arg(long, value_name = "FILE")]
        report: String,
        /// Who closes it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// Drill: the same way against a demonstration stop that touches nobody, measured, for the month's duty
    Drill {
        /// Who drills: an owner of the duty closes it with the drill
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum IncidentTarget {
    /// Of a member institution
    Member {
        /// Institution code
        code: String,
        #[command(flatten)]
        words: IncidentWords,
    },
    /// Of one account of a member, and its person
    Person {
        /// MEMBER/ACCOUNT, such as 004/chen.yl
        person: String,
        #[command(flatten)]
        words: IncidentWords,
    },
    /// Of an item, for everybody
    Item {
        /// Item code
        item: String,
        #[command(flatten)]
        words: IncidentWords,
    },
    /// Of the whole link
    Link {
        #[command(flatten)]
        words: IncidentWords,
    },
}

#[derive(Args)]
pub(in crate::cli) struct IncidentWords {
    /// What happened, in a few words, without a person's name
    #[arg(long)]
    pub(in crate::cli) reason: String,
    /// It has happened; without it, it is suspected
    #[arg(long)]
    pub(in crate::cli) actual: bool,
    /// When it became known [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub(in crate::cli) known: Option<Timestamp>,
    /// From when on queries count as affected [default: the beginning of the day on which it became known]
    #[arg(long, value_name = "INSTANT")]
    pub(in crate::cli) from: Option<Timestamp>,
    /// How many seconds it is waited for what is on the way
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub(in crate::cli) wait: u64,
    /// Who opens it; PLACE/ACCOUNT at the supervisor or the provider
    #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
    pub(in crate::cli) account: String,
}

#[derive(Clone, Copy, ValueEnum)]
pub(in crate::cli) enum OutcomeArgument {
    /// It had happened
    Confirmed,
    /// It had not
    Unfounded,
}
