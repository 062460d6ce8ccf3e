//! Responsible for the cells of one invented row, all of them valid together. *Pure.*

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use mayfly_consent::day::taipei_day;
use mayfly_consent::{IdKind, SubjectId};

use super::Order;
use super::chance::Chance;
use super::people::{APPROVERS, FAMILY_NAMES, GIVEN_NAMES, QUERIERS, REASONS};
use crate::intake::Column;

/// One row in the making; its memory is used again for the next.
pub(super) struct Draft<'a> {
    order: &'a Order<'a>,
    today: Date,
    /// Nobody agrees to the form earlier, and nobody approves earlier than that.
    form_starts: Timestamp,
    form_sha256: String,
    text: Vec<u8>,
    cells: [Range<usize>; COLUMNS],
    /// When the row was approved and the consent given, for faults that lie between them.
    pub(super) approved_at: Timestamp,
    pub(super) consented_at: Timestamp,
}

impl<'a> Draft<'a> {
    pub(super) fn new(order: &'a Order<'a>) -> Self {
        let form_starts = TAIPEI
            .to_timestamp(order.form.in_force_from.into())
            .unwrap_or(Timestamp::MIN);
        Self {
            order,
            today: taipei_day(order.now),
            form_starts,
            form_sha256: order
                .form
                .sha256
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            text: Vec::with_capacity(1024),
            cells: [const { 0..0 }; COLUMNS],
            approved_at: order.now,
            consented_at: order.now,
        }
    }

    /// Fills in the row at `index`, which is valid at the order's moment.
    pub(super) fn invent(&mut self, index: u32) {
        self.text.clear();
        let mut chance = Chance::at(self.order.seed, u64::from(index));
        self.number_row(index);
        self.invent_subject(index, &mut chance);
        self.invent_query(&mut chance);
        self.invent_consent(&mut chance);
    }

    /// Gives the row another case number: that of the row at `index`.
    pub(super) fn set_case_no(&mut self, index: u32) {
        let seed = self.order.seed;
        self.set(Column::CaseNo, |cell| {
            cell.extend_from_slice(b"S-");
            put_hex(cell, seed);
            cell.push(b'-');
            put_number(cell, u64::from(index) + 1, 1);
        });
    }

    /// Replaces the content of a cell.
    pub(super) fn set(&mut self, column: Column, content: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        content(&mut self.text);
        self.cells[column as usize] = start..self.text.len();
    }

    /// Replaces the content of a cell by an instant, in Taipei time.
    pub(super) fn set_instant(&mut self, column: Column, instant: Timestamp) {
        self.set(column, |cell| put_instant(cell, TAIPEI.to_datetime(instant)));
    }

    /// What is in a cell.
    pub(super) fn cell(&self, column: Column) -> &[u8] {
        &self.text[self.cells[column as usize].clone()]
    }

    /// The birth date of somebody who was `days` old at the order's moment.
    pub(super) fn born_days_ago(&self, days: i64) -> Date {
        self.today
            .checked_sub(SignedDuration::from_hours(24 * days))
            .unwrap_or(Date::MIN)
    }

    /// Empties the cells of the consent, which is sent ahead.
    pub(super) fn empty_consent(&mut self) {
        for column in Column::ALL
            .iter()
            .copied()
            .filter(|column| column.is_consent_cell())
        {
            self.set(column, |_| ());
        }
    }

    /// Appends the row to `lines`.
    pub(super) fn write(&self, lines: &mut Vec<u8>) {
        for range in &self.cells {
            put_cell(lines, &self.text[range.clone()]);
        }
        lines.pop();
        lines.push(b'\n');
    }

    /// Appends these columns of the row to `lines`, the member among them.
    pub(super) fn write_columns(&self, columns: &[Column], lines: &mut Vec<u8>) {
        for &column in columns {
            match column {
                Column::Member => put_cell(lines, self.order.member.as_bytes()),
                column => put_cell(lines, self.cell(column)),
            }
        }
        lines.pop();
        lines.push(b'\n');
    }

