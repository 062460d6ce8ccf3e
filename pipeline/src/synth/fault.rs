//! Responsible for spoiling rows on purpose: every code that a row alone can earn, each with a row that earns it. *Pure.*

use jiff::SignedDuration;
use mayfly_consent::Code;

use super::draft::{Draft, put_date};
use crate::intake::Column;

/// A way to spoil a row.
#[derive(Clone, Copy)]
pub struct Fault {
    code: Code,
    spoil: fn(&mut Draft<'_>),
}

impl Fault {
    /// Every fault, in the order in which they come.
    pub const ALL: &'static [Self] = &FAULTS;

    /// The code that the row earns. Some rows earn another one besides: an unknown item is not on the form either,
    /// and a querier who approves has no right to.
    #[must_use]
    pub fn code(self) -> Code {
        self.code
    }

    /// The fault of the spoilt row with this number; they come in turn.
    pub(super) fn in_turn(number: u64) -> Self {
        FAULTS[(number % FAULTS.len() as u64) as usize]
    }

    /// Appends the row at `index` to `lines`, spoilt.
    pub(super) fn spoil(self, draft: &mut Draft<'_>, index: u32, lines: &mut Vec<u8>) {
        match self.code {
            // The row before, under another case number. That row is whole enough to be repeated: it is a good one
            // or has the fault that stands before this one in the list.
            Code::RowDuplicate => {
                draft.invent(index.saturating_sub(1));
                draft.set_case_no(index);
                draft.write(lines);
            }
            Code::RowColumns => {
                draft.invent(index);
                draft.write(lines);
                lines.pop();
                lines.extend_from_slice(b",surplus\n");
            }
            _ => {
                draft.invent(index);
                (self.spoil)(draft);
                draft.write(lines);
            }
        }
    }
}

const FAULTS: [Fault; 22] = [
    fault(Code::RowMissing, |row| row.set(Column::Reason, |_| ())),
    fault(Code::RowDuplicate, |_| ()),
    fault(Code::SubIdCheck, |row| {
        let mut number = row.cell(Column::SubjectId).to_vec();
        if let Some(last) = number.last_mut() {
            *last = b'0' + (*last - b'0' + 1) % 10;
        }
        row.set(Column::SubjectId, |cell| cell.extend_from_slice(&number));
    }),
    fault(Code::RowColumns, |_| ()),
    fault(Code::SubIdFormat, |row| {
        let small = row.cell(Column::SubjectId).to_ascii_lowercase();
        row.set(Column::SubjectId, |cell| cell.extend_from_slice(&small));
    }),
    fault(Code::RowEncoding, |row| {
        row.set(Column::SubjectName, |cell| {
            cell.extend_from_slice(b"\xA4\xFD\xFF")
        })
    }),
    fault(Code::RowFormat, |row| {
        row.set(Column::ReasonCode, |cell| cell.push(b'9'))
    }),
    fault(Code::RowLength, |row| {
        row.set(Column::CaseNo, |cell| cell.extend_from_slice(&[b'S'; 33]))
    }),
    fault(Code::SubBirth, |row| {
        row.set(Column::BirthDate, |cell| cell.extend_from_slice(b"1990-02-30"))
    }),
    fault(Code::SubMinor, |row| {
        let birth = row.born_days_ago(17 * 365);
        row.set(Column::BirthDate, |cell| put_date(cell, birth));
    }),
    fault(Code::CnsMissing, |row| {
        for &column in Column::ALL.iter().filter(|column| column.is_consent_cell()) {
            row.set(column, |_| ());
        }
    }),
    fault(Code::CnsFormUnknown, |row| {
        row.set(Column::FormVersion, |cell| cell.extend_from_slice(b"99"))
    }),
    fault(Code::CnsFormHash, |row| {
        row.set(Column::FormSha256, |cell| cell.extend_from_slice(&[b'0'; 64]))
    }),
    fault(Code::CnsTime, |row| {
        let after_approval = row.approved_at + SignedDuration::from_secs(30);
        row.set_instant(Column::ConsentedAt, after_approval);
    }),
    fault(Code::CnsSource, |row| {
        row.set(Column::ConsentChannel, |cell| {
            cell.extend_from_slice(b"electronic")
        });
        row.set(Column::IdvMethod, |cell| cell.extend_from_slice(b"moica"));
        row.set(Column::ConsentIp, |_| ());
        row.set(Column::ConsentPhone, |_| ());
    }),
    fault(Code::CnsIdv, |row| {
        row.set(Column::ConsentChannel, |cell| cell.extend_from_slice(b"paper"));
        row.set(Column::IdvMethod, |cell| cell.extend_from_slice(b"otp"));
    }),
    fault(Code::CnsIdvFailed, |row| {
        row.set(Column::IdvResult, |cell| cell.extend_from_slice(b"failed"))
    }),
    fault(Code::AprSelf, |row| {
        let querier = row.cell(Column::Querier).to_owned();
        row.set(Column::Approver, |cell| cell.extend_from_slice(&querier));
    }),
    fault(Code::AprQuerier, |row| {
        row.set(Column::Querier, |cell| cell.extend_from_slice(b"synth.nobody"))
    }),
    fault(Code::AprApprover, |row| {
        row.set(Column::Approver, |cell| cell.extend_from_slice(b"synth.nobody"))
    }),
    fault(Code::AprTime, |row| {
        let in_a_day = row.approved_at + SignedDuration::from_hours(24);
        row.set_instant(Column::ApprovedAt, in_a_day);
    }),
    fault(Code::GateItem, |row| {
        row.set(Column::Item, |cell| cell.extend_from_slice(b"C0201"))
    }),
];

const fn fault(code: Code, spoil: fn(&mut Draft<'_>)) -> Fault {
    Fault { code, spoil }
}
