//! The grammar of `grant`, and of reading results. *Pure.*

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum GrantCommand {
    /// Use answers that are not one's own cases', in a period that another person approves; its approver has the approve right
    Add {
        /// Institution code, such as 004
        member: String,
        /// Only those of this batch
        #[arg(long, value_name = "BATCH")]
        batch: Option<String>,
        /// Only those that this account queried
        #[arg(long, value_name = "ACCOUNT")]
        cases_of: Option<String>,
        /// From when on, such as 2026-11-02T10:00:00+08:00 [default: from its granting]
        #[arg(long, value_name = "INSTANT")]
        from: Option<Timestamp>,
        /// Until when
        #[arg(long, value_name = "INSTANT")]
        until: Timestamp,
        /// What for
        #[arg(long)]
        reason: String,
        /// Who wants to use them: an account of the member with the query right
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
        /// The approval that was given for it; without it, one is applied for
        #[arg(long, value_name = "NUMBER")]
        approval: Option<i64>,
    },
    /// The grants that are not over
    List {
        /// Those that are over too
        #[arg(long)]
        all: bool,
        /// As CSV that a spreadsheet takes for text, whatever is in its cells
        #[arg(long)]
        csv: bool,
    },
    /// End a grant now
    End {
        /// Its number
        grant: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who ends it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
}

#[derive(Args)]
pub(in crate::cli) struct ResultsArguments {
    /// Batch id, such as 004-1151102-01
    pub(in crate::cli) batch: String,
    /// An account of the member with the query right today, or bureau/ACCOUNT; attributes the act, is no authentication
    #[arg(long = "as", value_name = "ACCOUNT")]
    pub(in crate::cli) account: String,
    /// Write BATCH.results.csv.age and BATCH.answers.csv.age there; without it, print the account's own rows
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// At the bureau, without --out: the line whose answer is opened; again for each
    #[arg(long = "line", value_name = "LINE", conflicts_with = "out")]
    pub(in crate::cli) lines: Vec<i64>,
    /// At the bureau: why
    #[arg(long)]
    pub(in crate::cli) reason: Option<String>,
    /// At the bureau: the approval that was given for it; without it, one is applied for
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) approval: Option<i64>,
}