    fn number_row(&mut self, index: u32) {
        self.set_case_no(index);
        // The consent's number is the case's, with another letter: seeds do not share consents.
        let consent_ref = self.cell(Column::CaseNo)[1..].to_owned();
        self.set(Column::ConsentRef, |cell| {
            cell.push(b'L');
            cell.extend_from_slice(&consent_ref);
        });
    }

    fn invent_subject(&mut self, index: u32, chance: &mut Chance) {
        let kind = if chance.percent(95) {
            IdKind::National
        } else {
            IdKind::Resident
        };
        let number = self
            .order
            .seed
            .wrapping_mul(1_000_003)
            .wrapping_add(u64::from(index));
        self.set(Column::SubjectId, |cell| {
            cell.extend_from_slice(SubjectId::invent(kind, number).expose().as_bytes())
        });
        let (family, first) = (chance.one_of(&FAMILY_NAMES), chance.one_of(&GIVEN_NAMES));
        let second = if chance.percent(92) {
            chance.one_of(&GIVEN_NAMES)
        } else {
            ""
        };
        self.set(Column::SubjectName, |cell| {
            for part in [family, first, second] {
                cell.extend_from_slice(part.as_bytes());
            }
        });
        let birth = self.born_days_ago(YOUNGEST_DAYS + i64::from(chance.below(AGES_DAYS)));
        let is_roc = chance.percent(30);
        self.set(Column::BirthDate, |cell| {
            if is_roc {
                put_roc_date(cell, birth)
            } else {
                put_date(cell, birth)
            }
        });
    }

    fn invent_query(&mut self, chance: &mut Chance) {
        let before = SignedDuration::from_secs(60 + i64::from(chance.below(4 * 3600 - 60)));
        self.approved_at = (self.order.now - before)
            .max(self.form_starts)
            .min(self.order.now);
        let reason_code = if chance.percent(70) { "1" } else { "2" };
        let querier = QUERIERS[chance.below(QUERIERS.len() as u32) as usize].account;
        let approver = APPROVERS[chance.below(APPROVERS.len() as u32) as usize].account;
        for (column, content) in [
            (Column::ReasonCode, reason_code),
            (Column::Reason, chance.one_of(&REASONS)),
            (Column::Item, "C0101"),
            (Column::Querier, querier),
            (Column::Approver, approver),
        ] {
            self.set(column, |cell| cell.extend_from_slice(content.as_bytes()));
        }
        let querier_ip = chance.percent(70).then(|| chance.below(254) + 1);
        self.set(Column::QuerierIp, |cell| put_ip(cell, b"192.0.2.", querier_ip));
        self.set_instant(Column::ApprovedAt, self.approved_at);
    }

