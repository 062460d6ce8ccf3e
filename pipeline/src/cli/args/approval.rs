//! The grammar of `approval`. *Pure.*

use clap::Subcommand;

#[derive(Subcommand)]
pub(in crate::cli) enum ApprovalCommand {
    /// The approvals that somebody waits for: to be given, or to be used
    List {
        /// Those that are used, refused or over too
        #[arg(long)]
        all: bool,
        /// As CSV that a spreadsheet takes for text, whatever is in its cells
        #[arg(long)]
        csv: bool,
    },
    /// One approval: exactly what is to be done, who applied, who decided
    Show {
        /// Its number
        approval: i64,
    },
    /// Give approvals, all or none of them; never one's own
    Give {
        /// Their numbers
        #[arg(required = true, value_name = "APPROVAL")]
        approvals: Vec<i64>,
        /// Who gives them: an account of where they were applied for, or PLACE/ACCOUNT, such as supervisor/fan.fsc
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Refuse approvals, all or none of them
    Refuse {
        /// Their numbers
        #[arg(required = true, value_name = "APPROVAL")]
        approvals: Vec<i64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who refuses them: an account of where they were applied for, or PLACE/ACCOUNT
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}
