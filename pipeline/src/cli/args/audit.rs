//! The grammar of `audit`. *Pure.*

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::review::ReviewCommand;
use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum AuditCommand {
    /// Freeze a month that is over: its query records are counted under a signed checkpoint
    Freeze {
        #[command(flatten)]
        sample: SampleArguments,
        /// Who wants it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// Draw the sample of a frozen month, once: the reviewer whom the unit head named (`audit name`)
    #[command(group(ArgGroup::new("how").required(true).args(["value", "without_reviewer"])))]
    Draw {
        #[command(flatten)]
        sample: SampleArguments,
        /// The reviewer: an account of the member with the review right today, and no query or approval in the month
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
        /// The reviewer's own value, 32 to 64 hexadecimal digits, such as `openssl rand -hex 16` makes
        #[arg(long, value_name = "HEX")]
        value: Option<String>,
        /// The unit head who named the reviewer, as entered; refused if it was another
        #[arg(long, value_name = "ACCOUNT", conflicts_with = "without_reviewer")]
        named_by: Option<String>,
        /// Once the 10th of the next month is over: the bureau draws, with the next checkpoint in place of a reviewer's value
        #[arg(long)]
        without_reviewer: bool,
    },
    /// Make a drawn sample larger; nothing is drawn anew
    Extend {
        #[command(flatten)]
        sample: SampleArguments,
        /// How many records it is to have
        size: u64,
        /// A reviewer of the member
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// What a sample is and what it is able to find; its records for its reviewer only
    Show {
        #[command(flatten)]
        sample: SampleArguments,
        /// The reviewer, who is shown the records too
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: Option<String>,
    },
    /// All samples, newest month first
    List,
    /// Write a drawn sample as a folder that anybody verifies; not for the eyes of queriers before the review is closed
    Export {
        #[command(flatten)]
        sample: SampleArguments,
        /// A new folder
        folder: PathBuf,
        /// Who takes it: reviewer, unit head or internal auditor of the member, compliance, supervisor or provider; PLACE/ACCOUNT
        /// where two places have an account of that name
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Reconcile a member's own query log of a month that is over with the bureau's records, consents and approvals
    Reconcile {
        #[command(flatten)]
        sample: SampleArguments,
        /// The log: CSV with batch,line,querier,item,subject_id,case_no,consent_ref,approver,approved_at,reason
        #[arg(value_name = "LOG")]
        own_log: PathBuf,
        /// An account with the review right at the member or the audit right at the bureau
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
        /// Where the findings are written: CSV with batch,line,finding,fields; a file that is not there yet
        #[arg(long, value_name = "FILE.csv")]
        findings: Option<PathBuf>,
    },
    /// Recompute an exported sample, with nothing but the journal's public key
    Verify {
        /// A folder that `audit export` wrote
        folder: PathBuf,
        /// The verifier key, or a file that holds it, as `journal verify` and `doctor` print it
        #[arg(long, value_name = "PUBLIC")]
        key: String,
    },
    #[command(flatten)]
    Review(ReviewCommand),
}

#[derive(Args)]
pub(in crate::cli) struct SampleArguments {
    /// Institution code, such as 004
    pub(in crate::cli) member: String,
    /// The month, such as 2026-11
    pub(in crate::cli) month: String,
}
