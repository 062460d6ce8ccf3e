//! The grammar of `duty`. *Pure.*

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use jiff::civil::Date;

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum DutyCommand {
    /// Duties by due day: all that are not closed, unless something else is asked for
    #[command(group(ArgGroup::new("which").args(["due", "overdue", "all"]).multiple(true)))]
    List {
        /// Only those that are due: they can be closed, and their last day is near
        #[arg(long)]
        due: bool,
        /// Only those whose last day is over
        #[arg(long)]
        overdue: bool,
        /// The closed ones too
        #[arg(long, conflicts_with_all = ["due", "overdue"])]
        all: bool,
        /// Only those that this role owns, such as unit_head
        #[arg(long, value_name = "ROLE")]
        owner: Option<String>,
        /// Only those of a clause, such as 九(三)
        #[arg(long, value_name = "CLAUSE")]
        clause: Option<String>,
        /// Only those of this member, or of bureau, supervisor or provider
        #[arg(long, value_name = "CODE")]
        member: Option<String>,
        /// As of this day [default: today]
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// One duty, and what closed it
    Show {
        /// Its name, such as monthly_sample/004/2026-11
        duty: String,
    },
    /// Close a duty with its artefact; once, as of today
    Close {
        /// Its name, such as monthly_sample/004/2026-11
        duty: String,
        /// A file, of which the SHA-256 is kept, or a reference of the kind that the duty asks for, such as letter:1140001
        #[arg(long, value_name = "FILE|REFERENCE")]
        artefact: String,
        /// Who closes it: an account with the owner's role today
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Enter an event that a duty follows from
    Raise {
        /// The duty, such as incident_notice
        rule: String,
        /// The day on which it happened
        #[arg(long, value_name = "DAY")]
        event_day: Date,
        /// Whose duty it is: an institution code, bureau, or MEMBER/ACCOUNT
        #[arg(long, value_name = "WHOSE", default_value = "bureau")]
        of: String,
        /// What happened, in a few words
        #[arg(long)]
        reason: String,
        /// Who enters it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// Working days that differ locally from the offices' calendar
    #[command(subcommand)]
    Calendar(CalendarCommand),
}

#[derive(Subcommand)]
pub(in crate::cli) enum CalendarCommand {
    /// Load a file of days, all of them or none: date,is_workday,note
    Import {
        /// The file
        file: PathBuf,
        /// Who enters them
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
}
