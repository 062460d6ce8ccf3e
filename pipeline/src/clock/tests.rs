//! Tests of the clock: which instants are taken, when the file is written, and what real clocks that step do. *Edge.*

use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn code<T>(result: Result<T>) -> Option<&'static str> {
    result.err().map(|error| error.code())
}

/// A data directory on a host whose clocks the test sets.
struct Host {
    folder: TempDir,
    clocks: Arc<Mutex<Readings>>,
}

impl Host {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            clocks: Arc::new(Mutex::new(Readings {
                wall: at("2026-11-02T02:00:00Z"),
                boot: BootId(1),
                since_boot: SignedDuration::from_mins(1),
            })),
        }
    }

    /// A process that begins.
    fn process(&self) -> Clock {
        let file = ClockFile::of(self.folder.path(), LOCK_PATIENCE);
        let remembered = file.read().unwrap();
        let clocks = Arc::clone(&self.clocks);
        let read = Box::new(move || *clocks.lock().unwrap());
        Clock {
            hand: Hand::Running(Box::new(Running::new(Some(file), remembered, read))),
        }
    }

    fn wall(&self) -> Timestamp {
        self.clocks.lock().unwrap().wall
    }

    fn pass(&self, seconds: i64) {
        self.step(seconds);
        self.clocks.lock().unwrap().since_boot += SignedDuration::from_secs(seconds);
    }

    /// The wall clock alone.
    fn step(&self, seconds: i64) {
        self.clocks.lock().unwrap().wall += SignedDuration::from_secs(seconds);
    }

    fn reboot(&self, wall: &str) {
        let mut clocks = self.clocks.lock().unwrap();
        clocks.wall = at(wall);
        clocks.boot.0 += 1;
        clocks.since_boot = SignedDuration::from_secs(20);
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("clock")).unwrap()
    }
}

#[test]
fn a_sandbox_goes_forward_only_and_production_refuses_at() {
    let folder = TempDir::new().unwrap();
    let open = |environment, at, stands| Clock::open(folder.path(), environment, at, stands);
    let noon = at("2026-11-02T04:00:00Z");
    let clock = open(Environment::Sandbox, Some(noon), false).unwrap();
    let judged = clock.trusted().unwrap();
    assert!(clock.now() == noon && judged.reading == noon && clock.stands());
    assert!(
        open(Environment::Sandbox, Some(noon), false).is_ok(),
        "an equal instant is accepted"
    );
    let earlier = at("2026-11-02T03:59:59.999999Z");
    assert_eq!(
        code(open(Environment::Sandbox, Some(earlier), false)),
        Some("USAGE")
    );
    let purge = Clock::open_for_purge(folder.path(), Environment::Sandbox, Some(earlier), false);
    assert_eq!(code(purge), Some("USAGE"));
    assert_eq!(open(Environment::Sandbox, None, true).unwrap().now(), noon);
    assert_eq!(
        code(open(Environment::Production, Some(noon), false)),
        Some("USAGE")
    );
}

#[test]
fn two_instants_of_a_sandbox_are_as_far_apart_as_they_say() {
    let folder = TempDir::new().unwrap();
    for instant in [
        "2026-11-02T02:00:00Z",
        "2026-11-05T02:00:00Z",
        "2036-11-05T02:00:00Z",
    ] {
        let clock = Clock::open(folder.path(), Environment::Sandbox, Some(at(instant)), false).unwrap();
        let judged = clock.trusted().unwrap();
        assert_eq!((judged.now, judged.reading), (at(instant), at(instant)));
    }
}

#[test]
fn real_time_behind_the_last_instant_is_distrusted_and_forgets_nothing() {
    let folder = TempDir::new().unwrap();
    let last = at("2200-01-01T00:00:00Z");
    Clock::open(folder.path(), Environment::Sandbox, Some(last), false).unwrap();
    for open in [Clock::open, Clock::open_for_purge] {
        let clock = open(folder.path(), Environment::Sandbox, None, false).unwrap();
        assert!(!clock.stands());
        assert_eq!(code(clock.trusted()), Some("GATE-CLOCK"));
        let judged = clock.judge().unwrap();
        assert_eq!((judged.now, judged.trust), (last, Trust::Lost { all_due: false }));
    }
    let file = ClockFile::of(folder.path(), LOCK_PATIENCE).read().unwrap();
    assert!(file.memory.is_none() && file.stood_at == Some(last));
}

#[test]
fn a_sandbox_whose_last_instant_is_past_goes_by_the_real_clocks_and_back() {
    let folder = TempDir::new().unwrap();
    let past = at("2001-01-01T00:00:00Z");
    let open = |at| Clock::open(folder.path(), Environment::Sandbox, at, false).unwrap();
    open(Some(past));
    let clock = open(None);
    assert!(clock.trusted().is_ok() && clock.now() > past);
    assert_eq!(open(Some(past)).now(), past);
}

