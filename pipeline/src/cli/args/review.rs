//! The grammar of the review below `audit`. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;

use super::audit::SampleArguments;

#[derive(Subcommand)]
pub(in crate::cli) enum ReviewCommand {
    /// Name who is to draw and review the sample of a frozen month, as its unit head
    Name {
        #[command(flatten)]
        sample: SampleArguments,
        /// Who is to review: the review right today, and no query or approval in the month
        reviewer: String,
        /// The unit head
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Open a record of the sample: request, consent, approval, and that it was answered; masked, never the answer
    Item {
        #[command(flatten)]
        sample: SampleArguments,
        /// Its place in the sample, from 1
        place: u64,
        /// The reviewer
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Give a verdict on a record; it is added and never changed
    Verdict {
        #[command(flatten)]
        sample: SampleArguments,
        /// Its place in the sample, from 1
        place: u64,
        /// One of the regime's verdicts, such as in_order, finding or unclear
        #[arg(long)]
        verdict: String,
        /// One of the regime's reasons, once for each that applies; a finding needs one
        #[arg(long = "reason", value_name = "REASON")]
        reasons: Vec<String>,
        /// In your own words, at most 200 characters; no person is named in it
        #[arg(long, default_value = "")]
        remark: String,
        /// The reviewer
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// How far a review is: records without a verdict, and the verdicts that this reviewer may see
    Verdicts {
        #[command(flatten)]
        sample: SampleArguments,
        /// The reviewer
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// What was found, and how far it is
    Findings {
        /// Only what is not closed
        #[arg(long)]
        open: bool,
        /// Only what is past its day and not closed
        #[arg(long)]
        overdue: bool,
        /// Only of this member
        #[arg(long, value_name = "CODE")]
        member: Option<String>,
    },
    /// Correct or close a finding
    #[command(subcommand)]
    Finding(FindingCommand),
    /// Sign a review off, as the unit head, when every record has a verdict
    SignOff {
        #[command(flatten)]
        sample: SampleArguments,
        /// The unit head
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Write the report of a signed review: text, CSV and pages to print, in English and Chinese
    Report {
        #[command(flatten)]
        sample: SampleArguments,
        /// A new folder
        #[arg(long = "to", value_name = "DIR")]
        folder: PathBuf,
        /// As it stands before it is signed off, for the unit head who signs: when every record has a verdict
        #[arg(long)]
        draft: bool,
        /// Who takes it: reviewer, unit head or internal auditor of the member, compliance, supervisor or provider; PLACE/ACCOUNT
        /// where two places have an account of that name
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// How approvals and verdicts of a month were made: spans in seconds and what was done in bulk, for each person
    Pace {
        #[command(flatten)]
        sample: SampleArguments,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum FindingCommand {
    /// Say that what was wrong is put right
    Correct {
        /// The number of the finding
        number: i64,
        /// A paper that shows it; its SHA-256 is kept
        #[arg(long, value_name = "FILE")]
        artefact: Option<PathBuf>,
        /// Who put it right: anybody authorised at the member
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Close a corrected finding
    Close {
        /// The number of the finding
        number: i64,
        /// The report on it, or another paper that shows it; its SHA-256 is kept
        #[arg(long, value_name = "FILE")]
        artefact: PathBuf,
        /// A reviewer or unit head of the member, another person than who corrected it
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}
