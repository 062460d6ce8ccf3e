//! Decides row by row who passes: consent rules, approvals, the 授權表 of the day, grants and stops. *Pure.*

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use mayfly_consent::{Asked, Code, day::taipei_day, verify};

use super::known::{Known, Verdict};
use crate::{
    access::{Registers, registers::Right},
    error::Result,
    intake::Row,
    regime::Regime,
};

/// A row with its verdict. Refused rows hold their faults, in `row.faults`.
pub struct ScreenedRow {
    /// The row as submitted.
    pub row: Row,
    /// Why it may be asked about, if it may.
    pub verdict: Option<Verdict>,
}

/// Screens all rows of a chunk against what is `known` of their consents; all reasons for a refusal at once (D14).
pub fn rows(
    regime: &Regime,
    member: &str,
    registers: &Registers,
    mut known: Known,
    rows: Vec<Row>,
    now: Timestamp,
) -> Result<Vec<ScreenedRow>> {
    let rules = regime.consent_rules()?;
    let today = taipei_day(now);
    let mut desk = Desk {
        regime,
        registers,
        today,
        now,
        seen: HashMap::new(),
    };
    let mut screened = Vec::with_capacity(rows.len());
    for mut row in rows {
        desk.screen(&mut row);
        let registered = known.registered(&row);
        let asked = Asked {
            member,
            item: row.item.as_deref(),
            purpose: row.reason_code.map(|code| code.purpose()),
            approved_at: row.approved_at,
            now,
        };
        let elsewhere = known.is_elsewhere(&row);
        let consent = verify(
            &row.claim,
            &asked,
            &registers.forms,
            registered.as_ref(),
            elsewhere,
            &rules,
            &mut row.faults,
        );
        let complete = row.is_complete();
        let verdict = consent
            .filter(|_| complete)
            .map(|consent| known.take(&row, consent));
        screened.push(ScreenedRow { row, verdict });
    }
    Ok(screened)
}

/// A row of which nothing is left but its line.
pub fn expired(line: u32) -> ScreenedRow {
    let mut row = Row::empty(line);
    row.faults.push(Code::GateExpired, "");
    ScreenedRow { row, verdict: None }
}

/// The approval desk: rules that do not need the consent. The same people recur on thousands of rows, so what was
/// found for them is kept for the chunk, never longer.
struct Desk<'h> {
    regime: &'h Regime,
    registers: &'h Registers,
    today: Date,
    now: Timestamp,
    seen: HashMap<People, Vec<(Code, &'static str)>>,
}

/// Querier, approver and the day of the approval.
type People = (String, String, Option<Date>);

impl Desk<'_> {
    fn screen(&mut self, row: &mut Row) {
        if row.is_unreadable() {
            return;
        }
        if let Some(approved_at) = row.approved_at {
            let age = self.now.duration_since(approved_at);
            if approved_at > self.now || age > self.regime.approval_window() {
                row.faults.push(Code::AprTime, "approved_at");
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
                row.faults.push(Code::GateItem, "item");
            }
        }
        if self.registers.link_stopped() || !self.regime.link_runs_on(self.today) {
            row.faults.push(Code::GateLink, "");
        }
        if self.registers.member_closed(self.today) {
            row.faults.push(Code::GateMember, "");
        }
        self.people(row);
    }

    fn people(&mut self, row: &mut Row) {
        let key = (
            row.querier.clone().unwrap_or_default(),
            row.approver.clone().unwrap_or_default(),
            row.approved_at.map(taipei_day),
        );
        if !self.seen.contains_key(&key) {
            let found = self.people_faults(&key);
            self.seen.insert(key.clone(), found);
        }
        for (code, column) in &self.seen[&key] {
            row.faults.push(*code, column);
        }
        if !self.registers.knows(&key.0) {
            // What is on nobody's table may be anything, a person's number too; it does not rest in a plain column.
            row.querier = None;
        }
    }

    fn people_faults(&self, (querier, approver, approved_on): &People) -> Vec<(Code, &'static str)> {
        let mut faults = Vec::new();
        let days = [self.today, approved_on.unwrap_or(self.today)];
        let registers = self.registers;
        if !querier.is_empty() && !approver.is_empty() {
            let same_on = |day: &Date| {
                let asking = registers.person(querier, *day);
                asking.is_some() && asking == registers.person(approver, *day)
            };
            if querier == approver || days.iter().any(same_on) {
                faults.push((Code::AprSelf, "approver"));
            }
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
        faults
    }
}
