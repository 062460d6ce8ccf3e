//! The grammar of `provider`. *Pure.*

use std::{net::SocketAddr, path::PathBuf};

use clap::{Subcommand, ValueEnum};

use crate::provider::exchange::ReplyFault;

#[derive(Subcommand)]
pub(in crate::cli) enum ProviderCommand {
    /// Files sent and taken in, and those that were quarantined, newest last; at most 1,000 of each
    List,
    /// Play the other side for trials: answer the request files of a sandbox with invented replies
    Reply {
        /// The folder that holds `requests` and `replies`
        folder: PathBuf,
        /// The seed of the invented population, as `[sandbox] seed` has it
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Which reply to the request it is
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=98))]
        number: u8,
        /// Do something wrong
        #[arg(long, value_name = "KIND")]
        fault: Option<ReplyFaultArgument>,
    },
    /// Play the other side over HTTP for trials: serve the sandbox provider, until it is told to stop
    Serve {
        /// Address and port; port 0 takes any that is free. Without certificates 127.0.0.1 or [::1]
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: SocketAddr,
        /// Its certificate, and those between it and its CA (PEM)
        #[arg(long, value_name = "FILE", requires_all = ["tls_key", "client_ca"])]
        tls_cert: Option<PathBuf>,
        /// The key of its certificate (PEM)
        #[arg(long, value_name = "FILE", requires = "tls_cert")]
        tls_key: Option<PathBuf>,
        /// The CA that a caller's certificate must be of (PEM)
        #[arg(long, value_name = "FILE", requires = "tls_cert")]
        client_ca: Option<PathBuf>,
        /// The seed of the invented population, as `[sandbox] seed` has it
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// A file to which each query id that comes is appended
        #[arg(long, value_name = "FILE")]
        ledger: Option<PathBuf>,
        /// Do something wrong, so often in a thousand, as `[sandbox.faults]` has it; may be repeated
        #[arg(long, value_name = "KIND=RATE")]
        fault: Vec<String>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(in crate::cli) enum ReplyFaultArgument {
    /// The file ends in the midst of a record
    Cut,
    /// The trailer counts one line too many
    WrongCount,
    /// A byte was changed on the way
    Altered,
    /// The file is about another request
    Foreign,
    /// The file is larger than any reply may be
    Oversize,
    /// The same reply comes once more, under the next number
    Double,
    /// The first answer is about another person
    WrongPerson,
    /// Every third person is left out
    MissingPersons,
}

impl From<ReplyFaultArgument> for ReplyFault {
    fn from(argument: ReplyFaultArgument) -> Self {
        match argument {
            ReplyFaultArgument::Cut => Self::Cut,
            ReplyFaultArgument::WrongCount => Self::Count,
            ReplyFaultArgument::Altered => Self::Altered,
            ReplyFaultArgument::Foreign => Self::Foreign,
            ReplyFaultArgument::Oversize => Self::Oversize,
            ReplyFaultArgument::Double => Self::Double,
            ReplyFaultArgument::WrongPerson => Self::WrongPerson,
            ReplyFaultArgument::MissingPersons => Self::MissingPersons,
        }
    }
}
