//! The grammar of `stop`. *Pure.*

use clap::{Args, Subcommand};

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum StopCommand {
    /// Stop it; nothing passes the gate or is delivered from this moment on
    Add {
        #[command(subcommand)]
        target: StopTarget,
    },
    /// Lift a stop, with the approval of another person
    Lift {
        /// Its number
        stop: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who lifts it
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
        /// The approval that was given for it; without it, one is applied for
        #[arg(long, value_name = "NUMBER")]
        approval: Option<i64>,
    },
    /// The stops in force
    List {
        /// The lifted ones too
        #[arg(long)]
        all: bool,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum StopTarget {
    /// A member institution
    Member {
        /// Institution code
        code: String,
        #[command(flatten)]
        why: StopReason,
    },
    /// One account of a member
    Person {
        /// MEMBER/ACCOUNT, such as 004/chen.yl
        person: String,
        #[command(flatten)]
        why: StopReason,
    },
    /// An item, for everybody
    Item {
        /// Item code
        item: String,
        #[command(flatten)]
        why: StopReason,
    },
    /// The whole link
    Link {
        #[command(flatten)]
        why: StopReason,
    },
}

#[derive(Args)]
pub(in crate::cli) struct StopReason {
    /// Why
    #[arg(long)]
    pub(in crate::cli) reason: String,
    /// Who stops it; PLACE/ACCOUNT at the supervisor or the provider
    #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
    pub(in crate::cli) account: String,
}
