//! The grammar of `people`. *Pure.*

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

#[derive(Subcommand)]
pub(in crate::cli) enum PeopleCommand {
    /// The authorisation table (授權表) of a day: who may do what, from when to when, and who approved it
    Table {
        /// The day, YYYY-MM-DD, past or to come [default: today in Taipei]
        #[arg(long, value_name = "DAY")]
        on: Option<Date>,
        #[command(flatten)]
        shown: Shown,
    },
    /// The record of changes (授權異動明細紀錄表): what began and ended, who entered and who approved it
    Changes {
        /// First day from which a change holds, or on which it was entered
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// Last day from which a change holds, or on which it was entered
        #[arg(long, value_name = "DAY")]
        to: Date,
        #[command(flatten)]
        shown: Shown,
    },
    /// Let an authorisation begin, today or later; what is not given is as in the account's latest one
    Begin {
        /// AT/ACCOUNT, such as 004/chen.yl; AT is an institution code, bureau, supervisor or provider
        holder: String,
        /// Its roles; again for each
        #[arg(long = "role", required = true, value_name = "ROLE")]
        roles: Vec<String>,
        /// First day
        #[arg(long, value_name = "DAY")]
        from: Date,
        /// First day without it
        #[arg(long, value_name = "DAY")]
        to: Option<Date>,
        /// The person's name
        #[arg(long)]
        name: Option<String>,
        /// The person's title
        #[arg(long)]
        title: Option<String>,
        /// The person's number at their institution [default: the account]
        #[arg(long)]
        person: Option<String>,
        /// The person's unit
        #[arg(long)]
        unit: Option<String>,
        /// Level of approval, for whoever approves queries
        #[arg(long)]
        level: Option<String>,
        #[command(flatten)]
        hands: HandsArguments,
    },
    /// End the authorisation that would hold on a day, today or later; the account never goes on to anybody else
    End {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        /// First day without it
        #[arg(long, value_name = "DAY")]
        on: Date,
        #[command(flatten)]
        hands: HandsArguments,
    },
    /// The review of accounts, twice a year and account by account
    #[command(subcommand)]
    Check(CheckCommand),
    /// What is open with an account, and who takes it over when its person leaves
    Tasks {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum CheckCommand {
    /// The accounts of a member in the review that is running: rights, use, and what was said of each
    List {
        /// Institution code
        member: String,
        /// As CSV for a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// Say of an account that it keeps its rights
    Keep {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        /// In a few words
        #[arg(long, default_value = "", hide_default_value = true)]
        remark: String,
        /// Who says so: an account administrator or a unit head of the member, not its holder
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// Say of an account that its rights are to be changed or ended
    Change {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        /// What is to be changed
        #[arg(long)]
        remark: String,
        /// Who says so: an account administrator or a unit head of the member, not its holder
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
    /// End the running review, and close its duty: every account was looked at, what was to be changed is
    Close {
        /// Institution code
        member: String,
        /// Who ends it: an account administrator, who owns the duty
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}

#[derive(Args)]
pub(in crate::cli) struct Shown {
    /// Only this institution's people, or those of bureau, supervisor or provider
    #[arg(long, value_name = "AT")]
    pub(in crate::cli) member: Option<String>,
    /// As CSV that a spreadsheet takes for text, whatever is in its cells
    #[arg(long)]
    pub(in crate::cli) csv: bool,
    /// Into this folder as CSV, XLSX and a page to print; files that are there stay
    #[arg(long, value_name = "DIR", conflicts_with = "csv", requires = "account")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Who takes the files: account administrator, unit head or internal auditor of the member, administrator or compliance of the
    /// bureau, supervisor or provider; PLACE/ACCOUNT where two places have an account of that name
    #[arg(long = "as", value_name = "ACCOUNT", requires = "out")]
    pub(in crate::cli) account: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct HandsArguments {
    /// Why
    #[arg(long)]
    pub(in crate::cli) reason: String,
    /// Who enters it: an account administrator of the same member, or of the bureau for everybody else
    #[arg(long = "as", value_name = "ACCOUNT")]
    pub(in crate::cli) account: String,
    /// Who stands by and approves it: another person, a unit head of the same member or compliance at the bureau
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "approval")]
    pub(in crate::cli) approved_by: Option<String>,
    /// The approval that was given for it; without it and --approved-by, one is applied for
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) approval: Option<i64>,
}
