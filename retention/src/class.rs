//! Names the record classes and their cohorts, and computes from a cohort's name when it is due. *Pure.*

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use crate::error::RetentionError;

/// What kind of record something is; it decides how long it is held (D1–D3, D16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What the provider returned (四(二)2).
    Answer,
    /// Submitted batch files, raw (D5).
    Intake,
    /// Consents (四(二)3(5)).
    Consent,
    /// Query records (六(一)5).
    Query,
    /// Weekly sheets (六(一)6).
    Sheet,
    /// Members, people and their authorisations.
    Register,
    /// Samples, reviews and findings (九(三)).
    Review,
    /// The journal and other audit records.
    Audit,
    /// Deletion certificates (八(二)3).
    Certificate,
}

impl Class {
    /// Every class, in the order of their tags.
    pub const ALL: [Self; 9] = [
        Self::Answer,
        Self::Intake,
        Self::Consent,
        Self::Query,
        Self::Sheet,
        Self::Register,
        Self::Review,
        Self::Audit,
        Self::Certificate,
    ];

    /// The name used in paths, tables and cohort names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Intake => "intake",
            Self::Consent => "consent",
            Self::Query => "query",
            Self::Sheet => "sheet",
            Self::Register => "register",
            Self::Review => "review",
            Self::Audit => "audit",
            Self::Certificate => "certificate",
        }
    }

    /// Reads a class name.
    ///
    /// # Errors
    /// [`RetentionError::NameMalformed`] for anything that [`name`](Self::name) does not return.
    pub fn parse(name: &str) -> Result<Self, RetentionError> {
        let found = Self::ALL.into_iter().find(|class| class.name() == name);
        found.ok_or(RetentionError::NameMalformed { what: "class" })
    }

    /// Whether the class lives for hours (hourly cohorts) rather than for years (monthly cohorts).
    pub fn is_hours(self) -> bool {
        matches!(self, Self::Answer | Self::Intake)
    }

    /// The byte that stands for the class in headers: 1 to 9.
    pub(crate) fn tag(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn from_tag(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.tag() == tag)
    }
}

/// One hour (or, for the classes of years, one month) of one class: all that shares a key and a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cohort {
    class: Class,
    start: Timestamp,
}

impl Cohort {
    /// The cohort of `class` that the instant `at` falls into, by UTC hours or UTC months.
    ///
    /// Instants before 1970 fall into the first cohort of 1970: no record is that old, and names stay canonical.
    pub fn of(class: Class, at: Timestamp) -> Self {
        let at = at.max(Timestamp::UNIX_EPOCH);
        let start = if class.is_hours() {
            let into_the_hour = at.as_second() % 3_600;
            Timestamp::from_second(at.as_second() - into_the_hour)
                .expect("Invariant: the start of an hour lies between 1970 and the instant itself")
        } else {
            month_start(at.to_zoned(TimeZone::UTC).date())
                .expect("Invariant: the start of a month lies between 1970 and the instant itself")
        };
        Self { class, start }
    }

    /// Reads a cohort name such as `answer-2026110202` or `query-202611`.
    ///
    /// # Errors
    /// [`RetentionError::NameMalformed`] unless the name is exactly what [`name`](Self::name) writes.
    pub fn parse(name: &str) -> Result<Self, RetentionError> {
        Self::parse_canonical(name).ok_or(RetentionError::NameMalformed { what: "cohort" })
    }

    /// The record class.
    pub fn class(self) -> Class {
        self.class
    }

    /// The first instant of the cohort.
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after the cohort.
    pub fn end(self) -> Timestamp {
        if self.class.is_hours() {
            return self
                .start
                .saturating_add(SignedDuration::from_hours(1))
                .unwrap_or(Timestamp::MAX);
        }
        let next = month_after(self.start.to_zoned(TimeZone::UTC).date());
        next.and_then(month_start).unwrap_or(Timestamp::MAX)
    }

    /// The last microsecond of the cohort.
    pub fn last_instant(self) -> Timestamp {
        self.end() - SignedDuration::from_micros(1)
    }