    fn invent_consent(&mut self, chance: &mut Chance) {
        let before = SignedDuration::from_secs(600 + i64::from(chance.below(3 * 86_400)));
        self.consented_at = (self.approved_at - before)
            .max(self.form_starts)
            .min(self.approved_at);
        let idv_at = self.consented_at - SignedDuration::from_secs(i64::from(chance.below(600)));
        let electronic = chance.percent(85);
        let ip = (electronic && chance.percent(70)).then(|| chance.below(254) + 1);
        let phone = (electronic && ip.is_none()).then(|| chance.below(10_000));
        let (channel, methods) = if electronic {
            ("electronic", &ELECTRONIC_METHODS[..])
        } else {
            ("paper", &PAPER_METHODS[..])
        };
        let form = self.order.form;
        for (column, content) in [
            (Column::ConsentChannel, channel),
            (Column::FormId, &form.id),
            (Column::FormVersion, &form.version),
            (Column::IdvMethod, chance.one_of(methods)),
            (Column::IdvResult, "passed"),
        ] {
            self.set(column, |cell| cell.extend_from_slice(content.as_bytes()));
        }
        self.set_instant(Column::ConsentedAt, self.consented_at);
        self.set_instant(Column::IdvAt, idv_at);
        self.set(Column::ConsentIp, |cell| put_ip(cell, b"203.0.113.", ip));
        self.set(Column::ConsentPhone, |cell| {
            if let Some(phone) = phone {
                cell.extend_from_slice(b"090000");
                put_number(cell, u64::from(phone), 4);
            }
        });
        let sha256 = if chance.percent(25) {
            std::mem::take(&mut self.form_sha256)
        } else {
            String::new()
        };
        self.set(Column::FormSha256, |cell| {
            cell.extend_from_slice(sha256.as_bytes())
        });
        if !sha256.is_empty() {
            self.form_sha256 = sha256;
        }
        let reference = chance.percent(80).then(|| chance.next());
        self.set(Column::IdvRef, |cell| {
            if let Some(reference) = reference {
                cell.extend_from_slice(b"TX-");
                put_hex(cell, reference);
            }
        });
    }
}

fn put_cell(lines: &mut Vec<u8>, cell: &[u8]) {
    let quote: &[u8] = if cell.iter().any(|byte| matches!(byte, b',' | b'"')) {
        b"\""
    } else {
        b""
    };
    lines.extend_from_slice(quote);
    lines.extend_from_slice(cell);
    lines.extend_from_slice(quote);
    lines.push(b',');
}

fn put_ip(cell: &mut Vec<u8>, network: &[u8], host: Option<u32>) {
    if let Some(host) = host {
        cell.extend_from_slice(network);
        put_number(cell, u64::from(host), 1);
    }
}

fn put_instant(cell: &mut Vec<u8>, local: DateTime) {
    put_date(cell, local.date());
    for (mark, part) in [
        (b'T', local.hour()),
        (b':', local.minute()),
        (b':', local.second()),
    ] {
        cell.push(mark);
        put_number(cell, part.unsigned_abs().into(), 2);
    }
    cell.extend_from_slice(b"+08:00");
}

pub(super) fn put_date(cell: &mut Vec<u8>, date: Date) {
    put_number(cell, date.year().unsigned_abs().into(), 4);
    for part in [date.month(), date.day()] {
        cell.push(b'-');
        put_number(cell, part.unsigned_abs().into(), 2);
    }
}

/// A date after 1911 as seven digits.
fn put_roc_date(cell: &mut Vec<u8>, date: Date) {
    put_number(cell, date.year().saturating_sub(1911).unsigned_abs().into(), 3);
    for part in [date.month(), date.day()] {
        put_number(cell, part.unsigned_abs().into(), 2);
    }
}

/// A number in at least `width` digits.
fn put_number(cell: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let (mut start, mut rest) = (digits.len(), number);
    while rest > 0 {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    cell.extend_from_slice(&digits[start.min(digits.len() - width)..]);
}

fn put_hex(cell: &mut Vec<u8>, number: u64) {
    let shown = (16 - number.leading_zeros() as usize / 4).max(1);
    for place in (0..shown).rev() {
        cell.push(b"0123456789abcdef"[(number >> (4 * place) & 15) as usize]);
    }
}

/// The columns of a batch file: all but the last, `member`.
const COLUMNS: usize = Column::ALL.len() - 1;

const TAIPEI: Offset = Offset::constant(8);

/// The identity checks that the regimes accept (四(二)3(3), (4)).
const ELECTRONIC_METHODS: [&str; 6] = ["moica", "fido", "otp", "chip_card", "mydata", "video"];
const PAPER_METHODS: [&str; 4] = ["counter", "video", "moica", "chip_card"];

/// Everybody is between 19 and 79 years old.
const YOUNGEST_DAYS: i64 = 19 * 366;
const AGES_DAYS: u32 = 60 * 365;
