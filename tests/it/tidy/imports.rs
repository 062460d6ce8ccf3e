//! Who may import whom: the crates, and the modules of the pipeline. *Edge.*

use std::collections::BTreeSet;

use super::{
    nothing_in,
    source::{Source, rust},
};

#[test]
fn consent_and_retention_know_neither_each_other_nor_the_pipeline() {
    nothing_in(rust().iter().flat_map(crates).collect());
    let control = |path, code| crates(&Source::sample(path, code)).len();
    assert_eq!(control("consent/src/a.rs", "use mayfly_retention::Key32;"), 1);
    assert_eq!(
        control(
            "retention/src/a.rs",
            "use mayfly::intake; use mayfly_consent::Code;"
        ),
        2
    );
    assert_eq!(
        control(
            "pipeline/src/a.rs",
            "use mayfly_consent::Code; use mayfly_retention::Key32;"
        ),
        0
    );
}

fn crates(source: &Source) -> Vec<String> {
    let strangers: &[&str] = match source.path.split('/').next() {
        Some("consent") => &["mayfly_retention", "mayfly::"],
        Some("retention") => &["mayfly_consent", "mayfly::"],
        _ => &[],
    };
    let code = source.code(false);
    let known = strangers.iter().filter(|name| code.contains(**name));
    known
        .map(|name| format!("{}: knows {name}", source.path))
        .collect()
}

#[test]
fn imports_of_the_pipeline_run_one_way() {
    nothing_in(rust().iter().flat_map(upward).collect());
    let control = |path, code| upward(&Source::sample(path, code)).len();
    assert_eq!(control("pipeline/src/run/mod.rs", "use crate::cli::out;"), 1);
    assert_eq!(
        control(
            "pipeline/src/gate/x.rs",
            "use crate::{\n    app::House,\n    run::{self, hold},\n};"
        ),
        1
    );
    assert_eq!(
        control("pipeline/src/provider/x.rs", "fn f() { crate::gate::pass() }"),
        1
    );
    assert_eq!(
        control("pipeline/src/journal/x.rs", "use crate::delivery::{files, own};"),
        1
    );
    assert_eq!(control("pipeline/src/novel/x.rs", "use crate::error::Error;"), 1);
    assert_eq!(
        control(
            "pipeline/src/cli/x.rs",
            "use crate::{run, error::{Error, Result}};"
        ),
        0
    );
}

fn upward(source: &Source) -> Vec<String> {
    let Some(path) = source.path.strip_prefix("pipeline/src/") else {
        return Vec::new();
    };
    let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
    if ["lib", "main"].contains(&module) || !source.is_product() {
        return Vec::new();
    }
    let Some(own) = layer(module) else {
        return vec![format!(
            "{}: the module {module} has no place in LAYERS",
            source.path
        )];
    };
    let imported = imported(&source.code(false));
    let wrong = imported.iter().filter(|other| {
        layer(other).is_none_or(|layer| layer > own) && !BENT.contains(&(module, other.as_str()))
    });
    wrong
        .map(|other| format!("{}: {module} must not import {other}", source.path))
        .collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules of this crate that `code` names: after `crate::`, alone or first in a branch of a tree.
fn imported(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        let Some(tree) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let (mut depth, mut branch) = (1, String::new());
        for character in tree.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 1 => branch.push(character),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        found.extend(branch.split(',').map(|branch| name(branch.trim())));
    }
    found.remove("");
    found
}

fn name(text: &str) -> String {
    text.chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

/// The modules of the pipeline from the ground up; each may import its own layer and those before it.
const LAYERS: [&[&str]; 7] = [
    // The ground: words, settings, time, and the two edges that know nothing of a batch.
    &[
        "error",
        "ids",
        "roc",
        "printed",
        "page",
        "workbook",
        "wording",
        "clock",
        "config",
        "regime",
        "index",
        "telemetry",
        "tls",
        "lockdown",
        "db",
        "places",
        "input",
        "output",
        "intake",
        "provider",
    ],
    // What is kept, and `app`, the value that wires it together and that everything above works on.
    &[
        "batch", "journal", "app", "sealed", "access", "approval", "transfer",
    ],
    &["gate"],
    // The use-cases.
    &[
        "audit",
        "sheet",
        "backup",
        "run",
        "delivery",
        "consents",
        "purge",
        "certificate",
        "setup",
        "doctor",
        "duty",
        "register",
        "accounts",
        "incident",
        "clauses",
        "evidence",
        "subject",
        "feed",
        "figures",
        "signin",
        "demo",
        "synth",
    ],
    // The doors.
    &["schedule", "http"],
    // Pages for people, around the paths for machines.
    &["console"],
    &["cli"],
];

/// Where the direction is bent on purpose.
const BENT: [(&str, &str); 1] = [
    // The one error type of the crate turns the journal's faults into codes, sentences and remedies.
    ("error", "journal"),
];
