//! The grammar of `purge` and `certificate`. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;

use super::kept::HoldCommand;
use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum PurgeCommand {
    /// What is due now, of hours and of years; exactly what `purge run` destroys and deletes
    Plan,
    /// Destroy it: the keys first, then the bytes; needs no database. Certify what is gone
    Run {
        /// Who has it done; the certificates say so
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
    },
    /// What is held, and its margins to the deadline, oldest first; a picture on a terminal, a list elsewhere
    Status {
        /// Draw the picture elsewhere too
        #[arg(long)]
        timeline: bool,
    },
    /// Keep records of a class of years beyond their end, for an investigation; never answers
    #[command(subcommand)]
    Hold(HoldCommand),
}

#[derive(Subcommand)]
pub(in crate::cli) enum CertificateCommand {
    /// All certificates, and whether they and the live cohorts account for every segment ever made
    List,
    /// Print the last certificate of a cohort, signature included
    Show {
        /// The cohort, such as answer-2026110202
        cohort: String,
    },
    /// Write every certificate to a file of its own, with the public key
    Export {
        /// A folder; files that are there already are never changed
        folder: PathBuf,
    },
    /// Verify certificates anywhere, and tell whose destroyed key a sealed file was under; needs no data directory
    Verify {
        /// Certificates, and sealed files (.seg) of an old copy
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The verifier key, or a file that holds it; several if the journal went on under a new one
        #[arg(long, value_name = "PUBLIC", required = true)]
        key: Vec<String>,
    },
}
