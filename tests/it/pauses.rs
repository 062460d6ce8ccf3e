//! Workers that are paused beyond their lease, or killed, while others take their batch over: it comes out as from one. *Edge.*
//!
//! A failure is: a row without an outcome, a second question for one row, a write of a worker that had lost the batch, a
//! journal that does not verify, a batch that nobody finishes. *Not* a failure: a query sent again under its own id by
//! whoever took the batch over (the provider recognises it). Workers are paused outside of transactions: in the midst of
//! one they hold the one writer of the database until they go on or die, and nobody can take anything over.
//!
//! `MAYFLY_PAUSE_RUNS=1000 MAYFLY_PAUSE_SEED=7 cargo test -p e2e --test it pauses` runs a longer campaign.

use std::{
    process::Child,
    sync::atomic::{AtomicU64, Ordering},
};

use mayfly::clock;

use crate::{
    rivals::hold,
    support::{Chance, NOW, pause, setting},
    synthetic::Synthetic,
    worker::{LEASE_SECONDS, ended, short_lease, start, stop_between_transactions, wake},
};

#[test]
fn a_batch_whose_workers_are_paused_and_killed_is_asked_about_once() {
    let seed = setting("MAYFLY_PAUSE_SEED").unwrap_or_else(|| clock::wall().as_microsecond() as u64);
    let runs: u64 = setting("MAYFLY_PAUSE_RUNS").unwrap_or(RUNS);
    println!("MAYFLY_PAUSE_SEED={seed} MAYFLY_PAUSE_RUNS={runs}");
    let batch = Synthetic::prepare(ROWS, seed % 1_000_000, 3, "timeout_after = 5");
    short_lease(&batch.sandbox);
    let pace = pace(&batch);
    let (next, beaten, killed) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let hit_often =
        || beaten.load(Ordering::Relaxed) >= runs / 4 && killed.load(Ordering::Relaxed) >= runs / 8;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        // Moments are chance: more stories, until they fell where something can be lost.
                        if number >= runs && (hit_often() || number >= 4 * runs) {
                            return;
                        }
                        let (lost, dead) = story(&batch, pace, Chance(seed.wrapping_add(number * 7919)));
                        beaten.fetch_add(lost, Ordering::Relaxed);
                        killed.fetch_add(dead, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    println!("{beaten:?} woke up without their batch, {killed:?} were killed");
    assert!(hit_often(), "{beaten:?} beaten, {killed:?} killed");
}

/// How long a run takes that nobody disturbs, in seconds.
fn pace(batch: &Synthetic) -> f64 {
    let watch = clock::Stopwatch::start();
    let file = batch.file.to_str().unwrap();
    ended(start(&batch.sandbox.copy(), NOW, ["batch", "run", file])).expect(1);
    watch.seconds()
}

/// Some workers one after the other, each paused or killed at a random moment, and one that is left alone, in whose midst
/// the paused ones wake up; a run takes `pace` seconds. Returns how many of these found their batch taken, and how many were killed.
fn story(batch: &Synthetic, pace: f64, mut chance: Chance) -> (u64, u64) {
    let sandbox = batch.sandbox.copy();
    let file = batch.file.to_str().unwrap();
    let mut paused: Vec<Child> = Vec::new();
    let (mut beaten, mut killed) = (0, 0);
    for _ in 0..1 + chance.below(3) {
        let mut worker = start(&sandbox, NOW, ["batch", "run", file]);
        pause(pace * (0.1 + chance.fraction()));
        if worker.try_wait().unwrap().is_some() {
            break;
        }
        if chance.below(2) == 0 {
            worker.kill().unwrap();
            worker.wait().unwrap();
            killed += 1;
        } else {
            stop_between_transactions(&sandbox, &worker);
            paused.push(worker);
            pause(LEASE_SECONDS);
        }
    }
    let last = start(&sandbox, NOW, ["batch", "run", file]);
    pause(pace * chance.fraction());
    for worker in &paused {
        wake(worker);
    }
    for worker in paused {
        let run = ended(worker);
        let taken = run.stderr.contains("BATCH-TAKEN");
        // One that was paused before it took the batch, or behind its last write, has nothing to lose; nor has one that was
        // paused while it reached for the database, until that had waited long enough.
        let has_nothing = ["BATCH-HELD", "DB-AWAY"]
            .iter()
            .any(|code| run.stderr.contains(code));
        assert!(
            taken || matches!(run.code, 0 | 1) || has_nothing,
            "{}: {}",
            run.code,
            run.stderr
        );
        beaten += u64::from(taken);
    }
    let last = ended(last);
    let finished = matches!(last.code, 0 | 1);
    assert!(finished || last.stderr.contains("BATCH-"), "{}", last.stderr);
    // Whoever woke up in between may have had it; then it is done by now, or free.
    pause(if finished { 0.0 } else { LEASE_SECONDS });
    let again = ended(start(&sandbox, NOW, ["batch", "run", file]));
    assert!(matches!(again.code, 0 | 1), "{}", again.stderr);
    ended(start(&sandbox, NOW, ["work", "--once"])).expect(0);
    hold(&sandbox, batch);
    (beaten, killed)
}

const RUNS: u64 = 50;
const THREADS: usize = 4;
/// Four chunks.
const ROWS: u64 = 13_000;
