//! Builds batch files and files of consents from one valid row, by changing cells. *Edge.*

use mayfly_consent::{IdKind, SubjectId};

/// The columns of a batch file, in the order of the specification: English and Chinese names.
pub const COLUMNS: [(&str, &str); 23] = [
    ("case_no", "案號"),
    ("reason_code", "事由代碼"),
    ("reason", "事由"),
    ("item", "查詢項目"),
    ("subject_id", "身分證號"),
    ("subject_name", "姓名"),
    ("birth_date", "出生日期"),
    ("querier", "查詢人員"),
    ("querier_ip", "查詢IP"),
    ("approver", "核准人員"),
    ("approved_at", "核准時間"),
    ("consent_ref", "授權編號"),
    ("consent_channel", "授權方式"),
    ("consented_at", "授權時間"),
    ("consent_ip", "來源IP"),
    ("consent_phone", "來源電話"),
    ("form_id", "授權書代號"),
    ("form_version", "授權書版本"),
    ("form_sha256", "授權書雜湊"),
    ("idv_method", "身分驗證方式"),
    ("idv_result", "身分驗證結果"),
    ("idv_at", "身分驗證時間"),
    ("idv_ref", "身分驗證序號"),
];

/// One row of a batch file; its cells are bytes, since some are to be no text at all.
#[derive(Clone)]
pub struct BatchRow {
    cells: [Vec<u8>; COLUMNS.len()],
    beyond: Vec<u8>,
}

impl BatchRow {
    /// A row about the invented person `number` that passes every rule in the morning of [`super::support::NOW`].
    pub fn valid(number: u64) -> Self {
        Self::valid_on("2026-11-01", "2026-10-31", number)
    }

    /// The same, approved and consented to on other days.
    pub fn valid_on(approved_on: &str, consented_on: &str, number: u64) -> Self {
        let subject = SubjectId::invent(IdKind::National, number);
        let cells = [
            &format!("L-{number}"),
            "1",
            "信用貸款審核",
            "C0101",
            subject.expose(),
            "測虛構",
            "1985-05-05",
            "chen.yl",
            "10.4.12.9",
            "wang.dg",
            &format!("{approved_on}T16:00:00+08:00"),
            &consent_ref(number),
            "electronic",
            &format!("{consented_on}T15:00:00+08:00"),
            "203.0.113.7",
            "",
            "LN-01",
            "3",
            "",
            "fido",
            "passed",
            &format!("{consented_on}T14:58:00+08:00"),
            &format!("V{number}"),
        ];
        Self {
            cells: cells.map(|cell| cell.as_bytes().to_vec()),
            beyond: vec![],
        }
    }

    /// With another value in `column`.
    pub fn with(mut self, column: &str, value: impl AsRef<[u8]>) -> Self {
        self.cells[place(column)] = value.as_ref().to_vec();
        self
    }

    /// With one field more than the header has.
    pub fn with_a_field_beyond(mut self) -> Self {
        self.beyond = b",beyond".to_vec();
        self
    }

    /// With all consent cells empty: it relies on a registered consent.
    pub fn on_registered_consent(mut self) -> Self {
        for cell in &mut self.cells[place("consent_channel")..] {
            cell.clear();
        }
        self
    }

    /// What is in `column`, as text.
    pub fn cell(&self, column: &str) -> String {
        String::from_utf8(self.cells[place(column)].clone()).unwrap()
    }

    fn line(&self) -> Vec<u8> {
        let mut line = self.cells.join(&b',');
        line.extend_from_slice(&self.beyond);
        line.extend_from_slice(b"\r\n");
        line
    }

    /// The row's consent as a line of a file of consents of `member`.
    fn consent_line(&self, member: &str) -> Vec<u8> {
        let subject = &self.cells[place("subject_id")..=place("birth_date")];
        let consent = &self.cells[place("consent_ref")..];
        let mut line = [&[member.as_bytes().to_vec()], subject, consent]
            .concat()
            .join(&b',');
        line.extend_from_slice(b"\r\n");
        line
    }
}

/// The member's number of the consent that [`BatchRow::valid`] gives person `number`.
pub fn consent_ref(number: u64) -> String {
    format!("T-{number:06}")
}

/// A batch file with an English header.
pub fn batch_file(rows: &[BatchRow]) -> Vec<u8> {
    file(COLUMNS.map(|(english, _)| english), rows)
}

/// The same with a Chinese header.
pub fn chinese_batch_file(rows: &[BatchRow]) -> Vec<u8> {
    file(COLUMNS.map(|(_, chinese)| chinese), rows)
}

/// A file of consents that `member` sends ahead: those of `rows`.
pub fn consents_file(member: &str, rows: &[BatchRow]) -> Vec<u8> {
    let consent = COLUMNS[place("consent_ref")..]
        .iter()
        .map(|(english, _)| *english);
    let columns: Vec<&str> = ["member", "subject_id", "subject_name", "birth_date"]
        .into_iter()
        .chain(consent)
        .collect();
    let mut bytes = columns.join(",").into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend(rows.iter().flat_map(|row| row.consent_line(member)));
    bytes
}

fn file(header: [&str; COLUMNS.len()], rows: &[BatchRow]) -> Vec<u8> {
    let mut bytes = header.join(",").into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend(rows.iter().flat_map(BatchRow::line));
    bytes
}

fn place(column: &str) -> usize {
    COLUMNS
        .iter()
        .position(|(english, _)| *english == column)
        .unwrap_or_else(|| panic!("no column {column}"))
}
