//! Measures how long a cohort's key takes to be destroyed, and its files to be removed, with 1 segment and with 10,000. *Edge.*
//!
//! The key directory and the sealed files lie in the folder that is given, or in the current one: what is measured is its disk.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mayfly_retention::certificate::{Actor, Strength};
use mayfly_retention::plan::plan;
use mayfly_retention::purge::{EvidenceQueue, Pass, destroy};
use mayfly_retention::{Cohort, Custody, ObjectId, OsRandomness, Place, Vault, Window};

type Failure = Box<dyn std::error::Error>;

const SEGMENTS: [usize; 3] = [1, 100, 10_000];
const ROUNDS: usize = 5;

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let mut out = std::io::stdout();
    writeln!(
        out,
        "segments  key destroyed  whole pass (median of {ROUNDS}, ms)"
    )?;
    for segments in SEGMENTS {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(round(Path::new(&folder), segments)?);
        }
        let median = |pick: fn(&(Duration, Duration)) -> Duration| {
            let mut times: Vec<Duration> = rounds.iter().map(pick).collect();
            times.sort_unstable();
            times[ROUNDS / 2].as_secs_f64() * 1e3
        };
        writeln!(
            out,
            "{segments:>8}  {:>13.2}  {:>10.2}",
            median(|round| round.0),
            median(|round| round.1)
        )?;
    }
    Ok(())
}

/// The key alone of one cohort of `segments` segments, and the whole pass over another.
fn round(folder: &Path, segments: usize) -> Result<(Duration, Duration), Failure> {
    let folder = tempfile::tempdir_in(folder)?;
    let custody = Custody::create(&folder.path().join("keys"), Arc::new(OsRandomness))?;
    let vault = Vault::open(folder.path())?;
    let cohorts = ["answer-2026110202", "answer-2026110203"].map(Cohort::parse);
    let [first, second] = [cohorts[0].clone()?, cohorts[1].clone()?];
    for cohort in [first, second] {
        fill(&custody, &vault, cohort, segments)?;
    }
    // What was just written is not what is measured: an fsync would wait for all of it.
    rustix::fs::sync();
    let at = "2026-11-06T00:00:00Z".parse()?;
    let queue = EvidenceQueue::open(folder.path());
    let pass = Pass {
        at,
        actor: Actor::Schedule,
        strength: Strength::File,
    };
    let key = timed(|| Ok(custody.destroy(first).map(|_| ())?))?;
    let whole = timed(|| {
        let due = plan([second], at, Window::try_new(72, 96)?, false);
        let gone = destroy(&custody, &vault, &queue, &pass, due)?;
        match gone.iter().all(|gone| gone.residue == Some(0)) {
            true => Ok(()),
            false => Err("something is left".into()),
        }
    })?;
    Ok((key, whole))
}

/// One segment made by the vault, and copies of it: what matters is how many files there are.
fn fill(custody: &Custody, vault: &Vault, cohort: Cohort, segments: usize) -> Result<(), Failure> {
    let key = custody.cohort_key(cohort)?;
    let id = ObjectId::random(&OsRandomness)?;
    let mut segment = vault.create_segment(Place { cohort, id }, cohort.start(), &key, &OsRandomness)?;
    for _ in 0..100 {
        segment.push(&[7; 1_024])?;
    }
    segment.commit()?;
    let dir = vault.cohort_dir(cohort);
    let bytes = std::fs::read(dir.join(format!("{id}.seg")))?;
    for _ in 1..segments {
        let copy = ObjectId::random(&OsRandomness)?;
        std::fs::write(dir.join(format!("{copy}.seg")), &bytes)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this example is for")]
fn timed(act: impl FnOnce() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let start = Instant::now();
    act()?;
    Ok(start.elapsed())
}