    /// The first instant at which nothing in a cohort of hours is readable any more, so that it may be destroyed.
    pub fn due_at(self, window: Window) -> Timestamp {
        self.end()
            .saturating_add(window.readable)
            .unwrap_or(Timestamp::MAX)
    }

    /// The legal limit of a cohort of hours: that of the oldest answer it can hold (八(二)).
    pub fn destroy_by(self, window: Window) -> Timestamp {
        self.start
            .saturating_add(window.destroy_by)
            .unwrap_or(Timestamp::MAX)
    }

    /// The name, unique over all classes and times, and the only thing a purge derives due dates from.
    pub fn name(self) -> String {
        self.to_string()
    }

    fn parse_canonical(name: &str) -> Option<Self> {
        let (class, digits) = name.rsplit_once('-')?;
        let class = Class::parse(class).ok()?;
        let expected_length = if class.is_hours() { 10 } else { 6 };
        if digits.len() != expected_length || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| digits[range].parse::<i16>().ok();
        let small = |range| number(range).and_then(|value| i8::try_from(value).ok());
        let (year, month) = (number(0..4)?, small(4..6)?);
        let (day, hour) = if class.is_hours() {
            (small(6..8)?, small(8..10)?)
        } else {
            (1, 0)
        };
        let date_time = civil::DateTime::new(year, month, day, hour, 0, 0, 0).ok()?;
        let start = date_time.to_zoned(TimeZone::UTC).ok()?.timestamp();
        (start >= Timestamp::UNIX_EPOCH).then_some(Self { class, start })
    }
}

impl fmt::Display for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.start.to_zoned(TimeZone::UTC);
        write!(f, "{}-{:04}{:02}", self.class.name(), at.year(), at.month())?;
        if self.class.is_hours() {
            write!(f, "{:02}{:02}", at.day(), at.hour())
        } else {
            Ok(())
        }
    }
}

/// How long an answer may be read and by when it must be gone; both come from the regime file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    readable: SignedDuration,
    destroy_by: SignedDuration,
}

impl Window {
    /// A window of `readable_hours` (72 under D2), all to be destroyed within `destroy_by_hours` (96 under D3).
    ///
    /// # Errors
    /// [`RetentionError::WindowInvalid`] unless `0 < readable_hours` and one cohort hour more fits before the
    /// limit: a cohort falls due at most `readable + 1 h` after its oldest answer.
    pub fn try_new(readable_hours: u16, destroy_by_hours: u16) -> Result<Self, RetentionError> {
        if readable_hours == 0 || destroy_by_hours <= readable_hours + 1 {
            return Err(RetentionError::WindowInvalid);
        }
        Ok(Self {
            readable: SignedDuration::from_hours(i64::from(readable_hours)),
            destroy_by: SignedDuration::from_hours(i64::from(destroy_by_hours)),
        })
    }

    /// How long an answer may be read.
    pub fn readable(self) -> SignedDuration {
        self.readable
    }

    /// How long after an answer was obtained it must be gone.
    pub fn destroy_by(self) -> SignedDuration {
        self.destroy_by
    }
}

/// Whether an answer obtained at `obtained_at` may be read at `now`: in `[obtained_at, obtained_at + 72 h)`,
/// to the microsecond (D2).
pub fn readable(obtained_at: Timestamp, now: Timestamp, window: Window) -> bool {
    let elapsed = i128::from(micros(now)) - i128::from(micros(obtained_at));
    (0..window.readable.as_micros()).contains(&elapsed)
}

/// The microseconds since 1970 by which an instant is stored.
pub fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant that [`micros`] stored, or `None` beyond the range of instants.
pub fn from_micros(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

fn month_start(date: civil::Date) -> Option<Timestamp> {
    let zoned = date.first_of_month().to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

fn month_after(date: civil::Date) -> Option<civil::Date> {
    date.last_of_month().tomorrow().ok()
}

#[cfg(test)]
#[path = "class_tests.rs"]
mod tests;
