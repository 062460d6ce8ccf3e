//! Which duties there are: from the regime, whoever they are of, the people there and the events that happened. *Pure.*

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    calendar::{Calendar, Moved},
    owner,
    period::{self, Period},
};
use crate::{
    access::authorisation::Authorisation,
    regime::{
        Regime,
        control::{DutyRule, Every, RaisedBy},
        people::Party,
    },
};

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
}

/// Which duties: those due from one day on whose period, or event, began by another.
#[derive(Clone, Copy)]
pub struct Span {
    /// Duties due before it are not kept any more; the day counts before it moves.
    pub due_from: Date,
    /// Periods that begin later have none yet.
    pub begun_by: Date,
}

/// One duty.
pub struct Duty<'r> {
    /// Its name: rule, whose, and period: `monthly_sample/004/2026-11`, `weekly_sheet/004/chen.yl/2026-W45`.
    pub id: String,
    /// Its rule.
    pub rule: &'r DutyRule,
    /// Institution code, or `bureau`, `supervisor`, `provider`.
    pub of: String,
    /// The account, where it is a person's own.
    pub account: String,
    /// Its period, or the day of its event.
    pub period: Period,
    /// Its last day in time.
    pub due: Date,
    /// That day before it moved.
    pub counted: Date,
    /// Whether it moved.
    pub moved: Moved,
    /// The event it follows from, if that was raised: its number and reason.
    pub event: Option<(i64, String)>,
    /// The register itself shows that it is met: since when, and by what.
    pub met: Option<(Date, String)>,
}

impl Duty<'_> {
    /// The first day on which it can be closed: what is due after its period is about all of it; what is due on its last day is
    /// done within it.
    pub fn closable_from(&self) -> Date {
        if self.rule.every == Every::Event || self.counted <= self.period.last {
            self.period.first
        } else {
            self.period.last.tomorrow().unwrap_or(Date::MAX)
        }
    }
}

/// All duties of `whose` within `span`, by due day.
pub fn duties_of<'r>(regime: &'r Regime, calendar: &Calendar, whose: &Whose, span: Span) -> Vec<Duty<'r>> {
    let mut made = Making {
        regime,
        calendar,
        whose,
        span,
        duties: Vec::new(),
    };
    for rule in &regime.duties {
        made.of_rule(rule);
    }
    let mut duties = made.duties;
    duties.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
    duties
}

struct Making<'a, 'r> {
    regime: &'r Regime,
    calendar: &'a Calendar,
    whose: &'a Whose,
    span: Span,
    duties: Vec<Duty<'r>>,
}

