//! Calls that belong to one place, and calls that belong to none. *Edge.*

use super::{
    nothing_in,
    source::{Source, rust},
};

#[test]
fn clocks_environment_and_randomness_are_read_in_one_place_each() {
    nothing_in(rust().iter().flat_map(strays).collect());
    let control = |path, code| strays(&Source::sample(path, code)).len();
    assert_eq!(
        control("pipeline/src/gate/mod.rs", "let now = jiff::Timestamp::now();"),
        1
    );
    assert_eq!(
        control("pipeline/src/clock/mod.rs", "let now = jiff::Timestamp::now();"),
        0
    );
    assert_eq!(
        control("retention/src/vault/mod.rs", "SystemTime::now(); Instant::now()"),
        2
    );
    assert_eq!(control("pipeline/src/app.rs", "std::thread::sleep(pause)"), 1);
    assert_eq!(control("pipeline/src/app.rs", "std::env::var(\"HOME\")"), 1);
    assert_eq!(
        control("pipeline/src/journal/act.rs", "getrandom::fill(&mut salt)"),
        1
    );
    assert_eq!(
        control("pipeline/src/journal/act.rs", "// Timestamp::now() is elsewhere"),
        0
    );
}

fn strays(source: &Source) -> Vec<String> {
    if !source.is_product() {
        return Vec::new();
    }
    let code = source.code(false);
    let strays = HOMES
        .iter()
        .filter(|(call, homes)| code.contains(call) && !homes.contains(&source.path.as_str()));
    strays
        .map(|(call, _)| format!("{}: {call} belongs elsewhere", source.path))
        .collect()
}

#[test]
fn nothing_shipped_panics_prints_or_shows_a_value_it_did_not_choose() {
    nothing_in(rust().iter().flat_map(forbidden).collect());
    let control = |code| forbidden(&Source::sample("x/src/y.rs", code)).len();
    for bad in [
        "println!(\"x\")",
        "eprintln!(\"x\")",
        "dbg!(x)",
        "todo!()",
        "unimplemented!()",
        "x.unwrap()",
        "x.unwrap_err()",
        "panic!(\"x\")",
        "format!(\"{:?}\", x)",
        "format!(\"{error:?}\")",
        "format!(\"{:#?}\", x)",
        "tracing::warn!(?error, \"failed\")",
        "tracing::warn!(cause = ?error)",
        "#[allow(dead_code)]",
        "std::process::exit(1)",
        "x.expect(\"it is there\")",
    ] {
        assert_eq!(control(bad), 1, "{bad}");
    }
    for good in [
        "write!(f, \"{x}\")",
        "x.unwrap_or(0)",
        "x.expect(\"Invariant: it was put there above\")",
        "x\n    .expect(\n        \"Invariant: as above\"\n    )",
        "// println!()\nlet text = \"todo!()\";",
        "let y = f(x)?; g(y)",
        "fn f() {}\n#[cfg(test)]\nmod tests {\n fn g() { x.unwrap() } }",
    ] {
        assert_eq!(control(good), 0, "{good}");
    }
}

fn forbidden(source: &Source) -> Vec<String> {
    if !source.is_product() {
        return Vec::new();
    }
    let (bare, full) = (source.code(false), source.code(true));
    let mut findings: Vec<String> = NOWHERE
        .iter()
        .filter(|call| {
            let begins =
                |at: usize| !bare[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
            bare.match_indices(**call)
                .any(|(at, _)| call.starts_with('.') || begins(at))
        })
        .map(|call| format!("{}: {call} is used nowhere", source.path))
        .collect();
    if full.contains(":?}") || full.contains(":#?}") {
        findings.push(format!("{}: a value is formatted with Debug", source.path));
    }
    let shown = bare.replace("?Sized", "");
    if shown.contains("(?") || shown.contains(" ?") {
        findings.push(format!("{}: a value is logged with Debug", source.path));
    }
    let unexplained = full
        .split(".expect(")
        .skip(1)
        .any(|after| !after.trim_start().starts_with("\"Invariant: "));
    if unexplained {
        findings.push(format!("{}: an expect without its invariant", source.path));
    }
    findings
}

/// Each call and the only files that may make it.
const HOMES: [(&str, &[&str]); 9] = [
    ("Timestamp::now(", &["pipeline/src/clock/mod.rs"]),
    ("Zoned::now(", &["pipeline/src/clock/mod.rs"]),
    ("SystemTime::now(", &["pipeline/src/clock/mod.rs"]),
    ("Instant::now(", &["pipeline/src/clock/mod.rs"]),
    ("env::", &["pipeline/src/config.rs"]),
    ("getrandom::", &["pipeline/src/ids.rs", "retention/src/secret.rs"]),
    ("thread_rng(", &[]),
    ("RandomState::new(", &[]),
    // For a lock, because the system has none that waits for a while only.
    ("thread::sleep", &["retention/src/lock.rs"]),
];

const NOWHERE: [&str; 12] = [
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
    "todo!",
    "unimplemented!",
    "panic!",
    ".unwrap()",
    ".unwrap_err()",
    "#[allow(",
    "process::exit",
];
