//! `kill -9` at random moments of a run: the next run finishes it, nothing is lost and nobody is asked about twice. *Edge.*
//!
//! A failure is: a row without an outcome or with another one than in an undisturbed run, a second question for one row,
//! a journal or a data directory that does not verify, a restart that needs help. *Not* a failure: a query sent again
//! under its own id (the provider recognises it), a sealed file that no row of the database names (a later purge
//! finds it by its cohort), a run that ended before its kill came (it does not count as a moment).
//!
//! `MAYFLY_CRASH_RUNS=5000 MAYFLY_CRASH_SEED=7 cargo test -p e2e --test it crash` runs a longer campaign.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use mayfly::{clock, gate::CHUNK_ROWS};
use serde_json::Value;

use crate::{
    judge::judge,
    support::{Chance, Sandbox, pause, setting},
    synthetic::{BATCH, ResultLine, Synthetic, counts, delivered, journal, ledger, shown},
    worker::{ended, start},
};

#[test]
fn killed_at_any_moment_a_run_is_finished_by_the_next() {
    let seed = setting("MAYFLY_CRASH_SEED").unwrap_or_else(|| clock::wall().as_microsecond() as u64);
    let moments = setting("MAYFLY_CRASH_RUNS").unwrap_or(MOMENTS);
    println!("MAYFLY_CRASH_SEED={seed} MAYFLY_CRASH_RUNS={moments}");
    let campaign = Campaign::prepare(seed);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(|| campaign.work(moments))).collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
    let phases = campaign.phases.into_inner().unwrap();
    let killed: u64 = phases.values().sum();
    println!(
        "{killed} kills: {phases:?}; {} runs ended before their kill",
        campaign.escaped.into_inner()
    );
    assert!(killed >= moments);
    for phase in MUST_BE_HIT {
        assert!(
            moments < MOMENTS || phases.contains_key(&phase),
            "no kill fell {phase:?}: {phases:?}"
        );
    }
}

/// Where a kill fell, as the data directory shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    BeforeAccept,
    /// Accepted, and no chunk is open.
    BetweenChunks,
    BetweenGateAndSettle,
    AfterSettling,
}

/// What an undisturbed run came to.
struct Undisturbed {
    counts: Value,
    results: Vec<ResultLine>,
    answers: BTreeMap<String, usize>,
}

struct Campaign {
    batch: Synthetic,
    expected: Undisturbed,
    seed: u64,
    /// Stories begun, and runs that ended before their kill.
    stories: AtomicU64,
    escaped: AtomicU64,
    /// How long a run takes by now, in seconds: other work on the machine comes and goes.
    pace: Mutex<f64>,
    phases: Mutex<BTreeMap<Phase, u64>>,
}

impl Campaign {
    fn prepare(seed: u64) -> Self {
        let batch = Synthetic::prepare(ROWS, seed % 1_000_000, 3, PROVIDER_FAULTS);
        let sandbox = batch.sandbox.copy();
        let watch = clock::Stopwatch::start();
        ended(start(
            &sandbox,
            &instant(0),
            ["batch", "run", batch.file.to_str().unwrap()],
        ))
        .expect(1);
        let seconds = watch.seconds();
        let counts = counts(&shown(&sandbox, &instant(0), BATCH).unwrap());
        let (results, answers) = delivered(&sandbox, &instant(0), BATCH);
        judge(ROWS, &results, &ledger(&sandbox), &journal(&sandbox, &instant(0))).unwrap();
        println!("undisturbed: {seconds:.2} s, {counts}");
        Self {
            batch,
            expected: Undisturbed {
                counts,
                results,
                answers,
            },
            seed,
            stories: AtomicU64::new(0),
            escaped: AtomicU64::new(0),
            pace: Mutex::new(seconds),
            phases: Mutex::default(),
        }
    }

    fn work(&self, moments: u64) {
        let wanted = |phases: &BTreeMap<Phase, u64>| {
            let killed: u64 = phases.values().sum();
            let is_missing = MUST_BE_HIT.iter().any(|phase| !phases.contains_key(phase));
            killed < moments || moments >= MOMENTS && is_missing && killed < 2 * moments
        };
        while wanted(&self.phases.lock().unwrap()) {
            let story = self.stories.fetch_add(1, Ordering::Relaxed);
            self.story(story);
        }
    }

