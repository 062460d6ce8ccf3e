//! Responsible for one row: every cell typed, or every reason why not, all at once (D14). *Pure.*

use std::net::IpAddr;

use jiff::Timestamp;
use mayfly_consent::cells;
use mayfly_consent::code_list::ReasonCode;
use mayfly_consent::record::{Claim, Given, Terms};
use mayfly_consent::refusal::{Code, Faults};

use super::cutter::Cut;
use super::duplicate::{Duplicates, Question};
use super::encoding::{Cells, Encoding};
use super::header::{Column, FileKind, Header};
use super::reader::Record;

/// One row of a batch file, or one line of a file of consents. A field is `None` where its cell is empty, absent or
/// at fault; `faults` says which. It has no `Debug`: it holds a person.
pub struct Row {
    /// Counted in records, the header being line 1.
    pub line: u32,
    /// 案號.
    pub case_no: Option<String>,
    /// 事由代碼.
    pub reason_code: Option<ReasonCode>,
    /// 事由.
    pub reason: Option<String>,
    /// 查詢項目.
    pub item: Option<String>,
    /// 查詢人員, an account.
    pub querier: Option<String>,
    /// 查詢IP; without it the submitter's address is kept.
    pub querier_ip: Option<IpAddr>,
    /// 核准人員, an account.
    pub approver: Option<String>,
    /// 核准時間.
    pub approved_at: Option<Timestamp>,
    /// 使用單位: only in a file of consents.
    pub member: Option<String>,
    /// The subject, and the consent that the row claims.
    pub claim: Claim,
    /// Everything that is wrong with the row, in the order of the columns.
    pub faults: Faults,
}

impl Row {
    /// Whether the record could not be cut into the header's columns, so that none of its cells was looked at.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.faults
            .iter()
            .any(|fault| fault.column.is_empty() && matches!(fault.code, Code::RowColumns | Code::RowLength))
    }

    /// Whether a batch row has no fault and no required cell is without its value, the terms of a registered
    /// consent excepted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let claim = &self.claim;
        self.faults.is_empty()
            && self.case_no.is_some()
            && self.reason_code.is_some()
            && self.reason.is_some()
            && self.item.is_some()
            && self.querier.is_some()
            && self.approver.is_some()
            && self.approved_at.is_some()
            && claim.consent_ref.is_some()
            && claim.subject_id.is_some()
            && claim.subject_name.is_some()
            && claim.birth_date.is_some()
            && match &claim.terms {
                Terms::Registered => true,
                Terms::Given(given) => given.is_complete(),
            }
    }

    /// A row of which only its line is known.
    pub(crate) fn empty(line: u32) -> Self {
        let claim = Claim {
            consent_ref: None,
            subject_id: None,
            subject_name: None,
            birth_date: None,
            terms: Terms::Registered,
        };
        Self {
            line,
            case_no: None,
            reason_code: None,
            reason: None,
            item: None,
            querier: None,
            querier_ip: None,
            approver: None,
            approved_at: None,
            member: None,
            claim,
            faults: Faults::new(),
        }
    }
}

/// Makes the rows of one file of its records, in their order.
pub(super) struct RowReader {
    header: Header,
    encoding: Encoding,
    cells: Cells,
}

impl RowReader {
    /// A reader for the rows below `header`.
    pub(super) fn new(header: Header, encoding: Encoding) -> Self {
        Self {
            header,
            encoding,
            cells: Cells::default(),
        }
    }

    /// The row of one record: it never fails, whatever the record holds. Whether it repeats another row is not
    /// looked at; ask [`Self::question`].
    pub(super) fn read(&mut self, record: &Record<'_>) -> Row {
        let fields = match record.cut {
            Cut::Fields(fields) => fields,
            Cut::TooLong => return self.unreadable(record.line, Code::RowLength),
            Cut::TooManyFields => return self.unreadable(record.line, Code::RowColumns),
        };
        if fields.count() != self.header.count() {
            return self.unreadable(record.line, Code::RowColumns);
        }
        self.cells.decode(&fields, self.encoding);
        let mut row = Row::empty(record.line);
        let mut desk = Desk {
            header: &self.header,
            cells: &self.cells,
            faults: &mut row.faults,
        };
        desk.fill_query(
            &mut row.case_no,
            &mut row.reason_code,
            &mut row.reason,
            &mut row.item,
        );
        desk.fill_subject(&mut row.claim);
        row.querier = desk.need(Column::Querier, |cell| cells::account(cell).map(String::from));
        row.querier_ip = desk.may(Column::QuerierIp, cells::ip);
        row.approver = desk.need(Column::Approver, |cell| cells::account(cell).map(String::from));
        row.approved_at = desk.need(Column::ApprovedAt, cells::instant);
        row.claim.consent_ref = desk.need(Column::ConsentRef, |cell| {
            cells::consent_ref(cell).map(String::from)
        });
        row.claim.terms = desk.terms();
        row.member = desk.need(Column::Member, |cell| cells::member(cell).map(String::from));
        row
    }

