//! Logs on standard error and panics without their message: a message may hold a value, a place never does. *Edge.*

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt};

/// How much is logged.
#[derive(Clone, Copy, ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// And what looks wrong.
    Warn,
    /// And one line per boundary that is crossed.
    Info,
    /// And more.
    Debug,
    /// Everything there is.
    Trace,
}

/// Starts logging at `level`. Of the libraries, only what they say of trouble is let through.
pub fn start(level: LogLevel) {
    let own = match level {
        LogLevel::Off => "off",
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    let libraries = match level {
        LogLevel::Off => "off",
        LogLevel::Error => "error",
        _ => "warn",
    };
    // What it says of an address holds parts of it.
    let filter = EnvFilter::new(format!("{libraries},sqlx_postgres::options=off,mayfly={own}"));
    // A second start (tests) leaves the first in place.
    let _ = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true)
        .json()
        .try_init();
}

/// Makes panics tell their place and nothing else.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".into(), ToString::to_string);
        tracing::error!(place, "internal error");
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "internal error at {place} (BUG)\nkeep the data directory as it is and report the place"
        );
    }));
}
