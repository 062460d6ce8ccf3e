//! The console: pages that a server writes for each role, and people use with a browser (issue of its own). *Pure.*

pub mod plot;
