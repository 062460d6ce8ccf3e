//! Whose duties: a member, the bureau or one of the other parties, with what its duties follow from. *Pure.*

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use crate::access::authorisation::Authorisation;

/// A member, the bureau or one of the other parties, as far as its duties go.
pub struct Whose {
    /// Institution code, or `bureau`, `supervisor`, `provider`.
    pub code: String,
    /// Its first day under these duties.
    pub first: Date,
    /// Its last day, if it has left.
    pub last: Option<Date>,
    /// Version and date of its 控管要點 (七(一)).
    pub control_rules: Option<(String, Date)>,
    /// The `age` recipients of a member.
    pub recipients: Vec<String>,
    /// Its papers in the register of papers, all there are.
    pub papers: Vec<OnFile>,
    /// Its authorisations, all there are.
    pub people: Vec<Authorisation>,
    /// Events that were raised.
    pub events: Vec<Event>,
    /// What reviews found.
    pub findings: Vec<Finding>,
    /// What the registers show to be done, by the duty's name.
    pub done: BTreeMap<String, Met>,
    /// The sheets that were made, by the name of the duty that each closes.
    pub made: BTreeMap<String, SheetMade>,
}

/// A sheet that was made: whoever has one has its duty.
pub struct SheetMade {
    /// Whose: an account.
    pub account: String,
    /// The first day of its week.
    pub week: Date,
    /// From when its days count: where it was made late, later than its week, for nobody is overdue because the house was.
    pub counts_from: Date,
}

/// The registers themselves show that a duty is met.
#[derive(Clone)]
pub struct Met {
    /// Since which day.
    pub on: Date,
    /// Since when, where that is known.
    pub at: Option<Timestamp>,
    /// By what.
    pub artefact: String,
    /// By whose act; empty where it is nobody's.
    pub by: String,
    /// The journal entry of that act.
    pub entry: Option<i64>,
}

impl Met {
    /// Met on `on` by `artefact`, by nobody's act.
    pub(super) fn shown(on: Date, artefact: String) -> Self {
        Self {
            on,
            at: None,
            artefact,
            by: String::new(),
            entry: None,
        }
    }
}

/// A finding of a review, which has to be put right.
pub struct Finding {
    /// Its number.
    pub number: i64,
    /// When it was made.
    pub day: Date,
    /// That it is closed.
    pub met: Option<Met>,
}

/// A paper of the register, as far as duties go.
pub struct OnFile {
    /// Its number.
    pub number: i64,
    /// Its kind.
    pub kind: String,
    /// The day on which it was entered.
    pub entered_on: Date,
    /// Whether it stands, or waits for what follows.
    pub stands: bool,
    /// What is said of it.
    pub fields: BTreeMap<String, String>,
}

/// Something happened that a duty follows from.
pub struct Event {
    /// Its number.
    pub number: i64,
    /// The rule it falls under.
    pub rule: String,
    /// Whose account, where the duty is a person's.
    pub account: String,
    /// When it happened.
    pub day: Date,
    /// Why it was raised.
    pub reason: String,
    /// The instant until which there is time, where hours are counted and not days.
    pub due_at: Option<Timestamp>,
}
