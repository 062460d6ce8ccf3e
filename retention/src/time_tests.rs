//! Tests of trusted time: steps of seconds to ten years, frozen clocks, dead batteries, suspension, reboots. *Pure.*

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

/// A host with its clocks, and true time beside them.
struct Host {
    truth: Timestamp,
    /// What the wall clock is wrong by.
    wrong: SignedDuration,
    /// What the wall clock stands at, if it is frozen.
    frozen: Option<Timestamp>,
    boot: u128,
    since_boot: SignedDuration,
    memory: Option<Memory>,
}

impl Host {
    fn new() -> Self {
        Self {
            truth: at("2026-11-02T02:00:00Z"),
            wrong: SignedDuration::ZERO,
            frozen: None,
            boot: 1,
            since_boot: SignedDuration::from_mins(1),
            memory: None,
        }
    }

    fn wall(&self) -> Timestamp {
        self.frozen.unwrap_or_else(|| after(self.truth, self.wrong))
    }

    /// Time passes; a suspended host sleeps through it, and its boot clock counts it.
    fn pass(&mut self, time: SignedDuration) {
        self.truth = after(self.truth, time);
        self.since_boot += time;
    }

    fn reboot(&mut self, off: SignedDuration) {
        self.truth = after(self.truth, off);
        self.boot += 1;
        self.since_boot = SignedDuration::from_secs(20);
    }

    fn judge(&mut self) -> Judgement {
        let clocks = Readings {
            wall: self.wall(),
            boot: BootId(self.boot),
            since_boot: self.since_boot,
        };
        let judged = judge(self.memory.as_ref(), &clocks);
        self.memory = Some(judged.memory);
        judged
    }
}

#[test]
fn a_step_of_the_wall_clock_moves_nothing_and_closes_gate_and_reads() {
    for seconds in [
        301,
        -301,
        3_600,
        -3_600,
        86_400 * 365,
        -86_400 * 365,
        315_576_000,
        -315_576_000,
    ] {
        let mut host = Host::new();
        host.judge();
        host.pass(hours(1));
        assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
        host.wrong = SignedDuration::from_secs(seconds);
        host.pass(hours(1));
        let judged = host.judge();
        assert_eq!(
            (judged.trust, judged.now),
            (Trust::Disagree, host.truth),
            "{seconds} s"
        );
        assert_eq!(
            judged.reading,
            host.truth.max(host.wall()),
            "nothing is read that either clock says is over"
        );
        host.pass(hours(40));
        assert_eq!(host.judge().now, host.truth, "it goes on by the boot clock");
        host.wrong = SignedDuration::ZERO;
        assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
    }
}

#[test]
fn small_differences_are_slewed() {
    let mut host = Host::new();
    host.judge();
    host.wrong = SignedDuration::from_secs(4);
    host.pass(SignedDuration::from_secs(1_000));
    let judged = host.judge();
    assert_eq!(judged.trust, Trust::Good);
    assert_eq!(judged.now, after(host.truth, SignedDuration::from_millis(500)));
    host.pass(SignedDuration::from_secs(10_000));
    assert_eq!(host.judge().now, host.wall(), "in the end they are the same");
}

#[test]
fn a_frozen_wall_clock_is_noticed_within_its_agreement() {
    let mut host = Host::new();
    host.judge();
    host.frozen = Some(host.wall());
    for minute in 1..=20 {
        host.pass(SignedDuration::from_mins(1));
        let judged = host.judge();
        assert!(judged.now.duration_since(host.truth).abs() < SignedDuration::from_secs(1));
        assert_eq!(judged.trust == Trust::Disagree, minute > 5, "minute {minute}");
    }
}

#[test]
fn a_boot_with_a_right_clock_goes_on_and_a_suspension_is_counted() {
    let mut host = Host::new();
    host.judge();
    host.pass(hours(500));
    assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
    host.reboot(hours(30));
    assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
}

