//! The grammar of `register`. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

#[derive(Subcommand)]
pub(in crate::cli) enum RegisterCommand {
    /// The kinds of papers there are: whose, who enters them, what they ask for and what follows
    Kinds {
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// Enter a paper; the duty that follows from it is there at once, one that it answers is closed
    Add {
        /// Its kind, such as card_password_sent
        kind: String,
        /// Whose it is: an institution code, or bureau
        #[arg(long, value_name = "WHOSE")]
        of: String,
        /// Its own date, today or earlier
        #[arg(long, value_name = "DAY")]
        day: Date,
        /// What it says, NAME=VALUE; again for each field
        #[arg(long = "field", value_name = "NAME=VALUE")]
        fields: Vec<String>,
        /// The paper itself, of which the SHA-256 is kept
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// The paper that it follows
        #[arg(long, value_name = "NUMBER")]
        follows: Option<i64>,
        /// A duty that it closes besides, such as yearly_use_review/bureau/2026
        #[arg(long, value_name = "DUTY")]
        duty: Option<String>,
        /// Who enters it: an account that has the kind's role today
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// The papers that stand, or wait for one that follows
    List {
        /// Only those of a kind
        #[arg(long)]
        kind: Option<String>,
        /// Only those of this member, or of bureau
        #[arg(long, value_name = "WHOSE")]
        of: Option<String>,
        /// Those that are done with, too
        #[arg(long)]
        all: bool,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// One paper
    Show {
        /// Its number
        paper: i64,
    },
    /// End a paper that stands, as of today
    End {
        /// Its number
        paper: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who ends it: an account that has the kind's role today
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// The consents that a paper of the kind consents_asked asks the member to show: drawn, and recomputed each time
    Selection {
        /// The paper's number
        paper: i64,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// How much each member used the link, for the yearly review of use; a member without a query shows with 0
    Use {
        /// First day
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// Last day
        #[arg(long, value_name = "DAY")]
        to: Date,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
}
