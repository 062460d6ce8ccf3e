//! The grammar of what is kept: holds and backups. *Pure.*

use std::path::PathBuf;

use clap::Subcommand;

use crate::access::OPERATOR;

#[derive(Subcommand)]
pub(in crate::cli) enum HoldCommand {
    /// Keep them from now on, with the approval of another person
    Add {
        /// The record class: consent, query, sheet, register, review, audit or certificate
        class: String,
        /// Only records of this month, such as 2026-11
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
        /// Only this member's (consent, query, register, review)
        #[arg(long, value_name = "CODE")]
        member: Option<String>,
        /// Only those of this batch (query)
        #[arg(long, value_name = "BATCH")]
        batch: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who wants them kept
        #[arg(long = "as", value_name = "ACCOUNT", default_value = OPERATOR)]
        account: String,
        /// The approval that was given for it; without it, one is applied for
        #[arg(long, value_name = "NUMBER")]
        approval: Option<i64>,
    },
    /// Lift a hold, with the approval of another person; what it kept goes with the next purge
    Lift {
        /// Its number
        hold: i64,
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
    /// The holds in force
    List {
        /// The lifted ones too
        #[arg(long)]
        all: bool,
    },
}

#[derive(Subcommand)]
pub(in crate::cli) enum BackupCommand {
    /// Copy database, sealed files and settings; never a key
    Create {
        /// A new folder
        folder: PathBuf,
    },
    /// Put a backup back beside the living keys; what was destroyed since stays so
    Restore {
        /// A folder that `backup create` wrote; without it, what lies in the data directory was put back by other means
        folder: Option<PathBuf>,
    },
}