/// A wall clock that was some minutes fast pulled time along and was set right: a boot in this time loses nothing.
#[test]
fn a_right_clock_at_a_boot_is_believed_even_if_time_had_been_pulled_ahead() {
    let mut host = Host::new();
    host.judge();
    host.wrong = SignedDuration::from_mins(4);
    for _ in 0..100 {
        host.pass(hours(2));
        host.judge();
    }
    let ahead = host.judge().now;
    assert!(ahead > after(host.truth, SignedDuration::from_mins(3)));
    host.wrong = SignedDuration::ZERO;
    host.reboot(SignedDuration::from_secs(10));
    let judged = host.judge();
    assert_eq!(
        (judged.trust, judged.now),
        (Trust::Good, ahead),
        "it stands until the clock has come up"
    );
    host.pass(hours(200));
    assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
    host.wrong = -AGREEMENT - SignedDuration::from_secs(30);
    host.reboot(SignedDuration::from_secs(10));
    assert_eq!(host.judge().trust, Trust::Lost { all_due: false });
}

#[test]
fn a_dead_battery_closes_everything_and_after_six_hours_all_is_due() {
    let mut host = Host::new();
    host.judge();
    host.pass(hours(10));
    let last = host.judge().now;
    host.reboot(hours(2));
    host.frozen = None;
    host.wrong = at("1970-01-01T00:00:00Z").duration_since(host.truth);
    let judged = host.judge();
    assert_eq!(judged.trust, Trust::Lost { all_due: false });
    assert!(judged.now >= last, "it is at least as late as it was");
    host.pass(hours(5));
    assert_eq!(host.judge().trust, Trust::Lost { all_due: false });
    host.pass(hours(1));
    assert_eq!(host.judge().trust, Trust::Lost { all_due: true });
    host.wrong = SignedDuration::ZERO;
    let judged = host.judge();
    assert_eq!((judged.trust, judged.now), (Trust::Good, host.truth));
    host.pass(hours(1));
    assert_eq!((host.judge().trust, host.judge().now), (Trust::Good, host.truth));
}

#[test]
fn a_second_boot_with_a_dead_battery_starts_its_six_hours_anew() {
    let mut host = Host::new();
    host.judge();
    host.reboot(hours(2));
    host.wrong = hours(-1_000);
    host.pass(hours(7));
    assert_eq!(host.judge().trust, Trust::Lost { all_due: true });
    host.reboot(hours(1));
    assert_eq!(host.judge().trust, Trust::Lost { all_due: false });
}

proptest! {
    /// Whatever the wall clock does within a boot, trusted time stays within what slewing may have done to it; and while
    /// anything is read, no clock says that its time is over.
    #[test]
    fn within_a_boot_trusted_time_is_true(steps in prop::collection::vec((1i64..400_000, -400_000_000i64..400_000_000, 0u8..4), 1..80)) {
        let mut host = Host::new();
        host.judge();
        let mut elapsed = SignedDuration::ZERO;
        for (seconds, step, kind) in steps {
            match kind {
                0 => host.wrong = SignedDuration::from_secs(step),
                1 => host.wrong = SignedDuration::from_secs(step % 600),
                2 => host.wrong = SignedDuration::ZERO,
                _ => {}
            }
            let time = SignedDuration::from_secs(seconds);
            elapsed += time;
            host.pass(time);
            let judged = host.judge();
            let apart = judged.now.duration_since(host.truth).abs();
            prop_assert!(apart <= AGREEMENT + elapsed / SLEW_PART);
            prop_assert!(judged.reading >= judged.now && judged.reading >= host.wall());
            prop_assert_eq!(judged.trust == Trust::Good, judged.now.duration_since(host.wall()).abs() <= AGREEMENT);
        }
    }

    /// Trusted time never goes back but by slewing, over any boots.
    #[test]
    fn trusted_time_does_not_go_back(steps in prop::collection::vec((1i64..400_000, -400_000_000i64..400_000_000, 0u8..5), 1..80)) {
        let mut host = Host::new();
        let mut last = host.judge().now;
        for (seconds, step, kind) in steps {
            let time = SignedDuration::from_secs(seconds);
            match kind {
                0 => host.wrong = SignedDuration::from_secs(step),
                1 => host.wrong = SignedDuration::ZERO,
                2 => host.reboot(time),
                _ => host.pass(time),
            }
            let now = host.judge().now;
            prop_assert!(now >= after(last, -(time / SLEW_PART)), "{last} {now}");
            last = now;
        }
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
