//! Measures how fast segments and rows are sealed and opened on one core. *Edge.*

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use mayfly_retention::rowbox::{RowOpener, RowSealer};
use mayfly_retention::segment::{SegmentBuilder, SegmentReader};
use mayfly_retention::{Class, Cohort, Key32, ObjectId, OsRandomness, Place};

type Failure = Box<dyn std::error::Error>;

const RECORDS: u32 = 4_096;
const ROUNDS: u32 = 100;

fn main() -> Result<(), Failure> {
    let key = Key32::random(&OsRandomness)?;
    let at = "2026-11-02T02:00:00Z".parse()?;
    let place = Place {
        cohort: Cohort::of(Class::Answer, at),
        id: ObjectId::random(&OsRandomness)?,
    };
    let (record, row) = ([7_u8; 1_024], [7_u8; 300]);
    let megabytes = f64::from(RECORDS) * 1_024.0 / 1e6;

    let seal = || {
        let mut builder =
            SegmentBuilder::new(&key, place, at, RECORDS as usize * record.len(), &OsRandomness)?;
        for _ in 0..RECORDS {
            builder.push(&record)?;
        }
        Ok::<_, Failure>(builder.finish()?)
    };
    let segment = seal()?;
    let sealing = best(|| {
        black_box(seal()?);
        Ok(())
    })?;
    let walking = best(|| {
        let reader = SegmentReader::open(&segment.bytes, place, &key)?;
        for record in &reader {
            black_box(record?);
        }
        Ok(())
    })?;
    let reader = SegmentReader::open(&segment.bytes, place, &key)?;
    let picking = best(|| {
        black_box(reader.record(2_000)?);
        Ok(())
    })?;

    let mut sealed_rows = Vec::new();
    let mut salt = [0; 24];
    let rows = best(|| {
        let mut sealer = RowSealer::new(&key, "consent", &OsRandomness)?;
        salt = *sealer.salt();
        sealed_rows = (0..RECORDS)
            .map(|i| sealer.seal(i, b"004/L1/subject", &row))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(())
    })?;
    let opening_rows = best(|| {
        let mut opener = RowOpener::new(&key, "consent", &salt);
        for (i, row) in (0..).zip(&sealed_rows) {
            black_box(opener.open(i, b"004/L1/subject", row)?);
        }
        Ok(())
    })?;

    let mut out = std::io::stdout();
    let per_second = |time: Duration| megabytes / time.as_secs_f64();
    let per_row = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(RECORDS);
    writeln!(
        out,
        "segment of {RECORDS} records of 1 KiB: seal {:.0} MB/s, walk {:.0} MB/s",
        per_second(sealing),
        per_second(walking)
    )?;
    writeln!(out, "one record at random: {:.1} us", picking.as_secs_f64() * 1e6)?;
    writeln!(
        out,
        "row of 300 B: seal {:.2} us, open {:.2} us",
        per_row(rows),
        per_row(opening_rows)
    )?;
    Ok(())
}

/// The shortest of many runs: what the machine can do when nobody disturbs it.
#[expect(clippy::disallowed_methods, reason = "measuring is what this example is for")]
fn best(mut act: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        act()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}
