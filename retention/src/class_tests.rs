//! Tries cohort names and boundaries, and the reading window to the microsecond. *Pure.*

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn cohorts_have_one_name_and_exact_bounds() {
    let check = |class, instant: &str, name: &str, start: &str, end: &str| {
        let cohort = Cohort::of(class, at(instant));
        assert_eq!(cohort.name(), name);
        assert_eq!((cohort.start(), cohort.end()), (at(start), at(end)), "{name}");
        assert_eq!(Cohort::parse(name), Ok(cohort));
        assert_eq!(Cohort::of(class, cohort.last_instant()), cohort);
        assert_ne!(Cohort::of(class, cohort.end()), cohort);
    };
    let (hour, next) = ("2026-11-02T02:00:00Z", "2026-11-02T03:00:00Z");
    check(
        Class::Answer,
        "2026-11-02T02:59:59.999999Z",
        "answer-2026110202",
        hour,
        next,
    );
    check(Class::Answer, hour, "answer-2026110202", hour, next);
    check(
        Class::Intake,
        "2026-11-02T10:15:00+08:00",
        "intake-2026110202",
        hour,
        next,
    );
    check(
        Class::Query,
        "2026-11-30T23:59:59.999999Z",
        "query-202611",
        "2026-11-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
    );
    check(
        Class::Certificate,
        "2026-12-31T23:00:00Z",
        "certificate-202612",
        "2026-12-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    );
    check(
        Class::Consent,
        "2024-02-29T12:00:00Z",
        "consent-202402",
        "2024-02-01T00:00:00Z",
        "2024-03-01T00:00:00Z",
    );
}

#[test]
fn names_in_any_other_form_are_refused() {
    let malformed = [
        "",
        "-",
        "answer",
        "answer-",
        "answer-202611",
        "answer-2026110224",
        "answer-2026113102",
        "answer-20261102021",
        "query-2026110202",
        "query-202613",
        "query-202600",
        "query-+20611",
        "Query-202611",
        "queries-202611",
        "answer-１０２６１１０２",
        "query-196912",
        "query-202611 ",
        "query-202611/..",
    ];
    for name in malformed {
        assert_eq!(
            Cohort::parse(name),
            Err(RetentionError::NameMalformed { what: "cohort" }),
            "{name}"
        );
    }
}

#[test]
fn cohorts_sort_by_class_and_then_by_time() {
    let mut names =
        ["query-202611", "answer-2026110203", "answer-2026110202"].map(|name| Cohort::parse(name).unwrap());
    names.sort();
    assert_eq!(
        names.map(Cohort::name),
        ["answer-2026110202", "answer-2026110203", "query-202611"]
    );
}

#[test]
fn the_reading_window_is_half_open_to_the_microsecond() {
    let window = Window::try_new(72, 96).unwrap();
    let obtained = at("2026-11-02T02:30:00.000001Z");
    let check = |now: &str, expected| assert_eq!(readable(obtained, at(now), window), expected, "{now}");
    check("2026-11-02T02:30:00Z", false);
    check("2026-11-02T02:30:00.000001Z", true);
    check("2026-11-05T02:30:00Z", true);
    check("2026-11-05T02:30:00.000001Z", false);
    check("2026-12-05T02:30:00Z", false);
}

#[test]
fn windows_that_leave_no_time_to_destroy_are_refused() {
    for (readable, destroy_by) in [(0, 96), (72, 72), (72, 73), (96, 72)] {
        assert_eq!(
            Window::try_new(readable, destroy_by),
            Err(RetentionError::WindowInvalid)
        );
    }
    assert!(Window::try_new(72, 74).is_ok());
}

#[test]
fn the_ends_of_time_do_not_overflow() {
    for class in Class::ALL {
        assert!(Cohort::of(class, Timestamp::MAX).end() <= Timestamp::MAX);
        assert_eq!(Cohort::of(class, Timestamp::MIN).start(), Timestamp::UNIX_EPOCH);
        assert_eq!(Class::from_tag(class.tag()), Some(class));
        assert_eq!(Class::parse(class.name()), Ok(class));
    }
    assert_eq!(Class::from_tag(0).or(Class::from_tag(10)), None);
}

proptest! {
    #[test]
    fn never_due_while_readable_and_always_due_before_the_limit(micros_at in 0_i64..4_000_000_000_000_000) {
        let window = Window::try_new(72, 96).unwrap();
        let obtained = from_micros(micros_at).unwrap();
        let cohort = Cohort::of(Class::Answer, obtained);
        prop_assert!(cohort.start() <= obtained && obtained <= cohort.last_instant());
        prop_assert!(!readable(obtained, cohort.due_at(window), window));
        prop_assert!(cohort.due_at(window) < cohort.destroy_by(window));
        prop_assert!(micros(cohort.destroy_by(window)) <= micros(obtained) + 96 * 3_600_000_000);
    }

    #[test]
    fn parsing_a_name_never_panics(name in "\\PC{0,24}") {
        if let Ok(cohort) = Cohort::parse(&name) {
            prop_assert_eq!(cohort.name(), name);
        }
    }
}
