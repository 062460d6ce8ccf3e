//! The grammar of `evidence`. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Subcommand)]
pub(in crate::cli) enum EvidenceCommand {
    /// Write the folder that an examiner takes away: sheets, samples, reviews, reconciliations, certificates, registers, duties, clauses, the journal
    Pack {
        /// The first day, such as 2026-11-01
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// The last day, today at the latest
        #[arg(long, value_name = "DAY")]
        to: Date,
        /// Only this member's
        #[arg(long, value_name = "CODE")]
        member: Option<String>,
        /// A new or empty folder outside the data directory
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// An account with the audit right at the bureau, or an auditor of the supervisor or the provider
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Verify such a folder, with nothing but the public key
    Verify {
        /// The folder
        folder: PathBuf,
        /// The verifier key, or a file that holds it, as `journal verify` and `doctor` print it
        #[arg(long, value_name = "PUBLIC")]
        key: String,
    },
}
