//! The simulation of retention: many thousand days, in which clocks, disks, processes and people do what they do. *Edge.*
//!
//! Every day runs the real passes on a real data directory (in memory, `/dev/shm`, where there is one): trusted time and the file
//! `clock`, keyring and ratchet, sealed segments, plan, purge and evidence, as `Purger` and `Clock` of the product. Virtual
//! are only the clocks that they read (`host`). `story` draws what happens from a seed; `oracle` judges, and shares no code with
//! the product; `world` is where both meet. A day has the events that matter, the instants just before and at the end of
//! each window among them, not 1,440 bells. In the long part the evidence of a purge stands for its certificate; a shorter part has
//! the database too (`books`): journal, accounting and signed certificates.
//!
//! What counts as a failure, and what does not, is said in `oracle`. A failure prints the command that repeats it:
//! `MAYFLY_SIM_SEED=7 MAYFLY_SIM_DAYS=100 cargo test -p e2e --test sim`. `MAYFLY_SIM_DAYS=10000000` makes a long campaign,
//! `MAYFLY_SIM_BOOK_DAYS` that of the part with the database.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::use_debug,
    unreachable_pub,
    reason = "all of this crate is tests: they fail by unwrapping, tell their seeds, and nobody imports them"
)]

mod books;
mod calendar;
mod chance;
mod host;
mod oracle;
mod story;
mod tally;
mod world;

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use mayfly::clock::Stopwatch;

use self::{
    story::{Telling, Wrong, tell},
    tally::Tally,
};

#[test]
fn a_hundred_thousand_days_are_neither_early_nor_late() {
    let tally = campaign(setting("MAYFLY_SIM_DAYS").unwrap_or_else(days), false);
    if tally.days < 10_000 {
        // Too few to have had everything.
        return;
    }
    // What never happened proves nothing.
    for (what, count) in [
        ("cuts", tally.cuts),
        ("faults", tally.faults),
        ("boots", tally.boots),
        ("steps", tally.steps),
        ("reads", tally.reads),
        ("refusals", tally.refused),
        ("faulty replies", tally.replies),
        ("incidents", tally.incidents),
        ("segments", tally.segments),
        ("certificates", tally.certificates),
    ] {
        assert!(
            count * 1_000 >= tally.days,
            "{count} {what} in {} days",
            tally.days
        );
    }
}

#[test]
fn with_the_database_every_segment_is_certified_once() {
    let tally = campaign(setting("MAYFLY_SIM_BOOK_DAYS").unwrap_or(BOOK_DAYS), true);
    assert!(tally.certificates > 0 && tally.holds > 0);
}

/// The same seed is the same story, also to the microsecond of each end; another is another.
#[test]
fn a_seed_tells_the_same_story_again() {
    let trace = |seed| told(seed, 40, false, None).unwrap().1;
    for seed in [3, 1_000_003] {
        assert_eq!(trace(seed), trace(seed));
    }
    assert_ne!(trace(3), trace(4));
}

/// The control: each wrong that a purge could do is found, and named for what it is.
#[test]
fn the_judge_finds_what_is_wrong() {
    for (wrong, found) in [
        (Wrong::Early, "early: "),
        (Wrong::Late, "late: "),
        (Wrong::Lost, "unaccounted: "),
        (Wrong::Open, "doors: "),
    ] {
        let told: Vec<_> = (1..=8)
            .filter_map(|seed| told(seed, 60, false, Some(wrong)).err())
            .collect();
        assert!(!told.is_empty(), "{wrong:?} was never found");
        for why in told {
            assert!(why.starts_with(found), "{wrong:?}: {why}");
        }
    }
}

/// Tells stories until they have so many days together, on every core.
fn campaign(days: i64, books: bool) -> Tally {
    let seed: u64 = setting("MAYFLY_SIM_SEED").unwrap_or(SEED);
    let stories = (days + STORY - 1) / STORY;
    let watch = Stopwatch::start();
    let next = AtomicU64::new(0);
    let tell_some = || {
        let mut sum = Tally::default();
        loop {
            let story = next.fetch_add(1, Ordering::Relaxed);
            if story >= stories.unsigned_abs() {
                return sum;
            }
            let (seed, days) = (seed + story, STORY.min(days));
            match told(seed, days, books, None) {
                Ok((tally, _)) => sum.add(&tally),
                Err(why) => {
                    next.store(u64::MAX / 2, Ordering::Relaxed);
                    let (days_of, test) = match books {
                        true => ("MAYFLY_SIM_BOOK_DAYS", "with_the_database"),
                        false => ("MAYFLY_SIM_DAYS", "hundred_thousand"),
                    };
                    panic!(
                        "{why}\n  again: MAYFLY_SIM_SEED={seed} {days_of}={days} cargo test -p e2e --test sim {test}"
                    );
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from).min(CORES);
    let mut sum = Tally::default();
    thread::scope(|scope| {
        let tellers: Vec<_> = (0..cores).map(|_| scope.spawn(tell_some)).collect();
        for teller in tellers {
            match teller.join() {
                Ok(tally) => sum.add(&tally),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!("MAYFLY_SIM_SEED={seed}: {sum:?} in {:.0} s", watch.seconds());
    sum
}

fn told(seed: u64, days: i64, books: bool, wrong: Option<Wrong>) -> Result<(Tally, u64), String> {
    let folder = tempfile::tempdir_in(memory()).unwrap();
    let telling = Telling {
        seed,
        days,
        books,
        wrong,
    };
    tell(folder.path(), &telling)
}

/// Where files need no disk, if there is such a place: what a disk loses is tried elsewhere (`certificates/kills.rs`).
fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    match tempfile::tempdir_in(shared) {
        Ok(_) => shared.to_path_buf(),
        Err(_) => std::env::temp_dir(),
    }
}

/// How many days are told where nothing else is said: a disk that is waited for some sixty times a day has its own pace.
fn days() -> i64 {
    match memory() == Path::new("/dev/shm") {
        true => DAYS,
        false => DAYS_ON_A_DISK,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "settings of the tests, not of the product"
)]
fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not usable")))
}

const SEED: u64 = 20_261_102;
/// Nothing of it depends on the database: on the second one it is not told again in full.
const DAYS: i64 = if cfg!(feature = "postgres") {
    5_000
} else {
    100_000
};
const DAYS_ON_A_DISK: i64 = 1_000;
const BOOK_DAYS: i64 = 3_000;
/// How many days a story has.
const STORY: i64 = 100;
/// A story is mostly work of the kernel, which many cores do not do faster than some.
const CORES: usize = 4;