    fn unreadable(&mut self, line: u32, code: Code) -> Row {
        self.cells.clear();
        let mut row = Row::empty(line);
        row.faults.push(code, "");
        row
    }

    /// Passes a record by that an earlier run has dealt with: only for [`Self::question`].
    pub(super) fn skip(&mut self, record: &Record<'_>) {
        match record.cut {
            Cut::Fields(fields) if fields.count() == self.header.count() => {
                self.cells.decode(&fields, self.encoding);
            }
            _ => self.cells.clear(),
        }
    }

    /// What the record read or skipped last asks, as far as it could be read: the raw text of its cells counts.
    pub(super) fn question(&self, duplicates: &Duplicates) -> Option<Question> {
        let [consent_ref, subject_id, item] =
            [Column::ConsentRef, Column::SubjectId, Column::Item].map(|column| {
                self.header
                    .place(column)
                    .and_then(|place| self.cells.cell(place).ok())
                    .unwrap_or_default()
            });
        duplicates.question(consent_ref, subject_id, item)
    }
}

/// Where the cells of one record are looked at.
struct Desk<'a> {
    header: &'a Header,
    cells: &'a Cells,
    faults: &'a mut Faults,
}

impl Desk<'_> {
    fn fill_query(
        &mut self,
        case_no: &mut Option<String>,
        reason_code: &mut Option<ReasonCode>,
        reason: &mut Option<String>,
        item: &mut Option<String>,
    ) {
        *case_no = self.need(Column::CaseNo, |cell| cells::case_no(cell).map(String::from));
        *reason_code = self.need(Column::ReasonCode, cells::reason_code);
        *reason = self.need(Column::Reason, |cell| cells::reason(cell).map(String::from));
        *item = self.need(Column::Item, |cell| cells::item(cell).map(String::from));
    }

    fn fill_subject(&mut self, claim: &mut Claim) {
        claim.subject_id = self.need(Column::SubjectId, cells::subject_id);
        claim.subject_name = self.need(Column::SubjectName, cells::subject_name);
        claim.birth_date = self.need(Column::BirthDate, cells::birth_date);
    }

    /// The consent cells. In a batch file they may all be empty; otherwise each starred one must be there. Whether
    /// an electronic consent has a source is for the consent rules (`CNS-SOURCE`).
    fn terms(&mut self) -> Terms {
        let is_batch = self.header.kind() == FileKind::Batch;
        if is_batch
            && Column::ALL
                .iter()
                .all(|&column| !column.is_consent_cell() || self.is_empty(column))
        {
            return Terms::Registered;
        }
        Terms::Given(Given {
            channel: self.need(Column::ConsentChannel, cells::channel),
            consented_at: self.need(Column::ConsentedAt, cells::instant),
            source_present: !self.is_empty(Column::ConsentIp) || !self.is_empty(Column::ConsentPhone),
            source_ip: self.may(Column::ConsentIp, cells::ip),
            source_phone: self.may(Column::ConsentPhone, cells::phone),
            form_id: self.need(Column::FormId, |cell| cells::form_key(cell).map(String::from)),
            form_version: self.need(Column::FormVersion, |cell| {
                cells::form_key(cell).map(String::from)
            }),
            form_sha256: self.may(Column::FormSha256, cells::sha256),
            idv_method: self.need(Column::IdvMethod, cells::idv_method),
            idv_result: self.need(Column::IdvResult, cells::idv_result),
            idv_at: self.need(Column::IdvAt, cells::instant),
            idv_ref: self.may(Column::IdvRef, |cell| cells::idv_ref(cell).map(String::from)),
        })
    }

    /// The value of a required cell; a column that this kind of file does not have is nobody's fault.
    fn need<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, Code>) -> Option<T> {
        if !self.header.kind().allows(column) {
            return None;
        }
        self.take(column, parse, Code::RowMissing)
    }

    /// The value of a cell that may be empty. Blank is not empty: it is a value, and no good one.
    fn may<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, Code>) -> Option<T> {
        if self.is_empty(column) {
            None
        } else {
            self.take(column, parse, Code::RowFormat)
        }
    }

    fn take<T>(
        &mut self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Code>,
        when_blank: Code,
    ) -> Option<T> {
        let value = match self.header.place(column).map(|place| self.cells.cell(place)) {
            None => Err(Code::RowMissing),
            Some(Err(_)) => Err(Code::RowEncoding),
            Some(Ok(cell)) => parse(cell),
        };
        match value {
            Ok(value) => Some(value),
            Err(code) => {
                let code = if code == Code::RowMissing {
                    when_blank
                } else {
                    code
                };
                self.faults.push(code, column.english());
                None
            }
        }
    }

    fn is_empty(&self, column: Column) -> bool {
        self.header
            .place(column)
            .is_none_or(|place| self.cells.cell(place).is_ok_and(str::is_empty))
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