#[test]
fn a_running_process_judges_at_each_reading() {
    let host = Host::new();
    let clock = host.process();
    assert_eq!(clock.trusted().unwrap().now, host.wall());
    for (step, code_of_it) in [
        (10, None),
        (-10, None),
        (290, None),
        (-290, None),
        (600, Some("GATE-CLOCK")),
        (-600, Some("GATE-CLOCK")),
        (31_557_600, Some("GATE-CLOCK")),
        (-31_557_600, Some("GATE-CLOCK")),
        (315_576_000, Some("GATE-CLOCK")),
        (-315_576_000, Some("GATE-CLOCK")),
    ] {
        let before = clock.now();
        host.step(step);
        host.pass(7);
        assert_eq!(code(clock.trusted()), code_of_it, "{step} s");
        let passed = clock.now().duration_since(before);
        let slewed = passed - SignedDuration::from_secs(7);
        assert!(
            slewed.abs() <= SignedDuration::from_millis(4),
            "{step} s moved the trusted instant"
        );
        host.step(-step);
        assert_eq!(code(clock.trusted()), None, "{step} s");
    }
}

#[test]
fn another_process_finds_the_same_instant_while_the_wall_clock_is_wrong() {
    let host = Host::new();
    host.process().judge().unwrap();
    host.pass(600);
    let truth = host.wall();
    host.step(-315_576_000);
    let judged = host.process().judge().unwrap();
    assert_eq!((judged.now, judged.trust), (truth, Trust::Disagree));
    assert_eq!(code(host.process().trusted()), Some("GATE-CLOCK"));
}

#[test]
fn the_file_is_written_once_a_minute_and_when_trust_changes() {
    let host = Host::new();
    let clock = host.process();
    clock.judge().unwrap();
    let mut last = host.file();
    let mut changed = |seconds| {
        host.pass(seconds);
        clock.judge().unwrap();
        let now = host.file();
        let changed = now != last;
        last = now;
        changed
    };
    assert_eq!(
        [59, 1, 30, 29, 1].map(&mut changed),
        [false, true, false, false, true]
    );
    host.step(301);
    assert!(changed(1), "trust went");
    assert!(!changed(1));
    host.step(-301);
    assert!(changed(1), "trust came back");
}

#[test]
fn a_boot_in_1970_closes_everything_and_after_six_hours_all_is_due() {
    let host = Host::new();
    host.process().judge().unwrap();
    host.pass(120);
    let high = host.process().judge().unwrap().now;
    host.reboot("1970-01-01T00:00:09Z");
    let clock = host.process();
    assert_eq!(code(clock.trusted()), Some("GATE-CLOCK"));
    host.pass(6 * 3_600 - 21);
    assert_eq!(clock.judge().unwrap().trust, Trust::Lost { all_due: false });
    host.pass(1);
    let judged = host.process().judge().unwrap();
    assert_eq!(judged.trust, Trust::Lost { all_due: true });
    assert_eq!(judged.now, high + SignedDuration::from_hours(6));
    // Somebody sets the clock.
    host.clocks.lock().unwrap().wall = at("2026-11-03T02:00:00Z");
    assert_eq!(clock.trusted().unwrap().now, host.wall());
    host.reboot("2026-11-03T02:10:00Z");
    assert_eq!(host.process().trusted().unwrap().now, host.wall());
}

#[test]
fn a_damaged_or_unwritable_file_stops_all_but_the_purge() {
    let host = Host::new();
    let path = host.folder.path().join("clock");
    std::fs::write(&path, "2026-11-02T02:00:00Z\n").unwrap();
    let open = |open: fn(&Path, Environment, Option<Timestamp>, bool) -> Result<Clock>| {
        open(host.folder.path(), Environment::Production, None, false)
    };
    assert_eq!(code(open(Clock::open)), Some("CLOCK-MARK"));
    let purge = open(Clock::open_for_purge).unwrap();
    assert_eq!(purge.judge().unwrap().trust, Trust::Good);
    assert_eq!(host.file(), "2026-11-02T02:00:00Z\n", "it is left for its reader");

    std::fs::remove_file(&path).unwrap();
    let clock = host.process();
    // Not even root writes to what is a folder.
    std::fs::create_dir(host.folder.path().join("clock.new")).unwrap();
    assert_eq!(code(clock.trusted()), Some("FILE-IO"));
    assert_eq!(clock.now(), host.wall(), "the purge still knows the time");
}

#[test]
fn the_purge_has_its_time_though_a_stopped_process_holds_the_lock_of_the_file() {
    let folder = TempDir::new().unwrap();
    let lock = std::fs::File::create(folder.path().join("clock.lock")).unwrap();
    lock.lock().unwrap();
    let sandbox = Environment::Sandbox;
    let clock =
        Clock::open_for_purge(folder.path(), sandbox, Some(at("2026-11-02T02:00:00Z")), false).unwrap();
    assert_eq!(clock.now(), at("2026-11-02T02:00:00Z"));
    let read = Clock::open_for_purge(folder.path(), Environment::Production, None, false)
        .unwrap()
        .read();
    assert!(read.trust == Trust::Good && read.now > at("2026-11-02T02:00:00Z"));
    assert!(!folder.path().join("clock").exists());
    // Where it has to be remembered it is refused, and had as soon as the lock is free.
    let file = ClockFile::of(folder.path(), Duration::ZERO);
    assert_eq!(code(file.note_standing(clock.now())), Some("LOCK-HELD"));
    drop(lock);
    assert_eq!(code(file.note_standing(clock.now())), None);
}
