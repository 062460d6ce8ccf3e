//! Which duties there are: from the regime, whoever they are of, the people there and the events that happened. *Pure.*

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::day::taipei_day;

use super::{
    calendar::{Calendar, Moved},
    owner,
    period::{self, Due, Period},
    shown,
    whose::{Met, Whose},
};
use crate::{
    access::authorisation::Authorisation,
    regime::{
        Regime,
        control::{DutyRule, Every, RaisedBy, SHEET},
        people::Party,
    },
};

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
    /// The instant on that day, where hours are counted and not days.
    pub due_at: Option<Timestamp>,
    /// That day before it moved.
    pub counted: Date,
    /// Whether it moved.
    pub moved: Moved,
    /// The event it follows from, if somebody raised it or a review found it.
    pub cause: Option<Cause>,
    /// The registers themselves show that it is met.
    pub met: Option<Met>,
}

/// What a duty follows from.
pub enum Cause {
    /// An event that somebody raised.
    Raised {
        /// Its number.
        number: i64,
        /// Why.
        reason: String,
        /// The instant by which it has to be met, where the rule counts hours.
        due_at: Option<Timestamp>,
    },
    /// A finding of a review: its number.
    Found(i64),
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

    /// One for each account and each period in which it had the role on any day, or of which there is a sheet of it: who was cut
    /// on the Monday on which it asked had the role on no day of that week.
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
        if (rule.every, rule.artefact.as_str()) == (Every::Week, SHEET) {
            for (id, sheet) in &whose.made {
                let period = period::holding(rule.every, sheet.week, self.epoch());
                let had_it = |line: &&Authorisation| line.account == sheet.account && owner::has(line, role);
                // Whoever had the role on a day of the week has the duty from that day on.
                let mut lines = whose.people.iter().filter(had_it);
                let is_theirs = lines.any(|line| {
                    line.from <= period.last && line.to.is_none_or(|to| to > period.first && to > line.from)
                });
                if !is_theirs && !seen.contains(id) {
                    self.push(rule, &sheet.account, period, None, None);
                }
            }
        }
    }

    fn of_events(&mut self, rule: &'r DutyRule) {
        let whose = self.whose;
        for event in whose.events.iter().filter(|event| event.rule == rule.id) {
            let mut period = period::holding(Every::Event, event.day, self.epoch());
            period.name = format!("{}.{}", event.day, event.number);
            let cause = Cause::Raised {
                number: event.number,
                reason: event.reason.clone(),
                due_at: event.due_at,
            };
            self.push(rule, &event.account, period, Some(cause), None);
        }
        if !self.is_of(rule) {
            return;
        }
        match rule.raised_by {
            // Whoever had left before these duties began never joined under them.
            Some(RaisedBy::Joining) if whose.last.is_some_and(|last| last < whose.first) => {}
            // Where nothing can be delivered to, nobody says where that is.
            Some(RaisedBy::Joining) if shown::has_nothing_to_say(self.regime, rule, whose) => {}
            Some(RaisedBy::Joining) => {
                let met = match &rule.met_by {
                    Some(kind) => shown::on_file(self.regime, kind, whose),
                    None => {
                        let rules = whose.control_rules.as_ref();
                        rules.map(|(version, day)| {
                            Met::shown(whose.first.max(*day), format!("document:{version}"))
                        })
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
            Some(RaisedBy::HolderLeft) => {
                for (day, met) in shown::holders_left(self.regime, rule, whose) {
                    self.of_day(rule, day, met);
                }
            }
            Some(RaisedBy::Successor) => {
                for (day, met) in shown::successors(self.regime, rule, whose) {
                    self.of_day(rule, day, met);
                }
            }
            Some(RaisedBy::Finding) => {
                for finding in &whose.findings {
                    let mut period = period::holding(Every::Event, finding.day, self.epoch());
                    period.name = format!("{}.f{}", finding.day, finding.number);
                    let cause = Some(Cause::Found(finding.number));
                    self.push(rule, "", period, cause, finding.met.clone());
                }
            }
            None => {}
        }
    }

    fn of_day(&mut self, rule: &'r DutyRule, day: Date, met: Option<Met>) {
        let period = period::holding(Every::Event, day, self.epoch());
        self.push(rule, "", period, None, met);
    }

    fn push(
        &mut self,
        rule: &'r DutyRule,
        account: &str,
        period: Period,
        cause: Option<Cause>,
        met: Option<Met>,
    ) {
        let due_at = match cause {
            Some(Cause::Raised { due_at, .. }) => due_at,
            Some(Cause::Found(_)) | None => None,
        };
        let of = &self.whose.code;
        let id = match account {
            "" => format!("{}/{of}/{}", rule.id, period.name),
            account => format!("{}/{of}/{account}/{}", rule.id, period.name),
        };
        let last = self
            .whose
            .made
            .get(&id)
            .map_or(period.last, |made| period.last.max(made.counts_from));
        let counted = due_at.map_or_else(|| period::due_day(rule, last), taipei_day);
        let due = Due::counted_on(rule, self.calendar, counted);
        // What was raised or found stays until it is closed, however long ago it was.
        let is_kept = due.counted >= self.span.due_from || cause.is_some();
        if !is_kept || period.first > self.span.begun_by {
            return;
        }
        let met = met.or_else(|| self.whose.done.get(&id).cloned());
        self.duties.push(Duty {
            id,
            rule,
            of: of.clone(),
            account: account.to_owned(),
            period,
            due: due.on,
            // A day has 24 hours in Taipei: the hour stays when the day moves.
            due_at: due_at.map(|at| {
                at.saturating_add(due.on.duration_since(due.counted))
                    .unwrap_or(at)
            }),
            counted: due.counted,
            moved: due.moved,
            cause,
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
