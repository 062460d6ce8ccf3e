//! The rules of the house, held against its own sources. *Edge.*
//!
//! `source` reads the sources and tells code from comments and strings, `files` looks at files and folders, `imports`
//! at who may import whom, `calls` at calls that belong to one place or to none, `schema` at tables and statements,
//! `readme` at what the README pages say of all this, `wording` at what is said in Chinese. Every rule is a function from text to findings; beside each
//! stands a control: a small bad sample that it must catch.

mod calls;
mod files;
mod imports;
mod readme;
mod schema;
mod source;
mod wording;

/// Fails with one finding a line.
#[track_caller]
fn nothing_in(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// The names of all functions of the house's sources that are tests.
pub fn test_names() -> std::collections::BTreeSet<String> {
    let sources = source::rust();
    let marks = ["#[test]\n", "#[tokio::test]\n"];
    let pairs = sources.iter().flat_map(|source| marks.map(|mark| (source, mark)));
    pairs
        .flat_map(|(source, mark)| source.text.split(mark).skip(1))
        .filter_map(|after| {
            let head = after.get(..after.find('(')?)?;
            let name = head.rsplit_once("fn ")?.1;
            Some(name.to_owned())
        })
        .collect()
}
