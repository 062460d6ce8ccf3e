//! The grammar of `account`. *Pure.*

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(in crate::cli) enum AccountCommand {
    /// How the accounts of a place stand at the door: without password, locked, to be changed, leaked
    List {
        /// Institution code, bureau, supervisor or provider
        #[arg(value_name = "AT")]
        place: String,
        /// As CSV that a spreadsheet takes for text, whatever is in its cells
        #[arg(long)]
        csv: bool,
    },
    /// Give an account a first password, which its holder changes at the first sign-in; another person approves it
    First {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        /// A new file for the notice, which only its owner may read; it is handed to the holder alone
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        hand: HandArguments,
    },
    /// Unlock an account; another person approves it
    Unlock {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        #[command(flatten)]
        hand: HandArguments,
    },
    /// Tokens, with which a member's system acts in the name of the person who answers for it
    #[command(subcommand)]
    Token(TokenCommand),
    /// Say that a password may be known to others: it opens nothing from now on, and whoever is signed in with it is signed out
    Leaked {
        /// AT/ACCOUNT, such as 004/chen.yl
        holder: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who says so: its holder, an account administrator, or a head
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum TokenCommand {
    /// Make a token, or register a certificate in its place, with the approval of another person
    Make {
        /// AT/ACCOUNT, in whose name it acts, such as 004/chen.yl
        holder: String,
        /// What it is for, in a word
        #[arg(long)]
        name: String,
        /// For how many days
        #[arg(long, value_name = "DAYS")]
        days: i64,
        /// A new file for the token, which only its owner may read
        #[arg(long, value_name = "FILE", required_unless_present = "certificate")]
        out: Option<PathBuf>,
        /// The certificate (PEM) that the system shows in place of a token
        #[arg(long, value_name = "FILE", conflicts_with = "out")]
        certificate: Option<PathBuf>,
        #[command(flatten)]
        hand: HandArguments,
    },
    /// The tokens of a place that are not over
    List {
        /// Institution code, bureau, supervisor or provider
        #[arg(value_name = "AT")]
        place: String,
    },
    /// End a token now
    End {
        /// Its number
        token: i64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who ends it: its holder, or an account administrator
        #[arg(long = "as", value_name = "ACCOUNT")]
        account: String,
    },
}

#[derive(Args)]
pub(in crate::cli) struct HandArguments {
    /// Why
    #[arg(long)]
    pub(in crate::cli) reason: String,
    /// Who does it: an account administrator of the same member, or of the bureau for everybody else
    #[arg(long = "as", value_name = "ACCOUNT")]
    pub(in crate::cli) account: String,
    /// The approval that was given for it; without it, one is applied for
    #[arg(long, value_name = "NUMBER")]
    pub(in crate::cli) approval: Option<i64>,
}
