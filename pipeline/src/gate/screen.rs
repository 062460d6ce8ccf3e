//! Decides row by row who passes: consent rules, approvals, the 授權表 of the day, grants and stops. *Pure.*

use std::{collections::HashMap, fmt::Write};

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Asked, Code, Faults, day::taipei_day, verify};

use super::known::{Found, Known, Tags, Verdict};
use crate::{
    access::{Registers, registers::Right},
    error::Result,
    intake::Row,
    regime::Regime,
};

/// What was decided of one row.
pub struct Screened {
    /// Everything against it: what the parser found, and what screening did.
    pub faults: Faults,
    /// Why it may be asked about, if it may.
    pub verdict: Option<Verdict>,
    /// Whether its querier is on the 授權表. Whoever is on nobody's table may be anything, a person's number too; that
    /// does not rest in a plain column.
    pub knows_querier: bool,
}

impl Screened {
    /// Whether the row may be asked about and is the first to bring its consent.
    pub fn brings_consent(&self) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| verdict.is_new)
    }
}

/// Screens all rows of a chunk, whose `tags` are in the same order, against what was `found` of their consents; all
/// reasons for a refusal at once (D14).
pub fn rows(
    regime: &Regime,
    member: &str,
    registers: &Registers,
    found: &Found,
    (rows, tags): (&[Row], &[Tags]),
    now: Timestamp,
) -> Result<Vec<Screened>> {
    let rules = regime.consent_rules()?;
    let mut known = Known::new(found, rows.len());
    let mut desk = Desk {
        regime,
        registers,
        today: taipei_day(now),
        now,
        seen: HashMap::new(),
        key: String::new(),
    };
    let mut screened = Vec::with_capacity(rows.len());
    for (row, tags) in rows.iter().zip(tags) {
        let mut faults = row.faults.clone();
        let knows_querier = desk.screen(row, &mut faults);
        let registered = known.registered(row, *tags);
        let asked = Asked {
            member,
            item: row.item.as_deref(),
            purpose: row.reason_code.map(|code| code.purpose()),
            approved_at: row.approved_at,
            now,
        };
        let consent = verify(
            &row.claim,
            &asked,
            &registers.forms,
            registered.as_ref(),
            known.is_elsewhere(row),
            &rules,
            &mut faults,
        );
        let complete = faults.is_empty() && row.is_complete();
        let verdict = consent
            .filter(|_| complete)
            .map(|consent| known.take(row, *tags, consent));
        screened.push(Screened {
            faults,
            verdict,
            knows_querier,
        });
    }
    Ok(screened)
}

/// What is decided of a row of which nothing is left but its line.
pub fn expired() -> Screened {
    let mut faults = Faults::new();
    faults.push(Code::GateExpired, "");
    Screened {
        faults,
        verdict: None,
        knows_querier: false,
    }
}

/// The approval desk: rules that do not need the consent. The same people recur on thousands of rows, so what was
/// found for them is kept for the chunk, never longer.
struct Desk<'h> {
    regime: &'h Regime,
    registers: &'h Registers,
    today: Date,
    now: Timestamp,
    /// By querier, approver and the day of the approval.
    seen: HashMap<String, People>,
    /// The key under which a row's people are looked up.
    key: String,
}

/// What is against a querier and an approver together.
struct People {
    faults: Vec<(Code, &'static str)>,
    knows_querier: bool,
}

impl Desk<'_> {
    /// Notes in `faults` what is against the row; tells whether its querier is on the 授權表.
    fn screen(&mut self, row: &Row, faults: &mut Faults) -> bool {
        if row.is_unreadable() {
            return false;
        }
        if let Some(approved_at) = row.approved_at {
            let age = self.now.duration_since(approved_at);
            if approved_at > self.now || age > self.regime.approval_window() {
                faults.push(Code::AprTime, "approved_at");
            }
        }
        if let Some(item) = row.item.as_deref() {
            let granted = self
                .regime
                .items
                .granted
                .value
                .iter()
                .any(|granted| granted == item);
            if !granted || self.registers.item_stopped(item) {
                faults.push(Code::GateItem, "item");
            }
        }
        if self.registers.link_stopped() || !self.regime.link_runs_on(self.today) {
            faults.push(Code::GateLink, "");
        }
        if self.registers.member_closed(self.today) {
            faults.push(Code::GateMember, "");
        }
        let people = self.people(row);
        for (code, column) in &people.faults {
            faults.push(*code, column);
        }
        people.knows_querier
    }

    fn people(&mut self, row: &Row) -> &People {
        let querier = row.querier.as_deref().unwrap_or_default();
        let approver = row.approver.as_deref().unwrap_or_default();
        let approved_on = row.approved_at.map(taipei_day);
        self.key.clear();
        let day = approved_on.map_or((0, 0), |day| (day.year(), day.day_of_year()));
        // An account has no space in it.
        let _ = write!(self.key, "{querier} {approver} {} {}", day.0, day.1);
        if !self.seen.contains_key(&self.key) {
            let people = People {
                faults: self.people_faults(querier, approver, approved_on),
                knows_querier: self.registers.knows(querier),
            };
            self.seen.insert(self.key.clone(), people);
        }
        &self.seen[&self.key]
    }

    fn people_faults(
        &self,
        querier: &str,
        approver: &str,
        approved_on: Option<Date>,
    ) -> Vec<(Code, &'static str)> {
        let mut faults = Vec::new();
        let days = [self.today, approved_on.unwrap_or(self.today)];
        let registers = self.registers;
        if !querier.is_empty() && !approver.is_empty() && registers.are_one(querier, approver) {
            faults.push((Code::AprSelf, "approver"));
        }
        let accounts = [
            (querier, Right::Query, Code::AprQuerier, "querier"),
            (approver, Right::Approve, Code::AprApprover, "approver"),
        ];
        for (account, right, code, column) in accounts.into_iter().filter(|(account, ..)| !account.is_empty())
        {
            if !registers.has_right(account, right, &days) {
                faults.push((code, column));
            }
            if registers.person_stopped(account) {
                faults.push((Code::GatePerson, column));
            }
        }
        if self.has_unsigned_sheet(querier) && !registers.person_stopped(querier) {
            faults.push((Code::GatePerson, "querier"));
        }
        faults
    }

    /// Whether a sheet has waited too long for its querier (六(一)6).
    fn has_unsigned_sheet(&self, querier: &str) -> bool {
        let waits = self.registers.unsigned_since(querier);
        let rules = self.regime.sheet.as_ref();
        rules
            .zip(waits)
            .is_some_and(|(rules, from)| self.today >= rules.stops_from(from))
    }
}
