//! Consents outside a batch: sent ahead, given an outcome or withdrawn, and shown with the text they were given on. *SQL.*

pub mod find;
pub mod hands;
pub mod import;
mod lines;
pub mod outcome;
pub mod show;
pub mod view;
