//! The rules of the house, held against its own sources. *Edge.*
//!
//! `source` reads the sources and tells code from comments and strings, `files` looks at files and folders, `imports`
//! at who may import whom, `calls` at calls that belong to one place or to none, `schema` at tables and statements,
//! `readme` at what the README pages say of all this. Every rule is a function from text to findings; beside each
//! stands a control: a small bad sample that it must catch.

mod calls;
mod files;
mod imports;
mod readme;
mod schema;
mod source;

/// Fails with one finding a line.
#[track_caller]
fn nothing_in(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
