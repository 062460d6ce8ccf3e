//! Rules about files and folders: length, first line, kind, and what lies at the top. *Edge.*

use std::fs;

use super::{
    nothing_in,
    source::{Source, rust, top, with_ending},
};

#[test]
fn every_file_is_short_and_says_what_it_is_responsible_for() {
    nothing_in(rust().iter().flat_map(shape).collect());
    let control = |text: String| shape(&Source::sample("x/src/y.rs", &text)).len();
    assert_eq!(control("//! Does a thing. *Pure.*\n".into()), 0);
    assert_eq!(
        control("//! Does a thing, which takes\n//! two lines. *SQL.*\n".into()),
        0
    );
    assert_eq!(control("//! Does a thing.\n".into()), 1);
    assert_eq!(control("use std::fs;\n".into()), 1);
    assert_eq!(
        control(format!("//! Long. *Pure.*\n{}", "fn f() {}\n".repeat(450))),
        1
    );
}

fn shape(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    if lines > LINES {
        findings.push(format!("{}: {lines} lines, more than {LINES}", source.path));
    }
    if source.kind().is_none() {
        findings.push(format!(
            "{}: its first sentence names no kind (*Pure.*, *SQL.* or *Edge.*)",
            source.path
        ));
    }
    findings
}

#[test]
fn pure_files_see_no_database_no_runtime_no_log_no_files_no_environment() {
    nothing_in(rust().iter().flat_map(impurities).collect());
    let control =
        |code: &str| impurities(&Source::sample("x/src/y.rs", &format!("//! Z. *Pure.*\n{code}"))).len();
    assert_eq!(
        control("use std::time::Duration; // tokio is not seen\nlet sqlx = \"std::fs\";"),
        0
    );
    assert_eq!(control("use std::fs::File;"), 1);
    assert_eq!(control("use std::{fs, path::Path};\nfn f() { fs::read(p) }"), 1);
    assert_eq!(control("async fn f() { sqlx::query(s) }"), 1);
    assert_eq!(control("tokio::spawn(f); tracing::info!(x);"), 2);
    assert_eq!(control("let home = std::env::home_dir();"), 1);
}

fn impurities(source: &Source) -> Vec<String> {
    if source.kind() != Some("Pure") || !source.is_product() {
        return Vec::new();
    }
    let code = source.code(false);
    let seen = IMPURE.iter().filter(|name| {
        code.match_indices(**name)
            .any(|(at, _)| !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    });
    seen.map(|name| format!("{}: is called pure and uses {name}", source.path))
        .collect()
}

#[test]
fn every_file_is_compiled() {
    let sources = rust();
    nothing_in(
        sources
            .iter()
            .filter_map(|source| unreached(source, &sources))
            .collect(),
    );
    let among = [
        Source::sample("x/src/lib.rs", "pub mod y;\nmod z;\n"),
        Source::sample("x/src/y.rs", "#[path = \"y_tests.rs\"]\nmod tests;\nmod w;\n"),
    ];
    let control = |path| unreached(&Source::sample(path, ""), &among).is_some();
    for reached in [
        "x/src/y.rs",
        "x/src/z/mod.rs",
        "x/src/y_tests.rs",
        "x/src/y/w.rs",
        "x/src/main.rs",
    ] {
        assert!(!control(reached), "{reached}");
    }
    assert!(control("x/src/v.rs"));
    assert!(control("x/src/w.rs"));
}

/// A file that no file beside or above it names as a module is no part of the house, and its tests do not run.
fn unreached(source: &Source, sources: &[Source]) -> Option<String> {
    let (folder, file) = source.path.rsplit_once('/')?;
    if ROOTS.contains(&file) || folder.ends_with("/examples") || folder.ends_with("/fuzz_targets") {
        return None;
    }
    let (folder, name) = match file {
        "mod.rs" => folder.rsplit_once('/')?,
        _ => (folder, file.trim_end_matches(".rs")),
    };
    let above = format!("{folder}.rs");
    let named = sources.iter().any(|other| {
        let (of, root) = other.path.rsplit_once('/').unwrap_or(("", ""));
        let is_above = other.path == above || (of == folder && (root == "mod.rs" || ROOTS.contains(&root)));
        let says = |line: &str| {
            let line = line.trim_start_matches("pub ");
            let line = line
                .trim_start_matches("pub(super) ")
                .trim_start_matches("pub(crate) ");
            (is_above && line == format!("mod {name};"))
                || (of == folder && line == format!("#[path = \"{file}\"]"))
        };
        other.text.lines().any(|line| says(line.trim()))
    });
    (!named).then(|| format!("{}: no file has it as a module", source.path))
}

#[test]
fn at_the_top_lies_what_belongs_there() {
    let mut found: Vec<String> = fs::read_dir(top())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !MADE.contains(&name.as_str()))
        .collect();
    found.sort();
    assert_eq!(found, TOP);
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let mut texts = rust();
    for ending in [".md", ".toml", ".sql", ".csv", ".txt", ".json"] {
        texts.extend(with_ending(
            &["consent", "retention", "pipeline", "tests", "fixtures"],
            ending,
        ));
    }
    for name in [
        "README.md",
        "README.zh-TW.md",
        "CHANGELOG.md",
        ".ci/run",
        ".cargo/deny.toml",
    ] {
        texts.push(Source::sample(
            name,
            &fs::read_to_string(top().join(name)).unwrap(),
        ));
    }
    nothing_in(texts.iter().filter_map(machine).collect());
    assert!(machine(&Source::sample("x", &format!("see {}main", MACHINE[0]))).is_some());
}

fn machine(source: &Source) -> Option<String> {
    let named = MACHINE.iter().find(|path| source.text.contains(**path))?;
    Some(format!("{}: names {named}", source.path))
}

/// Files that the build begins with.
const ROOTS: [&str; 3] = ["main.rs", "lib.rs", "targets.rs"];
/// Style asks for about 400.
const LINES: usize = 420;
const IMPURE: [&str; 7] = [
    "sqlx::",
    "tokio::",
    "tracing::",
    "fs::",
    "env::",
    "rustix::",
    "indicatif::",
];
const TOP: [&str; 11] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "README.zh-TW.md",
    "consent",
    "fixtures",
    "pipeline",
    "retention",
    "tests",
];
/// What builds and demonstrations make (.gitignore).
const MADE: [&str; 3] = ["target", "mayfly-demo", "mayfly-data"];
/// Places of a machine; put together here so that this file does not hold them.
const MACHINE: [&str; 4] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/tmp", "/h/"),
];