    /// One data directory: one to three kills, then a run that is left alone.
    fn story(&self, number: u64) {
        let mut chance = Chance(self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9)));
        let sandbox = self.batch.sandbox.copy();
        let file = self.batch.file.to_str().unwrap();
        let mut known = None;
        let kills = 1 + chance.below(3);
        for attempt in 0..kills {
            let words = if attempt == 0 || chance.below(2) == 0 {
                vec!["batch", "run", file]
            } else {
                vec!["work", "--once"]
            };
            // The kills of the stories are spread over the whole run, each by chance within its tenth.
            let place = (number % 10 + attempt * 3) % 10;
            let moment = *self.pace.lock().unwrap() * (place as f64 + chance.fraction()) / 10.0;
            let mut child = start(&sandbox, &instant(attempt), words);
            pause(moment);
            child.kill().unwrap();
            let status = child.wait().unwrap();
            if status.signal() != Some(KILL) {
                assert!(
                    matches!(status.code(), Some(0 | 1)),
                    "story {number}, attempt {attempt}: {status}"
                );
                self.escaped.fetch_add(1, Ordering::Relaxed);
                *self.pace.lock().unwrap() *= if attempt == 0 { 0.98 } else { 1.0 };
                known = shown(&sandbox.copy(), &instant(attempt), BATCH);
                break;
            }
            known = self.look(&sandbox, attempt);
            let is_over = known
                .as_ref()
                .is_some_and(|summary| summary["state"] == "settled");
            *self.pace.lock().unwrap() *= if attempt == 0 && place == 9 && !is_over {
                1.05
            } else {
                1.0
            };
        }
        // Without help: the same command again, or the worker; which knows nothing of a file whose receipt nobody got.
        if (number + number / 10).is_multiple_of(2) && known.is_some() {
            sandbox
                .mayfly(["--at", &instant(kills), "work", "--once"])
                .expect(0);
        } else {
            let run = sandbox.mayfly(["--at", &instant(kills), "batch", "run", file]);
            run.expect(1);
        }
        self.hold_against_undisturbed(&sandbox, &instant(kills), number);
    }

    /// Looks at a copy of what the kill left, so that the looking mends nothing.
    fn look(&self, killed: &Sandbox, attempt: u64) -> Option<Value> {
        let copy = killed.copy();
        copy.mayfly(["--at", &instant(attempt), "journal", "verify"])
            .expect(0);
        let known = shown(&copy, &instant(attempt), BATCH);
        *self
            .phases
            .lock()
            .unwrap()
            .entry(self.phase(known.as_ref()))
            .or_default() += 1;
        known
    }

    fn phase(&self, known: Option<&Value>) -> Phase {
        let Some(known) = known else {
            return Phase::BeforeAccept;
        };
        if known["state"] == "settled" {
            return Phase::AfterSettling;
        }
        let count = |key: &str| known[key].as_u64().unwrap();
        let settled = count("answered") + count("no_record") + count("failed") + count("unresolved");
        // Refusals are counted at the gate and everything else when a chunk is settled: the two tell how far each came.
        let (mut refused_then, mut settled_then) = (0, 0);
        for chunk in self.expected.results.chunks(CHUNK_ROWS) {
            if count("refused") == refused_then {
                break;
            }
            refused_then += chunk.iter().filter(|line| line.status == "refused").count() as u64;
            settled_then += chunk.iter().filter(|line| line.status != "refused").count() as u64;
        }
        assert_eq!(
            count("refused"),
            refused_then,
            "refusals that no number of whole chunks has"
        );
        if settled < settled_then {
            Phase::BetweenGateAndSettle
        } else {
            Phase::BetweenChunks
        }
    }

    fn hold_against_undisturbed(&self, sandbox: &Sandbox, at: &str, story: u64) {
        let summary = shown(sandbox, at, BATCH).unwrap();
        assert_eq!(counts(&summary), self.expected.counts, "story {story}");
        sandbox.mayfly(["--at", at, "journal", "verify"]).expect(0);
        let (results, answers) = delivered(sandbox, at, BATCH);
        judge(ROWS, &results, &ledger(sandbox), &journal(sandbox, at))
            .unwrap_or_else(|found| panic!("story {story}: {found}"));
        for (result, expected) in results.iter().zip(&self.expected.results) {
            let expected = ResultLine {
                query: result.query.clone(),
                ..expected.clone()
            };
            assert_eq!(*result, expected, "story {story}");
        }
        assert_eq!(answers, self.expected.answers, "story {story}");
    }
}

/// The instant of the nth command of a story: each a second after the last, so that the clock's mark is written too.
fn instant(nth: u64) -> String {
    format!("2026-11-02T10:00:{nth:02}+08:00")
}

/// Three chunks, the last of them small.
const ROWS: u64 = 8_800;
/// How many kills a campaign has unless `MAYFLY_CRASH_RUNS` says otherwise.
const MOMENTS: u64 = 200;
/// Faults that strike the same persons at each visit, so that a recall ends as the question would have.
const PROVIDER_FAULTS: &str = "refused = 5\nwrong_person = 5\nbad_cell = 5\ntimeout_after = 5\nduplicate = 10\nextra_person = 10\nunlisted_fields = 20";
/// A campaign that never came here has shown nothing of it.
const MUST_BE_HIT: [Phase; 3] = [
    Phase::BeforeAccept,
    Phase::BetweenGateAndSettle,
    Phase::AfterSettling,
];
const KILL: i32 = 9;
