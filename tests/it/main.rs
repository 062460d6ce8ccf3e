//! Whole journeys through the real binary: one file a subject. *Edge.*

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "all of this crate is tests: they fail by unwrapping, tell their seeds, and nobody imports them"
)]

mod ahead;
mod api;
mod approvals;
mod audit;
mod bad_input;
mod batch_file;
mod certificates;
mod chinese;
#[cfg(feature = "browser")]
mod chromium;
mod clauses;
mod codes;
mod console;
mod crash;
mod database;
mod disk;
mod duties;
mod ends;
mod evidence;
mod exchange;
mod forgotten;
mod fuzz;
mod golden;
mod grants;
mod hostile;
mod http;
mod http_provider;
mod incidents;
mod journey;
mod judge;
mod marked;
mod memory;
mod packaging;
mod pauses;
mod people;
mod planted;
mod redaction;
mod regimes;
mod register;
mod rivals;
mod scanner;
mod schedule;
mod sheet;
mod signin;
#[cfg(feature = "stock-tools")]
mod stock;
mod stops;
mod subject;
mod support;
mod synthetic;
mod tidy;
mod traps;
mod worker;
mod year;
