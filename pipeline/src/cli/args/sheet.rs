//! The grammar of `sheet`. *Pure.*

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum SheetCommand {
    /// Make the sheets of a week that is over, one for each querier
    Make {
        #[command(flatten)]
        week: WeekArguments,
        /// Who wants it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// Sheets, newest week first, at most 5,000
    List {
        /// Only this member's
        #[arg(long, value_name = "CODE")]
        member: Option<String>,
        /// Only those of this week
        #[arg(long, value_name = "WEEK")]
        week: Option<String>,
        /// Only those that wait for a signature or an approval
        #[arg(long)]
        open: bool,
    },
    /// How far a sheet has come; its first lines for who may see them
    Show {
        #[command(flatten)]
        sheet: SheetArguments,
        /// The querier, or who approves, reviews, signs off or audits at the member; bureau/ACCOUNT of compliance, supervisor/ACCOUNT
        /// or provider/ACCOUNT of an auditor; is shown the lines too
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: Option<String>,
    },
    /// Sign a sheet: its querier
    Sign {
        #[command(flatten)]
        sheet: SheetArguments,
        /// The querier; for one who has left, the unit head
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Approve a signed sheet: another person with the approve right
    Approve {
        #[command(flatten)]
        sheet: SheetArguments,
        /// The approver
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Recompute from journal and records whether the sheets of a week are exactly its queries
    Verify {
        #[command(flatten)]
        week: WeekArguments,
        /// Compare an exported CSV file of this querier's sheet, too
        #[arg(long, value_name = "ACCOUNT", requires = "file")]
        querier: Option<String>,
        /// The unit of that sheet, where the querier has one of each of several
        #[arg(long, value_name = "UNIT", requires = "querier")]
        unit: Option<String>,
        /// The file
        #[arg(long, value_name = "FILE", requires = "querier")]
        file: Option<PathBuf>,
    },
    /// Check proofs that `sheet export` wrote, with nothing but the journal's public key
    Check {
        /// The files, NAME.proof
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The verifier key, or a file that holds it, as `journal verify` and `doctor` print it
        #[arg(long, value_name = "PUBLIC")]
        key: String,
    },
    /// Write a sheet as CSV, XLSX and a page to print, with a proof that outsiders check
    Export {
        #[command(flatten)]
        sheet: SheetArguments,
        /// Where to; files that are there stay
        folder: PathBuf,
        /// As with show
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}

#[derive(Args)]
pub(in crate::cli) struct WeekArguments {
    /// Institution code, such as 004
    pub(in crate::cli) member: String,
    /// The ISO week, such as 2026-W45
    pub(in crate::cli) week: String,
}

#[derive(Args)]
pub(in crate::cli) struct SheetArguments {
    #[command(flatten)]
    pub(in crate::cli) week: WeekArguments,
    /// The querier's account
    pub(in crate::cli) querier: String,
    /// The unit, where the querier has a sheet for each of several
    #[arg(long, value_name = "UNIT")]
    pub(in crate::cli) unit: Option<String>,
}