impl<'r> Making<'_, 'r> {
    fn of_rule(&mut self, rule: &'r DutyRule) {
        let whose = self.whose;
        let since = match &rule.since {
            None => Some(whose.first),
            Some(kind) => {
                let first = whose.papers.iter().find(|paper| paper.kind == *kind);
                first.map(|paper| paper.entered_on.max(whose.first))
            }
        };
        match (rule.every, rule.of.as_str()) {
            (Every::Event, _) => self.of_events(rule),
            (_, "member" | "bureau") if self.is_of(rule) => {
                if let Some(since) = since {
                    self.of_periods(rule, "", since, whose.last);
                }
            }
            (_, "member" | "bureau") => {}
            _ => self.of_people(rule),
        }
    }

    /// Whether `rule` is about such a one as a whole.
    fn is_of(&self, rule: &DutyRule) -> bool {
        match Party::of(&self.whose.code) {
            Party::Member => rule.of == "member",
            Party::Bureau => rule.of == "bureau",
            Party::Supervisor | Party::Provider => false,
        }
    }

    /// One for each period that touches `first..=last`.
    fn of_periods(&mut self, rule: &'r DutyRule, account: &str, first: Date, last: Option<Date>) {
        let epoch = self.epoch();
        let end = last.map_or(self.span.begun_by, |last| last.min(self.span.begun_by));
        let mut next = (first <= end).then(|| period::holding(rule.every, first, epoch));
        while let Some(period) = next.filter(|period| period.first <= end) {
            next = period::after(rule.every, &period, epoch);
            self.push(rule, account, period, None, None);
        }
    }

    /// One for each account and each period in which it had the role on any day.
    fn of_people(&mut self, rule: &'r DutyRule) {
        let Some(role) = self.regime.role(&rule.of, Party::of(&self.whose.code)) else {
            return;
        };
        let mut seen = BTreeSet::new();
        let whose = self.whose;
        for line in whose.people.iter().filter(|line| owner::has(line, role)) {
            let last = line.to.map(|to| to.yesterday().unwrap_or(Date::MIN));
            if last.is_some_and(|last| last < line.from) {
                continue;
            }
            let last = match (last, whose.last) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            let before = self.duties.len();
            self.of_periods(rule, &line.account, line.from.max(whose.first), last);
            // Two authorisations of an account may meet in one period.
            let new = self.duties.split_off(before);
            self.duties
                .extend(new.into_iter().filter(|duty| seen.insert(duty.id.clone())));
        }
    }

    fn of_events(&mut self, rule: &'r DutyRule) {
        let whose = self.whose;
        for event in whose.events.iter().filter(|event| event.rule == rule.id) {
            let mut period = period::holding(Every::Event, event.day, self.epoch());
            period.name = format!("{}.{}", event.day, event.number);
            self.push(
                rule,
                &event.account,
                period,
                Some((event.number, event.reason.clone())),
                None,
            );
        }
        if !self.is_of(rule) {
            return;
        }
        match rule.raised_by {
            // Whoever had left before these duties began never joined under them.
            Some(RaisedBy::Joining) if whose.last.is_some_and(|last| last < whose.first) => {}
            // Where nothing can be delivered to, nobody says where that is.
            Some(RaisedBy::Joining) if self.is_about_recipients(rule) && whose.recipients.is_empty() => {}
            Some(RaisedBy::Joining) => {
                let met = match &rule.met_by {
                    Some(kind) => self.met_by(kind),
                    None => {
                        let rules = whose.control_rules.as_ref();
                        rules.map(|(version, day)| (whose.first.max(*day), format!("document:{version}")))
                    }
                };
                self.of_day(rule, whose.first, met);
            }
            Some(RaisedBy::StaffChange) => {
                let lines = whose.people.iter().filter(|line| line.to != Some(line.from));
                let days: BTreeSet<Date> = lines
                    .flat_map(|line| [Some(line.from), line.to])
                    .flatten()
                    .collect();
                // Whoever was there at the beginning is no change.
                for day in days.into_iter().filter(|day| *day > whose.first) {
                    self.of_day(rule, day, None);
                }
            }
            Some(RaisedBy::Successor) => self.of_successors(rule),
            None => {}
        }
    }

    /// One for each day on which somebody leaves the owner's role.
    fn of_successors(&mut self, rule: &'r DutyRule) {
        let whose = self.whose;
        let Some(role) = self.regime.role(&rule.owner, Party::of(&whose.code)) else {
            return;
        };
        let with_role = || whose.people.iter().filter(|line| owner::has(line, role));
        let ends = with_role().filter(|line| line.to != Some(line.from)).filter_map(|line| Some((line, line.to?)));
        let leaves = |(line, day): &(&Authorisation, Date)| {
            !with_role().any(|other| other.account == line.account && other.holds_on(*day)) && *day >= whose.first
        };
        let days: BTreeSet<Date> = ends.filter(leaves).map(|(_, day)| day).collect();
        for day in days {
            let next = with_role().filter(|line| line.holds_on(day)).min_by_key(|line| line.from);
            let met = next.map(|line| (line.from.max(whose.first), format!("account:{}", line.account)));
            self.of_day(rule, day, met);
        }
    }

    fn is_about_recipients(&self, rule: &DutyRule) -> bool {
        let paper = rule.met_by.as_ref().and_then(|kind| self.regime.paper(kind));
        paper.is_some_and(|paper| paper.recipient().is_some())
    }

    /// Since when a paper of `kind` stands, if one does; where it is about a recipient, one for each of the member's.
    fn met_by(&self, kind: &str) -> Option<(Date, String)> {
        let of_kind = || self.whose.papers.iter().filter(|paper| paper.kind == kind);
        let standing = || of_kind().filter(|paper| paper.stands);
        let about = self.regime.paper(kind).and_then(|paper| paper.recipient());
        let is_covered = |recipient: &String| {
            let mut said = standing().filter_map(|paper| paper.fields.get(&about?.name));
            said.any(|said| said == recipient)
        };
        if about.is_some() && !self.whose.recipients.iter().all(is_covered) {
            return None;
        }
        let (first, newest) = (of_kind().next()?, standing().next_back()?);
        let on = first.entered_on.max(self.whose.first);
        Some((on, format!("paper:{}", newest.number)))
    }

    fn of_day(&mut self, rule: &'r DutyRule, day: Date, met: Option<(Date, String)>) {
        let period = period::holding(Every::Event, day, self.epoch());
        self.push(rule, "", period, None, met);
    }

    fn push(
        &mut self,
        rule: &'r DutyRule,
        account: &str,
        period: Period,
        event: Option<(i64, String)>,
        met: Option<(Date, String)>,
    ) {
        let counted = period::due_day(rule, period.last);
        // What was raised by hand stays until it is closed, however long ago it was.
        let is_kept = counted >= self.span.due_from || event.is_some();
        if !is_kept || period.first > self.span.begun_by {
            return;
        }
        let (due, moved) = match rule.moves {
            true => self.calendar.moved(counted),
            false => (counted, Moved::No),
        };
        let of = &self.whose.code;
        let id = match account {
            "" => format!("{}/{of}/{}", rule.id, period.name),
            account => format!("{}/{of}/{account}/{}", rule.id, period.name),
        };
        self.duties.push(Duty {
            id,
            rule,
            of: of.clone(),
            account: account.to_owned(),
            period,
            due,
            counted,
            moved,
            event,
            met,
        });
    }

    /// Rounds of several years are counted from the year in which the link began.
    fn epoch(&self) -> i16 {
        self.regime.link.valid_from.value.year()
    }
}

#[cfg(test)]
#[path = "duties_tests.rs"]
pub(super) mod tests;
