//! The review of accounts, twice a year and account by account, and what a leaver leaves behind (五(二), 五(一)9). *Pure.*
//!
//! `review` shows the accounts of a member with their use and what was said of each, `check` says it, `close` ends the review with
//! the duty that asks for it, `store` keeps what was said. `tasks` is what is still open with an account. `forms` prints both.

pub mod check;
pub mod close;
pub mod forms;
pub mod review;
pub mod store;
pub mod tasks;
