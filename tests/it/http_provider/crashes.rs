//! `kill -9` of either side while a batch is asked over HTTP. *Edge.*
//!
//! A failure is: a question asked twice, or under a second id; a row without its outcome; a row that failed for not having
//! left, although the other side has it; a row that a recall does not settle; an answer that differs.
//!
//! `MAYFLY_CRASH_RUNS=100 cargo test -p e2e --test it http_provider::crashes` runs a longer campaign.

use std::collections::BTreeMap;

use mayfly::clock;

use super::{Carrier, served::Served};
use crate::{
    judge::judge,
    support::{Chance, NOW, pause, setting},
    synthetic::{BATCH, ResultLine, delivered, journal},
    worker::{ended, start},
};

#[test]
fn killed_at_any_moment_a_batch_is_finished_and_nobody_asked_twice() {
    let seed = setting("MAYFLY_CRASH_SEED").unwrap_or_else(|| clock::wall().as_microsecond() as u64);
    let stories: u64 = setting("MAYFLY_CRASH_RUNS").unwrap_or(STORIES);
    println!("MAYFLY_CRASH_SEED={seed} MAYFLY_CRASH_RUNS={stories}");
    let (template, twin) = Carrier::with_twin(ROWS, 0, "");
    twin.run().expect(0);
    let (expected, answers) = delivered(&twin.sandbox, NOW, BATCH);
    let undisturbed = Undisturbed { expected, answers };
    let mut chance = Chance(seed);
    // Any time is long enough to begin with: whoever is not killed tells by its end that it was too long.
    let mut pace = PACE_SECONDS;
    let (mut kills, mut told) = (0, 0);
    while kills < stories {
        assert!(told < 20 * stories, "{kills} kills in {told} stories");
        told += 1;
        match story(&template, &undisturbed, pace * chance.fraction()) {
            true => kills += 1,
            false => pace *= 0.7,
        }
    }
    println!("{kills} kills in {told} stories");
}

/// What a run came to that nobody killed.
struct Undisturbed {
    expected: Vec<ResultLine>,
    answers: BTreeMap<String, usize>,
}

/// Runs the batch, kills it after `seconds`, and runs it again; tells whether it was killed.
fn story(template: &Carrier, undisturbed: &Undisturbed, seconds: f64) -> bool {
    let carrier = template.copy();
    let served = Served::over_tls(&carrier, &[]);
    carrier.reach(served.place, PATIENT);
    let words = ["batch", "run", carrier.file.to_str().unwrap()];
    let mut child = start(&carrier.sandbox, NOW, words);
    let mut waited = 0.0;
    while waited < seconds && child.try_wait().unwrap().is_none() {
        pause(0.002);
        waited += 0.002;
    }
    let is_killed = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    if !is_killed {
        return false;
    }
    carrier.run().expect(0);
    let (results, answers) = delivered(&carrier.sandbox, NOW, BATCH);
    let ends = |results: &[ResultLine]| -> Vec<_> {
        let end = |result: &ResultLine| (result.line, result.status.clone(), result.codes.clone());
        results.iter().map(end).collect()
    };
    assert!(ends(&results) == ends(&undisturbed.expected) && answers == undisturbed.answers);
    judge(ROWS, &results, &served.ledger(), &journal(&carrier.sandbox, NOW)).unwrap();
    true
}

#[test]
fn a_provider_that_dies_in_the_midst_leaves_nothing_to_guess() {
    let template = Carrier::with_twin(ROWS, 0, "").0;
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    for _ in 0..TRIES {
        if ends.get("unresolved") > Some(&0) && ends.get("failed") > Some(&0) {
            return;
        }
        let carrier = template.copy();
        let served = Served::over_tls(&carrier, &[]);
        carrier.reach(served.place, PATIENT);
        let words = ["batch", "run", carrier.file.to_str().unwrap()];
        let running = start(&carrier.sandbox, NOW, words);
        Served::until(|| !served.ledger().is_empty());
        served.kill();
        assert!([0, 1].contains(&ended(running).code));
        let before = carrier.shown();
        let served = Served::over_tls(&carrier, &[]);
        carrier.reach(served.place, PATIENT);
        let late = carrier.work().expect(0).json()["late"].clone();
        assert_eq!(late, before["unresolved"]);
        let after = carrier.shown();
        assert_eq!(after["unresolved"], 0);
        for end in ["answered", "failed", "unresolved"] {
            *ends.entry(end).or_default() += before[end].as_u64().unwrap();
        }
        let (results, _) = delivered(&carrier.sandbox, NOW, BATCH);
        let ledger = served.ledger();
        let mut asked: Vec<&str> = ledger
            .lines()
            .filter_map(|line| line.strip_prefix("ask "))
            .collect();
        asked.sort_unstable();
        let count = asked.len();
        asked.dedup();
        assert_eq!(asked.len(), count, "a question was asked twice");
        let has = |query: &str| ledger.lines().any(|line| line.ends_with(query));
        for result in &results {
            let never_left = result.status == "failed" && result.codes == "PRV-TIMEOUT";
            assert!(never_left || result.status != "failed", "line {}", result.line);
            assert_eq!(has(&result.query), !never_left, "line {}", result.line);
        }
        // Of the line in the midst of which it died there is the beginning.
        let known = |begun: &str| results.iter().any(|result| result.query.starts_with(begun));
        assert!(asked.iter().all(|query| known(query)), "a query of no line");
    }
    panic!("in {TRIES} tries no provider died in the midst: {ends:?}");
}

/// Two chunks.
const ROWS: u64 = 4_200;
const STORIES: u64 = 3;
const PACE_SECONDS: f64 = 4.0;
const TRIES: usize = 60;
const PATIENT: &str = "connect_seconds = 60\nreply_seconds = 600\n";
