//! The trace of a pass: when it ran last, and how it ended; one small file a pass. *Edge.*
//!
//! `DIR/passes/NAME` holds `BOOT-CLOCK-MICROSECONDS OUTCOME`, the outcome being `ok` or a code. The boot clock tells how old
//! it is, whatever the wall clock does; a trace that is younger than now is of another boot, and as old as this one.

use std::{fs, path::Path, time::Duration};

use crate::{
    clock,
    error::{Error, Result},
};

/// What a pass left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trace {
    /// How long ago it ran.
    pub(super) age: Duration,
    /// `ok`, or the code of what stopped it.
    pub(super) outcome: String,
}

/// Leaves the trace of `pass`.
pub(super) fn beat(dir: &Path, pass: &str, outcome: &str) -> Result<()> {
    let folder = dir.join("passes");
    fs::create_dir_all(&folder).map_err(Error::io("make the folder `passes` of the data directory"))?;
    let new = folder.join(format!("{pass}.new"));
    fs::write(&new, format!("{} {outcome}\n", clock::boot_micros()))
        .and_then(|()| fs::rename(&new, folder.join(pass)))
        .map_err(Error::io("leave the trace of a pass"))
}

/// The trace of `pass`, if it ever ran and the trace can be read.
pub(super) fn last(dir: &Path, pass: &str) -> Option<Trace> {
    let text = fs::read_to_string(dir.join("passes").join(pass)).ok()?;
    read(&text, clock::boot_micros())
}

fn read(text: &str, now: i64) -> Option<Trace> {
    let (micros, outcome) = text.trim_end().split_once(' ')?;
    let at: i64 = micros.parse().ok()?;
    let age = if at <= now { now - at } else { now };
    Some(Trace {
        age: Duration::from_micros(age.unsigned_abs()),
        outcome: outcome.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_tells_its_age_by_the_boot_clock() {
        #[track_caller]
        fn check(text: &str, now: i64, expected: Option<(u64, &str)>) {
            let trace = read(text, now).map(|trace| (trace.age.as_micros() as u64, trace.outcome));
            assert_eq!(trace, expected.map(|(age, outcome)| (age, outcome.to_owned())));
        }
        check("1000 ok\n", 1500, Some((500, "ok")));
        check("1000 DISK-FULL\n", 1000, Some((0, "DISK-FULL")));
        check("9000 ok\n", 1500, Some((1500, "ok")));
        check("", 1500, None);
        check("ok", 1500, None);
        check("soon ok", 1500, None);
    }

    #[test]
    fn a_trace_is_found_where_it_was_left() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(last(folder.path(), "purge"), None);
        beat(folder.path(), "purge", "ok").unwrap();
        beat(folder.path(), "purge", "KEY-MISSING").unwrap();
        let trace = last(folder.path(), "purge").unwrap();
        assert!(trace.outcome == "KEY-MISSING" && trace.age < Duration::from_secs(60));
    }
}
