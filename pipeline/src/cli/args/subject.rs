//! The grammar of `subject`. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Subcommand)]
pub(in crate::cli) enum SubjectCommand {
    /// Write what is held about a person, who asked, when, why, on which consent, and whether the answer is gone
    Report {
        /// A file with the identity number in its first line and the birth date in its second; - for standard input
        #[arg(value_name = "FILE")]
        subject: PathBuf,
        /// The kind of proof of identity that was seen: id_card, residence_permit, passport, health_card, moica or agent
        #[arg(long, value_name = "KIND")]
        proof: String,
        /// The number of its issue, or its serial number; never an identity number
        #[arg(long, value_name = "TEXT")]
        reference: String,
        /// The day the request came in [default: today]
        #[arg(long, value_name = "DAY", conflicts_with = "duty")]
        received: Option<Date>,
        /// The duty of a request that was entered before
        #[arg(long, value_name = "DUTY")]
        duty: Option<String>,
        /// A new or empty folder outside the data directory
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// An account with the audit right at the bureau
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}
